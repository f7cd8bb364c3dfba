"""A field put right, and the requester's own words beside it."""

from __future__ import annotations

import pytest

from mailproc.model import Corrected, State
from mailproc.officer import Who, correcting, passing
from mailproc.store import schema
from mailproc.workflow import events as e
from tests.factories import a_form
from tests.officer.conftest import NAME, Acts, prepare
from tests.web.conftest import Room


def test_a_field_is_put_right_with_what_was_written_beside_it(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    before = room.request(one)
    values = {"purpose": "วิจัยในชั้นเรียน", "position": before.form.position or ""}
    done = act(lambda c, here: correcting.correct(c, one, values, who, here))
    assert done.is_done
    after = room.request(one)
    assert after.form.purpose == "วิจัยในชั้นเรียน"
    assert after.corrected == (
        Corrected("purpose", before.form.purpose or "", "วิจัยในชั้นเรียน", NAME, room.clock()),
    )


def test_whatever_was_laid_before_the_director_is_void_and_laid_anew(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    before = room.request(one)
    act(lambda c, here: correcting.correct(c, one, {"level": "area"}, who, here))
    assert room.request(one).state is State.PREPARING
    prepare(room)
    after = room.request(one)
    assert (after.state, after.item.level) == (State.AWAITING_DECISION, "area")
    assert after.content_hash != before.content_hash
    assert after.amended
    void = room.rows(schema.links, schema.links.c.content_hash == before.content_hash)
    assert void
    assert all(row.voided_at for row in void)


def test_put_right_twice_the_words_are_still_the_requesters(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    said = room.request(one).form.purpose
    for purpose in ("หนึ่ง", "สอง"):
        values = {"purpose": purpose}
        act(lambda c, here, values=values: correcting.correct(c, one, values, who, here))  # type: ignore[misc]
    (beside,) = room.request(one).corrected
    assert (beside.said, beside.put) == (said, "สอง")


def test_what_the_requester_says_anew_takes_the_place_of_the_correction(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    act(lambda c, here: correcting.correct(c, one, {"purpose": "หนึ่ง"}, who, here))
    form = room.request(one).form
    answer = e.Answered(by="requester", form=a_form(purpose="ที่จริง", items=form.items))
    assert room.happens(one, answer).corrected == ()


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"academic_years": "ปีหน้า"}, "year_wrong"),
        ({"academic_years": "1999"}, "year_wrong"),
        ({"needed_by": "พรุ่งนี้"}, "day_wrong"),
        ({"level": "province"}, "choice_wrong"),
        ({"dataset": "no_such"}, "choice_wrong"),
        ({}, "unchanged"),
    ],
)
def test_what_can_not_be_is_told_and_changes_nothing(
    room: Room, act: Acts, who: Who, values: dict[str, str], outcome: str
) -> None:
    (one,) = room.opened()
    before = room.request(one)
    done = act(lambda c, here: correcting.correct(c, one, values, who, here))
    assert done.outcome == outcome
    assert room.request(one) == before


def test_thai_digits_are_digits(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    act(lambda c, here: correcting.correct(c, one, {"academic_years": "๒๕๖๗"}, who, here))
    assert room.request(one).item.academic_years == (2567,)


def test_who_is_asked_already_is_not_asked_once_more_for_the_rest(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    act(lambda c, here: passing.ask(c, one, "ใช้ทำอะไร", who, here))
    asked = len(room.rows(schema.outbox, schema.outbox.c.audience == "requester"))
    act(lambda c, here: correcting.correct(c, one, {"purpose": "", "phone": "1"}, who, here))
    after = room.request(one)
    assert after.state is State.INCOMPLETE
    assert [q.field for q in after.questions] == ["purpose"]
    assert len(room.rows(schema.outbox, schema.outbox.c.audience == "requester")) == asked


def test_a_page_that_is_old_changes_nothing_and_tells_what_happened(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    seen = room.request(one).version
    room.happens(one, e.Remarked(by="อีกคน", note="x"))
    values = {"purpose": "หนึ่ง"}
    done = act(lambda c, here: correcting.correct(c, one, values, who, here, seen=seen))
    assert done.outcome == "meanwhile"
    assert [(x.event, x.by) for x in done.since] == [("Remarked", "อีกคน")]
    assert room.request(one).form.purpose != "หนึ่ง"
