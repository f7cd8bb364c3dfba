"""The monthly account of what was approved ahead, on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from mailproc.accounts import Accounts
from mailproc.deciding import ahead
from mailproc.model import Request, Rules
from mailproc.store import decisions, outbox, people, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from tests.walk import DESK, DIRECTOR, RULES, Walk

BANGKOK = ZoneInfo("Asia/Bangkok")
# 1 January is a holiday, and 2 and 3 January 2027 are a weekend.
OFFICE = replace(RULES, timezone="Asia/Bangkok", holidays=frozenset({date(2027, 1, 1)}))
FIRST_DAY = datetime(2027, 1, 4, 8, 30, tzinfo=BANGKOK)


class Month:
    """December of an office whose director approved something ahead."""

    def __init__(self, database: Database) -> None:
        self.database, self.walk = database, Walk(database)
        self.walk.now = datetime(2026, 12, 10, 9, 0, tzinfo=BANGKOK)
        with database.write() as connection:
            self.person = people.add(connection, DIRECTOR, self.walk.now)
            wanted = ahead.Wanted("student_count", "roster", date(2027, 6, 30))
            self.given = ahead.grant(
                connection, wanted, self.person, OFFICE, self.walk.now, via="page"
            )

    def let_through(self, on: datetime) -> Request:
        self.walk.now = on
        request = self.walk.prepared()
        row = decisions.Row(
            request_id=request.id,
            request_version=request.version,
            person_id=self.person,
            verdict="approved",
            content_hash=request.content_hash,
            via="rule",
            standing_id=self.given,
        )
        with self.database.write() as connection:
            decisions.record(connection, row, on)
        return request

    def turn(self, now: datetime, rules: Rules = OFFICE) -> int:
        """Of a process that was started just now."""
        return Accounts(self.database).turn(DESK, rules, now)

    def letters(self) -> list[sa.Row[tuple[object, ...]]]:
        return self.walk.rows(schema.outbox, schema.outbox.c.kind == "standing_account")


@pytest.fixture
def month(database: Database) -> Month:
    return Month(database)


def test_the_account_comes_on_the_first_working_day_and_once(month: Month) -> None:
    one = month.let_through(datetime(2026, 12, 11, 9, 0, tzinfo=BANGKOK))
    two = month.let_through(datetime(2026, 12, 31, 23, 59, tzinfo=BANGKOK))
    month.let_through(datetime(2027, 1, 1, 0, 0, tzinfo=BANGKOK))  # of the next account
    for early in (datetime(2027, 1, 1, 9, 0, tzinfo=BANGKOK), FIRST_DAY - timedelta(seconds=1)):
        assert month.turn(early) == 0
    assert month.turn(FIRST_DAY) == 2
    assert month.turn(FIRST_DAY) == 0, "another process, or the same after a restart"
    assert month.turn(FIRST_DAY + timedelta(days=20)) == 0
    letters = month.letters()
    assert [row.request_id for row in letters] == [one.id, two.id]
    assert {row.to_addr for row in letters} == {DIRECTOR.address}
    assert len({row.bundle for row in letters}) == 1, "they go as one mail"
    told = load_letter(letters[0].letter)
    assert (told.reason, told.note) == ("2026-12-01", "2026-12-31")


def test_where_nothing_was_let_through_nobody_is_written_to(month: Month) -> None:
    assert month.turn(FIRST_DAY) == 0
    assert month.letters() == []


def test_an_office_that_was_closed_on_that_day_gets_it_afterwards(month: Month) -> None:
    month.let_through(datetime(2026, 12, 11, 9, 0, tzinfo=BANGKOK))
    assert month.turn(FIRST_DAY + timedelta(days=9)) == 1


def test_the_account_of_who_has_left_goes_to_who_holds_the_role(month: Month) -> None:
    month.let_through(datetime(2026, 12, 11, 9, 0, tzinfo=BANGKOK))
    with month.database.write() as connection:
        people.end_role(connection, month.person, datetime(2026, 12, 20, tzinfo=BANGKOK))
    assert month.turn(FIRST_DAY) == 1
    assert month.letters()[0].to_addr == DESK.people["director"][0].address


def test_a_letter_of_the_account_is_claimed_with_all_of_its_bundle(month: Month) -> None:
    for day in (11, 12, 13):
        month.let_through(datetime(2026, 12, day, 9, 0, tzinfo=BANGKOK))
    month.turn(FIRST_DAY)
    with month.database.write() as connection:
        other = schema.outbox.update().where(schema.outbox.c.kind != "standing_account")
        connection.execute(other.values(state="sent", due_at=None))
        claimed = outbox.claim(connection, FIRST_DAY, "me", 1)
    assert [row.kind for row in claimed] == ["standing_account"] * 3
