"""Is the sender who he says? Only what our own server stamped counts (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.parser import BytesHeaderParser
from email.policy import compat32

from mailproc.model import Trust

MICROSOFT = "microsoft365"  # stamps without a name, and renames what senders bring

_HEAD = 100_000  # bytes in which a header ends
_PIECE = re.compile(r'\\.|"|\(|\)|[^\\"()]+|\\', re.DOTALL)
_DMARC = re.compile(r"(?:^|;)\s*dmarc\s*=\s*([a-z]+)([^;]*)", re.IGNORECASE)
_HEADER_FROM = re.compile(r"header\.from\s*=\s*([^\s;]+)", re.IGNORECASE)


def trust(authentication_results: Sequence[str], authserv_id: str, from_addr: str = "") -> Trust:
    """What the topmost header of `authserv_id` says of DMARC for the domain of `from_addr`.

    Headers under another name may be forged by the sender, and so may all below one of those;
    without a configured name all may.
    """
    if not authserv_id:
        return Trust.UNSTAMPED
    for position, value in enumerate(authentication_results):
        plain = bare(value.replace("\r", " ").replace("\n", " "))
        if stamped_by(plain) == authserv_id.casefold():
            found = _dmarc(plain, from_addr.rpartition("@")[2])
            return Trust.UNSTAMPED if position and found is Trust.VERIFIED else found
    return Trust.UNSTAMPED


def is_doubted(
    authentication_results: Sequence[str], authserv_id: str, from_addr: str = ""
) -> bool:
    """Whether our server judged the sender by DMARC and did not find a pass for this address.

    Where it stamps nothing, or the sender's domain has no DMARC, there is nothing to doubt by.
    """
    if trust(authentication_results, authserv_id, from_addr) is Trust.VERIFIED:
        return False
    plain = [bare(value.replace("\r", " ").replace("\n", " ")) for value in authentication_results]
    ours = [value for value in plain if authserv_id and stamped_by(value) == authserv_id.casefold()]
    return any(_dmarc(value, "") is not Trust.UNSTAMPED for value in ours)


def stamped_by(value: str) -> str:
    """The name of the server that stamped a header, casefolded (RFC 8601, 2.2)."""
    words = value.split(";", 1)[0].split()
    if words and words[0].casefold().startswith("spf="):
        return MICROSOFT
    return words[0].casefold() if words else ""


def stamp_of(raw: bytes) -> str:
    """The name in the topmost stamp of a mail, casefolded; empty where there is none."""
    found = BytesHeaderParser(policy=compat32).parsebytes(raw[:_HEAD]).get("Authentication-Results")
    return stamped_by(bare(" ".join(str(found).split()))) if found else ""


def bare(value: str) -> str:
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


def _dmarc(value: str, domain: str) -> Trust:
    found = _DMARC.search(value)
    if found is None or found[1].casefold() == "none":
        return Trust.UNSTAMPED
    if found[1].casefold() != "pass":
        return Trust.FAILED
    judged = _HEADER_FROM.search(found[2])
    if domain and judged and judged[1].casefold() != domain.casefold():
        return Trust.UNSTAMPED  # judged another From than the one we read
    return Trust.VERIFIED
