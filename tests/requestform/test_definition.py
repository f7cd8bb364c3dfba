from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailproc.errors import ConfigError
from mailproc.model import Catalogue
from mailproc.parsers import labels, values
from mailproc.requestform import RequestForm, request_form
from mailproc.requestform.definition import Field
from tests.factories import an_office
from tests.requestform.conftest import FOLDERS, LOADED


def _field(form: RequestForm, key: str) -> Field:
    return next(field for field in form.fields if field.key == key)


def test_the_form_asks_what_the_domain_page_lists_and_no_national_id(form: RequestForm) -> None:
    assert [field.key for field in form.fields] == [
        "requester_name",
        "position",
        "organisation",
        "requester_type",
        "phone",
        "line_id",
        "email",
        "dataset",
        "dataset_other",
        "academic_years",
        "round",
        "level",
        "filters",
        "purpose",
        "needed_by",
        "format",
        "delivery",
        "consent",
    ]
    required = {field.key for field in form.fields if field.required}
    assert required == {"requester_name", "organisation", "dataset", "academic_years", "purpose"}


def test_the_reader_knows_every_label_and_every_option(form: RequestForm) -> None:
    for field in form.fields:
        key = field.key.removesuffix("_other")
        for label in (field.label, field.short):
            bare = label.partition(" (")[0] if field.key.endswith("_other") else label
            assert labels.lookup(bare) == key, label
        for option in field.options if key in values.READERS else ():
            assert str(values.READERS[key](option.words)) == option.code


def test_only_what_can_be_had_now_is_offered(form: RequestForm) -> None:
    assert {option.code for option in _field(form, "dataset").options} == set(LOADED)
    assert [option.code for option in _field(form, "level").options] == ["area", "school"]
    assert [option.code for option in _field(form, "format").options] == ["xlsx", "csv"]
    assert [o.words for o in _field(form, "academic_years").options] == ["2568", "2567"]


def test_an_office_without_figures_offers_every_level_and_a_line_for_the_data() -> None:
    form = request_form(an_office(), Catalogue(), "th", FOLDERS)
    assert (_field(form, "dataset").kind, _field(form, "dataset").options) == ("text", ())
    assert "dataset_other" not in {field.key for field in form.fields}
    assert len(_field(form, "level").options) == 4


def test_the_office_is_named_and_its_own_privacy_notice_wins(catalogue: Catalogue) -> None:
    office = replace(an_office(), privacy_th="ประกาศของเรา\nสองบรรทัด")
    form = request_form(office, catalogue, "th", FOLDERS)
    assert form.office == office.name_th
    assert form.words.privacy == "ประกาศของเรา สองบรรทัด"
    assert office.address in form.words.guide
    shipped = request_form(an_office(), catalogue, "th", FOLDERS).words.privacy
    assert office.name_th in shipped
    assert office.phone in shipped
    assert "{" not in repr(form) + shipped


def test_a_file_of_the_office_wins_and_all_its_faults_are_told(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    shipped = (FOLDERS[0] / "print" / "request_form.toml").read_text("utf-8")
    own = tmp_path / "print" / "request_form.toml"
    own.parent.mkdir()
    own.write_text(shipped.replace("แบบคำขอใช้บริการข้อมูล", "แบบคำร้องขอใช้บริการข้อมูล"), "utf-8")
    form = request_form(an_office(), catalogue, "th", (tmp_path, *FOLDERS))
    assert form.words.title == "แบบคำร้องขอใช้บริการข้อมูล"
    own.write_text(shipped.replace('kind = "long"', 'kind = "wide"').replace("agree", "x"), "utf-8")
    with pytest.raises(ConfigError) as caught:
        request_form(an_office(), catalogue, "th", (tmp_path, *FOLDERS))
    told = "\n".join(caught.value.faults)
    assert "kind" in told
    assert "words.th.agree" in told
    assert "words.en.agree" in told


def test_a_missing_or_broken_file_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(ConfigError, match=r"request_form\.toml"):
        request_form(an_office(), catalogue, "th", (tmp_path,))
    (tmp_path / "print").mkdir()
    (tmp_path / "print" / "request_form.toml").write_bytes(b"\xff = 1")
    with pytest.raises(ConfigError, match="not a TOML file"):
        request_form(an_office(), catalogue, "th", (tmp_path,))
