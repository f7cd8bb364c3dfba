from __future__ import annotations

from mailproc.model import Past
from mailproc.store import lookups
from mailproc.workflow import events as e
from tests.walk import Walk


def _past(walk: Walk, request_id: int) -> Past:
    with walk.database.read() as connection:
        return lookups.past(connection, walk.get(request_id))


def test_the_first_request_of_an_address_has_no_past(walk: Walk) -> None:
    walk.open(requester_addr="other@example.org")
    request = walk.prepared()
    assert _past(walk, request.id) == Past()


def test_earlier_requests_of_an_address_are_counted_by_what_became_of_them(walk: Walk) -> None:
    delivered = walk.built()
    walk.happen(delivered.id, e.AllSent())
    refused = walk.prepared()
    walk.happen(refused.id, e.Refused(reason="x"))
    cancelled = walk.open()
    walk.happen(cancelled.id, e.Cancelled())
    walk.open()
    request = walk.prepared()
    walk.open()  # later ones are no past
    past = _past(walk, request.id)
    assert past == Past(times=4, delivered=1, refused=1, ended=1)
    assert past.open == 1


def test_requests_of_the_same_mail_are_no_past_of_each_other(walk: Walk) -> None:
    at = walk.now
    walk.open()
    walk.now = at
    assert _past(walk, walk.open().id) == Past()


def test_of_a_long_past_the_newest_are_counted(walk: Walk) -> None:
    for _ in range(lookups._PAST + 1):
        walk.open()
    past = _past(walk, walk.open().id)
    assert (past.times, past.more) == (lookups._PAST, True)
