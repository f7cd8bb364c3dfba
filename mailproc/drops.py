"""One turn: files that somebody laid into the drop folder → rounds, each with a report beside it.

A file goes to `done/` or `refused/` as it is. Nobody is there to be asked, so a guess has to be
clear, and the round stays closed until an officer opens it (`data open`), unless the office chose
otherwise and there was nothing to look at.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from mailproc import thai
from mailproc.datasets.catalogue import Loaded
from mailproc.datasets.importing import storing, wording
from mailproc.datasets.importing.facts import Outcome
from mailproc.datasets.importing.problems import Problem, has_errors
from mailproc.datasets.importing.reading import Wanted
from mailproc.datasets.importing.storing import Plan, Said
from mailproc.datasets.importing.wording import say
from mailproc.errors import TryAgain
from mailproc.model import Calendar
from mailproc.sandbox import Failed

log = structlog.get_logger()
DONE, REFUSED = "done", "refused"
_QUIET = 5.0  # seconds without a change: then a file is whole
_PARTIAL = (".part", ".tmp", ".crdownload", ".filepart")
_MOST_NAMES = 10_000


class Reads(Protocol):
    """What is needed of `sandbox.Importer`."""

    def read(self, file: Path, wanted: Wanted) -> Outcome | Failed: ...

    def rest(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Habits:
    """What the office chose for its drop folder."""

    folder: Path
    warehouse_url: str
    calendar: Calendar
    timezone: str
    opens: bool = False
    also: frozenset[str] = frozenset()


class DropFolder:
    """Imports what lies in a folder."""

    def __init__(self, habits: Habits, reader: Reads, entries: Mapping[str, Loaded]) -> None:
        self._habits, self._reader, self._entries = habits, reader, entries
        self._sizes: dict[Path, tuple[int, float]] = {}  # of files that may still grow
        self._stuck: set[tuple[Path, int, float]] = set()  # that can't be moved away
        self.stop = reader.stop

    def turn(self, now: datetime) -> int:
        """Handles the files that are whole; gives their number."""
        files = list(self._whole(now))
        for file in files:
            self._handle(file, now)
        if not files:
            self._reader.rest()
        return len(files)

    def _whole(self, now: datetime) -> Iterator[Path]:
        """Plain files that nobody has written to for some seconds, seen twice alike."""
        seen: dict[Path, tuple[int, float]] = {}
        try:
            found = sorted(self._habits.folder.iterdir())[:_MOST_NAMES]
        except OSError:
            return
        for file in found:
            if file.name.startswith((".", "~$")) or file.name.lower().endswith(_PARTIAL):
                continue
            try:
                state = os.stat(file, follow_symlinks=False)
            except OSError:
                continue
            if not stat.S_ISREG(state.st_mode):
                continue
            seen[file] = (state.st_size, state.st_mtime)
            quiet = now.timestamp() - state.st_mtime >= _QUIET
            if (
                quiet
                and self._sizes.get(file) == seen[file]
                and (file, *seen[file]) not in self._stuck
            ):
                yield file
        self._sizes = seen

    def _handle(self, file: Path, now: datetime) -> None:
        owner = _owner(file)
        try:
            lines, done = self._import(file, owner, now)
        except TryAgain as error:  # the warehouse does not answer: at the next turn
            log.warning("drop_later", problem=error.problem)
            return
        except Exception as error:  # one file never stops the others
            log.error("drop_failed", error=type(error).__name__)
            problem = Problem("child_failed", "error", values=(("said", type(error).__name__),))
            lines, done = list(wording.problems([problem])), False
        if not file.exists():  # somebody took it back meanwhile
            return
        log.info("drop_handled", imported=done)
        self._put_away(file, DONE if done else REFUSED, self._report(file, owner, lines, now), now)

    def _import(self, file: Path, owner: str, now: datetime) -> tuple[list[wording.Said], bool]:
        """The lines of the report, and whether its figures are in the warehouse."""
        habits = self._habits
        wanted = Wanted(also=habits.also, known=storing.known(habits.warehouse_url))
        outcome = self._reader.read(file, wanted)
        if isinstance(outcome, Failed):
            said = (("said", outcome.problem),)
            return list(wording.problems([Problem("child_failed", "error", values=said)])), False
        named, problems = None, outcome.problems
        if not outcome.failed:
            named, more = storing.name(outcome, Said(), habits.calendar, now.date())
            problems = (*problems, *more)
        lines = list(wording.problems(problems))
        if named is None or has_errors(problems):
            errors = sum(problem.level == "error" for problem in problems)
            return [say("says", "refused", file=file.name, errors=errors), *lines], False
        plans = storing.plans(outcome, named, habits.warehouse_url, self._entries)
        opened = habits.opens and not outcome.problems and not _is_large(plans)
        for plan in plans:
            lines += self._stored(plan, file, owner, now, opened=opened)
        return lines, True

    def _stored(
        self, plan: Plan, file: Path, owner: str, now: datetime, *, opened: bool
    ) -> Iterator[wording.Said]:
        one = plan.found.round
        shown = {
            "source": plan.found.source_id,
            "title": wording.title(one),
            "digest": wording.short(one.digest),
        }
        if plan.same is not None:
            yield say("says", "same" if plan.is_current else "same_older", **shown)
            return
        url = self._habits.warehouse_url
        storing.store(plan, url, now, by=f"drop:{owner}", filename=file.name, opened=opened)
        yield from wording.changes(plan.difference, storing.titles(self._entries))
        yield say("says", "opened" if opened else "closed", **shown)
        if plan.corrects is not None:
            yield say("says", "notify", digest=shown["digest"])

    # ------------------------------------------------------------ files

    def _report(self, file: Path, owner: str, lines: list[wording.Said], now: datetime) -> str:
        """First all in Thai, then all in English."""
        zone = self._habits.timezone
        parts = []
        for language in ("th", "en"):
            at = thai.date_time(now, zone, language)
            head = (say("reports", "head", file=file.name), say("reports", "at", at=at, by=owner))
            which = 0 if language == "th" else 1
            parts.append("\n".join(line[which] for line in (*head, *lines)))
        return "\n\n".join(parts) + "\n"

    def _put_away(self, file: Path, where: str, report: str, now: datetime) -> None:
        folder = self._habits.folder / where
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            target = _free(folder, file.name, now)
            target.with_name(f"{target.name}.txt").write_text(report, encoding="utf-8-sig")
            file.rename(target)
            target.chmod(0o600)
        except OSError as error:  # it stays, and is not read again until it changes
            log.error("drop_stays", problem=error.strerror)
            if file in self._sizes:
                self._stuck.add((file, *self._sizes[file]))


def _is_large(plans: tuple[Plan, ...]) -> bool:
    return any(plan.difference.is_large for plan in plans)


def _owner(file: Path) -> str:
    try:
        return pwd.getpwuid(file.stat().st_uid).pw_name
    except (KeyError, OSError):
        return "unknown"


def _free(folder: Path, name: str, now: datetime) -> Path:
    """A place for the file that takes nobody else's."""
    target = folder / name
    if not target.exists() and not target.with_name(f"{name}.txt").exists():
        return target
    return folder / f"{now:%Y%m%d-%H%M%S-%f}-{name}"
