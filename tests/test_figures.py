"""The figures of the reader over the shared mails and the odd ones, printed as a table (-rP).

Each share is measured over whole folders through the reader as it is; nothing is left out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mailproc.model import Reading
from mailproc.parsers import read, to_json
from mailproc.parsers.kind import AUTOMATIC
from tests.comparing import Score, compare, total, truth_of
from tests.parsers.known import KNOWN

SHARED = Path(__file__).parents[2] / "shared" / "mails"
ODD = Path(__file__).parent / "data" / "odd"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir() and os.environ.get("CI") != "true",
    reason="the shared test mails are not here",
)
_NO_PERSON = frozenset({"auto_reply", "bounce", "report", "list", "own"})


@dataclass(slots=True)
class Read:
    """What became of a folder of mails."""

    readings: dict[str, Reading] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds of CPU
    slowest_name: str = ""

    @property
    def without_a_part(self) -> list[str]:
        """Mails of which a part failed inside the reader."""
        return [
            f"{name}: {problem}"
            for name, reading in self.readings.items()
            for problem in reading.problems
            if "could not be read:" in problem
        ]


def _mails(folder: Path) -> Iterator[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".json")
    return (path for path in sorted(found) if path.name != "README.md")


@cache
def reading_of(folder: Path) -> Read:
    """Every mail of a folder, read once in this process."""
    done = Read()
    for path in _mails(folder):
        name, raw = str(path.relative_to(folder)), path.read_bytes()
        started = time.process_time()
        try:
            done.readings[name] = read(raw, KNOWN)
        except Exception as error:  # the figure counts them
            done.raised.append(f"{name}: {type(error).__name__}")
        seconds = time.process_time() - started
        if seconds > done.slowest:
            done.slowest, done.slowest_name = seconds, name
    return done


@cache
def score_of(folder: Path) -> Score:
    """The mails of a folder that have a truth beside them."""
    readings = reading_of(folder).readings
    return total(
        compare(name, truth_of(folder / name), to_json(reading))
        for name, reading in readings.items()
    )


def _told(what: str, found: str, wanted: str) -> None:
    print(f"| {what} | {found} | {wanted} |")


def _told_faults(score: Score) -> None:
    for fault in score.faults:
        print(f"    {fault}")


@needs_shared
def test_the_forms_of_the_shared_requests_are_read_as_stated() -> None:
    score = score_of(SHARED / "requests")
    _told("stated fields right, 300 requests", f"{score.right_share:.2%}", "≥ 99 %")
    _told("fields invented", f"{score.invented_share:.2%}", "≤ 0.5 %")
    _told("sender name, address and subject", f"{score.head_share:.2%}", "100 %")
    _told_faults(score)
    assert score.mails >= 300
    assert score.right_share >= 0.99
    assert score.invented_share <= 0.005
    assert score.head_share == 1.0
    assert score.kind_share == 1.0


@needs_shared
@pytest.mark.parametrize("folder", ["requests", "public", "automatic", "bodies"])
def test_no_shared_mail_stops_the_reader(folder: str) -> None:
    done = reading_of(SHARED / folder)
    said = f"{len(done.raised)}, slowest {done.slowest:.2f} s ({done.slowest_name})"
    _told(f"uncaught exceptions, {folder} ({len(done.readings)})", said, "0, ≤ 2 s")
    assert len(done.readings) > 100
    assert done.raised == []
    assert done.without_a_part == []


@needs_shared
def test_automatic_mail_is_known_as_such() -> None:
    readings = reading_of(SHARED / "automatic").readings
    taken = [name for name, reading in readings.items() if reading.kind not in AUTOMATIC]
    _told("automatic mail taken for a person's", f"{len(taken) / len(readings):.2%}", "≤ 0.5 %")
    assert len(taken) <= len(readings) * 0.005, taken


@needs_shared
@pytest.mark.parametrize("folder", ["requests", "bodies"])
def test_no_mail_of_a_person_is_taken_for_automatic(folder: str) -> None:
    readings = reading_of(SHARED / folder).readings
    taken = [name for name, reading in readings.items() if reading.kind in AUTOMATIC]
    _told(f"a person's mail taken for automatic, {folder}", str(len(taken)), "0")
    assert taken == []


# ---------------------------------------------------------------- the odd mails


def test_the_kinds_of_the_odd_mails_are_right() -> None:
    score = score_of(ODD)
    _told(f"kind right, {score.mails} odd mails", f"{score.kind_share:.2%}", "≥ 95 %")
    assert score.mails >= 40
    assert score.kind_share >= 0.95, _only(score, "kind:")


def test_the_fields_of_the_odd_mails_are_read_as_stated() -> None:
    score = score_of(ODD)
    _told("stated fields right, odd mails", f"{score.right_share:.2%}", "≥ 90 %")
    _told("fields invented, odd mails", f"{score.invented_share:.2%}", "≤ 2 %")
    _told_faults(score)
    assert score.right_share >= 0.9
    assert score.invented_share <= 0.02
    assert score.head_share == 1.0, _only(score, "from_", "subject:")


def test_no_odd_mail_stops_the_reader() -> None:
    done = reading_of(ODD)
    assert done.raised == []
    assert done.without_a_part == []


def test_of_the_odd_mails_automatic_and_persons_are_told_apart() -> None:
    for name, reading in reading_of(ODD).readings.items():
        assert (reading.kind in AUTOMATIC) == (truth_of(ODD / name)["kind"] in _NO_PERSON), name


def _only(score: Score, *words: str) -> list[str]:
    return [fault for fault in score.faults if any(f": {word}" in fault for word in words)]


# ---------------------------------------------------------------- the measure itself


_TRUTH: dict[str, Any] = {
    "kind": "request",
    "from_name": "a",
    "from_addr": "a@b",
    "subject": "s",
    "form": {"phone": "1", "items": [{"dataset": "x", "academic_years": [2567, 2568]}]},
}


def test_a_measure_finds_what_differs() -> None:
    said = {**_TRUTH, "form": {"email": "e", "items": [{"dataset": "y", "dataset_id": "i"}]}}
    score = compare("m", _TRUTH, {**said, "kind": "other", "subject": "t"})
    assert (score.stated, score.right, score.invented) == (3, 0, 1)
    assert (score.heads, score.kinds) == (0, 0)
    assert len(score.faults) == 6


def test_a_measure_takes_any_of_the_right_forms_and_no_order() -> None:
    items = [{"dataset": "z"}, {"dataset": "x", "academic_years": [2568, 2567]}]
    truth = {**_TRUTH, "form_any": [{}, {"items": items}], "either": ["phone"]}
    said = {**_TRUTH, "form": {"phone": "9", "items": items[::-1]}}
    score = compare("m", truth, said)
    assert (score.stated, score.right, score.invented, score.faults) == (3, 3, 0, ())


def test_a_measure_counts_all_of_a_form_that_is_not_there() -> None:
    score = compare("m", {**_TRUTH, "form": None}, _TRUTH)
    assert (score.stated, score.right, score.invented) == (0, 0, 3)
    assert score.invented_share == 1.0
