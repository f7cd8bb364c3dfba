"""Which of an account's folders is that of sent mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

_SENT, _UNUSABLE = rb"\sent", {rb"\noselect", rb"\nonexistent"}
# As servers and mail programs name it where nobody marked it (RFC 6154), the likeliest first.
_USUAL = (
    "sent",
    "sent items",
    "sent messages",
    "sent mail",
    "sent-mail",
    "รายการที่ถูกส่ง",
    "รายการที่ส่ง",
    "จดหมายที่ส่งแล้ว",
    "จดหมายที่ส่ง",
    "อีเมลที่ส่งแล้ว",
    "เมลที่ส่งแล้ว",
    "ข้อความที่ส่งแล้ว",
    "ส่งแล้ว",
)
_ABOVE = ("", "inbox", "[gmail]")  # «INBOX.Sent» is usual, «Projects/Sent» is somebody's own


def choose(folders: Iterable[Sequence[Any]]) -> str | None:
    """The name, of what LIST told: (attributes, delimiter, name) of each; None where none is."""
    by_name: dict[str, str] = {}
    for attributes, delimiter, name in folders:
        marks = {bytes(mark).lower() for mark in attributes}
        if marks & _UNUSABLE:
            continue
        if _SENT in marks:
            return str(name)
        parted = (delimiter or b"/").decode("ascii", "replace")
        above, _, last = str(name).rpartition(parted)
        if above.casefold() in _ABOVE:
            by_name.setdefault(last.casefold().strip(), str(name))
    return next((by_name[usual] for usual in _USUAL if usual in by_name), None)
