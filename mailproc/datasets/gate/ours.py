"""A file that we built, compared with what was approved: the same figures, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256

from mailproc.datasets import query, safecsv
from mailproc.datasets.gate import csvfile, pdf, xlsx
from mailproc.datasets.gate.finding import Allowed, Exempt, Finding, kept
from mailproc.datasets.gate.places import Area
from mailproc.datasets.gate.xlsx import Book
from mailproc.datasets.output import cells, frame
from mailproc.datasets.output.frame import Frame
from mailproc.datasets.table import Cell, Column, digest_of
from mailproc.datasets.texts import group, text
from mailproc.model import Built, Prepared
from mailproc.parsers.attachments.content import NotRead

_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core)\.xml|xl/workbook\.xml|"
    r"xl/_rels/workbook\.xml\.rels|xl/styles\.xml|xl/theme/theme1\.xml|xl/sharedStrings\.xml|"
    r"xl/drawings/drawing1\.xml|xl/drawings/_rels/drawing1\.xml\.rels|xl/charts/chart[12]\.xml|"
    r"xl/worksheets/sheet[0-9]+\.xml|xl/worksheets/_rels/sheet[0-9]+\.xml\.rels"
)
_CONTACT = frozenset({"phone", "email", "address", "person_name"})
# What a requester wrote or who approved; never an id.
_PERSONS = ("office", "requester", "organisation", "purpose", "approver")


def findings(built: Built, prepared: Prepared) -> tuple[Finding, ...]:
    """Everything that speaks against the file."""
    found = [*_of_digests(built, prepared)]
    allowed = Allowed(cls=prepared.sensitivity)
    try:
        if built.filename.endswith(".csv") and prepared.format == "csv":
            found += _of_csv(built.content, prepared)
            allowed = Allowed(allowed.cls, _contacts(prepared, "", 2, prepared.rows + 1))
        elif built.filename.endswith(".xlsx") and prepared.format == "xlsx":
            one, exempt = _book(built.content, prepared)
            allowed = Allowed(allowed.cls, exempt)
            found += one.findings
            found += _of_workbook(one, prepared)
        elif built.filename.endswith(".pdf") and prepared.format == "pdf":
            found += _of_pdf(built.content, prepared)
        else:
            found.append(Finding("media_type", what=built.filename))
    except NotRead as reason:
        found.append(Finding(f"not_read_{reason.reason}", what=built.filename))
    return tuple(one for one in kept(found, allowed) if one.blocks)


def _of_digests(built: Built, prepared: Prepared) -> Iterator[Finding]:
    if sha256(built.content).hexdigest() != built.sha256:
        yield Finding("sha256")
    if built.result_digest != prepared.result_digest:
        yield Finding("result_digest")
    above = Allowed(cls=prepared.sensitivity)
    for column in query.layout(prepared.query):
        cls = "open" if column.cls == "contact" else column.cls
        one = Finding("class", what=column.name_th, cls=cls)
        if cls != "open" and not above.permits(one):
            yield one


# ---------------------------------------------------------------- workbooks


def _book(content: bytes, prepared: Prepared) -> tuple[Book, tuple[Exempt, ...]]:
    shape = frame.of(prepared)
    names = frame.data_names(prepared.title_th, shape.parts)
    one = xlsx.read(content, Allowed(cls=prepared.sensitivity), frozenset(names))
    exempt: list[Exempt] = []
    for name in names:
        exempt += _contacts(prepared, name, shape.first_row + 1, shape.first_row + shape.most)
    return one, (*exempt, *_provenance(shape))


def _contacts(prepared: Prepared, sheet: str, first: int, last: int) -> tuple[Exempt, ...]:
    """The declared contact columns, by exact range."""
    columns = enumerate(query.layout(prepared.query), 1)
    return tuple(
        Exempt(sheet, Area(first, at, last, at), _CONTACT)
        for at, column in columns
        if column.cls == "contact"
    )


def _provenance(shape: Frame) -> Iterator[Exempt]:
    """The cells in which the provenance names who asked and who approved."""
    name = text("sheet", "provenance")
    for row, key in enumerate(group("provenance"), shape.title_row + 2):
        if key in _PERSONS:
            yield Exempt(name, Area(row, 2, row, 2), _CONTACT)


def _of_workbook(one: Book, prepared: Prepared) -> Iterator[Finding]:
    for name in one.package.names:
        if not _PARTS.fullmatch(name):
            yield Finding("unexpected", name)
    shape = frame.of(prepared)
    told = tuple(listed.name for listed in one.listed)
    if told not in [frame.sheet_names(prepared, shape, chart=c) for c in (True, False)]:
        yield Finding("sheets", what=", ".join(told))
    yield from _of_charts(one)
    for sheet in one.sheets.values():
        for tag, attributes, _ in sheet.parts:
            if tag == "hyperlink":
                yield Finding("external", sheet.name, attributes.get("ref", ""))
            elif tag in ("formula", "formula1", "formula2"):
                yield Finding("formula", sheet.name, what=tag)
    yield from _of_data(one, prepared, shape)


def _of_charts(one: Book) -> Iterator[Finding]:
    """Charts of ours show the cells of their own sheet."""
    own = f"'{text('sheet', 'chart')}'!"
    for name in one.package.names:
        if name.startswith("xl/charts/"):
            formulas = [node.text or "" for node in one.package.tree(name).iter("f")]
            if not all(formula.startswith(own) for formula in formulas):
                yield Finding("chart", name)


def _of_data(one: Book, prepared: Prepared, shape: Frame) -> Iterator[Finding]:
    body: list[list[Cell]] = []
    for name in frame.data_names(prepared.title_th, shape.parts):
        rows = one.rows(name)
        yield from _of_headers(rows, shape, name)
        table, notes = _parted([pair for pair in rows if pair[0] > shape.first_row], shape)
        if any(len([cell for cell in row if cell]) > 1 for row in notes):
            yield _counts("rows", len(table) + len(notes), prepared.rows)
        body += [_typed(list(map(_as_said, row, shape.columns)), shape.columns) for row in table]
    yield from _of_rows(body, prepared)


def _counts(kind: str, found: object, approved: int) -> Finding:
    return Finding(kind, what=f"{found} ≠ {approved}")


def _of_headers(
    rows: Sequence[tuple[int, list[str]]], shape: Frame, name: str
) -> Iterator[Finding]:
    found = [tuple(row) for at, row in rows if shape.header_row < at <= shape.first_row]
    if found != [*frame.header_lines(shape.columns)]:
        yield Finding("heading", name)


def _parted(
    rows: Sequence[tuple[int, list[str]]], shape: Frame
) -> tuple[list[list[str]], list[list[str]]]:
    """The table, and the notes under the empty row that ends it."""
    table = [row for number, (at, row) in enumerate(rows, shape.first_row + 1) if at == number]
    return table, [row for _, row in rows[len(table) :]]


def _typed(row: Sequence[str], columns: Sequence[Column]) -> list[Cell]:
    """Codes and names stay text; numbers are written as the query gives them."""
    plain = [_number(cell, column) for cell, column in zip(row, columns, strict=False)]
    return [*plain, *row[len(columns) :]]


def _number(cell: str, column: Column) -> Cell:
    if not column.is_number:
        return cell
    if cell.isdecimal() and len(cell) < 16 and not column.decimals and column.kind != "percent":
        return int(cell)
    if not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,17})?", cell):
        return cell
    if column.decimals or column.kind == "percent":
        return f"{Decimal(cell):.{column.decimals}f}"
    return int(cell) if "." not in cell else cell


def _as_said(cell: str, column: Column) -> str:
    """A share and a day as the query gives them; a workbook keeps 0.125 and a serial number."""
    if column.kind == "percent" and re.fullmatch(r"-?[0-9.]{1,20}", cell):
        return f"{Decimal(cell) * 100:f}"
    if column.kind == "date" and re.fullmatch(r"[0-9]{1,7}", cell):
        return cells.iso_date(int(cell))
    return cell


def _of_rows(rows: Sequence[Sequence[Cell]], prepared: Prepared) -> Iterator[Finding]:
    """Counts and figures are those that were approved; a total row is the last one."""
    total = int(prepared.rows > 0 and query.has_total(prepared.query))
    if len(rows) - total != prepared.rows:
        yield _counts("rows", len(rows) - total, prepared.rows)
    widths = {len(row) for row in rows}
    if widths - {len(prepared.columns)}:
        found = ", ".join(map(str, sorted(widths)))
        yield _counts("columns", found, len(prepared.columns))
    body, last = (rows[:-1], rows[-1]) if total and rows else (rows, ())
    if digest_of(prepared.columns, body, last) != prepared.result_digest:
        yield Finding("result_digest")


# ---------------------------------------------------------------- CSV and PDF


def _of_csv(content: bytes, prepared: Prepared) -> Iterator[Finding]:
    one = csvfile.read(content, Allowed(cls=prepared.sensitivity))
    yield from one.findings
    if not content.startswith(safecsv.BOM.encode()):
        yield Finding("encoding")
    rows = one.rows
    if not rows or tuple(map(safecsv.meant, rows[0])) != prepared.columns:
        yield Finding("heading")
    columns = query.layout(prepared.query)
    texts = [[safecsv.meant(cell) for cell in row] for row in rows[1:]]
    yield from _of_rows([_typed(row, columns) for row in texts], prepared)


def _of_pdf(content: bytes, prepared: Prepared) -> Iterator[Finding]:
    """A text layer with the sample in it, on every page.

    The table can't be read back from pages: that the figures are those that were approved rests on
    the file having been made from the very table whose digest is `Built.result_digest`.
    """
    one = pdf.read(content)
    yield from (found for found in one.findings if _speaks(found))
    if not one.pages or not all(page.strip() for page in one.pages):
        yield Finding("no_text", what=str(len(one.pages)))
    told = set(re.split(r"\s+", " ".join(one.pages).replace(",", "")))
    if any(cell.isdigit() and cell not in told for row in prepared.sample for cell in row):
        yield Finding("result_digest")


def _speaks(found: Finding) -> bool:
    """Not the office, which is the author of its pages, whatever it is called."""
    if found.kind == "properties" and set(found.at.split(", ")) <= {"/Author", "dc:creator"}:
        return False
    return found.cls == "open" or found.kind in _NEVER


# Pages have no ranges to declare: the contacts of schools and of who asked stand on them as such.
_NEVER = {"national_id", "other_id", "birth_date"}
