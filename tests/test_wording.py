"""Names of requests, columns, offers and reasons in the words of either language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailproc import thai
from mailproc.datasets.catalogue import load_catalogue
from mailproc.model import Past
from mailproc.texts import Texts, load_texts
from mailproc.wording import request_words
from tests.factories import a_catalogue, a_dataset, a_prepared, a_request

ROOT = Path(__file__).parents[1]
THAI, ENGLISH = (load_texts((ROOT / "templates",), language) for language in ("th", "en"))
GRADES = tuple(f"{grade} {sex}" for grade in thai.GRADES for sex in ("ชาย", "หญิง", "รวม"))


def test_many_columns_that_repeat_are_told_shortly_and_none_is_left_out() -> None:
    columns = ("รหัสโรงเรียน", "ชื่อโรงเรียน", *GRADES, "รวมทั้งหมด ชาย", "รวมทั้งหมด หญิง", "รวมทั้งหมด")
    assert request_words(THAI, a_catalogue())["column_list"](columns) == (
        "รหัสโรงเรียน, ชื่อโรงเรียน, อ.1 ถึง ม.6 (ชาย, หญิง, รวม), รวมทั้งหมด (ชาย, หญิง), รวมทั้งหมด"
    )


def test_few_columns_are_told_one_by_one() -> None:
    columns = a_prepared().columns
    assert request_words(THAI, a_catalogue())["column_list"](columns) == ", ".join(columns)


def test_data_and_period_make_one_phrase() -> None:
    request = a_request()
    assert request_words(THAI, a_catalogue())["data_asked"](request) == (
        "จำนวนนักเรียนจำแนกตามชั้นและเพศ ปีการศึกษา 2568 รอบที่ 1"
    )
    assert request_words(ENGLISH, a_catalogue())["data_asked"](request) == (
        "Students by grade and sex, academic year 2568 B.E., round 1"
    )


def test_what_the_catalogue_decides_by_itself_names_no_person() -> None:
    decider = request_words(THAI, a_catalogue())["decider"]
    assert decider(a_request(decided_by="open dataset")) == "ตามหลักเกณฑ์ข้อมูลเปิดเผย"
    assert decider(a_request(decided_by="นายธงชัย")) == "นายธงชัย"


def test_an_approver_reads_what_became_of_earlier_requests() -> None:
    words, english = (request_words(x, a_catalogue())["past_words"] for x in (THAI, ENGLISH))
    assert words(a_request()) == ""
    assert words(a_request(past=Past())) == "ขอเป็นครั้งแรกจากที่อยู่อีเมลนี้"
    some = a_request(past=Past(times=5, delivered=2, refused=1, ended=1))
    assert words(some) == (
        "ขอเป็นครั้งที่ 6 จากที่อยู่อีเมลนี้ ครั้งก่อน: ได้รับข้อมูล 2, ไม่อนุญาต 1, ยกเลิกหรือปิดไป 1, ยังไม่เสร็จ 1"
    )
    many = a_request(past=Past(times=100, delivered=100, more=True))
    assert english(many) == (
        "more than 100 requests from this address; the last 100: data sent 100"
    )


def test_belonging_is_told_once_it_was_looked_up() -> None:
    belonging = request_words(THAI, a_catalogue())["belonging"]
    told = [belonging(a_request(inside=inside)) for inside in (None, True, False)]
    assert told == ["", "อยู่ในสังกัด", "ไม่อยู่ในรายชื่อหน่วยงานในสังกัด"]


def test_offers_follow_the_language_of_the_request() -> None:
    dataset = a_dataset()
    (loaded,) = dataset.rounds
    offers = (
        dataset.title_th,
        thai.round_title(loaded.academic_year, loaded.round, loaded.as_of),
        *thai.LEVELS.values(),
        *dataset.filters_th,
    )
    in_english = request_words(ENGLISH, a_catalogue())["offer_text"]
    in_thai = request_words(THAI, a_catalogue())["offer_text"]
    for offer in offers:
        assert not re.search("[ก-๙]", in_english(offer)), offer
        assert in_thai(offer) == offer
    assert in_english("โรงเรียนบ้านดอนแก้ว") == "โรงเรียนบ้านดอนแก้ว"


def test_every_dataset_of_ours_offers_its_filters_in_both_languages(tmp_path: Path) -> None:
    for dataset in load_catalogue(None, f"sqlite:///{tmp_path / 'w.sqlite'}").datasets:
        assert len(dataset.filters_th) == len(dataset.filters_en), dataset.id


@pytest.mark.parametrize("texts", [THAI, ENGLISH], ids=["th", "en"])
@pytest.mark.parametrize(
    "code",
    [
        "ask_limit",
        "check",
        "failed",
        "handover",
        "approval_rejected",
        "approval_unknown",
        "approval_bounced",
        "dataset_rejected",
        "dataset_unknown",
        "bounced",
        "took too long",
        "needed too much memory",
        "child process died (exit code -9)",
        "prepare_OperationalError",
        "build_OSError",
        "build: took too long",
        "build: child process died (exit code -9)",
    ],
)
def test_no_officer_reads_a_code(texts: Texts, code: str) -> None:
    words = texts.reason(code)
    assert words != code
    assert not re.search(r"[a-z]_|\{|build:|died", words)


def test_words_of_a_person_stay_as_they_are() -> None:
    assert THAI.reason("ขอหนังสือจากต้นสังกัด") == "ขอหนังสือจากต้นสังกัด"
    assert THAI.reason(None) == ""
