"""Readers in real children: what a mail costs that hangs, dies or grows, and who pays."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from mailproc import parsers, sandbox
from mailproc.model import Known, Reading
from mailproc.parsers.attachments import Fence, no_fence
from mailproc.sandbox import FIRST_SECONDS, Children, Failed, Reader
from tests.parsers.known import KNOWN, mail

_read = parsers.read
HANG, EXIT, RAISE, GROW = (mail(word) for word in ("hang", "exit", "raise", "grow"))


def start_poisoned(known: Known) -> None:
    """In the child: the reader, and mails that break it."""
    sandbox._start_reader(known)
    sandbox._FILE_SECONDS = 0.2
    parsers.read = poisoned_read


def poisoned_read(raw: bytes, known: Known, fence: Fence = no_fence) -> Reading:
    reading = _read(raw, known, fence)
    match reading.text:
        case "hang":
            time.sleep(3600)
        case "slow files":
            return replace(reading, text=f"gave up {_give_up(fence, 3)} files")
        case "exit":
            os._exit(3)
        case "raise":
            raise ZeroDivisionError
        case "grow":
            return Reading(kind="x" * (1 << 40))
    return reading


def _give_up(fence: Fence, files: int) -> int:
    """How many files that never end were ended by the fence."""
    ended = 0
    for _ in range(files):
        try:
            with fence():
                time.sleep(3600)
        except parsers.TooSlow:
            ended += 1
    return ended


def ordinary(count: int) -> list[bytes]:
    return [mail(f"number {number}") for number in range(count)]


class Late:
    """An argument that a child takes in only when the file is there."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return wait_for, (self.file,)


def wait_for(file: Path) -> Path:
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    return file


def start_with(*_: object) -> None:
    """In the child: nothing to do with its arguments."""


def texts(results: Iterator[Reading | Failed]) -> list[str]:
    return [r.text if isinstance(r, Reading) else f"! {r.problem}" for r in results]


@pytest.fixture(scope="module", params=[1, 8], ids=["one by one", "by the handful"])
def reader(request: pytest.FixtureRequest) -> Iterator[Reader]:
    reader = Reader(KNOWN, seconds=1, workers=2, together=request.param)
    reader._children = Children(2, start_poisoned, KNOWN)
    yield reader
    reader._children.stop()


def test_readings_come_in_the_order_of_the_mails(reader: Reader) -> None:
    assert texts(reader.read(ordinary(50))) == [f"number {number}" for number in range(50)]
    assert texts(reader.read([])) == []


def test_a_mail_that_breaks_its_reader_costs_its_own_reading_only(reader: Reader) -> None:
    good = ordinary(20)
    mails = [*good[:3], EXIT, *good[3:9], RAISE, GROW, *good[9:15], HANG, *good[15:]]
    expected = [f"number {number}" for number in range(20)]
    found = texts(reader.read(mails))
    assert [text for text in found if not text.startswith("!")] == expected
    assert [text for text in found if text.startswith("!")] == [
        "! child process died (exit code 3)",
        "! ZeroDivisionError",
        "! needed too much memory",
        "! took too long",
    ]
    assert [found.index(text) for text in found if text.startswith("!")] == [3, 10, 11, 18]


def test_after_a_bad_mail_the_children_read_on(reader: Reader) -> None:
    assert texts(reader.read([EXIT])) == ["! child process died (exit code 3)"]
    assert texts(reader.read(ordinary(3))) == ["number 0", "number 1", "number 2"]


def test_files_that_take_too_long_are_given_up_and_the_mail_lives_on() -> None:
    reader = Reader(KNOWN, seconds=FIRST_SECONDS + 3)
    reader._children = Children(1, start_poisoned, KNOWN)
    assert texts(reader.read([mail("slow files")])) == ["gave up 3 files"]
    reader._children.stop()


def test_a_large_mail_is_read_by_itself() -> None:
    small, large = b"a" * 100, b"b" * 100_000
    handfuls = list(sandbox._handfuls([small, small, large, small, large, large], 8))
    assert handfuls == [[small, small], [large], [small], [large], [large]]
    full = list(sandbox._handfuls([small] * 20, 8))
    assert [len(handful) for handful in full] == [8, 8, 4]
    assert all(len(one) >= len(other) for one, other in pairwise(full))


def test_a_pool_that_rests_starts_again() -> None:
    reader = Reader(KNOWN)
    assert texts(reader.read([mail("a")])) == ["a"]
    reader.stop()
    assert texts(reader.read([mail("b")])) == ["b"]
    reader.stop()


def test_nobody_waits_for_a_child_that_is_slow_to_take_in_its_arguments(tmp_path: Path) -> None:
    file, more_than_a_pipe_holds = tmp_path / "go on", b"x" * 1_000_000
    children = Children(1, start_with, Late(file), more_than_a_pipe_holds)
    assert not children.is_warm()
    assert not children.is_warm(), "it is asked again while the child waits"
    file.touch()
    until = time.monotonic() + 60
    while not children.is_warm():
        assert time.monotonic() < until
        time.sleep(0.01)
    assert list(children.run(len, [("abc",)], 10)) == [3]
    children.stop()
    assert not children.is_warm(), "the next child is another"
    children.stop()
