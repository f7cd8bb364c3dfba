"""The words by which a requester steers: cancel, status, resend, form, nudge.

A command is a sentence that turns on one of a few words and says nothing beyond it, but courtesy,
the thing it is about and how it came to that; nothing else in the mail asks for anything. Or it is
the subject of an otherwise empty mail.
"""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.parsers import fields
from mailproc.parsers.command_words import (
    ANCHORS,
    AROUND,
    COURTESY,
    COURTESY_ENGLISH,
    NOT_IF,
    STATES,
)

_LONGEST = 250
_REST = 600  # characters below a command; more is a letter
_GREETING = re.compile(
    r"^\s{0,20}(?:เรียน|สวัสดี|กราบเรียน|dear\b|hello\b|hi\b|good (?:morning|afternoon))", re.I
)
_THANKS = re.compile(
    r"^\s{0,20}(?:ขอ(?:บคุณ|บพระคุณ|ขอบคุณ|แสดงความนับถือ|"
    r"อภัย|โทษ)|thank|many thanks|best|regards|sincerely)",
    re.I,
)
_SENTENCE = re.compile(
    r"\n+|(?<=[.!?])\s+(?=[A-Z])|(?<=[!?;])\s+|(?:(?<=ครับ)|(?<=ครับผม)|(?<=คับ)|(?<=ค่ะ)|(?<=คะ)|(?<=จ้า))[\s.!?]+"
)
_REASON = re.compile(
    r"(?:เนื่อง(?:จาก|ด้วย)|เพราะ(?:ว่า)?|ด้วยเหตุ(?:ที่|ว่า)?|เพื่อ|"
    r"\bbecause\b|\bsince\b|\bas (?:we|i|the|it)\b|"
    r"\bdue to\b|\s[–—-]\s).*?(?=\s{1,3}(?:จึง|เลย|ดังนั้น|so )|$)",
    re.I,
)
_GRATEFUL = re.compile(
    r"ขอบ(?:พระ)?คุณ\S{0,6}(?:สำหรับ|ที่)|thank(?:s|"
    r" you)(?: \w{2,5}){0,2} for\b",
    re.I,
)
_POINTS_AT_SUBJECT = re.compile(
    r"(?:(?:ขอ|รายละเอียด|ดัง|ดู|เป็นไป)?\s?ตาม(?:ที่)?\s?(?:แจ้งใน|ระบุใน)?\s?(?:หัวเรื่อง|หัวข้อ|ชื่อเรื่อง|หัวเมล|หัวจดหมาย|subject)"
    r"(?:ข้างต้น|ด้านบน|เมล|อีเมล|จดหมาย|นี้)?|(?:as (?:per|in)|see|"
    r"per)(?: the)? subject(?: line)?(?: above)?)",
    re.I,
)
_COVERED, _ANCHORED = "\ue000", "\ue001"
_NOT_BESIDE = re.compile(
    f"[^{_COVERED}{_ANCHORED}\\s,.…()]{_ANCHORED}|{_ANCHORED}[^{_COVERED}{_ANCHORED}\\s,.…()]"
)
_NOTHING = re.compile(f"[{_COVERED}{_ANCHORED}\\s.,;:!?…ๆ()\"'«»“”–—*-]+")
_PART = re.compile(  # one of several things, or a value: that changes a request
    r"เฉพาะ|ข้อ(?:ที่)?\s?[0-9]|(?:ชุด|รายการ|อัน|ตัว)ที่|ปี(?:การศึกษา)?\s?[0-9]|25[0-9]{2}(?!/)|\bonly\b|"
    r"excel|pdf|csv|ราย(?:โรงเรียน|อำเภอ)|ภาพรวม",
    re.I,
)
_ORDER = ("cancel", "resend", "form", "nudge", "status")  # what counts where a mail has two
_MAX_SENTENCES = 12
_FILLED = re.compile(r"[:：\t]|\.{3}|…|__")
_FORM_LINES = 4
_LONGEST_STATEMENT = 90  # letters


def _vocabulary(name: str) -> re.Pattern[str]:
    native, english = AROUND[name]
    return re.compile(rf"{native}|{COURTESY}|\b(?:{COURTESY_ENGLISH}|{english})\b", re.I)


