"""Mail keeps to the server's rate by waiting; nothing is dropped, and what is urgent goes first."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from mailproc.composing import Draft
from mailproc.logins import providers
from mailproc.mail.delivery import Delivery
from mailproc.mail.login import Server
from mailproc.outbox import Outbox
from mailproc.sandbox import Failed
from mailproc.store import outbox, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.workflow.pace import PATIENCE, Pace
from tests.factories import a_letter
from tests.smtpd import ScriptedServer
from tests.walk import DESK, RULES

NOW = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
_O = schema.outbox
_MINUTE = timedelta(seconds=60)
_NUMBERS = itertools.count(1)


class Quick:
    """Composes without templates: what is looked at here is when, not what."""

    def compose(self, drafts: Sequence[Draft]) -> Iterator[bytes | Failed]:
        for draft in drafts:
            kind = load_letter(draft.letter).kind
            yield f"Subject: {kind}\r\n\r\nx\r\n".encode()


class Station:
    """A database with daemons that share it; every mail notes the time at which it was taken."""

    def __init__(self, database: Database, server: ScriptedServer, pace: Pace) -> None:
        self.database, self.server, self.pace, self.now = database, server, pace, NOW
        self.taken: list[datetime] = []
        server.after_dot = self._note
        self.deliveries: list[Delivery] = []

    async def _note(self) -> None:
        self.taken.append(self.now)

    def daemon(self, lanes: int = 4) -> Outbox:
        place = Server(self.server.host, self.server.port, "none")
        mine = [Delivery(place, None, "data@example.org", timeout=5) for _ in range(lanes)]
        self.deliveries += mine
        name = f"daemon {next(_NUMBERS)}"
        return Outbox(
            self.database, Quick(), mine, RULES, "", name, lambda: self.now, pace=self.pace
        )

    def owe(self, count: int, kind: str = "officer_tell") -> None:
        with self.database.write() as connection:
            for _ in range(count):
                name = f"<{next(_NUMBERS)}@data.example.org>"
                letter = a_letter(kind, created_at=self.now, message_id=name, request=None)
                outbox.record(connection, letter, "officer", DESK)

    def states(self) -> set[str]:
        with self.database.read() as connection:
            return set(connection.execute(_O.select().with_only_columns(_O.c.state)).scalars())

    def most_in_a_minute(self) -> int:
        return max(sum(at <= one < at + _MINUTE for one in self.taken) for at in self.taken)


@pytest.fixture
async def station(sqlite_database: Database, server: ScriptedServer) -> AsyncIterator[Station]:
    found = Station(sqlite_database, server, Pace(per_minute=30))
    yield found
    for delivery in found.deliveries:
        await delivery.close()


async def test_a_hundred_mails_at_thirty_a_minute_by_two_daemons(station: Station) -> None:
    station.owe(100)
    daemons = [station.daemon(), station.daemon()]
    for second in range(240):
        await daemons[second % 2].turn(DESK)
        station.now += timedelta(seconds=1)
    assert len(station.taken) == 100
    assert station.states() == {"sent"}
    assert station.most_in_a_minute() == 30
    assert station.taken[-1] - station.taken[0] < timedelta(minutes=4), "no slower than need be"


async def test_what_is_urgent_goes_first_and_nothing_waits_for_ever(station: Station) -> None:
    station.pace = Pace(per_minute=2)
    station.owe(3)
    station.owe(3, "security")
    daemon = station.daemon(lanes=1)
    for _ in range(3):
        await daemon.turn(DESK)
        station.now += _MINUTE
    subjects = [content.split(b"\r\n")[0].decode()[9:] for _, content in station.server.taken]
    assert sorted(subjects[:2]) == ["security", "security"]
    assert sorted(subjects[2:4]) == ["officer_tell", "security"]
    assert subjects[4:] == ["officer_tell"] * 2


async def test_an_old_letter_goes_before_new_urgent_ones(station: Station) -> None:
    station.pace = Pace(per_minute=1)
    station.owe(1)
    station.now += PATIENCE
    station.owe(3, "security")
    await station.daemon().turn(DESK)
    assert b"officer_tell" in station.server.taken[0][1]


async def test_refused_mails_count_as_well(station: Station) -> None:
    station.server.script = [{"RCPT": "550 nobody"} for _ in range(30)]
    station.owe(40)
    daemon = station.daemon(lanes=1)
    while await daemon.turn(DESK):
        pass
    assert station.taken == []
    station.now += _MINUTE
    while await daemon.turn(DESK):
        pass
    assert len(station.taken) >= 10


async def test_a_day_has_its_limit_too(station: Station) -> None:
    station.pace = Pace(in_24_hours=5)
    station.owe(7)
    daemon = station.daemon()
    for _ in range(30):
        await daemon.turn(DESK)
        station.now += timedelta(hours=1)
    assert len(station.taken) == 7
    assert station.taken[5] - station.taken[0] >= timedelta(hours=24)


async def test_without_a_limit_all_go_at_once(station: Station) -> None:
    station.pace = Pace()
    station.owe(70)
    daemon = station.daemon()
    while await daemon.turn(DESK):
        pass
    assert len(station.taken) == 70


async def test_a_time_to_come_holds_nothing_back(station: Station) -> None:
    station.owe(30)
    daemon = station.daemon()
    station.now += timedelta(days=3650)
    while await daemon.turn(DESK):
        pass
    station.now -= timedelta(days=3650)
    station.owe(1)
    await daemon.turn(DESK)
    assert len(station.taken) == 31


@pytest.mark.parametrize(
    ("host", "username", "expected"),
    [
        ("smtp.office365.com", "data@office.example.org", Pace(30, 10_000)),
        ("SMTP.Office365.com", "data@office.example.org", Pace(30, 10_000)),
        ("smtp.gmail.com", "somebody@gmail.com", Pace(0, 500)),
        ("smtp.gmail.com", "data@office.example.org", Pace(0, 2_000)),
        ("mail.office.example.org", "data@office.example.org", Pace()),
    ],
)
def test_the_provider_sets_the_pace(host: str, username: str, expected: Pace) -> None:
    assert providers.pace(host, username) == expected
