"""Labelled lines to stated fields: «label: value», tabs, dotted leaders, ticks, lists.

Only finds which words stand behind which label; `values` says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailproc import thai
from mailproc.parsers import values
from mailproc.parsers.labels import FREE_TEXT, LONGEST_LABEL, OPENING_LABEL, lookup

MAX_LINES = 4_000
_MAX_LINE = 2_000
_LEADERS = re.compile(r"\.{3,}|…+|_{3,}")
_COLON = re.compile(r"[:：]")
_MARKUP = re.compile(r"[*_`#]{1,3}|\s*\*+$")
_BRACKET = re.compile(r"\s*[(\[（][^()\[\]]{0,80}[)\]）]\s*$")
_GAP = re.compile(r"^(?:\s{2,}|\s*[=]\s*|\s+[-–—]\s+|\t)")
_ON = r"☑|☒|✓|✔|🗹|●|■|◉|\[\s?[xX/✓✔]\s?\]|\(\s?[xX/✓✔]\s?\)"
_OFF = r"☐|□|○|◯|❏|❑|\[\s{0,3}\]|\(\s{0,3}\)"
_MARK = re.compile(f"({_ON})|({_OFF})")
_CLOSING = re.compile(
    r"^\s*(?:ขอแสดงความนับถือ|จึงเรียนมา|ขอขอบ|ขอบคุณ|ขอบพระคุณ|ลงชื่อ|ลงนาม|ด้วยความเคารพ|(?:kind |best |"
    r"warm )?regards|sincerely|"
    r"yours |thank|many thanks|best,|\(ลงชื่อ|หมายเหตุ|note:|--)",
    re.I,
)
_CONSENT = re.compile(r"ยินยอม|ยอมรับเงื่อนไข|ยอมรับข้อตกลง|i agree|i consent", re.I)
_SHORT_YEAR = re.compile(r"(?:พ\.?\s?ศ\.?\s?|ค\.?\s?ศ\.?\s?)?[0-9๐-๙]{2,4}|ล่าสุด|latest", re.I)
_SHORT_ROUND = re.compile(r"[1-3๑-๓]")
_LISTS = frozenset({"dataset", "filters"})
_WRAPPED_AT = 60  # columns; a shorter line was ended by its writer


@dataclass(slots=True)
class Stated:
    """One field and the words behind its label; `more` are the lines below that belong to it."""

    name: str
    value: str
    more: list[str] = field(default_factory=list)


def find(text: str, *, lists: bool = True) -> list[Stated]:
    """Every labelled field of the text in order; with `lists` also values on the lines below."""
    found: list[Stated] = []
    last: Stated | None = None
    headed: list[Stated] = []  # of the line before
    before = ""
    for raw in text.split("\n")[:MAX_LINES]:
        line = thai.mend(raw[:_MAX_LINE])
        stated = _labelled(line)
        if not stated and _heads_columns(headed):
            stated = _columns(headed, line)
        headed = stated
        if stated:
            found += stated
            last = stated[-1]
        elif last and lists and _continues(last, line, before):
            last.more.append(line.strip())
        elif line.strip() or (last and last.value and not _is_list(last)):
            last = None
            found += _consented(line)
        before = line
    return found


def _heads_columns(stated: list[Stated]) -> bool:
    """Whether a line is a table's row of labels, with the values in the row below."""
    return len(stated) >= 3 and not any(one.value for one in stated)


def _columns(headed: list[Stated], line: str) -> list[Stated]:
    cells = line.split("\t")
    if len(cells) != len(headed):
        return []
    return [Stated(one.name, cell.strip()) for one, cell in zip(headed, cells, strict=True)]


def label(words: str) -> str | None:
    """The field that a label names."""
    if len(words) > 2 * LONGEST_LABEL:
        return None
    words = values.unbulleted(_MARKUP.sub("", words).strip())
    if len(words) > 2 * LONGEST_LABEL or not words:
        return None
    return lookup(words) or (lookup(_BRACKET.sub("", words)) if words[-1] in ")]）" else None)


def ticked(text: str) -> str | None:
    """The ticked options of «☐ Excel ☑ CSV»; empty where none is; None where there are no ticks."""
    marks = list(_MARK.finditer(text))
    if not marks:
        return None
    chosen = []
    if text[: marks[0].start()].strip():  # the marks stand behind their words
        start = 0
        for mark in marks:
            if mark[1]:
                chosen.append(text[start : mark.start()].strip())
            start = mark.end()
    else:
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        chosen = [text[m.end() : end].strip() for m, end in zip(marks, ends, strict=True) if m[1]]
    return " ".join(chosen)


