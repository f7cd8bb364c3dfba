"""A request that an officer takes down for a requester: on the telephone, at the counter, on paper.

Who asks and who wrote it down stay apart, the rules of completeness are those of every request,
and so is the way from here on. A requester without an e-mail address is never mailed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailproc import thai
from mailproc.model import (
    ENTERED,
    Dataset,
    Form,
    Item,
    Person,
    Question,
    Reading,
    Request,
    Rules,
)
from mailproc.parsers import asks_for_personal, values
from mailproc.settling import drafts
from mailproc.settling.nouns import Habits
from mailproc.store import lookups, requests
from mailproc.store.desk import Desk
from mailproc.workflow import belonging, policy
from mailproc.workflow.decide import decide
from mailproc.workflow.events import Opened

FOR_HIMSELF = "บุคคลทั่วไป"  # in place of an organisation
# Chosen in place of a dataset: what names single pupils, which nobody is given.
PERSONAL = "personal"
# Organisations whose names begin with what they are.
_KINDS = {
    "government": "องค์การบริหารส่วน|อบต|อบจ|เทศบาล|ที่ว่าการอำเภอ|ศาลากลาง|สำนักงานศึกษาธิการ|"
    "สำนักงานสาธารณสุข|กระทรวง",
    "private": "บริษัท|ห้างหุ้นส่วน",
}
_SHORTEST_PHONE = 9  # digits
# What the data is chosen by: a fault there is put right before the data itself is asked.
_OF_DATA = frozenset("dataset academic_years round level filters format".split())


@dataclass(frozen=True, slots=True)
class Call:
    """What was taken down, as typed; empty is not stated. `year` is a Buddhist year or «latest».

    `delivery`: email | line | pickup | paper | smart_office
    """

    channel: str = ""
    requester_name: str = ""
    position: str = ""
    organisation: str = ""
    requester_type: str = ""
    phone: str = ""
    email: str = ""
    line_id: str = ""
    letter_no: str = ""
    letter_date: str = ""
    purpose: str = ""
    needed_by: str = ""
    dataset: str = ""  # title or id
    year: str = ""
    round: str = ""
    level: str = ""
    filters: str = ""
    format: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a call: the request, or what has to be asked before there is one."""

    request: Request | None = None
    faults: tuple[Question, ...] = ()
    same: Request | None = None  # asked for already by the same requester, and still open


def form_of(call: Call, rules: Rules) -> Form:
    """The call as the form that the requester would have filled in."""
    printed, (organisation, kind) = call.delivery == "paper", _whence(call)
    return Form(
        requester_name=_said(call.requester_name),
        position=_said(call.position),
        organisation=_said(organisation),
        requester_type=_said(kind),
        phone=(values.phone(call.phone) or call.phone.strip() or None) if call.phone else None,
        email=_said(call.email),
        line_id=_said(call.line_id),
        letter_no=_said(call.letter_no),
        letter_date=values.iso_date(call.letter_date) if call.letter_date else None,
        purpose=_said(call.purpose),
        needed_by=values.iso_date(call.needed_by) if call.needed_by else None,
        delivery="pickup" if printed else _said(call.delivery),
        items=(_item(call, rules, printed=printed),),
    )


def _whence(call: Call) -> tuple[str, str]:
    """Organisation and type of the requester, who has none to name when asking for himself. A type
    that was not chosen is told by the name; but belonging to the area never is."""
    if call.requester_type == "public" and not any(map(str.isalpha, call.organisation)):
        return FOR_HIMSELF, "public"
    return call.organisation, call.requester_type or _kind_of(call.organisation)


def _kind_of(organisation: str) -> str:
    key = thai.fold(organisation)
    if key == thai.fold(FOR_HIMSELF):
        return "public"
    found = (kind for kind, words in _KINDS.items() if key.startswith(tuple(words.split("|"))))
    return next(found, "")


