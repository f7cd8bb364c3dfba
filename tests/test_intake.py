"""Turns of intake on a real store: mails come in as bytes, verdicts and letters come out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc import parsers
from mailproc.claiming import Claiming
from mailproc.errors import Stale
from mailproc.intake import Intake
from mailproc.model import Known, Reading, Request, Roster, State, Trust
from mailproc.sandbox import Failed
from mailproc.settling import Habits
from mailproc.store import claims, messages, requests, schema
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests import outages
from tests.factories import NOW, a_dataset
from tests.walk import DESK, DIRECTOR, OFFICER, RULES, Walk

_M, _O = schema.messages, schema.outbox
OFFICE = "data@example.org"
TEACHER = "somsri@school.example.org"
KNOWN = Known(frozenset({OFFICE}), ((a_dataset().id, a_dataset().names),))
HABITS = Habits(
    known=KNOWN,
    timezone="Asia/Bangkok",
    fiscal=False,
    promise=timedelta(minutes=10),
    holidays=frozenset(),
    authserv_id="mx.example.org",
    mark=True,
    dedicated=False,
    roster=Roster(domains=frozenset({"school.example.org"})),
)
FORM = """แบบคำขอใช้บริการข้อมูล
ชื่อ-สกุล: นางสมศรี ตั้งใจสอน
หน่วยงาน/โรงเรียน: โรงเรียนบ้านดอนแก้ว
ข้อมูลที่ต้องการ: จำนวนนักเรียน
ปีการศึกษา: 2568
วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง
"""
_IDS = itertools.count(1)


def a_mail(
    body: str = FORM,
    *,
    sender: str = f"สมศรี <{TEACHER}>",
    subject: str = "ขอข้อมูล",
    head: str = "",
    message_id: str = "",
) -> bytes:
    """A mail to the office; `head` holds more whole header lines."""
    message_id = message_id or f"<{next(_IDS)}@school.example.org>"
    text = (
        f"{head}From: {sender}\nTo: {OFFICE}\nSubject: {subject}\nMessage-ID: {message_id}\n"
        f"Date: Sun, 22 Nov 2026 09:05:00 +0700\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )
    return text.replace("\n", "\r\n").encode()


def a_reply(letter: sa.Row[Any], body: str, **changes: str) -> bytes:
    head = f"{changes.pop('head', '')}In-Reply-To: {letter.message_id}\n"
    return a_mail(body, head=head, **changes)


class Reader:
    """Reads in this process; a mail with «X-Fail» can't be read, one with «X-Break» reads badly."""

    def __init__(self, known: Known = KNOWN) -> None:
        self._known = known

    def read(self, mails: Sequence[bytes]) -> Iterable[Reading | Failed]:
        for raw in mails:
            if b"X-Fail" in raw:
                yield Failed("took too long")
                continue
            reading = parsers.read(raw, self._known)
            # Nothing real is known to break the settling; a text that is none surely does.
            yield replace(reading, subject=object()) if b"X-Break" in raw else reading  # type: ignore[arg-type]


class Office:
    """A mailbox as the store has it, and the letters that come of it."""

    def __init__(self, database: Database) -> None:
        self.walk, self.uid = Walk(database), 0
        self.intake = Intake(database, Reader(), HABITS, RULES, "me")

    def bring(self, *mails: bytes, verdict: str | None = None) -> list[str | None]:
        """Stores mails, gives them a turn and returns their verdicts."""
        first = self.uid + 1
        arrived = [
            messages.Arrived("a", "INBOX", 1, first + n, self.walk.now, len(raw), raw, verdict)
            for n, raw in enumerate(mails)
        ]
        self.uid += len(mails)
        with self.walk.database.write() as connection:
            messages.store(connection, arrived, self.walk.now)
        self.turn()
        return [row.verdict for row in self.walk.rows(_M, _M.c.uid >= first)]

    def turn(self, later: timedelta = timedelta()) -> int:
        self.walk.now += later
        return self.intake.turn(DESK, self.walk.now)

    @property
    def requests(self) -> list[Request]:
        return [self.walk.get(row.id) for row in self.walk.rows(schema.requests)]

    def letters(self, kind: str = "") -> list[sa.Row[Any]]:
        return self.walk.rows(_O, *([_O.c.kind == kind] if kind else []))


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


