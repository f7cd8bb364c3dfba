"""Puts a field of a request right, and keeps what the requester wrote beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from mailproc.model import Catalogue, Corrected, Form, Item, Known, Reading, Request
from mailproc.officer.nouns import Done, Here, Who
from mailproc.officer.turns import happen
from mailproc.parsers import merge, read_answer
from mailproc.parsers.values import phone
from mailproc.store import requests
from mailproc.thai import parse_date, to_arabic
from mailproc.workflow import events as e
from mailproc.workflow.formtext import OF_ITEM, as_text

WORDS = (
    *("requester_name", "position", "organisation", "phone", "email"),
    *("line_id", "letter_no", "purpose"),
)
DATES = ("letter_date", "needed_by")
CHOICES: dict[str, tuple[str, ...]] = {
    "requester_type": ("internal", "government", "private", "public"),
    "delivery": ("email", "line", "pickup", "smart_office"),
    "level": ("school", "group", "district", "area"),
    "round": ("1", "2", "3"),
    "format": ("xlsx", "csv", "pdf", "paper"),
}
EDITABLE = (*WORDS, *DATES, *CHOICES, "dataset", "academic_years", "filters")
LATEST = "ล่าสุด"  # in place of a year
_MOST = 1000  # letters of a value
_YEARS = range(2500, 2700)  # B.E.


def correct(
    connection: sa.Connection,
    request_id: int,
    values: Mapping[str, str],
    who: Who,
    here: Here,
    *,
    seen: int = 0,
) -> Done:
    """Puts these fields right; a field that is not named stays. Whatever was laid before somebody
    is void, and the data is prepared anew."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    try:
        form = changed(request.form, values, here.rules.catalogue)
    except _Wrong as wrong:
        return Done(wrong.key, request, field=wrong.field)
    return _written(connection, request, form, who, here, seen)


def fill(
    connection: sa.Connection,
    request_id: int,
    lines: Sequence[str],
    known: Known,
    who: Who,
    here: Here,
) -> Done:
    """The same from lines such as «Purpose: research», as a reply of the requester would hold."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    reading = Reading(kind="reply", text="\n".join(lines))
    form = merge(request.form, read_answer(reading, request.questions, known))
    return _written(connection, request, form, who, here, 0)


def _written(
    connection: sa.Connection, request: Request, form: Form, who: Who, here: Here, seen: int
) -> Done:
    if form == request.form and not (seen and seen != request.version):
        return Done("unchanged", request)
    beside = tuple(_beside(request, form, who, here))
    event = e.OfficerCorrected(by=who.name, form=form, corrected=beside)
    return happen(connection, request.id, event, here, seen=seen)


def _beside(request: Request, form: Form, who: Who, here: Here) -> Iterator[Corrected]:
    for field in EDITABLE:
        put = as_text(form, field)
        if put != as_text(request.form, field):
            yield Corrected(field, said(request, field), put, who.name, here.now)


def said(request: Request, field: str) -> str:
    """What the requester wrote for a field: the words that were not understood, else the value."""
    unclear = dict(request.doubts.unclear).get(field, "")
    asked = next((q.said for q in request.questions if q.field == field), "")
    known = request.item.dataset if field == "dataset" else as_text(request.form, field)
    return unclear or known or asked


# ---------------------------------------------------------------- what was typed


class _Wrong(Exception):
    def __init__(self, key: str, field: str) -> None:
        self.key, self.field = key, field


def changed(form: Form, values: Mapping[str, str], catalogue: Catalogue) -> Form:
    """The form with these values, as typed. Raises _Wrong with a key of [officer_told]."""
    of_form: dict[str, Any] = {}
    of_item: dict[str, Any] = {}
    for field, typed in values.items():
        if field in EDITABLE:
            found = _value(field, " ".join(typed.split())[:_MOST], catalogue)
            (of_item if set(found) <= OF_ITEM else of_form).update(found)
    item = form.items[0] if form.items else Item()
    after = replace(item, **of_item)
    items = (after, *form.items[1:]) if after != Item() else form.items
    return replace(form, **of_form, items=items)


def _value(field: str, typed: str, catalogue: Catalogue) -> dict[str, Any]:
    if field == "phone":
        return {field: phone(typed) or typed or None}
    if field in WORDS:
        return {field: typed or None}
    if field in DATES:
        return {field: _day(field, typed)}
    if field in CHOICES:
        return {field: _choice(field, typed)}
    if field == "dataset":
        return _dataset(typed, catalogue)
    if field == "academic_years":
        return _years(typed)
    return {"filters": tuple(part.strip() for part in typed.split(",") if part.strip())}


def _day(field: str, typed: str) -> str | None:
    """In any era and order that people write."""
    day = parse_date(typed) if typed else None
    if typed and day is None:
        raise _Wrong("day_wrong", field)
    return day.isoformat() if day else None


def _choice(field: str, typed: str) -> str | int | None:
    if typed and typed not in CHOICES[field]:
        raise _Wrong("choice_wrong", field)
    if field == "round":
        return int(typed) if typed else None
    return typed or None


def _dataset(typed: str, catalogue: Catalogue) -> dict[str, Any]:
    """Of the catalogue; the words of the requester stay in the item."""
    if typed and catalogue.get(typed) is None:
        raise _Wrong("choice_wrong", "dataset")
    return {"dataset_id": typed or None}


def _years(typed: str) -> dict[str, Any]:
    """«2568», or `LATEST`; the form of one request names one year."""
    if typed in ("", LATEST, "latest"):
        return {"academic_years": (), "latest": bool(typed)}
    found = tuple(dict.fromkeys(int(year) for year in re.findall(r"\d{4}", to_arabic(typed))))
    if not found or any(year not in _YEARS for year in found):
        raise _Wrong("year_wrong", "academic_years")
    return {"academic_years": found, "latest": False}
