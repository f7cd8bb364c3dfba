"""What the command line says, in Thai and then in English; texts in templates/texts/cli.toml.

Both are printed, since admins' terminals do not always show Thai.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from mailproc.config import ROOT


@cache
def _texts() -> dict[str, dict[str, str]]:
    with (ROOT / "templates" / "texts" / "cli.toml").open("rb") as file:
        return tomllib.load(file)


def words(key: str, **values: Any) -> tuple[str, str]:
    """The Thai and the English text of a key, with its values filled in."""
    entry = _texts()[key]
    return entry["th"].format(**values), entry["en"].format(**values)
