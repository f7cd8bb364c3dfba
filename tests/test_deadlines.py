"""Turns of the calendar on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.deadlines import Deadlines
from mailproc.model import Prepared, State, Trust
from mailproc.store import audit, requests, schema
from mailproc.store.codec import dump_request
from mailproc.store.database import Database
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from tests.factories import NOW, a_form
from tests.walk import DESK, RULES, Walk, a_draft, data_prepared

_DAY = timedelta(days=1)


@pytest.fixture
def walk(sqlite_database: Database) -> Walk:
    return Walk(sqlite_database)


def _turn(walk: Walk, now: datetime) -> int:
    walk.now = now
    return Deadlines(walk.database, RULES, "Asia/Bangkok").turn(DESK, now)


def _kinds(walk: Walk) -> list[str]:
    return [row.kind for row in walk.rows(schema.outbox)]


def test_the_hold_ends_by_itself_and_not_before(walk: Walk) -> None:
    request = walk.prepared()
    approved = walk.happen(request.id, e.Approved(content_hash=request.content_hash)).after
    assert approved.due_at is not None
    assert _turn(walk, approved.due_at - timedelta(seconds=1)) == 0
    assert _turn(walk, approved.due_at) == 1
    assert walk.get(request.id).state is State.DELIVERING
    assert walk.rows(schema.jobs)[-1].kind == "build"
    assert _turn(walk, approved.due_at + _DAY) == 0


def test_what_was_undone_is_not_delivered(walk: Walk) -> None:
    request = walk.prepared()
    approved = walk.happen(request.id, e.Approved(content_hash=request.content_hash)).after
    walk.happen(request.id, e.Undone())
    assert approved.due_at is not None
    _turn(walk, approved.due_at)
    assert walk.get(request.id).state is State.AWAITING_DECISION


def test_the_director_is_reminded_each_working_day_and_silence_decides_nothing(walk: Walk) -> None:
    request = walk.prepared()
    for day in range(1, 40):  # from a Sunday
        _turn(walk, NOW + day * (_DAY + timedelta(minutes=1)))
    assert walk.get(request.id).state is State.AWAITING_DECISION
    kinds = _kinds(walk)
    assert kinds.count("approval_reminder") == 29, "39 days without six Saturdays and five Sundays"
    assert [kinds.count(k) for k in ("escalated", "officer_overdue", "overdue")] == [1, 2, 1]


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"form": a_form(purpose=None)}, "expired"), ({"trust": Trust.FAILED}, "confirm")],
    ids=str,
)
def test_a_silent_requester_is_told_that_it_is_over_unless_he_never_confirmed(
    walk: Walk, changes: dict[str, object], told: str
) -> None:
    request = walk.open(**changes)
    assert _turn(walk, NOW + RULES.silent - timedelta(seconds=1)) == 0
    assert _turn(walk, NOW + RULES.silent) == 1
    assert walk.get(request.id).state is State.EXPIRED
    assert _kinds(walk)[-1] == told
    assert _turn(walk, NOW + 2 * RULES.silent) == 0


def test_the_officer_is_reminded_of_what_needs_a_person(walk: Walk) -> None:
    request = walk.delivering()
    walk.happen(request.id, e.GateBlocked(problem="x"))
    told = _kinds(walk).count("officer_needs_person")
    assert _turn(walk, NOW + 2 * _DAY) == 1
    assert _kinds(walk).count("officer_needs_person") == told + 1


def test_a_date_without_a_step_neither_fills_the_history_nor_stops_others(walk: Walk) -> None:
    """An approval over other content than the one at hand can't be delivered."""
    bad, good = walk.prepared(), walk.prepared()
    for request in (bad, good):
        walk.happen(request.id, e.Approved(content_hash=request.content_hash))
    broken = replace(walk.get(bad.id), decided_at_hash="0" * 64)
    with walk.database.write() as connection:
        values = {"body": dump_request(broken)}
        connection.execute(
            schema.requests.update().where(schema.requests.c.id == bad.id).values(values)
        )
    assert _turn(walk, NOW + _DAY) == 1
    for _ in range(3):
        assert _turn(walk, NOW + _DAY) == 0
    assert walk.get(bad.id).version == 3
    assert walk.get(good.id).state is State.DELIVERING


