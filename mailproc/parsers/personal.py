"""Whether a mail asks for what identifies single pupils or their parents.

Names, numbers and addresses of pupils are personal data (Personal Data Protection Act 2562, s. 6)
and are given by no service of counts, whoever asks.
"""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.model import Reading
from mailproc.parsers import refusing

_LOOKED_AT = 4_000  # characters
_PUPIL = r"(?:นักเรียน|เด็ก|ผู้ปกครอง|บิดา|มารดา|พ่อแม่|นร\.?(?![ก-๙]))"  # whose data it is
_PERSONAL = (
    rf"(?:รายชื่อ|บัญชีชื่อ|ราย(?:ละเอียด)?บุคคล)(?:(?:ของ|ผู้|และ|เด็ก)\s?)?\s?{_PUPIL}(?!\s?โรงเรียน)"
    rf"|(?:ชื่อ(?:\s?(?:-|–|และ|ตัว)?\s?(?:นาม)?สกุล)?|เบอร์(?:โทร)?(?:ศัพท์)?|(?:หมายเลข)?โทรศัพท์|ที่อยู่|วัน(?:เดือนปี)?เกิด|รูปถ่าย)"
    rf"(?:ของ|ติดต่อ)?\s?{_PUPIL}"
    r"|เลข(?:ที่)?\s?(?:ประจำ)?ตัว?\s?(?:บัตร)?\s?(?:ประชาชน|นักเรียน|13\s?หลัก)(?!\s?[:：])|เลขบัตร(?:ประชาชน)?(?!\s?[:：])|"
    r"เลข\s?13\s?หลัก"
    r"|\b(?:names?|lists?|id(?:entity)?(?: card)? numbers?|phone numbers?|"
    r"(?:home )?addresses|birth ?dates)"
    r" of (?:(?:the|all|each|our|every) )*(?:pupil|student|children|parent|guardian)"
    r"|\b(?:pupil|student|parent|guardian)s?[’']?s? "
    r"(?:names|ids?\b|id numbers?|phone numbers?|addresses)"
)
_ASKED = re.compile(
    r"(?:ขอ(?!ส่ง|แจ้ง|นำ|เสนอ|รายงาน|บ|เชิญ|ให้|ง)|ต้องการ|อยากได้|"
    r"\b(?:need|want|request\w*|send me|give me|provide)\b)"
    rf"(?:(?!ส่งรายชื่อ|แจ้งรายชื่อ)[^\n]){{0,120}}?(?:{_PERSONAL})",
    re.I,
)
_NAMED = re.compile(_PERSONAL, re.I)
_LABELLED_USE = re.compile(r"\s*(?:วัตถุประสงค์|เหตุผล|purpose|reason)[^:：]{0,30}[:：]", re.I)
_WITHOUT = re.compile(r"ไม่(?:ต้อง|ขอ|ระบุ|รวม|มี|เอา|เปิดเผย)|ปกปิด|\b(?:without|no|not|except)\b", re.I)


def asks_for_personal(reading: Reading) -> bool:
    """Whether the data asked for names single pupils or parents."""
    items = reading.form.items if reading.form else ()
    if any(_is_personal(" ".join((item.dataset, *item.filters))) for item in items):
        return True
    text = thai.to_arabic(thai.mend(f"{reading.subject}\n{reading.text}"[:_LOOKED_AT]))
    return any(_asks(clause) for line in text.split("\n") for clause in _parts(line))


def _is_personal(words: str) -> bool:
    words = thai.to_arabic(thai.mend(words))
    return bool(_NAMED.search(words)) and not _WITHOUT.search(words)


def _parts(line: str) -> list[str]:
    return [] if _LABELLED_USE.match(line) else refusing.clauses(line)


def _asks(clause: str) -> bool:
    return bool(_ASKED.search(clause)) and not _WITHOUT.search(clause)
