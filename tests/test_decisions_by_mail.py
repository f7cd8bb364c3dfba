"""Approvers decide by reply, on a real store: mails as people's programs write them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from mailproc.changes import changed_fields
from mailproc.datasets import layout
from mailproc.datasets.catalogue import load_entries
from mailproc.datasets.plan import PinnedRound, Plan
from mailproc.intake import Intake
from mailproc.model import ApprovalPolicy, Conditions, Letter, Person, Request, Rules, State
from mailproc.settling import Habits
from mailproc.store import absences, messages, onetime, people, requests, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import events as e
from mailproc.workflow import policy
from mailproc.workflow.decide import decide
from tests import ready
from tests.factories import NOW, a_prepared
from tests.test_intake import HABITS, OFFICE, Reader, a_mail, a_reply
from tests.walk import DESK, RULES, a_draft

PEPPER = b"p" * 32
MINUTE = timedelta(minutes=1)
DIRECTOR = "director@office.example.org"
DEPUTY = "deputy@office.example.org"
OFFICER = "officer@office.example.org"
_NUMBERS = itertools.count(1)
GROUNDS = (("s15_5", "มาตรา 15 (5) ข้อมูลส่วนบุคคล"), ("not_held", "สำนักงานไม่มีข้อมูลนี้"))


def _plan() -> Plan:
    entry = load_entries(None)["classrooms"].entry
    return Plan(
        dataset_id=entry.id,
        source=entry.source_id,
        rounds=(PinnedRound(digest="a" * 64, academic_year=2568, round=1, as_of="2025-06-10"),),
        level="school",
        table=entry.table("school"),
        dimensions=entry.dimensions,
        measures=entry.measures,
        columns=entry.columns,
    )


@cache
def a_query() -> str:
    """Of the classrooms of every school."""
    return _plan().model_dump_json()


COLUMNS = tuple(column.name_th for column in layout.columns(_plan()))
LAST = len(COLUMNS)


class Office:
    """An office whose approvers have codes, with mails coming in and letters going out."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        self.habits: Habits = replace(HABITS, pepper=PEPPER, authserv_id="")
        self.rules: Rules = RULES
        self.director = self._enrol("นางสาวสมศรี ใจดี", DIRECTOR, "group_director")
        self.deputy = self._enrol("นายสมชาย มั่นคง", DEPUTY, "deputy")
        self._enrol("นางสาวดาวเรือง ใจเย็น", OFFICER, "officer")
        with database.write() as connection:
            secret = onetime.new_app(connection, self.director, PEPPER, NOW)
            self.codes = onetime.new_list(connection, self.director, PEPPER, NOW)
            self.deputys = onetime.new_list(connection, self.deputy, PEPPER, NOW)
        self.app = pyotp.TOTP(secret)

    def _enrol(self, name: str, address: str, role: str) -> int:
        with self.database.write() as connection:
            return people.add(connection, Person(0, name, address, role), NOW)

    @property
    def desk(self) -> Desk:
        with self.database.read() as connection:
            everybody = people.listed(connection, self.now)
            away = absences.current(connection, self.now)
        roles = {"director": "group_director", "officer": "officer", "deputy": "deputy"}
        held = {x: tuple(p for p in everybody if p.role == role) for x, role in roles.items()}
        return replace(DESK, people=held, absences=away)

    # ------------------------------------------------------------ requests

    def laid(self, **changes: Any) -> tuple[Request, sa.Row[Any]]:
        """A request before the director, and the mail that puts it there."""
        with self.database.write() as connection:
            (id_,) = requests.take_numbers(connection, "requests", 1)
            draft = replace(a_draft(**changes), id=id_, number=f"2569/{id_:05d}")
            self._happen(connection, draft, e.Opened())
        return self.prepared(id_)

    def prepared(self, request_id: int) -> tuple[Request, sa.Row[Any]]:
        request, made = self.get(request_id), a_prepared(query=a_query(), columns=COLUMNS)
        hash_ = policy.content_hash(request, made)
        self.happen(request_id, e.DataPrepared(prepared=made, content_hash=hash_))
        return self.get(request_id), self.letters("approval")[-1]

    def happen(self, request_id: int, event: e.Event) -> None:
        with self.database.write() as connection:
            request = requests.get(connection, request_id)
            assert request is not None
            self._happen(connection, request, event)

    def _happen(self, connection: sa.Connection, request: Request, event: e.Event) -> None:
        decision = decide(request, event, self.rules, self.now)
        assert not decision.ignored
        requests.apply(connection, [decision], self.desk, self.now)

    def get(self, request_id: int) -> Request:
        with self.database.read() as connection:
            request = requests.get(connection, request_id)
        assert request is not None
        return request

    # ------------------------------------------------------------ mails

    def bring(self, *mails: bytes, at: datetime | None = None) -> list[str | None]:
        """Stores mails that arrived at `at`, gives them a turn and returns their verdicts."""
        uids = [next(_NUMBERS) for _ in mails]
        arrived = [
            messages.Arrived("a", "INBOX", 1, uid, at or self.now, len(raw), raw, None)
            for uid, raw in zip(uids, mails, strict=True)
        ]
        with self.database.write() as connection:
            messages.store(connection, arrived, self.now)
        Intake(self.database, Reader(), self.habits, self.rules, "me").turn(self.desk, self.now)
        found = schema.messages
        return [row.verdict for row in self.rows(found, found.c.uid.in_(uids))]

    def reply(self, letter: sa.Row[Any], body: str, **changes: str) -> list[str | None]:
        """What the director types, above a quote of our mail."""
        changes.setdefault("sender", f"สมศรี ใจดี <{DIRECTOR}>")
        return self.bring(a_reply(letter, body + _QUOTED, **changes))

    def letters(self, kind: str) -> list[sa.Row[Any]]:
        return self.rows(schema.outbox, schema.outbox.c.kind == kind)

    def told(self, kind: str) -> str:
        """Why the newest letter of the kind says what it says."""
        return _letter(self.letters(kind)[-1]).reason

    @property
    def decisions(self) -> list[sa.Row[Any]]:
        return self.rows(schema.decisions)

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
        query = sa.select(table).where(*where).order_by(next(iter(table.c)))
        with self.database.read() as connection:
            return list(connection.execute(query))


