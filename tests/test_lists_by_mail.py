"""Approvers decide several requests of a list by one reply, on a real store."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from mailproc.model import Letter, State
from mailproc.settling.lists import Outcome
from mailproc.store import outbox, schema
from mailproc.store.codec import dump_request
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.factories import NOW
from tests.test_decisions_by_mail import DIRECTOR, GROUNDS, OFFICER, Office, _letter
from tests.walk import DESK


class Listed(Office):
    """An office whose director got a list of `count` requests."""

    def __init__(self, database: Database, count: int = 4) -> None:
        super().__init__(database)
        self.habits = replace(self.habits, grounds=GROUNDS)
        laid = [self.laid() for _ in range(count)]
        self.ids = [request.id for request, _ in laid]
        self.list = self.lists([row.link_id for _, row in laid])

    def lists(self, links: list[str]) -> sa.Row[tuple[object, ...]]:
        letter = Letter(
            kind="approval_list",
            language="th",
            to_name="นางสาวสมศรี ใจดี",
            to_addr=DIRECTOR,
            message_id=DESK.new_message_id(),
            in_reply_to="",
            references=(),
            subject="",
            created_at=NOW,
            listed=tuple(links),
        )
        with self.database.write() as connection:
            person = self.director
            outbox.record(connection, letter, "director", self.desk, person_id=person)
        return self.letters("approval_list")[-1]

    @property
    def states(self) -> list[State]:
        return [self.get(one).state for one in self.ids]

    @property
    def answer(self) -> Letter:
        return _letter(self.letters("list_decided")[-1])

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return self.answer.outcomes


@pytest.fixture
def office(sqlite_database: Database) -> Listed:
    return Listed(sqlite_database)


WAITS, YES, NO = State.AWAITING_DECISION, State.APPROVED, State.REFUSED


def test_each_number_has_its_own_outcome_after_one_code(office: Listed) -> None:
    body = "1 อนุญาต\n2 ไม่อนุญาต 2 ซ้ำกับเดือนก่อน\n3 ส่งกลับ จะใช้กับโรงเรียนใด"
    assert office.reply(office.list, f"{body}\n{office.codes[0]}") == ["command"]
    assert office.states == [YES, NO, State.RETURNED, WAITS]
    assert office.outcomes == ((1, "approved"), (2, "refused"), (3, "returned"))
    assert [row.via for row in office.decisions] == ["reply"] * 3
    assert (office.get(office.ids[1]).ground, office.get(office.ids[1]).reason) == (
        "not_held",
        "ซ้ำกับเดือนก่อน",
    )
    (row,) = office.letters("list_decided")
    assert (row.to_addr, row.person_id) == (DIRECTOR, office.director)


def test_all_are_approved_by_one_line(office: Listed) -> None:
    assert office.reply(office.list, f"อนุญาตทั้งหมด\n{office.codes[0]}") == ["command"]
    assert office.states == [YES] * 4


def test_the_answer_has_the_same_numbers_and_can_be_answered(office: Listed) -> None:
    office.reply(office.list, f"1-2 อนุญาต\n{office.codes[0]}")
    again = office.letters("list_decided")[-1]
    assert office.reply(again, f"2 ยกเลิกการอนุญาต\n4 อนุญาต\n{office.codes[1]}") == ["command"]
    assert office.states == [YES, WAITS, WAITS, YES]
    assert office.outcomes == ((2, "undone"), (4, "approved"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("1 อนุญาต\n2 ขอคุยก่อน\n{code}", "unclear"),
        ("อนุญาต\n{code}", "unclear"),
        ("1 อนุญาต", "code_missing"),
        ("1 อนุญาต\n000000", "code_wrong"),
        ("2 ไม่อนุญาต\n{code}", "lacking"),
        ("9 อนุญาต\n{code}", "lacking"),
    ],
)
def test_nothing_is_decided_where_a_line_or_the_code_is_missing(
    office: Listed, body: str, reason: str
) -> None:
    assert office.reply(office.list, body.format(code=office.codes[0])) == ["note"]
    assert office.states == [WAITS] * 4
    assert office.answer.reason == reason
    assert office.answer.listed == _letter(office.list).listed
    assert office.reply(office.list, f"1 อนุญาต \n{office.codes[0]}") == ["command"], "still good"


def test_what_lacks_something_waits_while_the_others_count(office: Listed) -> None:
    body = "1 อนุญาต\n2 ไม่อนุญาต ซ้ำ\n3 อนุญาต ตัดคอลัมน์ 3\n7 อนุญาต"
    office.reply(office.list, f"{body}\n{office.codes[0]}")
    assert office.states == [YES, WAITS, WAITS, WAITS]
    found = dict(office.outcomes)
    assert found == {1: "approved", 2: "ground_missing", 3: "own_mail", 7: "no_number"}


def test_a_number_stands_for_what_the_mail_showed_and_nothing_else(office: Listed) -> None:
    request = office.get(office.ids[0])
    form = replace(request.form, purpose="ใช้ทำรายงานประจำปี")
    office.happen(request.id, e.Answered(by="requester", form=form))
    office.prepared(request.id)
    office.happen(office.ids[1], e.Refused(by="นางสาวสมศรี ใจดี", reason="ทางหน้าเว็บ"))
    office.reply(office.list, f"อนุญาตทั้งหมด\n{office.codes[0]}")
    assert office.states == [WAITS, NO, YES, YES]
    assert office.outcomes[:2] == ((1, "changed"), (2, "already"))


def test_data_about_persons_is_not_approved_by_its_number(office: Listed) -> None:
    request = office.get(office.ids[0])
    assert request.prepared is not None
    personal = replace(request, prepared=replace(request.prepared, sensitivity="personal"))
    body = schema.requests.update().where(schema.requests.c.id == request.id)
    with office.database.write() as connection:
        connection.execute(body.values(body=dump_request(personal)))
    office.reply(office.list, f"อนุญาตทั้งหมด\n{office.codes[0]}")
    assert office.states == [WAITS, YES, YES, YES]
    assert office.outcomes[0] == (1, "alone")


def test_nobody_else_decides_by_the_list(office: Listed) -> None:
    assert office.reply(office.list, f"อนุญาตทั้งหมด\n{office.codes[0]}", sender=OFFICER) == ["note"]
    assert office.states == [WAITS] * 4
    assert office.told("reply_elsewhere") == "elsewhere"


def test_a_link_of_another_person_is_none_of_this_list(office: Listed) -> None:
    with office.database.write() as connection:
        mine = schema.links.update().where(schema.links.c.request_id == office.ids[0])
        connection.execute(mine.values(person_id=office.deputy))
    office.reply(office.list, f"1-2 อนุญาต\n{office.codes[0]}")
    assert office.states == [WAITS, YES, WAITS, WAITS]
    assert office.outcomes[0] == (1, "gone")


def test_wrong_codes_on_a_list_are_slowed_too(office: Listed) -> None:
    for wrong in ("000001", "000002", "000003"):
        office.reply(office.list, f"1 อนุญาต\n{wrong}")
    assert office.reply(office.list, f"1 อนุญาต\n{office.codes[0]}") == ["note"]
    assert office.answer.reason == "slow_down"


def test_a_message_about_the_list_goes_to_the_officer(office: Listed) -> None:
    assert office.reply(office.list, "เรื่องที่ 3 กับ 4 ต่างกันอย่างไรครับ") == ["note"]
    (note,) = office.letters("officer_note")
    assert note.to_addr == OFFICER
    assert "เรื่องที่ 3 กับ 4 ต่างกันอย่างไร" in _letter(note).note
    assert office.letters("approver_noted")[0].to_addr == DIRECTOR
