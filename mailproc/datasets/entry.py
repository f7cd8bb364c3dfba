"""The shape of a catalogue file, and its faults in words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SmallCells(_Checked):
    """How small counts are treated; plain headcounts are public, so nothing else is built yet."""

    policy: Literal["none"] = "none"
    reason_th: str = ""
    reason_en: str = ""


class ColumnEntry(_Checked):
    """One line of the data dictionary."""

    name: Identifier
    title_th: Text
    title_en: Text
    type: Literal["text", "number", "date"]


class Entry(_Checked):
    """One catalogue file."""

    id: Identifier
    title_th: Text
    title_en: Text
    names: tuple[Text, ...] = ()
    description_th: Text
    description_en: Text
    levels: tuple[Literal["area", "district", "group", "school"], ...]
    formats: tuple[Literal["xlsx", "csv"], ...]
    sensitivity: Literal["open", "internal", "personal", "special"]
    needs_approval: bool
    filters_th: tuple[Text, ...] = ()
    filters_en: tuple[Text, ...] = ()
    small_cells: SmallCells = SmallCells()
    columns: tuple[ColumnEntry, ...] = ()


def check(path: Path, content: bytes, faults: list[str]) -> Entry | None:
    """The entry, or None with its faults appended, each as «file: key: what is wrong»."""
    try:
        return Entry.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            key = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{path}: {key}: {fault['msg']}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: not a TOML file in UTF-8: {error}")
    return None
