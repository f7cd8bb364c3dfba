"""Something that is wrong, by the name of its alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as it is now; `name` has its words in templates/texts/alarms.toml."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
