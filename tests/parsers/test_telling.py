"""Labels that no list holds: by the sense of their words, or by a value of one kind."""

import pytest

from mailproc.model import Known
from mailproc.parsers import form, naming, sense, telling
from mailproc.parsers.attachments.grid import Cell, stated
from tests.parsers.known import KNOWN

SENSES = {
    "requester_name": "ชื่อผู้แจ้งความประสงค์|ผู้ขอความอนุเคราะห์|ท่านชื่อ|Person requesting|Researcher",
    "position": "สายงาน|บทบาท|หน้าที่ความรับผิดชอบ|Capacity|Current post",
    "organisation": "ทำงานที่|ฝ่าย/กลุ่มงาน|Place of work|On behalf of|School or office",
    "needed_by": "ขอรับเมื่อ|วันสุดท้ายที่ต้องการ|เดดไลน์|Latest date|Wanted before|Time limit",
    "delivery": "วิธีได้รับข้อมูล|ส่งคืนทาง|Way of receiving|Return by|Ship via",
    "format": "ขอไฟล์เป็น|แฟ้มข้อมูล|Kind of file|Save as",
    "level": "แจกแจงตาม|จัดกลุ่มตาม|Grouped by|How detailed",
    "purpose": "สาเหตุที่ขอ|โครงการที่ใช้|What for|Use case|Goal",
    "dataset": "อยากได้|รายงานที่ขอ|หมวดข้อมูล|Data topic|What I need",
    "round": "งวดที่|ครั้งที่จัดเก็บ|Census date|Snapshot",
}
SENSED = [(name, label) for name, labels in SENSES.items() for label in labels.split("|")]
VALUES = [
    ("email", "mali@school.example.org"),
    ("phone", "081-234-5678"),
    ("academic_years", "ปีการศึกษา 2566 - 2568"),
    ("level", "รายโรงเรียน"),
    ("format", "ไฟล์ Excel (.xlsx)"),
    ("round", "รอบที่ 2"),
    ("delivery", "มารับด้วยตนเอง"),
    ("requester_name", "นางมะลิ ใจดี"),
    ("purpose", "เพื่อจัดทำแผนพัฒนาการศึกษา"),
    ("dataset", "จำนวนนักเรียนรายชั้น"),
    ("position", "ศึกษานิเทศก์ชำนาญการ"),
    ("organisation", "โรงเรียนบ้านตัวอย่าง"),
]
FORM = "ชื่อ-สกุล: นายมานะ ใจดี\nหน่วยงาน: โรงเรียนบ้านตัวอย่าง\nวัตถุประสงค์: ทำแผน\nชุดข้อมูล: ทำเนียบโรงเรียน\n"


@pytest.mark.parametrize(("name", "label"), SENSED)
def test_a_label_of_no_list_is_known_by_its_words(name: str, label: str) -> None:
    assert (naming.label(label) or sense.field_of(label)) == name


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_of_one_kind_tells_its_field(name: str, value: str) -> None:
    assert telling.field_of("ข้ออื่น", value) == name


@pytest.mark.parametrize(
    "label", ["วันที่ยื่น", "อาจารย์ที่ปรึกษา", "ผู้อนุมัติ", "Cc", "Supervisor", "เลขที่คำขอ"]
)
def test_labels_of_others_tell_nothing(label: str) -> None:
    assert all(telling.field_of(label, value) is None for _, value in VALUES)


def test_a_guess_yields_to_a_known_label_wherever_that_stands() -> None:
    read = form.read("แบบไหนดี: PDF\n" + FORM + "รูปแบบไฟล์: Excel\n", KNOWN).form
    assert read.items[0].format == "xlsx"


def test_two_different_guesses_say_nothing() -> None:
    read = form.read(FORM + "อย่างหนึ่ง: PDF\nอีกอย่าง: Excel\n", KNOWN)
    assert read.form.items[0].format is None
    assert form.read(FORM + "อย่างหนึ่ง: PDF\n", KNOWN).form.items[0].format == "pdf"


def test_outside_a_form_no_value_is_guessed() -> None:
    assert form.read("อย่างหนึ่ง: นางมะลิ ใจดี", Known()).names == []


def _sheet(*rows: tuple[str, ...]) -> list[list[Cell]]:
    return [[Cell(at, text, row=n) for at, text in enumerate(row)] for n, row in enumerate(rows)]


def test_a_sheet_of_one_column_is_read_by_sense_and_value() -> None:
    rows = [line.split(": ") for line in FORM.strip().split("\n")] + [["ให้ส่งทาง", "อีเมล"]]
    one_column = _sheet(*[(cell,) for row in rows for cell in row])
    found = {one.name: one.value for one in stated(one_column)}
    assert found["delivery"] == "อีเมล"
    assert found["purpose"] == "ทำแผน"


def test_a_heading_of_labels_and_values_is_no_field() -> None:
    text = FORM.replace(": ", "\t") + "ระดับ\tรายอำเภอ\n"
    for heading in ("รายการ\tรายละเอียด", "Item\tDetails"):
        read = form.read(f"{heading}\n{text}", KNOWN).form
        assert (len(read.items), read.items[0].level) == (1, "district")
        assert read.requester_name == "นายมานะ ใจดี"


def test_an_option_without_a_tick_is_no_label_of_the_next() -> None:
    text = (
        FORM + "ช่องทางรับข้อมูล:\n[ ] LINE\n[x] มารับด้วยตนเอง\nรูปแบบไฟล์:\n[ ] ไฟล์ csv\n[x] ฉบับกระดาษ\n"
    )
    read = form.read(text, KNOWN).form
    assert (read.line_id, read.delivery, read.items[0].format) == (None, "pickup", "paper")


def test_options_below_an_unknown_heading_belong_to_it() -> None:
    text = FORM + "ให้ทำอย่างไรดี\n( ) Excel\n(/) CSV\n( ) PDF\nให้ส่งทาง\n(/) อีเมล\n( ) ไลน์\n"
    read = form.read(text, KNOWN).form
    assert (read.items[0].format, read.delivery) == ("csv", "email")


def test_words_that_announce_a_list_are_no_value() -> None:
    text = FORM.replace("ทำเนียบโรงเรียน", "ได้แก่\n(1) ทำเนียบโรงเรียน\n(2) จำนวนห้องเรียน")
    assert [item.dataset for item in form.read(text, KNOWN).form.items] == [
        "ทำเนียบโรงเรียน",
        "จำนวนห้องเรียน",
    ]
