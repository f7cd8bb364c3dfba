"""Requests that an officer takes down for somebody on the telephone or at the counter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailproc.model import Person, Question, State
from mailproc.officer.entering import Call, Entered, enter, form_of
from mailproc.store import schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.workflow import events as e
from mailproc.workflow import unmailed
from tests.factories import NOW, a_request
from tests.test_intake import HABITS
from tests.walk import DESK, OFFICER, RULES, Walk, data_prepared

CALL = Call(
    channel="phone",
    requester_name="นายสมชาย  ใจดี",
    organisation="โรงเรียนบ้านหนองน้ำใส",
    phone="0812345678",
    purpose="วางแผนอัตรากำลัง",
    dataset="student_count",
    year="latest",
    delivery="pickup",
)


class Counter(Walk):
    """An officer at work."""

    def enter(self, *, anyway: bool = False, by: Person = OFFICER, **changes: Any) -> Entered:
        call = replace(CALL, **changes)
        with self.database.write() as connection:
            return enter(connection, call, by, HABITS, RULES, DESK, self.now, anyway=anyway)

    def kinds(self, audience: str) -> list[str]:
        table = schema.outbox
        return [row.kind for row in self.rows(table, table.c.audience == audience)]

    def addresses(self, kind: str) -> list[str]:
        """To which letters of a kind go, in order."""
        return [row.to_addr for row in self.rows(schema.outbox, schema.outbox.c.kind == kind)]


@pytest.fixture
def counter(sqlite_database: Database) -> Counter:
    return Counter(sqlite_database)


def faults(entered: Entered) -> list[tuple[str, str]]:
    return [(fault.field, fault.problem) for fault in entered.faults]


def test_who_asks_and_who_wrote_it_down_stay_apart(counter: Counter) -> None:
    request = counter.enter().request
    assert request is not None
    assert (request.number, request.state) == ("2569/00001", State.PREPARING)
    assert (request.channel, request.entered_by, request.entered_by_id) == (
        "phone",
        OFFICER.name,
        OFFICER.id,
    )
    assert request.form.requester_name == "นายสมชาย ใจดี"
    assert (request.form.phone, request.form.channel) == ("081-234-5678", None)
    assert (request.requester_addr, request.vouched) == ("", "officer")
    assert request.received_at == NOW
    assert request.promised_at > NOW


def test_the_way_on_is_that_of_every_request(counter: Counter) -> None:
    request = counter.enter(email="somchai@example.com", delivery="email").request
    assert request is not None
    shown = counter.happen(request.id, data_prepared(request)).after
    assert shown.state is State.AWAITING_DECISION
    assert counter.kinds("requester") == ["receipt"]
    (approval,) = counter.rows(schema.outbox, schema.outbox.c.kind == "approval")
    told = load_letter(approval.letter).request
    assert told is not None
    assert (told.channel, told.entered_by) == ("phone", OFFICER.name)


def test_all_that_is_missing_is_told_at_once_and_nothing_is_entered(counter: Counter) -> None:
    entered = counter.enter(requester_name="", purpose=" ", dataset="", year="", phone="")
    assert entered.request is None
    assert faults(entered) == [
        ("phone", "missing"),
        ("requester_name", "missing"),
        ("purpose", "missing"),
        ("dataset", "missing"),
        ("academic_years", "missing"),
    ]
    assert counter.rows(schema.requests) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"channel": "email"}, ("channel", "missing")),
        ({"channel": ""}, ("channel", "missing")),
        ({"email": "somchai(at)example"}, ("email", "unclear")),
        ({"email": "a@example.org, b@example.org"}, ("email", "unclear")),
        ({"delivery": "email"}, ("email", "missing")),
        ({"delivery": "line", "phone": "", "email": "a@example.org"}, ("line_id", "missing")),
        ({"phone": "12345"}, ("phone", "unclear")),
        ({"needed_by": "เร็ว ๆ นี้"}, ("needed_by", "unclear")),
        ({"year": "2599"}, ("academic_years", "unavailable")),
        ({"dataset": "จำนวนช้าง"}, ("dataset", "unknown")),
    ],
)
def test_what_cannot_be_right_is_told_at_its_field(
    counter: Counter, changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert fault in faults(counter.enter(**changes))


def test_a_visitor_needs_no_telephone(counter: Counter) -> None:
    assert counter.enter(channel="counter", phone="").request is not None


def test_an_incomplete_call_can_be_kept_and_is_asked_by_the_officer(counter: Counter) -> None:
    request = counter.enter(purpose="", anyway=True).request
    assert request is not None
    assert request.state is State.INCOMPLETE
    assert counter.kinds("requester") == []
    assert counter.kinds("officer") == ["officer_tell"]


def test_with_an_address_what_is_missing_is_asked_by_mail(counter: Counter) -> None:
    counter.enter(purpose="", email="somchai@example.com", anyway=True)
    assert counter.kinds("requester") == ["ask"]


def test_no_wish_to_keep_it_enters_a_mail_to_nowhere(counter: Counter) -> None:
    assert faults(counter.enter(delivery="email", anyway=True)) == [("email", "missing")]


def test_the_same_asked_again_is_shown_first(counter: Counter) -> None:
    first = counter.enter().request
    assert counter.enter().same == first
    assert counter.enter(requester_name="นายอื่น คนละคน").same is None
    assert counter.enter(anyway=True).request is not None


def test_paper_is_printed_and_fetched(counter: Counter) -> None:
    form = form_of(replace(CALL, delivery="paper"), RULES)
    assert (form.delivery, form.items[0].format) == ("pickup", "paper")


def test_years_may_be_typed_in_thai_digits(counter: Counter) -> None:
    item = form_of(replace(CALL, year="๒๕๖๘", round="๑"), RULES).items[0]
    assert (item.academic_years, item.round, item.latest) == ((2568,), 1, False)


def test_nothing_is_ever_mailed_to_who_has_no_address(counter: Counter) -> None:
    """Whatever happens to the request: each event is tried in each state that it reaches."""
    request = counter.enter().request
    assert request is not None
    shown = counter.happen(request.id, data_prepared(request)).after
    for event in (
        e.Returned(by="x", reason="ไม่ชัด"),
        e.Answered(by="officer", form=shown.form),
        data_prepared(shown),
        e.ReminderDue(),
        e.Nudged(by="requester"),
        e.Refused(by="x", reason="ข้อมูลลับ"),
        e.Noted(by="requester", note="x"),
    ):
        counter.happen(request.id, event)
    assert counter.get(request.id).state is State.REFUSED
    assert counter.kinds("requester") == []
    tells = [row for row in counter.rows(schema.outbox) if row.kind == "officer_tell"]
    assert [load_letter(row.letter).reason for row in tells] == ["ask", "refused"]


def test_a_visitor_of_the_area_gets_what_is_kept_for_it_by_hand_alone(counter: Counter) -> None:
    from mailproc.workflow.belonging import is_inside

    visitor = counter.enter(requester_type="internal").request
    mailed = counter.enter(
        requester_type="internal", email="a@example.com", delivery="email", anyway=True
    ).request
    assert visitor is not None
    assert mailed is not None
    assert is_inside(visitor, RULES)
    assert not is_inside(mailed, RULES), "an officer's word is not the address of a roster"


def test_the_questions_are_those_of_the_rules(counter: Counter) -> None:
    (fault,) = counter.enter(purpose="").faults
    assert fault == Question("purpose", "missing")


def test_an_address_told_later_is_where_the_rest_goes(counter: Counter) -> None:
    request = counter.enter().request
    assert request is not None
    form = replace(request.form, email="somchai@example.com", delivery="email")
    after = counter.happen(request.id, e.OfficerCorrected(by="x", form=form)).after
    assert after.requester_addr == "somchai@example.com"
    counter.happen(after.id, data_prepared(after))
    assert counter.kinds("requester") == ["receipt"]
    wrong = replace(form, email="a@example.com, b@example.com")
    other = counter.enter(requester_name="นายอื่น คนละคน").request
    assert other is not None
    assert not counter.happen(other.id, e.OfficerCorrected(by="x", form=wrong)).after.requester_addr


def test_an_address_spelt_wrong_is_left_for_the_right_one(counter: Counter) -> None:
    """Receipt, data and questions go there; nothing goes to the wrong one any more."""
    wrong, right = "somchia@example.com", "somchai@example.com"
    request = counter.enter(email=wrong, delivery="email").request
    assert request is not None
    counter.happen(request.id, data_prepared(request))
    assert counter.kinds("requester") == ["receipt"]
    form = replace(request.form, email=right)
    after = counter.happen(request.id, e.OfficerCorrected(by="x", form=form)).after
    assert (after.requester_addr, after.vouched) == (right, "officer")
    counter.happen(after.id, data_prepared(after))
    assert counter.addresses("receipt") == [wrong, right]
    assert "confirm_recipient" not in counter.kinds("requester")


def test_who_was_asked_at_a_wrong_address_is_asked_at_the_right_one(counter: Counter) -> None:
    request = counter.enter(
        email="somchia@example.com", delivery="email", purpose="", anyway=True
    ).request
    assert request is not None
    assert counter.kinds("requester") == ["ask"]
    form = replace(request.form, email="somchai@example.com")
    after = counter.happen(request.id, e.OfficerCorrected(by="x", form=form)).after
    assert after.state is State.INCOMPLETE
    assert counter.addresses("ask") == ["somchia@example.com", "somchai@example.com"]
    form = replace(form, position="ครู")
    counter.happen(request.id, e.OfficerCorrected(by="x", form=form))
    assert len(counter.addresses("ask")) == 2, "at the same address once"


def test_an_address_that_proved_itself_is_not_left_for_one_told_by_voice() -> None:
    mail = a_request(entered_by="x", entered_by_id=2, confirmed=True)
    told = replace(mail, form=replace(mail.form, email="other@example.com"))
    assert unmailed.reached(told) == told
    assert unmailed.reached(replace(told, confirmed=False)).requester_addr == "other@example.com"
    by_colleague = replace(told, confirmed=False, entered_by_id=0)
    assert unmailed.reached(by_colleague) == by_colleague


def test_who_calls_four_times_a_day_gets_four_receipts(counter: Counter) -> None:
    """The limits are for robots; a call has no mail that they could count as a person's."""
    for purpose in "กขคง":
        request = counter.enter(
            email="somchai@example.com", delivery="email", purpose=f"งาน{purpose}", anyway=True
        ).request
        assert request is not None
        counter.happen(request.id, data_prepared(request))
    table = schema.outbox
    standings = [row.standing for row in counter.rows(table, table.c.kind == "receipt")]
    assert standings == ["decision"] * 4


