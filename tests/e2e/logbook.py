"""What the log of a daemon must never hold, looked for after each test that ran one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_NEVER = {
    "an address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "words of a mail, or a name": re.compile(r"[\u0e00-\u0e7f]{2,}"),
    "the token of a link": re.compile(r"/[a-z]{1,2}(?:/open)?/[\w-]{20,}"),
    "a secret of 128 bits or more": re.compile(r"(?<![\w./-])(?=[\w-]*\d)[\w-]{22,}(?![\w./-])"),
}
# A folder of the mailbox may have a Thai name, and is named where it is gone.
_FOLDER = re.compile(r"folder='[^']*'|doesn't exist: \S+")
# What `serve` says to whoever starts a second copy.
_TOLD = re.compile(r"mailproc อีกตัวใช้|เปิดระบบนี้กับฐานข้อมูลเดียวกันอยู่")
_TOKEN = re.compile(r"/(?:d|s|q|f|me)/(?:open/)?([\w-]{20,})")


def leaks(log: str, mails: Iterable[bytes] = (), codes: Iterable[str] = ()) -> list[str]:
    """Each line that says too much, and what; `mails` hold links whose tokens are secret."""
    secrets = {token for mail in mails for token in _TOKEN.findall(mail.decode("ascii", "replace"))}
    secrets |= {code for code in codes if code}
    found = []
    for line in log.splitlines():
        if _TOLD.search(line):
            continue
        seen = _FOLDER.sub("", line)
        found += [f"{what}: {line}" for what, sign in _NEVER.items() if sign.search(seen)]
        found += [f"a secret: {line}" for secret in secrets if secret in seen]
    return found


def require_clean(file: Path, mails: Iterable[bytes] = (), codes: Iterable[str] = ()) -> None:
    """Raises AssertionError with the lines that say too much."""
    if file.exists():
        found = leaks(file.read_text("utf-8", "replace"), mails, codes)
        assert not found, "\n".join(found[:10])
