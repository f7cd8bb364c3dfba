"""What of a mail did not become part of the form, so that it can be named and asked about."""

from __future__ import annotations

from mailproc import parsers, thai
from mailproc.model import Doubts, Form, Item, Known, Question, Reading
from mailproc.parsers import dataset

_SHORT = 80  # characters; a longer reply is no wrong answer to one question
_NEAREST = 3


def of(reading: Reading, form: Form, questions: tuple[Question, ...], known: Known) -> Doubts:
    """The doubts that a mail leaves; `questions` are what it was to answer."""
    unclear = dict(reading.unclear or parsers.unclear(reading.problems))
    unclear |= dict(_unanswered(reading, form, questions))
    item = form.items[0] if form.items else Item()
    wanted = item.dataset if item.dataset_id is None else ""
    return Doubts(
        unclear=tuple(unclear.items()),
        nearest=dataset.nearest(wanted, known)[:_NEAREST] if wanted.strip() else (),
        refused=reading.refused,
        scans=reading.scans,
    )


def _unanswered(
    reading: Reading, form: Form, questions: tuple[Question, ...]
) -> tuple[tuple[str, str], ...]:
    """A year was asked for and words came that name none: they are shown, not called missing."""
    words = " ".join(reading.text.split())
    item = form.items[0] if form.items else Item()
    if [q.field for q in questions] != ["academic_years"] or item.academic_years or item.latest:
        return ()
    has_number = any(letter.isdigit() for letter in thai.to_arabic(words))
    return (("academic_years", words),) if has_number and len(words) <= _SHORT else ()
