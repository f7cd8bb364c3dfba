import tomllib
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

import pytest

from mailproc.model import Form, Item
from mailproc.parsers import fields, form, form_to_json, merge, missing
from tests.parsers.known import KNOWN


def _read(text: str) -> dict[str, Any]:
    said = form_to_json(form.read(text, KNOWN).form)
    for item in said["items"]:
        item.pop("dataset_id", None)
    return {key: value for key, value in said.items() if value}


@pytest.mark.parametrize("line", [
    "ชื่อ-สกุล: มะลิ ดอกแก้ว", "ชื่อ - นามสกุล : มะลิ ดอกแก้ว", "ชื่อ–สกุลผู้ขอรับบริการ:มะลิ ดอกแก้ว",
    "1. ชื่อผู้ขอ\tมะลิ ดอกแก้ว", "๑) ชื่อ สกุล : มะลิ ดอกแก้ว", "ชื่อ-สกุล......มะลิ ดอกแก้ว......",
    "**ชื่อ-สกุล:** มะลิ ดอกแก้ว", "ชื่อ-สกุล (ตัวบรรจง): มะลิ ดอกแก้ว", "ชื่อ-สกุล  มะลิ ดอกแก้ว",
    "ชื่อ - นามสกุล - มะลิ ดอกแก้ว", "Full name = มะลิ ดอกแก้ว", "ชื่อ: มะลิ\nสกุล: ดอกแก้ว",
    "ชื่อ-สกุล：มะลิ ดอกแก้ว", "ผู้ขอ:\nมะลิ ดอกแก้ว", "ชือ-สกุล: มะลิ ดอกแก้ว", "ชื่อ\u200b-สกุล: มะลิ ดอกแก้ว",
])  # fmt: skip
def test_a_label_is_known_however_it_is_set(line: str) -> None:
    assert _read(line) == {"requester_name": "มะลิ ดอกแก้ว"}


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_labels_that_our_own_mails_ask_with_are_known(language: str) -> None:
    path = Path(__file__).parents[2] / "templates" / "texts" / f"{language}.toml"
    labels = tomllib.loads(path.read_text(encoding="utf-8"))["fields"]
    names = {f.name for noun in (Form, Item) for f in fields_of(noun)}
    asked = names - {"items", "dataset_id", "latest", "wait"}
    assert {name: fields.label(labels[name]) for name in asked} == {name: name for name in asked}


def test_parts_of_a_name_are_put_together() -> None:
    assert _read("คำนำหน้า: นางสาว\nชื่อ: มะลิ\nนามสกุล: ดอกแก้ว") == {
        "requester_name": "นางสาวมะลิ ดอกแก้ว"
    }


def test_several_fields_stand_on_one_line() -> None:
    expected = {"requester_name": "มะลิ", "position": "ครู", "phone": "081-234-5678"}
    assert _read("ชื่อ: มะลิ  ตำแหน่ง: ครู  โทร: 081-234-5678") == expected
    assert _read("ชื่อ...มะลิ... ตำแหน่ง....ครู.... โทร.....0812345678...") == expected
    assert _read("ชื่อ\tตำแหน่ง\tโทร.\nมะลิ\tครู\t0812345678") == expected


@pytest.mark.parametrize("text", [
    "ชื่อ:\nตำแหน่ง:", "ชื่อ........ตำแหน่ง........", "LINE ID: -", "โทร: ไม่มี", "ชื่อ: (ระบุ)",
    "รูปแบบไฟล์  ☐ Excel  ☐ PDF", "รูปแบบไฟล์  ? Excel  ? CSV  ? PDF", "วันที่: 23 พ.ย. 2569",
    "เรียน ผู้อำนวยการกลุ่มนโยบายและแผน", "จึงเรียนมาเพื่อโปรดพิจารณา", "เรื่อง: ขอข้อมูล",
    "From: a@example.org\nDate: x\nSubject: y\nTo: z", "ชื่อเรื่องนี้ไม่ใช่แบบ", "ข้อมูลนี้ใช้ได้ดี",
])  # fmt: skip
def test_nothing_is_made_up(text: str) -> None:
    assert _read(text) == {}


