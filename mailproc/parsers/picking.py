"""Which of the things offered a reply picks: by number, by name, by «the first», by a yes."""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.model import Question

_CHOICE = re.compile(
    r"(?:(?:ข้อ|ตัวเลือก|อันดับ|ลำดับ|รายการ|แบบ|หมายเลข|เบอร์|no\.?|number|option|choice|#)\s{0,3})?(?:ที่)?\s{0,3}\(?([0-9]{1,2})\)?\s{0,3}[.)]?",
    re.I,
)
_POINTED = re.compile(
    r"(?:ข้อ|หมายเลข|ตัวเลือก|ลำดับ|number|option|choice|no\.|#)\s{0,3}(?:ที่)?\s{0,3}([0-9]{1,2})(?![0-9/.])",
    re.I,
)
_ORDINAL = re.compile(
    r"(?:(?:ข้อ|อัน|ตัว|รายการ)(?:ที่)?\s{0,3}|the\s|^(?=\w{4,9}(?: one)?$))(?:(แรก|"
    r"หนึ่ง|first)|(สอง|second)|(สาม|third)|(สี่|fourth)|(สุดท้าย|last))(?:\s?one)?",
    re.I,
)
_NOT_ONE = re.compile(
    r"ทั้งหมด|ทุก(?:ข้อ|อย่าง|ชุด|รายการ)|ทั้ง(?:สอง|คู่|"
    r"สาม)(?:ข้อ|อย่าง|ชุด|รายการ)?|all(?: of (?:them|these))?|both|"
    r"(?:ข้อ\s?)?[0-9]{1,2}(?:\s{0,2}(?:กับ|และ|,|-|and|&)\s{0,2}(?:ข้อ\s?)?[0-9]{1,2}){1,9}",
    re.I,
)
_NO = re.compile(
    r"ไม่(?:ใช่|ถูก(?:ต้อง)?|เอา|มี(?:ข้อไหน)?|ตรง)?(?:สักข้อ|ครับ|"
    r"ค่ะ)?|no(?:ne|pe)?(?: of (?:them|these))?|not (?:this|that|it)",
    re.I,
)
_YES = re.compile(
    r"(?:ใช่(?:แล้ว)?|ถูกต้อง(?:แล้ว)?|ถูกแล้ว|ตกลง|โอเค|ได้(?:เลย)?|เอาอันนี้|อันนี้แหละ|อันนี้|ตามนี้|ตามนั้น|แบบนั้น|อันนั้น|ถูก|ตามที่เสนอ|ยืนยัน|"
    r"(?:yes|yep|yeah|ok(?:ay)?|correct|right)?[, ]{0,3}(?:yes|ok(?:ay)?|"
    r"correct|right|that(?:'s| is) (?:it|right|correct|the one)|this one))",
    re.I,
)
_COURTESY = re.compile(r"(?:เรียน|สวัสดี|ขอบ(?:พระ)?คุณ|dear|hello|hi|thank)\b", re.I)
_NONE = re.compile(
    r"(?:ข้อมูลที่ขอ\s?[:：]\s?)?(?:(?:ใน(?:รายการ|นี้)(?:นี้)?|ทั้งหมด(?:นี้)?)?\s?(?:ยัง)?ไม่มี(?:เลย)?(?:สักข้อ|ข้อ(?:ไหน|ใด)(?:เลย)?)?"
    r"(?:\s?(?:ข้อมูล|รายการ)?ที่(?:ต้องการ|ขอ))?(?:\s?(?:ใน|จาก)รายการ(?:นี้)?)?|"
    r"(?:ขอ|ยินดี|จะ)?รอ(?:ได้|ก่อน|ข้อมูล(?:นี้)?|จนกว่าจะมี|ให้มี(?:ข้อมูล)?ก่อน)*|(?:ฝาก|ช่วย|ขอให้|รบกวน)?(?:แจ้ง|ติดต่อ|ส่งให้)เจ้าหน้าที่(?:ด้วย|ให้ด้วย|เลย)?)"
    r"|(?:dataset\s?:\s?)?none(?: of (?:these|them))?|(?:i(?:'ll| will| can)? )?wait|"
    r"(?:please )?(?:tell|ask) (?:an|the) officer",
    re.I,
)
_BETWEEN = r"\s{0,2}(?:กับ|และ|,|and|&)\s{0,2}"
_PLACE = r"(?:(?:ข้อ|หมายเลข|no\.?)\s{0,2}(?:ที่)?\s{0,2})?([0-9]{1,2})"
_SEVERAL = re.compile(rf"{_PLACE}(?:{_BETWEEN}{_PLACE}){{1,9}}", re.I)
_RANGE = re.compile(
    r"(?:ข้อ\s{0,2})?([0-9]{1,2})\s{0,2}(?:-|–|ถึง|to)\s{0,2}(?:ข้อ\s{0,2})?([0-9]{1,2})", re.I
)
_THINGS = r"(?:ข้อ|อย่าง|ชุด|รายการ|อัน|รอบ|ปี)?"
_BOTH = re.compile(rf"(?:เอา|ขอ)?ทั้ง(?:สอง|คู่|\s?2){_THINGS}|both(?: of them)?", re.I)
_ALL = re.compile(
    rf"(?:เอา|ขอ)?(?:ทั้งหมด|ทั้งสาม{_THINGS}|ทุก{_THINGS})|all(?: of (?:them|these))?", re.I
)
_FEW = 3  # «all of them» is meant of so many offers at most; of a whole catalogue nobody means it
TITLE = re.compile(r"ปีการศึกษา ([0-9]{4}) รอบที่ ([1-3])")
_WAIT = re.compile(
    r"(?:ขอ|ยินดี|จะ|ยัง)?รอ(?:ข้อมูล)?(?:รอบ(?:นี้|ดังกล่าว|ใหม่))?(?:ได้|ก่อน|นะ)*[\s.!]{0,5}|"
    r"(?:i(?:'ll| will| can)? )?wait(?: for (?:it|this round|the round))?[\s.!]{0,5}",
    re.I,
)
_POLITE = re.compile(r"\s{0,3}(?:(?<!ฐา)นะ)?(?:ครับ(?:ผม)?|คับ|ค่ะ|คะ|จ้า|จ้ะ|ค่า)[\s.!]{0,9}$")


