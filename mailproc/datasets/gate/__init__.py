"""The egress gate: reads a finished file with its own eyes and says why it may not leave.

Nothing of the programs that write files is trusted. `look` judges any file by itself, `inspect` one
that we built beside what was approved. What can't be looked into is refused by name.
"""

from __future__ import annotations

from hashlib import sha256

from mailproc.datasets.gate.finding import Allowed, Exempt, Finding, as_json
from mailproc.datasets.gate.looking import look, verdict
from mailproc.datasets.gate.persons import is_national_id
from mailproc.model import Attached, Built, Prepared

__all__ = [
    "Allowed",
    "Exempt",
    "Finding",
    "as_json",
    "inspect",
    "inspect_attached",
    "is_national_id",
    "look",
    "verdict",
]


def inspect_attached(attached: Attached, content: bytes) -> tuple[str, ...]:
    """Why a file that an officer attached may not leave, in Thai and English; empty: it may."""
    if sha256(content).hexdigest() != attached.sha256:
        return ("sha256",)
    return _alone(attached.filename, content, attached.sensitivity)


def _alone(name: str, content: bytes, sensitivity: str) -> tuple[str, ...]:
    """What speaks against a file that nothing of ours made."""
    found = look(name, content, Allowed(cls=sensitivity))
    blocking = (one for one in found if one.blocks or one.kind.startswith("not_read_"))
    return tuple(" / ".join(one.said()) for one in blocking)


def inspect(built: Built, prepared: Prepared) -> tuple[str, ...]:
    """Why a file of ours may not leave, in Thai and English; empty means it may."""
    from mailproc.datasets.gate import ours

    if prepared.file is not None:  # ready-made: judged by itself, and it is the one approved
        same = sha256(built.content).hexdigest() == built.sha256 == prepared.result_digest
        changed = () if same else ("sha256",)
        return (*changed, *_alone(built.filename, built.content, prepared.sensitivity))
    return tuple(" / ".join(one.said()) for one in ours.findings(built, prepared))
