"""What differs between the form as it is, as it was last shown and as it was written, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from mailproc import thai
from mailproc.model import Form, Item
from mailproc.texts import Texts

_PARTS = tuple(one.name for one in fields(Form) if one.name not in ("items", "consent"))
# The dataset is told once, by the words used; «latest» and «wait» go with the year and the round.
_OF_ITEM = ("dataset", "academic_years", "round", "level", "filters", "format")
_DAYS = ("letter_date", "needed_by")
_SECTIONS = {
    "requester_type": "requester_types",
    "delivery": "deliveries",
    "level": "levels",
    "format": "formats",
    "round": "rounds",
}


def changed_fields(request: Any) -> tuple[str, ...]:
    """The names of the fields that differ from what was last shown; none where it is new."""
    return tuple(name for name, old, new in _pairs(request) if old != new)


def changed_words(request: Any, texts: Texts) -> list[tuple[str, str, str]]:
    """(label, as it was, as it is) of each field that differs; empty words where it was unsaid."""
    return [
        (texts.get("fields", name), _words(name, old, texts), _words(name, new, texts))
        for name, old, new in _pairs(request)
        if old != new
    ]


def asked_back(request: Any) -> str:
    """What an approver asked when he returned what is laid anew; nothing where it is told with the
    answer."""
    asked, purpose = (" ".join(x.split()) for x in (request.sent_back, request.form.purpose or ""))
    return "" if request.shown is None or asked in purpose else str(request.sent_back)


def corrected_words(
    request: Any, texts: Texts, titles: Mapping[str | None, str]
) -> list[tuple[str, str, str, str]]:
    """(label, the requester's own words, what is put in their place, by whom) of each field that
    an officer corrected; empty words where nothing was stated."""
    return [
        (
            texts.get("fields", one.field),
            _spoken(one.field, one.said, texts, titles),
            _spoken(one.field, one.put, texts, titles),
            str(one.by),
        )
        for one in request.corrected
    ]


def _spoken(field: str, value: str, texts: Texts, titles: Mapping[str | None, str]) -> str:
    """A value as `formtext.as_text` gives it, or the words that took its place."""
    if field == "dataset":
        return titles.get(value) or value
    if field in _DAYS:
        return day_words(value, texts)
    return str(texts.sections.get(_SECTIONS.get(field, ""), {}).get(value, value))


def day_words(iso: str, texts: Texts) -> str:
    """A date in words; what is no date is shown as it is."""
    try:
        return thai.long_date(date.fromisoformat(iso), texts.language) if iso else ""
    except ValueError:
        return iso


def _pairs(request: Any) -> list[tuple[str, Any, Any]]:
    if request.shown is None:
        return []
    before, now = _flat(request.shown), _flat(request.form)
    return [(name, before[name], now[name]) for name in before]


def _flat(form: Any) -> dict[str, Any]:
    item = form.items[0] if form.items else Item()
    flat = {name: getattr(form, name) or "" for name in _PARTS}
    flat |= {name: getattr(item, name) or "" for name in _OF_ITEM}
    flat["academic_years"] = item.academic_years or ("latest" if item.latest else "")
    return flat


def _words(name: str, value: Any, texts: Texts) -> str:
    if value == "latest":
        return texts.get("phrases", "latest")
    if name == "academic_years" and value:
        phrase = texts.get("phrases", "year")
        return ", ".join(phrase.replace("{year}", str(year)) for year in value)
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return texts.get(_SECTIONS[name], value) if name in _SECTIONS and value else str(value)
