"""Broken mails without end: `python -m bench.mutate --runs 200000 [--seed S] [--only NUMBER]`.

Two processes break sound mails and read them. An escape is an exception out of the reader, more
than 2 s of CPU, more than 512 MB, or a text that no database keeps. Prints runs per second, every
escape with its number (`--only` makes that mail again, into the file that `--write` names), and
the slowest.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import TimeoutError as Overdue
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from tests.hostile.judging import Judged, judge
from tests.hostile.mutations import mutant, seeds
from tests.parsers.known import KNOWN

_CHUNK, _CHUNK_SECONDS, _ALONE_SECONDS = 200, 120, 30
_ADDRESS_SPACE = 1 << 30  # as in the sandbox


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    logging.disable(logging.CRITICAL)


def _run(seed: int, numbers: range) -> list[tuple[int, Judged]]:
    return [(n, judge(mutant(seeds(), f"{seed}:{n}"), KNOWN)) for n in numbers]


def _all(seed: int, runs: int) -> Iterator[tuple[int, Judged]]:
    """Every run; where a whole chunk died its runs are done one by one."""
    context = multiprocessing.get_context("spawn")
    with ProcessPool(2, initializer=_limit, context=context) as pool:
        chunks = [range(at, min(at + _CHUNK, runs)) for at in range(0, runs, _CHUNK)]
        futures = [(c, pool.schedule(_run, [seed, c], timeout=_CHUNK_SECONDS)) for c in chunks]
        for chunk, future in futures:
            try:
                yield from future.result()
            except (Overdue, ProcessExpired, MemoryError):
                for number in chunk:
                    yield from _alone(pool, seed, number)


def _alone(pool: ProcessPool, seed: int, number: int) -> list[tuple[int, Judged]]:
    only = range(number, number + 1)
    try:
        found: list[tuple[int, Judged]] = pool.schedule(
            _run, [seed, only], timeout=_ALONE_SECONDS
        ).result()
    except Overdue:
        return [(number, Judged(_ALONE_SECONDS, "never came back"))]
    except (ProcessExpired, MemoryError) as error:
        return [(number, Judged(0.0, f"killed its process: {type(error).__name__}"))]
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", type=int, default=-1)
    options.add_argument("--write", type=Path, default=None)
    given = options.parse_args()
    if given.only >= 0:
        raw = mutant(seeds(), f"{given.seed}:{given.only}")
        if given.write:
            given.write.write_bytes(raw)
        print(judge(raw, KNOWN))
        return
    sys.exit(_report(given.seed, given.runs))


def _report(seed: int, runs: int) -> int:
    """Runs, prints, and gives the exit code."""
    started, escapes, slowest = time.monotonic(), 0, [(0.0, -1)]
    inner: Counter[str] = Counter()
    examples: dict[str, int] = {}
    for done, (number, judged) in enumerate(_all(seed, runs), 1):
        slowest = sorted([*slowest, (judged.seconds, number)], reverse=True)[:5]
        for problem in judged.inner:
            inner[problem] += 1
            examples.setdefault(problem, number)
        if judged.escape:
            escapes += 1
            print(f"ESCAPE {number}: {judged.escape}", flush=True)
        if done % 20_000 == 0:
            print(f"{done} runs, {done / (time.monotonic() - started):.0f}/s", flush=True)
    seconds = time.monotonic() - started
    print(f"{runs} runs in {seconds:.0f} s, {runs / seconds:.0f}/s, {escapes} escapes")
    for problem, count in inner.most_common():
        print(f"  inside: {problem} ({count} times, first in {examples[problem]})")
    print("slowest: " + ", ".join(f"{cpu:.2f} s ({number})" for cpu, number in slowest))
    return 1 if escapes else 0


if __name__ == "__main__":
    main()
