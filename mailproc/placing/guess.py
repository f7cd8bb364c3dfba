"""Where a mail may belong that nobody can place: scored, so that a person has only to agree."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from mailproc import thai
from mailproc.model import Known, Reading, Request, State
from mailproc.parsers import dataset, intent
from mailproc.placing.nouns import Found, Guess

_MOST = 5
_ALIKE = 0.75  # of two subjects
_LONGEST = 200  # characters of a subject
_SCORES = {"number": 0.6, "sender": 0.3, "subject": 0.3, "dataset": 0.2}
_NEW = {"form": 0.6, "words": 0.4, "dataset": 0.3, "file": 0.1}
_OPENING = re.compile(r"^(?:\s*(?:re|fwd?|fw|aw|ตอบกลับ|ตอบ|ส่งต่อ)\s*[:：])+", re.I)


def guesses(reading: Reading, found: Found, known: Known) -> tuple[Guess, ...]:
    """The likeliest places, best first."""
    named = {id_ for _, id_ in dataset.find(f"{reading.subject}\n{reading.text}", known)}
    requests = dict.fromkeys((*found.mentioned, *found.own))
    all_ = [_of_request(request, reading, found, named) for request in requests]
    all_.append(_of_its_own(reading, named))
    likely = sorted((one for one in all_ if one.because), key=lambda one: -one.score)
    return tuple(likely[:_MOST])


def _of_request(request: Request, reading: Reading, found: Found, named: set[str]) -> Guess:
    signs = {
        "number": request in found.mentioned,
        "sender": request.requester_addr.casefold() == reading.from_addr.casefold(),
        "subject": _alike(request.subject, reading.subject),
        "dataset": request.item.dataset_id in named,
    }
    because = tuple(name for name, seen in signs.items() if seen)
    score = sum(_SCORES[name] for name in because)
    closed = request.state is State.DELIVERED
    return Guess(request.number, round(min(1.0, score) * (0.8 if closed else 1.0), 2), because)


def _of_its_own(reading: Reading, named: set[str]) -> Guess:
    signs = {
        "form": reading.form is not None or reading.clear_sign,
        "words": intent.asks_for_data(reading.subject, reading.text),
        "dataset": bool(named),
        "file": bool(reading.scans or reading.refused),
    }
    because = tuple(name for name, seen in signs.items() if seen)
    because = () if because == ("file",) else because  # a picture alone says nothing
    return Guess("", round(min(1.0, sum(_NEW[name] for name in because)), 2), because)


def _alike(one: str, other: str) -> bool:
    first, second = (thai.fold(_OPENING.sub("", text[:_LONGEST])) for text in (one, other))
    if not first or not second:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE
