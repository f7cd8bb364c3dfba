"""The shape of `request_form.toml`, and its faults in words."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from mailproc.errors import ConfigError

Kind = Literal["text", "long", "date", "years", "one", "several", "tick"]
Key = Literal[
    "requester_name",
    "position",
    "organisation",
    "requester_type",
    "phone",
    "email",
    "line_id",
    "letter_no",
    "letter_date",
    "dataset",
    "academic_years",
    "round",
    "level",
    "filters",
    "purpose",
    "needed_by",
    "format",
    "delivery",
    "consent",
]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# No character that a file system of a requester refuses.
Filename = Annotated[str, StringConstraints(pattern=r"^[^/\\:*?\"<>|\x00-\x1f]{1,80}$")]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Checked):
    """The words of the form that belong to no field."""

    title: Text
    filename: Filename
    date: Text
    number: Text
    by_office: Text
    guide: Text
    text_guide: tuple[Text, ...]
    text_ticks: Text
    text_note: Text
    latest: Text
    pick: Text
    pick_years: Text
    pick_tick: Text
    undertaking: tuple[Text, ...]
    privacy_title: Text
    privacy: Text
    signed: Text
    requester: Text
    agree: Text
    officer_title: Text


class Both(_Checked):
    """A text in both languages."""

    th: str = ""
    en: str = ""

    def of(self, language: str) -> str:
        return self.th if language == "th" else self.en


class Lists(_Checked):
    """Several texts in both languages."""

    th: tuple[Text, ...]
    en: tuple[Text, ...]

    def of(self, language: str) -> tuple[str, ...]:
        return self.th if language == "th" else self.en


class FieldEntry(_Checked):
    key: Key
    kind: Kind = "text"
    required: bool = False
    narrow: bool = False
    label: Both
    short: Both = Both()
    hint: Both = Both()
    other: Both = Both()
    text: Both = Both()


class BlockEntry(_Checked):
    key: Text
    title: Both
    fields: tuple[FieldEntry, ...]


class OfficePartEntry(_Checked):
    title: Both
    lines: Lists
    signatures: Lists


class Entry(_Checked):
    """The whole file."""

    words: dict[Literal["th", "en"], Words]
    blocks: tuple[BlockEntry, ...]
    office_parts: tuple[OfficePartEntry, ...] = ()


def read(folders: tuple[Path, ...]) -> Entry:
    """The file of the first folder that has one. Raises ConfigError with every fault."""
    paths = [folder / "print" / "request_form.toml" for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise ConfigError([f"no print/request_form.toml in {', '.join(map(str, folders))}"])
    return _checked(path, path.read_bytes())


@lru_cache(maxsize=4)
def _checked(path: Path, content: bytes) -> Entry:
    try:
        return Entry.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        faults = [
            f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        ]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults = [f"{path}: not a TOML file in UTF-8: {error}"]
    raise ConfigError(faults)
