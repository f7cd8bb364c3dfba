"""Parsers and builders in child processes with limits, so that one input never delays the others.

A child that hangs, grows or dies costs its own task and nothing else (pebble). Children start when
there is work and stop when there is none for a while.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as Overdue
from dataclasses import dataclass
from typing import Any

from pebble import ProcessExpired, ProcessPool

from mailproc.model import Built, Known, Prepared, Provenance, Reading

# Milliseconds for nearly all; a first try is short, so that it never delays the others for long.
FIRST_SECONDS, AGAIN_SECONDS = 2, 15
_BUILD_SECONDS = 300
_MEMORY = 1 << 30  # bytes of address space for a reader
_IDLE_SECONDS = 60.0
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Failed:
    """A child could not do it; `problem` names the kind of failure, never the content."""

    problem: str


class Children:
    """A pool of equal child processes that comes and goes with the work."""

    def __init__(self, workers: int, initializer: Callable[..., None], *arguments: Any) -> None:
        self._workers, self._initializer, self._arguments = workers, initializer, arguments
        self._pool: ProcessPool | None = None
        self._first: Any = None  # a task of no effect, done when the children have started
        self._lock = threading.Lock()
        self._used_at = 0.0

    def run(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], timeout: float
    ) -> Iterator[Any]:
        """The results in order as they come; Failed in place of each that does not."""
        pool = self._started()
        futures = [pool.schedule(function, args=task, timeout=timeout) for task in tasks]
        return (self._result(future) for future in futures)

    def _result(self, future: Any) -> Any:
        result = _result(future)
        self._used_at = time.monotonic()
        return result

    def _started(self) -> ProcessPool:
        with self._lock:
            self._used_at = time.monotonic()
            if self._pool is None or not self._pool.active:
                self._pool = ProcessPool(
                    self._workers,
                    initializer=self._initializer,
                    initargs=self._arguments,
                    context=_SPAWN,
                )
            return self._pool

    def is_warm(self) -> bool:
        """True once a child answers; until then one is starting, and nobody waits for it."""
        pool = self._started()
        with self._lock:
            if self._first is None:
                self._first = pool.schedule(_nothing)
            return bool(self._first.done())

    def rest(self) -> None:
        """Stops the children after a minute without work; to be called now and then."""
        with self._lock:
            idle = time.monotonic() - self._used_at > _IDLE_SECONDS
            if self._pool is not None and idle:
                self._end()

    def stop(self) -> None:
        """Stops the children at once."""
        with self._lock:
            if self._pool is not None:
                self._end()

    def _end(self) -> None:
        pool, self._pool, self._first = self._pool, None, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _result(future: Any) -> Any:
    try:
        return future.result()
    except Overdue:
        return Failed("took too long")
    except ProcessExpired as gone:
        return Failed(f"child process died (exit code {gone.exitcode})")
    except MemoryError:
        return Failed("needed too much memory")
    except Exception as error:
        return Failed(type(error).__name__)


class Reader:
    """Reads mails in children."""

    def __init__(self, known: Known, seconds: int = AGAIN_SECONDS, workers: int = 1) -> None:
        self._seconds = seconds
        self._children = Children(workers, _start_reader, known)
        self.rest, self.stop = self._children.rest, self._children.stop

    def read(self, mails: Sequence[bytes]) -> Iterator[Reading | Failed]:
        """What each mail says, in order, as the readings come."""
        tasks = [(raw, self._seconds) for raw in mails]
        return self._children.run(_read, tasks, self._seconds)


class Builder:
    """Builds workbooks in one child, where pandas lives."""

    def __init__(self, warehouse_url: str) -> None:
        self._url = warehouse_url
        self._children = Children(1, _start_builder)
        self.rest, self.stop = self._children.rest, self._children.stop

    def build(self, prepared: Prepared, provenance: Provenance) -> Built | Failed:
        """The file, or why there is none."""
        task = (prepared, provenance, self._url)
        built: Built | Failed = next(self._children.run(_build, [task], _BUILD_SECONDS))
        return built

    def warm(self) -> None:
        """Starts the child ahead of the first file."""
        next(self._children.run(_nothing, [()], _BUILD_SECONDS))


# ---------------------------------------------------------------- inside the children

_known = Known()


def _start_reader(known: Known) -> None:
    global _known
    _known = known
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    importlib.import_module("mailproc.parsers")  # loaded before the first mail


def _read(raw: bytes, seconds: int) -> Reading:
    from mailproc.parsers import read

    _allow_cpu(seconds + 1)
    return read(raw, _known)


def _allow_cpu(seconds: int) -> None:
    """RLIMIT_CPU counts the whole life of a process: allow what was used, and some more."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + seconds
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _start_builder() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in ("pandas", "xlsxwriter", "mailproc.datasets.workbook"):
        importlib.import_module(name)  # loaded before the first file


def _build(prepared: Prepared, provenance: Provenance, warehouse_url: str) -> Built:
    from mailproc.datasets.workbook import build

    return build(prepared, provenance, warehouse_url)


def _nothing() -> None:
    """The child is there."""
