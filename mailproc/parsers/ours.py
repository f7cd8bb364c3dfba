"""Which lines of a body are a copy of one of our own mails that no program marked as quoted.

Every mail of ours begins with the two names of the office and ends with a footer that repeats them
(templates/mail/layout and footer), so the whole is found by its frame, whatever it says inside.
Of a copy without its frame the sentences and the headed lists are known one by one.
"""

from __future__ import annotations

import re

from mailproc import thai

_FOOTERS = frozenset(
    thai.fold(line) for line in ("ตอบกลับเมลฉบับนี้ได้โดยตรง", "You may simply reply to this mail.")
)
_FOOTER_LINES = 8  # a footer is shorter
_LONGEST = 600
_SENTENCES = tuple(
    thai.fold(words)
    for words in (
        "ได้รับคำขอข้อมูลของท่านแล้ว",
        "ขอให้ท่านแจ้งเพิ่มเติม",
        "และขอให้แจ้งเพิ่มเติมในเมลฉบับเดียวกัน",
        "ตอบกลับเมลฉบับนี้ โดยคัดลอกบรรทัดต่อไปนี้",
        "ตอบกลับเมลฉบับนี้ แล้วพิมพ์คำตอบได้เลย หรือเติมต่อท้ายบรรทัดต่อไปนี้",
        "เมื่อได้รับคำตอบครบแล้วจะดำเนินการต่อทันที",
        "ตอบกลับเมลฉบับนี้ได้โดยตรง",
        "หากไม่ต้องการข้อมูลนี้แล้ว ให้ตอบกลับด้วยคำว่า",
        "หากรายการข้างต้นไม่ถูกต้อง ให้ตอบกลับเมลฉบับนี้",
        "เลือกได้จากรายการนี้",
        "We have received your data request",
        "Reply to this mail: copy these lines",
        "Reply to this mail with the answer alone, or write it after this line",
        "We go on as soon as we have your answer",
        "If you no longer need the data, reply with the word",
        "If anything above is wrong, reply to this mail",
        "You may simply reply to this mail",
        "You can choose from this list",
    )
)
_HEADINGS = frozenset(
    thai.fold(words) for words in ("คำขอที่ได้รับ", "What you asked for", "Your request", "ข้อมูลที่ขอเดิม")
)

_LAID = re.compile(  # templates/mail/parts: approval_subject
    r"(?:ขออนุญาต|Approval wanted):.{1,600}\((?:คำขอ|request) [0-9]{4}/[0-9]{1,9}\)", re.I
)


def lays_before(subject: str) -> bool:
    """Whether it is the subject of a letter that asks an approver, forwarded or answered anew."""
    return bool(_LAID.search(thai.mend(subject[:_LONGEST])))


def taken_out(lines: list[str]) -> tuple[list[str], list[str]]:
    """(the writer's lines, ours)."""
    start, end = _framed(lines)
    own, ours = lines[:start] + lines[end:], lines[start:end]
    kept, known = _sentences(own)
    return kept, ours + known


def is_question(line: str) -> bool:
    """Whether it is a numbered point of ours: «1) «ปีการศึกษา» ยังไม่ได้ระบุ»."""
    return "«" in line[:12] and "»" in line[:200]


def _framed(lines: list[str]) -> tuple[int, int]:
    """Where a whole copy begins and ends; an empty range where there is none."""
    end = next((at for at in range(len(lines)) if _is_footer(lines[at])), -1)
    if end < 0:
        return 0, 0
    names = [thai.fold(lines[at]) for at in range(max(0, end - _FOOTER_LINES), end)]
    for at in range(end):
        if _is_head(lines, at, names):
            return at, end + 1
    first = next((at for at in range(end) if _is_sentence(lines[at])), end)
    greeting = max((at for at in range(first) if _is_greeting(lines[at])), default=first)
    return (greeting if greeting >= first - 3 else first), end + 1


def _is_footer(line: str) -> bool:
    return len(line) < _LONGEST and thai.fold(line) in _FOOTERS


def _is_head(lines: list[str], at: int, names: list[str]) -> bool:
    """The office's name and its group's, which the footer repeats on one line."""
    if at + 1 >= len(lines) or not 3 <= len(lines[at]) < _LONGEST:
        return False
    office, group = thai.fold(lines[at]), thai.fold(lines[at + 1][:_LONGEST])
    if not office or not group:
        return False
    return any(name in (group + office, office + group) for name in names)


def _is_greeting(line: str) -> bool:
    return line.lstrip().lower().startswith(("เรียน", "dear"))


def _is_sentence(line: str) -> bool:
    if len(line) >= _LONGEST:
        return False
    folded = thai.fold(line)
    return any(sentence in folded for sentence in _SENTENCES)


def _sentences(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines that only our mails have, and the lists below our headings, taken out one by one."""
    kept: list[str] = []
    known: list[str] = []
    listing = False
    for at, line in enumerate(lines):
        filled = 0 < len(line.strip()) < _LONGEST
        if filled and thai.fold(line) in _HEADINGS:
            listing = _is_listed(lines, at + 1)
        elif listing and not (":" in line or not line.strip() or _is_rule(line)):
            listing = False
        ours = listing or (filled and (_is_sentence(line) or is_question(line)))
        (known if ours else kept).append(line)
    return kept, known


def _is_listed(lines: list[str], at: int) -> bool:
    """Whether a heading has our underline or a list of ours below it."""
    return any(_is_rule(line) or ":" in line for line in lines[at : at + 2])


def _is_rule(line: str) -> bool:
    return len(line.strip()) > 2 and set(line.strip()) == {"-"}
