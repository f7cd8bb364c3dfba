"""Whether there are other rounds than at the last look: another process may import, or somebody
may put a file into the catalogue folder."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from mailproc.datasets import warehouse

_PAUSE = timedelta(seconds=30)  # between looks at a database that has to be asked


class Changes:
    """Remembers what it saw; a SQLite file is seen to change without being opened."""

    def __init__(self, url: str, folder: Path | None = None) -> None:
        self._url, self._folder = url, folder
        self._lying = self._listing()
        self._file, self._rounds = warehouse.state(url), self._listed()
        self._looked_at: datetime | None = None

    def any(self, now: datetime) -> bool:
        """True once for each time that rounds came, were opened or were closed."""
        lying, self._lying = self._lying, self._listing()
        if lying != self._lying:
            self._worth_a_look(now)
            self._rounds = self._listed()
            return True
        if not self._worth_a_look(now):
            return False
        before, self._rounds = self._rounds, self._listed()
        return self._rounds != before

    def _worth_a_look(self, now: datetime) -> bool:
        state = warehouse.state(self._url)
        if state is not None:
            before, self._file = self._file, state
            return state != before
        if self._looked_at is not None and now - self._looked_at < _PAUSE:
            return False
        self._looked_at = now
        return True

    def _listing(self) -> frozenset[tuple[str, int, int]]:
        """The files of the catalogue folder, as they are now."""
        if self._folder is None:
            return frozenset()
        found = []
        for path in self._folder.rglob("*"):
            try:
                state = path.stat()
            except OSError:
                continue
            found.append((str(path), state.st_mtime_ns, state.st_size))
        return frozenset(found)

    def _listed(self) -> tuple[tuple[str, str], ...]:
        return tuple((one.round.digest, one.status) for one in warehouse.stored_rounds(self._url))
