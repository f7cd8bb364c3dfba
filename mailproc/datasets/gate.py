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
from decimal import Decimal
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from mailproc.datasets import query, safecsv
from mailproc.datasets.output import cells, frame
from mailproc.datasets.output.frame import Frame
from mailproc.datasets.table import Cell, Column, digest_of
from mailproc.datasets.texts import text
from mailproc.model import Built, Prepared
from mailproc.thai import to_arabic

MOST_PARTS, MOST_BYTES, MOST_RATIO = 200, 200_000_000, 200
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
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
    )
)
_CHARTS = frozenset(
    (
        "xl/drawings/drawing1.xml",
        "xl/drawings/_rels/drawing1.xml.rels",
        "xl/charts/chart1.xml",
        "xl/charts/chart2.xml",
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
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CELLS = re.compile(r"\$[A-Z]{1,3}\$[0-9]{1,7}(?::\$[A-Z]{1,3}\$[0-9]{1,7})?")
_OUTSIDE = {"externalData", "userShapes", "blip", "hlinkClick", "hlinkHover"}
_PDF_KEYS = set(
    "/JS /JavaScript /OpenAction /AA /EmbeddedFiles /EF /AF /URI /AcroForm /XFA /RichMedia".split()
)
_PDF_KINDS = set(
    "/JavaScript /Launch /URI /GoToR /GoToE /SubmitForm /ImportData /Rendition /Link /Widget "
    "/FileAttachment /Movie /Screen /Sound /3D /RichMedia /Filespec /EmbeddedFile /Image".split()
)
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
    elif built.filename.endswith(".pdf") and prepared.format == "pdf":
        findings += _of_pdf(built.content, prepared)
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
            yield from _of_names(archive.namelist(), frame.of(prepared).parts)
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


def _of_names(names: Sequence[str], parts: int) -> Iterator[str]:
    """Data, chart, dictionary, provenance; the charts hang on the sheet after the data."""
    sheets = {_sheet_part(number) for number in range(1, parts + 4)}
    drawn = f"xl/worksheets/_rels/sheet{parts + 1}.xml.rels"
    for name in names:
        if name not in {*_EXPECTED, *_CHARTS, *sheets, drawn}:
            kind = next((k for k, pattern in _UNWANTED if pattern.search(name)), "unexpected")
            yield text("gate", kind, what=name)
    if len(set(names)) != len(names):
        yield text("gate", "unexpected", what="twice the same name")


def _sheet_part(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


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
        if name.startswith("xl/charts/"):
            yield from _of_chart(name, root)
        yield from _of_texts(_strings(root))
    yield from _of_data(parts, prepared)


def _of_book(book: ET.Element, prepared: Prepared) -> Iterator[str]:
    found = [node.get("name", "") for node in book.iter(f"{_MAIN}sheet")]
    shape = frame.of(prepared)
    if tuple(found) not in [frame.sheet_names(prepared, shape, chart=c) for c in (True, False)]:
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


def _of_chart(name: str, root: ET.Element) -> Iterator[str]:
    """A chart reads the cells of its own sheet; another book or a picture is no part of it."""
    own = f"'{text('sheet', 'chart')}'!"
    for node in root.iter():
        tag = node.tag.rpartition("}")[2]
        if tag == "f" and not _CELLS.fullmatch((node.text or "").replace(own, "", 1)):
            yield text("gate", "formula", what=node.text or name)
        elif tag in _OUTSIDE:
            yield text("gate", "external", what=f"{name} {tag}")


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
    shape = frame.of(prepared)
    body: list[list[Cell]] = []
    for number in range(shape.parts):
        rows = [(int(node.get("r", "0")), _row(node, shared)) for node in _rows(parts, number + 1)]
        yield from _of_headers(rows, shape)
        table, notes = _parted([pair for pair in rows if pair[0] > shape.first_row], shape)
        if any(len([cell for cell in row if cell]) > 1 for row in notes):
            yield text("gate", "rows", found=len(table) + len(notes), approved=prepared.rows)
        body += [_typed(list(map(_as_said, row, shape.columns)), shape.columns) for row in table]
    yield from _of_rows(body, prepared)


def _rows(parts: dict[str, ET.Element], number: int) -> Iterator[ET.Element]:
    return parts[_sheet_part(number)].iter(f"{_MAIN}row")


def _of_headers(rows: Sequence[tuple[int, list[str]]], shape: Frame) -> Iterator[str]:
    found = [tuple(row) for at, row in rows if shape.header_row < at <= shape.first_row]
    if found != [*frame.header_lines(shape.columns)]:
        yield text("gate", "header")


def _parted(
    rows: Sequence[tuple[int, list[str]]], shape: Frame
) -> tuple[list[list[str]], list[list[str]]]:
    """The table, and the notes under the empty row that ends it."""
    table = [row for number, (at, row) in enumerate(rows, shape.first_row + 1) if at == number]
    return table, [row for _, row in rows[len(table) :]]


def _row(node: ET.Element, shared: Sequence[str]) -> list[str]:
    return [_cell(cell, shared) for cell in node.iter(f"{_MAIN}c")]


def _cell(cell: ET.Element, shared: Sequence[str]) -> str:
    value = cell.findtext(f"{_MAIN}v")
    if value is None:
        return "".join(cell.itertext())
    return shared[int(value)] if cell.get("t") == "s" else value


def _typed(row: Sequence[str], columns: Sequence[Column]) -> list[Cell]:
    """Codes and names stay text; numbers are written as the query gives them."""
    plain = [_number(cell, column) for cell, column in zip(row, columns, strict=False)]
    return [*plain, *row[len(columns) :]]


def _number(cell: str, column: Column) -> Cell:
    if not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,17})?", cell):
        return cell
    if column.is_number and (column.decimals or column.kind == "percent"):
        return f"{Decimal(cell):.{column.decimals}f}"
    return int(cell) if column.is_number and "." not in cell else cell


def _as_said(cell: str, column: Column) -> str:
    """A share and a day as the query gives them; a workbook keeps 0.125 and a serial number."""
    if column.kind == "percent" and re.fullmatch(r"-?[0-9.]{1,20}", cell):
        return f"{Decimal(cell) * 100:f}"
    if column.kind == "date" and re.fullmatch(r"[0-9]{1,7}", cell):
        return cells.iso_date(int(cell))
    return cell


def _of_rows(rows: Sequence[Sequence[Cell]], prepared: Prepared) -> Iterator[str]:
    """Counts and figures are those that were approved; a total row is the last one."""
    total = int(prepared.rows > 0 and query.has_total(prepared.query))
    if len(rows) - total != prepared.rows:
        yield text("gate", "rows", found=len(rows) - total, approved=prepared.rows)
    widths = {len(row) for row in rows}
    if widths - {len(prepared.columns)}:
        found = ", ".join(map(str, sorted(widths)))
        yield text("gate", "columns", found=found, approved=len(prepared.columns))
    body, last = (rows[:-1], rows[-1]) if total and rows else (rows, ())
    if digest_of(prepared.columns, body, last) != prepared.result_digest:
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
        if cell.startswith(safecsv.DANGEROUS) and not _PLAIN.fullmatch(cell):
            yield text("gate", "unsafe_cell", what=cell[:40])
    yield from _of_texts(cell for row in rows for cell in row)
    if not rows or tuple(map(safecsv.meant, rows[0])) != prepared.columns:
        yield text("gate", "header")
    columns = query.layout(prepared.query)
    texts = [[safecsv.meant(cell) for cell in row] for row in rows[1:]]
    yield from _of_rows([_typed(row, columns) for row in texts], prepared)


# ---------------------------------------------------------------- PDF


def _of_pdf(content: bytes, prepared: Prepared) -> Iterator[str]:
    """Nothing that runs, links or is attached; a text layer with the sample in it.

    The table can't be read back from pages: that the figures are those that were approved rests on
    the file having been made from the very table whose digest is `Built.result_digest`.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            yield text("gate", "not_a_pdf", what="encrypted")
            return
        yield from dict.fromkeys(_of_objects(reader))
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, *_UNREADABLE, TypeError, AttributeError) as error:
        yield text("gate", "not_a_pdf", what=f"{type(error).__name__}: {error}")
        return
    if not pages or not all(page.strip() for page in pages):
        yield text("gate", "no_text", what=len(pages))
    yield from _of_texts(iter(pages))
    told = set(re.split(r"\s+", " ".join(pages).replace(",", "")))
    absent = [
        cell for row in prepared.sample for cell in row if cell.isdigit() and cell not in told
    ]
    if absent:
        yield text("gate", "result_digest")


def _of_objects(reader: Any) -> Iterator[str]:
    for number in range(1, int(reader.trailer["/Size"])):
        yield from _of_object(reader.get_object(number))


def _of_object(one: Any) -> Iterator[str]:
    """A PDF object and what is written inside it; what it refers to is looked at by itself."""
    if isinstance(one, dict):
        for key, value in one.items():
            if key in _PDF_KEYS or (
                key in ("/S", "/Subtype", "/Type") and str(value) in _PDF_KINDS
            ):
                yield text("gate", "pdf_active", what=f"{key} {value}"[:60])
            yield from _of_object(dict.__getitem__(one, key))
    elif isinstance(one, list):
        for at in range(len(one)):
            yield from _of_object(list.__getitem__(one, at))
