"""The whole hostile set beside ordinary mails, through intake and its children on a real store.

Each mail gets one verdict, and the ordinary ones are opened at their first try. The full sizes are
run by `bench.hostile`; here a part of them, so that the suite stays quick.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc.intake import Intake
from mailproc.sandbox import AGAIN_SECONDS, FIRST_SECONDS, Reader
from mailproc.store import messages, schema
from mailproc.store.database import Database
from tests.hostile import CASES, SUITE, WITH_REQUEST
from tests.hostile.wrap import REQUESTER
from tests.test_intake import HABITS, KNOWN, a_mail
from tests.walk import DESK, RULES, Walk

_M = schema.messages
_EVERY = 15  # after so many hostile mails comes an ordinary one
_TURNS = 400


class Office:
    """Two lanes of intake with a child each, as the service has them."""

    def __init__(self, database: Database) -> None:
        self.walk, self.names = Walk(database), {}  # type: Walk, dict[int, str]
        self.readers = [Reader(KNOWN, seconds) for seconds in (FIRST_SECONDS, AGAIN_SECONDS)]
        self.lanes = [
            Intake(database, reader, HABITS, RULES, "me", tried=tried)
            for reader, tried in zip(self.readers, (False, True), strict=True)
        ]

    def bring(self, name: str, raw: bytes) -> None:
        uid = len(self.names) + 1
        self.names[uid] = name
        found = messages.Arrived("a", "INBOX", 1, uid, self.walk.now, len(raw), raw, None)
        with self.walk.database.write() as connection:
            messages.store(connection, [found], self.walk.now)

    def settle(self) -> None:
        """Turns of both lanes until no mail waits."""
        for _ in range(_TURNS):
            while any([lane.turn(DESK, self.walk.now) for lane in self.lanes]):
                pass
            if not self.walk.rows(_M, _M.c.verdict.is_(None)):
                return
            self.walk.now += timedelta(seconds=10)
        raise AssertionError("mails wait for ever")

    def rows(self) -> dict[str, sa.Row[Any]]:
        return {self.names[row.uid]: row for row in self.walk.rows(_M)}


def _hostile(name: str, number: int) -> bytes:
    """One case from a sender of its own, so that none is a copy of another."""
    raw = CASES[name](SUITE)
    return raw.replace(REQUESTER.encode(), b"mali%d@school.example.org" % number, 1)


@pytest.fixture
def office(sqlite_database: Database) -> Iterator[Office]:
    office = Office(sqlite_database)
    yield office
    for reader in office.readers:
        reader.stop()


@pytest.mark.timeout(300)
def test_nothing_in_a_mail_stops_intake(office: Office) -> None:
    for number, name in enumerate(CASES):
        office.bring(name, _hostile(name, number))
        if number % _EVERY == 0:
            office.bring(f"ordinary {number}", a_mail(sender=f"a{number}@school.example.org"))
    office.settle()
    office.bring("ordinary last", a_mail(sender="last@school.example.org"))
    office.settle()
    rows = office.rows()
    _check_that_each_has_one_verdict(rows)
    _check_that_ordinary_mails_were_opened_at_their_first_try(rows)
    _check_that_requests_outlive_their_files(rows)


def _check_that_each_has_one_verdict(rows: dict[str, sa.Row[Any]]) -> None:
    assert rows.keys() >= CASES.keys()
    verdicts = Counter(row.verdict for row in rows.values())
    print(verdicts)
    assert None not in verdicts
    assert verdicts["quarantined"] == 0, {n: r.problem for n, r in rows.items() if r.tries > 1}


def _check_that_ordinary_mails_were_opened_at_their_first_try(
    rows: dict[str, sa.Row[Any]],
) -> None:
    ordinary = {name: row for name, row in rows.items() if name.startswith("ordinary")}
    assert len(ordinary) > len(CASES) // _EVERY
    assert {(row.verdict, row.tries) for row in ordinary.values()} == {("opened", 1)}


def _check_that_requests_outlive_their_files(rows: dict[str, sa.Row[Any]]) -> None:
    assert len(WITH_REQUEST) > 100
    lost = {name: rows[name].verdict for name in WITH_REQUEST if rows[name].verdict != "opened"}
    assert lost == {}
