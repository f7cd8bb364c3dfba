"""Who wrote a reply to a letter of ours: surely the person whom it went to, or nobody known."""

from __future__ import annotations

from mailproc.mail.sender import is_doubted
from mailproc.model import Reading
from mailproc.settling.nouns import Habits


def not_the_reader(reading: Reading, address: str, habits: Habits) -> str:
    """Why the writer is not surely who reads mail there: elsewhere | unproved; empty if so."""
    alone = "several_from" not in reading.flags
    if not alone or reading.from_addr.casefold() != address.casefold():
        return "elsewhere"
    return "unproved" if is_forged(reading, habits) else ""


def is_forged(reading: Reading, habits: Habits) -> bool:
    """Whether our server judged the sender and did not find that it is who it says."""
    stamps = reading.authentication_results
    return is_doubted(stamps, habits.authserv_id, reading.from_addr)
