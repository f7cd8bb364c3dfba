"""What an approver decides by a mail: a word that fills its line, a reason or a question, a code.

Stripping quotes is fragile, so only the first lines of the writer's own text count, and everything
around the word must be courtesy, a name or the code. Whatever else stands there makes it unsure,
and what is unsure decides nothing: «อนุญาต แต่ตัดเบอร์โทรออก» is no approval.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailproc import thai

REASON_LENGTH = 2_000  # characters
_LONGEST, _LINES = 20_000, 60
_ALLOW = r"(?:อนุญาต|อนุญาติ|อนุมัติ)"
_POLITE = r"(?:\s{0,2}(?:นะ|น่ะ)?(?:ครับผม|ครับ|คับ|ค่ะ|คะ|จ้ะ))?"
_WORDS = {  # the longer first: «ไม่อนุญาต» holds «อนุญาต»
    "undo": rf"(?:ขอ)?ยกเลิก(?:การ)?{_ALLOW}(?:แล้ว)?|undo|(?:withdraw|cancel)(?: my| the)? approval",
    "refuse": rf"(?:ไม่|มิ)\s?{_ALLOW}|(?:i )?(?:refuse|reject|deny)|refused|rejected|denied|"
    r"(?:not |do not |don't )approved?",
    "return": r"(?:ขอ)?ส่ง(?:กลับ|คืน)(?:ให้)?(?:ผู้ขอ)?(?:แก้ไข|ไปแก้ไข)?|(?:ขอ|ให้|ขอให้)(?:ผู้ขอ)?แก้ไข|"
    r"(?:send )?back|return(?:ed)?",
    "approve": rf"(?:ผม|ดิฉัน|ข้าพเจ้า)?\s?(?:เห็นควร|เห็นชอบ(?:และ|/))?{_ALLOW}"
    r"(?:ตาม(?:ที่)?(?:เสนอ|ขอ)|ให้(?:ดำเนินการ|ส่งข้อมูล|ส่ง)(?:ได้)?|ได้)?|(?:i )?approved?",
}
_STARTS = {
    choice: re.compile(rf"(?:{words}){_POLITE}(?=$|[\s:：,.!/(–—-])", re.I)
    for choice, words in _WORDS.items()
}
_SPEAKS = re.compile(rf"{_ALLOW}|ส่งกลับ|ส่งคืน|แก้ไข|\b(?:approve|refuse|reject|return)", re.I)
_TURNS = re.compile(rf"^[\s,]*{_ALLOW}|(?:แต่(?:ก็)?|หรือ)\s?{_ALLOW}", re.I)
_NUMBER = r"(?:(?:ลำดับ|ข้อ|เลข)?(?:ที่)?\s?\(?[0-9]{1,2}\)?\s?[.):=\s–-]\s?)?"  # of a printed list
_SIX = r"[0-9]{3}[\s-]?[0-9]{3}(?![0-9])|(?:[0-9]\s){5}[0-9](?![0-9])"
_LABEL = r"(?:รหัส(?:อนุมัติ|อนุญาต|ยืนยัน|จากแอป|จากบัตร)?|code|otp|pin)\s?(?:คือ|is|=|:|：)?\s{0,3}"
_CODE = re.compile(
    rf"[(\s]*(?:{_LABEL}{_NUMBER}(?P<told>[0-9][0-9\s-]{{2,9}})"
    rf"|{_NUMBER}(?P<bare>{_SIX}))[)\s]*{_POLITE}[.\s]*",
    re.I,
)
_NO_CODE = re.compile(rf"{_LABEL}[.…_\s]*", re.I)
_CODE_BEHIND = re.compile(
    rf"[\s,;(]{_LABEL}{_NUMBER}(?P<told>[0-9][0-9\s-]{{2,9}})[)\s]*{_POLITE}$", re.I
)
_BECAUSE = re.compile(
    r"[\s:：,.–—-]*(?:(?:ระบุ)?เหตุผล|คำถาม|ข้อความถึงผู้ขอ|reason|question)\s?(?:คือ|is)?\s?[:：]?\s*|[\s:：,.–—-]+",
    re.I,
)
_BULLET = re.compile(r"^[\s>]{0,3}[-–—•*]\s+")
_DRESS = re.compile("[*_\"'“”‘’«»`]|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
_GREETING = re.compile(
    r"(?:กราบ)?เรียน|สวัสดี|ถึง|dear\b|hello\b|hi\b|good (?:morning|afternoon|evening)", re.I
)
_COURTESY = re.compile(
    rf"(?:(?:ทราบ|รับทราบ|ขอบ(?:พระ)?คุณ(?:มาก)?|ด้วยความนับถือ|ขอแสดงความนับถือ|ดำเนินการ(?:ต่อ)?(?:ได้)?(?:เลย)?|"
    rf"(?:many )?thanks?(?: you)?|(?:best |kind )?regards|sincerely|yours){_POLITE}[\s,.!/]*)+|"
    r"(?:ครับผม|ครับ|ค่ะ|คะ)[\s.]*|[-_=.\s]+",
    re.I,
)
_SIGNED = re.compile(
    r"\(?\s?(?:นาย|นาง|น\.ส\.|ดร\.|ว่าที่|ลงชื่อ|ผอ\.?|ผู้อำนวยการ|รอง|รักษา|ผู้รักษา|หัวหน้า|กลุ่ม|สำนักงาน|สพป|ศธ|โทร|"
    r"tel\b|mobile|phone|fax|e-?mail|อีเมล|line\b|วันที่|date\b|ส่งจาก|ส่งด้วย|"
    r"sent from|get outlook|director|head of)|"
    r"[+0-9() -]{9,20}$|\S+@\S+$|(?:https?://|www\.)\S+$",
    re.I,
)
_WISHES = re.compile(
    r"แต่(?!ง)|เว้น|เฉพาะ|ให้|ต้อง|ไม่|ถ้า|หาก|ก่อน|เมื่อ|ยัง|อย่า|ห้าม|ตัด|แก้ไข|เพิ่ม|ควร|พร้อม|หลัง|รอ(?!ง)|"
    r"ขอ(?!น|บ|ง|แสดง)|ส่ง(?!จาก|ด้วย)|"
    r"\b(?:but|except|only|unless|if|not|after|before|please|without|remove|send)\b",
    re.I,
)
_LONGEST_SIGNED = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What the writer decides; `choice` is empty where that is not surely understood."""

    choice: str = ""  # approve | refuse | return | undo
    reason: str = ""  # of a refusal, or the question of a return
    code: str = ""  # digits only
    speaks: bool = False  # decides or tries to: words of a decision, or a code


