"""The egress gate: reads a finished file with its own eyes and says why it may not leave.

Nothing of xlsxwriter or pandas is trusted here; the parts of the zip are read one by one.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from mailproc.datasets import query, safecsv, sheet
from mailproc.datasets.query import Cell, Selection, table_digest
from mailproc.datasets.texts import text
from mailproc.model import Built, Prepared
from mailproc.thai import to_arabic

MOST_PARTS, MOST_BYTES, MOST_RATIO = 200, 200_000_000, 200
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEETS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
_EXPECTED = frozenset(
    (
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/app.xml",
        "docProps/core.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/theme/theme1.xml",
        "xl/sharedStrings.xml",
        *_SHEETS,
    )
)
_UNWANTED = (
    ("macro", re.compile(r"vbaproject|macrosheets|dialogsheets", re.I)),
    ("pivot", re.compile(r"pivot|connections|querytable|/model/|slicer", re.I)),
    ("external", re.compile(r"externallink", re.I)),
    ("embedded", re.compile(r"embeddings|media/|drawing|comment|activex|ctrlprops|ole", re.I)),
)
# What print set-up and filter need; any other name may hold a formula or point elsewhere.
_NAMES = {"_xlnm._FilterDatabase", "_xlnm.Print_Titles", "_xlnm.Print_Area"}
_FORMULAS = {"f", "formula", "formula1", "formula2", "calculatedColumnFormula"}
# Thirteen digits together or in the printed groups 1-2345-67890-12-3; digests are not numbers.
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9]{13}|[0-9]([- ])[0-9]{4}\1[0-9]{5}\1[0-9]{2}\1[0-9])(?![0-9A-Za-z])"
)
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    LookupError,
    ValueError,
    RuntimeError,  # encrypted, unknown compression, too deep
    OSError,
    EOFError,
)


def inspect(built: Built, prepared: Prepared) -> tuple[str, ...]:
    """Why the file may not leave, in Thai and English; empty means it may."""
    findings = [*_of_digests(built, prepared)]
    if built.filename.endswith(".csv") and prepared.format == "csv":
        findings += _of_csv(built.content, prepared)
    elif built.filename.endswith(".xlsx") and prepared.format == "xlsx":
        findings += _of_workbook(built.content, prepared)
    else:
        findings.append(text("gate", "media_type", what=built.filename))
    return tuple(dict.fromkeys(findings))


def is_national_id(digits: str) -> bool:
    """Thirteen digits, the last of which checks the rest: (11 - Σ digit × 13…2 mod 11) mod 10."""
    weighted = sum(int(d) * (13 - i) for i, d in enumerate(digits[:12]))
    return len(digits) == 13 and (11 - weighted % 11) % 10 == int(digits[12])


def _of_digests(built: Built, prepared: Prepared) -> Iterator[str]:
    if sha256(built.content).hexdigest() != built.sha256:
        yield text("gate", "sha256")
    if built.result_digest != prepared.result_digest:
        yield text("gate", "result_digest")


# ---------------------------------------------------------------- workbooks


def _of_workbook(content: bytes, prepared: Prepared) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if problem := _too_big(archive):
                yield text("gate", "too_big", what=problem)
                return
            yield from _of_names(archive.namelist())
            parts = {n: _parsed(archive.read(n)) for n in archive.namelist() if _is_xml(n)}
        yield from _of_parts(parts, prepared)
    except _UNREADABLE as error:
        yield text("gate", "not_a_workbook", what=f"{type(error).__name__}: {error}")


def _too_big(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if len(parts) > MOST_PARTS:
        return f"{len(parts)} parts"
    return f"{size:,} bytes" if size > MOST_BYTES or size / packed > MOST_RATIO else ""


def _of_names(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name not in _EXPECTED:
            kind = next((k for k, pattern in _UNWANTED if pattern.search(name)), "unexpected")
            yield text("gate", kind, what=name)
    if len(set(names)) != len(names):
        yield text("gate", "unexpected", what="twice the same name")


def _is_xml(name: str) -> bool:
    return PurePosixPath(name).suffix in (".xml", ".rels")


def _parsed(part: bytes) -> ET.Element:
    """The XML, refused where it declares entities (a small file could grow without end)."""
    declared = part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in part or b"<!ENTITY" in part
    if declared:
        raise ValueError("DOCTYPE or UTF-16")
    return ET.fromstring(part)  # noqa: S314 - no entities: checked above, and sizes before


def _of_parts(parts: dict[str, ET.Element], prepared: Prepared) -> Iterator[str]:
    yield from _of_book(parts["xl/workbook.xml"], prepared)
    for name, root in parts.items():
        if name.endswith(".rels"):
            yield from _of_relations(root)
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            yield from _of_sheet(name, root)
        yield from _of_texts(_strings(root))
    yield from _of_data(parts, prepared)


def _of_book(book: ET.Element, prepared: Prepared) -> Iterator[str]:
    found = [node.get("name", "") for node in book.iter(f"{_MAIN}sheet")]
    if found != list(sheet.sheet_names(prepared.title_th)):
        yield text("gate", "sheets", what=", ".join(found))
    for node in book.iter(f"{_MAIN}sheet"):
        if node.get("state", "visible") != "visible":
            yield text("gate", "hidden", what=node.get("name"))
    for view in book.iter(f"{_MAIN}workbookView"):
        if view.get("visibility", "visible") != "visible":
            yield text("gate", "hidden", what="window")
    for name in book.iter(f"{_MAIN}definedName"):
        if name.get("name") not in _NAMES or "[" in (name.text or ""):
            yield text("gate", "formula", what=name.get("name"))


def _of_relations(root: ET.Element) -> Iterator[str]:
    for relation in root:
        if relation.get("TargetMode") == "External":
            yield text("gate", "external", what=relation.get("Target"))


def _of_sheet(name: str, root: ET.Element) -> Iterator[str]:
    for node in root.iter():
        tag = node.tag.rpartition("}")[2]
        if tag in _FORMULAS:
            yield text("gate", "formula", what=node.text or name)
        elif tag == "hyperlink":
            yield text("gate", "external", what=node.get("ref"))
        elif tag in ("row", "col") and _is_hidden(node):
            yield text("gate", "hidden", what=f"{name} {tag} {node.get('r') or node.get('min')}")


def _is_hidden(node: ET.Element) -> bool:
    size = node.get("ht") or node.get("width") or "1"
    return node.get("hidden", "0") not in ("0", "false") or float(size) == 0


def _strings(root: ET.Element) -> Iterator[str]:
    """Every text and attribute; the runs of one shared string are one text."""
    for node in root.iter():
        if node.tag in (f"{_MAIN}si", f"{_MAIN}is"):
            yield "".join(node.itertext())
        yield node.text or ""
        yield from node.attrib.values()


# ---------------------------------------------------------------- the data inside


def _of_data(parts: dict[str, ET.Element], prepared: Prepared) -> Iterator[str]:
    shared = ["".join(si.itertext()) for si in parts["xl/sharedStrings.xml"]]
    rows = [_row(node, shared) for node in parts[_SHEETS[0]].iter(f"{_MAIN}row")]
    header = sheet.header_lines(Selection.parse(prepared.query))
    if [tuple(row) for row in rows[sheet.HEADER_ROWS - 2 : sheet.HEADER_ROWS]] != [*header]:
        yield text("gate", "header")
    yield from _of_rows(rows[sheet.HEADER_ROWS :], prepared)


def _row(node: ET.Element, shared: Sequence[str]) -> list[Cell]:
    return [_cell(cell, shared) for cell in node.iter(f"{_MAIN}c")]


def _cell(cell: ET.Element, shared: Sequence[str]) -> Cell:
    value = cell.findtext(f"{_MAIN}v")
    if value is None:
        return "".join(cell.itertext())
    if cell.get("t") == "s":
        return shared[int(value)]
    return int(value) if cell.get("t", "n") == "n" else value


def _of_rows(rows: Sequence[Sequence[Cell]], prepared: Prepared) -> Iterator[str]:
    """Counts and figures are those that were approved; the last row is the total."""
    if len(rows) - 1 != prepared.rows:
        yield text("gate", "rows", found=len(rows) - 1, approved=prepared.rows)
    widths = {len(row) for row in rows}
    if widths != {len(prepared.columns)}:
        found = ", ".join(map(str, sorted(widths)))
        yield text("gate", "columns", found=found, approved=len(prepared.columns))
    if (
        table_digest(prepared.columns, rows[:-1], rows[-1] if rows else ())
        != prepared.result_digest
    ):
        yield text("gate", "result_digest")


def _of_texts(texts: Iterator[str]) -> Iterator[str]:
    together = to_arabic("\n".join(map(_plain, texts)))  # one search is quicker
    for match in _ID.finditer(together):
        digits = re.sub(r"[^0-9]", "", match[0])
        if is_national_id(digits):
            yield text("gate", "national_id", what=f"{digits[0]}…{digits[-2:]}")


def _plain(words: str) -> str:
    """A number that is written 1.234567890121E+12 in full."""
    if "E+" in words.upper() and re.fullmatch(r"[0-9]\.[0-9]+[eE]\+[0-9]{1,2}", words.strip()):
        return f"{float(words):.0f}"
    return words


# ---------------------------------------------------------------- CSV


def _of_csv(content: bytes, prepared: Prepared) -> Iterator[str]:
    try:
        rows = safecsv.read_csv(content)
    except (UnicodeDecodeError, csv.Error) as error:
        yield text("gate", "not_a_workbook", what=f"{type(error).__name__}: {error}")
        return
    if not content.startswith(safecsv.BOM.encode()):
        yield text("gate", "encoding")
    for cell in (cell for row in rows for cell in row):
        if cell.startswith(safecsv.DANGEROUS):
            yield text("gate", "unsafe_cell", what=cell[:40])
    yield from _of_texts(cell for row in rows for cell in row)
    if not rows or tuple(map(safecsv.meant, rows[0])) != prepared.columns:
        yield text("gate", "header")
    texts = query.text_columns(Selection.parse(prepared.query))
    yield from _of_rows([_typed(row, texts) for row in rows[1:]], prepared)


def _typed(row: Sequence[str], texts: int) -> list[Cell]:
    """Leading codes and names stay text; what follows them is numbers."""
    numbers = (int(cell) if re.fullmatch("[0-9]{1,15}", cell) else cell for cell in row[texts:])
    return [*map(safecsv.meant, row[:texts]), *numbers]