def _item(call: Call, rules: Rules, *, printed: bool) -> Item:
    dataset = _dataset(call.dataset, rules)
    year = thai.to_arabic(call.year).strip()
    number = thai.to_arabic(call.round).strip()
    return Item(
        dataset=call.dataset.strip() if dataset is None else dataset.title_th,
        dataset_id=dataset.id if dataset is not None else None,
        academic_years=(int(year),) if _is_number(year) else (),
        latest=year == "latest",
        round=int(number) if _is_number(number) else None,
        level=_said(call.level),
        filters=values.filters(call.filters) if call.filters.strip() else (),
        format="paper" if printed else _said(call.format),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _dataset(words: str, rules: Rules) -> Dataset | None:
    """The dataset of that id or exact name."""
    key = thai.fold(words)
    for one in rules.catalogue.datasets:
        if words.strip() == one.id or key in map(thai.fold, (*one.names, one.title_th)):
            return one
    return None


def _said(text: str) -> str | None:
    return " ".join(text.split()) or None


# ---------------------------------------------------------------- entering it


def _nothing(_: Item) -> tuple[Question, ...]:
    return ()


def enter(
    connection: sa.Connection,
    call: Call,
    by: Person,
    habits: Habits,
    rules: Rules,
    desk: Desk,
    now: datetime,
    asks: Callable[[Item], tuple[Question, ...]] = _nothing,
    *,
    anyway: bool = False,
) -> Entered:
    """The request, numbered and decided upon as one that came by mail; or what is still to ask.

    `asks`: what the data itself leaves to ask, such as which school is meant.

    `anyway`: enters what is not complete, or was asked for before; then it is asked as ever. What
    can't be right, such as a mail to no address, is never entered.
    """
    if call.dataset == PERSONAL:
        return Entered(faults=(Question("dataset", PERSONAL),))
    form = form_of(call, rules)
    entry = drafts.Entry(call.channel, by.name, by.id, _vouched(form, desk))
    draft = drafts.entered(form, entry, desk.new_message_id(), now, habits)
    wrong = _wrong(call, draft)
    faults = wrong
    if not anyway:
        faults = (*wrong, *_of_pupils(form), *belonging.open_questions(draft, rules))
    if not anyway and not any(one.field in _OF_DATA for one in faults):
        faults = (*faults, *asks(form.items[0]))
    same = None if anyway else _same(connection, draft, rules, now)
    if faults or same:
        return Entered(faults=tuple(dict.fromkeys(faults)), same=same)
    (request,) = drafts.numbered(connection, [draft], habits)
    decision = decide(request, Opened(by=by.name), rules, now)
    requests.apply(connection, [decision], desk, now)
    return Entered(request=decision.after)


def _wrong(call: Call, draft: Request) -> tuple[Question, ...]:
    """What no answer of the rules covers: how it came, and how the requester is reached."""
    form, found = draft.form, list[Question]()
    if call.channel not in ENTERED:
        found.append(Question("channel", "missing"))
    if form.email and not draft.requester_addr:
        found.append(Question("email", "unclear", form.email))
    if form.delivery == "email" and not form.email:
        found.append(Question("email", "missing"))
    if form.delivery == "line" and not (form.line_id or form.phone):
        found.append(Question("line_id", "missing"))
    if form.phone and sum(map(str.isdigit, form.phone)) < _SHORTEST_PHONE:
        found.append(Question("phone", "unclear", form.phone))
    if not (form.phone or form.email or form.line_id) and draft.channel == "phone":
        found.append(Question("phone", "missing"))
    for name in ("letter_date", "needed_by"):
        if getattr(call, name).strip() and getattr(form, name) is None:
            found.append(Question(name, "unclear", getattr(call, name)))
    return tuple(found)


def _of_pupils(form: Form) -> tuple[Question, ...]:
    """Words that ask for what names single pupils; the officer may know that they do not."""
    purpose = Reading(kind="request", text=form.purpose or "")
    if asks_for_personal(purpose):
        return (Question("purpose", PERSONAL),)
    if asks_for_personal(Reading(kind="request", form=form)):
        return (Question("filters", PERSONAL, ", ".join(form.items[0].filters)),)
    return ()


def _same(connection: sa.Connection, draft: Request, rules: Rules, now: datetime) -> Request | None:
    """The request of the same requester for the same data that is open, or was just delivered."""
    mark = policy.fingerprint(draft.requester_addr, draft.form)
    return lookups.same(connection, [mark], now - rules.same).get(mark)


def _vouched(form: Form, desk: Desk) -> str:
    address = drafts.requester_address(form).casefold()
    staff = {one.address.casefold() for people in desk.people.values() for one in people}
    return "person" if address and address in staff else "officer"
