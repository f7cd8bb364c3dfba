"""The head of a letter and how its writer is reached: number and date, telephone, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mailproc.model import Known
from mailproc.parsers import values

_LETTER = re.compile(
    r"^[ \t]*ที่\s{1,4}(?P<no>[ก-ฮ]{1,4}\.?\s{0,3}[0-9๐-๙][^\s]{2,20}"
    r"(?:\s?/\s?(?:ว\s?)?[0-9๐-๙]{1,7})?)",
    re.M,
)
_REFERRED = re.compile(
    r"(?:อ้างถึง|ตาม)\s{0,6}(?:หนังสือ)?(?P<words>[^\n]{0,120}?(?:ที่|"
    r"เลขที่)\s{0,3}[ก-ฮ]{1,4}\.?\s{0,3}[0-9๐-๙.]{2,14}\s?/\s?(?:ว\s?)?[0-9๐-๙]{1,7}"
    r"(?:\s{0,3}ลงวันที่[^\n]{4,40})?)"
)
_DATE_LINE = re.compile(
    r"^[ \t]*(?:วันที่\s{0,2})?[0-9๐-๙]{1,2}\s{0,2}(?:เดือน)?[ก-๙.]{3,14}\s{0,2}"
    r"(?:พ\.?ศ\.?)?\s{0,2}[0-9๐-๙]{2,4}[ \t]*$",
    re.M,
)
_DATE_BESIDE = re.compile(
    r"[ \t]{1,9}(?:ลง)?วันที่\s{0,3}[0-9๐-๙]{1,2}\s{0,2}[ก-๙.]{3,14}\s{0,2}"
    r"(?:พ\.?ศ\.?)?\s{0,2}[0-9๐-๙]{2,4}"
)
_PHONE = re.compile(
    r"(?:โทร(?:ศัพท์)?\.?|เบอร์(?:โทร(?:ศัพท์)?)?(?:ติดต่อ)?|มือถือ|ติดต่อ(?:กลับ)?(?:ผม|ดิฉัน|หนู)?(?:ได้)?(?:ที่)?|(?:phone|"
    r"mobile|telephone)(?: number)?(?: is)?|tel\.?|(?:call|reach|ring|"
    r"phone|contact) me (?:at|on|by phone at))"
    r"\s{0,3}[:.]?\s{0,3}(?P<no>\(?\+?[0๐6][0-9๐-๙() .\-–]{7,22}[0-9๐-๙](?:\s?(?:ต่อ|"
    r"ext\.?)\s?[0-9๐-๙]{1,6})?)",
    re.I,
)
_MOBILE = ("06", "08", "09")
_AT_OFFICE = re.compile(r"(?:ที่|รับ|มา|ไป)(?:โรงเรียน|สำนักงาน)[^\n]{0,20}$")
_OTHERS_PHONE = re.compile(
    r"(?:ติดต่อ(?:คุณ|นาย|นาง)|ธุรการ|(?<!ราย)(?<!ทุก)โรงเรียน|สำนักงาน)[^\n]{0,60}$"
)
_LINE = re.compile(
    r"(?:line\s?id|ไลน์\s?(?:ไอดี|id)|ไอดีไลน์|id\s?line|ไลน์[^\n:]{0,12}?(?:id|ไอดี)|ไลน์|"
    r"line)\s{0,3}[:：]?\s{0,3}(?P<id>@?[A-Za-z][A-Za-z0-9._-]{2,30})(?![@A-Za-z0-9])",
    re.I,
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,60}){1,5}")
_HEAD = 1_200  # characters in which a letter's own number stands


def letter(text: str) -> dict[str, Any]:
    """letter_no and letter_date: of the letter itself, or else of the one it refers to."""
    head = _LETTER.search(text, 0, _HEAD)
    if head:
        found = {"letter_no": values.letter_number(head["no"])}
        dated = _DATE_BESIDE.match(text, head.end()) or _DATE_LINE.search(text, 0, _HEAD)
        date = values.iso_date(dated[0]) if dated else None
        return found | ({"letter_date": date} if date else {})
    referred = _REFERRED.search(text)
    if not referred:
        return {}
    words, _, day = referred["words"].partition("ลงวันที่")
    found = {"letter_no": values.letter_number(words)}
    date = values.iso_date(day) if day else None
    return found | ({"letter_date": date} if date else {})


def contact(text: str, known: Known) -> Iterator[tuple[str, str]]:
    """phone, email and line_id where running text gives them as the writer's."""
    for match in _PHONE.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        number = values.phone(match["no"].strip())
        at_office = bool(number and number.startswith(_MOBILE) and _AT_OFFICE.search(line))
        if number and (at_office or not _OTHERS_PHONE.search(line)):
            yield "phone", number
            break
    own = {address.casefold() for address in known.own_addresses}
    addresses = {m[0] for m in _ADDRESS.finditer(text) if m[0].casefold() not in own}
    if len(addresses) == 1:
        yield "email", addresses.pop()
    account = _LINE.search(text)
    if account and account["id"].lower() not in ("official", "works", "group", "notify", "line"):
        yield "line_id", account["id"]
