"""A file of the officer's own: gated, decided upon, and no other leaves."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from mailproc.model import Conditions, State
from mailproc.officer import Who, attaching
from mailproc.store import jobs, papers, schema
from mailproc.workflow import events as e
from mailproc.workflow import policy
from tests.officer.conftest import Acts, a_workbook, about, prepare
from tests.web.conftest import Room


def _attach(act: Acts, request_id: int, who: Who, content: bytes, **more: object) -> str:
    named = about(**more)
    return act(
        lambda c, here: attaching.attach(c, request_id, "อาคาร.xlsx", content, named, who, here)
    ).outcome


def _approve(room: Room, request_id: int) -> None:
    request = room.request(request_id)
    room.happens(request_id, e.Approved(by="x", content_hash=request.content_hash, person_id=1))


def _deliver(room: Room) -> None:
    room.clock.now += timedelta(seconds=61)
    room.deadlines.turn(room.desk(), room.clock())
    prepare(room)


def test_a_file_of_the_officers_own_is_laid_before_the_director_anew(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    before, content = room.request(one), a_workbook()
    old_link = room.link(one)
    assert _attach(act, one, who, content) == "done"
    assert room.request(one).state is State.PREPARING
    prepare(room)
    laid = room.request(one)
    assert laid.state is State.AWAITING_DECISION
    assert laid.content_hash not in ("", before.content_hash)
    assert room.link(one) != old_link
    assert laid.prepared is not None
    assert laid.prepared.result_digest == sha256(content).hexdigest()
    assert laid.prepared.file is not None
    assert laid.prepared.file.name == "อาคาร.xlsx"


def test_what_leaves_is_the_file_that_was_decided_upon(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    content = a_workbook()
    _attach(act, one, who, content)
    prepare(room)
    _approve(room, one)
    _deliver(room)
    request = room.request(one)
    assert request.state is State.DELIVERING
    with room.database.read() as connection:
        file = jobs.file(connection, request.file_id or 0)
    assert file is not None
    assert file.content == content
    letters = room.rows(schema.outbox, schema.outbox.c.kind == "dataset")
    assert [letter.file_id for letter in letters] == [request.file_id]


def test_a_file_that_is_exchanged_after_the_decision_does_not_leave(
    room: Room, act: Acts, who: Who
) -> None:
    """Somebody writes other bytes into the store."""
    (one,) = room.opened()
    _attach(act, one, who, a_workbook())
    prepare(room)
    _approve(room, one)
    with room.database.write() as connection:
        connection.execute(schema.papers.update().values(content=a_workbook(("อื่น",))))
    _deliver(room)
    request = room.request(one)
    assert (request.state, request.file_id) == (State.NEEDS_PERSON, None)
    assert room.rows(schema.outbox, schema.outbox.c.kind == "dataset") == []


def test_another_file_voids_the_decision_over_the_first(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    _attach(act, one, who, a_workbook())
    prepare(room)
    first = room.request(one)
    _attach(act, one, who, a_workbook(("ปี", "ห้อง"), (2568, 9)))
    prepare(room)
    second = room.request(one)
    assert first.content_hash != second.content_hash
    late = e.Approved(by="x", content_hash=first.content_hash, person_id=1)
    assert room.happens(one, late).state is State.AWAITING_DECISION


def test_the_gate_holds_a_file_back_before_anybody_is_asked(
    room: Room, act: Acts, who: Who
) -> None:
    (one,) = room.opened()
    room.happens(one, e.Cancelled(by="x"))
    (two,) = room.opened(form=room.request(one).form)
    named = a_workbook(("ชื่อ", "เลขประจำตัวประชาชน"), ("เด็กชายก้อง ใจดี", "1101700207366"))
    assert _attach(act, two, who, named) == "done"
    prepare(room)
    request = room.request(two)
    assert (request.state, request.attached) == (State.NEEDS_PERSON, None)
    assert request.reason
    mine = schema.outbox.c.request_id == two
    kinds = [row.kind for row in room.rows(schema.outbox, mine)]
    assert "needs_person" not in kinds, "the requester is not told of the officer's try"


def test_an_attached_file_is_decided_though_the_dataset_needs_no_approval(
    room: Room, act: Acts, who: Who
) -> None:
    from dataclasses import replace

    (one,) = room.opened()
    datasets = tuple(replace(d, needs_approval=False) for d in room.rules.catalogue.datasets)
    room.rules = replace(room.rules, catalogue=replace(room.rules.catalogue, datasets=datasets))
    room.fulfil.renew(room.rules, lambda *_: (), lambda _: "")
    _attach(act, one, who, a_workbook())
    prepare(room)
    assert room.request(one).state is State.AWAITING_DECISION


def test_a_day_of_use_is_kept_to_for_an_attached_file_too(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    _attach(act, one, who, a_workbook())
    prepare(room)
    laid = room.request(one)
    until = Conditions(until=(room.clock() + timedelta(days=9)).date().isoformat())
    narrowed = e.Approved(by="x", content_hash=laid.content_hash, person_id=1, conditions=until)
    assert room.happens(one, narrowed).state is State.PREPARING
    prepare(room)
    again = room.request(one)
    assert (again.state, again.conditions) == (State.AWAITING_DECISION, until)
    assert again.content_hash == policy.content_hash(again, again.prepared)  # type: ignore[arg-type]
    assert again.attached == laid.attached


@pytest.mark.parametrize(
    ("name", "content", "outcome"),
    [
        ("a.xlsx", b"", "file_missing"),
        ("a.exe", b"MZ\x90\0", "file_kind"),
        ("a.xlsx", b"MZ\x90\0", "file_kind"),
        ("a.zip", b"PK\x03\x04rest", "file_kind"),
    ],
)
def test_what_can_not_be_given_out_is_refused_by_name(
    room: Room, act: Acts, who: Who, name: str, content: bytes, outcome: str
) -> None:
    (one,) = room.opened()
    done = act(lambda c, here: attaching.attach(c, one, name, content, about(), who, here))
    assert (done.outcome, done.field) == (outcome, "file")
    assert room.request(one).state is State.AWAITING_DECISION
    with room.database.read() as connection:
        assert papers.of_request(connection, one) == []


def test_a_file_for_a_request_that_is_closed_is_not_kept(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    room.happens(one, e.Cancelled(by="x"))
    assert _attach(act, one, who, a_workbook()) == "no_place"
    with room.database.read() as connection:
        assert papers.of_request(connection, one) == []
