"""How many mails may begin, counted over all who share the database."""

from __future__ import annotations

import threading
from datetime import timedelta

import sqlalchemy as sa

from mailproc.store import outbox, schema
from mailproc.store import pace as pacing
from mailproc.store.database import Database
from mailproc.workflow.pace import Pace
from tests.factories import NOW, a_letter
from tests.walk import DESK

_O = schema.outbox
_PACE = Pace(per_minute=3)


def _owed(connection: sa.Connection, number: int) -> int:
    letter = a_letter("officer_tell", message_id=f"<{number}@example.org>", request=None)
    return outbox.record(connection, letter, "officer", DESK)


def test_mails_in_flight_and_of_the_last_minute_count_and_followers_do_not(
    database: Database,
) -> None:
    with database.write() as connection:
        ids = [_owed(connection, number) for number in range(5)]
        assert pacing.room(connection, _PACE, NOW) == 3
        (first, second, third, *_) = (_O.update().where(_O.c.id == one) for one in ids)
        connection.execute(first.values(state="transmitting"))
        connection.execute(second.values(state="sent", tried_at=NOW))
        connection.execute(third.values(state="sent", tried_at=NOW, bundled_into=ids[1]))
        assert pacing.room(connection, _PACE, NOW) == 1
        assert pacing.room(connection, _PACE, NOW + timedelta(seconds=60)) == 2
        assert pacing.room(connection, Pace(), NOW) == pacing.UNLIMITED


def test_two_who_begin_at_once_never_begin_too_many(database: Database) -> None:
    with database.write() as connection:
        ids = [_owed(connection, number) for number in range(12)]
    ready = threading.Barrier(4)

    def begin(mine: list[int]) -> None:
        ready.wait()
        for one in mine:
            with database.write() as connection:
                pacing.hold(connection, _PACE)
                if pacing.room(connection, _PACE, NOW):
                    mark = _O.update().where(_O.c.id == one).values(state="transmitting")
                    connection.execute(mark)

    threads = [threading.Thread(target=begin, args=(ids[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert pacing.room(connection, _PACE, NOW) == 0
        began = sa.select(sa.func.count()).where(_O.c.state == "transmitting")
        assert connection.scalar(began) == 3
