import pytest

from mailproc.parsers import fields
from mailproc.parsers.naming import composite


@pytest.mark.parametrize(("words", "name"), [
    ("1. ชื่อ–สกุล", "requester_name"), ("ข้อ 2 หน่วยงาน", "organisation"), ("๓) โทร", "phone"),
    ("(4) ชื่อผู้ขอ", "requester_name"), ("ก) ตำแหน่ง", "position"), ("📌 ปีการศึกษา", "academic_years"),
    ("ชื่อ-สกุล / Full name", "requester_name"), ("เบอร์โทรศัพท์ที่ติดต่อได้สะดวก (ถ้ามี)", "phone"),
    ("โปรดระบุวัตถุประสงค์", "purpose"), ("Your e-mail address", "email"),
    ("ชุดข้อมูลที่ 2", "dataset"), ("ตำแหน่งหน้าที่ราชการ", "position"),
    ("หน่วยงานที่ปฏิบัติงาน", "organisation"), ("ชนิดของไฟล์ที่ต้องการ", "format"),
    ("ประสงค์รับข้อมูลทาง", "delivery"), ("รอบการจัดเก็บ (DMC)", "round"),
    ("วัตถุประสงค", "purpose"), ("รายการขอมูลที่ต้องการ", "dataset"), ("ระดับรายละเอยดของข้อมูล", "level"),
])  # fmt: skip
def test_a_label_is_known_by_its_kernel(words: str, name: str) -> None:
    assert fields.label(words) == name


@pytest.mark.parametrize("words", [
    "ส่วนที่ 1 ข้อมูลผู้ขอ", "ส่วนที่ 2 ข้อมูลที่ขอ", "ข้อมูลผู้ขอ", "เรื่อง", "เรียน", "อ้างถึง", "หมายเหตุ", "ผู้ประสานงาน",
    "ชื่อเรื่อง", "โทรสาร", "โทรศัพท์ 042123456", "ตำแหน่งผู้อนุมัติ", "หน่วยงาน: โรงเรียนบ้านตัวอย่าง",
    "Request no.", "ข้อมูลที่แนบมานี้", "ลำดับที่",
])  # fmt: skip
def test_a_heading_or_another_persons_line_is_no_label(words: str) -> None:
    assert fields.label(words) is None


@pytest.mark.parametrize(("words", "names"), [
    ("ชื่อ-สกุล/ตำแหน่ง", ("requester_name", "position")), ("หน่วยงาน/โทร.", ("organisation", "phone")),
    ("ปีการศึกษา/รอบ", ("academic_years", "round")), ("ชื่อ-สกุล / Full name", ()), ("โทร", ()),
])  # fmt: skip
def test_a_label_for_two_things_names_both(words: str, names: tuple[str, ...]) -> None:
    assert composite(words) == names