def test_one_request_that_fails_stops_no_other(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = walk.prepared(), walk.prepared()
    real = requests.apply

    def sometimes(connection: object, decisions: list[object], *rest: object) -> None:
        if decisions[0].after.id == first.id:  # type: ignore[attr-defined]
            raise ZeroDivisionError
        real(connection, decisions, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("mailproc.deadlines.requests.apply", sometimes)
    assert _turn(walk, NOW + 2 * _DAY) == 1
    assert walk.get(second.id).version == second.version + 1


# ---------------------------------------------------------------- the seal of the night


def test_each_night_is_sealed_once_some_hours_after_midnight(walk: Walk) -> None:
    walk.open()
    bangkok = ZoneInfo("Asia/Bangkok")
    midnight = datetime(2026, 11, 23, tzinfo=bangkok)
    deadlines = Deadlines(walk.database, RULES, "Asia/Bangkok")
    for hours, sealed in ((-1, 1), (1, 1), (3, 2), (4, 2), (23, 2), (28, 3)):
        deadlines.turn(DESK, (midnight + timedelta(hours=hours)).astimezone(UTC))
        assert len(walk.rows(schema.seals)) == sealed
    assert [row.upto for row in walk.rows(schema.seals)][1] == midnight
    assert [row.requests for row in walk.rows(schema.seals)] == [0, 1, 1]
    with walk.database.read() as connection:
        assert audit.verify(connection).faults == ()


def test_no_night_is_sealed_by_a_clock_that_may_be_ahead(walk: Walk) -> None:
    """What happens by the right time afterwards would look as if it had been put in."""
    deadlines = Deadlines(walk.database, RULES, "Asia/Bangkok")
    deadlines.turn(DESK, NOW + _DAY, is_sure=False)
    assert walk.rows(schema.seals) == []
    walk.open()
    deadlines.turn(DESK, NOW)
    deadlines.turn(DESK, NOW + _DAY)
    assert [row.requests for row in walk.rows(schema.seals)] == [0, 1]
    with walk.database.read() as connection:
        assert audit.verify(connection).faults == ()


def test_another_process_may_have_sealed_the_night(walk: Walk) -> None:
    walk.open()
    for _ in range(2):
        _turn(walk, NOW + 2 * _DAY)
    assert len(walk.rows(schema.seals)) == 1


def test_who_waits_for_a_round_goes_on_when_it_is_open_and_is_looked_for_once(walk: Walk) -> None:
    students = RULES.catalogue.datasets[0]
    newest = students.rounds[0]
    item = replace(
        a_form().items[0],
        dataset_id=students.id,
        academic_years=(newest.academic_year + 1,),
        round=1,
        latest=False,
        wait=True,
    )
    request = walk.open(form=replace(a_form(), items=(item,)))
    assert request.state is State.WAITING
    deadlines = Deadlines(walk.database, RULES, "Asia/Bangkok")
    assert deadlines.turn(DESK, NOW) == 0
    opened = replace(newest, academic_year=newest.academic_year + 1, round=1, digest="f" * 64)
    loaded = replace(students, rounds=(opened, *students.rounds))
    rest = RULES.catalogue.datasets[1:]
    renewed = replace(RULES.catalogue, datasets=(loaded, *rest))
    deadlines.renew(replace(RULES, catalogue=renewed), lambda _: "")
    assert deadlines.turn(DESK, NOW) == 1
    assert walk.get(request.id).state is State.PREPARING
    assert walk.rows(schema.jobs)[-1].kind == "prepare"
    assert deadlines.turn(DESK, NOW) == 0


def test_nobody_waits_on_because_many_wait_for_the_same_round(walk: Walk) -> None:
    """Beyond the first thousand: a round is looked for once, so who is left out is left behind."""
    students, many = RULES.catalogue.datasets[0], 1001
    newest = students.rounds[0]
    form = a_form()
    following = (newest.academic_year + 1,)
    item = replace(form.items[0], academic_years=following, round=1, latest=False, wait=True)
    with walk.database.write() as connection:
        ids = requests.take_numbers(connection, "requests", many)
        form = replace(form, items=(replace(item, dataset_id=students.id),))
        drafts = [replace(a_draft(form=form), id=one, number=f"2569/{one:05d}") for one in ids]
        opened = [decide(draft, e.Opened(), RULES, NOW) for draft in drafts]
        requests.apply(connection, opened, DESK, NOW)
    deadlines = Deadlines(walk.database, RULES, "Asia/Bangkok")
    loaded = replace(newest, academic_year=following[0], round=1, digest="f" * 64)
    known = replace(students, rounds=(loaded, *students.rounds))
    renewed = replace(RULES.catalogue, datasets=(known, *RULES.catalogue.datasets[1:]))
    deadlines.renew(replace(RULES, catalogue=renewed), lambda _: "")
    assert deadlines.turn(DESK, NOW) == many
    assert walk.get(1).state is State.PREPARING


# ---------------------------------------------------------------- figures that no longer count


def test_what_was_shown_for_decision_is_prepared_anew_when_its_round_was_corrected(
    walk: Walk,
) -> None:
    shown, approved, other = walk.prepared(), walk.prepared(), walk.prepared()
    walk.happen(approved.id, e.Approved(content_hash=approved.content_hash))
    assert shown.prepared is not None
    corrected = replace(shown.prepared, round_digest="0" * 64)
    walk.happen(other.id, e.Answered(form=other.form))
    walk.happen(other.id, data_prepared(other, corrected))
    deadlines = Deadlines(walk.database, RULES, "Asia/Bangkok")
    assert deadlines.turn(DESK, NOW) == 0
    told = _kinds(walk).count("approval")

    def outdated(prepared: Prepared) -> str:
        return "" if prepared.round_digest == corrected.round_digest else "round"

    deadlines.renew(replace(RULES, catalogue=replace(RULES.catalogue)), outdated)
    assert deadlines.turn(DESK, NOW) == 2
    assert deadlines.turn(DESK, NOW) == 0
    for request in (shown, approved):
        anew = walk.get(request.id)
        assert (anew.state, anew.renewed, anew.prepared) == (State.PREPARING, "round", None)
        assert (anew.decided_by, anew.decided_at_hash) == ("", "")
        links = walk.rows(schema.links, schema.links.c.request_id == request.id)
        assert links
        assert all(link.voided_at for link in links if link.purpose == "decide")
        walk.happen(request.id, data_prepared(anew, corrected))
    assert walk.get(other.id).state is State.AWAITING_DECISION
    assert _kinds(walk).count("approval") == told + 2
