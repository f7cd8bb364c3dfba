"""Looks every few seconds at all that can be seen without the database; what it finds counts at
once: it holds back what must not go on, and where the database itself has failed it calls the
webhook by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from mailproc.alarms.webhook import Webhook
from mailproc.health import pulses
from mailproc.health.fault import Fault, by_name
from mailproc.health.pulse import Beat
from mailproc.store.alarms import Alarm

log = structlog.get_logger()
Looks = Callable[[], Iterable[Fault]]
_PERIOD = 5.0  # seconds between two looks
_SILENT = 60.0  # so long the bell may fail before the webhook is called without it
_AGAIN = 1800.0  # before it is called again where it did not answer
# While one of these lasts no new mail is taken in: it is safe on the server.
NO_INTAKE = frozenset(
    "disk_low disk_full database_readonly database_failing database_broken second_daemon".split()
)
_OF_A_WAY = frozenset({"certificate_bad", "encryption_gone", "login_refused"})
_NO_MAILBOX = frozenset({"mailbox_folder", "mailbox_unreachable"})
BELL = "alarms"  # the loop that writes alarms down


def takes_no_mail(alarm: Alarm) -> bool:
    """Whether no new mail comes in while this lasts: held back, or the mailbox can't be read."""
    ours = alarm.name in _OF_A_WAY and "IMAP" in alarm.facts.get("part", "")
    return ours or alarm.name in NO_INTAKE | _NO_MAILBOX


def with_the_warden(found: tuple[Alarm, ...], beat: Beat, now: datetime) -> tuple[Alarm, ...]:
    """What the warden saw last, and itself where it no longer looks: nobody else would tell."""
    if not pulses.is_stuck("warden", beat):
        return found
    facts = {"loop": "warden", "minutes": int(beat.busy // 60)}
    others = tuple(one for one in found if one.name != "loop_stuck")
    return (*others, Alarm("loop_stuck", now, facts))


class Warden:
    """Holds what is wrong now; read by other threads, written by its own."""

    def __init__(
        self,
        beats: Callable[[], Mapping[str, Beat]],
        looks: Iterable[Looks],
        clock: Callable[[], datetime],
        webhook: Webhook | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._beats, self._looks, self._clock = beats, tuple(looks), clock
        self._webhook, self._seconds = webhook, seconds
        self._next = 0.0
        self._alarms: Mapping[str, Alarm] = {}
        self._called: dict[str, tuple[Alarm, float, bool]] = {}  # without the bell: when, taken

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What is wrong now, each since it was first seen."""
        return tuple(self._alarms.values())

    def holds_intake(self) -> str:
        """Why no new mail is taken in, as the name of an alarm; empty where it is."""
        return next((name for name in self._alarms if name in NO_INTAKE), "")

    def holds_all(self) -> bool:
        """Whether everything stands still: another daemon works on the same file."""
        return "second_daemon" in self._alarms

    def turn(self) -> int:
        """A look, when it is time for one."""
        if self._seconds() < self._next:
            return 0
        self.look()
        self._next = self._seconds() + _PERIOD  # a look that fails is taken again, and shows
        return 0

    def look(self) -> None:
        """Sees all there is to see, now."""
        beats, now = dict(self._beats()), self._clock()
        found = by_name(self._find(beats))
        before = self._alarms
        for name in found.keys() - before.keys():
            log.error("alarm", name=name, **found[name].facts)
        for name in before.keys() - found.keys():
            log.info("alarm_mended", name=name)
        self._alarms = {
            name: Alarm(name, before[name].raised_at if name in before else now, fault.facts)
            for name, fault in found.items()
        }
        if self._webhook is not None:
            self._call(self._webhook, beats.get(BELL, Beat()), now)

    def _find(self, beats: Mapping[str, Beat]) -> Iterable[Fault]:
        yield from pulses.of_loops(beats)
        for look in self._looks:
            try:
                yield from look()
            except OSError as error:  # a disk that is gone, say
                yield Fault("look_failed", {"error": error.strerror or type(error).__name__})

    def _call(self, webhook: Webhook, bell: Beat, now: datetime) -> None:
        """In place of the bell, while that can't write."""
        if pulses.is_stuck(BELL, bell) or bell.failing > _SILENT:
            for alarm in self.alarms:
                _, at, taken = self._called.get(alarm.name, (alarm, -_AGAIN, False))
                if not taken and self._seconds() - at >= _AGAIN:
                    self._called[alarm.name] = (
                        alarm,
                        self._seconds(),
                        webhook.send(alarm, "raised"),
                    )
        for name in self._called.keys() - self._alarms.keys():
            alarm, _, taken = self._called.pop(name)
            if taken:
                webhook.send(replace(alarm, mended_at=now), "mended")