def chosen(said: str, question: Question) -> str | None:
    """The offer picked by its number, by its own words, or by «ใช่» where one was proposed."""
    match = _CHOICE.fullmatch(thai.to_arabic(said.strip()))
    if match and not _is_round(question):
        number = int(match[1])
        return question.offers[number - 1] if 1 <= number <= len(question.offers) else None
    at = pointed(said, question)
    if at is not None:
        return at
    proposed = len(question.offers) == 1 or question.near == 1
    if proposed and _YES.fullmatch(_POLITE.sub("", said.strip()).strip(" .!")):
        return question.offers[0]
    return named_offer(said, question)


def none_fits(text: str) -> bool:
    """Whether a reply says that nothing on offer is what is needed, or that he waits for it."""
    said = [_POLITE.sub("", line.strip()).strip(" .!") for line in text[:2_000].split("\n")]
    lines = [line for line in said if line and not _COURTESY.match(line)]
    return bool(lines) and all(_NONE.fullmatch(line) for line in lines)


def several(said: str, question: Question) -> tuple[str, ...]:
    """The offers that an answer picks where it picks more than one: «1 และ 3», «ทั้งสองอย่าง»."""
    words = thai.to_arabic(_POLITE.sub("", said.strip()).strip(" ."))
    near, offers = question.offers[: question.near], question.offers
    if _BOTH.fullmatch(words):
        return next((some for some in (near, offers) if len(some) == 2), ())
    if _ALL.fullmatch(words):
        return next((some for some in (near, offers) if 1 < len(some) <= _FEW), ())
    places = () if _is_round(question) else _places(words)
    if not places or max(places) > len(offers) or min(places) < 1:
        return ()
    return tuple(offers[place - 1] for place in places)


def _places(words: str) -> tuple[int, ...]:
    """The numbers of a list or of a range, each once."""
    if between := _RANGE.fullmatch(words):
        first, last = int(between[1]), int(between[2])
        return tuple(range(first, last + 1)) if first < last else ()
    if not _SEVERAL.fullmatch(words):
        return ()
    return tuple(dict.fromkeys(int(number) for number in re.findall("[0-9]{1,2}", words)))


def points(said: str) -> bool:
    """Whether the words are nothing but a place in a list: «2», «ข้อ 2»."""
    return bool(_CHOICE.fullmatch(thai.to_arabic(_POLITE.sub("", said.strip()))))


def pointed(said: str, question: Question) -> str | None:
    """The one offer that a sentence points at: «ข้อ 2 นะ», «อันแรก»."""
    if _is_round(question):
        return None
    numbers = {int(number) for number in _POINTED.findall(thai.to_arabic(said))}
    for match in _ORDINAL.finditer(said):
        number = next(at for at, group in enumerate(match.groups(), 1) if group)
        numbers.add(number if number < 5 else len(question.offers))
    number = numbers.pop() if len(numbers) == 1 else 0
    return question.offers[number - 1] if 1 <= number <= len(question.offers) else None


def _is_round(question: Question) -> bool:
    """Whether a number is the answer itself and not a place in a list."""
    return question.field == "round" and not any(TITLE.search(o) for o in question.offers)


def named_offer(said: str, question: Question) -> str | None:
    """The offer in its own words; «รอได้» picks the one to wait for a round."""
    key = thai.fold(said)
    named = next((offer for offer in question.offers if thai.fold(offer) == key), None)
    waits = question.problem == "not_open" and _WAIT.fullmatch(_POLITE.sub("", said.strip()))
    if named or not waits:
        return named
    return next((offer for offer in question.offers if offer.startswith(thai.WAIT_FOR)), None)


def is_yes_or_no(said: str) -> bool:
    return bool(_YES.fullmatch(said) or _NO.fullmatch(said))


def is_not_one(said: str) -> bool:
    """Whether the words pick several offers, all or none, where one is wanted."""
    return bool(_NOT_ONE.fullmatch(thai.to_arabic(said))) or is_yes_or_no(said)
