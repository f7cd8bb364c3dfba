"""A reading as `parse --json` prints it (the keys are an interface)."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from mailproc.model import Form, Item, Reading


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as `parse --json` prints it; the caller adds `file`."""
    return {
        "kind": reading.kind,
        "from_name": reading.from_name,
        "from_addr": reading.from_addr,
        "subject": reading.subject,
        "message_id": reading.message_id,
        "text": reading.text,
        "attachments": [
            {"filename": a.filename, "media_type": a.media_type, "size": a.size}
            for a in reading.attachments
        ],
        "form": None if reading.form is None else form_to_json(reading.form),
        "sources": dict(reading.sources),
        "missing": list(reading.missing),
        "problems": list(reading.problems),
    }


def form_to_json(form: Form) -> dict[str, Any]:
    """The form with absent fields left out."""
    out: dict[str, Any] = {
        f.name: getattr(form, f.name)
        for f in fields_of(Form)
        if f.name != "items" and getattr(form, f.name) is not None
    }
    return out | {"items": [_item_to_json(item) for item in form.items]}


def _item_to_json(item: Item) -> dict[str, Any]:
    out = {}
    for f in fields_of(Item):
        value = getattr(item, f.name)
        if value not in ("", None, (), False):
            out[f.name] = list(value) if isinstance(value, tuple) else value
    return out
