"""`run.py check` mails the office itself and says what was found on arrival."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailproc.cli import check_arrival, own_mail
from mailproc.config import Config, build
from mailproc.demo.server import EmbeddedMail
from mailproc.mail.stamps import METHODS, Stamp

_OFFICE = ("data@example.org", "correct horse")


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with EmbeddedMail({"office": _OFFICE}, imap_port=0, smtp_port=0) as server:
        yield server


def _config(server: EmbeddedMail, folder: Path) -> Config:
    password = folder / "state" / "secret" / "password"
    password.parent.mkdir(parents=True)
    password.write_text(_OFFICE[1], encoding="utf-8")
    values = {
        "office": {"name_th": "สพป.ตัวอย่าง", "address": _OFFICE[0], "phone": "0 2000 1234"},
        "mailbox": {"host": "127.0.0.1", "port": server.imap[1], "tls": "none"},
        "smtp": {"host": "127.0.0.1", "port": server.smtp[1], "tls": "none"},
    }
    return build(values, folder)


def test_a_mail_to_ourselves_is_found_again(server: EmbeddedMail, tmp_path: Path) -> None:
    trip = own_mail.round_trip(_config(server, tmp_path), _OFFICE[0], "<a@example.org>", 5)
    assert trip.header is not None
    assert b"<a@example.org>" in trip.header


def test_a_mail_that_does_not_arrive_is_no_header(server: EmbeddedMail, tmp_path: Path) -> None:
    config = _config(server, tmp_path)
    trip = own_mail.round_trip(config, "stranger@example.org", "<a@example.org>", 0)
    assert trip.header is None


def test_on_loopback_nothing_is_stamped_and_nothing_sent(
    server: EmbeddedMail, tmp_path: Path
) -> None:
    assert list(check_arrival.findings(_config(server, tmp_path))) == []


@pytest.mark.parametrize(
    ("stamp", "levels"),
    [
        (Stamp("mx", "pass", "pass", "pass"), ["ok", "ok", "ok"]),
        (Stamp("mx", "softfail", "fail", "fail"), ["fault", "fault", "fault"]),
        (Stamp("mx", "pass", "none", ""), ["ok", "note", "note"]),
        (Stamp("mx"), ["note"]),
        (Stamp(), ["note"]),
    ],
)
def test_each_result_is_said_in_words_with_what_to_mend(stamp: Stamp, levels: list[str]) -> None:
    found = list(check_arrival.judged(stamp, "office.example.org"))
    assert [finding.level for finding in found] == levels
    if len(found) == len(METHODS):
        for method, finding in zip(METHODS, found, strict=True):
            assert method.upper() in finding.th
            assert method.upper() in finding.en
    for finding in found:
        if finding.level == "fault":
            assert "office.example.org" in finding.th
