"""A decision on paper: like any other, with the picture, and two names."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mailproc.model import ApprovalPolicy, State
from mailproc.officer import Done, Who, paper
from mailproc.officer.paper import Signed
from mailproc.store import decisions, papers, schema
from mailproc.workflow import events as e
from tests.factories import a_person
from tests.officer.conftest import NAME, PNG, Acts
from tests.web.conftest import Room


def _links(room: Room, request_id: int) -> dict[int, str]:
    """The link of each person who may have signed."""
    with room.database.read() as connection:
        asked = paper.may_have_signed(connection, room.request(request_id), room.clock())
    return {one.person.id: one.link.id for one in asked}


def _enter(
    room: Room, act: Acts, who: Who, request_id: int, picture: bytes = PNG, **signed: str
) -> Done:
    link = signed.pop("link_id", None) or _links(room, request_id)[room.director]
    given = Signed(link, signed.pop("choice", "approve"), **signed)
    return act(lambda c, here: paper.enter(c, request_id, given, "หน้า.png", picture, who, here))


def _rows(room: Room, request_id: int) -> list[dict[str, object]]:
    with room.database.read() as connection:
        return decisions.of_request(connection, request_id)


def test_it_counts_like_any_other_and_keeps_two_names(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    shown = room.request(one)
    done = _enter(room, act, who, one)
    assert done.is_done
    assert done.request is not None
    assert (done.request.state, done.request.decided_at_hash) == (
        State.APPROVED,
        shown.content_hash,
    )
    (row,) = _rows(room, one)
    (kept,) = room.rows(schema.papers)
    assert (row["via"], row["verdict"], row["content_hash"]) == (
        "paper",
        "approved",
        shown.content_hash,
    )
    assert row["by"] == "นายธงชัย มั่นคง"
    assert row["entered"] == room.rows(schema.people, schema.people.c.id == room.officer)[0].name
    assert row["paper_id"] == kept.id
    assert (kept.kind, kept.content, kept.media_type) == ("decision", PNG, "image/png")
    (*_, last) = room.rows(schema.history, schema.history.c.request_id == one)
    assert json.loads(last.personal)["told"]["entered_by"] == NAME
    assert json.loads(last.personal)["by"] == "นายธงชัย มั่นคง"


def test_the_hold_is_as_usual_and_the_approver_can_undo(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    link = _links(room, one)[room.director]
    _enter(room, act, who, one)
    assert room.request(one).due_at == room.clock() + room.rules.hold
    from mailproc.deciding import Given, take

    undo = Given("undo", "page", "code")
    taken = take(room.database, link, undo, room.rules, room.desk, room.clock())
    assert taken.outcome == "done"
    assert room.request(one).state is State.AWAITING_DECISION


def test_the_approver_is_told_at_once(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    _enter(room, act, who, one)
    (letter,) = room.rows(schema.outbox, schema.outbox.c.kind == "paper_decision")
    assert (letter.to_addr, letter.person_id) == ("director@example.org", room.director)


def test_a_refusal_needs_its_reason_and_ends_the_request(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    assert _enter(room, act, who, one, choice="refuse").outcome == "reason_missing"
    done = _enter(room, act, who, one, choice="refuse", reason="ระบุตัวบุคคลได้", ground="s15_5")
    assert done.is_done
    request = room.request(one)
    assert (request.state, request.reason) == (State.REFUSED, "ระบุตัวบุคคลได้")


def test_of_several_seats_one_paper_fills_one(room: Room, act: Acts, who: Who) -> None:
    second = room.add(
        a_person(id=0, name="นางวรรณา ตั้งใจ", address="two@example.org", role="deputy")
    )
    policy = ApprovalPolicy((("group_director",), ("deputy",)))
    room.rules = replace(room.rules, approval=(policy,))
    room.fulfil.renew(room.rules, room.fulfil._prepare, lambda _: "")
    (one,) = room.opened()
    assert set(_links(room, one)) == {room.director, second}
    first = _enter(room, act, who, one)
    assert first.is_done
    assert room.request(one).state is State.AWAITING_DECISION
    assert set(_links(room, one)) == {second}
    last = _enter(room, act, who, one, link_id=_links(room, one)[second])
    assert last.is_done
    assert room.request(one).state is State.APPROVED
    assert [row["seat"] for row in _rows(room, one) if "seat" in row] == [0, 1]


def test_nobody_enters_her_own_decision(room: Room, act: Acts) -> None:
    (one,) = room.opened()
    herself = Who("นายธงชัย มั่นคง", room.director)
    assert _enter(room, act, herself, one).outcome == "signer_self"
    assert _rows(room, one) == []


@pytest.mark.parametrize(
    ("picture", "outcome"), [(b"", "picture_missing"), (b"GIF89a", "picture_kind")]
)
def test_without_a_picture_it_does_not_count(
    room: Room, act: Acts, who: Who, picture: bytes, outcome: str
) -> None:
    (one,) = room.opened()
    assert _enter(room, act, who, one, picture).outcome == outcome
    assert room.request(one).state is State.AWAITING_DECISION


def test_what_was_signed_before_it_changed_does_not_count(room: Room, act: Acts, who: Who) -> None:
    (one,) = room.opened()
    link, seen = _links(room, one)[room.director], room.request(one).version
    room.happens(one, e.Remarked(by="x", note="ดูด้วย"))
    signed = Signed(link, "approve")
    stale = act(lambda c, here: paper.enter(c, one, signed, "p", PNG, who, here, seen=seen))
    assert stale.outcome == "meanwhile"
    assert [one.event for one in stale.since] == ["Remarked"]
    room.happens(one, e.Refused(by="x", reason="ไม่"))
    late = act(lambda c, here: paper.enter(c, one, signed, "p", PNG, who, here))
    assert late.outcome == "signer_missing"
    with room.database.read() as connection:
        assert papers.of_request(connection, one) == []
