"""The egress gate: reads a finished file with its own eyes and says why it may not leave.

Nothing of the programs that write files is trusted. `look` judges any file by itself, `inspect` one
that we built beside what was approved. What can't be looked into is refused by name.
"""

from __future__ import annotations

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

    return tuple(" / ".join(one.said()) for one in ours.findings(built, prepared))
