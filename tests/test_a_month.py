"""A month with holidays, a deputy, nudges and reminders, compared with a table written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc import standing_in
from mailproc.deadlines import Deadlines
from mailproc.deciding import Given, take
from mailproc.model import Request, State
from mailproc.publicdays import government_holidays
from mailproc.store import absences, links, people, requests, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import calendar
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from tests.factories import a_person
from tests.walk import DESK, RULES, a_draft, data_prepared

BANGKOK = ZoneInfo("Asia/Bangkok")
RULES_TH = replace(RULES, holidays=government_holidays())

# What happens: three requests, an absence from 8 to 11 December, and what people do. Free are the
# weekends, 7 (for Fathers' Day on a Saturday), 10 and 31 December, and 1 January.
# Who is reminded: the director, or from the 8th to the 11th the deputy. Three working days after
# it was laid before them the officer learns of it. The legal days of the first request end on the
# 16th; the 12th of them is a Sunday, so the officer is told on the Friday before.
TABLE = """
Tue 01 Dec 10:00  1  approval           director
Wed 02 Dec 10:00  1  approval_reminder  director
Thu 03 Dec 10:00  1  approval_reminder  director
Thu 03 Dec 14:00  -  away               director
Thu 03 Dec 14:00  -  stand_in           deputy
Fri 04 Dec 08:30  1  escalated          officer
Fri 04 Dec 10:00  1  approval_reminder  director
Fri 04 Dec 15:00  2  approval           director
Tue 08 Dec 08:30  1  approval           deputy     for director
Tue 08 Dec 08:30  2  approval           deputy     for director
Wed 09 Dec 08:30  1  approval_reminder  deputy     for director
Wed 09 Dec 08:30  2  approval_reminder  deputy     for director
Wed 09 Dec 11:00  1  approval_reminder  deputy     for director, nudge
Wed 09 Dec 11:00  1  nudged             requester  sent
Wed 09 Dec 15:00  1  nudged             requester  again
Fri 11 Dec 08:30  1  approval_reminder  deputy     for director
Fri 11 Dec 08:30  1  officer_overdue    officer    soon
Mon 14 Dec 08:30  1  approval_reminder  director
Tue 15 Dec 08:30  1  approval_reminder  director
Wed 16 Dec 08:30  1  approval_reminder  director
Wed 16 Dec 08:30  1  officer_overdue    officer    end
Wed 16 Dec 08:30  1  overdue            requester
Thu 17 Dec 08:30  1  approval_reminder  director
Tue 29 Dec 16:00  3  approval           director
Wed 30 Dec 16:00  3  approval_reminder  director
Sat 02 Jan 20:00  3  nudged             requester  later
Sun 03 Jan 20:00  3  nudged             requester  again
Mon 04 Jan 08:30  3  approval_reminder  director
Mon 04 Jan 10:00  3  nudged             requester  again
Tue 05 Jan 08:30  3  approval_reminder  director
Tue 05 Jan 08:30  3  escalated          officer
Wed 06 Jan 08:30  3  approval_reminder  director
Thu 07 Jan 08:30  3  approval_reminder  director
Fri 08 Jan 08:30  3  approval_reminder  director
Fri 08 Jan 08:30  3  officer_overdue    officer    soon
"""
_DETAILS = ("soon", "end", "sent", "again", "later", "nudge")


def _at(text: str) -> datetime:
    """«12-01 10:00» of the month, as the store has it."""
    year = 2027 if text.startswith("01") else 2026
    return datetime.fromisoformat(f"{year}-{text}").replace(tzinfo=BANGKOK).astimezone(UTC)


class Month:
    """An office on a clock that is set; each half hour the deadlines have their turn."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, _at("12-01 00:00")
        self.ids: list[int] = []
        self.names: dict[str, str] = {"somsri@school.example.org": "requester"}
        roles = (("director", "group_director"), ("deputy", "deputy"), ("officer", "officer"))
        for name, role in roles:
            self.names[f"{name}@example.org"] = name
            person = a_person(name=name, address=f"{name}@example.org", role=role, position="")
            with database.write() as connection:
                setattr(self, name, people.add(connection, person, self.now))
        self.deadlines = Deadlines(database, RULES_TH, "Asia/Bangkok")

    def desk(self) -> Desk:
        with self.database.read() as connection:
            return standing_in.as_of(connection, DESK, self.now)

    def live(self, until: datetime, script: dict[str, Callable[[], None]]) -> None:
        """Half hours pass; what people do happens at its time, before the turn."""
        due = {_at(when): what for when, what in script.items()}
        while self.now < until:
            for what in (what for when, what in due.items() if when == self.now):
                what()
            while self.deadlines.turn(self.desk(), self.now):
                pass
            night = self.now.astimezone(BANGKOK).hour in (0, 3, 21)  # nothing happens but midnight
            self.now += timedelta(hours=3 if night else 0.5)

    # ------------------------------------------------------------ what people do

    def ask(self) -> None:
        """A request that is prepared at once and laid before the director."""
        with self.database.write() as connection:
            (number,) = requests.take_numbers(connection, "requests", 1)
            draft = replace(a_draft(received_at=self.now), id=number, number=f"2569/{number:05d}")
        self.ids.append(number)
        opened = self._happen(draft, e.Opened())
        self._happen(opened, data_prepared(opened))

    def nudge(self, which: int) -> Callable[[], None]:
        return lambda: self._on(which, e.Nudged(by="requester"))

    def away(self, first: date, last: date) -> Callable[[], None]:
        def enter() -> None:
            days = calendar.span(first, last, "Asia/Bangkok")
            who = (self.director, self.deputy)  # type: ignore[attr-defined]
            with self.database.write() as connection:
                absences.begin(connection, *who, *days, "command", self.now)

        return enter

    def approve(self, which: int, name: str) -> Callable[[], None]:
        """With the newest link that the person has."""

        def decide_now() -> None:
            with self.database.read() as connection:
                mine = links.to_decide(connection, getattr(self, name), self.now)
            link = next(link for link in mine if link.request_id == self.ids[which - 1])
            given = Given("approve", via="page", device="code")
            taken = take(self.database, link.id, given, RULES_TH, self.desk, self.now)
            assert taken.outcome == "done"

        return decide_now

    def _on(self, which: int, event: e.Event) -> None:
        self._happen(self.request(which), event)

    def _happen(self, request: Request, event: e.Event) -> Request:
        decision = decide(request, event, RULES_TH, self.now)
        assert not decision.ignored
        with self.database.write() as connection:
            requests.apply(connection, [decision], self.desk(), self.now)
        return decision.after

    def request(self, which: int) -> Request:
        with self.database.read() as connection:
            found = requests.get(connection, self.ids[which - 1])
        assert found is not None
        return found

    # ------------------------------------------------------------ what came of it

    def letters(self) -> list[str]:
        """The lines of the table, without receipts."""
        query = schema.outbox.select().where(schema.outbox.c.kind != "receipt")
        with self.database.read() as connection:
            lines = sorted(map(self._line, connection.execute(query)))
        return [line for _, line in lines]

    def _line(self, row: object) -> tuple[datetime, str]:
        letter = load_letter(row.letter)  # type: ignore[attr-defined]
        local = letter.created_at.astimezone(BANGKOK)
        number = str(self.ids.index(letter.request.id) + 1) if letter.request else "-"
        told = [f"for {letter.for_name}"] if letter.for_name else []
        told += [letter.reason] if letter.reason in _DETAILS else []
        to = self.names[letter.to_addr]
        line = f"{local:%a %d %b %H:%M}  {number}  {letter.kind:<18} {to:<10} {', '.join(told)}"
        return letter.created_at, line.rstrip()


