"""Parsers and builders in child processes with limits, so that one input never delays the others.

A child that hangs, grows or dies costs its own task and nothing else (pebble). Children start when
there is work and stop when there is none for a while.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import multiprocessing
import resource
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as Overdue
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pebble import ProcessExpired, ProcessPool

from mailproc.model import (
    Attached,
    Built,
    Chapter,
    FileFacts,
    Known,
    LeftOut,
    Prepared,
    Provenance,
    Reading,
)

if TYPE_CHECKING:
    from mailproc.datasets.importing.contract import Contract
    from mailproc.datasets.importing.facts import Outcome
    from mailproc.datasets.importing.reading import Wanted
    from mailproc.parsers import Enclosed

# Milliseconds for nearly all; a first try is short, so that it never delays the others for long.
FIRST_SECONDS, AGAIN_SECONDS = 2, 15
_BUILD_SECONDS = 300
_IMPORT_SECONDS = 300  # a list of 40,000 pupils takes some 5
_LOOK_SECONDS = 0.1  # between two looks at how far it is
_MEMORY = 1 << 30  # bytes of address space for a reader
_LARGE = 32_768  # octets; a larger mail is read by itself
_IDLE_SECONDS = 60.0
# For one file of a mail, and of all its time for all. By the clock on the wall, as the limit of
# the task is: on a busy machine its files must not use up the time of the mail.
_FILE_SECONDS, _FILES_SHARE = 5.0, 0.5
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Failed:
    """A child could not do it; `problem` names the kind of failure, never the content."""

    problem: str


@dataclass(frozen=True, slots=True)
class Held:
    """The egress gate holds the file back; `findings` say why, in Thai and English."""

    findings: tuple[str, ...]


class Children:
    """A pool of equal child processes that comes and goes with the work."""

    def __init__(self, workers: int, initializer: Callable[..., None], *arguments: Any) -> None:
        self._workers, self._initializer, self._arguments = workers, initializer, arguments
        self._pool: ProcessPool | None = None
        self._starting: ProcessPool | None = None
        self._answered: ProcessPool | None = None
        self._lock = threading.Lock()
        self._used_at = 0.0

    def run(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]], timeout: float
    ) -> Iterator[Any]:
        """The results in order as they come; Failed in place of each that does not."""
        pool = self._started()
        futures = [pool.schedule(function, args=task, timeout=timeout) for task in tasks]
        return (self._result(future) for future in futures)

    def schedule(self, function: Callable[..., Any], task: tuple[Any, ...], timeout: float) -> Any:
        """One task, as a future that may be waited for."""
        return self._started().schedule(function, args=task, timeout=timeout)

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
                    initializer=_begin,
                    initargs=(self._initializer, *self._arguments),
                    context=_SPAWN,
                )
            return self._pool

    def is_warm(self) -> bool:
        """True once a child answers; until then one is starting, and nobody waits for it."""
        if self._starting is not None:  # to look at the pool itself would be to wait for it
            return False
        pool = self._started()
        with self._lock:
            if self._answered is not pool:
                self._starting = pool
                threading.Thread(target=self._greet, args=(pool,), daemon=True).start()
            return self._answered is pool

    def _greet(self, pool: ProcessPool) -> None:
        """In a thread, since a start lasts until the child has read its arguments from a pipe."""
        with contextlib.suppress(Exception):  # if it can't start, its first task will tell
            pool.schedule(_nothing, timeout=_BUILD_SECONDS).result()
        with self._lock:
            if self._starting is pool:
                self._answered, self._starting = pool, None

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
        pool, self._pool, self._starting = self._pool, None, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _begin(initializer: Callable[..., None], *arguments: Any) -> None:
    """In the child: what libraries say of a file may hold its words, and is for nobody's log."""
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")
    initializer(*arguments)


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
    """Reads mails in children, small ones several at a time.

    Where such a handful fails each is read again by itself, so that a mail that hangs or kills
    its child costs its own reading only.
    """

    def __init__(
        self, known: Known, seconds: int = AGAIN_SECONDS, workers: int = 1, together: int = 8
    ) -> None:
        self._seconds, self._together = seconds, together
        self._children = Children(workers, _start_reader, known)
        self.rest, self.stop = self._children.rest, self._children.stop
        self.is_warm = self._children.is_warm

    def read(self, mails: Sequence[bytes]) -> Iterator[Reading | Failed]:
        """What each mail says, in order, as the readings come."""
        handfuls = list(_handfuls(mails, self._together))
        for handful, result in zip(handfuls, self._results(handfuls), strict=True):
            if isinstance(result, Failed) and len(handful) > 1:
                for single in self._results([[raw] for raw in handful]):
                    yield from [single] if isinstance(single, Failed) else single
            else:
                yield from [result] if isinstance(result, Failed) else result

    def file(self, raw: bytes, number: int) -> Enclosed | Failed | None:
        """One file of a mail, see `parsers.enclosed`."""
        found: Enclosed | Failed | None = next(
            self._children.run(_file_of, [(raw, number, self._seconds)], self._seconds)
        )
        return found

    def _results(self, handfuls: list[list[bytes]]) -> Iterator[list[Reading] | Failed]:
        tasks = [(handful, self._seconds) for handful in handfuls]
        return self._children.run(_read, tasks, self._seconds)


