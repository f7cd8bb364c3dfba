"""Word documents as offices make them, each saying the same form."""

from __future__ import annotations

from collections.abc import Callable

import docx
import pytest

from mailproc.parsers import to_json
from tests.parsers.attachments.making import (
    FORM,
    ROWS,
    TITLE,
    add_table,
    add_xml,
    box,
    control,
    document,
    reading_of,
    run,
    saved,
)

NAME = "แบบคำขอ.docx"
VALUES = dict(ROWS)


def _form(made: object) -> object:
    reading = reading_of((NAME, saved(made)))
    assert reading.kind == "request"
    return to_json(reading)["form"]


def two_columns() -> object:
    made = document(TITLE)
    add_table(made, ROWS)
    return made


def four_columns() -> object:
    made = document(TITLE)
    rows = [ROWS[at] + ROWS[at + 1] for at in range(0, 8, 2)] + [(*ROWS[8], "", "")]
    add_table(made, rows)
    return made


def paragraphs() -> object:
    return document(TITLE, *(f"{label}: {value}" for label, value in ROWS))


def dotted() -> object:
    lines = [f"{label}.......{value}........" for label, value in ROWS]
    return document(TITLE, " ".join(lines[:2]), " ".join(lines[2:5]), *lines[5:])


def tabs() -> object:
    pairs = [f"{label} : {value}" for label, value in ROWS]
    return document(TITLE, "\t".join(pairs[:2]), "\t".join(pairs[2:5]), *pairs[5:])


def english_below_the_label() -> object:
    made = document(TITLE)
    english = dict(zip(VALUES, "Name Position Organisation Phone E-mail".split(), strict=False))
    add_table(made, [(f"{k}\n({english.get(k, 'x')})", v) for k, v in ROWS])
    return made


def numbered_labels_and_headings() -> object:
    made = document(TITLE)
    rows = [("ส่วนที่ 1 ข้อมูลผู้ขอ", "")]
    rows += [(f"1.{n} {k}", v) for n, (k, v) in enumerate(ROWS[:5], 1)]
    rows += [("ส่วนที่ 2 ข้อมูลที่ขอ", "")]
    rows += [(f"2.{n} {k} *", v) for n, (k, v) in enumerate(ROWS[5:], 1)]
    table = add_table(made, rows)
    table.cell(0, 0).merge(table.cell(0, 1))
    return made


def merged_value_cells() -> object:
    made = document(TITLE)
    rows = [(*ROWS[0], *ROWS[1]), (*ROWS[2], *ROWS[3])]
    rows += [(label, value, "", "") for label, value in ROWS[4:]]
    table = add_table(made, rows)
    for at in range(2, len(rows)):
        table.cell(at, 1).merge(table.cell(at, 3))
    return made


def nested_table() -> object:
    made = document()
    outer = made.add_table(rows=2, cols=1)
    outer.cell(0, 0).text = TITLE
    inner = outer.cell(1, 0).add_table(rows=0, cols=2)
    for row in ROWS:
        for cell, words in zip(inner.add_row().cells, row, strict=True):
            cell.text = words
    return made


def content_controls() -> object:
    made = document(TITLE)
    for label, value in ROWS[:-1]:
        add_xml(made, run(f"{label}: ") + control(value, '<w:alias w:val="x"/>'))
    choices = "<w:dropDownList><w:listItem w:value='csv'/></w:dropDownList>"
    add_xml(made, run("รูปแบบไฟล์: ") + control("Excel", choices))
    return made


def check_boxes() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[:-1]))
    add_xml(made, run("รูปแบบไฟล์  ") + box(True) + run(" Excel   ") + box(False) + run(" PDF"))
    return made


def ticks_in_a_cell() -> object:
    made = document(TITLE)
    add_table(made, [*ROWS[:-1], ("รูปแบบไฟล์", "☐ CSV\n☑ Excel\n☐ PDF")])
    return made


