from typing import Any

import pytest

from mailproc.datasets.catalogue import shipped_names
from mailproc.model import Form, Known
from mailproc.parsers import form_to_json, letters

KNOWN = Known(frozenset({"data@area.example.org"}), shipped_names())


def _read(text: str, signature: str = "") -> dict[str, Any]:
    said = form_to_json(letters.read(text, KNOWN, signature).form)
    for item in said["items"]:
        item.pop("dataset_id", None)
    return said


OFFICIAL = """                                             โรงเรียนวัดตัวอย่าง
ที่ ศธ ๐๔๒๑๐.๐๑๒/๘๙                           ตำบลในเมือง
              ๒๙ กุมภาพันธ์ ๒๕๖๗
เรื่อง ขอความอนุเคราะห์ข้อมูล
เรียน ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต ๑
อ้างถึง หนังสือ ที่ ศธ ๐๔๐๐๑/ว ๕๕ ลงวันที่ ๑ มกราคม ๒๕๖๗
   ด้วย โรงเรียนวัดตัวอย่าง มีความประสงค์ขอข้อมูลจำนวนครูและบุคลากร ปีการศึกษา ๒๕๖๖ ในรูปแบบไฟล์ Excel \
เพื่อประกอบการจัดทำรายงาน
   จึงเรียนมาเพื่อโปรดพิจารณา"""
SIGNED = """ขอแสดงความนับถือ
     (นางสาวมะลิ ดอกแก้ว)
ผู้อำนวยการโรงเรียนวัดตัวอย่าง
โทร. ๐๔๓-๑๒๓๔๕๖
ผู้ประสานงาน นายชบา ใบเขียว"""


def test_an_official_letter_states_its_number_date_office_and_signer() -> None:
    assert _read(OFFICIAL, SIGNED) == {
        "requester_name": "นางสาวมะลิ ดอกแก้ว",
        "position": "ผู้อำนวยการโรงเรียน",
        "organisation": "โรงเรียนวัดตัวอย่าง",
        "phone": "043-123-456",
        "letter_no": "ศธ 04210.012/89",
        "letter_date": "2024-02-29",
        "purpose": "เพื่อประกอบการจัดทำรายงาน",
        "items": [{"dataset": "จำนวนครูและบุคลากร", "academic_years": [2566], "format": "xlsx"}],
    }


def test_a_letter_referred_to_counts_where_the_letter_has_no_number_of_its_own() -> None:
    text = (
        "ตามหนังสือเทศบาลตำบลตัวอย่าง ที่ มท 55501/234 ลงวันที่ 1 มิถุนายน 2566 "
        "เทศบาลตำบลตัวอย่างมีความประสงค์ขอข้อมูลทำเนียบโรงเรียน"
    )
    assert _read(text) == {
        "organisation": "เทศบาลตำบลตัวอย่าง",
        "letter_no": "มท 55501/234",
        "letter_date": "2023-06-01",
        "items": [{"dataset": "ทำเนียบโรงเรียน"}],
    }


@pytest.mark.parametrize(("text", "person"), [
    ("กระผมนายชบา ใบเขียว ผู้อำนวยการโรงเรียนบ้านตัวอย่าง ",
     {"requester_name": "นายชบา ใบเขียว", "position": "ผู้อำนวยการโรงเรียน",
      "organisation": "โรงเรียนบ้านตัวอย่าง"}),
    ("ข้าพเจ้า นางสาวมะลิ ดอกแก้ว ตำแหน่ง ครูชำนาญการ สังกัด โรงเรียนบ้านตัวอย่าง มีความประสงค์",
     {"requester_name": "นางสาวมะลิ ดอกแก้ว", "position": "ครูชำนาญการ",
      "organisation": "โรงเรียนบ้านตัวอย่าง"}),
    ("ผมชื่อ ชบา ใบเขียว จากบริษัท ตัวอย่าง จำกัด ",
     {"requester_name": "ชบา ใบเขียว", "organisation": "บริษัท ตัวอย่าง จำกัด"}),
    ("My name is Dr. Mary Green, lecturer at Example University. I request the data: ",
     {"requester_name": "Dr. Mary Green", "position": "lecturer",
      "organisation": "Example University"}),
])  # fmt: skip
def test_the_writer_says_who_he_is(text: str, person: dict[str, str]) -> None:
    said = _read(f"{text}ขอข้อมูลทำเนียบโรงเรียน")
    assert {name: value for name, value in said.items() if name != "items"} == person


@pytest.mark.parametrize("text", [
    "เรียน นางมะลิ ดอกแก้ว\nขอข้อมูลทำเนียบโรงเรียน", "ตามที่คุยกับนายชบา ใบเขียว ขอข้อมูลทำเนียบโรงเรียน",
    "ขอข้อมูลทำเนียบโรงเรียน\nผู้ประสานงาน นายชบา ใบเขียว", "ขอข้อมูลทำเนียบโรงเรียน\nขอบคุณค่ะ\nมะลิ",
])  # fmt: skip
def test_no_other_person_is_taken_for_the_requester(text: str) -> None:
    assert _read(text) == {"items": [{"dataset": "ทำเนียบโรงเรียน"}]}


