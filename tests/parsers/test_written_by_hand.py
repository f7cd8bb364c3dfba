"""Mails written by hand: name blocks, wishes denied, second thoughts, years still wanted."""

from __future__ import annotations

import pytest

from mailproc.datasets.catalogue import shipped_names
from mailproc.model import Form, Known
from mailproc.parsers import details, letters
from mailproc.parsers import form as forms

KNOWN = Known(frozenset({"data@area.example.org"}), shipped_names())


def _read(text: str) -> Form:
    return letters.read(text, KNOWN).form


def test_a_name_block_without_closing_phrase_says_who_asks() -> None:
    form = _read("ขอทำเนียบโรงเรียน ปีการศึกษา 2567 ครับ\nธงไทย ใจหาญ เทศบาลตำบลบ้านสมมติ 042-111-222\n")
    assert form.requester_name == "ธงไทย ใจหาญ"
    assert form.organisation == "เทศบาลตำบลบ้านสมมติ"
    assert form.phone == "042-111-222"


def test_a_name_above_its_office_says_who_asks() -> None:
    form = _read("ขอทำเนียบโรงเรียน ปีการศึกษา 2567 ค่ะ\n\nมาลัย ดอกไม้\nวิทยาลัยตัวอย่าง\n")
    assert (form.requester_name, form.organisation) == ("มาลัย ดอกไม้", "วิทยาลัยตัวอย่าง")


@pytest.mark.parametrize("last", ["จะนำไป ใช้ต่อ", "ขอด่วน นะครับ", "รายโรงเรียน ทุกแห่ง"])
def test_two_words_that_end_a_note_are_no_name(last: str) -> None:
    assert _read(f"ขอทำเนียบโรงเรียน ปีการศึกษา 2567\n{last}\n").requester_name is None


def test_what_is_not_wanted_leaves_the_other() -> None:
    said = details.read("ไม่ต้องแยกรายโรงเรียน ขอแค่ภาพรวมเขต ไม่เอา PDF นะครับ ขอเป็น Excel")
    assert (said["level"], said["format"]) == ("area", "xlsx")


def test_a_level_only_denied_is_not_said() -> None:
    assert "level" not in details.read("ไม่ต้องรายโรงเรียนค่ะ")


def test_years_still_wanted_are_of_the_dataset_already_had() -> None:
    form = _read("ข้อมูลจำนวนนักเรียนปีการศึกษา 2565 ได้รับแล้ว ขอของปีการศึกษา 2566 เพิ่มครับ")
    assert [(i.dataset, i.academic_years) for i in form.items] == [("จำนวนนักเรียน", (2566,))]


def test_english_asks_for_two_datasets_and_the_latest() -> None:
    form = _read(
        "For a study on rural schools I would like to have the number of students per school"
        " for academic year 2024, and the list of small schools for 2023."
    )
    assert [i.academic_years for i in form.items] == [(2567,), (2566,)]
    assert form.purpose == "a study on rural schools"
    assert _read("Could you send me the latest school directory?").items[0].latest


def test_a_purpose_told_before_the_request_is_read() -> None:
    form = _read("ด้วยโรงเรียนจะจัดทำแผนการรับนักเรียน จึงขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2567")
    assert form.purpose == "จัดทำแผนการรับนักเรียน"


def test_the_date_beside_the_number_of_a_memo_is_the_letters() -> None:
    form = _read("ที่ ศธ 04999.7/12      วันที่ 3 มีนาคม 2568\nขอทำเนียบโรงเรียน ปีการศึกษา 2567\n")
    assert form.letter_date == "2025-03-03"


@pytest.mark.parametrize(
    ("words", "channel"),
    [("ส่งเมลนี้ได้เลยค่ะ", "email"), ("ขอให้ส่งทางระบบ Smart Office", "smart_office")],
)
def test_delivery_in_prose_is_read(words: str, channel: str) -> None:
    assert _read(f"ขอทำเนียบโรงเรียน ปีการศึกษา 2567 {words}").delivery == channel


def test_second_thoughts_in_a_postscript_correct() -> None:
    base = "ชื่อผู้ขอ: มาลัย ดอกไม้\nข้อมูล: จำนวนนักเรียน\nปีการศึกษา: 2567\nไฟล์: PDF\n\n"
    later = forms.read(f"{base}ป.ล. ลืมบอก ขอเป็นรายกลุ่มโรงเรียนค่ะ", KNOWN).form.items[0]
    assert later.level == "group"
    other = forms.read(f"{base}เปลี่ยนจาก PDF เป็น Excel นะคะ", KNOWN).form.items[0]
    assert other.format == "xlsx"


def test_the_new_number_replaces_the_old_one() -> None:
    lines = "ชื่อผู้ขอ: มาลัย ดอกไม้\nเบอร์: 081-000-3333 ยกเลิกแล้ว ใช้เบอร์ใหม่ 081-000-4444"
    assert forms.read(lines, KNOWN).form.phone == "081-000-4444"


@pytest.mark.parametrize(
    "last", ["Thanks, Best Regards", "Thanks, Khun Malee", "Thank you Very Much"]
)
def test_thanks_to_somebody_name_no_writer(last: str) -> None:
    form = _read(f"Could you send me the latest school directory?\n{last}\n")
    assert form.requester_name is None


def test_a_person_thanked_at_the_end_is_not_the_writer() -> None:
    form = _read("ขอทำเนียบโรงเรียน ปีการศึกษา 2567\nคุณมานะ ใจดี เจ้าหน้าที่แผนงาน\n")
    assert form.requester_name is None


def test_a_new_number_told_in_a_purpose_corrects_nothing() -> None:
    lines = "ชื่อผู้ขอ: มาลัย ดอกไม้\nวัตถุประสงค์: แจ้งเบอร์ใหม่ ให้ผู้ปกครอง"
    assert forms.read(lines, KNOWN).form.purpose == "แจ้งเบอร์ใหม่ ให้ผู้ปกครอง"


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("ขอจำนวนนักเรียน ป.4-ป.6 ปี 2568 รายโรงเรียน", ("ป.4-ป.6",)),
        ("ขอจำนวนนักเรียนแยกเพศ ชั้น ม.1-ม.3 รายโรงเรียน ปี 2568", ("ชั้น ม.1-ม.3",)),
        ("ขอรายชื่อโรงเรียนขนาดเล็กที่มีเด็กไม่เกิน 60 คน ปี 2568", ("ที่มีเด็กไม่เกิน 60 คน",)),
        (
            "เรื่อง ขอข้อมูลจำนวนนักเรียน\n\nด้วยโรงเรียนวัดทอง ขอข้อมูลจำนวนนักเรียนชั้น ป.6 ปีการศึกษา 2568",
            ("ชั้น ป.6",),
        ),
        (
            "ขอจำนวนนักเรียนของโรงเรียนบ้านโคก และโรงเรียนวัดสูง ปี 2568",
            ("โรงเรียนบ้านโคก", "โรงเรียนวัดสูง"),
        ),
    ],
)
def test_limits_said_without_only_are_kept(words: str, limits: tuple[str, ...]) -> None:
    assert _read(words).items[0].filters == limits


def test_one_figure_for_the_area_is_not_by_school() -> None:
    form = _read("ขอจำนวนนักเรียนในเขต แยกชายหญิง ไม่ต้องรายโรงเรียน ปีการศึกษา 2568 เพื่อเขียนบทความค่ะ")
    assert (form.items[0].level, form.purpose) == ("area", "เพื่อเขียนบทความ")


@pytest.mark.parametrize(
    ("tail", "purpose", "file_format"),
    [
        ("เพื่อส่งหนังสือ ขอ pdf ค่ะ", "เพื่อส่งหนังสือ", "pdf"),
        ("เพื่อการวิจัย ในรูปแบบ Excel", "เพื่อการวิจัย", "xlsx"),
        ("จะเอาไปทำวิทยฐานะค่ะ", "ทำวิทยฐานะ", None),
    ],
)
def test_a_purpose_ends_where_another_wish_begins(
    tail: str, purpose: str, file_format: str | None
) -> None:
    form = _read(f"ขอทำเนียบโรงเรียน ปีการศึกษา 2567 {tail}")
    assert (form.purpose, form.items[0].format) == (purpose, file_format)


def test_the_writer_and_office_of_a_sentence() -> None:
    company = _read("สวัสดีค่ะ\nบริษัท สื่อตัวอย่าง จำกัด ขอทำเนียบโรงเรียน ปี 2568")
    assert company.organisation == "บริษัท สื่อตัวอย่าง จำกัด"
    teacher = _read("ดิฉันครูสมศรี โรงเรียนบ้านหนองไผ่ค่ะ\nขอทำเนียบโรงเรียน ปี 2568")
    assert teacher.organisation == "โรงเรียนบ้านหนองไผ่"
    known = _read("ดิฉันครูสมศรี ใจดี โรงเรียนบ้านหนองไผ่ค่ะ ขอทำเนียบโรงเรียน ปี 2568")
    assert (known.requester_name, known.position) == ("สมศรี ใจดี", "ครู")
    john = _read("This is John Smith from Sample Trust. Please send the school directory for 2568.")
    assert john.requester_name == "John Smith"


@pytest.mark.parametrize(
    "words",
    [
        "ขอทราบจำนวนเด็กยากจนและเด็กหลุดออกจากระบบ ปีล่าสุดครับ",
        "ขอ นร รายชั้น รร บ้านแม่คำ ปี68 คับ ทำแผน",
        "ขอสถิติการย้ายออกของนักเรียน ปี 2567",
    ],
)
def test_figures_of_schools_by_no_name_of_the_catalogue_are_asked_for(words: str) -> None:
    (item,) = _read(words).items
    assert item.dataset
    assert item.dataset_id is None
    assert item.latest or item.academic_years


@pytest.mark.parametrize(
    "words", ["ขอข้อมูลการประชุมวันศุกร์", "ขอทราบจำนวนห้องพักที่จองไว้", "ขอจำนวนครูที่เข้าอบรมเมื่อวาน"]
)
def test_other_business_is_no_request(words: str) -> None:
    assert _read(words) == Form()
