"""What a reader of a sheet does not see: hidden, filtered, covered, far away, in other places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from mailproc.datasets.gate.finding import Finding
from mailproc.datasets.gate.persons import TOLD, traces
from mailproc.datasets.gate.places import cell, column_letters, reference, stretch
from mailproc.datasets.gate.sheet import Sheet
from mailproc.datasets.gate.styles import Styles

_FAR = 100  # columns without anything, and then a value
_LIMITS = {1_048_576, 65_536}  # rows of a sheet in the new and the old format
_HEADERS = re.compile(r"(?:odd|even|first)(?:Header|Footer)")
_CODES = re.compile(r'&"[^"]*"|&K[0-9A-Fa-f]{6}|&[0-9]{1,3} ?|&[A-Za-z&+-]')
# What stands on every page of an office's tables, besides what the sheet itself says.
_USUAL = re.compile(
    r"หน้า(?:ที่)?|จาก|แผ่น(?:ที่)?|ของ|คำขอ(?:เลขที่)?|ข้อมูล|ณ|วันที่|รายงาน|ตาราง(?:ที่)?|สถิติ|จำนวน|นักเรียน|โรงเรียน|"
    r"ปีการศึกษา|ภาคเรียน(?:ที่)?|รอบ(?:ที่)?|ครั้งที่|สำนักงาน|เขต|พื้นที่|การศึกษา|ประถมศึกษา|มัธยมศึกษา|สพป\.?|สพฐ\.?|กลุ่ม|"
    r"นโยบาย|และ|แผน|สารสนเทศ|กระทรวงศึกษาธิการ|ที่มา|จำแนก|ตาม|ชั้น|เพศ|ราย|พิมพ์|เมื่อ|เดือน|ปี|ร้อยละ|ห้องเรียน|ครู|บุคลากร|"
    r"ขนาด|อำเภอ|ตำบล|ตัวอย่าง|page|of|sheet|date|report|statistics|table|office|students?|schools?",
    re.I,
)
_SIGNS = re.compile(r"[\W\d_]+")
_FREE = 24  # letters that a heading may say of its own
_MARKED = re.compile(
    r"ลับ(?:มาก|ที่สุด|เฉพาะ)?(?!ดับ|บ)|ปกปิด|ห้ามเผยแพร่|confidential|secret|restricted|internal use", re.I
)


def findings(
    sheet: Sheet, styles: Styles, shown: str, visible: Mapping[str, bool]
) -> Iterator[Finding]:
    """`shown` is all that visible sheets say; `visible` tells which sheets are visible."""
    yield from _of_places(sheet)
    yield from _of_looks(sheet)
    yield from _of_merged(sheet)
    for row, column, words in sheet.formulas:
        yield Finding("formula", sheet.name, cell(row, column), words[:40])
    yield from _of_ends(sheet)
    yield from _of_parts(sheet, styles, shown, visible)


def _of_places(sheet: Sheet) -> Iterator[Finding]:
    if sheet.hidden_rows:
        rows = sheet.hidden_rows
        yield Finding("hidden_rows", sheet.name, stretch(rows), count=len(rows))
    filled = sorted(sheet.filled)
    for first, last in sheet.hidden_columns:
        inside = [one for one in filled if first <= one <= last]
        if inside:
            at = f"{column_letters(inside[0])}:{column_letters(inside[-1])}"
            yield Finding("hidden_columns", sheet.name, at, count=len(inside))
    for before, after in pairwise(filled):
        if after - before > _FAR:
            yield Finding("far", sheet.name, f"{column_letters(after)}:{column_letters(after)}")
    for row in sheet.gaps:
        yield Finding("far", sheet.name, f"{row}:{row}")


def _of_looks(sheet: Sheet) -> Iterator[Finding]:
    for kind, row, column in sheet.unseen:
        yield Finding(kind, sheet.name, cell(row, column))


def _of_merged(sheet: Sheet) -> Iterator[Finding]:
    """Values over which another cell was spread."""
    filled = set(sheet.places) if sheet.merged else set()
    for area in sheet.merged:
        if area.size > len(filled):
            inside = [(at >> 14, at & 0x3FFF) for at in filled]
        else:
            inside = [one for one in area.cells() if one[0] << 14 | one[1] in filled]
        for row, column in inside:
            if area.has(row, column) and (row, column) != (area.first_row, area.first):
                yield Finding("covered", sheet.name, cell(row, column))


def _of_ends(sheet: Sheet) -> Iterator[Finding]:
    """A table that ends just where the format ends was cut off (failures G2)."""
    if sheet.last_row in _LIMITS:
        yield Finding("cut", sheet.name, f"{sheet.last_row}:{sheet.last_row}")
    for row, column, _ in sheet.cut:
        yield Finding("cut", sheet.name, cell(row, column))


# Elements that are findings by being there.
_AS_SUCH = {
    **dict.fromkeys(("oleObjects", "control", "legacyDrawing", "oleObject"), "embedded"),
    **dict.fromkeys(
        ("customSheetView", "scenario", "inputCells", "dataRef", "webPublishItem"), "unexpected"
    ),
    "picture": "image",
    "customPr": "properties",
    "filterColumn": "filtered",
}
_LISTS = ("formula1", "formula2", "f")


def _of_parts(
    sheet: Sheet, styles: Styles, shown: str, visible: Mapping[str, bool]
) -> Iterator[Finding]:
    under: Mapping[str, str] = {}  # the validation that a formula belongs to
    for tag, attributes, pieces in sheet.parts:
        words = "".join(pieces).strip()
        if tag in _AS_SUCH:
            yield Finding(_AS_SUCH[tag], sheet.name, what="" if tag == "filterColumn" else tag)
        elif tag == "dataValidation":
            under = attributes
            yield from _of_prompt(sheet.name, attributes)
        elif tag in _LISTS and words and under:
            yield from _of_list(sheet.name, under, words, shown, visible)
        elif tag == "formula" and words:
            yield from _of_rule(sheet.name, words)
        elif tag == "cfRule":
            yield from _of_condition(sheet.name, attributes, styles)
        elif tag == "hyperlink":
            yield from _of_hyperlink(sheet.name, attributes, shown, visible)
        elif _HEADERS.fullmatch(tag) and words:
            yield from _of_header(sheet.name, tag, words, shown)


def _of_prompt(name: str, attributes: Mapping[str, str]) -> Iterator[Finding]:
    """The words of a validation show only while a cell is chosen."""
    words = [attributes.get(key, "") for key in ("prompt", "error", "promptTitle", "errorTitle")]
    for trace in traces([one for one in words if one]):
        yield Finding("validation", name, attributes.get("sqref", ""), trace.what)


def _of_list(
    name: str,
    under: Mapping[str, str],
    words: str,
    shown: str,
    visible: Mapping[str, bool],
) -> Iterator[Finding]:
    """A list to choose from holds words that no cell shows, or takes them from elsewhere."""
    if under.get("type") not in ("list", "custom"):
        return
    at = under.get("sqref", "").split(" ")[0]
    if words.startswith('"'):
        chosen = [one.strip() for one in words.strip('"').split(",")]
        if any(one and one not in shown for one in chosen):
            yield Finding("validation", name, at)
        return
    place = reference(words)
    if place is None or not visible.get(place[0], False):
        own = re.fullmatch(r"\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?", words)
        if not own:
            yield Finding("validation", name, at, words[:40])


def _of_rule(name: str, words: str) -> Iterator[Finding]:
    """The formula of a conditional format that looks into another sheet or file."""
    if "[" in words or "!" in words or any(traces([words])):
        yield Finding("formula", name, what=words[:40])


def _of_condition(name: str, attributes: Mapping[str, str], styles: Styles) -> Iterator[Finding]:
    number = attributes.get("dxfId", "")
    at = int(number) if number.isdecimal() and len(number) < 6 else -1
    if 0 <= at < len(styles.conditional) and styles.conditional[at]:
        yield Finding("condition", name)


def _of_hyperlink(
    name: str, attributes: Mapping[str, str], shown: str, visible: Mapping[str, bool]
) -> Iterator[Finding]:
    words = [attributes.get(key, "") for key in ("tooltip", "display")]
    at = attributes.get("ref", "")
    if any(one and one not in shown for one in words[:1]) or any(traces(words)):
        yield Finding("external", name, at)
    place = reference(attributes.get("location", ""))
    if place and not visible.get(place[0], False):
        yield Finding("external", name, at, attributes["location"][:40])


def _of_header(name: str, tag: str, words: str, shown: str) -> Iterator[Finding]:
    at = tag
    if "&Z" in words or "&G" in words:
        yield Finding("header", name, at, "&Z" if "&Z" in words else "&G")
    said = _CODES.sub(" ", words)
    for trace in traces([said]):
        if trace.kind not in ("landline", "email"):
            yield Finding(TOLD.get(trace.kind, trace.kind), name, at, trace.what, "personal")
    if _MARKED.search(said) or len(_own_words(said, shown)) > _FREE:
        yield Finding("header", name, at, said.strip()[:24])


def _own_words(said: str, shown: str) -> str:
    """What is left once the words of the sheet and the usual ones are taken off."""
    pieces = [one for one in re.split(r"[\s,:;/()]+", said) if one and one not in shown]
    return "".join(_SIGNS.sub("", _USUAL.sub("", one)) for one in pieces)
