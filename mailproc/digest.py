"""The one canonical form that every digest of ours is taken over."""

from __future__ import annotations

import hashlib
import json


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, Thai as it is. Give no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in lower-case hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
