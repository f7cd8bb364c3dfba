"""Which statement holds where parts of a mail disagree."""

from __future__ import annotations

from mailproc.parsers import read, to_json
from tests.parsers.attachments.making import (
    FORM,
    ROWS,
    TITLE,
    add_table,
    document,
    reading_of,
    saved,
    workbook,
)
from tests.parsers.known import KNOWN, mail

NAME = "แบบคำขอ.docx"


def _docx(rows: list[tuple[str, str]] = ROWS) -> bytes:
    made = document(TITLE)
    add_table(made, rows)
    return saved(made)


def _changed(**words: str) -> list[tuple[str, str]]:
    return [(label, words.get(label, value)) for label, value in ROWS]


def test_a_line_typed_in_the_mail_wins_over_the_file() -> None:
    reading = reading_of((NAME, _docx()), body="ตามไฟล์แนบค่ะ แก้ปีด้วยนะคะ\nปีการศึกษา: 2567")
    assert reading.form is not None
    assert reading.form.items[0].academic_years == (2567,)
    assert reading.form.items[0].dataset_id == "school_directory"
    assert reading.sources["academic_years"] == "body"
    assert reading.sources["purpose"] == NAME
    assert f"academic_years: body and {NAME} disagree; body was taken" in reading.problems


def test_a_signature_never_wins_over_the_form() -> None:
    body = "ส่งแบบคำขอค่ะ\n\nขอแสดงความนับถือ\nสมศรี ธุรการ\nโทร. 042-611-999\n"
    body += "อีเมล: office@school.example.org"
    reading = reading_of((NAME, _docx()), body=body)
    assert to_json(reading)["form"] == FORM
    assert reading.sources["phone"] == NAME


def test_bare_names_above_contact_lines_are_a_signature() -> None:
    body = "ตามไฟล์แนบค่ะ\n\nสมศรี ศรีสุข\nธุรการโรงเรียน\nโทร. 042-611-999"
    reading = reading_of((NAME, _docx()), body=body)
    assert reading.form is not None
    assert reading.form.phone == "081-234-5678"


def test_a_signature_fills_what_the_form_left_out() -> None:
    rows = [row for row in ROWS if row[0] != "โทรศัพท์"]
    body = "ส่งแบบคำขอค่ะ\n\nขอแสดงความนับถือ\nสมศรี\nโทร. 042-611-999"
    reading = reading_of((NAME, _docx(rows)), body=body)
    assert reading.form is not None
    assert reading.form.phone == "042-611-999"
    assert reading.sources["phone"] == "body"


def test_of_two_copies_the_fuller_one_comes_first() -> None:
    short = _docx(_changed(ปีการศึกษา="2567")[:7])
    reading = reading_of(("a.docx", short), (NAME, _docx()))
    assert to_json(reading)["form"] == FORM
    assert f"academic_years: {NAME} and a.docx disagree; {NAME} was taken" in reading.problems


def test_two_equal_copies_disagree_about_nothing() -> None:
    content = saved(workbook([[TITLE], *ROWS]))
    reading = reading_of((NAME, _docx()), ("แบบคำขอ.xlsx", content))
    assert to_json(reading)["form"] == FORM
    assert reading.problems == ()


def test_two_forms_for_different_datasets_ask_for_both() -> None:
    other = _docx(_changed(รายการข้อมูลที่ขอ="จำนวนห้องเรียน", ปีการศึกษา="2566"))
    reading = reading_of((NAME, _docx()), ("b.docx", other))
    assert reading.form is not None
    found = [(item.dataset_id, item.academic_years) for item in reading.form.items]
    assert found == [("school_directory", (2568,)), ("classrooms", (2566,))]


def test_plain_text_wins_over_its_html_twin() -> None:
    plain = "ชื่อ: มะลิ\nข้อมูล: ทำเนียบโรงเรียน\nปี: 2568"
    html = "<p>ชื่อ: มะลิ</p><p>ข้อมูล: จำนวนห้องเรียน</p><p>ปี: 2568</p><p>โทร: 081-234-5678</p>"
    parts = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--b\nContent-Type: text/html; charset=utf-8\n\n{html}\n--b--\n"
    )
    reading = read(mail(parts, content_type="multipart/alternative; boundary=b"), KNOWN)
    assert reading.form is not None
    assert reading.form.items[0].dataset_id == "school_directory"
    assert reading.form.phone == "081-234-5678"
    assert reading.sources["phone"] == "html"
    assert "dataset: body and html disagree; body was taken" in reading.problems


def test_a_dataset_named_in_the_mail_wins_over_the_files() -> None:
    reading = reading_of((NAME, _docx()), body="ชุดข้อมูล: จำนวนห้องเรียน")
    assert reading.form is not None
    assert [item.dataset_id for item in reading.form.items] == ["classrooms"]
    assert reading.form.items[0].academic_years == (2568,)
    assert f"dataset: body and {NAME} disagree; body was taken" in reading.problems
