from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.store import messages, outbox, vitals
from mailproc.store.database import Database
from tests.factories import NOW
from tests.walk import Walk

MINUTE = timedelta(minutes=1)


def test_queues_tell_how_much_waits_and_since_when(walk: Walk) -> None:
    walk.prepared()
    with walk.database.write() as connection:
        mails = [
            messages.Arrived("a@b", "INBOX", 1, uid, NOW, 9, b"Subject: x\r\n\r\n")
            for uid in (1, 2)
        ]
        messages.store(connection, mails, NOW)
        seen = vitals.read(connection, NOW + 5 * MINUTE)
        waiting = vitals.for_person(connection)
    assert (seen.unread.count, seen.unread.age(NOW + 5 * MINUTE)) == (2, 300.0)
    assert seen.unsent.count > 0
    assert seen.jobs.oldest is not None
    assert seen.requests == {"awaiting_decision": 1}
    assert (seen.unknown, seen.held, seen.stopped_at) == (0, 0, None)
    assert waiting == {"quarantined": 0, "unplaced": 0}


def test_what_a_server_refused_for_now_is_counted_until_it_is_due_again(walk: Walk) -> None:
    walk.prepared()
    with walk.database.write() as connection:
        rows = outbox.claim(connection, walk.now, "me", 5)
        outbox.put_back(connection, rows[0], NOW + 5 * MINUTE, code=451)
        outbox.mark_transmitting(connection, rows[1], NOW)
    with walk.database.read() as connection:
        assert vitals.read(connection, NOW).refused == 1
        seen = vitals.read(connection, NOW + 6 * MINUTE)
    assert (seen.refused, seen.unsent.count) == (0, 1)


def test_what_is_asked_four_times_a_minute_reads_no_whole_table(sqlite_database: Database) -> None:
    """Mails have their bytes beside them, and letters are many."""
    found: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        plan = connection.connection.driver_connection.execute(
            f"EXPLAIN QUERY PLAN {statement}", values
        )
        found.extend(row[3] for row in plan)

    with sqlite_database.read() as connection:
        sa.event.listen(sqlite_database.engine, "before_cursor_execute", explain)
        vitals.read(connection, NOW)
        sa.event.remove(sqlite_database.engine, "before_cursor_execute", explain)
    assert len(found) >= 5
    whole = [step for step in found if step.startswith("SCAN") and "USING" not in step]
    assert whole == []
