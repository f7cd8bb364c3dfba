"""Something that is wrong, by the name of its alarm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as it is now; `name` has its words in templates/texts/alarms.toml."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def by_name(faults: Iterable[Fault]) -> dict[str, Fault]:
    """One of each name; where both ways of mail have the same fault, it names both."""
    found: dict[str, Fault] = {}
    for fault in faults:
        before = found.get(fault.name)
        if before is not None and "part" in fault.facts and "part" in before.facts:
            parts = {before.facts["part"], fault.facts["part"]}
            least = min((before, fault), key=lambda one: one.facts.get("days", 0))
            fault = Fault(fault.name, dict(least.facts) | {"part": ", ".join(sorted(parts))})
        found[fault.name] = fault
    return found
