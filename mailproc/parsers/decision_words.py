"""What an approver decides by a mail: a word that begins its line, a reason or a question, a code.

Stripping quotes is fragile, so only the first lines of the writer's own text count, and everything
around the word must be courtesy, a name or the code. Behind a yes whatever else stands there is a
wish, and the yes one with conditions: `narrowing_words` says whether each is understood. Before it
nobody knows what words mean, and what is unsure decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailproc import thai

REASON_LENGTH = 2_000  # characters
_LONGEST, _LINES = 20_000, 60
_ALLOW = r"(?:อนุญาต|อนุญาติ|อนุมัติ)"
_POLITE = r"(?:\s{0,2}(?:นะ|น่ะ)?(?:ครับผม|ครับ|คับ|ค่ะ|คะ|จ้ะ))?"
_WORDS = {  # the longer first: «ไม่อนุญาต» holds «อนุญาต»
    "undo": rf"(?:ขอ)?ยกเลิก(?:การ)?{_ALLOW}(?:แล้ว)?|undo|(?:withdraw|cancel)(?: my| the)? approval",
    "revoke": r"(?:ขอ)?(?:ระงับ|เพิกถอน|ยกเลิก|ปิด)(?:การใช้)?(?:ไฟล์|ลิงก์|ลิงค์|ลิ้งก์|ลิ้งค์)"
    r"(?:ดาวน์โหลด)?(?:ที่ส่ง(?:ไป)?(?:แล้ว)?)?|"
    r"(?:revoke|take back)(?: the| this)?(?: file| link)?",
    "refuse": rf"(?:ไม่|มิ)\s?{_ALLOW}|(?:i )?(?:refuse|reject|deny)|refused|rejected|denied|"
    r"(?:not |do not |don't )approved?",
    "return": r"(?:ขอ)?ส่ง(?:กลับ|คืน)(?:ให้|ไป)?(?:ผู้ขอ)?(?:แก้ไข|ไปแก้ไข)?|(?:ขอ|ให้|ขอให้)(?:ผู้ขอ)?แก้ไข|"
    r"(?:send )?back|return(?:ed)?",
    "approve": rf"(?:ผม|ดิฉัน|ข้าพเจ้า)?\s?(?:เห็นควร|เห็นชอบ(?:และ|/))?{_ALLOW}"
    r"(?:\s?(?:ตาม(?:ที่)?(?:เจ้าหน้าที่|ผู้ขอ)?(?:เสนอ|ขอ)|ให้(?:ดำเนินการ|ส่งข้อมูล|ส่ง)(?:ได้)?|ได้))?|"
    r"(?:i )?approved?",
}
_STUCK = {  # what a yes is written together with, as Thai has no spaces
    "approve": r"|แต่|เฉพาะ|โดย|แบบ|ยกเว้น|เว้น|ถึง|จนถึง|ให้ใช้|ใช้ได้|ตัด|ไม่เอา|ไม่รวม|เพียง|"
    r"ทั้งหมด|ทุก|ข้อ|ลำดับ|ที่เหลือ|นอกนั้น|[0-9]"
}
ANY_WORD = "|".join(f"(?:{words})" for words in _WORDS.values())
_STARTS = {
    choice: re.compile(rf"(?:{words}){_POLITE}(?=$|[\s:：,.!/(–—-]{_STUCK.get(choice, '')})", re.I)
    for choice, words in _WORDS.items()
}
_SPEAKS = re.compile(
    rf"{_ALLOW}|ส่งกลับ|ส่งคืน|แก้ไข|ยกเลิก|ระงับ|เห็นชอบ|เห็นด้วย|ตกลง|โอเค|"
    r"\b(?:approve|refuse|reject|return|ok|okay|yes)",
    re.I,
)
_TERSE = 40  # characters: a word meant as a decision, and no message to anybody
_TURNS = re.compile(rf"^[\s,]*{_ALLOW}|(?:แต่(?:ก็)?|หรือ)\s?{_ALLOW}", re.I)
_NUMBER = r"(?:(?:ลำดับ|ข้อ|เลข)?(?:ที่)?\s?\(?[0-9]{1,2}\)?\s?[.):=\s–-]\s?)?"  # of a printed list
_SIX = (
    r"[0-9]{3}[\s-]?[0-9]{3}(?![0-9])|(?:[0-9]\s){5}[0-9](?![0-9])|"
    r"(?:[0-9]{2}[\s-]){2}[0-9]{2}(?![0-9])"
)
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
_BARE_BEHIND = re.compile(rf"[\s,;(](?P<told>{_SIX})[)\s]*{_POLITE}$")
_GROUND = r"(?:ตาม|ด้วย)?\s?(?:เหตุ(?!ผล)(?:ที่ไม่อนุญาต|ตามกฎหมาย)?(?:\s?ข้อ)?|ข้อ|ground|no\.|number)"
_GROUND_SAID = re.compile(
    rf"[\s:：,.(–—-]*{_GROUND}\s?(?:ที่)?\s?[:：]?\s?(?P<number>[0-9]{{1,2}})(?![0-9/])[).\s,:–—-]*",
    re.I,
)
_GROUND_BARE = re.compile(
    r"[\s:：,.(–—-]*(?P<number>[0-9]{1,2})(?=$|[\s),.:–—-])(?![.)]\s?[0-9]{3})[).\s,:–—-]*"
)
_GROUND_BLANK = re.compile(rf"{_GROUND}\s?(?:ที่)?\s?[:：][.…_\s]*", re.I)
_CONDITION = re.compile(
    r"(?:แบบ|โดย)?(?:มี|ภายใต้|ตาม)?เงื่อนไข(?:คือ|ว่า|ดังนี้|ดังต่อไปนี้)?\s?[:：]?\s*|"
    r"(?:on |with )?conditions?\s?[:：]\s*",
    re.I,
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
    rf"(?:(?:(?:รับ)?ทราบ(?:แล้ว)?|สวัสดี|ขอบ(?:พระ)?คุณ(?:มาก|ทุกท่าน|ทีมงาน)?|"
    rf"(?:ขอแสดง|ด้วย)ความ(?:เคารพ|นับถือ)(?:อย่าง(?:สูง|ยิ่ง))?|ดำเนินการ(?:ต่อ)?(?:ได้)?(?:เลย)?|"
    rf"(?:many )?thanks?(?: you)?|(?:best |kind )?regards|sincerely|yours){_POLITE}[\s,.!/]*)+|"
    r"(?:ครับผม|ครับ|ค่ะ|คะ)[\s.]*|[-_=.\s]+",
    re.I,
)
_SIGNED = re.compile(
    r"\(?\s?(?:นาย|นาง|น\.ส\.|ดร\.|ว่าที่|ลงชื่อ|ผอ\.?|ผู้อำนวยการ|รอง|รักษา|ผู้รักษา|หัวหน้า|กลุ่ม|สำนักงาน|สพป|ศธ|โทร|"
    r"tel\b|mobile|phone|fax|e-?mail|อีเมล|line\b|วันที่|date\b|ส่งจาก|ส่งด้วย|"
    r"sent from|get outlook|director|head of)|"
    r"จาก(?:มือถือ|โทรศัพท์|สมาร์ต?โฟน|แท็บเล็ต)|policy and planning|office of|"
    # An address with a road or a subdistrict ends with its postal code.
    r"[^\n]*(?:ต\.|อ\.|ถ\.|ถนน|ตำบล|แขวง|หมู่|เลขที่|\broad\b|\bstreet\b)[^\n]*\s[1-9][0-9]{4}$|"
    r"[+0-9() -]{9,20}$|\S+@\S+$|(?:https?://|www\.)\S+$",
    re.I,
)
_WISHES = re.compile(
    r"แค่|เพียง(?!ใจ|พอ)|เอา|ก็พอ|สำหรับ|ภายใน|แต่(?!ง)|เว้น|เฉพาะ|เงื่อนไข|คอลัม|ระดับ|ภาพรวม|ใช้ได้|จนถึง|(?<!เชียง)ราย(?:อำเภอ|เขต|กลุ่ม|โรง)|ให้|ต้อง|ไม่|ถ้า|หาก|ก่อน|เมื่อ|ยัง|อย่า(?!ง)|ห้าม|ตัด|แก้ไข|เพิ่ม|ควร|พร้อม|หลัง|รอ(?!ง)|"
    r"ขอ(?!น|บ|ง|แสดง)|ส่ง(?!จาก|ด้วย|เสริม)|"
    r"\b(?:but|except|only|unless|if|not|after|before|please|without|remove|send)\b",
    re.I,
)
_LONGEST_SIGNED = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What the writer decides; `choice` is empty where that is not surely understood."""

    choice: str = ""  # approve | conditions | refuse | return | undo | revoke
    reason: str = ""  # of a refusal, or the question of a return
    code: str = ""  # digits only
    speaks: bool = False  # decides or tries to: words of a decision, or a code
    ground: str = ""  # of a refusal, its number in our list
    wishes: tuple[str, ...] = ()  # what an approval is to leave out or to end with, as written
    asks: bool = False  # words to the office, and none of a decision


