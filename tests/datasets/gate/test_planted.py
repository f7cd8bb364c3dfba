"""Files with one thing planted in each: every one is held back, for the right reason."""

from __future__ import annotations

from mailproc.datasets.gate import look, verdict
from tests.datasets.gate import leaks


def test_every_planted_leak_is_found() -> None:
    missed, total = [], 0
    for leak in leaks.all_leaks():
        total += 1
        found = look(leak.name, leak.content)
        if verdict(found) != "blocked" or leak.kind not in {one.kind for one in found}:
            missed.append((leak.kind, leak.how, [one.kind for one in found]))
    print(f"planted: {total}, found: {total - len(missed)}")
    assert total >= 200
    assert not missed
