"""What the screen for telephone and counter suggests. Pure: values in, values out."""

from __future__ import annotations

from dataclasses import replace

from mailproc.datasets.register import School
from mailproc.model import Question
from mailproc.officer.entering import Call
from mailproc.web.desk import suggesting

ONE = School("57030025", "บ้านสันโค้ง", "แม่จัน", "ป่าซาง")
OTHER = School("57030124", "บ้านสันโค้ง", "เชียงแสน")
ALONE = School("57030017", "บ้านจ้อง", "แม่สาย")
SCHOOLS = (ALONE, ONE, OTHER)
TWINS = ("บ้านสันโค้ง (57030025)", "บ้านสันโค้ง (57030124)")
CALL = Call(filters="ป.6, บ้านสันโค้ง", level="district", year="latest")


def test_schools_of_one_name_are_told_apart_before_one_is_chosen() -> None:
    assert suggesting.schools(SCHOOLS) == [
        ("บ้านจ้อง", ""),
        (TWINS[0], "บ้านสันโค้ง (57030025) ตำบลป่าซาง อำเภอแม่จัน"),
        (TWINS[1], "บ้านสันโค้ง (57030124) อำเภอเชียงแสน"),
    ]


def test_in_place_of_one_phrase_the_others_stay() -> None:
    fault = Question("filters", "unclear", "บ้านสันโค้ง", TWINS)
    assert suggesting.instead(CALL, {"filters": fault}, SCHOOLS, {}) == {
        "filters": [
            (f"ป.6, {TWINS[0]}", "บ้านสันโค้ง (57030025) ตำบลป่าซาง อำเภอแม่จัน"),
            (f"ป.6, {TWINS[1]}", "บ้านสันโค้ง (57030124) อำเภอเชียงแสน"),
        ]
    }


def test_nothing_is_offered_that_would_read_otherwise() -> None:
    left_out = tuple(f"ยกเว้น{one}" for one in TWINS)
    for said, offers in (("บ้านสันโค้ง", left_out), ("ไม่มีในช่อง", TWINS), ("", TWINS)):
        fault = Question("filters", "unclear", said, offers)
        assert suggesting.instead(CALL, {"filters": fault}, SCHOOLS, {}) == {}


def test_a_list_offers_only_what_it_holds() -> None:
    levels = {"level": {"school": "รายโรงเรียน", "area": "ภาพรวมเขตพื้นที่"}}
    offers = ("รายโรงเรียน", "area", "อื่น")
    fault = Question("level", "unavailable", "district", offers)
    assert suggesting.instead(CALL, {"level": fault}, (), levels) == {
        "level": [("school", "รายโรงเรียน"), ("area", "ภาพรวมเขตพื้นที่")]
    }


def test_a_choice_counts_while_the_field_is_as_it_was_shown() -> None:
    posted = {"instead_level": " school ", "was_level": "district", "instead_year": "2568"}
    assert suggesting.chosen(CALL, posted) == replace(CALL, level="school")
