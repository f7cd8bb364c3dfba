from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc.store import claims, outbox, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from tests.factories import NOW, a_letter
from tests.walk import DESK, Walk

_O = schema.outbox


@pytest.fixture
def letter(database: Database) -> sa.Row[Any]:
    """A letter that is claimed."""
    with database.write() as connection:
        outbox.record(connection, a_letter(request=None), "requester", DESK)
    return _claim(database, "a")


def _claim(database: Database, owner: str, later: timedelta = timedelta(1)) -> sa.Row[Any]:
    with database.write() as connection:
        (row,) = outbox.claim(connection, NOW + later, owner, 10)
    return row


def _state(database: Database) -> tuple[Any, ...]:
    with database.read() as connection:
        row = connection.execute(sa.select(_O)).one()
    return row.state, row.due_at


def test_a_letter_goes_from_recorded_over_transmitting_to_sent(
    database: Database, letter: sa.Row[Any]
) -> None:
    assert letter.state == "recorded"
    with database.write() as connection:
        assert outbox.mark_transmitting(connection, letter, NOW)
    assert _state(database) == ("transmitting", NOW + claims.LEASE)
    with database.write() as connection:
        assert outbox.finish(connection, letter, "sent", sent_at=NOW, code=250)
        assert not outbox.finish(connection, letter, "rejected"), "what is settled stays"
        assert not outbox.put_back(connection, letter, NOW)
        assert not outbox.mark_transmitting(connection, letter, NOW)
    assert _state(database) == ("sent", None)


def test_the_message_id_and_the_words_are_fixed_when_recorded(letter: sa.Row[Any]) -> None:
    assert load_letter(letter.letter) == a_letter(request=None)
    assert letter.message_id == a_letter().message_id


def test_what_surely_was_not_sent_is_due_later(database: Database, letter: sa.Row[Any]) -> None:
    later = NOW + timedelta(days=2)
    with database.write() as connection:
        outbox.mark_transmitting(connection, letter, NOW)
        assert outbox.put_back(connection, letter, later, code=450, problem="greylisted")
    assert _state(database) == ("recorded", later)
    again = _claim(database, "b", timedelta(days=2))
    assert (again.message_id, again.tries, again.code) == (letter.message_id, 2, 450)


def test_a_letter_whose_sender_vanished_is_never_repeated_by_itself(
    database: Database, letter: sa.Row[Any]
) -> None:
    with database.write() as connection:
        outbox.mark_transmitting(connection, letter, NOW)
        assert outbox.claim(connection, NOW + timedelta(days=9), "b", 10) == []
        assert outbox.lost(connection, NOW) == [], "its lease has not ended"
        assert not outbox.any_lost(connection, NOW)
        assert outbox.any_lost(connection, NOW + claims.LEASE)
        (gone,) = outbox.lost(connection, NOW + claims.LEASE)
        assert gone.id == letter.id
        assert outbox.lost(connection, NOW + claims.LEASE) == []
        assert outbox.claim(connection, NOW + timedelta(days=9), "b", 10) == []
    assert _state(database) == ("unknown", None)


@pytest.mark.parametrize("late", ["sent", "rejected"])
def test_a_late_result_settles_what_was_unknown(
    database: Database, letter: sa.Row[Any], late: str
) -> None:
    with database.write() as connection:
        outbox.mark_transmitting(connection, letter, NOW)
        outbox.lost(connection, NOW + claims.LEASE)
        assert outbox.finish(connection, letter, late)
    assert _state(database) == (late, None)


def test_a_letter_that_another_claimed_is_not_sent_by_the_first(
    database: Database, letter: sa.Row[Any]
) -> None:
    quick = _claim(database, "b", timedelta(days=1) + claims.LEASE)
    with database.write() as connection:
        assert not outbox.mark_transmitting(connection, letter, NOW)
        assert not outbox.finish(connection, letter, "sent")
        assert outbox.mark_transmitting(connection, quick, NOW)


def test_a_letter_that_came_back_is_marked(database: Database, letter: sa.Row[Any]) -> None:
    with database.write() as connection:
        outbox.came_back(connection, letter, "bounced")
    assert _state(database)[0] == "recorded", "it was never sent"
    with database.write() as connection:
        outbox.finish(connection, letter, "sent")
        outbox.came_back(connection, letter, "bounced")
    assert _state(database)[0] == "bounced"


def test_a_letter_is_kept_without_the_query_of_what_was_prepared(walk: Walk) -> None:
    request = walk.prepared()
    assert request.prepared is not None
    assert request.prepared.query
    shown = replace(request, prepared=replace(request.prepared, query=""))
    assert [load_letter(row.letter).request for row in walk.rows(_O)] == [shown, shown]


def test_letters_are_found_by_their_message_id_and_listed_by_state(walk: Walk) -> None:
    walk.prepared()
    receipt, approval = walk.rows(_O)
    with walk.database.read() as connection:
        found = outbox.by_message_ids(connection, [receipt.message_id, "<else@example.org>"])
        assert found == {receipt.message_id: receipt}
        assert outbox.listed(connection) == [approval, receipt]
        assert outbox.listed(connection, ["sent"]) == []


def test_an_answer_about_a_request_is_filed_under_it(walk: Walk) -> None:
    request = walk.prepared()
    with walk.database.write() as connection:
        outbox.record(connection, a_letter("decided", request=request), "director", DESK)
    assert walk.rows(_O)[-1].request_id == request.id