# ---------------------------------------------------------------- one mail


def test_a_form_opens_a_request(office: Office) -> None:
    assert office.bring(a_mail()) == ["opened"]
    (request,) = office.requests
    assert (request.number, request.state) == ("2569/00001", State.PREPARING)
    assert (request.requester_addr, request.item.dataset_id) == (TEACHER, "student_count")
    assert request.received_at == NOW
    assert office.letters() == [], "the receipt follows once the data was tried"
    (row,) = office.walk.rows(_M)
    assert (row.request_id, row.mark, row.due_at) == (request.id, "seen", None)


def test_no_mail_is_put_aside_because_the_database_fails(office: Office) -> None:
    """However often: it is read once the database works again, and that at once."""

    class FillsUp(Reader):
        def read(self, mails: Sequence[bytes]) -> Iterable[Reading | Failed]:
            outages.begin(office.walk.database)
            return super().read(mails)

    office.intake = Intake(office.walk.database, FillsUp(), HABITS, RULES, "me")
    with pytest.raises(sa.exc.OperationalError):
        office.bring(a_mail())
    turn = Claiming(office.turn, office.walk.database, _M, "me", lambda: office.walk.now)
    for _ in range(4):
        outages.end(office.walk.database)
        with office.walk.database.write() as connection:
            claims.release_all(connection, _M, office.walk.now)
        with pytest.raises(sa.exc.OperationalError):
            turn()
    outages.end(office.walk.database)
    office.intake = Intake(office.walk.database, Reader(), HABITS, RULES, "me")
    assert turn() == 1
    assert [row.verdict for row in office.walk.rows(_M)] == ["opened"]


def test_what_is_not_for_us_stays_as_it_was(office: Office) -> None:
    mails = [
        a_mail("พรุ่งนี้ประชุมกี่โมงครับ", subject="ประชุม"),
        a_mail("x", head="Auto-Submitted: auto-replied\n"),
        a_mail("x", head="List-Id: <list.example.org>\n"),
        a_mail("x", sender=OFFICE, head="X-Mailproc: letter\nAuto-Submitted: auto-generated\n"),
    ]
    assert office.bring(*mails) == [
        "unplaced",
        "ignored_automatic",
        "ignored_automatic",
        "ignored_own",
    ]
    assert office.letters() == []
    assert {row.mark for row in office.walk.rows(_M)} == {None}


def test_every_mail_gets_one_verdict_and_none_is_due_again(office: Office) -> None:
    forms = [f"{FORM}เงื่อนไข: โรงเรียนที่ {n}\n" for n in range(70)]
    senders = [f"teacher{n}@school.example.org" for n in range(70)]
    office.bring(*(a_mail(form, sender=x) for form, x in zip(forms, senders, strict=True)))
    assert office.turn() == 6
    assert office.turn(timedelta(days=1)) == 0
    assert {row.verdict for row in office.walk.rows(_M)} == {"opened"}
    assert [r.number for r in office.requests] == [f"2569/{n:05d}" for n in range(1, 71)]


def test_the_year_of_a_number_is_that_of_the_mail(office: Office) -> None:
    office.walk.now = datetime.fromisoformat("2026-12-31T16:59:00+00:00")
    office.bring(a_mail())
    office.walk.now += timedelta(minutes=1)
    office.bring(a_mail(sender="new@school.example.org"))
    assert [r.number for r in office.requests] == ["2569/00001", "2570/00001"]


def test_several_datasets_become_several_requests(office: Office) -> None:
    office.bring(a_mail(FORM.replace("2568", "2568 และ 2567")))
    assert [r.item.academic_years for r in office.requests] == [(2567,), (2568,)]
    assert len({r.number for r in office.requests}) == 2


@pytest.mark.parametrize("sender", ["ครู <ครู@school.example.org>", "", "a@b@c"])
def test_a_request_that_cannot_be_answered_goes_to_a_person(office: Office, sender: str) -> None:
    assert office.bring(a_mail(sender=sender)) == ["unplaced"]
    assert [letter.kind for letter in office.letters()] == ["officer_unplaced"]