def _handfuls(mails: Sequence[bytes], together: int) -> Iterator[list[bytes]]:
    """The mails in order; a large one by itself."""
    handful: list[bytes] = []
    for raw in mails:
        is_large = len(raw) > _LARGE
        if handful and (is_large or len(handful) == together):
            yield handful
            handful = []
        handful.append(raw)
        if is_large:
            yield handful
            handful = []
    if handful:
        yield handful


class Builder:
    """Builds files in one child."""

    def __init__(self, warehouse_url: str) -> None:
        self._url = warehouse_url
        self._children = Children(1, _start_builder)
        self.rest, self.stop = self._children.rest, self._children.stop

    def build(self, prepared: Prepared, provenance: Provenance) -> Built | Held | Failed:
        """The file once it passed the gate, or why there is none."""
        task = (prepared, provenance, self._url)
        built: Built | Held | Failed = next(self._children.run(_build, [task], _BUILD_SECONDS))
        return built

    def admit(self, attached: Attached, content: bytes) -> FileFacts | Held | Failed:
        """What an officer's file holds, once it passed the gate, or why it may not leave."""
        task = (attached, content)
        found: FileFacts | Held | Failed = next(self._children.run(_admit, [task], _BUILD_SECONDS))
        return found

    def whole(
        self, prepared: Prepared, provenance: Provenance, content: bytes
    ) -> Built | Held | Failed:
        """An officer's file as it leaves, once more past the gate."""
        task = (prepared, provenance, content)
        built: Built | Held | Failed = next(self._children.run(_whole, [task], _BUILD_SECONDS))
        return built

    def book(
        self, chapters: Sequence[Chapter], left_out: Sequence[LeftOut]
    ) -> Built | Held | Failed:
        """Several as one booklet once it passed the gate, or why there is none."""
        task = (tuple(chapters), tuple(left_out), self._url)
        built: Built | Held | Failed = next(self._children.run(_book, [task], _BUILD_SECONDS))
        return built

    def warm(self) -> None:
        """Starts the child ahead of the first file."""
        next(self._children.run(_nothing, [()], _BUILD_SECONDS))


class Importer:
    """Reads files that are to be imported in one child, with limits, as attachments are read."""

    def __init__(self, contracts: Mapping[str, Contract], seconds: int = _IMPORT_SECONDS) -> None:
        self._seconds = seconds
        self._rows = _SPAWN.RawValue("L", 0)
        self._children = Children(1, _start_importer, dict(contracts), self._rows)
        self.rest, self.stop = self._children.rest, self._children.stop

    def read(
        self, file: Path, wanted: Wanted, watch: Callable[[int], None] | None = None
    ) -> Outcome | Failed:
        """What the file says; `watch` is told now and then how many rows were read."""
        self._rows.value = 0
        future = self._children.schedule(_read_file, (file, wanted), self._seconds)
        while watch is not None and not wait([future], timeout=_LOOK_SECONDS).done:
            watch(self._rows.value)
        outcome: Outcome | Failed = _result(future)
        return outcome


# ---------------------------------------------------------------- inside the children

_known = Known()


def _start_reader(known: Known) -> None:
    global _known
    _known = known
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _end_file)
    logging.disable(logging.CRITICAL)  # libraries talk about damaged files; nobody listens here
    importlib.import_module("mailproc.parsers")  # loaded before the first mail


