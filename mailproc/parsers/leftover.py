"""What a reply says beyond what was understood of it: never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace

from mailproc import thai
from mailproc.model import Form, Item, Reading
from mailproc.parsers import bare, refusing
from mailproc.parsers.labels import lookup

_BLANK = Form(items=(Item(),))
_MOST = 12  # clauses of a reply; a longer one is a letter, which is read as such
_SHORTEST = 4
_COURTESY = re.compile(
    r"^(?:(?:และ)?(?:ขอ(?:บ(?:พระ)?คุณ|แสดงความ|อภัย|โทษ|แก้(?:ไข)?$|แก้(?:ไข)?(?:ครับ|ค่ะ|นะ))|รบกวน(?:ด้วย|หน่อย)|"
    r"ได้รับ|รับทราบ|ทราบ|เรียบร้อย|สวัสดี|ตกลง|โอเค|thank|ok\b|received|noted|got it|hello|hi\b|dear|"
    r"(?:(?:could|would|can) you\s)?(?:please|kindly)\W*$))",
    re.I,
)
# What only names the field that is put right beside it: «ขอแก้ไขวัตถุประสงค์».
_ANNOUNCES = re.compile(
    r"(?:ขอ)?(?:แก้ไข|แก้|เปลี่ยนแปลง|เปลี่ยน)\s{0,2}(?P<label>.{2,30}?)\s{0,2}"
    r"(?:ใหม่|ดังนี้|หน่อย|ด้วย|นะ|ครับ|ค่ะ|คะ|[:\s]){0,5}"
)
_SAYS = re.compile(
    r"ขอ|อยาก|ต้องการ|เอา|เปลี่ยน|แก้|เฉพาะ|แค่|ยกเว้น|ไม่|ทำไม|อะไร|อย่างไร|ยังไง|ไหม|มั้ย|เหรอ|เมื่อไ|หรือ|ตัด|เพิ่ม|ด้วย|"
    r"[ปมอ]\.\s?[1-6]|อำเภอ|ชั้น|ขนาด|[?？]|"
    r"\b(?:please|want|need|change|only|except|not|add|also|why|what|when|how|can|could)\b",
    re.I,
)
_WANTS = re.compile(
    r"ขอ|เอา|เปลี่ยน|แก้|เฉพาะ|แค่|ยกเว้น|ตัด|เพิ่ม|ไม่(?:เอา|ต้อง|ใช่|ขอ|รับ)|"
    r"\b(?:want|need|change|only|except|add|also|please|not|without)\b",
    re.I,
)

_CHANGES = re.compile(
    r"เฉพาะ|แค่|ยกเว้น|เปลี่ยน|แก้(?:ไข)?(?:เป็น|คำขอ|ข้อมูล)|ไม่เอา|ตัด[^\n]{0,40}ออก|"
    r"\b(?:only|except|instead|change|without)\b",
    re.I,
)


def left_over(
    reading: Reading, form: Form, understood: Callable[[Reading, Form], Form]
) -> tuple[str, ...]:
    """The clauses that ask or tell something and are in nothing of what was understood.

    `understood` gives the form that a reply makes of a form. A clause without which the same is
    understood is left over, unless it says what the form then holds; one that refuses something
    is left over while the form holds that.
    """
    clauses = _clauses(reading.text)
    if not 1 <= len(clauses) <= _MOST:
        return ()
    whole = understood(reading, form)
    left = []
    for at, clause in enumerate(clauses):
        rest = "\n".join(one for other, one in enumerate(clauses) if other != at)
        idle = understood(replace(reading, text=rest), form) == whole
        if whole != form and _announces(clause):
            continue
        if idle and _says(clause) and not _is_held(clause, whole, reading, understood):
            left.append(clause)
    return tuple(left)


def _announces(clause: str) -> bool:
    found = _ANNOUNCES.fullmatch(clause)
    return found is not None and lookup(found["label"]) is not None


def changes_data(clause: str) -> bool:
    """Whether the clause surely asks for other data than was asked for."""
    return bool(_CHANGES.search(clause)) and not bare.PUZZLED.search(clause)


def _is_held(
    clause: str, whole: Form, reading: Reading, understood: Callable[[Reading, Form], Form]
) -> bool:
    refused = refusing.named(clause)
    text = f"ขอเป็น{refused}" if refused else clause
    alone = understood(replace(reading, text=text), _BLANK)
    # A question that takes any words would take these: that is not what they say.
    said = {one for one in _values(alone) - _values(_BLANK) if not _repeats(one[1], clause)}
    if not said:
        return False
    return said.isdisjoint(_values(whole)) if refused else said <= _values(whole)


def wants(clause: str) -> bool:
    """Whether the clause asks for other data, and does not only wonder or remark."""
    return bool(_WANTS.search(clause)) and not bare.PUZZLED.search(clause)


def _repeats(value: str, clause: str) -> bool:
    return len(value) > len(clause) // 2 and value.strip("'\"") in clause


def _values(form: Form) -> set[tuple[str, str]]:
    """(field, value) of all that the form holds; of its items each value once."""
    of_form = {(f.name, repr(getattr(form, f.name))) for f in fields(Form) if f.name != "items"}
    of_items = {(f.name, repr(getattr(i, f.name))) for i in form.items for f in fields(Item)}
    return of_form | of_items


def _clauses(text: str) -> list[str]:
    lines = bare.lines(thai.mend(text))
    return [clause for line in lines for clause in refusing.clauses(line)]


def _says(clause: str) -> bool:
    if len(clause) < _SHORTEST or _COURTESY.match(clause):
        return False
    return bool(_SAYS.search(thai.to_arabic(clause)))
