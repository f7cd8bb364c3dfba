"""What the signs of life of the loops say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from mailproc.health.fault import Fault
from mailproc.health.pulse import Beat
from mailproc.store import outage

_STUCK = 240.0  # seconds without a sign of life; a look is taken every few seconds
# One step of these may take long: a file that is built, a server that thinks after the last dot
# (RFC 5321 4.5.3.2.6: ten minutes), a large workbook that is imported.
_LONGER = {"jobs": 900.0, "outbox": 900.0, "drops": 1800.0, "retention": 1800.0, "copies": 900.0}
_FAILING = 240.0
_UNREACHABLE = 600.0  # a mail server that restarts is no alarm
_SOON = timedelta(days=14)  # before the end of a certificate
_MAIL = {"mailbox": "IMAP", "outbox": "SMTP"}


def of_loops(beats: Mapping[str, Beat]) -> Iterator[Fault]:
    """Loops that are dead, stuck or failing; one fault of a kind."""
    yield from _stuck(beats)
    for name, beat in beats.items():
        if (fault := _of_database(beat)) is not None:
            yield fault
        elif beat.refused:
            yield Fault("login_refused", {"part": _MAIL.get(name, name)})
        elif name not in _MAIL and beat.failing >= _FAILING:
            facts = {"loop": name, "minutes": int(beat.failing // 60), "error": beat.error}
            yield Fault("loop_failing", facts)


def is_stuck(name: str, beat: Beat) -> bool:
    """Whether a loop shows no sign of life any more."""
    return not beat.alive or beat.busy >= _LONGER.get(name, _STUCK)


def _stuck(beats: Mapping[str, Beat]) -> Iterator[Fault]:
    found = {name: beat for name, beat in beats.items() if is_stuck(name, beat)}
    if found:
        minutes = int(max(beat.busy for beat in found.values()) // 60)
        yield Fault("loop_stuck", {"loop": ", ".join(sorted(found)), "minutes": minutes})


def _of_database(beat: Beat) -> Fault | None:
    """At once: of these none passes by itself."""
    words, name = outage.kind(beat.error) if beat.failing else ("", "")
    return Fault(name, {"error": words}) if name else None


def unreachable(beat: Beat, name: str) -> Iterator[Fault]:
    """The mail server did not answer for some time; `name` is the alarm's."""
    ours = _of_database(beat) is not None  # a file of ours that a login needs, not the server
    if beat.failing >= _UNREACHABLE and not beat.refused and not ours:
        yield Fault(name, {"minutes": int(beat.failing // 60)})


def ending(part: str, ends: datetime | None, now: datetime) -> Iterator[Fault]:
    """The mail server's certificate ends soon; `part` says of which connection."""
    if ends is not None and ends - now < _SOON:
        yield Fault("certificate_ends", {"part": part, "days": max((ends - now).days, 0)})
