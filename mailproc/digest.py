"""The one canonical form that every digest of ours is taken over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, Thai as it is. Give no floats.

    A noun counts as its fields by name, which `asdict` would copy one by one.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_by_name
    )


def _by_name(noun: Any) -> dict[str, Any]:
    return {field.name: getattr(noun, field.name) for field in fields(noun)}


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in lower-case hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def about(thread: str) -> str:
    """A mark of the mail that a request came with, shaped like a Message-ID; empty without one."""
    return f"<{hashlib.sha256(thread.encode()).hexdigest()[:32]}@about>" if thread else ""