def _letter(row: sa.Row[Any]) -> Letter:
    return load_letter(row.letter)


_QUOTED = """

เมื่อ อา. 22 พ.ย. 2026 เวลา 09:05 สำนักงานเขตพื้นที่ <data@example.org> เขียนว่า:
> เรียน ผู้อำนวยการกลุ่มนโยบายและแผน
> พิมพ์บรรทัดแรกว่า «อนุญาต» หรือ «ไม่อนุญาต»
"""


@pytest.fixture(scope="module", autouse=True)
def _quick_codes() -> Iterator[None]:
    with ready.quick_codes():
        yield


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


# ---------------------------------------------------------------- what counts


def test_a_word_and_a_code_of_the_list_approve(office: Office) -> None:
    request, approval = office.laid()
    assert office.reply(approval, f"อนุญาต\nรหัส: {office.codes[0]}") == ["command"]
    after = office.get(request.id)
    assert (after.state, after.decided_by) == (State.APPROVED, "นางสาวสมศรี ใจดี")
    (row,) = office.decisions
    assert (row.verdict, row.via, row.device) == ("approved", "reply", "list")
    assert (row.person_id, row.content_hash) == (office.director, request.content_hash)
    (answer,) = office.letters("reply_decided")
    assert (answer.to_addr, answer.audience, answer.request_id) == (DIRECTOR, "director", 1)
    assert (office.told("reply_decided"), _letter(answer).note) == ("approved", "60")


def test_the_code_of_the_app_is_that_of_the_time_at_which_the_mail_came(office: Office) -> None:
    request, approval = office.laid()
    code = office.app.at(office.now)
    arrived, office.now = office.now + 8 * MINUTE, office.now + timedelta(days=2)
    mail = a_reply(approval, f"อนุญาต {code}", sender=DIRECTOR)
    assert office.bring(mail, at=arrived) == ["command"]
    assert office.decisions[0].device == "app"
    assert office.get(request.id).state is State.APPROVED


def test_a_refusal_carries_its_reason_to_the_requester(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"ไม่อนุญาต\nเหตุผล: เผยแพร่บนเว็บไซต์แล้ว\nรหัส: {office.codes[0]}")
    after = office.get(request.id)
    assert (after.state, after.reason) == (State.REFUSED, "เผยแพร่บนเว็บไซต์แล้ว")
    assert _letter(office.letters("refused")[0]).reason == "เผยแพร่บนเว็บไซต์แล้ว"
    assert office.told("reply_decided") == "refused"


