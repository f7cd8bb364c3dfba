"""The recipes of docs/reach.md on a real nginx, and what `check` says of each."""

from __future__ import annotations

import os
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from tests.e2e import letters, ssh
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.nginx import Nginx, blocks, is_missing


@pytest.fixture(scope="module", autouse=True)
def _has_nginx() -> None:
    if is_missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("nginx is not installed")


class Tls(NamedTuple):
    """A certificate for localhost, and the authority that made it."""

    chain: Path
    key: Path
    authority: Path


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    found = Tls(tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "authority.pem")
    certificate.private_key_pem.write_to_path(found.key)
    for part in certificate.cert_chain_pems:
        part.write_to_path(found.chain, append=True)
    authority.cert_pem.write_to_path(found.authority)
    return found


def said(office: Daemon) -> dict[str, str]:
    """What `check` finds of the public address: the beginning of each finding, and its level."""
    lines = office.cli("check", "--json")
    return {line["en"]: line["level"] for line in lines if line["part"] == "public"}


def level(found: dict[str, str], words: str) -> str:
    """The level of the one finding with these words."""
    (only,) = [level for text, level in found.items() if words in text]
    return only


def proxied(office: Daemon, url: str, **settings: str) -> None:
    """Runs the office at this address, trusting a proxy on this machine."""
    office.public_url = url
    office.settings |= {"MAILPROC_WEB__TRUSTED_PROXIES": '["127.0.0.1"]'} | settings
    office.write_settings()
    office.start()


def test_the_recipe_with_tls_is_found_right_and_logs_no_token(
    make: Make, tmp_path: Path, tls: Tls
) -> None:
    office = make()
    (block,) = blocks("Inside the office")
    files = {"chain": tls.chain, "key": tls.key}
    with Nginx(tmp_path / "nginx", block, office.public_port, **files) as nginx:
        url = f"https://localhost:{nginx.port}"
        proxied(office, url, MAILPROC_WEB__CA_FILE=str(tls.authority))
        found = said(office)
        assert level(found, "leads to this very instance") == "ok"
        assert level(found, "tells the visitors' addresses rightly") == "ok"
        assert level(found, "by an authority of your own") == "note"
        assert level(found, "on this machine alone") == "note"
        assert len(found) == 4, found
        office.stop()
        token = "t0kenThatMustNotBeWrittenDown"
        context = ssl.create_default_context(cafile=str(tls.authority))
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(  # noqa: S310 - loopback
                f"{url}/d/{token}", timeout=20, context=context
            )
        with failed.value:
            assert failed.value.code == 502
        assert token not in nginx.logged()
        assert level(said(office), "mailproc does not run at") == "note"


def test_a_certificate_that_no_phone_knows_is_a_fault(make: Make, tmp_path: Path, tls: Tls) -> None:
    office = make()
    (block,) = blocks("Inside the office")
    files = {"chain": tls.chain, "key": tls.key}
    with Nginx(tmp_path / "nginx", block, office.public_port, **files) as nginx:
        proxied(office, f"https://localhost:{nginx.port}")
        lines = office.findings("public")
        assert [line["level"] for line in lines if "vouches for" in line["en"]] == ["fault"]
        assert [line["level"] for line in lines if "this very instance" in line["en"]] == ["ok"]


@pytest.mark.parametrize("which", [0, 1], ids=["path kept", "path cut"])
def test_a_director_approves_through_the_recipe_of_a_sub_path(
    make: Make, tmp_path: Path, which: int
) -> None:
    office = make()
    location = blocks("Under a sub-path")[which]
    with Nginx.of_site(tmp_path / "nginx", location, office.public_port) as nginx:
        proxied(office, f"http://127.0.0.1:{nginx.port}/data")
        found = said(office)
        assert level(found, "leads to this very instance") == "ok"
        assert level(found, "tells the visitors' addresses rightly") == "ok"
        office.dovecot.append(office.user, letters.request())
        assert decide(office.letter("approval").link, "approve", code=CODE)[0] == 200
        assert office.letter("dataset").files


def test_the_block_for_those_without_https_sends_them_on(tmp_path: Path) -> None:
    (block,) = blocks("Behind a reverse proxy")
    with Nginx(tmp_path / "nginx", block, 1) as nginx:
        link = f"http://127.0.0.1:{nginx.port}/d/abc"
        opener = urllib.request.build_opener(_Stay)
        with pytest.raises(urllib.error.HTTPError) as moved:
            opener.open(link, timeout=20)
        with moved.value:
            assert moved.value.headers["location"] == "https://127.0.0.1/d/abc"
        assert "abc" not in nginx.logged()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Follows nothing."""


def test_a_tunnel_brings_the_page_and_the_visitor_s_address(
    make: Make, tmp_path: Path, tls: Tls
) -> None:
    """What comes through ssh -R comes from loopback."""
    if ssh.is_missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("sshd is not installed")
    office = make()
    (block,) = blocks("Inside the office")
    files = {"chain": tls.chain, "key": tls.key}
    with (
        ssh.tunnel(tmp_path / "ssh", office.public_port) as far_end,
        Nginx(tmp_path / "nginx", block, far_end, **files) as nginx,
    ):
        url = f"https://localhost:{nginx.port}"
        proxied(office, url, MAILPROC_WEB__CA_FILE=str(tls.authority))
        found = said(office)
        assert level(found, "leads to this very instance") == "ok"
        assert level(found, "tells the visitors' addresses rightly") == "ok"


def test_internal_pages_behind_the_public_address_are_a_fault(make: Make, tmp_path: Path) -> None:
    office = make()
    location = f"""
    location / {{ proxy_pass http://127.0.0.1:8025; }}
    location /healthz {{ proxy_pass http://127.0.0.1:{office.internal_port}; }}
    """
    with Nginx.of_site(tmp_path / "nginx", location, office.public_port) as nginx:
        proxied(office, f"http://127.0.0.1:{nginx.port}")
        lines = office.findings("public")
        wrong = [line["en"] for line in lines if line["level"] == "fault"]
        assert any("can be opened from outside" in text for text in wrong)
        # nginx passes on what the visitor wrote: the log could be told lies.
        assert any("can forge their address" in text for text in wrong)
