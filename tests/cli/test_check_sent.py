"""`run.py check` says where copies of sent mail go, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from mailproc.cli import check_sent
from mailproc.config import Config, build
from mailproc.demo.server import EmbeddedMail

_OFFICE = ("data@example.org", "correct horse")


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with EmbeddedMail({"office": _OFFICE}, imap_port=0, smtp_port=0) as server:
        yield server


def _config(server: EmbeddedMail, folder: Path, smtp: str = "127.0.0.1", **mailbox: str) -> Config:
    password = folder / "state" / "secret" / "password"
    password.parent.mkdir(parents=True)
    password.write_text(_OFFICE[1], encoding="utf-8")
    there = {"host": "127.0.0.1", "port": server.imap[1], "tls": "none", "username": _OFFICE[0]}
    values = {
        "office": {"name_th": "สพป.ตัวอย่าง", "address": _OFFICE[0], "phone": "0 2000 1234"},
        "mailbox": there | mailbox,
        "smtp": {"host": smtp, "username": _OFFICE[0]},
    }
    return build(values, folder)


def _folders(server: EmbeddedMail) -> list[str]:
    with IMAPClient(*server.imap, ssl=False) as client:
        client.login(*_OFFICE)
        return [name for _, _, name in client.list_folders()]


def _create(server: EmbeddedMail, name: str) -> None:
    with IMAPClient(*server.imap, ssl=False) as client:
        client.login(*_OFFICE)
        client.create_folder(name)


def test_the_folder_is_named_and_where_none_is_none_is_made(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    before = _folders(server)
    (finding,) = check_sent.findings(_config(server, tmp_path))
    assert ("Sent" in finding.en, finding.level) == (True, "ok" if "Sent" in before else "note")
    assert _folders(server) == before


def test_a_folder_of_the_offices_own_choice_has_to_be_there(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    config = _config(server, tmp_path, sent_folder="เมลระบบ")
    (finding,) = check_sent.findings(config)
    assert (finding.level, "sent_folder" in finding.en) == ("fault", True)
    _create(server, "เมลระบบ")
    (finding,) = check_sent.findings(config)
    assert (finding.level, "เมลระบบ" in finding.th) == ("ok", True)


def test_the_folder_that_is_read_is_refused(server: EmbeddedMail, tmp_path: Path) -> None:
    (finding,) = check_sent.findings(_config(server, tmp_path, sent_folder="Inbox"))
    assert finding.level == "fault"


@pytest.mark.parametrize("host", ["smtp.gmail.com", "smtp.office365.com"])
def test_a_service_that_keeps_copies_itself_gets_none_of_ours(
    server: EmbeddedMail, tmp_path: Path, host: str
) -> None:
    (finding,) = check_sent.findings(_config(server, tmp_path, host))
    assert (finding.level, host in finding.en) == ("ok", True)


def test_what_another_account_sends_is_not_in_the_folder_of_this_one(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    config = _config(server, tmp_path, "smtp.gmail.com")
    other = config.smtp.model_copy(update={"username": "sender@example.org"})
    (finding,) = check_sent.findings(config.model_copy(update={"smtp": other}))
    assert "smtp.gmail.com" not in finding.en


def test_an_office_may_want_none(server: EmbeddedMail, tmp_path: Path) -> None:
    (finding,) = check_sent.findings(_config(server, tmp_path, sent_copies="never"))
    assert (finding.level, "sent_copies" in finding.en) == ("ok", True)