@pytest.mark.parametrize(
    ("organisation", "chosen", "kind"),
    [
        ("องค์การบริหารส่วนตำบลตัวอย่าง", "", "government"),
        ("อบต. ตัวอย่าง", "", "government"),
        ("บริษัท ตัวอย่าง จำกัด", "", "private"),
        ("บุคคล ทั่วไป", "", "public"),
        ("บริษัท ตัวอย่าง จำกัด", "public", "public"),
        ("โรงเรียนบ้านหนองน้ำใส", "", None),
        ("สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง", "", None),
        ("ชมรมเทศบาลเก่า", "", None),
    ],
)
def test_a_name_tells_the_type_that_was_not_chosen(
    organisation: str, chosen: str, kind: str | None
) -> None:
    call = replace(CALL, organisation=organisation, requester_type=chosen)
    form = form_of(call, RULES)
    assert (form.organisation, form.requester_type) == (organisation, kind)


@pytest.mark.parametrize("said", ["", "-", " . "])
def test_who_asks_for_himself_has_no_organisation_to_name(said: str) -> None:
    form = form_of(replace(CALL, organisation=said, requester_type="public"), RULES)
    assert form.organisation == "บุคคลทั่วไป"


def test_data_of_single_pupils_is_entered_by_no_button(counter: Counter) -> None:
    for anyway in (False, True):
        entered = counter.enter(dataset="personal", purpose="", anyway=anyway)
        assert faults(entered) == [("dataset", "personal")]
    assert faults(counter.enter(purpose="ขอรายชื่อนักเรียน")) == [("purpose", "personal")]
    assert counter.enter(purpose="ขอรายชื่อนักเรียน", anyway=True).request is not None


def test_the_date_of_a_letter_is_read_or_asked_again(counter: Counter) -> None:
    assert form_of(replace(CALL, letter_date="๒๐ พ.ย. ๖๙"), RULES).letter_date == "2026-11-20"
    entered = counter.enter(letter_date="เมื่อวาน", anyway=True)
    assert faults(entered) == [("letter_date", "unclear")]