def read(text: str, names: Sequence[str] = (), subject: str = "") -> Said:
    """The decision in the writer's own text; `names` are what the writer may sign with.

    A code at the end of the subject counts where the text holds a decision and no code.
    """
    said = _of_text(text, names)
    if said.code or not said.choice:
        return said
    line = _plain(subject)
    found = _CODE_BEHIND.search(line) or _BARE_BEHIND.search(line)
    return replace(said, code=_digits(found["told"])) if found else said


def _of_text(text: str, names: Sequence[str]) -> Said:
    found = Found(names)
    for line in lines_of(text):
        found.take(line)
    said = found.said()
    tries = bool(_SPEAKS.search(text[:500]))
    if said.asks and tries and len(text.strip()) < _TERSE:
        return Said(speaks=True)
    return said if said.speaks or not tries else replace(said, speaks=True)


def lines_of(text: str) -> list[str]:
    """The first lines that are not empty, as they were meant."""
    lines = (_plain(line) for line in text[:_LONGEST].split("\n"))
    return [line for line in lines if line][:_LINES]


def _plain(line: str) -> str:
    """The line as it was meant: Arabic digits, without bullets, quotation marks and pictures."""
    return _BULLET.sub("", _DRESS.sub("", thai.to_arabic(thai.mend(line)))).strip()


