from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailproc.model import Conditions
from mailproc.store import downloads, schema
from mailproc.store.codec import dump_letter, load_letter
from tests.factories import NOW
from tests.walk import DESK, Walk


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        ("", NOW + DESK.download_life),
        ("2026-11-25", datetime(2026, 11, 25, 17, tzinfo=UTC)),  # midnight in Bangkok
        ("2027-11-25", NOW + DESK.download_life),
    ],
)
def test_a_link_to_a_file_ends_with_the_last_day_of_its_use(
    walk: Walk, until: str, ends: datetime
) -> None:
    built = walk.built()
    table = schema.outbox
    with walk.database.write() as connection:
        row = connection.execute(sa.select(table).where(table.c.kind == "dataset")).one()
        letter = load_letter(row.letter)
        assert letter.request is not None
        request = replace(letter.request, conditions=Conditions(until=until))
        mine = table.update().where(table.c.id == row.id)
        connection.execute(mine.values(letter=dump_letter(replace(letter, request=request))))
        row = connection.execute(sa.select(table).where(table.c.id == row.id)).one()
        offered = downloads.offer(connection, row, DESK, NOW)
        assert downloads.until(connection, offered.link_id) == ends
        again = downloads.offer(connection, offered, DESK, NOW + timedelta(days=1))
        assert again.link_id == offered.link_id
        if until == "2026-11-25":
            assert downloads.until(connection, again.link_id) == ends, "a new try adds no day"
    assert built.file_id is not None
