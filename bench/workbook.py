"""What a workbook costs beside bare xlsxwriter loops over the same cells.

`python -m bench.workbook [--rounds 7]`. Two works, each beside its floor, in turns in one run:

- a request for 139 schools × 96 columns, prepared before: query, workbook with charts, dictionary
  and provenance, in the warm process that builds; the floor writes the same cells, typed, without
  widths, headers, formats or a query;
- a table of 100,000 × 20, half texts and half numbers; the floor is the same loop with
  `constant_memory`. Each runs in a process of its own, whose memory growth is told: the largest
  resident set beyond what it had when the table was ready.

Prints both by round and the median of the ratios.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import xlsxwriter

from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.importer import load_sample
from mailproc.datasets.output import xlsx
from mailproc.datasets.query import prepare, run
from mailproc.datasets.table import Cell, Column, Table
from mailproc.datasets.workbook import build
from mailproc.model import Item, Prepared, Provenance

NOW = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)
PROVENANCE = Provenance(
    *("สพป.ตัวอย่าง", "1/1", "ผู้ขอ", "โรงเรียน", "ทำแผน", "ผู้อนุญาต"), NOW, NOW, "Asia/Bangkok"
)
# Pupils and rooms in every way that one table can show: 96 columns with code and name.
WIDE = """
columns = [
  { each = ["grade", "sex"], measure = "pupils", totals = true },
  { each = ["stage", "sex"], measure = "pupils", totals = true },
  { each = ["stage"], measure = "pupils", totals = true },
  { each = ["grade"], measure = "rooms", totals = true },
  { each = ["stage"], measure = "rooms", totals = true },
  { measure = "pupils" },
  { measure = "rooms" },
  { count = "schools" },
  { school = "stages" },
  { band = "asked" },
]
"""
LINES = """
[[columns]]
name = "rooms"
title_th = "จำนวนห้องเรียน"
title_en = "Classrooms"
type = "number"
class = "open"
"""
ROOMS = """
[[measures]]
name = "rooms"
title_th = "จำนวนห้องเรียน"
title_en = "Classrooms"
unit_th = "ห้อง"
dimensions = ["grade"]
"""


def wide_request(folder: Path) -> tuple[Prepared, str]:
    """A prepared request for 139 × 96 of the shipped figures."""
    url = f"sqlite:///{folder / 'figures.db'}"
    load_sample(url, NOW)
    shipped = Path(xlsx.__file__).parents[1] / "catalogue" / "student_count.toml"
    text = shipped.read_text("utf-8")
    own = folder / "catalogue"
    own.mkdir()
    narrow = 'columns = [{ each = ["grade", "sex"], measure = "pupils", totals = true }]'
    wide = text.replace(narrow, WIDE.strip()).replace("\n[[tables]]", ROOMS + "\n[[tables]]", 1)
    (own / "student_count.toml").write_text(wide + LINES, "utf-8")
    prepared = prepare(Item("x", "student_count", (2568,)), load_catalogue(own, url), url)
    assert isinstance(prepared, Prepared), prepared
    return prepared, url


def raw(rows: Sequence[Sequence[Cell | float]], *, constant_memory: bool) -> bytes:
    """The floor: each cell typed, nothing else."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": constant_memory}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                else:
                    sheet.write_number(at, column, cell)
    return target.getvalue()


def large(rows: int, columns: int) -> Table:
    """Codes, names, whole numbers and decimals."""
    kinds = ("code", "text", "integer", "integer", "decimal")
    made = tuple(
        Column(
            f"c{at}",
            f"คอลัมน์ {at}",
            f"c{at}",
            f"คอลัมน์ {at}",
            f"c{at}",
            "",
            "",
            kind,
            "open",
            2 * (kind == "decimal"),
        )
        for at, kind in enumerate((kinds * columns)[:columns])
    )

    def cell(at: int, kind: str) -> Cell:
        if kind == "code":
            return f"{10_000_000 + at}"
        if kind == "text":
            return f"โรงเรียนบ้านตัวอย่าง {at % 5000}"
        return f"{at % 997}.25" if kind == "decimal" else at * 7 % 100_003

    body = tuple(tuple(cell(at, c.kind) for c in made) for at in range(rows))
    return Table(made, body, (), 0, "0" * 64)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _high_water() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def timed(work: Callable[[], bytes]) -> tuple[float, int]:
    started = time.perf_counter()
    size = len(work())
    return time.perf_counter() - started, size


def _large_one(kind: str, prepared: Prepared, told: multiprocessing.Queue[str]) -> None:
    """Seconds and memory of one way, in a process of its own."""
    table = large(100_000, 20)
    decimals = {at for at, column in enumerate(table.columns) if column.decimals}
    rows: Sequence[Sequence[Cell | float]] = table.rows
    if kind == "raw":  # it writes numbers as the numbers they are
        rows = [[float(c) if at in decimals else c for at, c in enumerate(r)] for r in rows]
    before = _resident()
    _reset_peak()
    if kind == "raw":
        seconds, size = timed(lambda: raw(rows, constant_memory=True))
    else:
        seconds, size = timed(lambda: xlsx.write(table, prepared, PROVENANCE))
    told.put(json.dumps([seconds, size, _high_water() - before]))


def in_own_process(kind: str, prepared: Prepared) -> tuple[float, int, int]:
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[str] = context.Queue()
    child = context.Process(target=_large_one, args=(kind, prepared, told))
    child.start()
    seconds, size, grown = json.loads(told.get())
    child.join()
    return seconds, size, grown


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepared, url = wide_request(Path(folder))
        table = run(prepared.query, url)
        rows = table.rows
        print(f"{len(table.rows)} × {len(table.columns)} request to workbook with charts")
        build(prepared, PROVENANCE, url)  # warm
        ratios = []
        for number in range(given.rounds):
            floor, _ = timed(lambda: raw(rows, constant_memory=False))
            ours, size = timed(lambda: build(prepared, PROVENANCE, url).content)
            ratios.append(ours / floor)
            print(
                f"round {number + 1}: raw {floor * 1000:5.0f} ms, ours {ours * 1000:5.0f} ms "
                f"({size:,} bytes), ratio {ratios[-1]:.2f}",
                flush=True,
            )
        print(f"median ratio {median(ratios):.2f} (≤ 3 is wanted)")
        print("100,000 × 20")
        ratios, growth = [], []
        for number in range(given.rounds):
            floor, _, floor_mb = in_own_process("raw", prepared)
            ours, size, grown = in_own_process("ours", prepared)
            ratios.append(ours / floor)
            growth.append(grown)
            print(
                f"round {number + 1}: raw {floor:5.2f} s (+{floor_mb} MB), ours {ours:5.2f} s "
                f"(+{grown} MB, {size:,} bytes), ratio {ratios[-1]:.2f}",
                flush=True,
            )
        print(f"median ratio {median(ratios):.2f} (≤ 1 is wanted), +{median(growth)} MB (≤ 50)")


if __name__ == "__main__":
    main()
