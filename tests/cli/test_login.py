"""`run.py login` mends a login: it asks, keeps what it got for us alone, and tries it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailproc.cli import cli
from mailproc.clock import utc_now
from mailproc.demo.server import EmbeddedMail
from tests.logins.identity import CLIENT, TENANT, Identity
from tests.logins.servers import OAuthImap

_OFFICE = ("data@example.org", "correct horse")


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with EmbeddedMail({"office": _OFFICE}, imap_port=0, smtp_port=0) as server:
        yield server


def _settings(folder: Path, mailbox: dict[str, Any], smtp: dict[str, Any], more: str = "") -> Path:
    def section(name: str, values: dict[str, Any]) -> str:
        lines = (f"{key} = {value!r}" for key, value in values.items())
        return "\n".join((f"[{name}]", *lines, ""))

    office = {"name_th": "สพป.ตัวอย่าง", "address": _OFFICE[0], "phone": "0 2000 1234"}
    local = {"host": "127.0.0.1", "tls": "none"}
    file = folder / "mailproc.toml"
    parts = (section("office", office), section("mailbox", local | mailbox), more)
    file.write_text("\n".join((*parts, section("smtp", local | smtp))), encoding="utf-8")
    return file


def _login(file: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["login", "--config", str(file), *words], input=typed)


def test_a_password_is_taken_kept_and_tried(server: EmbeddedMail, tmp_path: Path) -> None:
    file = _settings(tmp_path, {"port": server.imap[1]}, {"port": server.smtp[1]})
    result = _login(file, typed=f"{_OFFICE[1]}\n")
    assert result.exit_code == 0, result.output
    kept = tmp_path / "state" / "secret" / "password"
    assert kept.read_text("utf-8") == _OFFICE[1]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert _OFFICE[1] not in result.output


def test_a_wrong_password_is_said_at_once_and_asked_for_again(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    file = _settings(tmp_path, {"port": server.imap[1]}, {"port": server.smtp[1]})
    for _ in range(5):  # a person may try as often as she likes
        result = _login(file, "mailbox", typed="wrong\n")
        assert result.exit_code == 1
        assert "run.py login mailbox" in result.output
        assert "wrong" not in result.output
    assert _login(file, typed=f"{_OFFICE[1]}\n").exit_code == 0


def test_sending_by_an_account_of_its_own_has_its_own_password(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    smtp = {"port": server.smtp[1], "auth": "password"}
    file = _settings(tmp_path, {"port": server.imap[1]}, smtp)
    assert _login(file, "smtp", typed=f"{_OFFICE[1]}\n").exit_code == 0
    assert (tmp_path / "state" / "secret" / "smtp-password").is_file()
    assert not (tmp_path / "state" / "secret" / "password").exists()


def test_nothing_typed_changes_nothing(server: EmbeddedMail, tmp_path: Path) -> None:
    file = _settings(tmp_path, {"port": server.imap[1]}, {"port": server.smtp[1]})
    assert _login(file, typed="\n").exit_code != 0
    assert not (tmp_path / "state" / "secret" / "password").exists()


def test_a_code_leads_through_microsoft(server: EmbeddedMail, tmp_path: Path) -> None:
    with Identity(tmp_path, utc_now) as identity:
        more = "\n".join(
            (
                "[mailbox.oauth]",
                f'tenant = "{TENANT}"',
                f'client_id = "{CLIENT}"',
                f'authority = "{identity.url}"',
                f'ca_file = "{identity.ca_file}"',
                "",
            )
        )
        with OAuthImap(identity.good_until, utc_now, lambda: None) as imap:
            mailbox = {"port": imap.port, "auth": "microsoft"}
            smtp = {"port": server.smtp[1], "auth": "password"}
            result = _login(_settings(tmp_path, mailbox, smtp, more))
    assert result.exit_code == 0, result.output
    assert "https://login.example.org/device" in result.output
    assert "ABCD-EFGH" in result.output
    token = tmp_path / "state" / "secret" / "mailbox-token.json"
    assert token.stat().st_mode & 0o777 == 0o600
    assert imap.logins == 1
    for secret in ("access-", "refresh-"):
        assert secret not in result.output
