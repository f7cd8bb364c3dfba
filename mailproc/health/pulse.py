"""The sign of life of a thread: how long its turn lasts, and since when every turn fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Seconds = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Beat:
    """How a thread is at this moment; times in seconds."""

    alive: bool = True
    busy: float = 0.0  # since its last sign of life in a turn; 0 at rest
    failing: float = 0.0  # since the first of the turns that failed, one after the other
    error: str = ""  # why the last turn failed
    refused: bool = False  # the mail server refused its login


class Pulse:
    """Kept by the thread itself, read by others."""

    def __init__(self, seconds: Seconds = time.monotonic) -> None:
        self._seconds = seconds
        self._beat_at: float | None = None
        self._failing_at: float | None = None
        self._error, self._refused = "", False

    def beat(self) -> None:
        """At work, and not stuck."""
        self._beat_at = self._seconds()

    def rest(self) -> None:
        """Nothing to do, or a pause that is meant."""
        self._beat_at = None

    def well(self) -> bool:
        """A turn went well. True where the one before did not."""
        was, self._failing_at = self._failing_at, None
        self._error, self._refused = "", False
        return was is not None

    def failed(self, error: str, *, refused: bool = False) -> bool:
        """A turn failed. True where it is the first one, or another way to fail."""
        news = self._failing_at is None or error != self._error
        if self._failing_at is None:
            self._failing_at = self._seconds()
        self._error, self._refused = error, refused
        return news

    def read(self, *, alive: bool = True) -> Beat:
        """As it is now."""
        return Beat(
            alive,
            self._since(self._beat_at),
            self._since(self._failing_at),
            self._error,
            self._refused,
        )

    def _since(self, at: float | None) -> float:
        return 0.0 if at is None else max(self._seconds() - at, 1e-9)


def in_short(error: Exception) -> str:
    """The kind of an error, and for the database what it says of itself: never a statement, whose
    values are what people wrote."""
    kind = type(error).__name__
    return f"{kind}: {first_words(error)[:100]}" if getattr(error, "orig", None) else kind


def first_words(error: Exception) -> str:
    """The first line of what a database says of its error, or of the error itself."""
    return next(iter(str(getattr(error, "orig", None) or error).splitlines()), "")
