"""A loop is a thread that takes turns while there is work, then sleeps a second or until woken."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from mailproc.errors import AuthFailed, LoginRests

log = structlog.get_logger()
_LOOK_AGAIN = 5.0  # seconds: whether a person has mended the login


class Loop:
    """Runs `turn` until it gives 0; wakes the loops in `then` after a turn that did something."""

    def __init__(self, name: str, turn: Callable[[], int]) -> None:
        self.name, self._turn = name, turn
        self.then: tuple[Loop, ...] = ()
        self._work, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._refused = 0

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be work."""
        self._work.set()

    def stop(self) -> None:
        """No turn after the one at hand."""
        self._stopping.set()
        self._work.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._work.clear()
            if self._one_turn() == 0:
                self._work.wait(1.0)
                continue
            for loop in self.then:
                loop.wake()

    def _one_turn(self) -> int:
        """A turn that fails is logged and taken again; the loop lives on."""
        try:
            done = self._turn()
            self._refused = 0
            return done
        except LoginRests:
            self._stopping.wait(_LOOK_AGAIN)  # no try was made; it is told elsewhere
        except AuthFailed as error:
            self._refused += 1
            log.error("login_refused", loop=self.name, tries=self._refused, remedy=error.remedy)
            self._stopping.wait(_LOOK_AGAIN)  # the login itself knows when the next try may be
        except Exception as error:
            log.error("turn_failed", loop=self.name, error=type(error).__name__, exc_info=True)
        return 0
