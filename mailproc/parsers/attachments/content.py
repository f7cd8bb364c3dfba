"""The nouns of this package: a file that came with a mail, and what was read in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproc.parsers.fields import Stated


class NotRead(Exception):
    """The file is not read; `reason` is one of those in `model.Refused`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooSlow(BaseException):
    """The time for one file is over; no Exception, so that no library swallows it."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as the mail holds it; the name is only a label."""

    name: str
    content: bytes


@dataclass(slots=True)
class Content:
    """What a file says: stated fields, its running text, and what a person should know of it."""

    stated: list[Stated] = field(default_factory=list)
    text: str = ""
    notes: list[str] = field(default_factory=list)
    is_picture: bool = False  # nothing in it but a picture