def wingdings() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[:-1]))
    sign = '<w:r><w:sym w:font="Wingdings" w:char="F0{}"/></w:r>'
    inside = run("รูปแบบไฟล์ ") + sign.format("A8") + run(" CSV  ") + sign.format("FE")
    add_xml(made, inside + run(" Excel"))
    return made


def old_form_fields() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[:-1]))
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="c"/><w:checkBox>'
        '<w:default w:val="0"/>{}</w:checkBox></w:ffData></w:fldChar></w:r>'
        "<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    inside = run("รูปแบบไฟล์: ") + field.format("<w:checked/>") + run("Excel  ")
    add_xml(made, inside + field.format("") + run("PDF"))
    return made


def old_drop_down() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[:-1]))
    options = "".join(f'<w:listEntry w:val="{word}"/>' for word in ("CSV", "Excel", "PDF"))
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="d"/>'
        f'<w:ddList><w:result w:val="1"/>{options}</w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    add_xml(made, run("รูปแบบไฟล์: ") + field)
    return made


def text_box() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[:6]))
    lines = "".join(f"<w:p>{run(f'{label}: {value}')}</w:p>" for label, value in ROWS[6:])
    shape = "<w:drawing><x><w:txbxContent>{}</w:txbxContent></x></w:drawing>"
    twice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{shape.format(lines)}</mc:Choice>"
        f"<mc:Fallback>{shape.format(lines)}</mc:Fallback></mc:AlternateContent>"
    )
    add_xml(made, f"<w:r>{twice}</w:r>")
    return made


def corrected_with_tracking() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS if label != "ปีการศึกษา"))
    deleted = '<w:del w:id="1"><w:r><w:delText>2567</w:delText></w:r></w:del>'
    added = f'<w:ins w:id="2">{run("2568")}</w:ins>'
    add_xml(made, run("ปีการศึกษา: ") + deleted + added)
    return made


def struck_out() -> object:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[:-1]))
    add_xml(made, run("รูปแบบไฟล์: ") + run("PDF ", "<w:strike/>") + run("Excel"))
    return made


def filled_in_over_hints() -> object:
    made = document(TITLE)
    add_table(made, ROWS)
    hint = "คลิกหรือแตะที่นี่เพื่อใส่ข้อความ"
    placeholder = "<w:showingPlcHdr/>"
    add_xml(made, run("รอบข้อมูล: ") + control("เลือกรายการ", placeholder))
    add_table(made, [("ระดับข้อมูล", "เช่น รายโรงเรียน"), ("ช่องทางรับข้อมูล", hint)])
    made.add_paragraph("LINE ID: Click or tap here to enter text.")
    return made


def with_the_offices_part() -> object:
    made = document(TITLE)
    add_table(made, ROWS)
    made.add_paragraph("ส่วนที่ 3 สำหรับเจ้าหน้าที่")
    made.add_paragraph("ช่องทางรับข้อมูล: LINE")
    add_table(made, [("ระดับข้อมูล", "รายโรงเรียน"), ("LINE ID", "office")])
    return made


def with_header_and_footer() -> object:
    made = document(TITLE)
    add_table(made, ROWS)
    section = made.sections[0]
    section.header.paragraphs[0].text = "LINE ID: office"
    section.footer.paragraphs[0].text = "ช่องทางรับข้อมูล: รับด้วยตนเอง"
    return made