def test_a_return_asks_the_requester(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"ส่งกลับ\nจะใช้ข้อมูลกับโรงเรียนใด\n{office.codes[0]}")
    assert office.get(request.id).state is State.RETURNED
    assert _letter(office.letters("ask")[0]).reason == "จะใช้ข้อมูลกับโรงเรียนใด"
    assert office.told("reply_decided") == "returned"


def test_an_approval_is_taken_back_by_a_reply_within_the_hold(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"อนุญาต\n{office.codes[0]}")
    (answer,) = office.letters("reply_decided")
    assert office.reply(answer, f"ยกเลิกการอนุญาต\n{office.codes[1]}") == ["command"]
    assert office.get(request.id).state is State.AWAITING_DECISION
    assert [row.verdict for row in office.decisions] == ["approved", "undone"]
    undone = office.letters("reply_decided")[-1]
    assert office.reply(undone, f"อนุญาต\n{office.codes[2]}") == ["command"]
    assert office.get(request.id).state is State.APPROVED


def test_it_is_too_late_to_take_back_what_was_sent(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"อนุญาต\n{office.codes[0]}")
    office.happen(request.id, e.HoldElapsed())
    assert office.reply(approval, f"ยกเลิกการอนุญาต\n{office.codes[1]}") == ["note"]
    assert office.told("decided") == "late"


def test_where_two_must_agree_the_first_is_told_who_is_still_asked(office: Office) -> None:
    seats = (("group_director",), ("deputy",))
    office.rules = replace(office.rules, approval=(ApprovalPolicy(seats=seats),))
    request, _ = office.laid()
    mine, theirs = office.letters("approval")
    assert office.reply(mine, f"อนุญาต\n{office.codes[0]}") == ["command"]
    assert office.get(request.id).state is State.AWAITING_DECISION
    assert office.told("reply_decided") == "waits"
    assert office.reply(mine, f"อนุญาต\n{office.codes[1]}") == ["note"]
    assert office.told("decided") == "already"
    reply = a_reply(theirs, f"อนุญาต\n{office.deputys[0]}", sender=DEPUTY)
    assert office.bring(reply) == ["command"]
    assert office.get(request.id).state is State.APPROVED


def test_a_deputy_decides_for_the_director(office: Office) -> None:
    with office.database.write() as connection:
        until = NOW + timedelta(days=3)
        absences.begin(connection, office.director, None, NOW, until, "command", NOW)
    request, approval = office.laid()
    assert approval.to_addr == DEPUTY
    assert office.bring(a_reply(approval, f"อนุญาต {office.deputys[0]}", sender=DEPUTY)) == [
        "command"
    ]
    (row,) = office.decisions
    assert (row.person_id, row.for_person_id) == (office.deputy, office.director)
    assert office.get(request.id).approvals[0].for_name == "นางสาวสมศรี ใจดี"


def test_ten_replies_in_one_turn_each_decide_their_own_request(office: Office) -> None:
    laid = [office.laid() for _ in range(10)]
    mails = [
        a_reply(approval, f"อนุญาต\nรหัส: {code}", sender=DIRECTOR)
        for (_, approval), code in zip(laid, office.codes, strict=False)
    ]
    assert office.bring(*mails) == ["command"] * 10
    assert {office.get(request.id).state for request, _ in laid} == {State.APPROVED}


def test_a_yes_with_conditions_has_the_data_made_anew_and_confirmed(office: Office) -> None:
    request, approval = office.laid()
    body = f"อนุญาต\nเงื่อนไข: ตัดคอลัมน์ {LAST} / ใช้ได้ถึง 31 ธ.ค. {office.now.year + 544}"
    assert office.reply(approval, f"{body}\n{office.codes[0]}") == ["command"]
    after = office.get(request.id)
    narrowed = Conditions(without=COLUMNS[-1:], until=f"{office.now.year + 1}-12-31")
    assert (after.state, after.conditions) == (State.PREPARING, narrowed)
    assert office.told("reply_decided") == "narrowed"
    assert _letter(office.letters("reply_decided")[-1]).conditions == narrowed
    assert office.reply(approval, f"อนุญาต\n{office.codes[1]}") == ["note"]
    assert office.told("decided") == "changed", "the first mail shows what will not be sent"
    _, again = office.prepared(request.id)
    assert office.reply(again, f"อนุญาต\n{office.codes[1]}") == ["command"]
    assert office.get(request.id).state is State.APPROVED
    assert [row.verdict for row in office.decisions] == ["approved", "approved"]


