"""Ordinary tables with look-alikes pass: at most 2 % false alarms, in files of four programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from mailproc.datasets.gate import look, verdict
from tests.datasets.gate import ordinary, writers

SEEDS = 66
MOST = 0.02
_SHARED = Path(__file__).parents[4] / "shared" / "data"


def alarms() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and what was found of each innocent file."""
    for seed in range(SEEDS):
        made = ordinary.made(seed)
        for ending, write in writers.WRITERS:
            name = f"{made.kind}-{seed}-{write.__name__}.{ending}"
            found = look(name, write(made))
            yield name, tuple(" ".join(one.said()) for one in found if one.blocks)


def test_ordinary_tables_pass() -> None:
    all_of = dict(alarms())
    false = {name: found for name, found in all_of.items() if found}
    print(f"innocents: {len(all_of)}, false alarms: {len(false)}")
    assert len(all_of) >= 200
    assert len(false) <= MOST * len(all_of), false


@pytest.fixture(scope="module")
def real() -> list[Path]:
    if not _SHARED.exists():
        pytest.skip("the original figures are not beside this repository")
    return sorted(_SHARED.rglob("*.csv"))


def test_real_tables_pass(real: list[Path]) -> None:
    false = {}
    for path in real:
        content = path.read_bytes()
        found = [*look(path.name, content), *look("as.xlsx", as_workbook(content))]
        if verdict(found) != "pass":
            false[path.name] = [" ".join(one.said()) for one in found if one.blocks]
    assert not false


def as_workbook(content: bytes) -> bytes:
    """The same table as people keep it, numbers as numbers."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("ข้อมูล")
    for row in list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[:3_000]:
        sheet.append([int(cell) if cell.isdecimal() and cell[0] != "0" else cell for cell in row])
    return writers.saved(book)
