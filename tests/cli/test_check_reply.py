"""`run.py check` tries whether mail to name+detail@ arrives, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailproc.cli import check_reply
from mailproc.config import Config, build
from mailproc.demo.server import EmbeddedMail

_OFFICE = ("data@example.org", "correct horse")


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with EmbeddedMail({"office": _OFFICE}, imap_port=0, smtp_port=0) as server:
        yield server


def _config(server: EmbeddedMail, folder: Path, *, plus: bool, address: str = _OFFICE[0]) -> Config:
    password = folder / "state" / "secret" / "password"
    password.parent.mkdir(parents=True)
    password.write_text(_OFFICE[1], encoding="utf-8")
    login = {"tls": "none", "username": _OFFICE[0]}
    values = {
        "office": {"name_th": "สพป.ตัวอย่าง", "address": address, "phone": "0 2000 1234"},
        "mailbox": {"host": "127.0.0.1", "port": server.imap[1], "plus_addressing": plus} | login,
        "smtp": {"host": "127.0.0.1", "port": server.smtp[1]} | login,
    }
    return build(values, folder)


def test_a_mail_to_ourselves_shows_that_the_reply_address_works(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    (finding,) = check_reply.findings(_config(server, tmp_path, plus=True))
    assert finding.level == "ok"
    assert "data+" in finding.en


def test_a_server_that_knows_no_such_address_is_named_with_what_to_do(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    other = _config(server, tmp_path, plus=True, address="other@example.org")
    (finding,) = check_reply.findings(other, seconds=0)
    assert finding.level == "fault"
    assert "plus_addressing = false" in finding.en


def test_nothing_is_tried_where_it_is_off(server: EmbeddedMail, tmp_path: Path) -> None:
    assert list(check_reply.findings(_config(server, tmp_path, plus=False))) == []
