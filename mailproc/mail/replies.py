"""Links that begin a reply: address, subject and first lines filled in (mailto, RFC 6068)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from mailproc.parsers.kind import reply_address, subject_mark

CHOICES = ("approve", "refuse", "return", "undo", "revoke")
ALL = "approve_all"
# In an address «@» may stand as it is; «+» may not, as some programs take it for a space.
_IN_ADDRESS = "@"


def mailto(address: str, subject: str, lines: tuple[str, ...]) -> str:
    """A link that opens a mail program; lines end as RFC 6068 (5) wants it, by CR LF."""
    body = "".join(f"{line}\r\n" for line in lines)
    fields = f"subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    return f"mailto:{quote(address, safe=_IN_ADDRESS)}?{fields}"


def decisions(
    office: str, message_id: str, number: str, words: Mapping[str, str], *, plus: bool
) -> dict[str, str]:
    """A link for each choice, tied to this mail of ours: by its own address where the server has
    plus addressing, else by a mark in the subject."""
    to, mark = _tied(office, message_id, plus=plus)
    return {
        choice: mailto(
            to,
            words["subject"].format(word=words[choice], number=number) + mark,
            _lines(choice, words),
        )
        for choice in CHOICES
    }


def of_list(
    office: str, message_id: str, words: Mapping[str, str], *, plus: bool
) -> dict[str, str]:
    """The link that begins a yes to all that a mail of ours lists."""
    to, mark = _tied(office, message_id, plus=plus)
    lines = (words["list_approve"], f"{words['code']}: ")
    return {ALL: mailto(to, words["list_subject"] + mark, lines)}


def _tied(office: str, message_id: str, *, plus: bool) -> tuple[str, str]:
    """The address, and what stands behind the subject where the address does not say it."""
    own = reply_address(office, message_id) if plus else ""
    return own or office, "" if own else f" {subject_mark(message_id)}"


def _lines(choice: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """What is filled in; the writer adds what stands behind the colons."""
    told = {
        "refuse": (f"{words['ground']}: ", f"{words['reason']}: "),
        "return": (f"{words['question']}: ",),
    }
    return (words[choice], *told.get(choice, ()), f"{words['code']}: ")