@pytest.mark.parametrize("text", [
    "ข้อมูลที่ต้องการ:\n  1. จำนวนห้องเรียน\n  2. ทำเนียบโรงเรียน",
    "ข้อมูลที่ต้องการ:\n- จำนวนห้องเรียน\n\n- ทำเนียบโรงเรียน",
    "ข้อมูลที่ต้องการ: ๑. จำนวนห้องเรียน ๒. ทำเนียบโรงเรียน",
    "ข้อมูลที่ต้องการ: จำนวนห้องเรียน และ ทำเนียบโรงเรียน",
    "ข้อมูลที่ต้องการ: จำนวนห้องเรียน\nชุดข้อมูล: ทำเนียบโรงเรียน",
    "ข้อมูลที่ต้องการ:\n☑ จำนวนห้องเรียน\n☐ โรงเรียนขนาดเล็ก\n☑ ทำเนียบโรงเรียน",
])  # fmt: skip
def test_several_datasets_are_several_items(text: str) -> None:
    assert [item["dataset"] for item in _read(text)["items"]] == ["จำนวนห้องเรียน", "ทำเนียบโรงเรียน"]


def test_a_name_with_and_in_it_is_one_dataset() -> None:
    words = "จำนวนครูและบุคลากรจำแนกตามวิทยฐานะ"
    assert _read(f"ชุดข้อมูล: {words}") == {"items": [{"dataset": words}]}


def test_what_is_said_once_holds_for_every_item() -> None:
    items = _read("ชุดข้อมูล:\n- จำนวนห้องเรียน\n- ทำเนียบโรงเรียน\nปี: 68\nรูปแบบ: PDF")["items"]
    assert [item["academic_years"] for item in items] == [[2568], [2568]]
    assert [item["format"] for item in items] == ["pdf", "pdf"]


def test_what_is_said_below_each_dataset_is_its_own() -> None:
    text = "ชุดข้อมูล: จำนวนห้องเรียน\nปี: 67\nชุดข้อมูล: ทำเนียบโรงเรียน\nปี: 68\nรูปแบบ: PDF"
    items = _read(text)["items"]
    assert [item["academic_years"] for item in items] == [[2567], [2568]]


def test_a_year_behind_the_dataset_is_its_year() -> None:
    expected = [{"dataset": "จำนวนห้องเรียน", "academic_years": [2568]}]
    assert _read("ชุดข้อมูล: จำนวนห้องเรียน ปีการศึกษา 2568") == {"items": expected}


def test_the_latest_year_is_a_year() -> None:
    found = form.read("ชุดข้อมูล: จำนวนห้องเรียน\nปีการศึกษา: ล่าสุด", KNOWN).form
    assert found.items[0].latest
    assert "academic_years" not in missing(found)


def test_filters_add_up() -> None:
    item = _read("ชุดข้อมูล: จำนวนห้องเรียน\nชั้น: ป.1, ป.2\nโรงเรียนที่ขอ: บ้านตัวอย่าง")["items"][0]
    assert item["filters"] == ["ป.1", "ป.2", "บ้านตัวอย่าง"]


def test_a_school_is_the_organisation_or_else_what_is_asked_about() -> None:
    assert _read("โรงเรียน: บ้านตัวอย่าง") == {"organisation": "บ้านตัวอย่าง"}
    assert _read("หน่วยงาน: อบต.ตัวอย่าง\nโรงเรียน: บ้านตัวอย่าง") == {
        "organisation": "อบต.ตัวอย่าง",
        "items": [{"filters": ["บ้านตัวอย่าง"]}],
    }


def test_a_long_purpose_that_was_wrapped_is_whole() -> None:
    first = "เพื่อใช้ประกอบการวิจัยเรื่องการบริหารโรงเรียนขนาดเล็กในพื้นที่ชายแดนภาคตะวันออกเฉียงเหนือของไทย"
    text = f"วัตถุประสงค์: {first}\nและการจัดทำแผน\nขอแสดงความนับถือ\nมะลิ"
    assert _read(text) == {"purpose": f"{first} และการจัดทำแผน"}


