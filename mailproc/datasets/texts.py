"""The words of `texts.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))


def group(name: str) -> dict[str, str]:
    """All texts of one table, in the order of the file."""
    return _all()[name]


def text(group_name: str, key: str, **values: object) -> str:
    """One text with its values filled in."""
    return _all()[group_name][key].format(**values)
