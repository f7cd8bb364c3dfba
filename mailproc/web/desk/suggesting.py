"""What the screen for telephone and counter suggests: known people, schools, and what can be had in
place of what can't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mailproc import thai
from mailproc.datasets.phrases import candidate
from mailproc.datasets.register import School
from mailproc.datasets.texts import text
from mailproc.defang import defang_address, defang_line
from mailproc.model import Catalogue, Question
from mailproc.officer.entering import FOR_HIMSELF, Call
from mailproc.store.requesters import Requester

OFFERED = 6
_SHORT = 80  # letters of a purpose that is offered
_KEYS = {words: key for key, words in thai.LEVELS.items()}
_INSTEAD = ("filters", "dataset", "year", "round", "level", "format")

Choice = tuple[str, str]  # what is posted, and the words beside it


def shown(one: Requester) -> dict[str, str]:
    """A requester as found by a search."""
    form = one.form
    said = (form.requester_name, form.organisation, form.phone)
    words = (*(defang_line(one) for one in said if one), defang_address(one.address))
    return {"id": str(one.request_id), "words": " · ".join(filter(None, words))}


def names(known: Sequence[Requester]) -> tuple[str, ...]:
    """Who asked lately."""
    return tuple(dict.fromkeys(defang_line(one.form.requester_name or "") for one in known))


def places(
    known: Sequence[Requester], schools: Sequence[School], agencies: Iterable[str]
) -> tuple[str, ...]:
    """Where requesters came from lately; the schools, nowhere, and how names of agencies begin."""
    before = (defang_line(one.form.organisation or "") for one in known)
    listed = (one.name for one in schools)
    named = (name if name.startswith("โรงเรียน") else f"โรงเรียน{name}" for name in listed)
    return tuple(dict.fromkeys(name for name in (*before, *named, FOR_HIMSELF, *agencies) if name))


def schools(known: Sequence[School]) -> list[Choice]:
    """The schools; those of one name are told apart by code, and by place where it is known."""
    often = Counter(one.name for one in known)
    return [(candidate(s), told(s)) if often[s.name] > 1 else (s.name, "") for s in known]


def told(school: School) -> str:
    """«บ้านสันโค้ง (57030025) ตำบลป่าซาง อำเภอแม่จัน»."""
    where = (("subdistrict", school.subdistrict), ("district", school.district))
    named = (text("understood", kind, name=name) for kind, name in where if name)
    return " ".join((candidate(school), *named))


def purposes(known: Sequence[Requester]) -> tuple[str, ...]:
    """What data was lately asked for, where it is short enough to be said again."""
    said = (defang_line(one.form.purpose or "") for one in known)
    return tuple(dict.fromkeys(words for words in said if 0 < len(words) <= _SHORT))


def datasets(catalogue: Catalogue, language: str) -> list[Choice]:
    """What can be had."""
    return [(one.id, one.title(language)) for one in catalogue.datasets if one.rounds]


def years(catalogue: Catalogue) -> list[Choice]:
    """The academic years of which there is something, the newest first."""
    found = {one.academic_year for dataset in catalogue.datasets for one in dataset.rounds}
    return [(str(year), str(year)) for year in sorted(found, reverse=True)]


def key(offer: str) -> str:
    """A level by its words; all else as it is."""
    return _KEYS.get(offer, offer)


# ---------------------------------------------------------------- in place of what was typed


def instead(
    call: Call,
    faults: Mapping[str, Question],
    schools: Sequence[School],
    options: Mapping[str, Mapping[str, str]],
) -> dict[str, list[Choice]]:
    """What each faulty field could hold in place of what it holds. `options`: of the lists."""
    wheres = {candidate(one): told(one) for one in schools}
    found = {"filters": list(_filters(call.filters, faults.get("filters"), wheres))}
    for name, known in options.items():
        fault = faults.get(name)
        by_words = {words: value for value, words in known.items()}
        offers = [by_words.get(one, key(one)) for one in fault.offers] if fault else []
        found[name] = [(one, known[one]) for one in offers if one in known][:OFFERED]
    return {name: choices for name, choices in found.items() if choices}


def _filters(typed: str, fault: Question | None, wheres: Mapping[str, str]) -> Iterator[Choice]:
    """The whole field with one phrase of it put right."""
    typed = thai.mend(typed)
    if fault is None or not fault.said or fault.said not in typed:
        return
    for offer in fault.offers[:OFFERED]:
        if not offer.startswith(text("understood", "except", what="")):
            yield typed.replace(fault.said, offer, 1), wheres.get(offer, offer)


def chosen(call: Call, posted: Mapping[str, str]) -> Call:
    """The call with what was chosen in place of a field, unless that was changed by hand."""
    said = {name: " ".join(posted.get(f"instead_{name}", "").split())[:500] for name in _INSTEAD}
    same = {name: posted.get(f"was_{name}") == getattr(call, name) for name in _INSTEAD}
    return replace(call, **{name: words for name, words in said.items() if words and same[name]})