def test_a_closing_is_no_part_of_the_last_field() -> None:
    assert _read("วัตถุประสงค์: เพื่อวางแผน\nขอแสดงความนับถือ\nมะลิ") == {"purpose": "เพื่อวางแผน"}


def test_what_was_not_understood_is_noted() -> None:
    found = form.read("ปีการศึกษา: หลายปี\nรูปแบบ: Word", KNOWN)
    assert found.form == Form()
    assert found.problems == ["academic_years not understood: หลายปี", "format not understood: Word"]


def test_missing_names_what_a_complete_request_needs() -> None:
    assert missing(Form()) == (
        "requester_name", "organisation", "purpose", "dataset", "academic_years",
    )  # fmt: skip
    whole = Form(requester_name="a", organisation="b", purpose="c")
    assert missing(Form(items=(Item("x", academic_years=(2568,)), Item("y")))) == (
        "requester_name", "organisation", "purpose", "academic_years",
    )  # fmt: skip
    assert missing(merge(whole, Form(items=(Item("x", latest=True),)))) == ()


def test_an_answer_wins_over_the_form_and_leaves_the_rest() -> None:
    old = Form(requester_name="a", purpose="b", items=(Item("x", "id", (2567,), round=1),))
    new = merge(old, Form(purpose="c", items=(Item(academic_years=(2568,)),)))
    assert new == Form(requester_name="a", purpose="c", items=(Item("x", "id", (2568,), round=1),))


def test_another_dataset_takes_its_own_id_along() -> None:
    new = merge(Form(items=(Item("x", "id"),)), Form(items=(Item("unknown words"),)))
    assert new.items == (Item("unknown words"),)


def test_latest_and_years_replace_each_other() -> None:
    years, latest = Item("x", academic_years=(2567,)), Item("x", latest=True)
    assert merge(Form(items=(years,)), Form(items=(Item(latest=True),))).items == (latest,)
    assert merge(Form(items=(latest,)), Form(items=(Item(academic_years=(2567,)),))).items == (
        years,
    )


@pytest.mark.parametrize(("text", "is_title"), [
    ("แบบคำขอใช้บริการข้อมูล", True), ("แบบคำร้องขอใช้บริการข้อมูล", True), ("DATA REQUEST FORM", True),
    ("แบบคำขอใช้บริการข้อมูลสารสนเทศทางการศึกษา", True), ("  แบบฟอร์มขอข้อมูล :", True),
    ("ขอทราบว่าแบบคำขอใช้บริการข้อมูลอยู่ที่ไหน", False), ("ข้อมูล", False),
])  # fmt: skip
def test_a_title_stands_on_a_line_of_its_own(text: str, is_title: bool) -> None:
    assert form.has_title(f"เรียน\n{text}\nชื่อ: มะลิ") is is_title


@pytest.mark.parametrize("text", [
    "ลำดับ\tรายการข้อมูล\tปีการศึกษา\n1\tจำนวนห้องเรียน\t2567\n2\tทำเนียบโรงเรียน\t2568",
    "| รายการข้อมูล | ปีการศึกษา |\n|---|---|\n| จำนวนห้องเรียน | 2567 |\n| ทำเนียบโรงเรียน | 2568 |",
    "รายการข้อมูล: ปีการศึกษา\nจำนวนห้องเรียน: 2567\nทำเนียบโรงเรียน: 2568",
    "ข้อมูลที่ต้องการ:\n1) จำนวนห้องเรียน ปี 2567\n2) ทำเนียบโรงเรียน ปี 68",
    "ข้อมูลที่ต้องการ: จำนวนห้องเรียน ปี 2567 และทำเนียบโรงเรียน ปี 2568",
])  # fmt: skip
def test_each_dataset_has_the_year_of_its_own_line_or_row(text: str) -> None:
    items = _read(text)["items"]
    said = [(item["dataset"], item["academic_years"]) for item in items]
    assert said == [("จำนวนห้องเรียน", [2567]), ("ทำเนียบโรงเรียน", [2568])]


