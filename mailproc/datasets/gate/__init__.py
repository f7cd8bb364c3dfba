"""The egress gate: reads a finished file with its own eyes and says why it may not leave.

Nothing of the programs that write files is trusted. `look` judges any file by itself, `inspect` one
that we built beside what was approved. What can't be looked into is refused by name.
"""

from __future__ import annotations

from hashlib import sha256

from mailproc.datasets.gate.finding import Allowed, Exempt, Finding, as_json
from mailproc.datasets.gate.looking import look, verdict
from mailproc.datasets.gate.persons import is_national_id
from mailproc.model import Built, Prepared

__all__ = [
    "Allowed",
    "Exempt",
    "Finding",
    "as_json",
    "inspect",
    "is_national_id",
    "look",
    "verdict",
]


def inspect(built: Built, prepared: Prepared) -> tuple[str, ...]:
    """Why a file of ours may not leave, in Thai and English; empty means it may."""
    from mailproc.datasets.gate import ours

    if prepared.file is not None:  # ready-made: judged by itself, and it is the one approved
        found = look(built.filename, built.content, Allowed(cls=prepared.sensitivity))
        same = sha256(built.content).hexdigest() == built.sha256 == prepared.result_digest
        blocking = (one for one in found if one.blocks or one.kind.startswith("not_read_"))
        changed = () if same else ("sha256",)
        return (*changed, *(" / ".join(one.said()) for one in blocking))
    return tuple(" / ".join(one.said()) for one in ours.findings(built, prepared))
