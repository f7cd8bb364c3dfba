"""The hostile mails at their full sizes, through the children that intake reads with.

`python -m bench.hostile [--scale 1] [--only WORD] [--slowest 15]`. Each mail is tried as intake
does: two seconds first, fifteen where that was not enough. Prints seconds and the child's peak.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

from bench import children
from mailproc.model import Reading
from mailproc.sandbox import AGAIN_SECONDS, FIRST_SECONDS, Failed, Reader
from tests.hostile import CASES
from tests.parsers.known import KNOWN

_LIMIT_SECONDS, _LIMIT_MEGABYTES = 10, 512


@dataclass(frozen=True, slots=True)
class Run:
    """How one mail went."""

    name: str
    octets: int
    seconds: float  # of the first try, or of the second where there was one
    megabytes: float
    result: Reading | Failed
    tries: int


class Lanes:
    """The two readers of intake, with one child each."""

    def __init__(self) -> None:
        self._readers = [Reader(KNOWN, seconds) for seconds in (FIRST_SECONDS, AGAIN_SECONDS)]
        for reader in self._readers:
            list(reader.read([b"Subject: warm\r\n\r\n"]))

    def run(self, name: str, raw: bytes) -> Run:
        """One mail through the first lane, and the second where it failed."""
        run = self._try(0, name, raw)
        return self._try(1, name, raw) if isinstance(run.result, Failed) else run

    def _try(self, lane: int, name: str, raw: bytes) -> Run:
        children.forget_peaks()
        started = time.monotonic()
        (result,) = self._readers[lane].read([raw])
        seconds = time.monotonic() - started
        return Run(name, len(raw), seconds, children.peak(), result, lane + 1)

    def stop(self) -> None:
        for reader in self._readers:
            reader.stop()


def _line(run: Run) -> str:
    said = run.result.problem if isinstance(run.result, Failed) else run.result.kind
    size = f"{run.octets / 1e6:8.2f} MB"
    return f"{run.seconds:6.2f} s {run.megabytes:5.0f} MB {size}  {run.name}: {said} ({run.tries})"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--only", default="")
    options.add_argument("--slowest", type=int, default=15)
    given = options.parse_args()
    lanes, runs = Lanes(), []
    for name, make in CASES.items():
        if given.only in name:
            runs.append(lanes.run(name, make(given.scale)))
            if isinstance(runs[-1].result, Failed) or runs[-1].seconds > FIRST_SECONDS:
                print(_line(runs[-1]), flush=True)
    lanes.stop()
    _report(runs, given.slowest)


def _report(runs: list[Run], slowest: int) -> None:
    print("\nslowest")
    for run in sorted(runs, key=lambda run: -run.seconds)[:slowest]:
        print(_line(run))
    print("\nlargest")
    for run in sorted(runs, key=lambda run: -run.megabytes)[:slowest]:
        print(_line(run))
    over = [run for run in runs if run.seconds > _LIMIT_SECONDS]
    large = [run for run in runs if run.megabytes > _LIMIT_MEGABYTES]
    failed = [run for run in runs if isinstance(run.result, Failed)]
    print(f"\n{len(runs)} mails; {len(failed)} could not be read; {len(over)} took more than")
    print(f"{_LIMIT_SECONDS} s; {len(large)} needed more than {_LIMIT_MEGABYTES} MB")


if __name__ == "__main__":
    main()