@pytest.fixture
def month(sqlite_database: Database) -> Month:
    return Month(sqlite_database)


def test_a_month_is_as_it_was_written_down(month: Month) -> None:
    script: dict[str, Callable[[], None]] = {
        "12-01 10:00": month.ask,
        "12-03 14:00": month.away(date(2026, 12, 8), date(2026, 12, 11)),
        "12-04 15:00": month.ask,
        "12-09 10:00": month.approve(2, "deputy"),
        "12-09 11:00": month.nudge(1),
        "12-09 15:00": month.nudge(1),
        "12-17 09:00": month.approve(1, "director"),
        "12-29 16:00": month.ask,
        "01-02 20:00": month.nudge(3),
        "01-03 20:00": month.nudge(3),
        "01-04 10:00": month.nudge(3),
    }
    month.live(_at("01-09 00:00"), script)
    assert month.letters() == TABLE.strip().split("\n")
    states = [month.request(which).state for which in (1, 2, 3)]
    assert states == [State.DELIVERING, State.DELIVERING, State.AWAITING_DECISION]
    second = month.request(2)
    assert [(one.name, one.for_name) for one in second.approvals] == [("deputy", "director")]
    with month.database.read() as connection:
        decided = list(connection.execute(schema.decisions.select()))
    who = [(row.person_id, row.for_person_id) for row in decided]
    director, deputy = month.director, month.deputy  # type: ignore[attr-defined]
    assert who == [(deputy, director), (director, None)]