def read(text: str, names: Sequence[str] = ()) -> Said:
    """The decision in the writer's own text; `names` are what the writer may sign with."""
    lines = [_plain(line) for line in text[:_LONGEST].split("\n")]
    found = _Found(tuple(thai.fold(name) for name in names))
    for line in [line for line in lines if line][:_LINES]:
        found.take(line)
    said = found.said()
    return said if said.speaks or not _SPEAKS.search(text[:500]) else Said(speaks=True)


def _plain(line: str) -> str:
    """The line as it was meant: Arabic digits, without bullets, quotation marks and pictures."""
    return _BULLET.sub("", _DRESS.sub("", thai.to_arabic(thai.mend(line)))).strip()


class _Found:
    """What the lines so far hold."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._choices: list[str] = []
        self._codes: list[str] = []
        self._reason: list[str] = []
        self._unsure = False

    def take(self, line: str) -> None:
        """The next line that is not empty."""
        if self._takes_code(line) or _NO_CODE.fullmatch(line):
            return
        if (found := _word(line)) is not None:
            self._takes_word(*found)
        elif not self._is_harmless(line):
            self._takes_words(line)

    def _takes_code(self, line: str) -> bool:
        found = _CODE.fullmatch(line)
        if found is not None:
            self._codes.append(_digits(found["told"] or found["bare"]))
        return found is not None

    def _takes_word(self, choice: str, rest: str) -> None:
        """A word of decision and what stands behind it on its line."""
        self._choices.append(choice)
        if not rest.strip(" .!,") or self._takes_code(rest.strip(" .!,:：/–—-")):
            return
        if choice not in ("refuse", "return"):
            self._unsure = True
            return
        if behind := _CODE_BEHIND.search(rest):
            self._codes.append(_digits(behind["told"]))
            rest = rest[: behind.start()]
        elif before := _CODE.match(rest):
            self._codes.append(_digits(before["told"] or before["bare"]))
            rest = rest[before.end() :]
        self._takes_words(rest)

    def _takes_words(self, line: str) -> None:
        """Words of a reason, where there is one to be given; else nobody knows what they mean."""
        if not self._choices or self._choices[-1] not in ("refuse", "return"):
            self._unsure = True
            return
        lead = _BECAUSE.match(line)
        words = line[lead.end() :] if lead else line
        if words.strip():
            self._reason.append(words.strip())

    def _is_harmless(self, line: str) -> bool:
        """Courtesy, a greeting or a name; a reason may begin like none of these."""
        if not self._choices and _GREETING.match(line) and len(line) < _LONGEST_SIGNED:
            return not _SPEAKS.search(line)
        if _COURTESY.fullmatch(line):
            return True
        name = thai.fold(line)
        if any(len(name) > 2 and name in known for known in self._names):
            return True
        if len(line) > _LONGEST_SIGNED or _WISHES.search(line):
            return False
        # A reason may name an office: a signature stands below it and the code.
        reasoned = bool(self._choices) and self._choices[-1] in ("refuse", "return")
        may_sign = not reasoned or bool(self._codes and self._reason)
        return may_sign and _SIGNED.match(line) is not None

    def said(self) -> Said:
        choices, codes = set(self._choices), set(self._codes)
        speaks = bool(choices or codes)
        if self._unsure or len(choices) != 1 or len(codes) > 1:
            return Said(code=self._codes[0] if len(codes) == 1 else "", speaks=speaks)
        reason = "\n".join(self._reason)[:REASON_LENGTH].strip()
        return Said(self._choices[0], reason, self._codes[0] if codes else "", speaks)


def _word(line: str) -> tuple[str, str] | None:
    """(the decision that begins the line, what stands behind it)."""
    for choice, start in _STARTS.items():
        if found := start.match(line):
            rest = line[found.end() :]
            # «อนุญาต หรือ ไม่อนุญาตดี» and «ไม่อนุญาต อนุญาตเฉพาะยอดรวม» decide nothing.
            doubted = _SPEAKS if choice in ("approve", "undo") else _TURNS
            return None if doubted.search(rest) else (choice, rest)
    return None


def _digits(code: str) -> str:
    return "".join(c for c in code if c.isdigit())
