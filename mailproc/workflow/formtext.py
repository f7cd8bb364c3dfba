"""The values of a form as plain text, to be compared and kept beside what was written."""

from __future__ import annotations

from dataclasses import fields

from mailproc.model import Form, Item

OF_ITEM = frozenset(field.name for field in fields(Item))


def as_text(form: Form, field: str) -> str:
    """The value of a field of the form or of its first item; empty where nothing is stated."""
    item = form.items[0] if form.items else Item()
    if field == "dataset":
        return item.dataset_id or item.dataset
    value = getattr(item, field) if field in OF_ITEM else getattr(form, field)
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return "" if value in (None, False) else str(value)
