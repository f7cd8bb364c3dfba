"""The form of a made-up office whose catalogue holds several datasets with figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailproc.datasets.catalogue import names
from mailproc.model import Catalogue, Known, Round
from mailproc.requestform import RequestForm, request_form
from tests.factories import a_dataset, an_office

FOLDERS = (Path(__file__).parents[2] / "templates",)
LOADED = ("student_count", "classrooms", "school_directory")
ROUNDS = (
    Round(2568, 1, "2025-06-10", "DMC", "a" * 64),
    Round(2567, 2, "2024-11-10", "DMC", "b" * 64),
)


_TITLES = {
    "classrooms": ("จำนวนห้องเรียน", "Classrooms"),
    "school_directory": ("ทำเนียบโรงเรียน", "School directory"),
    "small_schools": ("โรงเรียนขนาดเล็ก", "Small schools"),
    "student_count": ("จำนวนนักเรียนจำแนกตามชั้นและเพศ", "Students by grade and sex"),
}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Four datasets, three of them with figures."""
    datasets = (
        a_dataset(
            id=key,
            title_th=thai,
            title_en=english,
            names=(thai, english),
            levels=("school", "area"),
            rounds=ROUNDS if key in LOADED else (),
        )
        for key, (thai, english) in _TITLES.items()
    )
    return Catalogue(tuple(datasets))


@pytest.fixture(scope="session")
def known(catalogue: Catalogue) -> Known:
    return Known(frozenset({"data@example.org"}), names(catalogue))


@pytest.fixture(scope="session", params=["th", "en"])
def form(request: pytest.FixtureRequest, catalogue: Catalogue) -> RequestForm:
    return request_form(an_office(), catalogue, request.param, FOLDERS)


@pytest.fixture(scope="session")
def thai_form(catalogue: Catalogue) -> RequestForm:
    return request_form(an_office(), catalogue, "th", FOLDERS)