def test_a_forged_sender_confirms_first(office: Office) -> None:
    failed = "Authentication-Results: mx.example.org; dmarc=fail header.from=school.example.org\n"
    office.bring(a_mail(head=failed))
    (request,) = office.requests
    assert request.state is State.UNCONFIRMED
    (letter,) = office.letters()
    assert letter.kind == "confirm"
    assert office.bring(a_reply(letter, "ยืนยันค่ะ")) == ["merged"]
    assert office.requests[0].state is State.PREPARING


def test_a_stranger_confirms_once_for_all_he_asked_and_is_remembered(office: Office) -> None:
    stranger = "ผู้ขอ <new@else.example.org>"
    other = FORM.replace("2568", "ล่าสุด")
    office.bring(a_mail(sender=stranger), a_mail(other, sender=stranger))
    assert [r.state for r in office.requests] == [State.UNCONFIRMED, State.UNCONFIRMED]
    letters = office.letters()
    assert [letter.kind for letter in letters] == ["confirm", "confirm"]
    assert office.bring(a_reply(letters[0], "", sender=stranger)) == ["merged"]
    assert [r.state for r in office.requests] == [State.PREPARING, State.PREPARING]
    office.bring(a_mail(FORM.replace("2568", "2567"), sender=stranger))
    assert (office.requests[-1].trust, office.requests[-1].vouched) == (
        Trust.UNSTAMPED,
        "confirmed",
    )
    office.walk.now += timedelta(days=366)
    office.bring(a_mail(FORM.replace("2568", "2566"), sender=stranger))
    assert [r.state is State.UNCONFIRMED for r in office.requests[2:]] == [False, True]


def test_a_mail_of_several_senders_is_put_aside(office: Office) -> None:
    several = f"สมศรี <{TEACHER}>, director@example.org"
    assert office.bring(a_mail(sender=several)) == ["unplaced"]
    assert office.requests == []


# ---------------------------------------------------------------- copies


def test_a_second_copy_does_nothing(office: Office) -> None:
    raw = a_mail()
    assert office.bring(raw) == ["opened"]
    assert office.bring(b"Received: from elsewhere\r\n" + raw) == ["duplicate"]
    assert len(office.requests) == 1


def test_copies_within_one_batch_are_seen(office: Office) -> None:
    raw = a_mail()
    other = a_mail(sender="new@school.example.org")
    assert office.bring(raw, raw, other, raw) == ["opened", "duplicate", "opened", "duplicate"]
    assert len(office.requests) == 2


def test_after_the_server_renumbered_its_folder_nothing_is_done_twice(office: Office) -> None:
    raw = a_mail()
    office.bring(raw)
    again = messages.Arrived("a", "INBOX", 2, 1, NOW, len(raw), raw)
    with office.walk.database.write() as connection:
        messages.store(connection, [again], office.walk.now)
    office.turn()
    assert [row.verdict for row in office.walk.rows(_M)] == ["opened", "duplicate"]


# ---------------------------------------------------------------- replies