def test_each_round_is_an_item_of_its_own() -> None:
    items = _read("ชุดข้อมูล: จำนวนห้องเรียน\nปี: 68\nรอบ: 1 และ 2")["items"]
    assert [(item["academic_years"], item["round"]) for item in items] == [([2568], 1), ([2568], 2)]
    items = _read("ชุดข้อมูล: จำนวนห้องเรียน\nภาคเรียน: 2/2567 และ 1/2568")["items"]
    assert [(item["academic_years"], item["round"]) for item in items] == [([2567], 2), ([2568], 1)]


@pytest.mark.parametrize("line", [
    "ขอแก้ไขปีการศึกษาเป็น 2568 ครับ", "ขอเปลี่ยนปีจาก 2567 เป็น 2568", "*** แก้เป็นปีการศึกษา 2568 ***",
    "ที่ถูกคือปีการศึกษา 2568", "ปีการศึกษา: 2566 (แก้เป็น 2568)",
])  # fmt: skip
def test_a_correction_wins_over_what_was_said_before(line: str) -> None:
    found = form.read(f"ชุดข้อมูล: จำนวนห้องเรียน\nปีการศึกษา: 2567\n{line}", KNOWN)
    assert found.form.items[0].academic_years == (2568,)
    assert found.problems == []


def test_of_two_answers_the_first_stays_and_the_field_is_named() -> None:
    text = "ชื่อ: มะลิ\nชื่อ: ชบา\nชุดข้อมูล: จำนวนห้องเรียน\nปี: 2567\nปี: 2568"
    found = form.read(text, KNOWN)
    assert found.form.requester_name == "มะลิ"
    assert found.form.items[0].academic_years == (2567,)
    assert found.problems == ["requester_name said twice: มะลิ; ชบา",
                              "academic_years said twice: 2567; 2568"]  # fmt: skip


def test_the_same_form_pasted_twice_is_one() -> None:
    text = "ชื่อ: มะลิ\nชุดข้อมูล: จำนวนห้องเรียน\nปี: 2567\n"
    assert form.read(text + text, KNOWN).form == form.read(text, KNOWN).form
    assert form.read(text + text, KNOWN).problems == []


def test_a_label_for_two_things_is_parted_where_that_is_sure() -> None:
    assert _read("ชื่อ-สกุล/ตำแหน่ง: นายชบา ใบเขียว / ครู") == {
        "requester_name": "นายชบา ใบเขียว", "position": "ครู",
    }  # fmt: skip
    assert _read("หน่วยงาน/โทร.: โรงเรียนบ้านตัวอย่าง 081-234-5678") == {
        "organisation": "โรงเรียนบ้านตัวอย่าง", "phone": "081-234-5678",
    }  # fmt: skip
    assert _read("ชื่อ-สกุล/ตำแหน่ง: ก ข ค ง") == {}


def test_a_number_that_is_no_year_is_named() -> None:
    found = form.read("ชุดข้อมูล: จำนวนห้องเรียน\nปีการศึกษา: 25688", KNOWN)
    assert found.problems == ["academic_years not understood: 25688"]


def test_ticks_that_were_lost_on_the_way_are_asked_and_not_guessed() -> None:
    text = "รูปแบบไฟล์  ? Excel  ? CSV\nชุดข้อมูล: ? จำนวนห้องเรียน  ? ทำเนียบโรงเรียน"
    found = form.read(text, KNOWN)
    assert found.form == Form()
    assert [problem.split()[0] for problem in found.problems] == ["format", "dataset"]


def test_what_stands_in_the_officers_part_of_the_form_is_not_the_requesters() -> None:
    text = "ชื่อ: มะลิ\nสำหรับเจ้าหน้าที่\nตำแหน่ง: นักวิเคราะห์\nโทร: 042-123456"
    assert _read(text) == {"requester_name": "มะลิ"}


def test_a_value_is_kept_as_it_was_typed() -> None:
    assert _read("วัตถุประสงค์: =1+1 👩\u200d🏫") == {"purpose": "=1+1 👩\u200d🏫"}
