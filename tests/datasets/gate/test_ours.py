from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from mailproc.datasets.gate import inspect, is_national_id
from mailproc.datasets.workbook import build
from mailproc.model import Built, Prepared
from tests.datasets.conftest import PROVENANCE, Asking

# Made up: thirteen digits with a right check digit, of nobody.
ID = "1111111111119"
SHEET = "xl/worksheets/sheet1.xml"
Files = dict[str, bytes]


@pytest.fixture
def prepared(ask: Asking) -> Prepared:
    return ask.prepared("ป.6")


@pytest.fixture
def built(prepared: Prepared, url: str) -> Built:
    return build(prepared, PROVENANCE, url)


def with_content(built: Built, content: bytes) -> Built:
    """The file changed, and its own digest with it."""
    return replace(built, content=content, sha256=sha256(content).hexdigest())


def rezipped(built: Built, change: Callable[[Files], None]) -> Built:
    with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return with_content(built, target.getvalue())


def replaced(part: str, old: str, new: str) -> Callable[[Files], None]:
    """Puts `new` in the place of the first match of the pattern."""

    def change(files: Files) -> None:
        changed, count = re.subn(old, new, files[part].decode(), count=1)
        assert count, f"{old} is not in {part}"
        files[part] = changed.encode()

    return change


