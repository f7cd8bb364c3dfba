"""Runs of text to lines by where they stand on the page, wide gaps parting cells; Thai mended."""

from __future__ import annotations

import re
from collections import Counter

from mailproc.parsers import charset
from mailproc.parsers.attachments.pdf_page import Run

WIDE_GAP, CELL_GAP = 0.48, 1.3  # of the letter size
_WORD_GAP = 0.16
_SAME_LINE = 0.45
_COLUMN_ROWS = 2  # lines with a cell at one place that make a column
# Shifted marks of older Thai fonts, which lie in the private use area.
_SHIFTED = dict(
    zip(
        range(0xF700, 0xF71B),
        "ฐ\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4cญ"
        "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a",
        strict=True,
    )
)
_LOST_AM = re.compile(r"(?<=[ก-ฮ])([\u0e48-\u0e4b]?)[ \x00]+(?:า|(?=ำ))")
_DOUBLE_AM = re.compile(r"ำ[\x00-\x1f]*า")
_TONE_FIRST = re.compile(r"([\u0e48-\u0e4b])([\u0e31\u0e34-\u0e39])")
_LOOSE_MARK = re.compile(r" (?=[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])")


def lines(found: list[Run]) -> list[list[Run]]:
    """The runs as lines from top to bottom, each of cells from left to right."""
    rows = _rows(_cells(found, frozenset()))
    starts = Counter(round(cell.x) for row in rows for cell in row[1:])
    columns = frozenset(x for x, count in starts.items() if count >= _COLUMN_ROWS)
    return _rows(_cells(found, columns)) if columns else rows


def _rows(cells: list[Run]) -> list[list[Run]]:
    rows: list[list[Run]] = []
    for cell in sorted(cells, key=lambda run: -run.y):
        if rows and abs(rows[-1][0].y - cell.y) < _SAME_LINE * max(cell.size, rows[-1][0].size):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [sorted(row, key=lambda run: run.x) for row in rows]


def _cells(found: list[Run], columns: frozenset[int]) -> list[Run]:
    """Runs that follow each other on a line as one; drawing order keeps marks on their letters.

    A column that other lines begin a cell at parts two cells that touch.
    """
    out: list[Run] = []
    for run in found:
        last = out[-1] if out else None
        parted = last and (run.source or last.source or _begins_cell(last, run, columns))
        if last and not parted and _follows(last, run):
            out[-1] = _joined(last, run)
        else:
            out.append(run)
    return [
        Run(run.x, run.y, run.width, run.size, words, run.source)
        for run in out
        if (words := _mended(run.text)).strip()
    ]


def _begins_cell(last: Run, run: Run, columns: frozenset[int]) -> bool:
    return round(run.x) in columns and run.x > last.x + last.size


def _follows(last: Run, run: Run) -> bool:
    gap = run.x - (last.x + last.width)
    size = max(last.size, run.size)
    return abs(run.y - last.y) < _SAME_LINE * size and -size < gap < WIDE_GAP * size


def _joined(last: Run, run: Run) -> Run:
    gap = run.x - (last.x + last.width)
    size = max(last.size, run.size)
    between = " " if gap > _WORD_GAP * size and not last.text.endswith(" ") else ""
    width = max(last.x + last.width, run.x + run.width) - last.x
    return Run(last.x, last.y, width, last.size, last.text + between + run.text)


def _mended(text: str) -> str:
    """Thai as it was written before a printer driver took it apart."""
    text = _DOUBLE_AM.sub("ำ", text.translate(_SHIFTED))
    text = _LOST_AM.sub(r"\1ำ", text).replace("ำำ", "ำ")
    return charset.clean(_LOOSE_MARK.sub("", _TONE_FIRST.sub(r"\2\1", text)))
