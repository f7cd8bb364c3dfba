"""kill -9 at every commit of a request, and at random moments: nothing is lost, nothing is sent
twice, and what nobody can know waits for a person."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.dovecot import wait_until

_LAUNCHER = ("-m", "tests.e2e.crashing_serve")
_EVERY = os.environ.get("MAILPROC_TEST_FULL") == "1"
_COMMITS = 36  # of one request from its mail to the delivered dataset; the test below holds it
# With MAILPROC_TEST_FULL every commit at both moments; else every third, at moments in turn.
_MOMENTS = [
    (moment, number)
    for number in range(1, _COMMITS + 1)
    for moment in ("before", "after")
    if _EVERY or number % 6 == {"before": 1, "after": 4}[moment]
]
_BUNDLED_COMMITS = 56  # of three requests of one mail; fewer where nothing is in the way
_BUNDLED_MOMENTS = [
    (moment, number)
    for number in range(1, _BUNDLED_COMMITS + 1)
    for moment in ("before", "after")
    if _EVERY or number % 12 == {"before": 3, "after": 9}[moment]
]


class Director:
    """Approves each request once its mail is there, as often as it takes."""

    def __init__(self, office: Daemon) -> None:
        self._office, self._done = office, set[str]()

    def act(self) -> None:
        for mail in list(self._office.sink.taken):
            link = mail.link
            if not link or link in self._done:
                continue
            with contextlib.suppress(OSError, AssertionError):  # the daemon may be dead
                if decide(link, "approve", code=CODE)[0] == 200:
                    self._done.add(link)


def _finish(office: Daemon, director: Director, requests: int, seconds: float = 60) -> None:
    """Until every request is delivered or waits for a person (or the daemon died)."""

    def settled() -> bool:
        director.act()
        waiting = _waiting(office)
        done = [
            state for number, state in waiting if state == "delivered" or _in_doubt(office, number)
        ]
        return office.is_dead or (len(done) == requests and office.is_quiet())

    office.until(settled, "every request is settled", seconds)


def _waiting(office: Daemon) -> list[tuple[int, str]]:
    return office.rows("SELECT id, state FROM requests")


def _in_doubt(office: Daemon, request: int) -> bool:
    """True where a letter in doubt holds the request up, and an officer was told."""
    rows = office.rows("SELECT kind, state FROM outbox WHERE request_id = ?", request)
    doubt = {("approval", "unknown"), ("dataset", "unknown")} & set(rows)
    return bool(doubt) and ("officer_needs_person", "sent") in rows


def _check(office: Daemon) -> None:
    """Once or, where it is `unknown`, at most once; and the history is whole."""
    # Letters about codes belong to no request; each is owed by its own row of the register.
    of_requests = "SELECT kind, request_id, to_addr FROM outbox WHERE kind <> 'security'"
    logical = office.rows(of_requests)
    security = office.rows("SELECT count(*) FROM outbox WHERE kind = 'security'")
    assert security <= office.rows("SELECT count(*) FROM people_log")
    assert len(logical) == len(set(logical)), Counter(logical).most_common(2)
    _check_bundles(office)
    rows = office.rows(
        "SELECT message_id, state, kind, request_id FROM outbox WHERE bundled_into IS NULL"
    )
    arrived = Counter(mail.message_id for mail in office.sink.taken)
    assert arrived.keys() <= {row[0] for row in rows}
    for message_id, state, kind, *_ in rows:
        # What an officer learns by the list of the morning is folded into it, and not mailed.
        assert state in ("sent", "unknown", "folded"), (kind, state)
        times = {"sent": (1,), "unknown": (0, 1), "folded": (0,)}[state]
        assert arrived[message_id] in times, (kind, state)
    listed = office.cli("outbox", "list", "--state", "unknown", "--json")
    unknown = office.rows("SELECT id FROM outbox WHERE state = 'unknown'")
    assert {(row["id"],) for row in listed} == set(unknown)
    assert office.verify()["faults"] == []


def _check_bundles(office: Daemon) -> None:
    """Letters that went together share their fate; each file arrived in the mail that has it."""
    query = (
        "SELECT mail.message_id, mail.state, mail.bundled_into, part.state, file.filename "
        "FROM outbox part JOIN outbox mail ON mail.id = coalesce(part.bundled_into, part.id) "
        "LEFT JOIN files file ON file.id = part.file_id"
    )
    files: dict[str, list[str]] = {}
    for message_id, state, led, own, name in office.rows(query):
        assert (led, own) == (None, state)
        if name:
            files.setdefault(message_id, []).append(name)
    for mail in office.sink.taken:
        assert sorted(name for name, _ in mail.files) == sorted(files.get(mail.message_id, []))


def test_the_sweep_reaches_every_commit(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """An undisturbed request takes no more commits than the sweep goes through."""
    monkeypatch.setenv("CRASH_AT", f"before {_COMMITS + 1}")
    office = make()
    office.start(_LAUNCHER)
    office.dovecot.append(office.user, letters.request())
    _finish(office, Director(office), 1)
    assert office.states() == ["delivered"]
    assert not office.is_dead, "the path has more commits than the sweep"


@pytest.mark.parametrize(("moment", "number"), _MOMENTS)
def test_a_crash_at_a_commit_loses_nothing_and_repeats_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch, moment: str, number: int
) -> None:
    monkeypatch.setenv("CRASH_AT", f"{moment} {number}")
    office = make()
    office.start(_LAUNCHER, ready=False)
    office.dovecot.append(office.user, letters.request())
    director = Director(office)

    _finish(office, director, 1)
    office.kill()
    office.start(ready=False)
    _finish(office, director, 1)
    _check(office)


def _several(make: Make) -> Daemon:
    """An office that holds approvals long enough for three of one mail to go together."""
    office = make()
    office.hold = 3
    office.write_settings()
    return office


def test_three_datasets_of_one_mail_need_one_receipt_and_one_delivery(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undisturbed; and with no more commits than the sweep below goes through."""
    monkeypatch.setenv("CRASH_AT", f"before {_BUNDLED_COMMITS + 1}")
    office = _several(make)
    office.start(_LAUNCHER)
    office.dovecot.append(office.user, letters.several())
    _finish(office, Director(office), 3)
    assert not office.is_dead, "the path has more commits than the sweep"
    assert office.states() == ["delivered"] * 3
    _check(office)
    kinds = Counter(office.kind(mail) for mail in office.sink.taken)
    del kinds["security"]  # about the director's code
    assert kinds == {"receipt": 1, "approval": 3, "dataset": 1}
    assert len(office.letter("dataset").files) == 3