def test_conditions_that_are_partly_understood_are_told_and_decide_nothing(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"อนุญาต\nเงื่อนไข: ตัดคอลัมน์ {LAST} / เฉพาะอำเภอเมือง\n{office.codes[0]}")
    _stays(office, request)
    told = _letter(office.letters("how_to_decide")[-1])
    assert (told.conditions.without, told.note) == (COLUMNS[-1:], "เฉพาะอำเภอเมือง")


def test_a_refusal_names_a_ground_where_the_office_has_a_list(office: Office) -> None:
    office.habits = replace(office.habits, grounds=GROUNDS)
    request, approval = office.laid()
    for body, reason in (("ไม่อนุญาต\nซ้ำ", "ground_missing"), ("ไม่อนุญาต 2", "reason_missing")):
        office.reply(approval, f"{body}\n{office.codes[0]}")
        assert office.told("how_to_decide") == reason
    _stays(office, request)
    assert office.reply(approval, f"ไม่อนุญาต 2 ซ้ำกับเดือนก่อน\n{office.codes[0]}") == ["command"]
    after = office.get(request.id)
    assert (after.state, after.ground, after.reason) == (State.REFUSED, "not_held", "ซ้ำกับเดือนก่อน")
    assert office.decisions[0].ground == "not_held"


def test_what_was_returned_comes_back_with_what_changed(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"ส่งกลับ: จะใช้กับงานใด\n{office.codes[0]}")
    form = replace(request.form, purpose="ใช้ทำแผนของกลุ่มเครือข่าย")
    office.happen(request.id, e.Answered(by="requester", form=form))
    _, again = office.prepared(request.id)
    laid = _letter(again).request
    assert laid is not None
    assert "purpose" in changed_fields(laid)
    assert office.reply(again, f"อนุญาต\n{office.codes[1]}") == ["command"]


@pytest.mark.parametrize(
    ("question", "state"),
    [
        ("ใช้กับโรงเรียนเดียวใช่หรือไม่", State.PREPARING),
        ("จะใช้กับโรงเรียนใดบ้าง", State.INCOMPLETE),
    ],
)
def test_a_bare_yes_answers_where_a_yes_was_asked_for(
    office: Office, question: str, state: State
) -> None:
    request, approval = office.laid()
    office.reply(approval, f"ส่งกลับ: {question}\n{office.codes[0]}")
    office.bring(a_reply(office.letters("ask")[-1], "ใช่ค่ะ"))
    after = office.get(request.id)
    assert after.state is state
    answered = f"{request.form.purpose}\n«{question}» ใช่ค่ะ"
    assert (after.form.purpose == answered) is (state is State.PREPARING)


def test_a_message_without_a_decision_goes_to_the_officer(office: Office) -> None:
    request, approval = office.laid()
    words = "ข้อมูลนี้เคยอนุญาตให้ใครไปแล้วบ้าง และผู้ขอเป็นใครครับ"
    assert office.reply(approval, words) == ["note"]
    _stays(office, request)
    (note,) = office.letters("officer_note")
    assert (note.to_addr, note.request_id) == (OFFICER, request.id)
    assert words in _letter(note).note
    assert DIRECTOR in _letter(note).note, "so that she can be answered"
    (told,) = office.letters("approver_noted")
    assert (told.to_addr, _letter(told).reason) == (DIRECTOR, "open")
    assert office.reply(told, f"อนุญาต\n{office.codes[0]}") == ["command"]


@pytest.mark.parametrize("body", ["ขอบคุณครับ", "รับทราบ"])
def test_thanks_go_to_nobody(office: Office, body: str) -> None:
    _, approval = office.laid()
    office.reply(approval, body)
    assert office.letters("officer_note") == []


def test_a_message_from_another_address_is_passed_to_nobody(office: Office) -> None:
    _, approval = office.laid()
    office.reply(approval, "ใครเป็นผู้ขอข้อมูลนี้ครับ", sender="else@example.org")
    assert office.letters("officer_note") == []


@pytest.mark.parametrize("words", ["ระงับไฟล์", "ยกเลิกการอนุญาต"])
def test_nothing_is_taken_back_before_anything_was_given(office: Office, words: str) -> None:
    _, approval = office.laid()
    assert office.reply(approval, f"{words}\n{office.codes[0]}") == ["note"]
    assert office.told("how_to_decide") == "nothing_yet"
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}") == ["command"]


