"""DOCX and XLSX files: bombs, far cells, nesting, entities, references to elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tests.hostile.wrap import Make, many, with_file
from tests.hostile.zips import Entry, entry, pack, zeros

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_X = "http://schemas.openxmlformats.org/"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SHEET = f'<worksheet xmlns="{_X}spreadsheetml/2006/main">'
_W = f'xmlns:w="{_X}wordprocessingml/2006/main"'
_RELS = f'<Relationships xmlns="{_X}package/2006/relationships">'
_LAUGHS = (
    "<!DOCTYPE x ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    + "]>"
)


def _relation(kind: str, target: str, number: int = 1, more: str = "") -> str:
    kind = f"{_X}officeDocument/2006/relationships/{kind}"
    return f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"{more}/>'


def _package(main: str, media: str, relations: str = "") -> list[Entry]:
    folder, _, name = main.partition("/")
    types = (
        f'{_HEAD}<Types xmlns="{_X}package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{media}.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{XLSX.removesuffix(".sheet")}.worksheet+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" '
        f'ContentType="{XLSX.removesuffix(".sheet")}.sharedStrings+xml"/></Types>'
    )
    root = f"{_HEAD}{_RELS}{_relation('officeDocument', main)}</Relationships>"
    return [
        entry("[Content_Types].xml", types.encode()),
        entry("_rels/.rels", root.encode()),
        entry(f"{folder}/_rels/{name}.rels", f"{_HEAD}{_RELS}{relations}</Relationships>".encode()),
    ]


def xlsx(sheet: bytes | Entry, *more: Entry, sheets: int = 1) -> bytes:
    """A workbook whose sheets are all this one part."""
    tabs = "".join(f'<sheet name="s{n}" sheetId="{n + 1}" r:id="rId1"/>' for n in range(sheets))
    book = (
        f'{_HEAD}<workbook xmlns="{_X}spreadsheetml/2006/main" '
        f'xmlns:r="{_X}officeDocument/2006/relationships"><sheets>{tabs}</sheets></workbook>'
    )
    relations = _relation("worksheet", "worksheets/sheet1.xml")
    relations += _relation("sharedStrings", "sharedStrings.xml", 2)
    first = entry("xl/worksheets/sheet1.xml", sheet) if isinstance(sheet, bytes) else sheet
    rest = [entry("xl/workbook.xml", book.encode()), first, *more]
    return pack([*_package("xl/workbook.xml", XLSX, relations), *rest])


def docx(document: bytes | Entry, *more: Entry, relations: str = "") -> bytes:
    """A document of this one part."""
    first = entry("word/document.xml", document) if isinstance(document, bytes) else document
    return pack([*_package("word/document.xml", DOCX, relations), first, *more])


def sheet(rows: str, doctype: str = "") -> bytes:
    return f"{_HEAD}{doctype}{_SHEET}<sheetData>{rows}</sheetData></worksheet>".encode()


def document(body: str, doctype: str = "") -> bytes:
    return f"{_HEAD}{doctype}<w:document {_W}><w:body>{body}</w:body></w:document>".encode()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


_FIRST = f'<row r="1">{cell("A1", "ชื่อ-สกุล")}{cell("B1", "นายอื่น คนละคน")}</row>'
_TABLE = "<w:tbl><w:tr><w:tc>"


def _far(scale: float) -> bytes:
    return xlsx(sheet(_FIRST + f'<row r="1048576">{cell("XFD1048576", "far")}</row>'))


def _wide(scale: float) -> bytes:
    """Far cells in many rows: each row is 16,384 wide to a naive reader."""
    rows = (f'<row r="{n}">{cell(f"XFD{n}", "x")}</row>' for n in range(1, many(50_000, scale)))
    return xlsx(sheet("".join(rows)))


def _odd_places(scale: float) -> bytes:
    places = ("XFE1", "A0", "ZZZZZZZ99999999999", "1A", "", "A-1", "A1048577", "ก1", "A١")
    row = "".join(cell(place, "x") for place in places)
    return xlsx(
        sheet(f'<row r="-5">{row}</row><row r="99999999999999999999">{row}</row><row r="x"/>')
    )


def _rows(scale: float) -> bytes:
    rows = "".join(f"<row><c><v>{n}</v></c><c/></row>" for n in range(many(1_000_000, scale)))
    return xlsx(sheet(rows))


def _strings(scale: float) -> bytes:
    item = "<si><t>ก ข ค ง จ</t></si>"
    count = many(10_000_000, scale) // len(item.encode())
    table = f'{_HEAD}<sst xmlns="{_X}spreadsheetml/2006/main">{item * count}</sst>'
    places = (("A1", count - 1), ("B1", 10**30), ("C1", -1))
    row = "".join(f'<c r="{place}" t="s"><v>{at}</v></c>' for place, at in places)
    return xlsx(sheet(f'<row r="1">{row}</row>'), entry("xl/sharedStrings.xml", table.encode()))


def _one_string(scale: float) -> bytes:
    row = f'<row r="1">{cell("A1", "ชื่อ-สกุล")}{cell("B1", "ก" * many(8_000_000, scale))}</row>'
    return xlsx(sheet(row))


def _merged(scale: float) -> bytes:
    merges = "".join('<mergeCell ref="A1:XFD1048576"/>' for _ in range(many(10_000, scale)))
    found = sheet(_FIRST).replace(b"</worksheet>", f"<mergeCells>{merges}</mergeCells>".encode())
    return xlsx(found + b"</worksheet>")


def _filler(inside: Callable[[Entry], bytes], name: str, size: int, declared: int | None) -> Make:
    def make(scale: float) -> bytes:
        return inside(zeros(name, many(size, scale), declared, b" "))

    return make


def _many_entries(scale: float) -> bytes:
    pages = [entry(f"word/media/{n}.xml", b"") for n in range(many(100_000, scale))]
    return docx(document(paragraph("a")), *pages)


def _overlapping(scale: float) -> bytes:
    """Every member shares one kernel of data (D. Fifield, 2019)."""
    kernel = zeros("kernel", many(100_000_000, scale))
    pages = [
        Entry(f"word/{n}.xml", kernel.packed, kernel.size, at=0) for n in range(many(2_000, scale))
    ]
    return pack([kernel, *_package("word/document.xml", DOCX), *pages])


def _nested_zips(scale: float) -> bytes:
    inner = pack([zeros("0.bin", many(100_000_000, scale))])
    for level in range(6):
        inner = pack([entry(f"{level}-{n}.zip", inner) for n in range(10)])
    return inner


def _nested_in_docx(scale: float) -> bytes:
    return docx(document(paragraph("a")), entry("word/embeddings/a.docx", _nested_zips(scale)))


def _same_name(scale: float) -> bytes:
    """Two documents under one name: who reads which?"""
    one, two = document(paragraph("ชื่อ-สกุล: นายหนึ่ง")), document(paragraph("ชื่อ-สกุล: นายสอง"))
    return docx(one, *(entry("word/document.xml", two) for _ in range(many(1_000, scale))))


def _paths(scale: float) -> bytes:
    names = ("../../../etc/passwd", "/etc/passwd", "C:\\a", "word/../../a", "a\x00b", "con", "")
    return docx(document(paragraph("a")), *(entry(name, b"x") for name in names))


def _encrypted(scale: float) -> bytes:
    part = entry("word/document.xml", document(paragraph("a")), flags=1)
    return docx(part)


def _methods(scale: float) -> bytes:
    return docx(Entry("word/document.xml", b"\xff" * 100, 100, method=99))


def _lying(scale: float) -> bytes:
    return pack(_package("word/document.xml", DOCX), count=60_000)


def _broken(scale: float) -> bytes:
    return docx(document(paragraph("a")))[: -10 if scale else -20]


def _overlapping_end(scale: float) -> bytes:
    """A comment that holds another end record."""
    inner = docx(document(paragraph("inner")))
    return pack(_package("word/document.xml", DOCX), comment=inner[-22:] * 2_000)


def _nested(open_: str, close: str, count: int) -> Make:
    def make(scale: float) -> bytes:
        n = many(count, scale)
        return docx(document(open_ * n + paragraph("a") + close * n))

    return make


def _repeated(piece: str, count: int) -> Make:
    return lambda scale: docx(document(piece * many(count, scale)))


def _laughing(scale: float) -> bytes:
    return xlsx(sheet(f'<row r="1">{cell("A1", "&a12;")}</row>', _LAUGHS))


def _laughing_docx(scale: float) -> bytes:
    return docx(document(paragraph("&a12;"), _LAUGHS))


def _quadratic(scale: float) -> bytes:
    doctype = f'<!DOCTYPE x [<!ENTITY a "{"a" * many(100_000, scale)}">]>'
    return docx(document(paragraph("&a;" * many(50_000, scale)), doctype))


def _external(kind: str) -> Make:
    doctypes = {
        "dtd": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">',
        "entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "parameter": '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x"> %e;]>',
    }
    text = "&e;" if kind == "entity" else "a"
    return lambda scale: docx(document(paragraph(text), doctypes[kind]))


def _utf16(scale: float) -> bytes:
    """A DOCTYPE that a search for its bytes does not see."""
    text = document(paragraph("&a12;"), _LAUGHS).decode().replace('"UTF-8"', '"UTF-16"', 1)
    return docx(text.encode("utf-16"))


def _template(scale: float) -> bytes:
    outside = ' TargetMode="External"'
    relations = _relation("attachedTemplate", "http://127.0.0.1:9/evil.dotm", 3, outside)
    relations += _relation("image", "file:////etc/passwd", 4, outside)
    relations += _relation("oleObject", "\\\\host\\share\\a", 5, outside)
    relations += _relation("styles", "../../../../etc/passwd", 6)
    return docx(document(paragraph("ชื่อ-สกุล: นายอื่น คนละคน")), relations=relations)


def _relations(scale: float) -> bytes:
    many_ = "".join(_relation("image", "a.png", n + 9) for n in range(many(200_000, scale)))
    return docx(document(paragraph("a")), relations=many_)


def _circle(scale: float) -> bytes:
    return docx(document(paragraph("a")), relations=_relation("header", "document.xml", 3))


def _controls(scale: float) -> bytes:
    n = many(20_000, scale)
    open_ = '<w:sdt><w:sdtPr><w:alias w:val="a"/></w:sdtPr><w:sdtContent>'
    return docx(document(open_ * n + paragraph("a") + "</w:sdtContent></w:sdt>" * n))


_MACROS = entry("word/vbaProject.bin", b"\xd0\xcf\x11\xe0" * 1_000)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BUILDERS: dict[str, tuple[str, Make]] = {
    "a far cell": ("a.xlsx", _far),
    "a far cell in 50,000 rows": ("a.xlsx", _wide),
    "cells nowhere": ("a.xlsx", _odd_places),
    "1 million rows": ("a.xlsx", _rows),
    "10 MB of shared strings": ("a.xlsx", _strings),
    "a string of 24 MB": ("a.xlsx", _one_string),
    "10,000 merges of everything": ("a.xlsx", _merged),
    "1,000 sheets": ("a.xlsx", lambda scale: xlsx(sheet(_FIRST), sheets=many(10_000, scale))),
    "a sheet that nests": (
        "a.xlsx",
        lambda scale: xlsx(sheet("<row>" * many(200_000, scale))),
    ),
    "billion laughs in a sheet": ("a.xlsx", _laughing),
    "billion laughs in a document": ("a.docx", _laughing_docx),
    "billion laughs in UTF-16": ("a.docx", _utf16),
    "quadratic entities": ("a.docx", _quadratic),
    "an external DTD": ("a.docx", _external("dtd")),
    "an external entity": ("a.docx", _external("entity")),
    "a parameter entity": ("a.docx", _external("parameter")),
    "10 GB of blanks in a sheet": (
        "a.xlsx",
        _filler(xlsx, "xl/worksheets/sheet1.xml", 10_000_000_000, None),
    ),
    "10 GB of blanks in a document": (
        "a.docx",
        _filler(docx, "word/document.xml", 10_000_000_000, None),
    ),
    "1 GB that says it is 1,000 bytes": (
        "a.docx",
        _filler(docx, "word/document.xml", 1_000_000_000, 1_000),
    ),
    "1 GB sheet that says it is 1,000 bytes": (
        "a.xlsx",
        _filler(xlsx, "xl/worksheets/sheet1.xml", 1_000_000_000, 1_000),
    ),
    "100,000 members": ("a.docx", _many_entries),
    "overlapping members": ("a.docx", _overlapping),
    "zips in zips": ("a.zip", _nested_zips),
    "zips in a document": ("a.docx", _nested_in_docx),
    "two documents of one name": ("a.docx", _same_name),
    "members with paths": ("a.docx", _paths),
    "an encrypted member": ("a.docx", _encrypted),
    "an unknown method": ("a.docx", _methods),
    "a directory that lies": ("a.docx", _lying),
    "a cut archive": ("a.docx", _broken),
    "many end records": ("a.docx", _overlapping_end),
    "100,000 nested tables": ("a.docx", _nested(_TABLE, "</w:tc></w:tr></w:tbl>", 100_000)),
    "100,000 nested paragraphs": ("a.docx", _nested("<w:p>", "</w:p>", 100_000)),
    "20,000 nested controls": ("a.docx", _controls),
    "1 million empty paragraphs": ("a.docx", _repeated("<w:p/>", 1_000_000)),
    "100,000 tables": (
        "a.docx",
        _repeated(f"{_TABLE}{paragraph('ชื่อ')}</w:tc></w:tr></w:tbl>", 100_000),
    ),
    "a row of 100,000 cells": (
        "a.docx",
        lambda scale: docx(
            document(
                "<w:tbl><w:tr>"
                + f"<w:tc>{paragraph('ชื่อ')}</w:tc>" * many(100_000, scale)
                + "</w:tr></w:tbl>"
            )
        ),
    ),
    "cells that span a million": (
        "a.docx",
        _repeated(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000"/></w:tcPr>'
            + paragraph("a")
            + "</w:tc></w:tr></w:tbl>",
            100,
        ),
    ),
    "a template elsewhere": ("a.docx", _template),
    "200,000 relations": ("a.docx", _relations),
    "relations in a circle": ("a.docx", _circle),
    "macros": ("a.docm", lambda scale: docx(document(paragraph("a")), _MACROS)),
    "an old encrypted document": ("a.docx", lambda scale: _OLE + b"\x00" * many(5_000_000, scale)),
    "a sheet that is none": ("a.xlsx", lambda scale: b"PK\x03\x04" + b"\xff" * many(10**6, scale)),
    "a document that is a sheet": ("a.docx", lambda scale: xlsx(sheet(_FIRST))),
    "a sheet that is a page": ("a.xlsx", lambda scale: b"<html><table><tr><td>a</table></html>"),
    "no content at all": ("a.docx", lambda scale: b""),
}


def _attached(name: str, build: Make, scale: float) -> bytes:
    media = {"xlsx": XLSX, "docx": DOCX}.get(name.rpartition(".")[2], "application/octet-stream")
    return with_file(build(scale), name, media)


def mails(builders: Sequence[tuple[str, str, Make]]) -> dict[str, Make]:
    """What `build` makes, each attached to a request."""
    return {what: partial(_attached, name, build) for what, name, build in builders}


CASES: dict[str, Make] = mails([(what, *found) for what, found in _BUILDERS.items()])
