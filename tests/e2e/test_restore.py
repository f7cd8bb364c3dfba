"""A backup in mid-flight, the machine lost, a restore into an empty folder, and on: every letter
reached its reader once, or it is listed as unknown; no request is lost."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.test_crashes import Director

_AT_BACKUP, _LOST = 20, 5  # requests that came before, and between the backup and the end
_OUTSIDE = ("receipt", "approval", "dataset")


class _Lives:
    """Both lives of an office, and what its mails were in each."""

    def __init__(self, office: Daemon) -> None:
        self.office, self.director = office, Director(office)
        self._letters: dict[str, tuple[str, str]] = {}

    def remember(self) -> None:
        """Which letter each Message-ID was, whatever becomes of the database."""
        query = (
            "SELECT coalesce(lead.message_id, o.message_id), o.kind, r.requester_addr "
            "FROM outbox o JOIN requests r ON r.id = o.request_id "
            "LEFT JOIN outbox lead ON lead.id = o.bundled_into"
        )
        self._letters |= {mail: (kind, who) for mail, kind, who in self.office.rows(query)}

    def arrived(self) -> Counter[tuple[str, str]]:
        """How often each letter about a request reached its reader, by kind and requester."""
        self.remember()
        known = (self._letters.get(mail.message_id) for mail in self.office.sink.taken)
        return Counter(one for one in known if one and one[0] in _OUTSIDE)

    def in_doubt(self) -> set[tuple[str, str]]:
        listed = self.office.cli("outbox", "list", "--state", "unknown", "--json")
        ids = {row["message_id"] for row in listed}
        self.remember()
        return {self._letters[one] for one in ids if one in self._letters}

    def count(self, kind: str) -> int:
        return sum(number for (one, _), number in self.arrived().items() if one == kind)

    def work_until(self, happened: Any, what: str) -> None:
        def acted() -> bool:
            self.director.act()
            return bool(happened())

        self.office.until(acted, what, 90)


def _lose_the_machine(make: Make, tmp_path: Path, *, keeps_sent: bool) -> tuple[_Lives, Any]:
    """The office with all its mail, restored from a backup that was made in the middle."""
    office = make()
    if keeps_sent:  # else the folder would hold our own copies, which prove nothing
        office.mailbox = 'sent_copies = "never"'
        office.write_settings()
    secret = _key(office)
    office.start()
    lives = _Lives(office)
    wanted = [letters.request(n) for n in range(_AT_BACKUP + _LOST)]
    office.dovecot.append(office.user, *wanted[: _AT_BACKUP // 2])
    lives.work_until(lambda: lives.count("dataset") >= 6, "some are delivered")
    office.dovecot.append(office.user, *wanted[_AT_BACKUP // 2 : _AT_BACKUP])
    lives.work_until(lambda: lives.count("receipt") > _AT_BACKUP // 2, "others have begun")
    (made,) = office.cli("backup", "--json")
    moved = lives.count("dataset") + 2
    lives.work_until(lambda: lives.count("dataset") >= moved, "some move on")
    office.dovecot.append(office.user, *wanted[_AT_BACKUP:])
    lives.work_until(lambda: lives.count("receipt") >= _AT_BACKUP + 2, "new ones are received")
    office.kill()
    lives.remember()
    if keeps_sent:
        _keep_sent(office)
    backup = shutil.copy(made["file"], tmp_path / "carried.age")
    shutil.rmtree(office.folder / "state")
    office.config.unlink()
    (report,) = office.cli("restore", str(backup), "--key-file", str(secret), "--json")
    return lives, report


def _key(office: Daemon) -> Path:
    """The paper."""
    shown = office.text("backup", "init")
    line = next(line for line in shown.splitlines() if "AGE-SE" in line)
    paper = office.folder / "paper.txt"
    paper.write_text(line.strip())
    return paper


def _keep_sent(office: Daemon) -> None:
    """As a server does that keeps a copy of all that is sent through it."""
    with office.dovecot.open(office.user) as client:
        with contextlib.suppress(Exception):
            client.create_folder("Sent")
        for mail in office.sink.taken:
            client.append("Sent", mail.raw)


def _run_on(lives: _Lives) -> None:
    office = lives.office
    office.start()
    everybody = _AT_BACKUP + _LOST

    lives.director = _AtEveryLink(office)

    def settled() -> bool:
        busy = set(office.states()) & {"preparing", "approved", "delivering"}
        return len(office.states()) == everybody and office.is_quiet() and not busy

    lives.work_until(settled, "all that can go has gone")


class _AtEveryLink(Director):
    """Tries each link once, old ones too: the page says what became of the request."""

    def act(self) -> None:
        for mail in list(self._office.sink.taken):
            if mail.link and mail.link not in self._done:
                with contextlib.suppress(OSError, AssertionError):
                    decide(mail.link, "approve", code=CODE)
                self._done.add(mail.link)


def _check(lives: _Lives) -> None:
    arrived, doubt = lives.arrived(), lives.in_doubt()
    assert [one for one, number in arrived.items() if number > 1] == []
    for number in range(_AT_BACKUP + _LOST):
        who = f"teacher{number}@school.example.org"
        for kind in _OUTSIDE:
            before = {(k, who) for k in _OUTSIDE[: _OUTSIDE.index(kind) + 1]}
            assert arrived[kind, who] == 1 or before & doubt, (kind, who)
    assert lives.office.verify()["faults"] == []


@pytest.mark.timeout(240)
def test_where_nothing_shows_what_was_sent_all_that_is_unclear_waits(
    make: Make, tmp_path: Path
) -> None:
    lives, report = _lose_the_machine(make, tmp_path, keeps_sent=False)
    assert (report["looked"], report["complete"]) == (True, False)
    before = len(lives.office.sink.taken)
    _run_on(lives)
    _check(lives)
    late = lives.office.sink.taken[before:]
    assert not [mail for mail in late if lives.office.kind(mail) in _OUTSIDE]


@pytest.mark.timeout(240)
def test_where_the_server_keeps_what_was_sent_the_rest_goes_by_itself(
    make: Make, tmp_path: Path
) -> None:
    lives, report = _lose_the_machine(make, tmp_path, keeps_sent=True)
    assert (report["looked"], report["complete"]) == (True, True)
    _run_on(lives)
    _check(lives)
    moved = {who for _, who in lives.in_doubt()}
    assert len(moved) < _AT_BACKUP, "only what moved on waits"

    wanted = letters.request(99)
    lives.office.dovecot.append(lives.office.user, wanted)
    served = ("dataset", "teacher99@school.example.org")
    lives.work_until(lambda: lives.arrived()[served] == 1, "the office is at work again")
