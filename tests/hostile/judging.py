"""One mail through the reader, and whether it escaped: raised, took long, or can not be kept."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from mailproc.model import Known
from mailproc.parsers import read, to_json

CPU_SECONDS, MEGABYTES = 2.0, 512
_AT_REST = 32  # megabytes of a process that only has the reader; that of the tests holds more


@dataclass(frozen=True, slots=True)
class Judged:
    """How a reading went; `escape` is empty where all is well."""

    seconds: float  # of CPU
    escape: str = ""
    inner: tuple[str, ...] = ()  # steps that failed inside and cost only their own result


def judge(raw: bytes, known: Known, limit: float = CPU_SECONDS) -> Judged:
    """Reads the mail in this process; more than `limit` seconds of CPU is an escape."""
    before = _peak()
    started = time.process_time()
    try:
        reading = read(raw, known)
        json.dumps(to_json(reading), ensure_ascii=False).encode("utf-8")
        escape = _unfit(reading)
    except Exception as error:  # the figure counts them, whatever they are
        return Judged(time.process_time() - started, f"{type(error).__name__}: {error}"[:200])
    seconds, peak = time.process_time() - started, _peak()
    if seconds > limit:
        escape = escape or f"took {seconds:.1f} s of CPU"
    if peak - before > MEGABYTES - _AT_REST:
        escape = escape or f"needed {peak - before:.0f} MB more"
    inner = tuple(p for p in reading.problems if "could not be read: " in p)
    return Judged(seconds, escape, inner)


def _peak() -> float:
    """The largest resident set of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _unfit(value: Any) -> str:
    """What no database keeps: NUL (PostgreSQL), lone surrogates; empty where all can be kept."""
    if isinstance(value, str):
        if "\x00" in value:
            return "NUL in a text"
        value.encode("utf-8")
        return ""
    if is_dataclass(value):
        parts: list[Any] = [getattr(value, f.name) for f in fields(value)]
    elif isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, tuple | list):
        parts = list(value)
    else:
        return ""
    return next((found for found in map(_unfit, parts) if found), "")
