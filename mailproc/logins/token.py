"""An access token in a file of its own: renewed before it ends, by one process for all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from mailproc.errors import LoginEnded
from mailproc.logins import keep
from mailproc.mail.login import Credentials

_MARGIN = timedelta(minutes=5)  # of an hour, as both Microsoft and Google give
_JUST_NOW = timedelta(seconds=10)
LOG_IN = "Log in again: python3 run.py login"


@dataclass(frozen=True, slots=True)
class Granted:
    """What an identity server gave; `seconds` is how long the access token is good."""

    access: str = field(repr=False)
    seconds: int
    refresh: str = field(default="", repr=False)  # empty: the one before stays good


class Grant(Protocol):
    """How fresh access tokens are got without a person."""

    @property
    def mark(self) -> str:
        """What a person set or gave; it may be a secret."""

    @property
    def needs_login(self) -> bool:
        """True where a person has to log in first, whose refresh token is used from then on."""

    def fetch(self, refresh: str, now: datetime) -> Granted:
        """Raises LoginEnded or LinkLost."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A token as it stands in the file."""

    access: str = field(repr=False)
    issued_at: datetime
    good_until: datetime
    refresh: str = field(repr=False)
    login_at: str  # when a person logged in

    @property
    def renew_at(self) -> datetime:
        """Some minutes before the end, or a quarter of a short life."""
        return self.good_until - min(_MARGIN, (self.good_until - self.issued_at) / 4)

    def is_good(self, now: datetime) -> bool:
        """A token from the time to come was written while the clock was wrong."""
        return self.issued_at <= now < self.renew_at


class Token:
    """A `Secret` whose credentials are bearer tokens."""

    def __init__(self, username: str, file: Path, grant: Grant) -> None:
        self._username, self._file, self._grant = username, file, grant

    @property
    def mark(self) -> str:
        login_at = keep.read(self._file).get("login_at", "")
        return f"{self._username}\n{self._grant.mark}\n{login_at}"

    def is_at_hand(self, now: datetime) -> bool:
        kept = self._read()
        return kept is not None and kept.is_good(now)

    def credentials(self, now: datetime) -> Credentials:
        with keep.locked(self._file):
            kept = self._read()
            if kept is None or not kept.is_good(now):  # or another process was first
                kept = self._fetch(kept, now)
        return self._shown(kept)

    def other(self, used: Credentials, now: datetime) -> Credentials | None:
        """A token may be withdrawn before its end; one that is refused when new stays refused."""
        with keep.locked(self._file):
            kept = self._read()
            if kept is None or kept.access == used.password:
                if kept is not None and timedelta() <= now - kept.issued_at < _JUST_NOW:
                    return None
                kept = self._fetch(kept, now)
        return self._shown(kept)

    def _shown(self, kept: _Kept) -> Credentials:
        return Credentials(self._username, kept.access, bearer=True, good_until=kept.renew_at)

    def logged_in(self, given: Granted, now: datetime) -> None:
        """Keeps what a person's login gave."""
        with keep.locked(self._file):
            self._write(given, given.refresh, now.isoformat(), now)

    def _fetch(self, kept: _Kept | None, now: datetime) -> _Kept:
        refresh = kept.refresh if kept is not None else ""
        if self._grant.needs_login and not refresh:
            raise LoginEnded("Nobody has logged in to the mail account yet.", LOG_IN)
        given = self._grant.fetch(refresh, now)
        login_at = kept.login_at if kept is not None else ""
        return self._write(given, given.refresh or refresh, login_at, now)

    def _write(self, given: Granted, refresh: str, login_at: str, now: datetime) -> _Kept:
        until = now + timedelta(seconds=given.seconds)
        kept = _Kept(given.access, now, until, refresh, login_at)
        keep.write(self._file, json.dumps(_as_json(kept), indent=1))
        return kept

    def _read(self) -> _Kept | None:
        kept = keep.read(self._file)
        try:
            return _Kept(
                str(kept["access"]),
                datetime.fromisoformat(kept["issued_at"]),
                datetime.fromisoformat(kept["good_until"]),
                str(kept["refresh"]),
                str(kept["login_at"]),
            )
        except (KeyError, TypeError, ValueError):
            return None  # not there, or not what we wrote


def _as_json(kept: _Kept) -> dict[str, Any]:
    return {
        "access": kept.access,
        "issued_at": kept.issued_at.isoformat(),
        "good_until": kept.good_until.isoformat(),
        "refresh": kept.refresh,
        "login_at": kept.login_at,
    }