def _labelled(line: str) -> list[Stated]:
    if not line.strip():
        return []
    if "\t" in line or "..." in line or "…" in line or "___" in line:
        walked = _walk(_LEADERS.split(line)) or _walk(line.split("\t"))
        if walked:
            return walked
    colon = _COLON.search(line, 0, 2 * LONGEST_LABEL)
    name = label(line[: colon.start()]) if colon else None
    if colon and name:
        return list(_on_one_line(name, line[colon.end() :]))
    return _without_colon(line)


def _walk(tokens: list[str]) -> list[Stated]:
    """Labels and values in turn; a label that follows a label was left unfilled."""
    if len(tokens) < 2:
        return []
    found: list[Stated] = []
    for token in tokens[:200]:
        name = label(token.strip(" :：\t"))
        waiting = found[-1] if found and not found[-1].value else None
        if waiting and waiting.name == "delivery" and values.delivery(token):
            waiting.value = token.strip(" :：")  # «LINE» and «อีเมล» are labels too
        elif name:
            found.append(Stated(name, ""))
        elif not found:
            if token.strip():
                return []
        elif token.strip() and waiting:
            waiting.value = token.strip(" :：")
    return found


def _on_one_line(name: str, rest: str) -> Iterator[Stated]:
    """The value, and further «label: value» behind it on the same line."""
    start = 0
    for colon in _COLON.finditer(rest, 0, _MAX_LINE):
        opening = _last_label(rest, start, colon.start())
        if opening is None:
            continue
        at, following = opening
        yield Stated(name, rest[start:at].strip())
        name, start = following, colon.end()
    yield Stated(name, rest[start:].strip())


def _last_label(rest: str, start: int, end: int) -> tuple[int, str] | None:
    """Where the label directly before a colon begins: behind two spaces, a comma or a bar."""
    left = max(start, end - LONGEST_LABEL)
    for match in re.finditer(r"\s{2,}|[,;|]\s*|\s+", rest[left:end]):
        at = left + match.end()
        name = label(rest[at:end])
        if name and rest[start:at].strip(" ,;|"):
            return left + match.start(), name
    return None


def _without_colon(line: str) -> list[Stated]:
    bare = values.unbulleted(_MARKUP.sub("", line).strip())
    match = OPENING_LABEL.match(bare)
    if not match:
        return []
    name = label(match[0])
    rest = bare[match.end() :]
    if name is None:
        return []
    if not rest.strip(" .*"):
        return [Stated(name, "")] if len(thai.fold(match[0])) >= 8 and name != "school" else []
    if _GAP.match(rest) or _MARK.match(rest.lstrip()):
        return [Stated(name, rest.strip(" =-–—\t"))]
    rest = rest.strip(" .")
    return [Stated(name, rest)] if _is_plain_value(name, rest) else []


def _is_plain_value(name: str, rest: str) -> bool:
    """Whether a value speaks for itself, so that one space before it is enough."""
    if name == "phone":
        return len(rest) < 40 and values.phone(rest) not in (None, thai.to_arabic(rest))
    if name == "email":
        return values.email(rest) == rest
    if name == "academic_years":
        return bool(_SHORT_YEAR.fullmatch(rest))
    return name == "round" and bool(_SHORT_ROUND.fullmatch(rest))


def _is_list(one: Stated) -> bool:
    return one.name in _LISTS and (bool(one.more) or values.is_bulleted(one.value))


def _continues(last: Stated, line: str, before: str) -> bool:
    """Whether the line belongs to the field above it."""
    words = line.strip()
    if not words:
        return False
    if _CLOSING.match(line) or len(last.more) >= 100:
        return False
    if _MARK.match(words):
        return not last.value or bool(_MARK.search(last.value)) or bool(last.more)
    if values.is_bulleted(words) and last.name in _LISTS:
        return not last.value or values.is_bulleted(last.value) or bool(last.more)
    if not values.tidy(last.value):
        return not last.more
    if last.name not in FREE_TEXT:
        return False
    return line[:1] in " \t\u3000" or thai.columns(before) >= _WRAPPED_AT


def _consented(line: str) -> list[Stated]:
    mark = _MARK.match(line.strip())
    if mark and mark[1] and len(line) < 500 and _CONSENT.search(line):
        return [Stated("consent", line.strip())]
    return []
