"""The gate of all outgoing mail and the bundles that pass it, on a real store and SMTP server."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from mailproc.composing import Composing
from mailproc.model import Form, Person, Request, State
from mailproc.store import correspondence, jobs, outbox, requests, schema
from mailproc.store.database import Database
from mailproc.workflow import events as e
from mailproc.workflow import manners, retry
from mailproc.workflow.decide import decide
from tests.factories import a_built, a_form, a_letter, an_item
from tests.smtpd import ScriptedServer
from tests.test_outbox import Post
from tests.walk import DESK, DIRECTOR, OFFICER, Walk, a_draft, data_prepared

_O = schema.outbox
_ASKER = "somsri@school.example.org"
_SECOND = timedelta(seconds=1)


def _names(mail: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in mail.iter_attachments()]


@pytest.fixture
async def post(
    sqlite_database: Database, composer: Composing, server: ScriptedServer
) -> AsyncIterator[Post]:
    post = Post(Walk(sqlite_database), composer, server)
    yield post
    await post.delivery.close()


def open_together(walk: Walk, *forms: Form, **changes: Any) -> list[Request]:
    """Requests that one mail opened, in one transaction."""
    opened = []
    with walk.database.write() as connection:
        for form in forms:
            (number,) = requests.take_numbers(connection, "requests", 1)
            draft = a_draft(form=form, together=len(forms), **changes)
            draft = replace(draft, id=number, number=f"2569/{number:05d}")
            opened.append(decide(draft, e.Opened(), walk.rules, walk.now))
        requests.apply(connection, opened, DESK, walk.now)
    return [decision.after for decision in opened]


def happen_together(walk: Walk, found: list[Request], make: Any) -> list[Request]:
    """One event for each, in one transaction; the clock stands still."""
    with walk.database.write() as connection:
        decisions = [decide(r, make(r), walk.rules, walk.now) for r in found]
        requests.apply(connection, decisions, DESK, walk.now)
    return [decision.after for decision in decisions]


def prepare_each(walk: Walk, found: list[Request]) -> list[Request]:
    return [walk.happen(request.id, data_prepared(request)).after for request in found]


def delivering(post: Post, count: int = 3, size: int = 100) -> list[Request]:
    """Requests of one mail whose hold is over; nothing else is due."""
    found = prepare_each(post.walk, open_together(post.walk, *[a_form()] * count))
    found = happen_together(
        post.walk, found, lambda r: e.Approved(by=DIRECTOR.name, content_hash=r.content_hash)
    )
    found = happen_together(post.walk, found, lambda r: e.HoldElapsed())
    post.silence()
    return found


def build(post: Post, request: Request, size: int = 100) -> None:
    content = bytes([request.id % 256]) * size
    with post.walk.database.write() as connection:
        built = a_built(
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            filename=f"data-{request.id}.xlsx",
        )
        file_id = jobs.keep_file(connection, request.id, built, DESK, post.walk.now)
    happen_together(post.walk, [post.walk.get(request.id)], lambda r: e.DataBuilt(file_id=file_id))


def mails_to(post: Post, address: str) -> list[EmailMessage]:
    found = []
    for to, content in post.server.taken:
        if to == address:
            mail = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            found.append(mail)
    return found


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def record(post: Post, kind: str = "noted", to: str = _ASKER, **changes: Any) -> None:
    """A letter that an incoming mail caused, beside all requests."""
    letter = a_letter(
        kind,
        to_addr=to,
        message_id=DESK.new_message_id(),
        created_at=post.walk.now,
        **({"request": None} | changes),
    )
    with post.walk.database.write() as connection:
        outbox.record(connection, letter, "requester", DESK)
        connection.execute(  # a correspondent whom we know
            _O.update().where(_O.c.message_id == letter.message_id).values(standing=None)
        )


# ---------------------------------------------------------------- what goes together


async def test_the_receipts_of_one_mail_go_as_one_mail(post: Post) -> None:
    found = open_together(post.walk, *[a_form()] * 10)
    prepare_each(post.walk, found)
    await post.turn()
    (mail,) = mails_to(post, _ASKER)
    text = text_of(mail)
    assert all(request.number in text for request in found)
    rows = post.letters("receipt")
    assert [row.state for row in rows] == ["sent"] * 10
    assert [row.bundled_into for row in rows] == [None] + [rows[0].id] * 9
    assert mail["Message-ID"] == rows[0].message_id
    assert text.count("เพื่อวางแผนจัดชั้นเรียน") == 1, "what they share is said once"


async def test_a_receipt_waits_some_seconds_for_a_sibling_in_work_and_no_longer(post: Post) -> None:
    first, second, third = open_together(post.walk, *[a_form()] * 3)
    began = post.walk.now
    happen_together(post.walk, [first], data_prepared)
    assert post.letter("receipt").due_at == began + 3 * _SECOND
    post.walk.now += _SECOND
    happen_together(post.walk, [second], data_prepared)
    await post.turn(_SECOND)
    assert mails_to(post, _ASKER) == []
    await post.turn(_SECOND)
    (mail,) = mails_to(post, _ASKER)
    assert first.number in text_of(mail)
    assert second.number in text_of(mail)
    happen_together(post.walk, [third], data_prepared)
    await post.turn()
    assert len(mails_to(post, _ASKER)) == 2, "the last one waits for nobody"


async def test_the_last_sibling_ends_the_waiting(post: Post) -> None:
    first, second = open_together(post.walk, *[a_form()] * 2)
    happen_together(post.walk, [first], data_prepared)
    happen_together(post.walk, [second], data_prepared)
    assert {row.due_at for row in post.letters("receipt")} == {post.walk.now}


async def test_a_request_that_came_alone_never_waits(post: Post) -> None:
    request = post.walk.prepared()
    (row,) = post.letters("receipt")
    assert (row.bundle, row.due_at) == (None, row.recorded_at)
    assert request.together == 1


async def test_a_bundle_shares_the_fate_of_its_mail(post: Post) -> None:
    found = open_together(post.walk, *[a_form()] * 2)
    happen_together(post.walk, found, data_prepared)
    post.server.script = [{"RCPT": "450 come back"}]
    await post.turn()
    rows = post.letters("receipt")
    assert {(row.state, row.due_at, row.bundled_into) for row in rows} == {
        ("recorded", post.walk.now + retry.FIRST, None)
    }
    post.server.script = [{"DOT": "drop"}]
    await post.turn(retry.FIRST)
    rows = post.letters("receipt")
    assert [row.state for row in rows] == ["unknown", "unknown"]
    assert rows[1].bundled_into == rows[0].id


async def test_a_mail_that_may_be_lost_leaves_all_its_letters_to_a_person(post: Post) -> None:
    """Its sender died while it was transmitting."""
    found = delivering(post)
    for request in found:
        build(post, request)

    with post.walk.database.write() as connection:
        rows = outbox.claim(connection, post.walk.now, "dead", 32)
        assert len(rows) == 3
        for row in rows:
            into = None if row.id == rows[0].id else rows[0].id
            outbox.mark_transmitting(connection, row, post.walk.now, bundled_into=into)
    await post.turn(timedelta(minutes=15))
    assert {row.state for row in post.letters("dataset")} == {"unknown"}
    assert {post.walk.get(r.id).reason for r in found} == {"dataset_unknown"}


async def test_files_approved_together_go_in_one_mail(post: Post) -> None:
    found = delivering(post)
    for request in found[:2]:
        build(post, request)
    assert await post.turn() == 0, "the third is still being built"
    build(post, found[2])
    await post.turn()
    (mail,) = mails_to(post, _ASKER)
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == [f"data-{request.id}.xlsx" for request in found]
    assert {post.walk.get(request.id).state for request in found} == {State.DELIVERED}


async def test_files_too_big_for_one_mail_go_in_several(post: Post) -> None:
    found = delivering(post)
    for request in found:
        build(post, request, size=3_000_000)
    await post.turn()
    mails = mails_to(post, _ASKER)
    assert [len(list(mail.iter_attachments())) for mail in mails] == [2, 1]
    assert {post.walk.get(request.id).state for request in found} == {State.DELIVERED}


async def test_a_bad_file_is_left_out_of_the_mail_of_the_others(post: Post) -> None:
    found = delivering(post)
    for request in found:
        build(post, request)
    with post.walk.database.write() as connection:
        files = schema.files
        bad = files.update().where(files.c.request_id == found[0].id)
        connection.execute(bad.values(content=b"touched"))
    await post.turn()
    states = [post.walk.get(request.id).state for request in found]
    assert states == [State.NEEDS_PERSON, State.DELIVERED, State.DELIVERED]
    mails = mails_to(post, _ASKER)
    assert len(list(mails[0].iter_attachments())) == 2


async def test_a_letter_that_cannot_be_composed_spoils_no_other(post: Post) -> None:
    found = open_together(post.walk, *[a_form()] * 3)
    happen_together(post.walk, found, data_prepared)
    bad = post.letters("receipt")[1]
    with post.walk.database.write() as connection:
        connection.execute(_O.update().where(_O.c.id == bad.id).values(letter="{}"))
    await post.turn()
    assert [row.state for row in post.letters("receipt")] == ["sent", "rejected", "sent"]


async def test_a_report_about_the_mail_is_about_all_its_letters(post: Post) -> None:
    found = open_together(post.walk, *[a_form()] * 3)
    happen_together(post.walk, found, data_prepared)
    await post.turn()
    lead = post.letters("receipt")[0]
    with post.walk.database.write() as connection:
        assert outbox.bundled_requests(connection, [lead.id]) == {
            lead.id: tuple(request.id for request in found[1:])
        }
        outbox.came_back(connection, lead, "bounced")
    assert {row.state for row in post.letters("receipt")} == {"bounced"}


async def test_what_all_lack_is_asked_once_and_the_choices_are_numbered_through(post: Post) -> None:
    unknown = an_item(dataset="ข้อมูลเด็ก", dataset_id=None)
    other = an_item(dataset="ข้อมูลครู", dataset_id=None)
    found = open_together(
        post.walk,
        a_form(purpose=None, items=(unknown,)),
        a_form(purpose=None, items=(other,)),
    )
    assert {request.state for request in found} == {State.INCOMPLETE}
    await post.turn()
    (mail,) = mails_to(post, _ASKER)
    text = text_of(mail)
    assert text.count("«วัตถุประสงค์»") == 1
    assert text.count("«ข้อมูลที่ขอ»") == 2
    (lead, _) = post.letters("ask")
    with post.walk.database.read() as connection:
        asked = outbox.asked_together(connection, [lead.id])[lead.id]
    starts = [
        next(q.first for q in questions if q.field == "dataset") for questions in asked.values()
    ]
    assert starts[0] < starts[1]
    for questions in asked.values():
        for question in questions:
            for place, offer in enumerate(question.offers):
                assert f"{question.first + place}. {offer}" in text


# ---------------------------------------------------------------- one correspondent


async def test_the_fourth_automatic_mail_of_a_day_is_held_and_the_officer_told_once(
    post: Post,
) -> None:
    for _ in range(6):
        record(post)
        await post.turn(timedelta(minutes=1))
    await post.turn()
    states = [row.state for row in post.letters("noted")]
    assert states == ["sent"] * 3 + ["held"] * 3
    assert {row.problem for row in post.letters("noted")[3:]} == {"too_many"}
    assert len(mails_to(post, _ASKER)) == 3
    (told,) = mails_to(post, OFFICER.address)
    assert f"outbox resend {post.letters('noted')[3].id}" in text_of(told)
    assert "somsri[at]school" in text_of(told)


async def test_many_letters_of_one_batch_count_as_well(post: Post) -> None:
    for _ in range(6):
        record(post)
    await post.turn()
    assert len(mails_to(post, _ASKER)) == 3


async def test_spelling_the_address_otherwise_does_not_help(post: Post) -> None:
    for address in ("a@example.org", "A@example.org", "a@Example.ORG", "A@EXAMPLE.org"):
        record(post, to=address)
        await post.turn(timedelta(minutes=1))
    assert [row.state for row in post.letters("noted")] == ["sent"] * 3 + ["held"]


async def test_the_next_day_it_may_go_on(post: Post) -> None:
    for _ in range(4):
        record(post)
    await post.turn()
    record(post)
    await post.turn(timedelta(days=1, seconds=1))
    assert post.letters("noted")[-1].state == "sent"


async def test_people_of_the_office_are_exempt(post: Post) -> None:
    for _ in range(5):
        record(post, to=OFFICER.address)
    await post.turn()
    assert len(mails_to(post, OFFICER.address)) == 5


async def test_a_decided_dataset_goes_to_whom_the_limit_was_just_reached(post: Post) -> None:
    """Somebody got a receipt and two answers to notes on the day of the approval."""
    (request, *_) = delivering(post, 1)
    for _ in range(2):
        record(post)
    await post.turn()
    build(post, request)
    await post.turn()
    assert post.walk.get(request.id).state is State.DELIVERED


async def test_ten_datasets_decided_one_after_the_other_all_arrive(post: Post) -> None:
    found = delivering(post, 10)
    for request in found:
        build(post, request)
        await post.turn(timedelta(minutes=30))
    await post.turn(timedelta(minutes=1))
    assert {post.walk.get(request.id).state for request in found} == {State.DELIVERED}
    assert post.letters("officer_held") == []


async def test_an_approved_dataset_that_is_held_waits_for_a_person(post: Post) -> None:
    (request, *_) = delivering(post, 1)
    for _ in range(4):
        record(post)
    await post.turn()
    build(post, request)
    await post.turn()
    held = post.walk.get(request.id)
    assert (held.state, held.reason) == (State.NEEDS_PERSON, "dataset_held")
    assert post.letter("dataset").state == "held"
    await post.turn()
    (told,) = [x for x in mails_to(post, OFFICER.address) if "ต้องดำเนินการ" in x["Subject"]]
    assert "ระบบไม่ส่งไฟล์ให้ผู้ขอ" in text_of(told)
    assert len(mails_to(post, _ASKER)) == 2, "after the receipt; nor is it told of the officer"


async def test_a_file_that_was_taken_back_goes_to_nobody_whoever_orders_it(post: Post) -> None:
    (request, other) = delivering(post, 2)
    for one in (request, other):
        build(post, one)
        post.walk.happen(one.id, e.AllSent())
    post.walk.happen(request.id, e.AccessRevoked(by=DIRECTOR.name))
    post.walk.now += timedelta(minutes=1)
    await post.turn()
    assert [row.state for row in post.letters("dataset")] == ["held", "sent"]
    held = post.letters("dataset")[0]
    assert held.problem == "taken_back"
    with post.walk.database.write() as connection:
        again = _O.update().where(_O.c.id == held.id)
        connection.execute(
            again.values(state="recorded", due_at=post.walk.now, standing=manners.HAND)
        )
    await post.turn()
    assert post.letters("dataset")[0].state == "held"
    assert post.walk.get(request.id).state is State.DELIVERED
    assert post.letters("officer_held") == []
    files = [name for mail in mails_to(post, _ASKER) for name in _names(mail)]
    assert len(files) == 1


async def test_what_a_person_orders_goes_past_the_limit(post: Post) -> None:
    for _ in range(4):
        record(post)
    await post.turn()
    held = post.letters("noted")[-1]
    with post.walk.database.write() as connection:
        ordered = _O.update().where(_O.c.id == held.id)
        connection.execute(
            ordered.values(state="recorded", due_at=post.walk.now, standing=manners.HAND)
        )
    await post.turn()
    assert post.letters("noted")[-1].state == "sent"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("noreply@example.com", "no_reply_address"),
        ("teachers-bounces@lists.example.com", "no_reply_address"),
        ("data@example.org", "own_address"),
        ("a@example.org, b@example.org", "not_one_address"),
    ],
)
async def test_some_addresses_get_nothing_ever(post: Post, address: str, reason: str) -> None:
    post.outbox._manners = manners.Manners(own=frozenset({"data@example.org"}))
    record(post, to=address)
    await post.turn()
    assert post.server.taken == []
    assert (post.letter("noted").state, post.letter("noted").problem) == ("held", reason)
    assert len(post.letters("officer_held")) == 1


# ---------------------------------------------------------------- all together


async def test_the_breaker_stops_a_storm_tells_those_in_charge_and_is_closed_by_hand(
    post: Post,
) -> None:
    admin = Person(3, "นายสมชาย ดูแลระบบ", "admin@example.org", "admin")
    desk = replace(DESK, people=DESK.people | {"admin": (admin,)})
    for number in range(70):
        record(post, to=f"robot{number}@example.com")
    turns = [await post.outbox.turn(desk) for _ in range(5)]
    sent = [to for to, _ in post.server.taken if to.startswith("robot")]
    assert len(sent) == 32, "the batch with which it would be more than 50 does not go"
    assert turns[-1] == 0
    assert sorted(to for to, _ in post.server.taken if not to.startswith("robot")) == [
        "admin@example.org",
        OFFICER.address,
    ]
    waiting = [row for row in post.letters("noted") if row.state == "recorded"]
    assert (len(waiting), {row.tries for row in waiting}) == (38, {0})
    with post.walk.database.write() as connection:
        assert correspondence.stopped_at(connection) == post.walk.now
        assert correspondence.resume(connection, post.walk.now)
        assert not correspondence.resume(connection, post.walk.now)
    post.walk.now += _SECOND
    while await post.outbox.turn(desk):
        pass
    assert {row.state for row in post.letters("noted")} == {"sent"}


async def test_while_it_is_stopped_people_of_the_office_and_what_is_ordered_go_on(
    post: Post,
) -> None:
    with post.walk.database.write() as connection:
        correspondence.stop(connection, post.walk.now)
    post.walk.prepared()
    record(post, to="a@example.org")
    with post.walk.database.write() as connection:
        ordered = _O.update().where(_O.c.to_addr == "a@example.org")
        connection.execute(ordered.values(standing=manners.HAND))
    await post.turn()
    assert sorted(to for to, _ in post.server.taken) == ["a@example.org", DIRECTOR.address]
    assert post.letter("receipt").state == "recorded"
    assert await post.turn() == 0


async def test_a_thousand_forged_senders_get_no_more_than_the_cap_of_an_hour(post: Post) -> None:
    for number in range(100):
        record(post, "too_big", to=f"victim{number}@example.com")
    with post.walk.database.write() as connection:
        connection.execute(_O.update().values(standing=manners.STRANGER))
    for _ in range(6):
        await post.turn()
    assert len(post.server.taken) == 30
    assert {row.state for row in post.letters("too_big")} == {"sent", "recorded"}
    for _ in range(4 * 12):
        await post.turn(timedelta(minutes=5))
        await post.turn()
        await post.turn()
    states = [row.state for row in post.letters("too_big")]
    assert states.count("sent") <= 30 * 4
    assert "recorded" not in states
    assert len(post.letters("officer_flood")) <= 1
    post.walk.prepared()
    await post.turn()
    assert post.letter("receipt").state == "sent", "those whom we know are not in their way"
