"""A thread that others can ask how it is."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from mailproc.health.pulse import Beat, Pulse


class Living(ABC):
    """Works in a thread of its own from `start` until `stop`, and tells by `beat` how it is."""

    def __init__(self, name: str) -> None:
        self.pulse = Pulse()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def _run(self) -> None:
        """The work; ends soon after `_stopping` is set."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Nothing new after what is at hand."""
        self._stopping.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def beat(self) -> Beat:
        """How it is; dead where it began, was not told to stop, and is gone all the same."""
        begun = self._thread.ident is not None
        return self.pulse.read(alive=not begun or self.alive or self._stopping.is_set())