def _read(mails: list[bytes], seconds: int) -> list[Reading]:
    from mailproc.parsers import read

    _allow_cpu(seconds + 1)
    fence = _Fence(seconds)  # one for all, as the time is
    return [read(raw, _known, fence.around_file) for raw in mails]


def _file_of(raw: bytes, number: int, seconds: int) -> Enclosed | None:
    from mailproc.parsers import enclosed

    _allow_cpu(seconds + 1)
    return enclosed(raw, number)


class _Fence:
    """Stops the reading of a file before the child is stopped, so that the mail itself lives on.

    Not in the short first try: a mail that needs longer gets its second.
    """

    def __init__(self, seconds: int) -> None:
        self._left = seconds * _FILES_SHARE if seconds > FIRST_SECONDS else 0.0

    @contextlib.contextmanager
    def around_file(self) -> Iterator[None]:
        if not self._left:
            yield
            return
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(min(self._left, _FILE_SECONDS), 0.01))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._left = max(self._left - (time.monotonic() - began), 0.001)


def _end_file(*_: object) -> None:
    from mailproc.parsers import TooSlow

    raise TooSlow


def _allow_cpu(seconds: int) -> None:
    """RLIMIT_CPU counts the whole life of a process: allow what was used, and some more."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + seconds
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


_contracts: dict[str, Contract] = {}
_counter: Any = None


def _start_importer(contracts: dict[str, Contract], counter: Any) -> None:
    global _contracts, _counter
    _contracts, _counter = contracts, counter
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no picture of what was read
    logging.disable(logging.CRITICAL)
    importlib.import_module("mailproc.datasets.importing.reading")


def _read_file(file: Path, wanted: Wanted) -> Outcome:
    from mailproc.datasets.importing.reading import read

    _allow_cpu(_IMPORT_SECONDS)
    return read(file.read_bytes(), file.name, _contracts, wanted, _progressed)


def _progressed(rows: int) -> None:
    _counter.value = rows


def _start_builder() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in (
        "pandas",
        "xlsxwriter",
        "mailproc.datasets.workbook",
        "mailproc.datasets.gate.ours",
    ):
        importlib.import_module(name)  # loaded before the first file
    from mailproc.datasets.output import pdf

    pdf.warm()


def _build(prepared: Prepared, provenance: Provenance, warehouse_url: str) -> Built | Held:
    from mailproc.datasets.workbook import build

    return gated(build(prepared, provenance, warehouse_url), prepared)


def _admit(attached: Attached, content: bytes) -> FileFacts | Held:
    return admitted(attached, content)


def admitted(attached: Attached, content: bytes) -> FileFacts | Held:
    """What the file holds where the gate lets it pass. Takes long: for a child."""
    from mailproc.datasets import gate, readymade

    if findings := gate.inspect_attached(attached, content):
        return Held(findings)
    return readymade.facts(attached.filename, content, attached.sha256, attached.kind)


def _whole(prepared: Prepared, provenance: Provenance, content: bytes) -> Built | Held:
    from mailproc.datasets.workbook import whole

    return gated(whole(prepared, provenance, content), prepared)


def gated(built: Built, prepared: Prepared) -> Built | Held:
    """The file where the gate lets it pass. Takes long: for the child that built it.

    Other data than was approved is no matter of the gate: the decision is void.
    """
    from mailproc.datasets import gate

    if built.result_digest != prepared.result_digest:
        return built
    findings = gate.inspect(built, prepared)
    return Held(findings) if findings else built


def _book(
    chapters: tuple[Chapter, ...], left_out: tuple[LeftOut, ...], warehouse_url: str
) -> Built | Held:
    from mailproc.datasets.workbook import booklet

    return gated_book(booklet(chapters, left_out, warehouse_url), chapters)


def gated_book(built: Built, chapters: Sequence[Chapter]) -> Built | Held:
    """The booklet where its figures are those approved and the gate lets each chapter pass."""
    from mailproc.datasets import gate
    from mailproc.datasets.workbook import booklet_digest

    if built.result_digest != booklet_digest([one.prepared for one in chapters]):
        return Held(("result_digest",))
    for one in chapters:
        chapter = replace(built, result_digest=one.prepared.result_digest)
        if findings := gate.inspect(chapter, one.prepared):
            return Held(findings)
    return built


def _nothing() -> None:
    """The child is there."""
