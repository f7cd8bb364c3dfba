"""Whether an automatic answer says that somebody is out of the office."""

from __future__ import annotations

from mailproc.model import Reading
from mailproc.parsers import automatic


def says_away(reading: Reading) -> bool:
    """True for «I am away»; false for «your mail has arrived», which says nothing of the person."""
    return automatic.says_away(reading.subject, reading.text[:4_000])
