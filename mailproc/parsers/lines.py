"""One line of a mail to the fields that it states: colons, boxes, leaders, tabs, arrows, gaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from mailproc import thai
from mailproc.parsers import plain, ticks, values
from mailproc.parsers.labels import (
    LONGEST_LABEL,
    firmly,
    lookup,
    opening,
)
from mailproc.parsers.naming import BRACKET, SECTION, composite, label, sensed, told, unmarked

MAX_LINE = 2_000
_BOXED = re.compile(  # «[ชื่อ-สกุล] นายมานะ ใจดี»
    r"\s{0,9}(?:\[([^\[\]\n]{2,60})\]|\(([^()\n]{2,60})\)|<([^<>@\n]{2,60})>)"
    r"\s{0,3}[:：]?\s{0,9}([^\n]*)"
)
_LEADERS = re.compile(r"\.{3,}|…+|_{3,}|(?<=\s)__|__(?=\s|$)")
_COLON = re.compile(r"[:：]")
_HINT = re.compile(r"\s{0,3}[(\[（][^()\[\]☐☑]{2,80}[)\]）](?=\s{2}|\s{0,9}[:：.…_=\t]|$)")
_GAP = re.compile(r"^(?:\s{2,}|\s{0,9}(?:=>?|->|→|»|>>|[|])\s{0,9}|\s{1,9}[-–—]\s{1,9}|\t)")
_BETWEEN = re.compile(r"\s{2,9}|\t|\s{0,3}(?:=>?|->|→|»|>>|\s[|]\s)\s{0,3}|\s{1,3}[-–—]\s{1,3}")
_ARROW = re.compile(r"=>?|->|→|»|>>|[|]")
_BAR = re.compile(r"\s{2,}|\t|;\s{0,9}|\s[,|/]\s")  # what parts two fields of one line
_MAX_VALUE = 200
_SECTION_CELL = re.compile(  # the first cell of a merged column, beside a label and its value
    r"(?:ข้อมูล)?ผู้(?:ขอ|ยื่น)\S{0,12}|(?:ราย)?ข้อมูล(?:ที่ขอ)?|(?:การ|ส่วน)\S{1,14}|รายละเอียด\S{0,12}"
)
_NOT_PROSE = r"(?!โปรด|ทราบ|พิจารณา|ขอ(?!รับ|ง)|จึง|ได้|จะ(?!ใช้|นำ|จัด|ทำ)|ของ|ที่|ครับ|ค่ะ)"
_SPACED = {  # a label that one space parts from its value, where other labels stand around
    "purpose": re.compile(rf"{_NOT_PROSE}[ก-ฮเ-ไA-Za-z].{{2,160}}$"),
    "position": re.compile(rf"{_NOT_PROSE}[ก-ฮเ-ไA-Za-z]\S{{2,40}}(?:\s\S{{2,30}}){{0,2}}$"),
}
_THING = re.compile(r"จำนวน|รายชื่อ|สถิติ|ทำเนียบ|ทะเบียน|นาย|นาง|[0-9๐-๙]")
_WIDE = re.compile(r"\s{2,}|\t")
_INLINE = re.compile(
    r"\s{1,9}(ตำแหน่ง|สังกัด|หน่วยงาน|เบอร์โทร(?:ศัพท์)?|โทรศัพท์|โทร\.?|อีเมล์?|e-?mail|"
    r"line id)\s{0,3}[:.]?\s{0,9}(?=[^\s:.])",
    re.I,
)
_OPEN_INSIDE = {
    "requester_name": frozenset({"position", "organisation", "phone", "email", "line_id"}),
    "position": frozenset({"organisation", "phone", "email", "line_id"}),
    "organisation": frozenset({"phone", "email", "line_id"}),
    "phone": frozenset({"email", "line_id"}),
    "email": frozenset({"phone", "line_id"}),
}
_TICKED = frozenset({"delivery", "format", "level", "requester_type", "dataset", "purpose"})


@dataclass(slots=True)
class Stated:
    """One field and the words behind its label; `more` are the lines below that belong to it."""

    name: str
    value: str
    more: list[str] = field(default_factory=list)
    source: str = ""  # where it was read, where that is not the text at hand
    row: int = 0  # of a table with a dataset in each row; 0 elsewhere
    late: bool = False  # stands below the closing of a letter, and yields to what stands above
    corrects: bool = False  # «ขอแก้เป็น», which wins over what was said before
    guessed: bool = False  # known by its value alone, and yields to every label that is known


def labelled(line: str, in_form: Callable[[], bool]) -> list[Stated]:
    """The fields of one line; `in_form` says that labels stand above it."""
    if not line.strip():
        return []
    if "\t" in line or "..." in line or "…" in line or "__" in line:
        walked = _walk(_LEADERS.split(line)) or _walk(_behind_section(line.split("\t")))
        if walked:
            return walked
    if boxed := _BOXED.match(line):
        words = boxed[1] or boxed[2] or boxed[3]
        name = label(words) or sensed(words, boxed[4])
        if name and not ticks.has_sign(line):
            return list(_on_one_line(name, boxed[4]))
    colon = _COLON.search(line, 0, 2 * LONGEST_LABEL)
    if colon:
        words, rest = line[: colon.start()], line[colon.end() :]
        name = label(words) or (None if composite(words) else sensed(words, rest))
        if name:
            return list(_on_one_line(name, line[colon.end() :]))
        names = composite(line[: colon.start()])
        if names:
            return [Stated(n, v) for n, v in plain.parted(names, line[colon.end() :])]
        if guessed := _guessed(words, rest, in_form):
            return guessed
    return _without_colon(line, in_form)


def _guessed(words: str, value: str, in_form: Callable[[], bool]) -> list[Stated]:
    """The field of a label that nobody knows, by a value that can be of one field only."""
    value = value.strip()
    name = told(words, value) if value and in_form() else None
    return [Stated(name, value, guessed=True)] if name else []


def opens_known(line: str) -> bool:
    """Whether a line begins with a label of a list and a gap."""
    line = values.unbulleted(line.strip())
    gap = _BETWEEN.search(line, 2, 2 * LONGEST_LABEL)
    if gap is not None:
        return label(line[: gap.start()]) is not None
    opened = opening(line)
    return opened is not None and line[opened[1] : opened[1] + 1] == " "


def _behind_section(tokens: list[str]) -> list[str]:
    """The tokens without the name of the part that stands before a label in a merged column."""
    if len(tokens) != 3 or not tokens[2].strip():
        return tokens
    head, words, value = (token.strip() for token in tokens)
    if not _SECTION_CELL.fullmatch(head) or _THING.match(words):
        return tokens
    return tokens[1:] if label(words) or sensed(words, value) else tokens


def _walk(tokens: list[str]) -> list[Stated]:
    """Labels and values in turn; a label that follows a label was left unfilled."""
    if len(tokens) < 2:
        return []
    found: list[Stated] = []
    for number, token in enumerate(tokens[:200]):
        following = tokens[number + 1] if number + 1 < len(tokens) else ""
        waiting = found[-1] if found and not found[-1].value else None
        words = token.strip(" :：\t")
        if waiting and words and values.answers(waiting.name, words):
            waiting.value = words  # «LINE», «อีเมล» and «กลุ่มโรงเรียน» are labels too
        elif name := _of_token(words, following, waiting=bool(waiting)):
            found.append(Stated(name, ""))
        elif not found:
            if token.strip():
                return []
        elif token.strip() and waiting:
            waiting.value = words
    return found


def _of_token(words: str, following: str, *, waiting: bool) -> str | None:
    """The field that a token names; where a value is awaited, only a label of a list does."""
    if waiting:
        return firmly(BRACKET.sub("", words))
    return label(words) or (sensed(words, following) if following.strip() else None)


def _on_one_line(name: str, rest: str) -> Iterator[Stated]:
    """The value, and further «label: value» behind it on the same line."""
    start = 0
    for colon in _COLON.finditer(rest, 0, MAX_LINE):
        following = _last_label(rest, start, colon.start())
        if following is None:
            continue
        at, next_name = following
        yield from _opened(name, rest[start:at].strip())
        name, start = next_name, colon.end()
    yield from _opened(name, rest[start:].strip())


def _opened(name: str, value: str) -> Iterator[Stated]:
    """The value, and fields named within it: «นายมานะ ใจดี ตำแหน่ง ครู โทร. 081-234-5678»."""
    if ticks.has_sign(value) and (second := _second_list(value)):
        at, name_of_second, end = second
        yield from _opened(name, value[:at].strip())
        yield from _opened(name_of_second, value[end:].strip())
        return
    inside = _OPEN_INSIDE.get(name)
    match = _INLINE.search(value) if inside else None
    following = lookup(match[1]) if match else None
    if match and inside and following in inside and match.start():
        yield Stated(name, value[: match.start()].strip(" ,;"))
        yield from _opened(following or "", value[match.end() :])
    else:
        yield Stated(name, value)
        yield from within_ticks(value)


def _second_list(value: str) -> tuple[int, str, int] | None:
    """(where, field, where its label ends) of another tick list: «(/) Excel   ช่องทาง (/) อีเมล»."""
    for gap in list(_WIDE.finditer(value))[:20]:
        opened = opening(value[gap.end() :])
        end = gap.end() + opened[1] if opened else 0
        if (
            opened
            and opened[0] in _TICKED
            and gap.start()
            and ticks.starts(value[end:].lstrip(" :："))
        ):
            return gap.start(), opened[0], end
    return None


def within_ticks(value: str) -> Iterator[Stated]:
    """What is written on the leaders of an option: «☑ LINE ไอดีไลน์......mali......»."""
    if not ticks.has_sign(value) or not _LEADERS.search(value):
        return
    pieces = _LEADERS.split(value)[:20]
    for words, answer in pairwise(pieces):
        tail = _WIDE.split(ticks.MARK.split(words)[-1].strip())[-1]
        name = label(tail) if tail else None
        if name and answer.strip() and not ticks.has_sign(answer):
            yield Stated(name, answer.strip(" :："))


def _last_label(rest: str, start: int, end: int) -> tuple[int, str] | None:
    """Where the label directly before a colon begins: behind two spaces, a comma or a bar."""
    left = max(start, end - LONGEST_LABEL)
    for match in re.finditer(r"\s{2,}|[,;|]\s{0,9}|\s{1,9}", rest[left:end]):
        at = left + match.end()
        name = label(rest[at:end])
        if name and rest[start:at].strip(" ,;|/"):
            return left + match.start(), name
    return _last_sensed(rest, start, end)


def _last_sensed(rest: str, start: int, end: int) -> tuple[int, str] | None:
    """The same for a label of no list, behind a mark that parts: «ก; หน่วยงานผู้ขอ: ข»."""
    left = max(start, end - LONGEST_LABEL)
    for match in _BAR.finditer(rest, left, end):
        value = _BAR.split(rest[end + 1 : end + _MAX_VALUE])[0]
        name = sensed(rest[match.end() : end], value)
        if name and rest[start : match.start()].strip():
            return match.start(), name
    return None


def _without_colon(line: str, in_form: Callable[[], bool]) -> list[Stated]:
    bare = values.unbulleted(unmarked(line))
    if SECTION.match(bare) or (ticks.starts(line.strip()) and not _LEADERS.search(line)):
        return []  # an option, not the label of what stands below it
    opened = opening(bare)
    if opened is None:
        return _parted(bare, in_form)
    name, end = opened
    hint = _HINT.match(bare, end)
    rest = bare[hint.end() if hint else end :]
    if not rest.strip(" .*"):
        long_enough = len(thai.fold(bare[:end])) >= 8 and name != "school"
        return [Stated(name, "")] if long_enough or ticks.has_sign(bare) else []
    if _GAP.match(rest) and not ticks.has_sign(rest) and not ticks.lost(rest):
        walked = _walk(_WIDE.split(bare))
        if len(walked) > 1:
            return walked
    gap = _GAP.match(rest)
    if gap or ticks.starts(rest.lstrip()):
        return list(_opened(name, rest[gap.end() if gap else 0 :].strip()))
    rest = rest.strip(" .")
    if plain.speaks(name, bare[:end], rest):
        return list(_opened(name, rest))
    spaced = _SPACED.get(name)
    if spaced and in_form() and spaced.match(rest):
        return [Stated(name, rest)]
    return _parted(bare, in_form)


def _parted(bare: str, in_form: Callable[[], bool]) -> list[Stated]:
    """A label of any kind, with its value behind a wide gap, a dash, an arrow or «=»."""
    gap = _BETWEEN.search(bare, 2, 2 * LONGEST_LABEL)
    if gap is None:
        return []
    words, value = bare[: gap.start()], bare[gap.end() :].strip()
    name = label(words)
    if name is None and (_ARROW.search(gap[0]) or in_form()):
        name = sensed(words, value)
    if name is None:
        return _guessed(words, value, in_form)
    return list(_opened(name, value)) if value else []
