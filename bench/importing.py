"""A list of 40,000 pupils × 36 columns imported, beside openpyxl merely reading it.

`python -m bench.importing [--rows 40000] [--rounds 3]`. Floor: openpyxl, read-only, values only,
every cell looked at, in a process of its own. Ours: the whole import in its child: contract, codes,
counts by school, digest, and the round written to a SQLite warehouse. Both start their process
within the clock. Prints seconds of both by round, the median of the ratios (≤ 2 is wanted) and the
largest resident set of the child (≤ 500 MB).
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import xlsxwriter

from bench import children
from mailproc.datasets.catalogue import load_entries
from mailproc.datasets.importing import contracts, storing
from mailproc.datasets.importing.facts import Outcome
from mailproc.datasets.importing.reading import Wanted
from mailproc.datasets.importing.storing import Said
from mailproc.model import Calendar
from mailproc.sandbox import Importer
from mailproc.thai import GRADES

_HEADERS = (
    "รหัสโรงเรียน ชื่อโรงเรียน เลขประจำตัวนักเรียน ชั้น ห้อง เลขประจำตัวนักเรียน เพศ คำนำหน้าชื่อ ชื่อ นามสกุล วันเกิด "
    "อายุ(ปี) น้ำหนัก ส่วนสูง กลุ่มเลือด ศาสนา เชื้อชาติ สัญชาติ บ้านเลขที่ หมู่ ถนน/ซอย ตำบล อำเภอ จังหวัด ชื่อผู้ปกครอง "
    "นามสกุลผู้ปกครอง อาชีพของผู้ปกครอง ความเกี่ยวข้องของผู้ปกครองกับนักเรียน ชื่อบิดา นามสกุลบิดา อาชีพของบิดา "
    "ชื่อมารดา นามสกุลมารดา อาชีพของมารดา ความด้อยโอกาส ยังไม่สามารถจำหน่ายได้ (3.1.8)"
).split(" ", 35)
_READ = """
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
cells = 0
for row in book.worksheets[0].iter_rows(values_only=True):
    for value in row:
        cells += value is not None
print(cells)
"""
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


def write(file: Path, rows: int) -> None:
    """Made-up pupils of 139 schools; every word is drawn by chance."""
    chance = random.Random(2568)
    book = xlsxwriter.Workbook(str(file), {"constant_memory": False})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_string(0, 0, "วันและเวลาที่สร้างรายงาน 2025-06-12 04:10:12.244315")
    for at, header in enumerate(_HEADERS):
        sheet.write_string(1, at, header)
    for number in range(rows):
        for at, value in enumerate(_pupil(chance, number)):
            if isinstance(value, str):
                sheet.write_string(number + 2, at, value)
            else:
                sheet.write_number(number + 2, at, value)
    book.close()


def _word(chance: random.Random) -> str:
    return "".join(chance.choices("กขคงจชดตทนบปผพมยรลวสหอ", k=6))


def _pupil(chance: random.Random, number: int) -> list[str | int]:
    school = chance.randrange(139)
    row: list[str | int] = [_word(chance) for _ in _HEADERS]
    row[0], row[1] = f"57039{school:03d}", f"บ้านตัวอย่าง {school}"
    row[2], row[3], row[4] = f"{number:013d}", chance.choice(GRADES), chance.randint(1, 3)
    row[5], row[6] = 10_000 + number, chance.choice("ชญ")
    row[10], row[11] = "13/05/2555", chance.randint(4, 18)
    row[12], row[13], row[19] = chance.randint(12, 80), chance.randint(90, 180), 4
    row[34] = chance.choice(("-", "เด็กยากจน"))
    return row


def floor(file: Path) -> float:
    """Seconds of openpyxl."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _READ, str(file)], check=True, capture_output=True)
    return time.perf_counter() - started


def ours(file: Path, folder: Path) -> tuple[float, float]:
    """Seconds of the whole import, and megabytes of the child."""
    entries = load_entries(None)
    url = f"sqlite:///{folder / f'{time.monotonic_ns()}.sqlite'}"
    started = time.perf_counter()
    reader = Importer(contracts.load(entries))
    outcome = reader.read(file, Wanted(also=frozenset({"disadvantage"})))
    assert isinstance(outcome, Outcome), outcome
    assert not outcome.failed, outcome.problems[:5]
    named, _ = storing.name(outcome, Said(2568, 1), Calendar(), _NOW.date())
    assert named is not None
    for plan in storing.plans(outcome, named, url, entries):
        storing.store(plan, url, _NOW, by="bench", filename=file.name, opened=True)
    seconds, megabytes = time.perf_counter() - started, children.peak()
    reader.stop()
    return seconds, megabytes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=40_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "2568-1-student.xlsx"
        write(file, given.rows)
        print(f"{given.rows:,} × {len(_HEADERS)}: {file.stat().st_size / 1e6:.1f} MB", flush=True)
        ratios, peaks = [], []
        for number in range(given.rounds):
            plain = floor(file)
            whole, megabytes = ours(file, folder)
            ratios.append(whole / plain)
            peaks.append(megabytes)
            print(
                f"round {number + 1}: openpyxl reads {plain:5.1f} s, import {whole:5.1f} s, "
                f"ratio {ratios[-1]:.2f}, child {megabytes:.0f} MB",
                flush=True,
            )
    print(f"median ratio {median(ratios):.2f} (≤ 2 is wanted), {max(peaks):.0f} MB (≤ 500)")


if __name__ == "__main__":
    main()
