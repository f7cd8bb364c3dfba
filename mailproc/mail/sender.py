"""Is the sender who he says? Only what our own server stamped counts (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailproc.model import Trust

_PIECE = re.compile(r'\\.|"|\(|\)|[^\\"()]+|\\', re.DOTALL)
_DMARC = re.compile(r"(?:^|;)\s*dmarc\s*=\s*([a-z]+)", re.IGNORECASE)


def trust(authentication_results: Sequence[str], authserv_id: str) -> Trust:
    """What the topmost header of `authserv_id` says of DMARC.

    Headers under another name may be forged by the sender; without a configured name all may.
    """
    if not authserv_id:
        return Trust.UNSTAMPED
    for value in authentication_results:
        plain = _bare(value.replace("\r", " ").replace("\n", " "))
        name = plain.split(";", 1)[0].split()
        if name and name[0].casefold() == authserv_id.casefold():
            return _dmarc(plain)
    return Trust.UNSTAMPED


def _bare(value: str) -> str:
    """Without comments, however nested, and quoted strings: both may repeat the sender's words."""
    kept, depth, quoted = [], 0, False
    for piece in _PIECE.findall(value):
        if piece == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(piece)
    return " ".join(kept)


def _dmarc(value: str) -> Trust:
    found = _DMARC.search(value)
    if found is None or found[1].casefold() == "none":
        return Trust.UNSTAMPED
    return Trust.VERIFIED if found[1].casefold() == "pass" else Trust.FAILED
