"""The block of name, post, office and telephone that ends a note, with no closing phrase before it.

A line belongs to it where all its parts are of these kinds; the block is the run of such lines at
the end of the text.
"""

from __future__ import annotations

import re
from typing import Any

from mailproc.parsers import values
from mailproc.parsers.introducing import LATIN, TITLED, WORD, office_of, post_and_office
from mailproc.parsers.plain import OFFICE, POST

_MAX_LINES = 6
_LONGEST = 140
_MAX_BELOW = 2
_LEAD = re.compile(
    r"(?:จาก(?!การ)|ลงชื่อ|from\b|by\b|(?:many )?thanks\b|thank you\b|"
    r"best\b|(?:kind |best )?regards\b|cheers\b|"
    r"ขอบคุณ(?:มาก)?(?:ครับ|ค่ะ|คะ)|[-–—~•]{1,3})[\s,.:!]{0,4}",
    re.I,
)
_THANKS_ALONE = re.compile(
    r"(?:ขอบ(?:พระ)?คุณ|ขอขอบ|many thanks|thanks?\b|thank you)[^\n]{0,24}$", re.I
)
_BEFORE_NAME = re.compile(
    r"(?<=[.!?])\s(?=[-–—]\s|(?i:many thanks|thanks|thank you|best regards|regards|cheers)[,.!]\s)"
)
_TITLED_NAME = re.compile(rf"(?P<name>{TITLED})(?=[\s,;/(]|$)")
_IN_BRACKETS = re.compile(rf"^[(（]\s{{0,9}}({TITLED})\s{{0,9}}[)）]$")
_PLAIN_NAME = re.compile(rf"(?P<name>{WORD} {{1,2}}{WORD})(?=[\s,;/(]|$)")
_LATIN_NAME = re.compile(
    rf"(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s)?{LATIN}(?:\s{LATIN}){{1,2}})(?=[\s,;/(]|$)"
)
_NICKNAME = re.compile(
    rf"(?:ครู|ผอ\.|ธุรการ|คุณ|พี่|น้อง)?(?P<own>[ก-ฮเ-ไ][ก-๙]{{1,11}})\s{{1,2}}(?={OFFICE})"
)
_NO_NAME = re.compile(
    rf"{POST}|{OFFICE}|จึง|ขอ|ด้วย|เพื่อ|ใช้|จำนวน|ข้อมูล|ปี|ราย|ชื่อ|เรื่อง|เรียน|ไฟล์|โทร|เบอร์|ส่ง|หน่วยงาน|"
    r"ตำแหน่ง|ป\.ล|สวัสดี|ทั้งนี้|และ|ที่|ทาง|จะ|ตาม|ต้องการ|รบกวน|กรุณา|นำ|เอา|ไม่|ได้|มี|ทำ|ผู้|ประสานงาน|ติดต่อ|"
    r"หัวหน้า|แยก|คุณ|ถึง|ฝาก|สำเนา|พร้อม|ขึ้น|สำหรับ|เฉพาะ|ทุก|รอบ|รูปแบบ|วัตถุ|อีเมล|ไลน์|ด่วน|ยัง|ก่อน|ภายใน|"
    r"(?:dear|best|kind|warm|very|with|many|thank|please|data|for|the|we|our|my|by|file|excel|year|academic|"
    r"school|number|students?|khun|list)\b",
    re.I,
)
_OTHERS = re.compile(r"ผู้อนุ|ผู้ตรวจ|พยาน|ผู้รับรอง|ผู้ประสาน|ผู้จัดทำ|เรียน\s|สำเนา")
_PHONE = re.compile(
    r"[\s,;/|(]{0,4}(?:(?:โทร(?:ศัพท์)?|เบอร์(?:โทร)?|มือถือ|tel|phone|mobile|"
    r"m)\s?[.:]{0,2}\s?)?(?P<no>[+0๐][0-9๐-๙ ().-]{7,16})\)?$",
    re.I,
)
_ADDRESS = re.compile(
    r"[\s,;/|(]{0,4}(?:(?:อีเมล|e-?mail)\s?[:.]?\s?)?[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,80}\)?$",
    re.I,
)
_ENGLISH_OFFICE = re.compile(
    r"\b(?:Universit|School|College|Foundation|Co\.|Ltd|Inc|Office|Ministry|Department|Institut|Cent(?:er|re)|"
    r"Association|Organi[sz]ation|Agency|Bureau|Group|Council|Trust|Academy|Press|Company|Embassy|Hospital|NGO)"
)
_LABELLED = re.compile(r"(?!โทร|เบอร์|tel|phone|mobile)[^\d\n:]{2,30}[:：]", re.I)
_WITHIN = re.compile(
    r"(?:Faculty|Department|Division|School|Institute|Office|Section|Unit|Bureau)\b"
)
_MAYBE_SURNAME = re.compile(r"(?:กอง|กลุ่ม|ศูนย์|สภา|กรม|คณะ|จังหวัด|สถาน|ร้าน|ชมรม)[ก-๙]{1,12}")
_PLAIN_POST = re.compile(
    r"(?!ผู้(?:ขอ|ยื่น|ลง)|กำลัง|ได้|มี|จะ|แจ้ง|ฝาก)[ก-ฮเ-ไ][ก-๙]{3,30}(?:\s[ก-๙]{2,20})?"
)
_FIRST_NAME = re.compile(r"(?:ครู|ผอ\.|คุณ)?[ก-ฮเ-ไ][ก-๙]{1,11}")
_OFFICE_START = re.compile(OFFICE)
_POST_START = re.compile(POST, re.I)
_SENTENCE = re.compile(
    r"ขอ(?!นแก่น|ง)|เพื่อ|ต้องการ|รบกวน|ครับ|ค่ะ|นะคะ|จึง|\b(?:please|would|need|is|are|will)\b", re.I
)


