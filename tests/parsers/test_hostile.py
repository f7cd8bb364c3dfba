"""Hostile mails: near misses of every pattern at 100 KB, and mails that were broken by chance.

The time limit of the tests is the judge here; `bench.hostile` and `bench.mutate` print seconds.
"""

import random

import pytest

from mailproc.parsers import read
from tests.hostile import CASES, NEAR_MISSES
from tests.hostile.judging import judge
from tests.hostile.mutations import MUTATIONS, Mutation, mutant, seeds
from tests.parsers.known import KNOWN

SIZE = 100_000
RUNS, SHARES = 3_000, 6
NO_LIMIT = float("inf")  # of seconds: how long it took is for the bench
HEADS = (
    "=?utf-8?q?a?= ",
    "=?a?b?",
    '"\\',
    "(",
    "(a",
    "<a@b> ",
    "a <a@b.c>, ",
    ";a=",
    "\\",
    "=?a?B?",
)


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_body_of_near_misses_is_read(name: str) -> None:
    judged = judge(CASES[name](1.0), KNOWN, NO_LIMIT)
    assert (judged.escape, judged.inner) == ("", ())


@pytest.mark.parametrize("name", ["From", "To", "Subject", "References", "Content-Type"])
@pytest.mark.parametrize("piece", HEADS)
def test_a_header_of_near_misses_is_read(name: str, piece: str) -> None:
    value = piece * (SIZE // len(piece))
    reading = read(f"{name}: {value}\nX-End: yes\n\nbody".encode(), KNOWN)
    assert reading.text == "body" or name == "Content-Type"


@pytest.mark.parametrize("share", range(SHARES))
def test_no_broken_mail_escapes_the_reader(share: int) -> None:
    mails = seeds()
    for number in range(share, RUNS, SHARES):
        judged = judge(mutant(mails, f"suite:{number}"), KNOWN, NO_LIMIT)
        assert (judged.escape, judged.inner) == ("", ()), f"suite:{number}"


def test_each_way_to_break_a_mail_breaks_some() -> None:
    mails = seeds()
    for change in MUTATIONS:
        assert any(_changes(change, mails, number) for number in range(200)), change


def _changes(change: Mutation, mails: list[bytes], number: int) -> bool:
    rng = random.Random(number)
    raw = rng.choice(mails)
    return change(rng, raw) != raw
