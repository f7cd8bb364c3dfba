"""Free letters in many shapes: who asks, for what, what for; and letters that ask for nothing."""

from typing import Any

import pytest

from mailproc.model import Known
from mailproc.parsers import as_json, read
from tests.parsers.known import KNOWN, mail

NAMES = {
    "student_count": (
        "จำนวนนักเรียน",
        "จำนวนนักเรียนรายชั้น",
        "Number of students by grade",
        "Enrolment data",
    ),
    "school_directory": ("ทำเนียบโรงเรียน", "รายชื่อโรงเรียน", "School list"),
    "staff_count": ("จำนวนครู", "จำนวนครูและบุคลากรทางการศึกษา", "Number of teachers"),
    "small_schools": ("รายชื่อโรงเรียนขนาดเล็ก", "ข้อมูลโรงเรียนขนาดเล็ก"),
    "classrooms": ("ห้องเรียน", "Classrooms"),
}
WIDE = Known(
    own_addresses=KNOWN.own_addresses,
    datasets=tuple((i, (*names, *NAMES.get(i, ()))) for i, names in KNOWN.datasets),
)
LETTERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "สวัสดีค่ะ หนูชื่อ น.ส.พิมพ์ใจ รักเรียน เป็นนักศึกษามหาวิทยาลัยริมโขง กำลังทำวิจัยเรื่องโรงเรียนในชนบท\n"
        "อยากขอรายชื่อโรงเรียนขนาดเล็กปี 68 เป็นไฟล์ excel ค่ะ\nติดต่อกลับได้ที่ 0899998888 ขอบคุณค่ะ",
        {
            "requester_name": "น.ส.พิมพ์ใจ รักเรียน",
            "position": "นักศึกษา",
            "organisation": "มหาวิทยาลัยริมโขง",
            "phone": "089-999-8888",
            "purpose": "ทำวิจัยเรื่องโรงเรียนในชนบท",
        },
        {"dataset": "รายชื่อโรงเรียนขนาดเล็ก", "academic_years": [2568], "format": "xlsx"},
    ),
    (
        "ขอความกรุณาส่งทำเนียบโรงเรียนปีล่าสุดให้ด้วยครับ จะเอาไปทำป้ายประชาสัมพันธ์\n"
        "นายวิชัย มั่นคง\nบริษัท สื่อดี จำกัด\nวิชัย 086-222-3333",
        {
            "requester_name": "นายวิชัย มั่นคง",
            "organisation": "บริษัท สื่อดี จำกัด",
            "phone": "086-222-3333",
            "purpose": "ทำป้ายประชาสัมพันธ์",
        },
        {"dataset": "ทำเนียบโรงเรียน", "latest": True},
    ),
    (
        "สำนักงานสาธารณสุขอำเภอบ้านใหม่ ขอสนับสนุนข้อมูลจำนวนนักเรียนระดับอนุบาล ปีการศึกษา 2568 เป็นรายโรงเรียน "
        "เพื่อเตรียมวัคซีน ขอเป็นไฟล์ PDF\nนางรัตนา สวยงาม พยาบาลวิชาชีพ",
        {
            "requester_name": "นางรัตนา สวยงาม",
            "position": "พยาบาลวิชาชีพ",
            "organisation": "สำนักงานสาธารณสุขอำเภอบ้านใหม่",
            "purpose": "เพื่อเตรียมวัคซีน",
        },
        {
            "dataset": "จำนวนนักเรียน",
            "academic_years": [2568],
            "level": "school",
            "filters": ["ระดับอนุบาล"],
            "format": "pdf",
        },
    ),
    (
        "พอดีทาง อบจ. จะจัดงานวันเด็ก เลยอยากรบกวนขอจำนวนนักเรียนแต่ละโรงเรียนครับ "
        "ปี 68\nประสาน วงษ์ใหญ่ อบจ.ตัวอย่าง",
        {
            "requester_name": "ประสาน วงษ์ใหญ่",
            "organisation": "อบจ.ตัวอย่าง",
            "purpose": "จัดงานวันเด็ก",
        },
        {"dataset": "จำนวนนักเรียน", "academic_years": [2568], "level": "school"},
    ),
    (
        "Hello,\nWe're preparing a bid for school furniture and need to "
        "know how many classrooms each school had in "
        "2025. Could we have it as CSV by 15 July 2026?\nTom Baker\nSales "
        "Manager, Desk & Chair Co., Ltd.\n"
        "+66 2 123 4567",
        {
            "requester_name": "Tom Baker",
            "position": "Sales Manager",
            "organisation": "Desk & Chair Co., Ltd.",
            "phone": "02-123-4567",
            "purpose": "preparing a bid for school furniture",
            "needed_by": "2026-07-15",
        },
        {"dataset": "classrooms", "academic_years": [2568], "level": "school", "format": "csv"},
    ),
    (
        "Hi, could you send me the latest school list please? I need "
        "it for planning our outreach program. "
        "Thanks, Bob Lee, Hope Foundation",
        {
            "requester_name": "Bob Lee",
            "organisation": "Hope Foundation",
            "purpose": "planning our outreach program",
        },
        {"dataset": "school list", "latest": True},
    ),
    (
        "To whom it may concern,\n\nOn behalf of the Embassy of Exampleland, "
        "I kindly request statistics on the number "
        "of teachers (2567, by district). The information is needed for our "
        "annual education report.\n\nSincerely,\n"
        "Maria Lopez\nEducation Officer",
        {
            "requester_name": "Maria Lopez",
            "position": "Education Officer",
            "organisation": "Embassy of Exampleland",
            "purpose": "our annual education report",
        },
        {"dataset": "number of teachers", "academic_years": [2567], "level": "district"},
    ),
]
FOR_OTHERS = [
    "ขอความร่วมมือตอบแบบสอบถามงานวิจัยเรื่องโรงเรียนขนาดเล็ก ตามลิงก์แนบครับ",
    "เรียนเชิญผู้บริหารโรงเรียนขนาดเล็กเข้าร่วมอบรม วันที่ 20 มิถุนายน 2569",
    "ขอส่งรายชื่อโรงเรียนที่ผ่านการประเมินมาให้ครับ",
    "รบกวนตรวจสอบรายชื่อโรงเรียนที่แนบด้วยค่ะ ว่าถูกต้องหรือไม่",
    "ขอให้โรงเรียนส่งข้อมูลจำนวนนักเรียนปี 2568 ภายในวันศุกร์ด้วยค่ะ",
    "ส่งรายงานจำนวนนักเรียนปี 2568 ของโรงเรียนบ้านนา ตามที่เขตขอข้อมูลครับ",
    "ต้องการสมัครเป็นครูอัตราจ้าง ไม่ทราบว่าเขตเปิดรับไหมครับ",
    "แอร์ห้องประชุมเสียครับ ขอช่างมาดูหน่อย",
    "บริษัทขอเสนอราคาระบบบริหารจัดการข้อมูลนักเรียน สนใจติดต่อกลับ",
    "นักเรียนชั้น ป.3 ต้องการย้ายโรงเรียน ต้องใช้เอกสารอะไรบ้างคะ",
    "We need your help to share our survey with school directors.",
]


