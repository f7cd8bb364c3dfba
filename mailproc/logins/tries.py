"""What a server refused lately: three quick tries, then at most one in fifteen minutes.

Kept in a file, so that a daemon that is restarted in a loop tries no more often, and shared by the
processes of one machine. What a person gave anew is tried at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from mailproc.errors import LoginRests
from mailproc.logins import keep
from mailproc.workflow import retry

GRANT = "grant"  # the identity server, besides imap and smtp
MANY = 3


@dataclass(frozen=True, slots=True)
class _Refused:
    """How often in a row, and when last."""

    times: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one account. `good`: protocols that took what we have."""

    mark: str = ""
    refused: dict[str, _Refused] = field(default_factory=dict)
    good: tuple[str, ...] = ()


class Tries:
    """The tries of one account with one secret; `mark` changes when a person gives another."""

    def __init__(self, file: Path, account: str, key: bytes) -> None:
        self._file, self._account, self._key = file, account, key

    def claim(self, protocol: str, mark: str, now: datetime) -> None:
        """One try, now. Raises LoginRests where none may be made."""
        with keep.locked(self._file):
            known = self._known(mark)
            times, last = _counted(known, protocol)
            if not times or last is None:
                return
            pause = timedelta(seconds=retry.login_pause(times))
            # A time to come was written while the clock was wrong.
            if timedelta() <= now - last < pause:
                raise _rests(times >= MANY, last + pause)
            self._write(_with(known, protocol, _Refused(_of(known, protocol).times, _text(now))))

    def refused(self, protocol: str, mark: str, now: datetime, *, times: int = 1) -> None:
        """The server said no."""
        with keep.locked(self._file):
            known = self._known(mark)
            good = tuple(name for name in known.good if name != protocol)
            more = _Refused(_of(known, protocol).times + times, _text(now))
            self._write(replace(_with(known, protocol, more), good=good))

    def accepted(self, protocol: str, mark: str) -> None:
        """The server said yes."""
        with keep.locked(self._file):
            known = self._known(mark)
            if protocol in known.good and protocol not in known.refused:
                return
            refused = {name: one for name, one in known.refused.items() if name != protocol}
            good = tuple(sorted({*known.good, protocol}))
            self._write(replace(known, refused=refused, good=good))

    def forget(self) -> None:
        """A person is about to try: nothing counts any more."""
        with keep.locked(self._file):
            kept = keep.read(self._file)
            if kept.pop(self._account, None) is not None:
                keep.write(self._file, json.dumps(kept, indent=1))

    def _known(self, mark: str) -> _Known:
        """What is known with this secret: nothing yet where it is a new one."""
        digest = hmac.new(self._key, mark.encode(), hashlib.sha256).hexdigest()
        kept = keep.read(self._file).get(self._account, {})
        if kept.get("mark") != digest:
            return _Known(digest)
        refused = {name: _Refused(**one) for name, one in kept["refused"].items()}
        return _Known(digest, refused, tuple(kept["good"]))

    def _write(self, known: _Known) -> None:
        kept = keep.read(self._file) | {self._account: asdict(known)}
        keep.write(self._file, json.dumps(kept, indent=1))


def _of(known: _Known, protocol: str) -> _Refused:
    return known.refused.get(protocol, _Refused())


def _with(known: _Known, protocol: str, refused: _Refused) -> _Known:
    return replace(known, refused=known.refused | {protocol: refused})


def _counted(known: _Known, protocol: str) -> tuple[int, datetime | None]:
    """Refusals that count against the next try, and when the last was.

    IMAP and SMTP show one password, so their refusals lock one account; but where one of them
    takes it, the password is right, and each counts for itself.
    """
    alone = protocol == GRANT or bool(set(known.good) - {GRANT})
    names = {protocol} if alone else set(known.refused) - {GRANT}
    found = [_of(known, name) for name in names if _of(known, name).times]
    last = max((datetime.fromisoformat(one.at) for one in found), default=None)
    return sum(one.times for one in found), last


def _text(now: datetime) -> str:
    return now.isoformat()


def _rests(lasting: bool, until: datetime) -> LoginRests:
    error = LoginRests(
        f"The last logins were refused; no other try before {until:%H:%M:%S} UTC.",
        "Mend the login: python3 run.py login",
    )
    error.lasting = lasting
    return error