def test_a_file_that_was_sent_is_taken_back_by_a_reply(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"อนุญาต\n{office.codes[0]}")
    delivered(office, request.id)
    assert office.reply(approval, f"ยกเลิกการอนุญาต\n{office.codes[1]}") == ["note"]
    late = office.letters("decided")[-1]
    assert (_letter(late).reason, _letter(late).note) == ("late", "revoke")
    assert office.reply(late, f"ระงับไฟล์\n{office.codes[1]}") == ["command"]
    assert office.get(request.id).revoked_at is not None
    assert office.told("reply_decided") == "revoked"
    (told,) = office.letters("taken_back")
    assert told.audience == "requester"
    assert office.bring(a_reply(told, "ขอส่งใหม่ค่ะ")) == ["command"]
    assert office.told("status") == "taken_back"
    assert office.reply(late, f"ระงับไฟล์\n{office.codes[2]}") == ["note"]


def delivered(office: Office, request_id: int) -> None:
    """Its file went out."""
    with office.database.write() as connection:
        values = {"request_id": request_id, "filename": "a.xlsx", "media_type": "x/y"}
        values |= {"sha256": "0" * 64, "result_digest": "0" * 64, "built_at": NOW}
        file_id = connection.scalars(
            schema.files.insert().values(values).returning(schema.files.c.id)
        ).one()
    for event in (e.HoldElapsed(), e.DataBuilt(file_id=file_id), e.AllSent(by="mail server")):
        office.happen(request_id, event)


def test_a_whole_english_conversation_counts(office: Office) -> None:
    office.habits = replace(office.habits, grounds=GROUNDS)
    request, approval = office.laid()
    said = f"Approve\nConditions: without column {LAST}\nCode: {office.codes[0]}"
    body = f"{said}\n\nSent from my iPhone"
    assert office.reply(approval, body) == ["command"]
    _, again = office.prepared(request.id)
    assert office.reply(again, f"Refuse 2 Not needed any more\n{office.codes[1]}") == ["command"]
    assert office.get(request.id).reason == "Not needed any more"


# ---------------------------------------------------------------- what does not


def _stays(office: Office, request: Request) -> None:
    assert office.get(request.id).state is State.AWAITING_DECISION
    assert office.decisions == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("อนุญาต", "code_missing"),
        ("อนุญาต\nรหัส: ", "code_missing"),
        ("อนุญาต\nรหัส: 000000", "code_wrong"),
        ("อนุญาต แต่ตัดเบอร์โทรออกก่อน {code}", "conditions_unclear"),
        ("อนุญาต\nเงื่อนไข: ตัดคอลัมน์ 999\n{code}", "conditions_unclear"),
        ("อนุญาต\nใช้ได้ถึง 1 ม.ค. 2560\n{code}", "fault_until_past"),
        ("อนุญาต\nระดับโรงเรียน\n{code}", "fault_not_coarser"),
        ("ขอดูรายละเอียดเพิ่มก่อนครับ\n{code}", "unclear"),
        ("{code}", "unclear"),
        ("อนุญาต\nไม่อนุญาต\n{code}", "unclear"),
        ("ไม่อนุญาต\nเหตุผล:\nรหัส: {code}", "reason_missing"),
        ("ส่งกลับ\n{code}", "question_missing"),
    ],
)
def test_what_is_unsure_decides_nothing_and_uses_no_code_up(
    office: Office, body: str, reason: str
) -> None:
    request, approval = office.laid()
    assert office.reply(approval, body.format(code=office.codes[0])) == ["note"]
    _stays(office, request)
    assert office.told("how_to_decide") == reason
    assert office.reply(office.letters("how_to_decide")[0], f"อนุญาต\n{office.codes[0]}") == [
        "command"
    ], "the answer can be answered, and the code is still good"


def test_the_same_mail_again_and_its_code_again_decide_nothing(office: Office) -> None:
    _, approval = office.laid()
    mail = a_reply(approval, f"อนุญาต\n{office.codes[0]}", sender=DIRECTOR)
    assert office.bring(mail) == ["command"]
    assert office.bring(mail) == ["duplicate"]
    other, second = office.laid()
    assert office.reply(second, f"อนุญาต\n{office.codes[0]}") == ["note"]
    assert office.told("how_to_decide") == "code_used"
    assert office.get(other.id).state is State.AWAITING_DECISION
    assert len(office.decisions) == 1


def test_the_code_of_another_person_decides_nothing(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"อนุญาต\n{office.deputys[0]}")
    _stays(office, request)
    assert office.told("how_to_decide") == "code_wrong"