@pytest.mark.parametrize(("text", "whole", "item"), LETTERS)
def test_a_letter_says_who_asks_for_what_and_what_for(
    text: str, whole: dict[str, Any], item: dict[str, Any]
) -> None:
    reading = as_json.to_json(read(mail(text), WIDE))
    assert reading["kind"] == "request"
    form = dict(reading["form"])
    (said,) = form.pop("items")
    said.pop("dataset_id")
    assert {name: form.get(name) for name in whole} == whole
    assert {name: value for name, value in said.items() if value} == item


@pytest.mark.parametrize("text", FOR_OTHERS)
def test_a_letter_that_asks_for_no_data_is_no_request(text: str) -> None:
    assert read(mail(text), WIDE).kind == "other"


def test_a_list_may_follow_the_asking_at_once() -> None:
    text = (
        "ขอข้อมูล\n-จำนวนครู\n-จำนวนนักเรียน\n-จำนวนห้องเรียน\n"
        "ปีการศึกษา 2568 ระดับโรงเรียน ไฟล์ excel\nใช้ประกอบการประเมิน"
    )
    reading = read(mail(text), WIDE)
    assert reading.form is not None
    said = [(i.dataset, i.academic_years, i.level, i.format) for i in reading.form.items]
    assert said == [
        (name, (2568,), "school", "xlsx") for name in ("จำนวนครู", "จำนวนนักเรียน", "จำนวนห้องเรียน")
    ]


def test_the_name_of_another_person_is_not_taken_from_a_thanks() -> None:
    reading = read(mail("ขอจำนวนครู ปี 2568 ครับ\nขอบคุณ คุณมานะ ใจดี เจ้าหน้าที่แผนงาน"), WIDE)
    assert reading.form is not None
    assert reading.form.requester_name is None


@pytest.mark.parametrize("above", ["", "FYI", "ส่งต่อครับ", "เพื่อโปรดพิจารณา", "Please see below"])
def test_a_mail_passed_on_without_a_mark_counts_as_a_whole(above: str) -> None:
    inner = "ชื่อ: นายมานะ ใจดี\nหน่วยงาน: โรงเรียนบ้านนา\nข้อมูลที่ขอ: จำนวนครู\nปีการศึกษา: 2568\nเพื่อ: ทำแผน"
    head = "-----Original Message-----\nFrom: A <a@x.example.org>\nSent: today\nTo: b\nSubject: x"
    text = f"{above}\n\n{head}\n\n{inner}"
    reading = read(mail(text), WIDE)
    assert reading.kind == "request"
    assert reading.form is not None
    assert reading.form.requester_name == "นายมานะ ใจดี"
    assert read(mail(text, subject="Re: x"), WIDE).form is None
