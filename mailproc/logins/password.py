"""A password from the environment or its file, read anew for each connection."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from mailproc.errors import MailprocError
from mailproc.mail.login import Credentials

VARIABLE = "MAILPROC_PASSWORD"


class Password:
    """`spaced`: an app password, which is shown in groups of letters that are typed as one."""

    def __init__(self, username: str, file: Path, *, spaced: bool = False) -> None:
        self._username, self._file, self._spaced = username, file, spaced

    @property
    def mark(self) -> str:
        return f"{self._username}\n{self._read()}"

    def is_at_hand(self, now: datetime) -> bool:
        return True

    def credentials(self, now: datetime) -> Credentials:
        return Credentials(self._username, self._read())

    def other(self, used: Credentials, now: datetime) -> Credentials | None:
        return None

    def _read(self) -> str:
        text = os.environ.get(VARIABLE) or self._from_file()
        return "".join(text.split()) if self._spaced else text

    def _from_file(self) -> str:
        try:
            return self._file.read_text(encoding="utf-8").rstrip("\r\n")
        except FileNotFoundError:
            raise MailprocError(key="password_missing", password=self._file) from None
