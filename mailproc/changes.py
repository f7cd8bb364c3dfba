"""What differs between the form as it was last shown for decision and as it is now, in words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from mailproc.model import Form, Item
from mailproc.texts import Texts

_PARTS = tuple(one.name for one in fields(Form) if one.name not in ("items", "consent"))
# The dataset is told once, by the words used; «latest» and «wait» go with the year and the round.
_OF_ITEM = ("dataset", "academic_years", "round", "level", "filters", "format")
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
