"""Questions, remarks, what needs a person, and hand-overs."""

from __future__ import annotations

from dataclasses import replace

from mailproc.model import Known, Reading, State
from mailproc.officer import Who, handing, passing
from mailproc.placing.nouns import Found
from mailproc.placing.replies import place
from mailproc.store import handovers, jobs, schema
from mailproc.workflow import events as e
from tests.factories import a_built, a_form
from tests.officer.conftest import NAME, Acts, prepare
from tests.web.conftest import Room


def _decided(room: Room) -> int:
    """A request whose file waits to be handed over."""
    (one,) = room.opened(form=a_form(delivery="pickup"))
    content = room.request(one).content_hash
    room.happens(one, e.Approved(by="x", content_hash=content, person_id=1))
    room.happens(one, e.HoldElapsed())
    with room.database.write() as connection:
        file = jobs.keep_file(connection, one, a_built(), room.desk(), room.clock())
    assert room.happens(one, e.DataBuilt(file_id=file)).state is State.NEEDS_PERSON
    return one


def test_a_question_in_her_own_words_goes_to_the_requester_and_voids_what_was_laid(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    assert act(lambda c, here: passing.ask(c, one, " ใช้ปีใด ", who, here)).is_done
    request = room.request(one)
    assert (request.state, request.questions[0].said) == (State.INCOMPLETE, "ใช้ปีใด")
    kinds = [row.kind for row in room.rows(schema.outbox, schema.outbox.c.request_id == one)]
    assert kinds[-2:] == ["approval_withdrawn", "question"]
    assert all(row.voided_at for row in room.rows(schema.links, schema.links.c.purpose == "decide"))


def test_the_answer_to_it_is_read_by_the_officer_and_never_taken_for_a_purpose(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    act(lambda c, here: passing.ask(c, one, "ต้องการทุกโรงเรียนหรือไม่", who, here))
    request = room.request(one)
    reading = Reading(kind="reply", text="ใช่ค่ะ เอาทุกโรงเรียนเลย", from_addr=request.requester_addr)
    placed = place(reading, request, Found(request=request), Known())
    assert isinstance(placed.event, e.Answered)
    after = room.happens(one, placed.event)
    assert (after.state, after.reason) == (State.NEEDS_PERSON, "answered")
    assert after.form.purpose == request.form.purpose
    (*_, last) = room.rows(schema.outbox, schema.outbox.c.kind == "officer_needs_person")
    assert "เอาทุกโรงเรียน" in last.letter
    assert act(lambda c, here: passing.settle(c, one, State.PREPARING, who, here)).is_done
    prepare(room)
    assert room.request(one).state is State.AWAITING_DECISION


def test_without_words_there_has_to_be_something_open(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    done = act(lambda c, here: passing.ask(c, one, "  ", who, here))
    assert (done.outcome, done.field) == ("question_missing", "question")


def test_what_was_checked_is_laid_before_the_director(room: Room, act: Acts, who: Who) -> None:
    room.rules = replace(room.rules, officer_checks_all=True)
    room.fulfil.renew(room.rules, room.fulfil._prepare, lambda _: "")
    (one,) = room.opened()
    assert room.request(one).state is State.CHECKING
    assert act(lambda c, here: passing.submit(c, one, who, here)).is_done
    assert room.request(one).state is State.AWAITING_DECISION


def test_a_refusal_by_the_office_needs_its_reason(room: Room, act: Acts, who: Who) -> None:
    one = _decided(room)
    done = act(lambda c, here: passing.settle(c, one, State.REFUSED, who, here))
    assert (done.outcome, done.field) == ("reason_missing", "note")


def test_a_file_is_handed_over_once_it_was_decided_upon(room: Room, act: Acts, who: Who) -> None:
    one = _decided(room)
    file_id = room.request(one).file_id
    done = act(
        lambda c, here: handing.hand_over(
            c, one, "pickup", "นายมานะ รักเรียน", who, here, note="บัตรประชาชน"
        )
    )
    assert done.is_done
    assert room.request(one).state is State.DELIVERED
    with room.database.read() as connection:
        (kept,) = handovers.of_request(connection, one)
    assert (kept.way, kept.taken_by, kept.file_id) == ("pickup", "นายมานะ รักเรียน", file_id)
    (*_, last) = room.rows(schema.history, schema.history.c.request_id == one)
    assert "นายมานะ" not in last.facts
    assert '"way":"pickup"' in last.facts
    assert NAME in last.personal


def test_nothing_is_handed_over_that_nobody_decided(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    done = act(lambda c, here: handing.hand_over(c, one, "pickup", "ก", who, here))
    assert done.outcome == "no_place"
    with room.database.read() as connection:
        assert handovers.of_request(connection, one) == []


def test_who_took_it_has_to_be_told(room: Room, act: Acts, who: Who) -> None:
    one = _decided(room)
    done = act(lambda c, here: handing.hand_over(c, one, "pickup", " ", who, here))
    assert (done.outcome, done.field) == ("taker_missing", "taken_by")