def test_the_persons_own_code_is_never_taken_by_mail(office: Office) -> None:
    with office.database.write() as connection:
        slip = people.new_slip(connection, office.director, NOW)
        people.redeem_slip(connection, office.director, slip, "730924", PEPPER, NOW)
    request, approval = office.laid()
    office.reply(approval, "อนุญาต\nรหัส: 730924")
    _stays(office, request)
    assert office.told("how_to_decide") == "code_personal"


def test_an_old_code_of_the_app_is_told_from_a_wrong_one(office: Office) -> None:
    request, approval = office.laid()
    office.reply(approval, f"อนุญาต\n{office.app.at(office.now - 15 * MINUTE)}")
    _stays(office, request)
    assert office.told("how_to_decide") == "code_old"


def test_wrong_codes_are_slowed_and_then_a_right_one_waits_too(office: Office) -> None:
    request, approval = office.laid()
    for wrong in ("000001", "000002", "000003"):
        office.reply(approval, f"อนุญาต\n{wrong}")
    assert office.told("how_to_decide") == "slow_down"
    office.reply(approval, f"อนุญาต\n{office.codes[0]}")
    _stays(office, request)
    assert office.told("how_to_decide") == "slow_down"
    office.now += timedelta(hours=2)
    assert office.reply(approval, f"อนุญาต \n{office.codes[0]}") == ["command"]


def test_without_app_and_list_the_answer_says_so(office: Office) -> None:
    with office.database.write() as connection:
        onetime.end(connection, office.director)
    request, approval = office.laid()
    office.reply(approval, "อนุญาต\n123456")
    _stays(office, request)
    assert office.told("how_to_decide") == "no_codes"


# ---------------------------------------------------------------- who writes


def test_a_mail_from_elsewhere_decides_nothing_and_the_director_learns_of_it(
    office: Office,
) -> None:
    """The approval mail was forwarded, and somebody else answers with a right code."""
    request, approval = office.laid()
    other = "else@office.example.org"
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}", sender=other) == ["note"]
    _stays(office, request)
    (told,) = office.letters("reply_elsewhere")
    assert (told.to_addr, _letter(told).note) == (DIRECTOR, other)
    assert office.reply(approval, "ขอบคุณครับ", sender=other) == ["note"]
    assert len(office.letters("reply_elsewhere")) == 1


@pytest.mark.parametrize(
    ("stamp", "verdict"),
    [
        ("mx.example.org; dmarc=pass header.from=office.example.org", "command"),
        ("mx.example.org; dmarc=fail header.from=office.example.org", "note"),
        ("mx.example.org; dmarc=pass header.from=evil.example.com", "note"),
        ("mx.example.org; dmarc=none", "command"),
        ("", "command"),
    ],
)
def test_a_dmarc_pass_is_demanded_only_where_the_server_stamps_one(
    office: Office, stamp: str, verdict: str
) -> None:
    office.habits = replace(office.habits, authserv_id="mx.example.org")
    request, approval = office.laid()
    head = f"Authentication-Results: {stamp}\n" if stamp else ""
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}", head=head) == [verdict]
    approved = office.get(request.id).state is State.APPROVED
    assert approved is (verdict == "command")
    if not approved:
        assert office.told("reply_elsewhere") == "unproved"


def test_a_forged_stamp_above_that_of_the_server_is_no_pass(office: Office) -> None:
    office.habits = replace(office.habits, authserv_id="mx.example.org")
    request, approval = office.laid()
    head = (
        "Authentication-Results: evil.example.com; dmarc=pass header.from=office.example.org\n"
        "Authentication-Results: mx.example.org; dmarc=pass header.from=office.example.org\n"
    )
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}", head=head) == ["note"]
    _stays(office, request)


def test_two_senders_in_from_are_nobody(office: Office) -> None:
    request, approval = office.laid()
    both = f"{DIRECTOR}, else@example.org"
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}", sender=both) == ["note"]
    _stays(office, request)


def test_who_holds_no_role_any_more_decides_nothing(office: Office) -> None:
    request, approval = office.laid()
    with office.database.write() as connection:
        people.end_role(connection, office.director, office.now)
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}") == ["note"]
    _stays(office, request)


# ---------------------------------------------------------------- races and changes


def test_of_two_decisions_one_counts_and_the_other_is_told(office: Office) -> None:
    request, approval = office.laid()
    office.happen(request.id, e.Refused(by="นางสาวสมศรี ใจดี", reason="ทางหน้าเว็บ"))
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}") == ["note"]
    assert office.get(request.id).state is State.REFUSED
    assert office.told("decided") == "already"


