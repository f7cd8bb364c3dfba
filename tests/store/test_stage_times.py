"""The clock of a request comes from its history, and outlives its personal data."""

from __future__ import annotations

from datetime import timedelta

from mailproc.model import State
from mailproc.promise.stages import Stage
from mailproc.store import erase, stage_times
from mailproc.workflow import events as e
from tests.factories import NOW
from tests.walk import RULES, Walk


def test_each_step_of_the_history_counts(walk: Walk) -> None:
    request = walk.prepared()
    walk.now += timedelta(minutes=4)
    walk.happen(request.id, e.Returned(by="director", reason="ขอทราบวัตถุประสงค์"))
    with walk.database.read() as connection:
        clock = stage_times.of_request(connection, request.id, RULES, walk.now)
        steps = stage_times.of_requests(connection, [request.id])[request.id]
    assert clock is not None
    assert [step.state for step in steps] == [
        State.PREPARING,
        State.AWAITING_DECISION,
        State.RETURNED,
    ]
    # It came on a Sunday, so no office hours passed.
    assert clock.of(Stage.DIRECTOR).clock == timedelta(minutes=4, seconds=1)
    assert clock.of(Stage.DIRECTOR).working == timedelta()
    assert clock.stage is Stage.REQUESTER
    assert steps[0].at == NOW


def test_erasing_a_request_leaves_its_times(walk: Walk) -> None:
    request = walk.prepared()
    walk.happen(request.id, e.Cancelled())
    walk.now += timedelta(days=400)
    with walk.database.write() as connection:
        before = stage_times.of_request(connection, request.id, RULES, walk.now)
        assert erase.erase(connection, request.id, walk.now)
        assert stage_times.of_request(connection, request.id, RULES, walk.now) == before


def test_a_request_that_is_not_there_has_no_clock(walk: Walk) -> None:
    with walk.database.read() as connection:
        assert stage_times.of_request(connection, 99, RULES, walk.now) is None
        assert stage_times.of_requests(connection, []) == {}


def test_more_requests_than_a_statement_holds(walk: Walk) -> None:
    ids = [walk.open().id for _ in range(3)]
    with walk.database.read() as connection:
        found = stage_times.of_requests(connection, [*ids, *range(10_000, 11_000)])
    assert sorted(found) == sorted(ids)
