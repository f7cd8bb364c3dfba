"""Whether the warehouse has other rounds than at the last look: another process may import."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailproc.datasets import warehouse

_PAUSE = timedelta(seconds=30)  # between looks at a database that has to be asked


class Changes:
    """Remembers what it saw; a SQLite file is seen to change without being opened."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._file, self._rounds = warehouse.state(url), self._listed()
        self._looked_at: datetime | None = None

    def any(self, now: datetime) -> bool:
        """True once for each time that rounds came, were opened or were closed."""
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

    def _listed(self) -> tuple[tuple[str, str], ...]:
        return tuple((one.round.digest, one.status) for one in warehouse.stored_rounds(self._url))