@pytest.mark.parametrize(("moment", "number"), _BUNDLED_MOMENTS)
def test_a_crash_loses_and_repeats_nothing_of_three_requests_of_one_mail(
    make: Make, monkeypatch: pytest.MonkeyPatch, moment: str, number: int
) -> None:
    monkeypatch.setenv("CRASH_AT", f"{moment} {number}")
    office = _several(make)
    office.start(_LAUNCHER, ready=False)
    office.dovecot.append(office.user, letters.several())
    director = Director(office)

    _finish(office, director, 3)
    office.kill()
    office.start(ready=False)
    _finish(office, director, 3)
    _check(office)
    assert office.verdicts() == {"opened": 1}


@pytest.mark.timeout(300)
def test_kills_at_random_moments_lose_nothing_and_repeat_nothing(make: Make) -> None:
    office, dice, requests = make(), random.Random(7), 20
    director = Director(office)
    for number in range(requests):
        office.start(ready=number % 4 > 0)  # each fourth is killed while it starts
        office.dovecot.append(office.user, letters.request(number))
        until = time.monotonic() + dice.uniform(0.1, 1.3)
        while time.monotonic() < until:
            director.act()
            time.sleep(0.01)
        office.kill()
    office.start(ready=False)
    _finish(office, director, requests, 120)
    _check(office)
    assert office.verdicts() == {"opened": requests}


def test_a_killed_daemon_leaves_no_child_behind(office: Daemon) -> None:
    office.dovecot.append(office.user, letters.request())
    office.letter("approval")
    assert office.process is not None
    children = _descendants(office.process.pid)
    assert children
    office.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 10, "all gone")


def _descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return found + [pid for child in found for pid in _descendants(child)]