class Found:
    """What the lines so far hold."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = tuple(thai.fold(name) for name in names)
        self._choices: list[str] = []
        self._codes: list[str] = []
        self._grounds: list[str] = []
        self._reason: list[str] = []
        self._wishes: list[str] = []
        self._wishing = False  # a line said that conditions follow
        self._unsure = False

    def take(self, line: str) -> None:
        """The next line that is not empty."""
        if self.takes_code(line):
            return
        if (found := word(line)) is not None:
            self._takes_word(*found)
        elif not self.is_harmless(line):
            self._takes_words(line)

    def takes_code(self, line: str) -> bool:
        """True where the line holds a code, or its label, and nothing else."""
        found = _CODE.fullmatch(line)
        if found is None:
            return bool(_NO_CODE.fullmatch(line))
        self._codes.append(_digits(found["told"] or found["bare"]))
        self._wishing = False
        return True

    @property
    def codes(self) -> frozenset[str]:
        """All codes of the lines so far."""
        return frozenset(self._codes)

    @property
    def reasons(self) -> bool:
        """Whether the next words belong to a refusal or a question."""
        return bool(self._choices) and self._choices[-1] in ("refuse", "return")

    def _takes_word(self, choice: str, rest: str) -> None:
        """A word of decision and what stands behind it on its line."""
        self._choices.append(choice)
        if choice == "refuse":
            rest = self._without_ground(rest, _GROUND_SAID, _GROUND_BARE)
        if not rest.strip(" .!,") or self.takes_code(rest.strip(" .!,:：/–—-")):
            return
        if behind := _CODE_BEHIND.search(rest) or _BARE_BEHIND.search(rest):
            self._codes.append(_digits(behind["told"]))
            rest = rest[: behind.start()]
        elif before := _CODE.match(rest):
            self._codes.append(_digits(before["told"] or before["bare"]))
            rest = rest[before.end() :]
        if choice == "refuse":
            rest = self._without_ground(rest, _GROUND_SAID)
        self._takes_words(rest)

    def _without_ground(self, line: str, *shapes: re.Pattern[str]) -> str:
        """What is left of the line when the number of a ground, if any, was taken from it."""
        if self._grounds or re.fullmatch(rf"\s*(?:{_SIX})", line):
            return line
        for shape in shapes:
            if found := shape.match(line):
                self._grounds.append(str(int(found["number"])))
                return line[found.end() :]
        return line

    def _takes_words(self, line: str) -> None:
        """Words of a reason or wish, where there may be some; else nobody knows what they mean."""
        if self._choices and self._choices[-1] == "approve":
            self._takes_wish(line)
        elif self.reasons:
            self._takes_reason(line)
        else:
            self._unsure = True

    def _takes_wish(self, line: str) -> None:
        said = line.strip(" :：,.–—-/(")
        lead = _CONDITION.match(said)
        self._wishing = self._wishing or lead is not None
        words = said[lead.end() :] if lead else said
        if words.strip(" :：.…_"):
            self._wishes.append(words.strip())

    def _takes_reason(self, line: str) -> None:
        if self._choices[-1] == "refuse":
            if _GROUND_BLANK.fullmatch(line):
                return
            bare = (_GROUND_BARE,) if _GROUND_BARE.fullmatch(line) else ()
            line = self._without_ground(line, _GROUND_SAID, *bare)
        lead = _BECAUSE.match(line)
        words = line[lead.end() :] if lead else line
        if words.strip():
            self._reason.append(words.strip())

    def is_harmless(self, line: str) -> bool:
        """Courtesy, a greeting or a name; a reason may begin like none of these."""
        if not self._choices and _GREETING.match(line) and len(line) < _LONGEST_SIGNED:
            return not _SPEAKS.search(line)
        if _COURTESY.fullmatch(line):
            return True
        name = thai.fold(line.strip(" ()"))
        if any(len(name) > 2 and name in known for known in self._names):
            return True
        if len(line) > _LONGEST_SIGNED or self._wishing or _WISHES.search(line):
            return False
        # A reason may name an office: a signature stands below it and the code.
        may_sign = not self.reasons or bool(self._codes and self._reason)
        return may_sign and _SIGNED.match(line) is not None

    def said(self) -> Said:
        """What all of it says."""
        choices, codes = set(self._choices), set(self._codes)
        speaks = bool(choices or codes)
        code = self._codes[0] if len(codes) == 1 else ""
        if self._unsure or len(choices) != 1 or len(codes) > 1:
            return Said(code=code, speaks=speaks, asks=self._unsure and not speaks)
        choice = "conditions" if self._wishes else self._choices[0]
        reason = "\n".join(self._reason)[:REASON_LENGTH].strip()
        ground = self._grounds[0] if self._grounds else ""
        return Said(choice, reason, code, speaks, ground, tuple(self._wishes))


def word(line: str) -> tuple[str, str] | None:
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