_VOCABULARY = {name: _vocabulary(name) for name in ANCHORS}
_COURTESY_BEHIND = re.compile(r"\s{0,3}(?:นะ|น่ะ|เลย|ด้วย)?(?:ครับผม|ครับ|คับ|ค่ะ|คะ)?[\s.!]{0,5}$")
_ASKS = re.compile(
    r"(?<!ร้อง)(?<!คำ)(?<!ที่)(?<!การ)ขอ(?!บ|แสดง|อภัย|โทษ|ไป|ไว้|นี้|ให้มีความ)|"
    r"(?<!ไม่)(?<!ไม่มีความ)ต้องการ|(?<!ไม่)อยาก|(?<!ตั้ง)แต่(?!ละ)|ยกเว้น|เปลี่ยน(?!แผน|ใจ|หัวข้อ|งาน|โครงการ|แปลง|เรื่อง)|แก้ไข|"
    r"\bplease\b|\brequest\b|\bwould like\b|\bneed\b|\binstead\b|\bbut\b",
    re.I,
)
_REPLY = re.compile(
    r"^\s{0,9}(?:re|aw|sv|ตอบกลับ|ตอบ|fwd?|fw|ส่งต่อ)\s{0,3}(?:\[[0-9]{1,3}\])?\s{0,3}[:：]", re.I
)


def find(text: str, subject: str = "", *, files: bool = False) -> str | None:
    """cancel | status | resend | form where the mail asks for that and for nothing else.

    `files` says that something is attached: then only a cancel is a command.
    """
    lines = [line.strip() for line in text[:20_000].split("\n") if line.strip()]
    lines = lines[_greetings(lines) :]
    if lines and not (len(lines) == 1 and points_at_subject(lines[0])):
        found = _of_lines(lines)
    else:
        found = None if _REPLY.match(subject) else _of_lines([subject])
    return found if found == "cancel" or not files else None


def points_at_subject(text: str) -> bool:
    """Whether the words only say that all is in the subject: «ตามหัวเรื่องครับ»."""
    return bool(_POINTS_AT_SUBJECT.fullmatch(_COURTESY_BEHIND.sub("", text.strip())))


def _greetings(lines: list[str]) -> int:
    """How many lines only greet; a short one alone may be all there is."""
    count = 0
    while count < min(3, len(lines)) and _GREETING.match(lines[count]) and len(lines[count]) < 80:
        if _of_sentence(lines[count]):
            break
        count += 1
    return count


def _of_lines(lines: list[str]) -> str | None:
    """The one command among the sentences, where the others ask for nothing."""
    if sum(map(len, lines)) > _LONGEST + _REST:
        return None  # a letter
    if sum(1 for line in lines if _FILLED.search(line)) >= _FORM_LINES:
        return None  # a form
    sentences = [s for line in lines for s in _SENTENCE.split(line) if s and s.strip()]
    told = [(_of_sentence(sentence), sentence) for sentence in sentences[:_MAX_SENTENCES]]
    said = {name for name, _ in told if name}
    found = next((name for name in _ORDER if name in said), None)
    if found is None:
        return None
    rest = [sentence for name, sentence in told if not name] + sentences[_MAX_SENTENCES:]
    return None if _asks_more([one for one in rest if not _THANKS.match(one)], found) else found


def _of_sentence(sentence: str) -> str | None:
    """The command that a sentence is, with how it came to that or not."""
    if not sentence or len(sentence) >= _LONGEST or sentence.lstrip().startswith(">"):
        return None
    words = thai.to_arabic(thai.mend(sentence)).strip()
    if _GRATEFUL.match(words):
        return None
    return next((name for name in _ORDER if _is_command(words, name)), None)


def _is_command(words: str, name: str) -> bool:
    anchor = ANCHORS[name]
    if not anchor.search(words) or (name in NOT_IF and NOT_IF[name].search(words)):
        return False
    left = _left(words, name)
    if not left:
        return True
    short = _REASON.sub(" ", words)
    reason = " ".join(_REASON.findall(words))
    if short != words and anchor.search(short) and not _left(short, name):
        return not _asks_more([reason], name)
    return name != "form" and _states(words, left, name)


def _left(words: str, name: str) -> str:
    """What the words say besides the command."""
    return _NOTHING.sub(" ", _marked(words, name)).strip()


def _marked(words: str, name: str) -> str:
    return _VOCABULARY[name].sub(_COVERED, ANCHORS[name].sub(_ANCHORED, words))


def _states(words: str, left: str, name: str) -> bool:
    """Whether what is left tells how it came to that: «เผลอลบเมลไปแล้ว รบกวนส่งอีกครั้ง»."""
    if len(left) > _LONGEST_STATEMENT or _ASKS.search(left) or not STATES.search(left):
        return False
    return not _PART.search(left) and not _NOT_BESIDE.search(_marked(words, name))


def _asks_more(rest: list[str], command: str) -> bool:
    """Whether what follows asks for something of its own or fills in a form."""
    text = "\n".join(rest)
    if len(text) > _REST or (command != "cancel" and len(rest) > 6):
        return True
    return bool(_ASKS.search(text)) or bool([one for one in fields.find(text) if one.value])
