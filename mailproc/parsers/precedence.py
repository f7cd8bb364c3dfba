"""Which of several statements of one field holds, where parts of a mail disagree.

One rule. What the writer typed as labelled lines in the mail itself is the newest word: plain text
before its HTML twin, both before any file. Among files the one that states more fields comes first,
then their order in the mail; enclosed mails count as files. Contact lines below a closing or in a
signature come last: they say who sends, not who asks. Each field is taken from the first that
states it; whoever else says otherwise is noted in `problems` with both sources, without the words.
Two files that ask for different datasets are two forms, and the items of both are asked for.
"""

from __future__ import annotations

from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

from mailproc import thai
from mailproc.model import Form, Item
from mailproc.parsers import form as forms
from mailproc.parsers.form import Found

_WHOLE = tuple(f.name for f in fields_of(Form) if f.name != "items")
_ITEM = ("round", "level", "filters", "format")
_MAX_ITEMS = 50


def sourced(found: Found, source: str) -> Found:
    """The form with a source for each field that does not have its own."""
    found.sources = {name: found.sources.get(name, source) for name in found.names}
    return found


def over(upper: Found, lower: Found) -> Found:
    """Field by field the upper, else the lower; where both speak and differ, a problem."""
    return _joined(upper, lower, both=False)


def beside(files: list[Found]) -> Found:
    """The forms of several files as one, the one with more fields first."""
    ranked = sorted(files, key=lambda found: -len(found.names))
    whole = ranked[0]
    for other in ranked[1:]:
        whole = _joined(whole, other, both=True)
    return whole


def _joined(upper: Found, lower: Found, *, both: bool) -> Found:
    if not lower.names:
        return upper
    if not upper.names:
        lower.problems = list(dict.fromkeys(upper.problems + lower.problems))
        return lower
    out = Found(problems=list(dict.fromkeys(upper.problems + lower.problems)))
    out.sources = lower.sources | upper.sources
    stated: dict[str, Any] = {}
    for name in _WHOLE:
        above, below = getattr(upper.form, name), getattr(lower.form, name)
        stated[name] = below if above is None else above
        if above is not None and below is not None and not _agree(above, below):
            _note(out, name, upper, lower)
    items = _items(upper, lower, out, both=both)
    out.form = Form(**stated, items=items)
    out.names = forms.stated_names(out.form)
    out.sources = {name: out.sources.get(name, "") for name in out.names}
    return out


def _agree(above: Any, below: Any) -> bool:
    """Equal, or the same words with more or less beside them."""
    if not isinstance(above, str) or not isinstance(below, str):
        return bool(above == below)
    one, other = thai.fold(above), thai.fold(below)
    return one in other or other in one


def _note(out: Found, name: str, upper: Found, lower: Found) -> None:
    first, second = upper.sources.get(name, ""), lower.sources.get(name, "")
    out.problems.append(f"{name}: {first} and {second} disagree; {first} was taken")


def _items(upper: Found, lower: Found, out: Found, *, both: bool) -> tuple[Item, ...]:
    above, below = upper.form.items, lower.form.items
    if not above or not below:
        return above or below
    if not any(item.dataset for item in above):  # only a year, say, for what a file asks for
        return tuple(_filled(_naming(above[0], item), item, upper, lower, out) for item in below)
    merged = []
    left = list(below)
    for item in above:
        twin = next((other for other in left if _same(item, other)), None)
        if twin is None and len(above) == len(below) == 1 and not both:
            twin = below[0]
            _note(out, "dataset", upper, lower)
        if twin is not None:
            left.remove(twin)
            item = _filled(item, twin, upper, lower, out)
        merged.append(item)
    if both:
        merged += left
    elif left and len(above) + len(below) > 2:
        _note(out, "dataset", upper, lower)
    return tuple(merged[:_MAX_ITEMS])


def _naming(item: Item, named: Item) -> Item:
    """The item with the dataset that another names."""
    return replace(item, dataset=named.dataset, dataset_id=named.dataset_id)


def _same(item: Item, other: Item) -> bool:
    if not item.dataset or not other.dataset:
        return True
    if item.dataset_id and other.dataset_id:
        return item.dataset_id == other.dataset_id
    return _agree(item.dataset, other.dataset)


def _filled(item: Item, other: Item, upper: Found, lower: Found, out: Found) -> Item:
    """The item with what only the other states."""
    stated: dict[str, Any] = {}
    for name in _ITEM:
        above, below = getattr(item, name), getattr(other, name)
        if not above:
            stated[name] = below
        elif below and not _agree(above, below):
            _note(out, name, upper, lower)
    years = (item.academic_years, item.latest), (other.academic_years, other.latest)
    if not any(years[0]):
        stated["academic_years"], stated["latest"] = years[1]
    elif any(years[1]) and years[0] != years[1]:
        _note(out, "academic_years", upper, lower)
    if not item.dataset:
        stated["dataset"], stated["dataset_id"] = other.dataset, other.dataset_id
    return replace(item, **stated)
