"""The request form as one value, from which every shape of it is made.

What it asks stands in `templates/print/request_form.toml`; the words of its options are those of
the mails and pages; what can be chosen is what the catalogue holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mailproc.model import Catalogue, Dataset, Office
from mailproc.requestform.entry import BlockEntry, FieldEntry, Kind, OfficePartEntry, Words, read
from mailproc.texts import Texts, load_texts

# Where the words for the options of a field stand in texts/{th,en}.toml.
_SECTIONS = {
    "requester_type": "requester_types",
    "round": "rounds",
    "level": "levels",
    "format": "formats",
    "delivery": "deliveries",
}


@dataclass(frozen=True, slots=True)
class Option:
    code: str  # as the form holds it: school, xlsx, student_count …
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the form asks."""

    key: str  # a field of model.Form or model.Item; dataset_other for what is not in the list
    kind: Kind
    label: str
    short: str  # the label in a mail
    hint: str
    required: bool
    narrow: bool
    options: tuple[Option, ...] = ()
    text: str = ""  # what a tick says


@dataclass(frozen=True, slots=True)
class Block:
    key: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class OfficePart:
    """What the office writes on a printed form; «…» is a dotted line."""

    title: str
    lines: tuple[str, ...]
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestForm:
    """The form of an office in one language."""

    language: str
    office: str
    group: str
    words: Words
    blocks: tuple[Block, ...]
    office_parts: tuple[OfficePart, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for block in self.blocks for field in block.fields)


def request_form(
    office: Office, catalogue: Catalogue, language: str, folders: tuple[Path, ...]
) -> RequestForm:
    """The form that offers what the catalogue holds now; `folders` hold templates, the office's
    own first. Raises ConfigError with every fault of request_form.toml.
    """
    entry, texts = read(folders), load_texts(folders, language)
    fill = _filled_in(office, language)
    blocks = tuple(_block(block, catalogue, texts) for block in entry.blocks)
    return RequestForm(
        language=language,
        office=fill["{office}"],
        group=fill["{group}"],
        words=_words(entry.words["th" if language == "th" else "en"], fill, office, language),
        blocks=blocks,
        office_parts=tuple(_office_part(part, fill, language) for part in entry.office_parts),
    )


def available(catalogue: Catalogue) -> tuple[Dataset, ...]:
    """The datasets that can be had now."""
    return tuple(dataset for dataset in catalogue.datasets if dataset.rounds)


# ---------------------------------------------------------------- entry to value


def _filled_in(office: Office, language: str) -> dict[str, str]:
    thai = language == "th"
    return {
        "{office}": office.name_th if thai else office.name_en,
        "{group}": office.group_th if thai else office.group_en,
        "{phone}": office.phone,
        "{address}": office.address,
    }


def _fill(text: str, fill: dict[str, str]) -> str:
    for place, value in fill.items():
        text = text.replace(place, value)
    return text


def _words(entry: Words, fill: dict[str, str], office: Office, language: str) -> Words:
    said: dict[str, object] = {
        name: tuple(_fill(line, fill) for line in value)
        if isinstance(value, tuple)
        else _fill(value, fill)
        for name, value in entry
    }
    own = office.privacy_th if language == "th" else office.privacy_en
    return entry.model_copy(update=said | ({"privacy": " ".join(own.split())} if own else {}))


def _office_part(entry: OfficePartEntry, fill: dict[str, str], language: str) -> OfficePart:
    return OfficePart(
        entry.title.of(language),
        tuple(_fill(line, fill) for line in entry.lines.of(language)),
        tuple(_fill(name, fill) for name in entry.signatures.of(language)),
    )


def _block(entry: BlockEntry, catalogue: Catalogue, texts: Texts) -> Block:
    fields = (one for field in entry.fields for one in _fields(field, catalogue, texts))
    return Block(entry.key, entry.title.of(texts.language), tuple(fields))


def _fields(entry: FieldEntry, catalogue: Catalogue, texts: Texts) -> Iterator[Field]:
    """The field; behind a list of options a line for what is not in it."""
    field = _field(entry, catalogue, texts)
    other = entry.other.of(texts.language)
    if field.kind == "several" and not field.options:  # nothing to tick
        yield replace(field, kind="text")
        return
    yield field
    if field.kind == "several" and other:
        yield Field(f"{field.key}_other", "text", other, other, "", False, False)


def _field(entry: FieldEntry, catalogue: Catalogue, texts: Texts) -> Field:
    language = texts.language
    label = entry.label.of(language)
    return Field(
        key=entry.key,
        kind=entry.kind,
        label=label,
        short=entry.short.of(language) or label,
        hint=entry.hint.of(language),
        required=entry.required,
        narrow=entry.narrow,
        options=_options(entry.key, catalogue, texts),
        text=entry.text.of(language),
    )


def _options(key: str, catalogue: Catalogue, texts: Texts) -> tuple[Option, ...]:
    """What can be chosen: only what some dataset has that can be had now."""
    had = available(catalogue)
    if key == "dataset":
        return tuple(Option(d.id, d.title(texts.language)) for d in had)
    if key == "academic_years":
        years = sorted({r.academic_year for d in had for r in d.rounds}, reverse=True)
        return tuple(Option(str(year), str(year)) for year in years)
    if key not in _SECTIONS:
        return ()
    codes = tuple(texts.sections[_SECTIONS[key]])
    if key in ("level", "format"):
        offered = {code for d in had for code in (d.levels if key == "level" else d.formats)}
        codes = tuple(code for code in codes if code in offered) or codes
    return tuple(Option(code, texts.get(_SECTIONS[key], code)) for code in codes)
