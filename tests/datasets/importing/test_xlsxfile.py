"""Workbooks as other programs write them, and those that were made to harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter

from mailproc.datasets.importing.problems import Unreadable
from mailproc.datasets.importing.xlsxfile import Book
from tests.datasets.importing.conftest import SCHOOLS, Reads, keys, obec, xlsx


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    book = Book(content)
    return list(book.rows(next(iter(book.sheets))))


def _changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()) if name == part else data)
    return out.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"


def test_cells_are_read_as_they_are_written() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    zeros, day = (
        book.add_format({"num_format": "00000000"}),
        book.add_format({"num_format": "d/m/yyyy"}),
    )
    sheet.write_row(0, 0, ["ข้อความ", 57030181, 57030181.5, True])
    sheet.write_number(1, 0, 650001, zeros)
    sheet.write_number(1, 1, 45818, day)
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_rich_string(1, 3, "ก", book.add_format({"bold": True}), "ข")
    sheet.write_string(4, 1, "ไกล")
    book.close()
    assert _rows(out.getvalue()) == [
        (1, ["ข้อความ", "57030181", "57030181.5", "TRUE"]),
        (2, ["00650001", "2025-06-10", "#DIV/0!", "กข"]),
        (5, ["", "ไกล"]),
    ]


def test_strings_within_the_sheet_and_prefixed_tags_are_read() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})  # writes inline strings
    book.add_worksheet().write_row(0, 0, ["ก", 1])
    book.close()
    assert _rows(out.getvalue()) == [(1, ["ก", "1"])]

    def prefixed(xml: str) -> str:
        for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
            for end in (" ", ">"):
                xml = xml.replace(f"<{tag}{end}", f"<x:{tag}{end}").replace(
                    f"</{tag}{end}", f"</x:{tag}{end}"
                )
        return xml.replace("<x:worksheet xmlns=", "<x:worksheet xmlns:x=")

    assert _rows(_changed(out.getvalue(), _SHEET, prefixed)) == [(1, ["ก", "1"])]


def test_a_formula_whose_value_was_not_saved_is_an_error(read: Reads) -> None:
    table: list[list[object]] = [list(row) for row in obec(SCHOOLS)]
    table[1][table[0].index("ป.1 ชาย")] = "=2+3"
    assert "excel_error" in keys(read(xlsx(table)))


def test_some_columns_alone_can_be_read() -> None:
    book = Book(xlsx([["a", "b", "c"], ["1", "2", "3"]]))
    assert list(book.rows("Sheet1", frozenset({2}))) == [(1, ["", "", "c"]), (2, ["", "", "3"])]


def test_hidden_sheets_are_not_read_and_of_several_one_is_asked_for(read: Reads) -> None:
    book = openpyxl.Workbook()
    for at, state in enumerate(("visible", "visible", "hidden")):
        sheet = book.active if at == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title, sheet.sheet_state = f"แผ่น{at}", state
        for row in obec(SCHOOLS):
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    outcome = read(out.getvalue())
    assert keys(outcome) == {"several_sheets"}
    assert "แผ่น2" not in repr(outcome)
    assert not read(out.getvalue(), sheet="แผ่น1").failed
    assert keys(read(out.getvalue(), sheet="แผ่น2")) == {"sheet_not_there"}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda xml: '<!DOCTYPE a [<!ENTITY b "c">]>' + xml, "hostile"),
        (lambda xml: xml[: len(xml) // 2], "damaged"),
        (lambda xml: xml.replace('r="A1"', 'r="ก1"'), "damaged"),
        (lambda xml: xml.replace('r="A1"', 'r="ZZZ1"'), "too_wide"),
        (lambda xml: xml.replace('t="inlineStr"', 't="s"').replace("<is>", "<v>7</v>"), "damaged"),
    ],
)
def test_a_hostile_or_damaged_sheet_is_refused(change: Callable[[str], str], key: str) -> None:
    content = _changed(xlsx([["ก", "ข"]]), _SHEET, change)
    with pytest.raises(Unreadable) as refused:
        _rows(content)
    assert refused.value.key == key


def test_a_bomb_is_seen_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "")
        bomb.writestr("xl/workbook.xml", b" " * 50_000_000)
    with pytest.raises(Unreadable) as refused:
        Book(out.getvalue())
    assert refused.value.key == "hostile"


def test_other_archives_are_no_workbooks(read: Reads) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("a.txt", "ก")
    assert keys(read(out.getvalue())) == {"archive"}
