"""PDF forms: fillable, with a text layer, typed over, and scanned."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText

from mailproc.parsers import to_json
from tests.parsers.attachments.making import FORM, ROWS, TITLE, fillable, page, reading_of

NAME = "แบบคำขอ.pdf"
KEYS = "requester_name position organisation phone email dataset academic_year purpose format"


def _form(content: bytes) -> Any:
    return to_json(reading_of((NAME, content)))["form"]


def _by_key() -> list[dict[str, Any]]:
    return [{"name": k, "value": v} for k, (_, v) in zip(KEYS.split(), ROWS, strict=True)]


def test_fields_are_known_by_their_keys() -> None:
    content = fillable(_by_key())
    assert _form(content) == FORM
    assert reading_of((NAME, content)).sources["requester_name"] == f"{NAME}#requester_name"


def test_fields_are_known_by_thai_names() -> None:
    assert _form(fillable({"name": label, "value": value} for label, value in ROWS)) == FORM


def test_fields_are_known_by_alternate_names() -> None:
    fields = [
        {"name": f"Text{n}", "alternate": label, "value": value}
        for n, (label, value) in enumerate(ROWS)
    ]
    assert _form(fillable(fields)) == FORM


def test_fields_without_a_telling_name_are_known_by_what_stands_beside_them() -> None:
    lines = [f"#place(dx: 0pt, dy: {24 * n}pt)[{label}]" for n, (label, _) in enumerate(ROWS)]
    fields = [
        {"name": f"Text{n}", "value": value, "at": (190, 742 - 24 * n)}
        for n, (_, value) in enumerate(ROWS)
    ]
    content = fillable(fields, f"{TITLE}\n\n" + "\n".join(lines))
    assert _form(content) == FORM
    assert reading_of((NAME, content)).sources["requester_name"] == f"{NAME}#Text0"


@pytest.mark.parametrize("state", ["Yes", "On", "1"])
def test_a_ticked_box_says_its_choice(state: str) -> None:
    fields = _by_key()[:-1]
    fields += [
        {"name": "format_csv", "kind": "Btn", "value": "Off"},
        {"name": "format_xlsx", "kind": "Btn", "value": state},
    ]
    assert _form(fillable(fields)) == FORM


def test_a_radio_group_says_its_choice_by_its_state() -> None:
    fields = [*_by_key()[:-1], {"name": "format", "kind": "Btn", "value": "xlsx"}]
    assert _form(fillable(fields)) == FORM


def test_a_drop_down_says_what_it_shows() -> None:
    choice = {
        "name": "format",
        "kind": "Ch",
        "value": "2",
        "options": [("1", "CSV"), ("2", "Excel")],
    }
    assert _form(fillable([*_by_key()[:-1], choice])) == FORM


def test_an_empty_field_covers_the_text_around_it() -> None:
    fields = [*_by_key()[:-1], {"name": "format", "value": ""}]
    form = _form(fillable(fields, f"{TITLE}\n\nรูปแบบไฟล์ #h(1cm) Excel #h(1cm) PDF"))
    assert "format" not in form["items"][0]


def test_numbered_fields_are_several_datasets() -> None:
    fields = [
        *_by_key()[:5],
        {"name": "dataset_1", "value": "ทำเนียบโรงเรียน"},
        {"name": "dataset_2", "value": "จำนวนห้องเรียน"},
        {"name": "academic_year_1", "value": "2567"},
        {"name": "academic_year_2", "value": "2568"},
    ]
    items = _form(fillable(fields))["items"]
    assert [(i["dataset_id"], i["academic_years"]) for i in items] == [
        ("school_directory", [2567]),
        ("classrooms", [2568]),
    ]


def test_a_blank_fillable_form_states_nothing() -> None:
    blank = [{"name": key, "value": ""} for key in KEYS.split()]
    reading = reading_of((NAME, fillable(blank, TITLE)), body="ได้รับแล้วค่ะ", subject="ขอบคุณ")
    assert (reading.kind, reading.form, reading.scans) == ("other", None, ())


def _lines() -> str:
    return "\n\n".join(f"{label}: {value}" for label, value in ROWS)


def _table(columns: int) -> str:
    cells = "".join(f"[{label}],[{value.replace('@', chr(92) + '@')}]," for label, value in ROWS)
    return f"#table(columns: {columns}, {cells})"


@pytest.mark.parametrize("source", [_lines().replace("@", "\\@"), _table(2), _table(4)])
def test_a_text_layer_is_read(source: str) -> None:
    assert _form(page(f"{TITLE}\n\n{source}")) == FORM


def test_dotted_lines_of_a_text_layer_are_read() -> None:
    lines = [f"{label} ........{value}........" for label, value in ROWS]
    source = f"{lines[0]} {lines[1]}\n\n" + "\n\n".join(lines[2:])
    assert _form(page(f"{TITLE}\n\n{source}".replace("@", "\\@"))) == FORM


def test_what_was_typed_over_a_page_is_read() -> None:
    labels = [f"#place(dx: 0pt, dy: {24 * n}pt)[{label}]" for n, (label, _) in enumerate(ROWS)]
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page(f"{TITLE}\n\n" + "\n".join(labels)))))
    for n, (_, value) in enumerate(ROWS):
        y = 742 - 24 * n
        writer.add_annotation(0, FreeText(text=value, rect=(190, y, 400, y + 18)))
    out = io.BytesIO()
    writer.write(out)
    assert _form(out.getvalue()) == FORM


def test_a_page_that_is_a_picture_goes_to_a_person() -> None:
    reading = reading_of(("scan.pdf", page("#hide[x]#pagebreak()")), body="ส่งแบบคำขอข้อมูลค่ะ")
    assert (reading.kind, reading.scans, reading.refused) == ("request", ("scan.pdf",), ())


def test_an_encrypted_file_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page(TITLE))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    reading = reading_of((NAME, out.getvalue()), body="ส่งแบบคำขอตามไฟล์แนบ")
    assert [(one.filename, one.reason) for one in reading.refused] == [(NAME, "encrypted")]
    assert reading.kind == "request"


@pytest.mark.parametrize("cut", [20, 200, 2_000, -300])
def test_a_damaged_file_is_refused_or_read(cut: int) -> None:
    content = fillable(_by_key())[:cut]
    reading = reading_of((NAME, content), body="ชื่อ: มะลิ\nข้อมูล: ทำเนียบโรงเรียน\nปี: 2568")
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"


def test_many_pages_are_read_as_far_as_a_form_goes() -> None:
    reading = reading_of(
        (NAME, page(f"{TITLE}\n\n{_lines()}".replace("@", "\\@") + "#pagebreak()x" * 12))
    )
    assert to_json(reading)["form"] == FORM
    assert any("more than 10 pages" in problem for problem in reading.problems)


def _bare(*objects: bytes) -> bytes:
    """A PDF of these objects, without its table."""
    numbered = (b"%d 0 obj\n%b\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer\n<</Root 1 0 R>>\n%%EOF"


_CATALOG = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R>>"


def _packed(program: bytes) -> bytes:
    data = zlib.compress(program, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(data), data)


@pytest.mark.parametrize(
    "objects",
    [
        (_CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9999999>>", _PAGE),
        (
            _CATALOG,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            _PAGE,
            b"<</T(a)/Kids[4 0 R 4 0 R]>>",
            _packed(b"q " * 1_000_000),
        ),
        (
            _CATALOG,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            _PAGE,
            b"<</T(a)/FT/Tx/V(x)>>",
            _packed(bytes(50_000_000)),
        ),
        (_CATALOG, b"<</Type/Pages/Kids[]/Count 0>>", *[b"<<>>"] * 60_000),
    ],
    ids=["pages in a circle", "fields in a circle", "a bomb for a page", "many objects"],
)
def test_a_hostile_file_costs_the_mail_nothing(objects: tuple[bytes, ...]) -> None:
    body = "ชื่อ: มะลิ\nข้อมูล: ทำเนียบโรงเรียน\nปี: 2568"
    reading = reading_of((NAME, _bare(*objects)), body=body)
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"
    assert reading.refused or reading.scans
