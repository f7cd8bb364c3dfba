"""What the files are made of: names, sizes, look, and the same bytes for the same form."""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader

from mailproc.errors import ConfigError
from mailproc.model import Catalogue
from mailproc.requestform import RequestForm, blank_files, docx, pdf, text, text_lines, xlsx
from tests.factories import an_office
from tests.requestform.conftest import FOLDERS
from tests.requestform.filling import filled_pdf

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def test_the_files_have_thai_names_and_fit_into_a_mail(catalogue: Catalogue) -> None:
    files = blank_files(an_office(), catalogue, "th", FOLDERS)
    assert [file.filename for file in files] == [
        "แบบคำขอใช้บริการข้อมูล.docx",
        "แบบคำขอใช้บริการข้อมูล.xlsx",
        "แบบคำขอใช้บริการข้อมูล.pdf",
    ]
    assert sum(len(file.content) for file in files) < 200_000
    assert blank_files(an_office(), catalogue, "th", FOLDERS) is files  # made once


def test_the_same_form_gives_the_same_bytes(form: RequestForm) -> None:
    assert docx.build(form) == docx.build(form)
    assert xlsx.build(form) == xlsx.build(form)
    assert pdf.build(form, FOLDERS) == pdf.build(form, FOLDERS)


def test_without_typst_the_pdf_is_left_out(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    files = blank_files(an_office(phone="0 2000 9999"), catalogue, "th", FOLDERS)
    assert [file.filename.rpartition(".")[2] for file in files] == ["docx", "xlsx"]


def test_the_text_is_short_and_names_no_part_of_the_office(catalogue: Catalogue) -> None:
    lines = text_lines(an_office(), catalogue, "th", FOLDERS)
    assert lines[0] == "แบบคำขอใช้บริการข้อมูล"
    assert len(lines) < 45
    assert not any("อนุญาต" in line and "☐" in line for line in lines)


def test_a_bracket_behind_a_label_is_short_enough_for_the_reader(form: RequestForm) -> None:
    for line in text.lines(form):
        if line.endswith("):"):
            assert len(line.partition(" (")[2]) <= 82, line


# ---------------------------------------------------------------- DOCX


def test_word_finds_the_thai_font_for_every_kind_of_letter(thai_form: RequestForm) -> None:
    content = docx.build(thai_form)
    document = Document(io.BytesIO(content))
    look = document.styles["Normal"].element.rPr
    fonts = look.find(f"{look.tag.rpartition('}')[0]}}}rFonts")
    assert set(fonts.attrib.values()) == {"TH SarabunPSK"}
    assert len(fonts.attrib) == 4  # ascii, hAnsi, eastAsia, cs
    table = zipfile.ZipFile(io.BytesIO(content)).read("word/fontTable.xml").decode()
    assert '"Sarabun"' in table
    page = document.sections[0]
    assert [round((side or 0) / 36_000) for side in (page.page_width, page.page_height)] == [
        210,
        297,
    ]


def test_every_field_is_a_content_control_of_its_own(form: RequestForm) -> None:
    body = Document(io.BytesIO(docx.build(form))).element.body
    tags = [tag.get(f"{tag.nsmap['w'].join('{}')}val") for tag in body.iter("{*}tag")]
    expected: list[str] = []
    for field in form.fields:
        ticked = field.kind in ("one", "several")
        expected += [f"{field.key}.{o.code}" for o in field.options] if ticked else [field.key]
    assert tags == expected
    numbers = [one.attrib.values()[0] for one in body.iter("{*}id")]
    assert len(set(numbers)) == len(tags)
    assert len(list(body.iter(f"{_W14}checkbox"))) == sum("." in t or t == "consent" for t in tags)
    assert [one.tag.rpartition("}")[2] for one in body.iter("{*}date", "{*}comboBox")] == [
        "comboBox",
        "date",
    ]


# ---------------------------------------------------------------- XLSX


def test_only_the_cells_to_fill_in_are_open_and_lists_forbid_nothing(form: RequestForm) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.build(form))).worksheets[0]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    open_cells = [c for row in sheet.iter_rows() for c in row if not c.protection.locked]
    ticks = next(len(field.options) for field in form.fields if field.kind == "several")
    assert len(open_cells) == len(form.fields) - 1 + ticks
    assert {cell.column_letter for cell in open_cells} == {"B"}
    rules = sheet.data_validations.dataValidation
    lists = [rule for rule in rules if rule.type == "list"]
    assert len(lists) == ticks + sum(f.kind in ("one", "years", "tick") for f in form.fields)
    assert not any(rule.showErrorMessage for rule in rules)
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"