def test_approve_and_refuse_in_one_turn_are_one_decision(office: Office) -> None:
    _, approval = office.laid()
    yes = a_reply(approval, f"อนุญาต\n{office.codes[0]}", sender=DIRECTOR)
    no = a_reply(approval, f"ไม่อนุญาต เพราะซ้ำ\n{office.codes[1]}", sender=DIRECTOR)
    assert office.bring(yes, no) == ["command", "note"]
    assert [row.verdict for row in office.decisions] == ["approved"]
    assert office.told("decided") == "already"


def test_what_was_changed_meanwhile_is_decided_from_the_new_mail(office: Office) -> None:
    request, approval = office.laid()
    form = replace(request.form, purpose="ใช้ทำรายงานประจำปี")
    office.happen(request.id, e.Answered(by="requester", form=form))
    assert office.reply(approval, f"อนุญาต\n{office.codes[0]}") == ["note"]
    assert office.told("decided") == "changed"
    _, renewed = office.prepared(request.id)
    assert office.reply(renewed, f"อนุญาต\n{office.codes[0]}") == ["command"]


# ---------------------------------------------------------------- robots


def _robot(approval: sa.Row[Any], **changes: str) -> bytes:
    head = changes.pop("head", "Auto-Submitted: auto-replied\n")
    subject = changes.pop("subject", "Automatic reply: ขออนุญาต")
    body = changes.pop("body", "ขณะนี้ไม่อยู่สำนักงาน จะกลับมาวันที่ 30")
    return a_reply(approval, body, head=head, subject=subject, **({"sender": DIRECTOR} | changes))


def test_an_out_of_office_never_decides(office: Office) -> None:
    request, approval = office.laid()
    body = f"อนุญาต\nรหัส: {office.codes[0]}"
    assert office.bring(_robot(approval, body=body)) == ["ignored_automatic"]
    _stays(office, request)
    assert office.rows(schema.absences) == [], "ignored unless so chosen"


def test_an_out_of_office_starts_the_stand_in_where_so_chosen(office: Office) -> None:
    office.habits = replace(office.habits, away=timedelta(hours=24))
    _, approval = office.laid()
    office.bring(_robot(approval))
    office.bring(_robot(approval, body="ขณะนี้ไม่อยู่ กลับมาวันที่ 30 (2)"))
    (absence,) = office.rows(schema.absences)
    assert (absence.person_id, absence.source) == (office.director, "out_of_office")
    assert absence.until - absence.since == timedelta(hours=24)
    assert office.laid()[1].to_addr == DEPUTY


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "else@office.example.org"},
        {"subject": "ได้รับเมลแล้ว", "body": "ขอบคุณที่ส่งเมลถึงเรา"},
        {"head": "List-Id: <staff.office.example.org>\n", "subject": "Re: ขออนุญาต"},
    ],
)
def test_no_other_robot_starts_a_stand_in_or_decides(
    office: Office, changes: dict[str, str]
) -> None:
    office.habits = replace(office.habits, away=timedelta(hours=24))
    request, approval = office.laid()
    body = f"อนุญาต\n{office.codes[0]}"
    office.bring(_robot(approval, **({"body": body} | changes)))
    _stays(office, request)
    assert office.rows(schema.absences) == []


def test_a_director_without_a_deputy_stays_the_one_who_is_asked(office: Office) -> None:
    office.habits = replace(office.habits, away=timedelta(hours=24))
    with office.database.write() as connection:
        people.end_role(connection, office.deputy, office.now)
    _, approval = office.laid()
    office.bring(_robot(approval))
    assert office.rows(schema.absences) == []


# ---------------------------------------------------------------- programs


def _named(approval: sa.Row[Any]) -> str:
    return str(approval.message_id).strip("<>").partition(".")[0]


def test_a_mail_begun_by_our_link_needs_no_reference(office: Office) -> None:
    """By the address behind the plus, or by the mark in the subject."""
    for number in range(2):
        request, approval = office.laid()
        mark = f"อนุญาต คำขอเลขที่ {request.number} [#{_named(approval)}]"
        subject = (mark, "อนุญาต")[number]
        to = (OFFICE, f"data+{_named(approval)}@example.org")[number]
        mail = a_mail(f"อนุญาต\nรหัส: {office.codes[number]}", sender=DIRECTOR, subject=subject)
        assert office.bring(mail.replace(f"To: {OFFICE}".encode(), f"To: {to}".encode())) == [
            "command"
        ]
        assert office.get(request.id).state is State.APPROVED