def test_an_answer_completes_the_request(office: Office) -> None:
    office.bring(a_mail(FORM.replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง\n", "")))
    (ask,) = office.letters("ask")
    assert office.bring(a_reply(ask, "วัตถุประสงค์: ใช้ทำรายงาน")) == ["merged"]
    (request,) = office.requests
    assert (request.state, request.form.purpose) == (State.PREPARING, "ใช้ทำรายงาน")


def test_two_replies_in_one_batch_are_taken_one_after_the_other(office: Office) -> None:
    office.bring(a_mail(FORM.replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง\n", "")))
    (ask,) = office.letters("ask")
    replies = (a_reply(ask, "วัตถุประสงค์: ใช้ทำรายงาน"), a_reply(ask, "ขอบคุณค่ะ"))
    assert office.bring(*replies) == ["merged", "note"]
    (request,) = office.requests
    assert (request.version, request.state) == (3, State.PREPARING)
    assert len(office.letters("officer_note")) == 1


def test_a_cancel_and_an_answer_in_one_batch_keep_their_order(office: Office) -> None:
    office.bring(a_mail(FORM.replace("วัตถุประสงค์: เพื่อวางแผนอัตรากำลัง\n", "")))
    (ask,) = office.letters("ask")
    other = a_mail(sender="new@school.example.org")
    mails = (a_reply(ask, "ยกเลิก"), other, a_reply(ask, "วัตถุประสงค์: ใช้ทำรายงาน"))
    assert office.bring(*mails) == ["command", "opened", "note"]
    assert [r.state for r in office.requests] == [State.CANCELLED, State.PREPARING]


def test_a_director_who_replies_learns_how_to_decide(office: Office) -> None:
    request = office.walk.prepared()
    (approval,) = office.letters("approval")
    reply = a_reply(approval, "อนุมัติ", sender=DIRECTOR.address)
    assert office.bring(reply) == ["note"]
    assert office.walk.get(request.id).state is State.AWAITING_DECISION
    (answer,) = office.letters("how_to_decide")
    assert (answer.to_addr, answer.audience) == (DIRECTOR.address, "director")
    assert answer.request_id == request.id, "so that it is erased with the request"


def test_a_cancel_sent_to_the_directors_letters_changes_nothing(office: Office) -> None:
    """Neither the approval mail nor our answer to a reply gives the right to cancel."""
    request = office.walk.prepared()
    (approval,) = office.letters("approval")
    office.bring(a_reply(approval, "ยกเลิก", sender=DIRECTOR.address))
    (answer,) = office.letters("how_to_decide")
    office.bring(a_reply(answer, "ยกเลิก", sender=DIRECTOR.address))
    assert office.walk.get(request.id).state is State.AWAITING_DECISION


def test_a_robot_is_answered_three_times_a_day(office: Office) -> None:
    office.walk.built()
    (letter,) = office.letters("dataset")
    for n in range(6):
        assert office.bring(a_reply(letter, f"ได้รับแล้ว {n}")) == ["note"]
    assert len(office.letters("noted")) == 3
    office.walk.now += timedelta(days=1, minutes=1)
    office.bring(a_reply(letter, "ขอบคุณ"))
    assert len(office.letters("noted")) == 4


def test_a_robot_with_another_address_is_stopped_too(office: Office) -> None:
    """What we write to the requester is forwarded to a robot, which answers from its own."""
    office.walk.built()
    for n in range(6):
        letter = (office.letters("noted") or office.letters("dataset"))[-1]
        office.bring(a_reply(letter, f"ได้รับ {n}", sender="clerk@elsewhere.example.org"))
    assert len(office.letters("noted")) == 3


def test_a_director_with_a_robot_is_stopped_too(office: Office) -> None:
    office.walk.prepared()
    for n in range(6):
        letter = (office.letters("how_to_decide") or office.letters("approval"))[-1]
        office.bring(a_reply(letter, f"ลาพักร้อน {n}", sender=DIRECTOR.address))
    assert len(office.letters("how_to_decide")) == 3


def _report(letter: sa.Row[Any], action: str) -> bytes:
    """A delivery report on a letter of ours (RFC 3464)."""
    return a_mail(
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        f"Final-Recipient: rfc822; {TEACHER}\nAction: {action}\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter.message_id}\n\n--b--\n",
        sender="MAILER-DAEMON@mx.example.org",
        head="Return-Path: <>\n",
    ).replace(
        b"text/plain; charset=utf-8",
        b'multipart/report; report-type=delivery-status; boundary="b"',
        1,
    )


@pytest.mark.parametrize(
    ("action", "fate", "state"),
    [("failed", "bounced", State.NEEDS_PERSON), ("delayed", "delayed", State.DELIVERED)],
)
def test_a_failed_file_goes_to_a_person_and_a_delayed_one_does_not(
    office: Office, action: str, fate: str, state: State
) -> None:
    request = office.walk.built()
    office.walk.happen(request.id, e.AllSent())
    (letter,) = office.letters("dataset")
    with office.walk.database.write() as connection:
        connection.execute(_O.update().values(state="sent", due_at=None))
    assert office.bring(_report(letter, action)) == ["delivery_report"]
    assert office.letters("dataset")[0].state == fate
    assert office.walk.get(request.id).state is state


def test_a_bounce_that_gives_back_no_message_id_waits_where_it_names_a_request(
    office: Office,
) -> None:
    """As servers write that know no report form: nobody else would learn that the file is lost."""
    office.walk.happen(office.walk.built().id, e.AllSent())
    said = "ระบบไม่สามารถส่งจดหมายของท่านได้\nสาเหตุ: กล่องจดหมายของผู้รับเต็ม\nเรื่อง: ข้อมูลตามคำขอ {}\n"
    sender = {"sender": "postmaster@mail.example.org", "subject": "แจ้งเตือน: ส่งไม่สำเร็จ"}
    named, other = (a_mail(said.format(n), **sender) for n in ("2569/00001", "2569/09999"))
    assert office.bring(named, other) == ["unplaced", "ignored_automatic"]
    row, _ = office.walk.rows(_M)
    assert "2569/00001" in row.guess
    assert [letter.to_addr for letter in office.letters("officer_unplaced")] == [OFFICER.address]


# ---------------------------------------------------------------- one bad mail and its neighbours


@pytest.mark.parametrize("fault", ["X-Fail", "X-Break"])
def test_a_mail_that_fails_three_times_is_put_aside_and_stops_nobody(
    office: Office, fault: str
) -> None:
    bad = a_mail(head=f"{fault}: yes\n")
    other = a_mail(sender="new@school.example.org")
    assert office.bring(a_mail(), bad, other) == ["opened", None, "opened"]
    assert office.turn() == 0, "it rests for a while"
    for verdict in (None, "quarantined"):
        assert office.turn(timedelta(seconds=5)) == 1
        (row,) = office.walk.rows(_M, _M.c.uid == 2)
        assert row.verdict == verdict
    assert (row.raw, row.tries) == (bad, 3)
    assert row.problem
    (told,) = office.letters("officer_quarantined")
    assert told.to_addr == OFFICER.address
    assert office.turn(timedelta(days=1)) == 0
    assert len(office.requests) == 2
    assert [r.number for r in office.requests] == ["2569/00001", "2569/00002"], "no gap"


def test_a_mail_put_aside_can_be_read_by_a_better_program(office: Office) -> None:
    office.bring(a_mail(head="X-Fail: yes\n"))
    for _ in range(2):
        office.turn(timedelta(seconds=5))
    with office.walk.database.write() as connection:
        connection.execute(_M.update().values(raw=a_mail()))
        assert messages.replay(connection, 1, office.walk.now)
    office.turn()
    assert [row.verdict for row in office.walk.rows(_M)] == ["opened"]


def test_a_request_that_moved_at_this_moment_is_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the director may decide between reading a request and writing it."""
    office.walk.prepared()
    (receipt,) = office.letters("receipt")
    real, calls = requests.apply, []

    def sometimes(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) < 4:
            raise Stale("The request was changed meanwhile.")
        real(*arguments)

    monkeypatch.setattr("mailproc.settling.batch.requests.apply", sometimes)
    assert office.bring(a_reply(receipt, "ยกเลิก")) == ["command"]
    assert office.requests[0].state is State.CANCELLED


# ---------------------------------------------------------------- too big, too old


def test_a_mail_that_is_too_big_is_answered_once(office: Office) -> None:
    header = a_mail("", subject="ขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2568")
    assert office.bring(header, verdict="too_big") == ["too_big"]
    assert office.bring(header, header, verdict="too_big") == ["too_big", "too_big"]
    (answer,) = office.letters()
    assert (answer.kind, answer.to_addr) == ("too_big", TEACHER)
    assert office.requests == []


def test_a_big_mail_that_is_not_surely_for_us_is_not_answered(office: Office) -> None:
    assert office.bring(a_mail("", subject="รูปงานเลี้ยง"), verdict="too_big") == ["too_big"]
    assert office.letters() == []
