"""What a person wants with a mail, as far as single words tell: data, the same once more.

None of it opens or changes a request by itself; it tips the scales where a mail is unclear.
"""

from __future__ import annotations

import re

from mailproc import thai

_LOOKED_AT = 4_000  # characters
_DATA = re.compile(
    r"ขอ(?:ความ(?:อนุเคราะห์|กรุณา)|รับ|ใช้|เบิก|คัดลอก|สำเนา)?.{0,24}?(?:ข้อมูล|สถิติ|สารสนเทศ|ทำเนียบ|รายชื่อ)"
    r"|ต้องการ(?:ใช้)?.{0,12}?ข้อมูล|แบบ(?:ฟอร์ม|คำขอ|คำร้อง)|คำร้อง|หนังสือขอ"
    r"|\brequest(?:s|ed|ing)?\b.{0,40}\b(?:data|information|statistics|figures|list)\b"
    r"|\b(?:data|information) request\b|\brequest form\b",
    re.I,
)
_ANEW = re.compile(
    r"ฉบับแก้ไข|แก้ไข(?:แล้ว|ใหม่|เพิ่มเติม|คำขอ)|ขอแก้ไข|(?:ส่ง|ยื่น|ขอ)(?:คำขอ|ข้อมูล)?ใหม่(?:แทน)?|แทนฉบับ(?:เดิม|ก่อน)"
    r"|ขอ(?:ข้อมูล)?(?:ซ้ำ|อีกครั้ง|อีกชุด|อีกรอบ)|ขอเพิ่ม|ยกเลิกฉบับ(?:เดิม|ก่อน)"
    r"|\b(?:corrected|correction|revised|updated) (?:request|form|version)\b"
    r"|\bi (?:made|correct) a mistake\b"
    r"|\brequest(?:ing)? (?:it )?(?:again|anew)\b|\bnew request\b|\breplaces? my\b",
    re.I,
)


def asks_for_data(*texts: str) -> bool:
    """Whether a subject, a text or a file name asks for data or speaks of a form for that."""
    return any(_DATA.search(thai.mend(text[:_LOOKED_AT])) for text in texts)


def asks_anew(*texts: str) -> bool:
    """Whether the mail says that it corrects an earlier one, or is sent once more on purpose."""
    return any(_ANEW.search(thai.mend(text[:_LOOKED_AT])) for text in texts)
