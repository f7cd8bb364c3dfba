"""The words by which a requester steers: cancel, status, resend, form.

A command is the first line that says something, and nothing else is asked; or the subject of an
otherwise empty mail.
"""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.parsers import fields

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
_POLITE = re.compile(
    r"\s{0,3}(?:ด้วย|หน่อย|(?<!อีก)ที|ก่อน|เลย)?\s{0,3}(?:นะ|น่ะ)?\s{0,2}(?:ครับ(?:ผม)?|"
    r"คับ|ค่ะ|คะ|ค่า|จ้า|จ้ะ|ขอบคุณ(?:ครับ|ค่ะ)?|please|thanks|thank you)"
    r"(?=$|[\s.,!?])",
    re.I,
)
_OPENING = re.compile(
    r"^(?:(?:ขอความ(?:กรุณา|อนุเคราะห์)|กรุณา|โปรด|รบกวน|ช่วย|อยาก(?:จะ)?|ต้องการ|"
    r"ประสงค์(?:จะ)?|มีความประสงค์(?:จะ)?|"
    r"(?:ผม|ดิฉัน|หนู|ข้าพเจ้า)|จะ|ได้โปรด|could you|can you|would you|"
    r"please|kindly|i (?:would like|want|wish) to|i'd like to)\s{0,3}){0,4}",
    re.I,
)
_TAIL = re.compile(
    r"\s{0,3}(?:ด้วย|หน่อย|(?<!อีก)ที|ก่อน|เลย|please|now)?\s{0,3}(?:[.!?ๆ]{0,3})\s*$", re.I
)
_WHOSE = (
    r"(?:\s{0,3}(?:นี้|ดังกล่าว|ข้างต้น|ที่ขอ(?:ไว้|ไป)?|ที่ส่ง(?:ไว้|ไป|มา)?|ของ(?:ผม|"
    r"ดิฉัน|หนู|ข้าพเจ้า|โรงเรียน)))?"
    r"(?:\s{0,3}(?:เลขที่|ที่|หมายเลข|no\.?|number)?\s{0,3}[0-9]{2,4}/[0-9]{1,6})?"
)
_MAY = r"(?:\s{0,3}(?:จะ)?(?:ได้|ได้รึ|ได้หรือ)(?:ไหม|มั้ย|หรือไม่|หรือเปล่า|รึเปล่า|บ้างไหม))?"
_THING = (
    r"(?:คำขอ(?:ข้อมูล)?|คำร้อง(?:ขอ(?:ข้อมูล)?)?|การขอ(?:ข้อมูล)?|"
    r"รายการ(?:ที่ขอ)?|เรื่อง(?:ที่ขอ)?|การขอใช้บริการ)"
)
_FILE = r"(?:ไฟล์|ข้อมูล|เอกสาร|เมล|เมล์|อีเมล|อีเมล์|ไฟล์ข้อมูล|ชุดข้อมูล|ไฟล์แนบ|จดหมาย)"
_AGAIN = (
    r"(?:(?:ให้|มา|มาให้)?\s{0,3}ใหม่(?:อีก(?:ครั้ง|รอบ|ที))?|(?:ให้|มา|"
    r"มาให้)?\s{0,3}(?:ใหม่|ซ้ำ)?\s{0,2}อีก(?:ครั้ง|รอบ|ที|หน)(?:หนึ่ง)?|ซ้ำ)"
)
_ENGLISH_THING = (
    r"(?: (?:my|our|this|the))?(?: data)?(?: (?:request|application|order))?"
    r"(?: (?:for data|for the data))?(?: ?\(?(?:no\.? ?|number |ref\.? ?|"
    r"#)?[0-9]{2,4}/[0-9]{1,6}\)?)?"
)
_CORES = {
    "cancel": (
        rf"(?:ขอ)?(?:ยกเลิก|ถอน|เพิกถอน)\s{{0,3}}{_THING}?(?:\s{{0,3}}ข้อมูล)?{_WHOSE}"
        rf"|ไม่(?:ต้องการ|ขอรับ|ประสงค์(?:จะ)?ขอ|ขอ|เอา)(?:ข้อมูล)?{_WHOSE}แล้ว"
        rf"|(?:cancel|withdraw){_ENGLISH_THING}"
        r"|(?:i |we )?(?:(?:no longer|don't|do not) need) (?:the|this|that|my|our) "
        r"(?:data|file|dataset|request)(?: any ?more)?"
    ),
    "status": (
        rf"(?:ขอ)?(?:สอบถาม|ทราบ|ตรวจสอบ|เช็[คก]|ติดตาม|ตาม|แจ้ง|ดู)?\s{{0,3}}(?:สถานะ|"
        rf"ความคืบหน้า|ความก้าวหน้า)"
        rf"(?:\s{{0,3}}(?:ของ)?{_THING})?{_WHOSE}(?:\s{{0,3}}(?:ถึงไหน|"
        rf"เป็นอย่างไร)(?:แล้ว)?(?:บ้าง)?)?"
        rf"|(?:ขอ)?(?:ติดตาม|ตาม)\s{{0,3}}(?:ผล|งาน|ข้อมูล)?\s{{0,3}}(?:{_THING})?{_WHOSE}"
        rf"|(?:สอบถามว่า\s{{0,3}})?(?:{_THING}|"
        rf"ข้อมูล)?{_WHOSE}\s{{0,3}}(?:ดำเนินการ)?(?:ไป)?ถึง(?:ไหน|"
        rf"ขั้น(?:ตอน)?ไหน)(?:แล้ว)?(?:บ้าง)?"
        rf"|(?:{_THING}|ข้อมูล)?{_WHOSE}\s{{0,3}}(?:เสร็จ|ได้)(?:แล้ว)?(?:หรือ)?(?:ยัง|เมื่อไร|"
        rf"เมื่อไหร่)"
        rf"|(?:request )?status(?: of{_ENGLISH_THING})?|"
        rf"(?:what(?:'s| is) )?the status(?: of{_ENGLISH_THING})?"
        rf"|check(?: the)? status(?: of{_ENGLISH_THING})?|"
        rf"any (?:news|updates?)(?: on{_ENGLISH_THING})?"
        rf"|(?:tell|give|let)(?: (?:me|us))?(?: know)? the status(?: of{_ENGLISH_THING})?"
        rf"|where is{_ENGLISH_THING}(?: now)?"
        rf"|how far (?:is|has){_ENGLISH_THING}(?: got)?"
    ),
    "resend": (
        rf"(?:ขอ)?(?:ให้)?(?:จัด)?ส่ง(?:ให้)?\s{{0,3}}{_FILE}?{_WHOSE}\s{{0,3}}{_AGAIN}{_MAY}"
        rf"|ขอ{_FILE}{_WHOSE}\s{{0,3}}{_AGAIN}{_MAY}"
        r"|(?:may|can|could) (?:i|we) (?:have|get|receive) (?:it|(?:the|my|our|this) (?:data|"
        r"files?|"
        r"dataset|mail|e-?mail|attachment))(?: (?:again|once more|one more time))"
        r"|(?:re-?send|send)(?: (?:me|us|it))?(?: (?:the|my|our|this))?(?: "
        r"(?:data|file|files|dataset|mail|e-?mail|attachment))?"
        r"(?: (?:again|once more|one more time))"
        r"|re-?send(?: (?:it|me))?(?: (?:the|my|this))?(?: "
        r"(?:data|file|files|dataset|mail|e-?mail|attachment))?"
    ),
    "form": (
        r"(?:ขอ(?:รับ|ดาวน์โหลด)?|ส่ง|ดาวน์โหลด)?\s{0,3}(?:แบบฟอร์ม|แบบคำขอ|แบบคำร้อง|ฟอร์ม|"
        r"ตัวอย่างแบบฟอร์ม)"
        r"\s{0,3}(?:การ|สำหรับ|คำขอ|คำร้อง)?(?:การ)?(?:ขอ)?(?:ใช้บริการ|"
        r"รับบริการ)?(?:ข้อมูล)?(?:เปล่า|ให้)?"
        r"|ช่วยเหลือ|ขอความช่วยเหลือ|วิธี(?:การ)?(?:ใช้(?:งาน)?|ขอข้อมูล|ขอ)|"
        r"ขอ(?:ข้อมูล)?(?:ต้อง)?ทำ(?:อย่างไร|ยังไง)"
        r"|(?:ขอ)?(?:ดู|ทราบ)?(?:รายการ|รายชื่อ|บัญชี)(?:ชุด)?ข้อมูล(?:ที่มี)?(?:ทั้งหมด)?(?:ให้)?"
        r"|(?:ขอทราบว่า|สอบถามว่า|อยากทราบว่า|ทราบว่า)?\s{0,3}(?:มี)(?:ชุด)?ข้อมูล(?:อะไร|ใด|"
        r"ไหน)(?:ให้ขอ|ที่ขอได้|ให้บริการ)?บ้าง"
        r"|help(?: me)?|(?:send me )?(?:the |a )?(?:request |data "
        r"request |blank )?form|(?:the )?list of (?:data|datasets)"
        r"|(?:send me )?(?:the )?(?:list|catalogue|catalog)(?: of (?:the )?(?:data|datasets))?"
        r"|(?:what|which) (?:data|datasets) (?:do you have|are (?:there|available))"
    ),
}
_REASON = re.compile(
    r"\s{0,3}(?:เนื่องจาก|เพราะ(?:ว่า)?|ด้วยเหตุ|เพื่อ|[,(–—]|\bbecause\b|\bsince\b|"
    r"\bas we\b|[.!?]\s)"
)
_COMMANDS = {name: re.compile(core, re.I) for name, core in _CORES.items()}
_ASKS = re.compile(
    r"(?<!ร้อง)(?<!คำ)(?<!ที่)(?<!การ)ขอ(?!บ|แสดง|อภัย|โทษ|ไป|ไว้|นี้|ให้มีความ)|"
    r"(?<!ไม่)(?<!ไม่มีความ)ต้องการ|(?<!ไม่)อยาก|แต่|ยกเว้น|เปลี่ยน|แก้ไข|"
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
    if lines:
        found = _of_line(lines[0])
        rest = [line for line in lines[1:] if not _THANKS.match(line)]
        found = found if found and not _asks_more(rest, found) else None
    else:
        found = None if _REPLY.match(subject) else _of_line(subject)
    return found if found == "cancel" or not files else None


def _greetings(lines: list[str]) -> int:
    """How many lines only greet; a short one alone may be all there is."""
    count = 0
    while count < min(3, len(lines)) and _GREETING.match(lines[count]) and len(lines[count]) < 80:
        count += 1
    return count


def _of_line(line: str) -> str | None:
    """The command that this line is, with a reason behind it or not."""
    if not line or len(line) >= _LONGEST:
        return None
    line = thai.to_arabic(thai.mend(line)).strip(" \t*\"'«»“”-–•>" if line[0] != ">" else " \t")
    for head, tail in _parts(line):
        opened = _OPENING.sub("", head, count=1)
        for name, pattern in _COMMANDS.items():
            said = pattern.fullmatch(head) or (opened and pattern.fullmatch(opened))
            if said and not _asks_more([tail], name):
                return name
    return None


def _parts(line: str) -> list[tuple[str, str]]:
    """(command words, what follows) at the end of the line, a polite particle or a reason."""
    found = [(_bare(line), "")]
    for cut in (_POLITE, _REASON):
        match = cut.search(line)
        if match:
            found.append((_bare(line[: match.start()]), line[match.end() :]))
    return found


def _bare(words: str) -> str:
    return _TAIL.sub("", _POLITE.sub("", words)).strip(" \t:：.,!?'\"")


def _asks_more(rest: list[str], command: str) -> bool:
    """Whether what follows asks for something of its own or fills in a form."""
    text = "\n".join(rest)
    if len(text) > _REST or (command != "cancel" and len(rest) > 6):
        return True
    return bool(_ASKS.search(text)) or bool([one for one in fields.find(text) if one.value])