def test_a_mark_that_is_none_of_ours_is_no_reply_to_a_director(office: Office) -> None:
    request, _ = office.laid()
    mail = a_mail(f"อนุญาต\n{office.codes[0]}", sender=DIRECTOR, subject=f"อนุญาต [#{'0' * 32}]")
    office.bring(mail)
    _stays(office, request)


_IPHONE = """{said}

ส่งจาก iPhone ของฉัน

สำนักงานเขต <data@example.org> เขียนเมื่อ 22 พ.ย. 2569 เวลา 09:05:

> เรียน ผู้อำนวยการ
> อนุญาต
"""
_OUTLOOK = """{said}

ด้วยความนับถือ
สมศรี ใจดี
ผู้อำนวยการกลุ่มนโยบายและแผน

รับ Outlook สำหรับ iOS
________________________________
จาก: สำนักงานเขต <data@example.org>
ส่ง: Sunday, November 22, 2026 9:05:00 AM
ถึง: สมศรี <director@office.example.org>
เรื่อง: ขออนุญาต

เรียน ผู้อำนวยการ
อนุญาต
ไม่อนุญาต
"""
_GMAIL = """{said}

--\x20
สมศรี ใจดี
โทร. 02 123 4567

On Sun, Nov 22, 2026 at 9:05 AM สำนักงานเขต <data@example.org> wrote:

> เรียน ผู้อำนวยการ
> ไม่อนุญาต
"""
_FORWARDED = """อนุญาต
{code}

---------- Forwarded message ---------
จาก: ก <b@example.org>
เรียน ผู้อำนวยการ
โปรดดูรายละเอียดด้านล่าง"""


@pytest.mark.parametrize("program", [_IPHONE, _OUTLOOK, _GMAIL], ids=["iphone", "outlook", "gmail"])
@pytest.mark.parametrize("said", ["อนุญาต\nรหัส: {code}", "เรียน คุณดาวเรือง\n\nอนุญาตค่ะ {code}"])
def test_quotes_and_signatures_of_programs_are_no_words_of_the_writer(
    office: Office, program: str, said: str
) -> None:
    request, approval = office.laid()
    body = program.format(said=said.format(code=office.codes[0]))
    assert office.bring(a_reply(approval, body, sender=DIRECTOR)) == ["command"]
    assert office.get(request.id).state is State.APPROVED


def test_a_reply_in_html_alone_counts(office: Office) -> None:
    request, approval = office.laid()
    body = (
        f'<div dir="auto">อนุญาต</div><div dir="auto">รหัส: {office.codes[0]}</div>'
        '<div class="gmail_quote"><blockquote>ไม่อนุญาต</blockquote></div>'
    )
    mail = a_reply(approval, body, sender=DIRECTOR).replace(b"text/plain", b"text/html")
    assert office.bring(mail) == ["command"]
    assert office.get(request.id).state is State.APPROVED


def test_a_reply_in_windows_874_counts(office: Office) -> None:
    request, approval = office.laid()
    head, _, body = a_reply(
        approval, f"ไม่อนุญาต\nเหตุผล: ซ้ำ\nรหัส: {office.codes[0]}", sender=DIRECTOR, subject="Re"
    ).partition(b"\r\n\r\n")
    mail = head.replace(b"utf-8", b"windows-874") + b"\r\n\r\n" + body.decode().encode("cp874")
    assert office.bring(mail) == ["command"]
    assert office.get(request.id).reason == "ซ้ำ"


def test_a_mail_that_passes_our_mail_on_decides_nothing(office: Office) -> None:
    request, approval = office.laid()
    body = _FORWARDED.format(code=office.codes[0])
    assert office.reply(approval, body, subject="Fwd: ขออนุญาต") == ["note"]
    _stays(office, request)


def test_an_approver_may_sign_with_the_name_that_the_office_knows(office: Office) -> None:
    """Whatever her program calls her: a name may hold syllables of a wish («บุญส่ง», «พร้อม»)."""
    with office.database.write() as connection:
        connection.execute(schema.people.update().values(name="นางสาวบุญส่ง พร้อมเพรียง"))
    request, approval = office.laid()
    signed = f"อนุญาต\n{office.codes[0]}\n\nนางสาวบุญส่ง พร้อมเพรียง\nผอ.กลุ่มนโยบายและแผน"
    assert office.reply(approval, signed, sender=f"Boonsong <{DIRECTOR}>") == ["command"]
    assert office.get(request.id).state is State.APPROVED
