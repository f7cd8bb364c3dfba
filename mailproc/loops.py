"""A loop is a thread that takes turns while there is work, then sleeps a second or until woken."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from mailproc.errors import AuthFailed, LoginRests
from mailproc.health.living import Living
from mailproc.health.pulse import in_short
from mailproc.workflow import retry

log = structlog.get_logger()
_LOOK_AGAIN = 6.0  # seconds: whether a person has mended it; a little more than a first pause
_EACH = 30  # failures in a row, of which one is logged


class Loop(Living):
    """Runs `turn` until it gives 0; wakes the loops in `then` after a turn that did something."""

    def __init__(self, name: str, turn: Callable[[], int]) -> None:
        super().__init__(name)
        self.name, self._turn = name, turn
        self.then: tuple[Loop, ...] = ()
        self._work = threading.Event()
        self._refused = self._failed = 0

    def wake(self) -> None:
        """There may be work."""
        self._work.set()

    def stop(self) -> None:
        """No turn after the one at hand."""
        super().stop()
        self._work.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._work.clear()
            self.pulse.beat()
            done = self._one_turn()
            self.pulse.rest()
            if done == 0:
                self._work.wait(1.0)
                continue
            for loop in self.then:
                loop.wake()

    def _one_turn(self) -> int:
        """A turn that fails is logged and taken again; the loop lives on."""
        try:
            done = self._turn()
        except LoginRests as error:
            if error.lasting:
                self.pulse.failed("AuthFailed", refused=True)
            self._pause(_LOOK_AGAIN)  # no try was made
        except AuthFailed as error:
            self._refused += 1
            self.pulse.failed("AuthFailed", refused=True)
            log.error("login_refused", loop=self.name, tries=self._refused, remedy=error.remedy)
            self._pause(_LOOK_AGAIN)  # the login itself knows when the next try may be
        except Exception as error:
            self._note(error)
            self._pause(retry.turn_pause(self._failed))
        else:
            self._refused = self._failed = 0
            if self.pulse.well():
                log.info("turn_works_again", loop=self.name)
            return done
        return 0

    def _note(self, error: Exception) -> None:
        """With its traceback where it is new; else one line now and then, whatever the pace."""
        self._failed += 1
        new = self.pulse.failed(in_short(error))
        if new or self._failed % _EACH == 0:
            kind = type(error).__name__
            log.error("turn_failed", loop=self.name, error=kind, times=self._failed, exc_info=new)

    def _pause(self, seconds: float) -> None:
        self.pulse.rest()
        self._stopping.wait(seconds)
