"""What the catalogue declares: classes of columns, and the contacts of schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailproc.datasets import standard
from mailproc.datasets.entry import Entry
from mailproc.datasets.gate.contacts import KINDS
from mailproc.datasets.gate.finding import CLASSES, Allowed, Exempt
from mailproc.datasets.gate.headings import fold
from mailproc.datasets.gate.places import reference

_OPEN = ("open", "contact")


def allowed(entries: Iterable[Entry], cls: str, ranges: Iterable[str] = ()) -> Allowed:
    """What may leave in a file for that class; `ranges` are declared by hand, «Sheet!C5:C9».

    Raises ValueError with a range that is none.
    """
    known = list(entries)
    return Allowed(
        cls,
        tuple(map(_exempt, ranges)),
        tuple(_classes(known)),
        tuple((fold(one.title_th), one.sensitivity) for one in known if one.sensitivity != "open"),
        tuple(_contacts(known)),
    )


def _exempt(text: str) -> Exempt:
    place = reference(text)
    if place is None:
        raise ValueError(text)
    return Exempt(place[0], place[1], KINDS)


def _classes(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Headings that stand for the same class in every file of the catalogue, above open."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        for line in entry.columns:
            for title in (line.title_th, line.title_en):
                found.setdefault(fold(title), set()).add(line.cls)
    for heading, classes in found.items():
        if heading and not classes & set(_OPEN):
            yield heading, min(classes, key=CLASSES.index)


def _contacts(entries: Iterable[Entry]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for entry in entries:
        contact = [line for line in entry.columns if line.cls == "contact"]
        if contact:
            lines = [*entry.columns, *standard.columns().values()]
            words = {title for line in lines for title in (line.title_th, line.title_en)}
            words |= {title for one in entry.dimensions for title in (one.title_th, one.title_en)}
            own = {title for line in contact for title in (line.title_th, line.title_en)}
            yield frozenset(map(fold, words)), frozenset(map(fold, own))
