"""Mails that wait for an officer, told by one notice an hour."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mailproc.model import Waiting
from mailproc.store import holdings, schema, waiting
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from tests.factories import NOW
from tests.walk import DESK

_MANY = 6


def _mail(number: int) -> Waiting:
    return Waiting(number, "นายถาม ถามไป", "ask@example.org", f"เรื่องที่ {number}", "", "")


def _told(database: Database) -> list[int]:
    """Ids of the mails in the one notice that is still to be sent."""
    table = schema.outbox
    with database.read() as connection:
        (row,) = connection.execute(table.select().where(table.c.kind == waiting.KIND))
    return sorted(one.id for one in load_letter(row.letter).waiting)


def test_what_several_daemons_have_to_tell_stands_in_one_notice(database: Database) -> None:
    together = Barrier(_MANY)
    with database.write() as connection:
        waiting.tell(connection, DESK, NOW, [_mail(0)])

    def tell(number: int) -> None:
        together.wait()
        with database.write() as connection:
            waiting.tell(connection, DESK, NOW, [_mail(number)])

    with ThreadPoolExecutor(_MANY) as pool:
        list(pool.map(tell, range(1, _MANY + 1)))
    assert _told(database) == list(range(_MANY + 1))


def test_who_is_forgotten_stands_in_no_notice_that_was_sent(database: Database) -> None:
    """The words of a mail that nobody could place were told to the officer."""
    table = schema.outbox
    with database.write() as connection:
        waiting.tell(connection, DESK, NOW, [_mail(1)])
        connection.execute(table.update().values(state="sent", due_at=None))
        holdings.forget(connection, "Ask@example.org", NOW)
        (row,) = connection.execute(table.select())
    assert row.letter is None
    assert row.to_addr == "officer@example.org"