# ---------------------------------------------------------------- PDF


def test_the_fields_of_the_pdf_lie_on_the_page_apart_from_one_another(form: RequestForm) -> None:
    reader = PdfReader(io.BytesIO(pdf.build(form, FOLDERS)))
    for page in reader.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        boxes = [[float(x) for x in one.get_object()["/Rect"]] for one in page.get("/Annots", [])]
        for left, low, right, high in boxes:
            assert 0 < left < right < width
            assert 0 < low < high < height
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                apart = one[0] >= other[2] or other[0] >= one[2]
                assert apart or one[1] >= other[3] or other[1] >= one[3]


def test_every_field_of_the_pdf_has_its_label_for_a_screen_reader(form: RequestForm) -> None:
    fields = PdfReader(io.BytesIO(pdf.build(form, FOLDERS))).get_fields() or {}
    expected: dict[str, str] = {}
    for field in form.fields:
        if field.kind == "several":
            expected |= {f"{field.key}_{o.code}": o.words for o in field.options}
        else:
            expected[field.key] = field.text if field.kind == "tick" else field.label
    assert {name: field["/TU"] for name, field in fields.items()} == expected


def test_a_fault_of_the_page_is_told_and_never_printed_over(
    tmp_path: Path, thai_form: RequestForm
) -> None:
    shutil.copytree(FOLDERS[0] / "print", tmp_path / "print")
    own = tmp_path / "print" / "request_form.typ"
    source = own.read_text("utf-8")
    own.write_text(source.replace('font: "Sarabun"', 'font: "No Such Letters"'), "utf-8")
    with pytest.raises(ConfigError, match="unknown font family"):
        pdf.build(thai_form, (tmp_path, *FOLDERS))
    own.write_text(source + '\n#panic("x")', "utf-8")
    with pytest.raises(ConfigError, match="panicked"):
        pdf.build(thai_form, (tmp_path, *FOLDERS))


def test_words_of_the_office_are_never_run_by_the_page(catalogue: Catalogue) -> None:
    nasty = '#panic("x") #read("/etc/passwd") $x$ *b* _i_ `c` <field> @a \\'
    files = blank_files(an_office(name_th=nasty), catalogue, "th", FOLDERS)
    page = PdfReader(io.BytesIO(files[2].content)).pages[0].extract_text()
    assert '#panic("x") #read("/etc/passwd") $x$ *b* _i_' in page


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler is not installed")
def test_poppler_shows_the_blank_and_the_filled_form_without_a_complaint(
    tmp_path: Path, thai_form: RequestForm
) -> None:
    shown = []
    for answers in ({}, {"requester_name": "นางสาวน้ำปั้น", "level": "school"}):
        (tmp_path / "a.pdf").write_bytes(filled_pdf(thai_form, answers))
        command = ["pdftoppm", "-r", "40", "-gray", "-f", "1", "-l", "1", "a.pdf", "a"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        assert done.stderr == b""
        shown.append(next(tmp_path.glob("a-*.pgm")).read_bytes())
    assert shown[0] != shown[1]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_the_words_of_the_page_can_be_searched(tmp_path: Path, thai_form: RequestForm) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf.build(thai_form, FOLDERS))
    found = subprocess.run(
        ["pdftotext", "a.pdf", "-"], cwd=tmp_path, capture_output=True, check=True
    )
    assert "แบบคำขอใช้บริการข้อมูล" in found.stdout.decode()


def test_the_libraries_that_the_tests_need_are_there() -> None:
    """The skip above is for poppler alone: without typst these tests would mean nothing."""
    assert importlib.util.find_spec("typst")
