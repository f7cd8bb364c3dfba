"""A bare «ใช่ค่ะ»: an answer where a person asked for a yes or a no, and none where not."""

from __future__ import annotations

import re

from mailproc import thai

_LONGEST = 300  # characters of a question, 40 of an answer
_ASKS = re.compile(
    r"(?:หรือไม่|หรือเปล่า|หรือป่าว|หรือยัง|ไหม|มั้ย|มั๊ย|ใช่ไหม)(?:ครับ|คะ|ค่ะ|นะคะ)?[\s?.!)]*$|"
    r"^(?:is|are|was|were|do|does|did|will|would|can|could|may|have|has|should)\b[^\n]*\?\s*$",
    re.I,
)
_OPEN = re.compile(
    r"(?:อะไร|ใด|ไหนบ้าง|ใคร|เมื่อไร|เมื่อไหร่|เท่าไร|เท่าไหร่|กี่|อย่างไร|ทำไม|เพราะเหตุใด)|\b(?:what|which|who|why|how|when|or)\b",
    re.I,
)
_ANSWERS = re.compile(
    r"(?:(?:ไม่|มิ|ยังไม่)?(?:ใช่|ได้|มี|เคย|ถูกต้อง|จริง|ตรง)(?:แล้ว)?|ไม่|เปล่า|ยัง|แล้ว|"
    r"yes|no|yep|nope|correct|right|it is|it is not)"
    r"(?:\s{0,2}(?:เลย|แล้ว|นะ)?(?:ครับผม|ครับ|คับ|ค่ะ|คะ|จ้ะ))?[\s.!,]*",
    re.I,
)


def answer(text: str, question: str) -> str:
    """The yes or no as it is written; empty where the question or the text holds more."""
    asked = question.strip()
    if len(asked) > _LONGEST or not _ASKS.search(asked) or _OPEN.search(asked):
        return ""
    lines = [line.strip() for line in thai.mend(text[:_LONGEST]).split("\n") if line.strip()]
    said = lines[0] if lines else ""
    return said if len(said) <= 40 and _ANSWERS.fullmatch(said) and len(lines) <= 2 else ""
