"""Whatever a person fills into one of our forms, our reader gives back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailproc.datasets.catalogue import names
from mailproc.model import Catalogue, Form, Item, Known
from mailproc.parsers import read
from mailproc.requestform import RequestForm, request_form
from tests.factories import an_office
from tests.requestform.conftest import FOLDERS
from tests.requestform.filling import SHAPES, Answers, mail

PURPOSE = (
    "เพื่อวางแผนอัตรากำลังครูและจัดทำแผนปฏิบัติการประจำปีงบประมาณของกลุ่มโรงเรียน "
    "รวมทั้งใช้ประกอบการประชุมคณะกรรมการสถานศึกษาขั้นพื้นฐาน และรายงานหน่วยงานต้นสังกัด"
)
ANSWERS: Answers = {
    "requester_name": "นางสาวน้ำปั้น ตั้งใจเรียนรู้",
    "position": "ครูชำนาญการพิเศษ",
    "organisation": "โรงเรียนบ้านกุดน้ำใส",
    "requester_type": "government",
    "phone": "๐๘๑ ๒๓๔ ๕๖๗๘",
    "line_id": "nampan.t",
    "email": "nampan@school.example.org",
    "dataset": ("student_count", "school_directory"),
    "academic_years": "๒๕๖๗ และ ๒๕๖๘",
    "round": "2",
    "level": "school",
    "filters": "ชั้น ป.๑",
    "purpose": PURPOSE,
    "needed_by": "๑๕ ธันวาคม ๒๕๖๙",
    "format": "xlsx",
    "delivery": "pickup",
    "consent": "yes",
}
FORM = Form(
    requester_name="นางสาวน้ำปั้น ตั้งใจเรียนรู้",
    position="ครูชำนาญการพิเศษ",
    organisation="โรงเรียนบ้านกุดน้ำใส",
    requester_type="government",
    phone="081-234-5678",
    email="nampan@school.example.org",
    line_id="nampan.t",
    purpose=PURPOSE,
    needed_by="2026-12-15",
    delivery="pickup",
    consent=True,
)


def _expected(form: RequestForm, *extra: Item) -> Form:
    datasets = next(field for field in form.fields if field.key == "dataset")
    asked = [o for o in datasets.options if o.code in ANSWERS["dataset"]]
    common = Item("", None, (2567, 2568), False, 2, "school", ("ชั้น ป.๑",), "xlsx")
    items = (replace(common, dataset=o.words, dataset_id=o.code) for o in asked)
    return replace(FORM, items=(*items, *extra))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_form_filled_in_completely_is_read_back_without_loss(
    shape: str, form: RequestForm, known: Known
) -> None:
    reading = read(mail(form, shape, ANSWERS), known)
    assert reading.kind == "request"
    assert reading.form == _expected(form)
    assert reading.missing == ()
    assert reading.problems == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_blank_form_states_nothing(shape: str, form: RequestForm, known: Known) -> None:
    reading = read(mail(form, shape, {}), known)
    assert reading.form in (None, Form())
    assert reading.sources == {}
    assert reading.problems == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_in_the_list_is_read_beside_what_is_ticked(
    shape: str, thai_form: RequestForm, known: Known
) -> None:
    answers = {**ANSWERS, "dataset_other": "รายชื่อห้องสมุดโรงเรียน"}
    read_form = read(mail(thai_form, shape, answers), known).form
    assert read_form is not None
    asked = [(item.dataset, item.dataset_id) for item in read_form.items]
    expected = [(item.dataset, item.dataset_id) for item in _expected(thai_form).items]
    assert asked == [*expected, ("รายชื่อห้องสมุดโรงเรียน", None)]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_office_without_figures_takes_the_name_of_the_data_in_words(
    shape: str, catalogue: Catalogue
) -> None:
    bare = Catalogue(tuple(replace(d, rounds=()) for d in catalogue.datasets))
    form = request_form(an_office(), bare, "th", FOLDERS)
    answers = {"requester_name": "นายมานะ ขยัน", "dataset": "จำนวนห้องเรียน", "academic_years": "ล่าสุด"}
    read_form = read(mail(form, shape, answers), Known(datasets=names(bare))).form
    assert read_form is not None
    assert read_form.requester_name == "นายมานะ ขยัน"
    assert read_form.items == (Item("จำนวนห้องเรียน", "classrooms", latest=True),)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("key", ["requester_type", "round", "level", "format", "delivery"])
def test_each_option_is_read_back_as_itself(
    shape: str, key: str, form: RequestForm, known: Known
) -> None:
    field = next(field for field in form.fields if field.key == key)
    assert len(field.options) > 1
    for option in field.options:
        read_form = read(mail(form, shape, {key: option.code}), known).form
        assert read_form is not None, option
        holder = read_form if hasattr(read_form, key) else read_form.items[0]
        assert str(getattr(holder, key)) == option.code
