"""Sample nouns for tests: one believable request, office and letter, all names made up.

Each function takes the fields to change: `a_request(state=State.REFUSED, reason="…")`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailproc.model import (
    Attached,
    Built,
    Catalogue,
    Dataset,
    Form,
    Item,
    Letter,
    Office,
    Person,
    Prepared,
    Question,
    Request,
    Round,
    State,
    Trust,
)

NOW = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)  # 22 พฤศจิกายน 2569 เวลา 09:05 น.
STUDENTS = "student_count"


def an_office(**changes: Any) -> Office:
    """An office whose pages can be reached; `public_url=""` for one without."""
    office = Office(
        name_th="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 1",
        name_en="Example Primary Educational Service Area Office 1",
        group_th="กลุ่มนโยบายและแผน",
        group_en="Policy and Planning Group",
        address="data@example.org",
        phone="0 2000 1234",
        timezone="Asia/Bangkok",
        officer_name="นางสาวดาวเรือง ใจเย็น",
        officer_phone="0 2000 1234 ต่อ 12",
        public_url="https://data.example.org",
    )
    return replace(office, **changes)


def an_item(**changes: Any) -> Item:
    """Students by grade and sex, one district, as asked for."""
    item = Item(
        dataset="จำนวนนักเรียน แยกชั้น เพศ",
        dataset_id=STUDENTS,
        academic_years=(2568,),
        round=1,
        level="school",
        filters=("อำเภอเมืองตัวอย่าง",),
        format="xlsx",
    )
    return replace(item, **changes)


def a_form(**changes: Any) -> Form:
    """A complete form; give `items=(an_item(…),)` for another dataset."""
    form = Form(
        requester_name="นางสมศรี ตั้งใจสอน",
        position="ครูชำนาญการ",
        organisation="โรงเรียนบ้านดอนแก้ว",
        requester_type="internal",
        phone="08 0000 1234",
        email="somsri@school.example.org",
        purpose="เพื่อวางแผนจัดชั้นเรียนและอัตรากำลังครูของกลุ่มโรงเรียน ปีการศึกษา 2570",
        delivery="email",
        items=(an_item(),),
    )
    return replace(form, **changes)


def a_prepared(**changes: Any) -> Prepared:
    """What the query of `an_item` gave."""
    prepared = Prepared(
        dataset_id=STUDENTS,
        title_th="จำนวนนักเรียนจำแนกตามชั้นและเพศ",
        title_en="Students by grade and sex",
        academic_year=2568,
        round=1,
        level="school",
        filters=("อำเภอเมืองตัวอย่าง",),
        format="xlsx",
        query='{"dataset":"student_count","filters":{"district":["เมืองตัวอย่าง"]}}',
        rows=37,
        columns=("รหัสโรงเรียน", "โรงเรียน", "อำเภอ", "ชั้น", "ชาย", "หญิง", "รวม"),
        hidden_cells=0,
        suppression="none",
        sensitivity="open",
        sample=(
            ("50010001", "โรงเรียนบ้านดอนแก้ว", "เมืองตัวอย่าง", "ป.1", "12", "9", "21"),
            ("50010001", "โรงเรียนบ้านดอนแก้ว", "เมืองตัวอย่าง", "ป.2", "8", "11", "19"),
            ("50010002", "โรงเรียนวัดสันทราย", "เมืองตัวอย่าง", "ป.1", "15", "14", "29"),
        ),
        as_of="2025-06-10",
        source="Data Management Center (DMC)",
        round_digest="a" * 64,
        dataset_digest="b" * 64,
        result_digest="c" * 64,
    )
    return replace(prepared, **changes)


def an_attached(**changes: Any) -> Attached:
    """A workbook that an officer made herself."""
    attached = Attached(
        paper_id=1,
        sha256="f" * 64,
        filename="รายชื่ออาคารเรียน.xlsx",
        size=9_000,
        kind="xlsx",
        title="อาคารเรียนจำแนกตามสภาพ",
        sensitivity="open",
        academic_year=2568,
        as_of="2025-06-10",
        source="กลุ่มนโยบายและแผน",
        by="นางสาวดาวเรือง ใจเย็น",
    )
    return replace(attached, **changes)


def a_request(**changes: Any) -> Request:
    """A request that waits for the director; the state and everything else can be changed."""
    request = Request(
        id=12,
        number="2569/00012",
        version=3,
        state=State.AWAITING_DECISION,
        language="th",
        requester_addr="somsri@school.example.org",
        trust=Trust.VERIFIED,
        form=a_form(),
        received_at=NOW,
        promised_at=NOW + timedelta(minutes=10),
        subject="ขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2568",
        thread="<first@school.example.org>",
        due_at=NOW + timedelta(days=1),
        prepared=a_prepared(),
        content_hash="d" * 64,
    )
    return replace(request, **changes)


def a_question(**changes: Any) -> Question:
    """A year that is not there, with what there is."""
    question = Question(
        field="academic_years",
        problem="unavailable",
        said="2571",
        offers=("ปีการศึกษา 2568 รอบที่ 1", "ปีการศึกษา 2567 รอบที่ 3"),
    )
    return replace(question, **changes)


def a_letter(kind: str = "receipt", **changes: Any) -> Letter:
    """A letter of this kind to the requester of `a_request`."""
    letter = Letter(
        kind=kind,
        language="th",
        to_name="นางสมศรี ตั้งใจสอน",
        to_addr="somsri@school.example.org",
        message_id="<k3v9.12.3@data.example.org>",
        in_reply_to="<first@school.example.org>",
        references=("<first@school.example.org>",),
        subject="ขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2568",
        created_at=NOW + timedelta(seconds=2),
        request=a_request(),
    )
    return replace(letter, **changes)


def a_person(**changes: Any) -> Person:
    """The head of the Policy and Planning Group, who has set a code."""
    person = Person(
        id=1,
        name="นายธงชัย มั่นคง",
        address="director@example.org",
        role="group_director",
        phone="0 2000 1234 ต่อ 10",
        position="ผู้อำนวยการกลุ่มนโยบายและแผน",
        has_code=True,
    )
    return replace(person, **changes)


def a_built(**changes: Any) -> Built:
    """A small file that stands for a workbook; `sha256` is not of its content."""
    built = Built(
        filename="จำนวนนักเรียนจำแนกตามชั้นและเพศ_2568_รอบ1_คำขอ2569-00012.xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content=b"PK\x03\x04" + bytes(range(256)) * 40,
        sha256="e" * 64,
        result_digest="c" * 64,
    )
    return replace(built, **changes)


def a_dataset(**changes: Any) -> Dataset:
    """The catalogue's entry for students by grade and sex, with one round."""
    dataset = Dataset(
        id=STUDENTS,
        title_th="จำนวนนักเรียนจำแนกตามชั้นและเพศ",
        title_en="Students by grade and sex",
        names=("จำนวนนักเรียนจำแนกตามชั้นและเพศ", "จำนวนนักเรียน", "Students by grade and sex"),
        description_th="จำนวนนักเรียนรายโรงเรียน ทุกชั้น แยกชายหญิง",
        description_en="Students of each school by grade and sex",
        levels=("school", "district", "area"),
        formats=("xlsx", "csv"),
        sensitivity="open",
        needs_approval=True,
        filters_th=("อำเภอ เช่น อำเภอเมืองตัวอย่าง", "ชั้น เช่น ป.6"),
        filters_en=("district", "grade, such as P.6"),
        digest="b" * 64,
        rounds=(
            Round(
                academic_year=2568,
                round=1,
                as_of="2025-06-10",
                source="Data Management Center (DMC)",
                digest="a" * 64,
            ),
        ),
    )
    return replace(dataset, **changes)


def a_catalogue(**changes: Any) -> Catalogue:
    """A catalogue of this one dataset."""
    return replace(Catalogue(datasets=(a_dataset(),)), **changes)
