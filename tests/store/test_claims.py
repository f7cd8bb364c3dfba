from __future__ import annotations

import threading
from datetime import timedelta

import sqlalchemy as sa

from mailproc.store import claims, schema
from mailproc.store.database import Database
from tests.factories import NOW

_O = schema.outbox


def _fill(database: Database, count: int) -> None:
    rows = [
        {
            "kind": "receipt",
            "audience": "requester",
            "message_id": f"<{n}@example.org>",
            "state": "recorded",
            "recorded_at": NOW,
            "due_at": NOW + timedelta(seconds=n % 7),
        }
        for n in range(count)
    ]
    with database.write() as connection:
        connection.execute(_O.insert(), rows)


def _claim(database: Database, owner: str, limit: int = 5, seconds: int = 60) -> list[sa.Row]:  # type: ignore[type-arg]
    now = NOW + timedelta(seconds=seconds)
    with database.write() as connection:
        return list(claims.claim(connection, _O, now=now, owner=owner, limit=limit))


def test_four_workers_take_each_of_200_rows_once(database: Database) -> None:
    _fill(database, 200)
    taken: list[int] = []
    errors: list[Exception] = []

    def work(owner: str) -> None:
        try:
            while rows := _claim(database, owner):
                assert len(rows) <= 5
                taken.extend(row.id for row in rows)
        except Exception as error:
            errors.append(error)

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert len(taken) == 200
    assert len(set(taken)) == 200


def test_workers_of_two_engines_do_not_wait_for_each_other(postgres: object) -> None:
    """On PostgreSQL a row that is being claimed is passed over, not waited for."""
    url = postgres.new()  # type: ignore[attr-defined]
    one, other = Database(url), Database(url)
    one.migrate()
    _fill(one, 10)
    with one.write() as first:
        mine = claims.claim(first, _O, now=NOW + timedelta(60), owner="one", limit=6)
        theirs = _claim(other, "other", limit=10)
    assert len(mine) == 6
    assert len(theirs) == 4
    assert not {row.id for row in mine} & {row.id for row in theirs}
    one.close()
    other.close()
    postgres.drop(url)  # type: ignore[attr-defined]


def test_the_oldest_due_rows_come_first_and_later_ones_not_at_all(database: Database) -> None:
    _fill(database, 14)
    rows = _claim(database, "a", limit=3, seconds=0)
    assert [row.message_id for row in rows] == ["<0@example.org>", "<7@example.org>"]
    assert [(row.owner, row.fence, row.tries) for row in rows] == [("a", 1, 1)] * 2
    assert {row.due_at for row in rows} == {NOW + claims.LEASE}


def test_looking_for_work_claims_nothing(database: Database) -> None:
    _fill(database, 1)
    with database.read() as connection:
        assert claims.is_due(connection, _O, NOW)
        assert not claims.is_due(connection, _O, NOW - timedelta(seconds=1))
        assert not claims.is_due(connection, _O, NOW, _O.c.state == "sent")
    assert len(_claim(database, "a")) == 1


def test_who_comes_late_with_an_old_claim_changes_nothing(database: Database) -> None:
    _fill(database, 1)
    (slow,) = _claim(database, "slow")
    late = int((claims.LEASE + timedelta(minutes=2)).total_seconds())
    (quick,) = _claim(database, "quick", seconds=late)
    assert quick.fence == slow.fence + 1
    with database.write() as connection:
        assert not claims.settle(connection, _O, slow, state="rejected")
        assert claims.settle(connection, _O, quick, state="sent")
    with database.read() as connection:
        row = connection.execute(sa.select(_O)).one()
    assert (row.state, row.due_at, row.owner) == ("sent", None, None)


def test_a_claim_holds_until_its_lease_ends(database: Database) -> None:
    _fill(database, 1)
    assert len(_claim(database, "a", seconds=0)) == 1
    almost = int(claims.LEASE.total_seconds()) - 1
    assert _claim(database, "b", seconds=almost) == []
    assert len(_claim(database, "b", seconds=almost + 1)) == 1


def test_who_knows_that_it_is_alone_ends_every_lease(database: Database) -> None:
    _fill(database, 2)
    _claim(database, "gone", limit=1)
    with database.write() as connection:
        claims.release_all(connection, _O, NOW)
    rows = _claim(database, "new", seconds=1)
    assert [row.fence for row in rows] == [2, 1]
