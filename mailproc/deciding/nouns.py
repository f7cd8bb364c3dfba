"""What a person decided, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailproc.deciding.mandate import Mandate
from mailproc.model import Conditions

_NONE = Conditions()
CHOICES = ("approve", "refuse", "return", "undo", "revoke")
Outcome = Literal[
    "done",  # it counts
    "waits",  # it counts, and others are asked too
    "narrowed",  # it counts; the data is prepared anew under the conditions and shown once more
    "already",  # something was decided before
    "changed",  # what was shown is no longer what would be sent
    "twice",  # the same person approved for another seat
    "early",  # somebody else has to approve first
    "unfit",  # the conditions ask for what can't be: see `narrowing.faults`
    "late",  # too late to be undone
    "back",  # whom the person stood in for is there again
    "gone",  # the link is void or too old
]


@dataclass(frozen=True, slots=True)
class Given:
    """A person's decision; `via` and `device` say how it came and what proved the person."""

    choice: str  # one of CHOICES
    via: str  # page | queue | reply | paper
    device: str = ""  # code | device ID | app | list | passkey
    reason: str = ""  # the requester reads it
    ground: str = ""  # of a refusal, a key of [grounds]
    private_note: str = ""  # for the office alone
    conditions: Conditions = _NONE
    entered_by: int = 0  # id of who wrote it down from paper; 0: nobody but the approver
    enterer: str = ""  # the name of that one
    paper_id: int = 0  # the picture of what was signed


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it; `mandate` is how things are afterwards."""

    outcome: Outcome
    mandate: Mandate | None
