from __future__ import annotations

import pytest

from mailproc.parsers import details


@pytest.mark.parametrize(
    ("phrase", "name", "filters"),
    [
        ("จำนวนนักเรียน ป.1", "จำนวนนักเรียน", ("ป.1",)),
        ("ผลสอบ NT ป.3", "ผลสอบ NT ป.3", None),  # the grade belongs to the test
        ("number of students, grade 1", "number of students", ("grade 1",)),
        ("Students by grade and sex, Grade 4 to 6", "Students by grade and sex", ("Grade 4 to 6",)),
        ("number of students of grades 1, 2 and 3", "number of students", ("grades 1, 2 and 3",)),
        ("Number of students (Prathom 1-3)", "Number of students", ("Prathom 1-3",)),
        ("Number of students in grade 12", "Number of students", ("grade 12",)),
        ("NT results grade 3", "NT results grade 3", None),
        ("NT test results of grade 3", "NT test results of grade 3", None),
        ("Number of classrooms by grade, 2024", "Number of classrooms by grade, 2024", None),
    ],
)
def test_grades_behind_the_name_of_a_dataset_narrow_it(
    phrase: str, name: str, filters: tuple[str, ...] | None
) -> None:
    said, found = details.split(phrase)
    assert (said, found.get("filters")) == (name, filters)
