from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc.errors import Stale
from mailproc.store import claims, messages, schema
from mailproc.store.database import Database
from mailproc.store.messages import Arrived, Place, Settled
from tests.factories import NOW

_M = schema.messages
MAIL = Arrived("data@example.org", "INBOX", 7, 1, NOW, 3, b"raw")


def _store(database: Database, *mails: Arrived) -> None:
    with database.write() as connection:
        messages.store(connection, mails, NOW)


def _rows(database: Database) -> list[sa.Row[Any]]:
    with database.read() as connection:
        return list(connection.execute(sa.select(_M).order_by(_M.c.id)))


def _claim(database: Database, owner: str = "a", later: timedelta = timedelta()) -> Any:
    with database.write() as connection:
        return messages.claim(connection, NOW + later, owner, 10)


def _settle(database: Database, *settled: Settled) -> None:
    with database.write() as connection:
        messages.settle(connection, settled, NOW)


def test_a_mail_that_is_there_stays_as_it_is(database: Database) -> None:
    _store(database, MAIL)
    _store(database, replace(MAIL, raw=b"other"), replace(MAIL, uid=2))
    assert [(row.uid, row.raw) for row in _rows(database)] == [(1, b"raw"), (2, b"raw")]


def test_the_key_is_account_folder_uidvalidity_and_uid(database: Database) -> None:
    others = [
        replace(MAIL, account="b@example.org"),
        replace(MAIL, folder="Junk"),
        replace(MAIL, uid_validity=8),
        replace(MAIL, uid=2),
    ]
    _store(database, MAIL, *others)
    assert len(_rows(database)) == 5


def test_a_folder_is_read_on_from_where_it_was_left(database: Database) -> None:
    with database.write() as connection:
        assert messages.place(connection, "a", "INBOX") is None
        messages.set_place(connection, "a", "INBOX", Place(7, 12), NOW)
        messages.set_place(connection, "a", "Junk", Place(9, 1), NOW)
        messages.set_place(connection, "a", "INBOX", Place(8, 3), NOW)
        assert messages.place(connection, "a", "INBOX") == Place(8, 3)
        assert messages.place(connection, "a", "Junk") == Place(9, 1)


def test_a_mail_from_before_the_start_is_recorded_and_never_due(database: Database) -> None:
    _store(database, replace(MAIL, raw=None, verdict="before_start"))
    assert _claim(database) == []
    (row,) = _rows(database)
    assert (row.verdict, row.verdict_at) == ("before_start", NOW)


def test_a_settled_mail_is_never_due_again(database: Database) -> None:
    _store(database, MAIL)
    (row,) = _claim(database)
    _settle(database, Settled(row, "opened", "digest", "<1@x>", 5, mark="seen"))
    assert _claim(database, later=timedelta(days=1)) == []
    (row,) = _rows(database)
    assert (row.verdict, row.digest, row.request_id, row.verdict_at) == ("opened", "digest", 5, NOW)


def test_a_mail_that_was_taken_over_is_not_settled_twice(database: Database) -> None:
    _store(database, MAIL, replace(MAIL, uid=2))
    slow = _claim(database, "slow")
    (_, second) = _claim(database, "quick", claims.LEASE)
    _settle(database, Settled(second, "unplaced"))
    with pytest.raises(Stale):
        _settle(database, *(Settled(row, "opened") for row in slow))
    assert [row.verdict for row in _rows(database)] == [None, "unplaced"]
    with pytest.raises(Stale):
        _settle(database, Settled(second, "opened"))


def test_a_mail_gets_another_try_later(database: Database) -> None:
    _store(database, MAIL)
    (row,) = _claim(database)
    with database.write() as connection:
        messages.try_again(connection, row, NOW + timedelta(seconds=5), "took too long")
    assert _claim(database) == []
    (again,) = _claim(database, later=timedelta(seconds=5))
    assert (again.tries, again.problem) == (2, "took too long")


@pytest.mark.parametrize("verdict", messages.VERDICTS)
def test_a_second_copy_is_known_where_the_first_was_dealt_with(
    sqlite_database: Database, verdict: str
) -> None:
    _store(sqlite_database, MAIL)
    (row,) = _claim(sqlite_database)
    _settle(sqlite_database, Settled(row, verdict, "digest"))
    with sqlite_database.read() as connection:
        seen = messages.seen_digests(connection, ["digest", "another"])
    never = {"ignored_automatic", "ignored_own", "duplicate", "before_start"}
    assert seen == (set() if verdict in never | {"quarantined"} else {"digest"})


@pytest.mark.parametrize("verdict", ["quarantined", "unplaced"])
def test_a_mail_that_was_put_aside_can_be_read_again(database: Database, verdict: str) -> None:
    _store(database, MAIL)
    (row,) = _claim(database)
    _settle(database, Settled(row, verdict, "digest", problem="took too long"))
    with database.write() as connection:
        assert messages.replay(connection, row.id, NOW)
        assert not messages.replay(connection, row.id, NOW)
        assert messages.seen_digests(connection, ["digest"]) == set(), "it is no copy of itself"
    (again,) = _claim(database)
    assert (again.tries, again.verdict, again.problem, again.raw) == (1, None, None, b"raw")


def test_what_was_dealt_with_is_not_read_again(database: Database) -> None:
    _store(database, MAIL)
    (row,) = _claim(database)
    _settle(database, Settled(row, "opened"))
    with database.write() as connection:
        assert not messages.replay(connection, row.id, NOW)
        assert not messages.replay(connection, 99, NOW)


def test_flags_are_owed_until_they_are_set(database: Database) -> None:
    _store(database, MAIL, replace(MAIL, uid=2), replace(MAIL, uid=3, folder="Junk"))
    rows = _claim(database)
    _settle(database, *(Settled(row, "opened", mark="seen") for row in (rows[0], rows[2])))
    with database.write() as connection:
        owed = messages.to_mark(connection, MAIL.account, "INBOX")
        assert [(row.uid, row.uid_validity) for row in owed] == [(1, 7)]
        messages.marked(connection, [row.id for row in owed])
        assert messages.to_mark(connection, MAIL.account, "INBOX") == []


def test_lists_do_not_read_the_bytes(database: Database) -> None:
    _store(database, MAIL, replace(MAIL, uid=2))
    _settle(database, *(Settled(row, "quarantined") for row in _claim(database)))
    with database.read() as connection:
        rows = messages.listed(connection, ["quarantined"])
        whole = messages.get(connection, rows[0].id)
    assert [row.uid for row in rows] == [2, 1]
    assert "raw" not in rows[0]._mapping
    assert whole is not None
    assert whole.raw == b"raw"
