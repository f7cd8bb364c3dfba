"""Where a signature begins: below «-- », «ส่งจาก iPhone», a closing phrase, or a disclaimer.

What is cut is kept: a letter's signed name block says who asks.
"""

from __future__ import annotations

import re

from mailproc.parsers import fields

MAX_LINES = 40
_MAX_CLOSING = 14  # lines that say something below a closing phrase
_LONGEST = 200  # characters of a line that can be one of a signature
_DELIMITER = re.compile(r"^\s{0,3}(?:--|—|–|__)\s{0,3}$")
_DEVICE = re.compile(
    r"^\s{0,9}(?:sent from (?:my |mail|yahoo|outlook|samsung|proton|the all new)|get outlook for|"
    r"sent via |sent with (?:my |proton|airmail|spark)|"
    r"sent from [A-Z]\w{2,20}(?: for \w{2,20}| "
    r"Mail)?\s{0,3}(?:<|$)|envoyé (?:depuis|à partir de|de mon) |"
    r"gesendet (?:von|mit) |von meinem .{1,30} gesendet|sendt fra |enviado desde |"
    r"ส่งจาก(?! ?โรงเรียน)\s{0,3}(?:[A-Za-z]|มือถือ|โทรศัพท์|อุปกรณ์|แท็บเล็ต|ไอโฟน|แอป)|"
    r"รับ outlook|ดาวน์โหลด outlook|รับ outlook สำหรับ|"
    r"ส่งด้วย\s?[A-Za-z]|จัดส่งจาก\s?[A-Za-z]|ส่งโดยใช้\s?[A-Za-z])",
    re.I,
)
_RULE = re.compile(r"^\s{0,3}_{20,120}\s*$")  # above a mailing list's own lines
_MAX_BELOW_RULE = 8
_CLOSING = re.compile(
    r"^\s{0,80}(?:ขอแสดงความนับถือ(?:อย่าง(?:ยิ่ง|สูง))?|ด้วยความเคารพ(?:อย่าง(?:ยิ่ง|สูง))?|ด้วยความนับถือ(?:อย่าง(?:ยิ่ง|สูง))?|"
    r"ขอแสดงความเคารพ(?:อย่างสูง)?|(?:with )?(?:(?:my|"
    r"our) )?(?:kind|best|warm|warmest|kindest)? ?regards|"
    r"best wishes|yours (?:sincerely|faithfully|truly)|(?:very )?respectfully(?: yours)?|"
    r"sincerely(?: yours)?|(?:many )?thanks and regards|"
    r"cheers)\s{0,3}(?:ครับ|ค่ะ|คะ)?\s{0,3}[,.!]?\s*$",
    re.I,
)
_DISCLAIMER = re.compile(
    r"^\s{0,9}\*{0,3}(?:this (?:e-?mail|message|communication)(?: "
    r"message)?(?: and any (?:\w{1,15} ){0,3}(?:attachments?|files?))? "
    r"(?:\w{1,15} ){0,3}(?:is|are|may|contains?)\b|confidentiality (?:notice|note)|disclaimer\b|"
    r"the information (?:contained )?in this (?:e-?mail|message)|"
    r"ข้อ(?:ความ|มูล)(?:ใน|ที่อยู่ใน)?(?:อีเมล|จดหมาย|เมล)[^\n]{0,60}(?:ความลับ|เป็นความลับ|เฉพาะ)|"
    r"(?:อีเมล|จดหมายอิเล็กทรอนิกส์|เมล)ฉบับนี้[^\n]{0,80}(?:ความลับ|เฉพาะ)|ข้อสงวนสิทธิ์|ข้อจำกัดความรับผิด|"
    r"คำเตือนเรื่องความลับ|โปรดคำนึงถึงสิ่งแวดล้อมก่อนพิมพ์|please consider the environment)",
    re.I,
)
_DISCLAIMER_WORD = re.compile(
    r"confidential|intended|privileged|ความลับ|เฉพาะ|environment|สิ่งแวดล้อม|notice", re.I
)
_WHAT = frozenset({"dataset", "purpose", "academic_years"})
_WHO = frozenset({"requester_name", "organisation"})


def split(lines: list[str]) -> tuple[list[str], list[str]]:
    """(the body, its signature); both keep their lines as they are."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for place in range(max(0, len(filled) - MAX_LINES), len(filled)):
        at = filled[place]
        if _begins(lines, at, filled[place + 1 :]):
            return lines[:at], lines[at:]
    return lines, []


def _begins(lines: list[str], at: int, below: list[int]) -> bool:
    line = lines[at]
    if len(line) > 2_000:
        return False
    if len(line) <= _LONGEST and (_DELIMITER.match(line) or _DEVICE.match(line)):
        return not _named(lines, below) & _WHAT
    if len(below) <= _MAX_BELOW_RULE and _RULE.match(line):
        return bool(below) and not _named(lines, below)
    if len(below) > _MAX_CLOSING:
        return False
    if (len(line) <= _LONGEST and _CLOSING.match(line)) or _is_disclaimer(line):
        named = _named(lines, below)  # people also write the form below their closing phrase
        return len(named & _WHO) < 2 and not named & _WHAT
    return False


def _is_disclaimer(line: str) -> bool:
    return bool(_DISCLAIMER.match(line[:300]) and _DISCLAIMER_WORD.search(line[:1_000]))


def _named(lines: list[str], below: list[int]) -> set[str]:
    """The fields that labelled lines below state."""
    return {one.name for one in fields.find("\n".join(lines[at] for at in below)) if one.value}