SHAPES: list[Callable[[], object]] = [
    two_columns,
    four_columns,
    paragraphs,
    dotted,
    tabs,
    english_below_the_label,
    numbered_labels_and_headings,
    merged_value_cells,
    nested_table,
    content_controls,
    check_boxes,
    ticks_in_a_cell,
    wingdings,
    old_form_fields,
    old_drop_down,
    text_box,
    corrected_with_tracking,
    struck_out,
    filled_in_over_hints,
    with_the_offices_part,
    with_header_and_footer,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_the_form_is_read_from(shape: Callable[[], object]) -> None:
    assert _form(shape()) == FORM


@pytest.mark.parametrize("shape", SHAPES[:9], ids=lambda shape: shape.__name__)
def test_a_blank_form_states_nothing(shape: Callable[[], object]) -> None:
    made = shape()
    for paragraph in made.element.body.iter():  # type: ignore[attr-defined]
        if paragraph.tag.endswith("}t") and paragraph.text:
            for value in VALUES.values():
                paragraph.text = paragraph.text.replace(value, "")
    reading = reading_of(
        (NAME, saved(made)), body="ได้รับแล้ว จะกรอกแบบฟอร์มส่งภายหลังค่ะ", subject="ขอบคุณค่ะ"
    )
    assert (reading.kind, reading.form) == ("other", None)


def test_several_datasets_stand_in_rows_below_their_headings() -> None:
    made = document(TITLE)
    add_table(made, ROWS[:5])
    rows = [("ลำดับ", "ชุดข้อมูล", "ปีการศึกษา", "รูปแบบไฟล์")]
    rows += [("1", "ทำเนียบโรงเรียน", "2567", "Excel"), ("2", "จำนวนห้องเรียน", "2568", "PDF")]
    add_table(made, rows)
    reading = reading_of((NAME, saved(made)))
    assert reading.form is not None
    found = [(i.dataset_id, i.academic_years, i.format) for i in reading.form.items]
    assert found == [("school_directory", (2567,), "xlsx"), ("classrooms", (2568,), "pdf")]


def test_a_list_of_datasets_below_its_label_is_read() -> None:
    made = document(TITLE, "ชื่อ: มะลิ", "รายการข้อมูลที่ขอ")
    for words in ("ทำเนียบโรงเรียน", "จำนวนห้องเรียน"):
        made.add_paragraph(words, style="List Number")
    made.add_paragraph("ปีการศึกษา: 2568")
    reading = reading_of((NAME, saved(made)))
    assert reading.form is not None
    assert [item.dataset_id for item in reading.form.items] == ["school_directory", "classrooms"]


def test_a_list_goes_on_in_the_column_of_values() -> None:
    made = document(TITLE)
    rows = [
        *ROWS[:5],
        ("ข้อมูลที่ขอ", "1. ทำเนียบโรงเรียน"),
        ("", "2. จำนวนห้องเรียน"),
        ("ปีการศึกษา", "2568"),
    ]
    add_table(made, rows)
    reading = reading_of((NAME, saved(made)))
    assert reading.form is not None
    assert [item.dataset_id for item in reading.form.items] == ["school_directory", "classrooms"]


def test_sources_name_the_file_or_the_control() -> None:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[1:]))
    add_xml(made, run("ชื่อ-สกุล: ") + control(ROWS[0][1], '<w:tag w:val="name"/>'))
    reading = reading_of((NAME, saved(made)))
    assert reading.sources["requester_name"] == f"{NAME}#name"
    assert reading.sources["purpose"] == NAME


def test_a_control_with_a_telling_name_needs_no_label() -> None:
    made = document(TITLE, *(f"{label}: {value}" for label, value in ROWS[1:]))
    add_xml(made, control(ROWS[0][1], '<w:alias w:val="ชื่อ-สกุล"/>'))
    reading = reading_of((NAME, saved(made)))
    assert reading.form is not None
    assert reading.form.requester_name == ROWS[0][1]


def test_a_letter_without_labels_asks_by_its_words() -> None:
    letter = document(
        "ที่ ศธ 04999.12/45",
        "เรื่อง ขอความอนุเคราะห์ข้อมูล",
        "ด้วยโรงเรียนมีความประสงค์ขอข้อมูลทำเนียบโรงเรียน ปีการศึกษา 2568 เพื่อจัดทำแผน",
    )
    reading = reading_of(("หนังสือ.docx", saved(letter)))
    assert reading.kind == "request"
    assert reading.form is not None
    assert reading.form.items[0].dataset_id == "school_directory"
    assert reading.form.items[0].academic_years == (2568,)


def test_an_empty_document_says_nothing() -> None:
    reading = reading_of(("x.docx", saved(docx.Document())), body="สวัสดีค่ะ")
    assert (reading.kind, reading.form, reading.refused) == ("other", None, ())
