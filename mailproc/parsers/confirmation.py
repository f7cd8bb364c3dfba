"""Whether the reply to a confirmation mail says yes: an empty reply does, a denial never."""

from __future__ import annotations

import re

from mailproc import thai

_LONGEST = 2_000  # characters looked at
_NO = re.compile(
    r"ไม่\s?(?:ได้|ใช่|เคย|ยืนยัน|ต้องการ|ทราบ|รู้)|มิได้|ปฏิเสธ|แอบอ้าง|ปลอม"
    r"|\b(?:no|not|never|didn.t|don.t|deny|wrong|spam|fraud|phishing)\b",
    re.I,
)
_YES = re.compile(
    r"ยืนยัน|ใช่|ถูกต้อง|จริง|ขอเอง|ส่งเอง|ตกลง|เป็นผู้(?:ขอ|ส่ง)|โอเค|รับทราบ"
    r"|\b(?:confirm(?:ed|ing)?|yes|yep|ok(?:ay)?|correct|right|true|it.?s me|that.?s me|i did)\b",
    re.I,
)


def confirms(text: str) -> bool:
    """True where the text is empty or says yes and nowhere no.

    Other words prove little: programs that answer mail by themselves send them too.
    """
    words = thai.mend(text[:_LONGEST])
    return not words.strip() or (bool(_YES.search(words)) and not _NO.search(words))


def denies(text: str) -> bool:
    """True where the writer says that the request is not theirs."""
    return bool(_NO.search(thai.mend(text[:_LONGEST])))
