"""Ordinary requests read in the pool of two, beside one plain read by the standard library.

`python -m bench.parse [--mails 2000] [--rounds 5]`. Floor: `policy.default`, header and body, in
this process. Ours: two children, batches of 64 as intake has them; what each mail says comes back
as values. Prints mails per second of both by round, and the median of the ratios.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import time
from collections.abc import Sequence
from statistics import median

from bench import children
from bench.mails import requests
from mailproc.datasets.catalogue import shipped_names
from mailproc.model import Known, Reading
from mailproc.sandbox import FIRST_SECONDS, Reader

_BATCH = 64  # as intake claims them


def plain(mails: Sequence[bytes]) -> float:
    """Seconds of the standard library."""
    started = time.perf_counter()
    for raw in mails:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        str(mail["From"]), str(mail["Subject"])
        try:
            mail.get_content()
        except LookupError:  # windows-874 is unknown to Python
            payload = mail.get_payload(decode=True)
            assert isinstance(payload, bytes)
            payload.decode("cp874")
    return time.perf_counter() - started


def ours(reader: Reader, mails: Sequence[bytes]) -> float:
    """Seconds of the reader in its children; each mail must be read as a request."""
    started, read = time.perf_counter(), 0
    for at in range(0, len(mails), _BATCH):
        for reading in reader.read(mails[at : at + _BATCH]):
            assert isinstance(reading, Reading), reading
            assert reading.kind == "request"
            read += 1
    assert read == len(mails)
    return time.perf_counter() - started


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    mails = requests(given.mails)
    known = Known(frozenset({"data@office.example.org"}), shipped_names())
    reader = Reader(known, FIRST_SECONDS, workers=2)
    ours(reader, mails[:200])  # the children start and load
    ratios, cpu = [], [0.0, 0.0, 0.0]
    for number in range(given.rounds):
        before = time.process_time()
        floor = plain(mails)
        between, children_before = time.process_time(), children.cpu()
        pool = ours(reader, mails)
        cpu[0] += between - before
        cpu[1] += children.cpu() - children_before
        cpu[2] += time.process_time() - between
        ratios.append(floor / pool)
        print(
            f"round {number + 1}: plain {len(mails) / floor:6.0f} mails/s, "
            f"pool of two {len(mails) / pool:6.0f} mails/s, ratio {ratios[-1]:.2f}",
            flush=True,
        )
    reader.stop()
    each = [1000 * seconds / (given.rounds * len(mails)) for seconds in cpu]
    print(f"median ratio {median(ratios):.2f} (≥ 0.5 is wanted)")
    print("CPU per mail: plain {:.2f} ms, children {:.2f} ms, their parent {:.2f} ms".format(*each))


if __name__ == "__main__":
    main()