def without(part: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        del files[part]

    return change


def added(name: str, content: bytes = b"<x/>") -> Callable[[Files], None]:
    return lambda files: files.update({name: content})


@pytest.mark.parametrize("words", [(), ("ป.6",), ("ม.ต้น หญิง", "โรงเรียนขนาดเล็ก"), ("57030025",)])
@pytest.mark.parametrize("level", ["school", "area"])
@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_what_we_build_may_leave(
    ask: Asking, url: str, words: tuple[str, ...], level: str, format_: str
) -> None:
    prepared = ask.prepared(*words, level=level, format=format_)
    assert inspect(build(prepared, PROVENANCE, url), prepared) == ()


FIRST_CELL = r'(<c r="C5" s="\d+">)<v>8</v></c>'
BOOK = "xl/workbook.xml"

CHANGES: list[tuple[str, str, Callable[[Files], None]]] = [
    ("a formula", "formula", replaced(SHEET, FIRST_CELL, r"\1<f>4+4</f><v>8</v></c>")),
    (
        "a formula in a rule",
        "formula",
        replaced(
            SHEET,
            "<pageMargins",
            '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1">'
            "<formula>1=1</formula></cfRule></conditionalFormatting><pageMargins",
        ),
    ),
    (
        "a named formula",
        "defined name",
        replaced(BOOK, "</definedNames>", '<definedName name="x">1+1</definedName></definedNames>'),
    ),
    ("a hidden sheet", "hidden", replaced(BOOK, 'sheetId="2"', 'sheetId="2" state="hidden"')),
    (
        "a very hidden sheet",
        "hidden",
        replaced(BOOK, 'sheetId="1"', 'sheetId="1" state="veryHidden"'),
    ),
    ("a hidden row", "hidden", replaced(SHEET, '<row r="9"', '<row r="9" hidden="1"')),
    ("a hidden column", "hidden", replaced(SHEET, '<col min="2"', '<col hidden="1" min="2"')),
    ("a row without height", "hidden", replaced(SHEET, '<row r="9"[^>]*>', '<row r="9" ht="0">')),
    ("a macro", "macros", added("xl/vbaProject.bin", b"MZ")),
    ("an embedded object", "embedded", added("xl/embeddings/oleObject1.bin", b"MZ")),
    ("a comment", "comments", added("xl/comments1.xml")),
    ("a pivot cache", "pivot", added("xl/pivotCache/pivotCacheDefinition1.xml")),
    ("a data connection", "connection to a data source", added("xl/connections.xml")),
    ("a link to another book", "outside", added("xl/externalLinks/externalLink1.xml")),
    (
        "a relation to the outside",
        "outside",
        replaced(
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            '<Relationship Id="rId99" Type="x" Target="http://example.org/" TargetMode="External"/>'
            "</Relationships>",
        ),
    ),
    (
        "a hyperlink",
        "outside",
        replaced(
            SHEET, "<pageMargins", '<hyperlinks><hyperlink ref="A1"/></hyperlinks><pageMargins'
        ),
    ),
    ("a part that nobody knows", "nobody knows", added("xl/extra.xml")),
    ("one more sheet", "nobody knows", added("xl/worksheets/sheet5.xml")),
    (
        "another number",
        "not what was approved",
        replaced(SHEET, FIRST_CELL, r"\1<v>9</v></c>"),
    ),
    (
        "another school",
        "not what was approved",
        replaced("xl/sharedStrings.xml", "57030001", "57030004"),
    ),
    ("another header", "headers", replaced("xl/sharedStrings.xml", r">ป\.6<", ">ป.5<")),
    ("an entity bomb", "DOCTYPE", replaced(SHEET, "<worksheet", "<!DOCTYPE x><worksheet")),
    ("no workbook part", "can't be opened", without(BOOK)),
]


@pytest.mark.parametrize(("what", "finding", "change"), CHANGES, ids=[c[0] for c in CHANGES])
def test_a_workbook_with_something_else_in_it_is_held_back(
    prepared: Prepared, built: Built, what: str, finding: str, change: Callable[[Files], None]
) -> None:
    findings = inspect(rezipped(built, change), prepared)
    assert any(finding in found for found in findings), (what, findings)


def test_rezipping_alone_is_no_finding(prepared: Prepared, built: Built) -> None:
    assert inspect(rezipped(built, lambda _: None), prepared) == ()


def test_a_book_saved_by_another_program_with_a_name_in_it_is_held_back(
    prepared: Prepared, built: Built
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(built.content))
    book.defined_names["leak"] = DefinedName("leak", attr_text="'[other.xlsx]x'!$A$1")
    book.create_sheet("ลับ").sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    findings = " ".join(inspect(with_content(built, target.getvalue()), prepared))
    assert "leak" in findings
    assert "hidden" in findings
    assert "not the expected sheets" in findings


@pytest.mark.parametrize(
    "written", [ID, "1-1111-11111-11-9", "1 1111 11111 11 9", "๑๑๑๑๑๑๑๑๑๑๑๑๙", f"เลข {ID} ของผู้ขอ"]
)
def test_a_national_id_in_any_text_is_found(ask: Asking, url: str, written: str) -> None:
    prepared = ask.prepared("ป.6")
    findings = inspect(build(prepared, replace(PROVENANCE, purpose=written), url), prepared)
    assert len(findings) == 1
    assert "national id" in findings[0]
    assert ID not in findings[0], "a finding does not spread what it found"


@pytest.mark.parametrize("written", [ID, "1.111111111119E+12"])
def test_a_national_id_as_a_number_is_found(prepared: Prepared, built: Built, written: str) -> None:
    change = replaced(SHEET, FIRST_CELL, rf"\1<v>{written}</v></c>")
    assert any("national id" in found for found in inspect(rezipped(built, change), prepared))


@pytest.mark.parametrize("harmless", ["1111111111118", f"0{ID}", f"a{ID}", "0-2345-6789 ต่อ 1234"])
def test_other_numbers_are_not_taken_for_a_national_id(
    ask: Asking, url: str, harmless: str
) -> None:
    prepared = ask.prepared("ป.6")
    assert inspect(build(prepared, replace(PROVENANCE, purpose=harmless), url), prepared) == ()


def test_the_check_digit_is_that_of_the_rule() -> None:
    assert [d for d in "0123456789" if is_national_id("111111111111" + d)] == ["9"]


def test_counts_that_differ_from_what_was_approved_are_told(
    prepared: Prepared, built: Built
) -> None:
    wrong = replace(prepared, rows=138, columns=prepared.columns[:-1])
    findings = " ".join(inspect(built, wrong))
    assert "number of rows than was approved : 139 ≠ 138" in findings
    assert "number of columns than was approved : 5 ≠ 4" in findings


def test_a_file_that_is_not_the_one_recorded_is_held_back(prepared: Prepared, built: Built) -> None:
    assert "recorded" in inspect(replace(built, sha256="0" * 64), prepared)[0]
    assert "approved" in inspect(replace(built, result_digest="0" * 64), prepared)[0]


def test_a_small_file_that_unpacks_to_much_is_not_opened(prepared: Prepared, built: Built) -> None:
    bomb = rezipped(built, added("xl/media/x.xml", b" " * 20_000_000))
    (finding,) = inspect(bomb, prepared)
    assert "unpacks to too much" in finding


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html></html>"])
def test_what_is_no_workbook_is_held_back(prepared: Prepared, built: Built, content: bytes) -> None:
    assert "can't be opened" in inspect(with_content(built, content), prepared)[0]
    other = replace(built, filename="x.exe")
    assert "unknown kind of file" in inspect(other, prepared)[0]


CSV_CHANGES = [
    ("BOM", lambda content: content[3:]),
    ("would run", lambda content: content.replace("บ้านไร่".encode(), "=บ้านไร่".encode(), 1)),
    ("not what was approved", lambda content: content.replace(b",1783,", b",1784,", 1)),
    ("not what was approved", lambda content: content.replace(b"57030001", b"57030004", 1)),
    (
        "138 ≠ 139",
        lambda content: b"\r\n".join(content.split(b"\r\n")[:1] + content.split(b"\r\n")[2:]),
    ),
    ("number of columns", lambda content: content.replace(b'"57030001",', b'"57030001",,', 1)),
    ("headers", lambda content: content.replace("ป.6".encode(), "ป.5".encode(), 1)),
    ("national id", lambda content: content.replace("บ้านไร่".encode(), ID.encode(), 1)),
    ("not UTF-8", lambda content: content.decode("utf-8-sig").encode("cp874")),
]


@pytest.mark.parametrize(("finding", "change"), CSV_CHANGES)
def test_a_csv_with_something_else_in_it_is_held_back(
    ask: Asking, url: str, finding: str, change: Callable[[bytes], bytes]
) -> None:
    prepared = ask.prepared("ป.6", format="csv")
    built = build(prepared, PROVENANCE, url)
    findings = inspect(with_content(built, change(built.content)), prepared)
    assert any(finding in found for found in findings), findings


@pytest.mark.parametrize("format_", ["xlsx", "pdf", "csv"])
@pytest.mark.parametrize("office", ["Riverside Education Office 3", "เขตพื้นที่ริมน้ำ"])
def test_the_name_of_an_office_is_no_leak_of_its_own_files(
    ask: Asking, url: str, office: str, format_: str
) -> None:
    prepared = ask.prepared("ป.6", format=format_)
    built = build(prepared, replace(PROVENANCE, office=office), url)
    assert inspect(built, prepared) == ()
