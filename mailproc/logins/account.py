"""One login to one server, guarded: what the mail room asks for credentials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from mailproc.errors import LoginEnded
from mailproc.logins.tries import GRANT, MANY, Tries
from mailproc.mail.login import Credentials


class Secret(Protocol):
    """Where the credentials of an account come from."""

    @property
    def mark(self) -> str:
        """What a person gave, in a form that changes when she gives another. It is a secret."""

    def is_at_hand(self, now: datetime) -> bool:
        """True where nobody has to be asked for it over the network."""

    def credentials(self, now: datetime) -> Credentials:
        """Raises LoginEnded, LinkLost or MailprocError."""

    def other(self, used: Credentials, now: datetime) -> Credentials | None:
        """The server refused these: others, where there are any. Raises as `credentials`."""


class Account:
    """A `mail.login.Login` for `protocol` (imap, smtp) that remembers what was refused."""

    def __init__(
        self,
        username: str,
        protocol: str,
        secret: Secret,
        tries: Tries,
        clock: Callable[[], datetime],
    ) -> None:
        self._username, self._protocol = username, protocol
        self._secret, self._tries, self._clock = secret, tries, clock

    @property
    def username(self) -> str:
        return self._username

    def credentials(self) -> Credentials:
        """For one try. Raises LoginRests, LoginEnded, LinkLost or MailprocError."""
        now = self._clock()
        self._tries.claim(self._protocol, self._secret.mark, now)
        if self._secret.is_at_hand(now):
            return self._secret.credentials(now)
        self._tries.claim(GRANT, self._secret.mark, now)
        try:
            given = self._secret.credentials(now)
        except LoginEnded:
            # Quick tries are of no use: a person has to log in again.
            self._tries.refused(GRANT, self._secret.mark, now, times=MANY)
            raise
        self._tries.accepted(GRANT, self._secret.mark)
        return given

    def refused(self, used: Credentials) -> Credentials | None:
        """Counts it, unless a new token may still be taken."""
        now = self._clock()
        try:
            other = self._secret.other(used, now)
        except LoginEnded:
            self._tries.refused(GRANT, self._secret.mark, now, times=MANY)
            raise
        if other is None:
            self._tries.refused(self._protocol, self._secret.mark, now)
        return other

    def accepted(self) -> None:
        self._tries.accepted(self._protocol, self._secret.mark)