def read(text: str, at: int) -> dict[str, Any]:
    """What the block below the request says; empty where the text ends in sentences."""
    block: list[dict[str, Any]] = []
    skipped = 0  # lines below the block: «ป.ล. …»
    for line in reversed(_tail(text, at)):
        parts = _parts(line)
        if parts is not None:
            block.insert(0, parts)
        elif block or skipped == _MAX_BELOW:
            break
        else:
            skipped += 1
    found: dict[str, Any] = {}
    for parts in block:
        for name, value in parts.items():
            found.setdefault(name, value)
    sure = _sure(found)
    return sure if not skipped or {"requester_name", "organisation"} <= sure.keys() else {}


def _tail(text: str, at: int) -> list[str]:
    """The last lines below the request, or the last words behind a thanks in its line."""
    start = text.find("\n", at)
    lines = text[start:].split("\n") if start > 0 else []
    lines = [line.strip() for line in lines if line.strip()]
    while lines and _THANKS_ALONE.match(lines[-1]) and not _LATIN_NAME.search(lines[-1]):
        lines.pop()
    if not lines:
        lines = [text[at : start if start > 0 else len(text)][-400:]]
    last = _BEFORE_NAME.split(lines[-1])
    return [*lines[-_MAX_LINES:-1], *([] if len(last) > 1 else [lines[-1]])] or [last[-1]]


def _sure(found: dict[str, Any]) -> dict[str, Any]:
    """Two words alone are a name only beside something else that tells a person."""
    bare = found.pop("_bare", False)
    if bare and not found.keys() & {"position", "organisation", "phone"}:
        found.pop("requester_name", None)
    return found


def of_value(words: str) -> dict[str, Any]:
    """«Emily Clark, PhD student, Example University» behind the label of a name, in its parts."""
    name = _TITLED_NAME.match(words) or _LATIN_NAME.match(words)
    rest = words[name.end() :] if name else ""
    if name is None or not rest or (name.re is _LATIN_NAME and rest[0] != ",") or _is_no_name(name):
        return {}
    told = _post_or_office(rest.strip(" ,"))
    if not told or ("position" not in told and _MAYBE_SURNAME.fullmatch(rest.strip())):
        return {}
    return {"requester_name": name["name"].strip()} | told


def is_block(line: str) -> bool:
    """Whether a line is one of a signed name block, which no sentence runs into."""
    parts = _parts(line.strip())
    return bool(parts) and len(parts.keys() - {"_bare", "phone"}) > 0 if parts else False


def _parts(line: str) -> dict[str, Any] | None:
    """What a line of name, post, office and telephone holds; None where it says anything else."""
    if not line or len(line) > _LONGEST or _OTHERS.search(line) or _LABELLED.match(line):
        return None
    found: dict[str, Any] = {}
    line = _IN_BRACKETS.sub(r"\1", line)
    words = _LEAD.sub("", line, count=1)
    led = words != line
    words = _without_contacts(words, found)
    name = _name(words)
    if name and name["name"].startswith("คุณ") and not led:
        return None  # nobody calls himself so: another person
    if name:
        found["requester_name"] = values.tidy(name["name"])
        if not led and name.re is not _TITLED_NAME:
            found["_bare"] = True
        words = words[name.end() :]
    elif (nick := _NICKNAME.match(words)) and not _NO_NAME.match(nick["own"]):
        words = words[nick.end() :]
    words = words.strip(" ,;/|()-–")
    if not words or ("phone" in found and _is_first_name(words)):
        return found or None
    told = _post_or_office(words)
    if told is None and name and name.re is _TITLED_NAME and _PLAIN_POST.fullmatch(words):
        told = {"position": words}
    return found | told if told else None


def _is_first_name(words: str) -> bool:
    return bool(_FIRST_NAME.fullmatch(words)) and not _OFFICE_START.match(words)


def _without_contacts(words: str, found: dict[str, Any]) -> str:
    """The words without telephone and address at their end; the number is kept."""
    for _ in range(3):
        if address := _ADDRESS.search(words):
            words = words[: address.start()]
        elif (number := _PHONE.search(words)) and (read_as := values.phone(number["no"])):
            found.setdefault("phone", read_as)
            words = words[: number.start()]
    return words.strip()


def _name(words: str) -> re.Match[str] | None:
    for pattern in (_TITLED_NAME, _PLAIN_NAME, _LATIN_NAME):
        match = pattern.match(words)
        if match and not _is_no_name(match):
            return match
    return None


def _is_no_name(match: re.Match[str]) -> bool:
    """Whether the words are of a sentence, a post or an office; behind a title any name may be."""
    first, *others = match["name"].split()
    begins = match.re is not _TITLED_NAME and _NO_NAME.match(first) is not None
    return begins or any(_POST_START.match(w) or _OFFICE_START.match(w) for w in others)


def _post_or_office(words: str) -> dict[str, Any] | None:
    if len(words) > 90 or _SENTENCE.search(words):
        return None
    if _OFFICE_START.match(words) or _POST_START.match(words) or words.startswith("ตำแหน่ง"):
        told = post_and_office(words)
        return told or None
    if words[:1].isupper() and _ENGLISH_OFFICE.search(words):
        post, comma, office = words.partition(", ")
        if comma and _WITHIN.match(post):
            return {"organisation": words}
        if comma and not _ENGLISH_OFFICE.search(post) and _ENGLISH_OFFICE.search(office):
            return {"position": post, "organisation": office}
        return {"organisation": office_of(words) if "," not in words else words}
    return None
