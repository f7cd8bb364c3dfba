"""What `check` says of the public address, where no proxy is needed to see it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from mailproc.cli import check_reach, probing
from mailproc.config import Config, build
from mailproc.errors import ConfigError

_NOW = datetime.now(UTC)


def a_config(folder: Path, **web: Any) -> Config:
    server = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    office = {"name_th": "สพป.ตัวอย่าง", "address": "data@example.org", "phone": "0"}
    values: dict[str, Any] = {"office": office, "mailbox": server, "smtp": server, "web": web}
    return build(values | {"store": {"state": str(folder)}}, folder)


class _Another(BaseHTTPRequestHandler):
    """A site that is not ours."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def site(certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """Another site on loopback, with or without TLS; gives its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Another)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def told(config: Config) -> list[tuple[str, str]]:
    """Level and first words of each finding."""
    return [(found.level, found.en) for found in check_reach.findings(config, _NOW)]


def test_without_an_address_the_director_decides_by_reply(tmp_path: Path) -> None:
    ((level, text),) = told(a_config(tmp_path, public_url=""))
    assert level == "note"
    assert "decides by reply" in text


@pytest.mark.parametrize(
    ("addresses", "level", "words"),
    [
        (("127.0.0.1", "::1"), "note", "this machine alone"),
        (("192.168.1.20",), "note", "not on mobile data"),
        (("fd12::1", "10.0.0.1"), "note", "not on mobile data"),
        (("100.64.0.9",), "note", "not on mobile data"),
        (("8.8.8.8", "2001:4860:4860::8888"), "ok", "from any network"),
        (("8.8.8.8", "192.168.1.20"), "note", "several kinds"),
    ],
)
def test_the_kind_of_address_says_where_a_phone_must_be(
    addresses: tuple[str, ...], level: str, words: str
) -> None:
    found = check_reach._who_can_open("https://data.example.org", addresses)
    assert found.level == level
    assert words in found.en


def test_a_name_that_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    config = a_config(tmp_path, public_url="https://data.example.invalid")
    ((level, text),) = told(config)
    assert level == "fault"
    assert "can't be found" in text


def test_a_look_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that never answers, as on a machine without a network."""
    never = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: never.wait())
    with pytest.raises(TimeoutError):
        probing.resolve("data.example.org", 0.05)
    never.set()


def test_whatever_answers_a_daemon_that_does_not_run_is_told_first(tmp_path: Path) -> None:
    with site() as port:
        found = told(a_config(tmp_path, public_url=f"http://127.0.0.1:{port}"))
    assert found[-1][0] == "note"
    assert "does not run" in found[-1][1]


@pytest.mark.parametrize(
    ("names", "ends", "wrong"),
    [
        (("localhost",), None, "untrusted"),
        (("other.example.org",), None, "name"),
        (("localhost",), _NOW - timedelta(days=1), "expired"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told_apart(
    tmp_path: Path, names: tuple[str, ...], ends: datetime | None, wrong: str
) -> None:
    authority = trustme.CA()
    begins = _NOW - timedelta(days=9)
    certificate = authority.issue_cert(*names, not_after=ends, not_before=begins)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    with site(certificate) as port:
        url = urlsplit(f"https://localhost:{port}")
        # The authority of the test is trusted where the fault is another one.
        seen = _look_trusting(url, ca_file if wrong != "untrusted" else None)
    assert seen.certificate == wrong
    assert seen.status == 200, "what is behind it is told all the same"
    found = check_reach._certificate(seen, "localhost", _NOW)
    assert found.level == "fault"


def _look_trusting(url: Any, ca_file: Path | None) -> probing.Seen:
    """As a machine whose system knows this authority."""
    with pytest.MonkeyPatch.context() as patch:
        if ca_file is not None:
            patch.setenv("SSL_CERT_FILE", str(ca_file))
        return probing.look(url, "127.0.0.1", "/x", {})


@pytest.mark.parametrize(("days", "level"), [(40, "ok"), (13, "note")])
def test_a_certificate_that_ends_soon_is_told_before_it_does(days: int, level: str) -> None:
    seen = probing.Seen("127.0.0.1", until=_NOW + timedelta(days=days, hours=1))
    found = check_reach._certificate(seen, "localhost", _NOW)
    assert found.level == level
    assert str(days) in found.en


def test_plain_http_needs_to_be_asked_for_and_a_private_address(tmp_path: Path) -> None:
    private = "http://192.168.1.20:8025"
    assert a_config(tmp_path, public_url=private, plain_http=True).web.public_url == private
    for web in (
        {"public_url": private},
        {"public_url": "http://8.8.8.8", "plain_http": True},
        {"public_url": "http://data.office.local", "plain_http": True},  # may lead anywhere
        {"public_url": "http://0.0.0.0:80", "plain_http": True},
        {"public_url": "ftp://127.0.0.1"},
        {"public_url": "https://someone@data.example.org"},
        {"public_url": "https://data.example.org/?x=1"},
    ):
        with pytest.raises(ConfigError):
            a_config(tmp_path, **web)


def test_plain_http_inside_the_office_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_config(tmp_path, public_url="http://10.255.255.1:9", plain_http=True)
    monkeypatch.setattr(check_reach._Look, "findings", lambda self, now: iter(()))
    (warned, private) = told(config)
    assert warned[0] == private[0] == "note"
    assert "can read the approval code" in warned[1]
