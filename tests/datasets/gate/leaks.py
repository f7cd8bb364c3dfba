"""Ordinary files with one thing planted in each: what, by which program, and the file.

Written by openpyxl, xlsxwriter and python-docx, and by surgery on the zip where no library writes
what is to be planted. Persons are made up.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import docx
import openpyxl
import xlsxwriter
from docx.oxml import OxmlElement
from docx.shared import Pt, RGBColor
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mailproc.datasets.gate.persons import is_national_id
from tests.datasets.gate import ordinary, writers

THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
FIRST = "สมมติ ตัวอย่าง ทดลอง สมชื่อ มานะ ปิติ ชูใจ วีระ เพชร ดวงแก้ว".split()
LAST = "ใจดี รักเรียน ขยันยิ่ง มั่นคง แสนสุข งามตา ทองดี ศรีสุข".split()
BOOK, SHEET = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
Files = dict[str, bytes]
Plant = Callable[[openpyxl.Workbook, Worksheet, random.Random], None]


@dataclass(frozen=True, slots=True)
class Leak:
    """A file, and the kinds of finding of which one must be among those told."""

    kind: str
    how: str
    name: str
    content: bytes


def an_id(chance: random.Random) -> str:
    first = f"{chance.randrange(1, 9)}{chance.randrange(10**11):011}"
    return next(first + d for d in "0123456789" if is_national_id(first + d))


def dashed(number: str, sign: str = "-") -> str:
    return sign.join((number[0], number[1:5], number[5:10], number[10:12], number[12]))


def a_name(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


# ---------------------------------------------------------------- by openpyxl


def _hidden_sheet(state: str, book: openpyxl.Workbook, _: Worksheet, chance: random.Random) -> None:
    extra = book.create_sheet("รายชื่อ")
    extra["A1"] = chance.randrange(99)
    extra.sheet_state = state


def _hidden_rows(book: openpyxl.Workbook, sheet: Worksheet, chance: random.Random) -> None:
    sheet.row_dimensions[4].hidden = True


def _low_row(height: float, _: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.row_dimensions[4].height = height


def _hidden_column(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.column_dimensions["B"].hidden = True


def _narrow_column(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.column_dimensions["B"].width = 0.1


def _grouped(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.column_dimensions.group("B", "C", hidden=True)


def _grouped_rows(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.row_dimensions.group(4, 5, hidden=True)


def _filtered(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.auto_filter.add_filter_column(0, ["1"])


def _coloured(
    colour: str, ground: str, _: openpyxl.Workbook, sheet: Worksheet, __: random.Random
) -> None:
    sheet["B4"].font = Font(color=colour)
    if ground:
        sheet["B4"].fill = PatternFill("solid", fgColor=ground)


def _tiny(size: float, _: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet["B4"].font = Font(size=size)


def _formatted(code: str, _: openpyxl.Workbook, sheet: Worksheet, chance: random.Random) -> None:
    sheet["B4"] = chance.randrange(5, 99)
    sheet["B4"].number_format = code


def _formula(text: str, _: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet["B4"] = text


def _comment(_: openpyxl.Workbook, sheet: Worksheet, chance: random.Random) -> None:
    sheet["B4"].comment = Comment(a_name(chance), "x")


def _name(text: str, book: openpyxl.Workbook, _: Worksheet, __: random.Random) -> None:
    book.defined_names["ลับ"] = DefinedName("ลับ", attr_text=text)


def _property(field: str, book: openpyxl.Workbook, _: Worksheet, chance: random.Random) -> None:
    setattr(book.properties, field, a_name(chance))


def _custom(book: openpyxl.Workbook, _: Worksheet, chance: random.Random) -> None:
    book.custom_doc_props.append(StringProperty(name="ผู้จัดทำ", value=a_name(chance)))


def _header(text: str, _: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet.oddHeader.left.text = text


def _validation(text: str, _: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    one = DataValidation(type="list", formula1=text)
    sheet.add_data_validation(one)
    one.add("B4")


def _condition(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    rule = CellIsRule(operator="greaterThan", formula=["0"], font=Font(color="FFFFFF"))
    sheet.conditional_formatting.add("A1:Z99", rule)


def _far(_: openpyxl.Workbook, sheet: Worksheet, chance: random.Random) -> None:
    sheet.cell(row=3, column=chance.randrange(300, 16_000), value=5)


def _far_below(_: openpyxl.Workbook, sheet: Worksheet, chance: random.Random) -> None:
    sheet.cell(row=chance.randrange(5_000, 1_000_000), column=2, value=5)


def _link(_: openpyxl.Workbook, sheet: Worksheet, __: random.Random) -> None:
    sheet["B4"].hyperlink = "https://example.org/hidden?id=1"


def _in_cell(
    text: Callable[[random.Random], object],
    _: openpyxl.Workbook,
    sheet: Worksheet,
    chance: random.Random,
) -> None:
    sheet.cell(row=chance.randrange(3, 30), column=chance.randrange(1, 9), value=text(chance))


def _column(
    head: str,
    text: Callable[[random.Random], object],
    rows: int,
    _: openpyxl.Workbook,
    sheet: Worksheet,
    chance: random.Random,
) -> None:
    at = sheet.max_column + 1
    if head:
        sheet.cell(row=2, column=at, value=head)
    for row in range(3, 3 + rows):
        sheet.cell(row=row, column=at, value=text(chance))


def _tab(_: openpyxl.Workbook, sheet: Worksheet, chance: random.Random) -> None:
    sheet.title = an_id(chance)


def buddhist(chance: random.Random) -> str:
    day = birth(chance)
    return f"{day.day:02}/{day.month:02}/{day.year + 543}"


def spoken(chance: random.Random) -> str:
    return f"{chance.randrange(1, 28)} {chance.choice(('มกราคม', 'พ.ค.', 'ธันวาคม'))} {chance.randrange(2550, 2563)}"  # noqa: E501


def birth(chance: random.Random) -> date:
    return date(2007, 1, 1) + timedelta(days=chance.randrange(4_000))


def mobile(chance: random.Random) -> str:
    return f"0{chance.choice('689')}{chance.randrange(10**8):08}"


def _pieces(number: str, *sizes: int) -> str:
    found, at = [], 0
    for size in sizes:
        found.append(number[at : at + size])
        at += size
    return "-".join(found)


IDS: tuple[tuple[str, Callable[[random.Random], object]], ...] = (
    ("plain", an_id),
    ("number", lambda c: int(an_id(c))),
    ("dashes", lambda c: dashed(an_id(c))),
    ("blanks", lambda c: dashed(an_id(c), " ")),
    ("long dashes", lambda c: dashed(an_id(c), "–")),
    ("Thai digits", lambda c: an_id(c).translate(THAI)),
    ("Thai digits with dashes", lambda c: dashed(an_id(c)).translate(THAI)),
    ("in words", lambda c: f"เลขที่บัตร {an_id(c)} ของผู้ขอ"),
    ("single digits", lambda c: " ".join(an_id(c))),
    ("unseen characters", lambda c: "\u200b".join(an_id(c))),
    ("full width", lambda c: "".join(chr(0xFF10 + int(d)) for d in an_id(c))),
    ("with a point", lambda c: f"{an_id(c)}."),
    ("decimal", lambda c: float(an_id(c))),
    ("three groups", lambda c: _pieces(an_id(c), 3, 5, 5)),
)
PHONES: tuple[tuple[str, Callable[[random.Random], object]], ...] = (
    ("plain", mobile),
    ("dashes", lambda c: _pieces(mobile(c), 3, 3, 4)),
    ("blanks", lambda c: _pieces(mobile(c), 3, 3, 4).replace("-", " ")),
    ("abroad", lambda c: f"+66 {mobile(c)[1:3]} {mobile(c)[3:6]} {mobile(c)[6:]}"),
    ("Thai digits", lambda c: mobile(c).translate(THAI)),
    ("old dashes", lambda c: _pieces(mobile(c), 2, 4, 4)),
    ("in words", lambda c: f"ติดต่อ {mobile(c)} ครูประจำชั้น"),
)
COLUMNS: tuple[tuple[str, str, str, Callable[[random.Random], object]], ...] = (
    ("birth_date", "Buddhist", "วันเกิด", buddhist),
    ("birth_date", "words", "วัน/เดือน/ปีเกิด", spoken),
    ("birth_date", "Gregorian days", "วันเดือนปีเกิด", birth),
    ("birth_date", "English", "Date of Birth", birth),
    ("birth_date", "ISO", "DOB", lambda c: birth(c).isoformat()),
    ("birth_date", "short", "ว.ด.ป. เกิด", buddhist),
    ("birth_date", "no heading", "", buddhist),
    ("person_name", "name and surname", "ชื่อ-สกุล", a_name),
    ("person_name", "one heading", "ชื่อ - นามสกุล", a_name),
    ("person_name", "surname", "นามสกุล", lambda c: f"{c.choice(LAST)}{c.choice(FIRST)}"),
    ("person_name", "titles alone", "ผู้เข้าร่วม", lambda c: f"นาย{a_name(c)}"),
    ("person_name", "Miss", "รายการ", lambda c: f"นางสาว{a_name(c)}"),
    ("person_name", "no heading", "", lambda c: f"นาง {a_name(c)}"),
    ("person_name", "children", "รายการ", lambda c: f"ด.ช. {a_name(c)}"),
    ("person_name", "girls", "รายการ", lambda c: f"เด็กหญิง{a_name(c)}"),
    (
        "person_name",
        "English",
        "Student name",
        lambda c: f"{c.choice(('Somchue', 'Mana'))} Jaidee{c.choice('abcdefgh')}",
    ),
    ("person_name", "guardian", "ชื่อผู้ปกครอง", a_name),
    ("person_name", "chief", "ชื่อผู้อำนวยการโรงเรียน", a_name),
    ("phone", "lost zero", "เบอร์โทร", lambda c: int(mobile(c))),
    ("phone", "lost zero, no heading", "", lambda c: int(mobile(c))),
    (
        "phone",
        "landlines",
        "โทรศัพท์",
        lambda c: f"0-42{c.randrange(10, 99)}-{c.randrange(1000, 9999)}",
    ),
    ("email", "free", "อีเมล", lambda c: f"somebody{c.randrange(999)}@gmail.com"),
    ("email", "of a school", "ที่อยู่อีเมล", lambda c: f"t{c.randrange(999)}@school.example.org"),
    ("other_id", "pupils", "เลขประจำตัวนักเรียน", lambda c: c.randrange(10_000, 99_999)),
    ("other_id", "pupils' codes", "รหัสนักเรียน", lambda c: str(c.randrange(10_000, 99_999))),
    ("other_id", "passports", "Passport No.", lambda c: f"AA{c.randrange(10**6, 10**7)}"),
    ("other_id", "passports, no heading", "", lambda c: f"AB{c.randrange(10**6, 10**7)}"),
    ("other_id", "children without papers", "รหัส", lambda c: f"G{c.randrange(10**11, 10**12)}"),
    (
        "national_id",
        "masked under its heading",
        "เลขประจำตัวประชาชน",
        lambda c: f"{c.randrange(10**12, 10**13)}",
    ),
    (
        "account",
        "bank",
        "เลขที่บัญชีธนาคาร",
        lambda c: f"{c.randrange(100, 999)}-0-{c.randrange(10_000, 99_999)}-1",
    ),
)
BY_OPENPYXL: tuple[tuple[str, str, Plant], ...] = (
    ("hidden_sheet", "hidden", partial(_hidden_sheet, "hidden")),
    ("hidden_sheet", "very hidden", partial(_hidden_sheet, "veryHidden")),
    ("hidden_rows", "row", _hidden_rows),
    ("hidden_rows", "hardly a height", partial(_low_row, 0.75)),
    ("hidden_rows", "grouped", _grouped_rows),
    ("hidden_columns", "column", _hidden_column),
    ("hidden_columns", "no width", _narrow_column),
    ("hidden_columns", "grouped", _grouped),
    ("filtered", "filter", _filtered),
    ("same_colour", "white", partial(_coloured, "FFFFFFFF", "")),
    ("same_colour", "nearly white", partial(_coloured, "FFFAFAFA", "")),
    ("same_colour", "in the colour of the fill", partial(_coloured, "FF1F4E78", "FF1F4E78")),
    ("tiny", "1 point", partial(_tiny, 1)),
    ("tiny", "3 points", partial(_tiny, 3)),
    ("format", "nothing", partial(_formatted, ";;;")),
    ("format", "no numbers", partial(_formatted, ";;")),
    ("format", "a dash for all", partial(_formatted, '"-"')),
    ("formula", "sum", partial(_formula, "=SUM(A1:A3)")),
    ("formula", "another file", partial(_formula, "='[other.xlsx]x'!A1")),
    ("formula", "link", partial(_formula, '=HYPERLINK("http://example.org")')),
    ("comment", "note", _comment),
    ("name", "constant", partial(_name, '"1234"')),
    ("name", "range", partial(_name, "'ข้อมูล'!$A$1:$B$9")),
    ("properties", "author", partial(_property, "creator")),
    ("properties", "last saved by", partial(_property, "lastModifiedBy")),
    ("properties", "description", partial(_property, "description")),
    ("properties", "keywords", partial(_property, "keywords")),
    ("properties", "custom", _custom),
    ("header", "secret", partial(_header, "ลับ ห้ามเผยแพร่")),
    ("header", "words of its own", partial(_header, "ผู้ปกครองของเด็กที่ร้องเรียนเรื่องครูประจำชั้นคือสมมติ")),
    ("header", "path", partial(_header, "&Z&F")),
    ("validation", "list", partial(_validation, '"สมมติ ใจดี,ปิติ รักเรียน"')),
    ("validation", "elsewhere", partial(_validation, "=ลับ!$A$1:$A$9")),
    ("condition", "white by rule", _condition),
    ("far", "to the right", _far),
    ("far", "below", _far_below),
    ("external", "link under other words", _link),
    ("national_id", "name of a sheet", _tab),
    *(("national_id", how, partial(_in_cell, text)) for how, text in IDS),
    *(("phone", how, partial(_in_cell, text)) for how, text in PHONES),
    *((kind, how, partial(_column, head, text, 12)) for kind, how, head, text in COLUMNS),
    ("national_id", "title", lambda b, s, c: setattr(b.properties, "title", an_id(c))),
    ("national_id", "footer", lambda b, s, c: setattr(s.oddFooter.right, "text", dashed(an_id(c)))),
    ("birth_date", "in words", partial(_in_cell, lambda c: f"เกิดวันที่ {spoken(c)}")),
    ("person_name", "one child", partial(_in_cell, lambda c: f"เด็กชาย{a_name(c)}")),
)


def by_openpyxl(seed: int, plant: Plant) -> bytes:
    chance = random.Random(seed)
    book = writers.book(ordinary.by_grade(chance))
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    plant(book, sheet, chance)
    return writers.saved(book)


# ---------------------------------------------------------------- by xlsxwriter


def by_xlsxwriter(seed: int, plant: Callable[..., None]) -> bytes:
    chance = random.Random(seed)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("ข้อมูล")
        for row in range(9):
            sheet.write_row(row, 0, [f"รายการ {row}", chance.randrange(99), chance.randrange(99)])
        plant(book, sheet, chance)
    return target.getvalue()


def _picture() -> io.BytesIO:
    png = (
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
        "f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
    )
    return io.BytesIO(bytes.fromhex(png))


def _literal_chart(book: xlsxwriter.Workbook, sheet: object, chance: random.Random) -> None:
    hidden = book.add_worksheet("ลับ")
    hidden.write_row(0, 0, [chance.randrange(9), 5, 6])
    hidden.hide()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=ลับ!$A$1:$C$1"})
    sheet.insert_chart("F2", chart)  # type: ignore[attr-defined]


BY_XLSXWRITER: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("hidden_sheet", "xlsxwriter", lambda b, s, c: b.add_worksheet("x").very_hidden()),
    (
        "hidden_rows",
        "default",
        lambda b, s, c: (
            s.set_default_row(hide_unused_rows=True) or s.set_row(4, None, None, {"hidden": True})
        ),
    ),
    (
        "hidden_columns",
        "level",
        lambda b, s, c: s.set_column(1, 1, 9, None, {"level": 1, "hidden": True}),
    ),
    ("image", "picture", lambda b, s, c: s.insert_image("F2", "x.png", {"image_data": _picture()})),
    ("image", "background", lambda b, s, c: s.set_background(_picture())),
    (
        "image",
        "header",
        lambda b, s, c: s.set_header(
            "&L&G", {"image_left": "x.png", "image_data_left": _picture()}
        ),
    ),
    ("comment", "xlsxwriter", lambda b, s, c: s.write_comment("B2", a_name(c))),
    (
        "same_colour",
        "rich text",
        lambda b, s, c: s.write_rich_string(
            "B2", "จำนวน ", b.add_format({"font_color": "white"}), a_name(c)
        ),
    ),
    (
        "same_colour",
        "theme",
        lambda b, s, c: s.write(
            "B2", 5, b.add_format({"font_color": xlsxwriter.color.Color.theme(0, 0)})
        ),
    ),
    (
        "tiny",
        "rich text",
        lambda b, s, c: s.write_rich_string(
            "B2", "จำนวน ", b.add_format({"font_size": 1}), a_name(c)
        ),
    ),
    ("chart", "hidden sheet", _literal_chart),
    ("external", "link", lambda b, s, c: s.write_url("B2", "https://example.org/x", string="ดูเพิ่ม")),
    ("external", "file", lambda b, s, c: s.write_url("B2", r"external:\\server\share\x.xlsx")),
    ("formula", "array", lambda b, s, c: s.write_array_formula("B2:B3", "{=A1:A2}")),
    (
        "format",
        "text",
        lambda b, s, c: s.write("B2", a_name(c), b.add_format({"num_format": ";;;"})),
    ),
    (
        "validation",
        "prompt",
        lambda b, s, c: s.data_validation(
            "B2", {"validate": "any", "input_message": f"เลข {an_id(c)}"}
        ),
    ),
    ("properties", "custom", lambda b, s, c: b.set_custom_property("ผู้ตรวจ", a_name(c))),
    ("properties", "manager", lambda b, s, c: b.set_properties({"manager": a_name(c)})),
    ("national_id", "text box", lambda b, s, c: s.insert_textbox("F2", dashed(an_id(c)))),
    ("national_id", "chart title", lambda b, s, c: _titled(b, s, an_id(c))),
    ("national_id", "general number", lambda b, s, c: s.write_number("B2", int(an_id(c)))),
    (
        "phone",
        "format with zeros",
        lambda b, s, c: s.write_number(
            "B2", int(mobile(c)), b.add_format({"num_format": "0000000000"})
        ),
    ),
    ("covered", "merged", lambda b, s, c: s.merge_range("F2:G3", "x") or s.write("G3", 5)),
)


def _titled(book: xlsxwriter.Workbook, sheet: object, words: str) -> None:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=ข้อมูล!$B$1:$B$9"})
    chart.set_title({"name": words})
    sheet.insert_chart("F2", chart)  # type: ignore[attr-defined]


# ---------------------------------------------------------------- by surgery


def rezipped(content: bytes, change: Callable[[Files], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in files.items():
            archive.writestr(name, part)
    return target.getvalue()


def replaced(part: str, old: str, new: str) -> Callable[[Files], None]:
    """Puts `new` in the place of the first match of the pattern."""

    def change(files: Files) -> None:
        changed, count = re.subn(old, new, files[part].decode(), count=1)
        assert count, f"{old} is not in {part}"
        files[part] = changed.encode()

    return change


def added(name: str, content: bytes = b"<x/>") -> Callable[[Files], None]:
    return lambda files: files.update({name: content})


CHART = "xl/charts/chart1.xml"
BY_SURGERY: tuple[tuple[str, str, Callable[[Files], None]], ...] = (
    ("macro", "vbaProject", added("xl/vbaProject.bin", b"MZ")),
    ("macro", "macro sheet", added("xl/macrosheets/sheet1.xml")),
    (
        "macro",
        "type",
        replaced("[Content_Types].xml", r"sheet\.main\+xml", "sheet.macroEnabled.main+xml"),
    ),
    ("pivot", "cache", added("xl/pivotCache/pivotCacheRecords1.xml")),
    ("pivot", "definition", added("xl/pivotCache/pivotCacheDefinition1.xml")),
    ("pivot", "table", added("xl/pivotTables/pivotTable1.xml")),
    ("embedded", "object", added("xl/embeddings/oleObject1.bin", b"MZ")),
    ("embedded", "package", added("xl/embeddings/Microsoft_Excel_Sheet.xlsx", b"PK")),
    ("embedded", "control", added("xl/activeX/activeX1.xml")),
    ("external", "book", added("xl/externalLinks/externalLink1.xml")),
    ("comment", "threaded", added("xl/threadedComments/threadedComment1.xml")),
    ("comment", "persons", added("xl/persons/person.xml")),
    ("custom_xml", "part", added("customXml/item1.xml", b"<a>leak</a>")),
    ("connection", "connections", added("xl/connections.xml")),
    ("connection", "query table", added("xl/queryTables/queryTable1.xml")),
    ("connection", "data model", added("xl/model/item.data", b"x")),
    ("connection", "slicer", added("xl/slicers/slicer1.xml")),
    ("changes", "revisions", added("xl/revisions/revisionLog1.xml")),
    ("image", "thumbnail", added("docProps/thumbnail.jpeg", b"\xff\xd8")),
    ("unexpected", "part", added("xl/extra.xml")),
    ("unexpected", "sheet that no list shows", added("xl/worksheets/sheet9.xml")),
    (
        "hidden_rows",
        "all by default",
        replaced(SHEET, "<sheetFormatPr", '<sheetFormatPr zeroHeight="1"'),
    ),
    ("hidden_rows", "one", replaced(SHEET, '<row r="4"', '<row r="4" hidden="true"')),
    (
        "hidden_rows",
        "no height",
        replaced(SHEET, '<row r="4"', '<row r="4" ht="0" customHeight="1"'),
    ),
    (
        "filtered",
        "by colour",
        replaced(
            SHEET,
            r"<autoFilter([^>]*)/>",
            r'<autoFilter\1><filterColumn colId="0"><colorFilter/></filterColumn></autoFilter>',
        ),
    ),
    (
        "properties",
        "path of the author",
        replaced(BOOK, "<bookViews", r'<absPath url="C:\\\\Users\\\\somebody\\\\"/><bookViews'),
    ),
    ("hidden_sheet", "window", replaced(BOOK, 'visibility="visible"', 'visibility="hidden"')),
    (
        "unexpected",
        "scenario",
        replaced(
            SHEET,
            "</sheetData>",
            '</sheetData><scenarios><scenario name="x"><inputCells r="B4" val="7"/></scenario></scenarios>',  # noqa: E501
        ),
    ),
    (
        "formula",
        "in a rule",
        replaced(
            SHEET,
            "</sheetData>",
            '</sheetData><conditionalFormatting sqref="A1"><cfRule type="expression"><formula>\'ลับ\'!A1=1</formula></cfRule></conditionalFormatting>',  # noqa: E501
        ),
    ),
    (
        "same_colour",
        "inline text",
        replaced(
            SHEET,
            '<c r="A4"[^>]*>.*?</c>',
            '<c r="A4" t="inlineStr"><is><r><rPr><color rgb="FFFFFFFF"/></rPr><t>x</t></r></is></c>',  # noqa: E501
        ),
    ),
    (
        "cut",
        "full cell",
        replaced(
            SHEET,
            '<c r="A4"[^>]*>.*?</c>',
            f'<c r="A4" t="inlineStr"><is><t>{"ก" * 32_767}</t></is></c>',
        ),
    ),
)
ON_CHARTS: tuple[tuple[str, str, Callable[[Files], None]], ...] = (
    (
        "chart",
        "other numbers",
        replaced(CHART, r"<c:numCache>(.*?)<c:v>[^<]*</c:v>", r"<c:numCache>\1<c:v>4711</c:v>"),
    ),
    (
        "chart",
        "literal",
        replaced(
            CHART,
            "<c:numRef>.*?</c:numRef>",
            '<c:numLit><c:ptCount val="1"/><c:pt idx="0"><c:v>3</c:v></c:pt></c:numLit>',
        ),
    ),
    ("chart", "another book", replaced(CHART, r"<c:f>[^<]*</c:f>", "<c:f>[1]x!$A$1</c:f>")),
    (
        "external",
        "data of a chart",
        replaced(CHART, "</c:chartSpace>", '<c:externalData r:id="rId1"/></c:chartSpace>'),
    ),
    (
        "left_over",
        "text of a deleted row",
        replaced("xl/sharedStrings.xml", "</sst>", "<si><t>สมมติ ใจดี</t></si></sst>"),
    ),
    (
        "hidden_shape",
        "shape",
        replaced("xl/drawings/drawing1.xml", "<xdr:cNvPr", '<xdr:cNvPr hidden="1"'),
    ),
)


# ---------------------------------------------------------------- DOCX and CSV


def by_docx(seed: int, plant: Callable[..., None]) -> bytes:
    chance = random.Random(seed)
    out = docx.Document(io.BytesIO(writers.by_docx(ordinary.scores(chance))))
    plant(out, out.add_paragraph("หมายเหตุ "), chance)
    target = io.BytesIO()
    out.save(target)
    return target.getvalue()


def _parted(paragraph: Any, words: str) -> None:
    for one in words:
        paragraph.add_run(one)


def _element(paragraph: object, tag: str) -> None:
    node = OxmlElement(tag)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "เดิม"
    run.append(text)
    node.append(run)
    paragraph._p.append(node)  # type: ignore[attr-defined]


BY_DOCX: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("hidden_text", "vanish", lambda d, p, c: setattr(p.add_run(a_name(c)).font, "hidden", True)),
    (
        "same_colour",
        "white",
        lambda d, p, c: setattr(p.add_run(a_name(c)).font.color, "rgb", RGBColor(255, 255, 255)),
    ),
    ("tiny", "1 point", lambda d, p, c: setattr(p.add_run(a_name(c)).font, "size", Pt(1))),
    ("comment", "docx", lambda d, p, c: d.add_comment(p.add_run("x"), text="ดู", author="x")),
    ("changes", "inserted", lambda d, p, c: _element(p, "w:ins")),
    ("changes", "deleted", lambda d, p, c: _element(p, "w:del")),
    ("image", "docx", lambda d, p, c: p.add_run().add_picture(_picture())),
    ("properties", "author", lambda d, p, c: setattr(d.core_properties, "author", a_name(c))),
    (
        "properties",
        "last saved by",
        lambda d, p, c: setattr(d.core_properties, "last_modified_by", a_name(c)),
    ),
    ("national_id", "docx", lambda d, p, c: p.add_run(dashed(an_id(c)))),
    ("national_id", "header", lambda d, p, c: d.sections[0].header.paragraphs[0].add_run(an_id(c))),
    ("national_id", "parted runs", lambda d, p, c: _parted(p, an_id(c))),
    ("phone", "docx", lambda d, p, c: p.add_run(mobile(c))),
    ("person_name", "table", lambda d, p, c: _table(d, "ชื่อ-สกุล", a_name, c)),
    ("birth_date", "table", lambda d, p, c: _table(d, "วันเกิด", buddhist, c)),
)


def _table(
    out: object, head: str, text: Callable[[random.Random], str], chance: random.Random
) -> None:
    table = out.add_table(rows=0, cols=1)  # type: ignore[attr-defined]
    for words in (head, *(text(chance) for _ in range(5))):
        table.add_row().cells[0].text = words


ON_DOCX: tuple[tuple[str, str, Callable[[Files], None]], ...] = (
    ("embedded", "docx", added("word/embeddings/oleObject1.bin", b"MZ")),
    ("macro", "docx", added("word/vbaProject.bin", b"MZ")),
    ("comment", "docx part", added("word/comments.xml")),
    ("custom_xml", "docx", added("customXml/item9.xml", b"<a>leak</a>")),
    ("connection", "mail merge", replaced("word/settings.xml", "<w:zoom", "<w:mailMerge/><w:zoom")),
)
IN_CSV: tuple[tuple[str, str, Callable[[random.Random], str]], ...] = (
    ("unsafe_cell", "equals", lambda c: '=HYPERLINK("http://example.org")'),
    ("unsafe_cell", "plus", lambda c: "+1+cmd|' /C x'!A0"),
    ("unsafe_cell", "minus", lambda c: "-2+3+cmd"),
    ("unsafe_cell", "at", lambda c: "@SUM(A1:A2)"),
    ("unsafe_cell", "tab", lambda c: "\t=1"),
    *(
        ("national_id", f"CSV {how}", lambda c, text=text: str(text(c)).removesuffix(".0"))
        for how, text in IDS
    ),
    *(("phone", f"CSV {how}", lambda c, text=text: str(text(c))) for how, text in PHONES),
)


def by_csv(seed: int, text: Callable[[random.Random], str]) -> bytes:
    chance = random.Random(seed)
    made = ordinary.scores(chance)
    made.rows[1][2] = text(chance)
    return writers.by_csv(made)


def all_leaks() -> Iterator[Leak]:
    """Every leak; those of cells and columns twice, in different places."""
    for seed in (1, 2):
        for kind, how, plant in BY_OPENPYXL:
            yield Leak(kind, f"openpyxl: {how} {seed}", "x.xlsx", by_openpyxl(seed, plant))
    for kind, how, change in BY_XLSXWRITER:
        yield Leak(kind, f"xlsxwriter: {how}", "x.xlsx", by_xlsxwriter(3, change))
    plain = writers.by_openpyxl(ordinary.made(0))
    for kind, how, cut in BY_SURGERY:
        yield Leak(kind, f"zip: {how}", "x.xlsx", rezipped(plain, cut))
    drawn = writers.by_xlsxwriter(ordinary.made(0))
    for kind, how, cut in ON_CHARTS:
        yield Leak(kind, f"chart: {how}", "x.xlsx", rezipped(drawn, cut))
    for kind, how, change in BY_DOCX:
        yield Leak(kind, f"docx: {how}", "x.docx", by_docx(4, change))
    letter = writers.by_docx(ordinary.made(5))
    for kind, how, cut in ON_DOCX:
        yield Leak(kind, f"docx zip: {how}", "x.docx", rezipped(letter, cut))
    for kind, how, text in IN_CSV:
        yield Leak(kind, how, "x.csv", by_csv(5, text))
