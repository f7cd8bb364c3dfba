"""The schools that pages offer to choose from."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from mailproc.datasets import warehouse
from mailproc.datasets.register import School, known_schools

_WORDS = "imported_at imported_by filename corrects source".split()


@pytest.fixture
def listed(tmp_path: Path) -> str:
    """A list with places, and a newer round with a school more and no place."""
    url = f"sqlite:///{tmp_path / 'figures.db'}"
    warehouse.create(url)
    places = {"district": "แม่จัน", "subdistrict": "", "province": "", "school_group": ""}
    engine = warehouse.engine(url)
    with engine.begin() as connection:
        for key, as_of in ((1, "2025-06-10"), (2, "2025-11-10")):
            row = dict.fromkeys(_WORDS, "") | {"status": "open", "example": 0, "as_of": as_of}
            ids = {"id": key, "source_id": "s", "digest": f"{key}", "academic_year": 2568}
            connection.execute(sa.insert(warehouse.rounds).values(**row, **ids, round=key))
        for key, code, name, where in (
            (1, "57030025", "บ้านเก่า", places),
            (2, "57030025", "บ้านสันโค้ง", dict.fromkeys(places, "")),
            (2, "57030017", "บ้านจ้อง", dict.fromkeys(places, "")),
        ):
            school = {"round_id": key, "school_code": code, "name": name}
            connection.execute(sa.insert(warehouse.schools).values(**school, **where))
    engine.dispose()
    return url


def test_schools_are_those_of_the_newest_round_with_the_places_that_are_known(listed: str) -> None:
    assert known_schools(listed) == (
        School("57030017", "บ้านจ้อง"),
        School("57030025", "บ้านสันโค้ง", "แม่จัน"),
    )


def test_without_a_warehouse_there_are_none(tmp_path: Path) -> None:
    assert known_schools(f"sqlite:///{tmp_path / 'none.db'}") == ()