@pytest.mark.parametrize(("text", "items"), [
    ("ขอ นร. รายชั้น ปี 67,68 รายโรงเรียน เป็น pdf ครับ",
     [{"dataset": "นร. รายชั้น", "academic_years": [2567, 2568],
       "level": "school", "format": "pdf"}]),
    ("ขอทำเนียบโรงเรียน และจำนวนห้องเรียน ประจำปีการศึกษา 2567 และ 2568",
     [{"dataset": "ทำเนียบโรงเรียน", "academic_years": [2567, 2568]},
      {"dataset": "จำนวนห้องเรียน", "academic_years": [2567, 2568]}]),
    ("ขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2567 และทำเนียบโรงเรียน ปีการศึกษา 2568",
     [{"dataset": "จำนวนนักเรียน", "academic_years": [2567]},
      {"dataset": "ทำเนียบโรงเรียน", "academic_years": [2568]}]),
    ("ขอข้อมูลดังนี้\n\n1. จำนวนนักเรียน ปี 68 (Excel)\n2. จำนวนห้องเรียน ปี 67 รอบ 2",
     [{"dataset": "จำนวนนักเรียน", "academic_years": [2568], "format": "xlsx"},
      {"dataset": "จำนวนห้องเรียน", "academic_years": [2567], "round": 2}]),
    ("Please send me the number of classrooms for 2024 and 2025 in CSV.",
     [{"dataset": "number of classrooms", "academic_years": [2567, 2568], "format": "csv"}]),
    ("ขอข้อมูลเงินเดือนครู ปีการศึกษา 2568", [{"dataset": "เงินเดือนครู", "academic_years": [2568]}]),
    ("ขอข้อมูลจำนวนนักเรียนพิการ ปี 68", [{"dataset": "จำนวนนักเรียนพิการ", "academic_years": [2568]}]),
])  # fmt: skip
def test_datasets_stand_with_their_own_years_and_levels(text: str, items: list[Any]) -> None:
    assert _read(text)["items"] == items


@pytest.mark.parametrize(("text", "purpose"), [
    ("เพื่อใช้ในการวิจัย จึงเรียนมาเพื่อโปรดพิจารณา", "เพื่อใช้ในการวิจัย"), ("จะเอาไปทำแผนงาน ด่วนค่ะ", "ทำแผนงาน"),
    ("จะใช้วางแผนรถรับส่ง ขอเป็น excel นะคะ", "ใช้วางแผนรถรับส่ง"),
    ("เพื่อทำวิจัย ติดต่อกลับ 081-234-5678", "เพื่อทำวิจัย"),
])  # fmt: skip
def test_the_purpose_is_its_own_clause_only(text: str, purpose: str) -> None:
    assert _read(f"ขอข้อมูลทำเนียบโรงเรียน {text}")["purpose"] == purpose


def test_the_years_of_a_plan_are_not_those_of_the_data() -> None:
    text = "ขอข้อมูลทำเนียบโรงเรียน ปี 2568 เพื่อจัดทำแผน (พ.ศ. 2571 - 2575)"
    assert _read(text)["items"] == [{"dataset": "ทำเนียบโรงเรียน", "academic_years": [2568]}]


@pytest.mark.parametrize(("text", "problem"), [
    ("ขอข้อมูลจำนวนนักเรียนย้อนหลัง 5 ปี", "academic_years not understood: ย้อนหลัง 5 ปี"),
    ("ขอข้อมูลจำนวนนักเรียน ภายในวันศุกร์นี้", "needed_by not understood: ภายในวันศุกร์นี้"),
    ("ขอข้อมูลจำนวนนักเรียน ปีการศึกษา 25688", "academic_years not understood: 25688"),
])  # fmt: skip
def test_what_is_not_certain_is_noted_and_not_stated(text: str, problem: str) -> None:
    found = letters.read(text, KNOWN)
    assert found.problems == [problem]
    assert found.names == ["dataset"]


@pytest.mark.parametrize("text", [
    "ขอส่งข้อมูลจำนวนนักเรียน ปีการศึกษา 2568 ตามไฟล์แนบ", "ตามที่ท่านขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2568 นั้น",
    "ได้รับข้อมูลจำนวนนักเรียนแล้ว ขอบคุณครับ", "ขอให้รายงานจำนวนนักเรียน ปีการศึกษา 2568", "ขอข้อมูลบัญชีธนาคาร",
    "ขอเชิญประชุมเรื่องจำนวนนักเรียน ปีการศึกษา 2568", "จำนวนนักเรียนลดลงทุกปี",
])  # fmt: skip
def test_a_text_that_asks_for_no_data_states_nothing(text: str) -> None:
    assert letters.read(text, KNOWN).form == Form()
