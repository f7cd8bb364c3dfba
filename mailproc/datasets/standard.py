"""The dimensions, size scales and dictionary lines that catalogue files use by name."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailproc.datasets.shape import DictionaryLine, Dimension, Scale


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "standard.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def dimensions() -> dict[str, Dimension]:
    return {d["name"]: Dimension.model_validate(d) for d in _file()["dimensions"]}


@lru_cache(maxsize=1)
def scales() -> dict[str, Scale]:
    return {s["name"]: Scale.model_validate(s) for s in _file()["scales"]}


@lru_cache(maxsize=1)
def columns() -> dict[str, DictionaryLine]:
    return {c["name"]: DictionaryLine.model_validate(c) for c in _file()["columns"]}
