"""From stated fields to the request form, and what is still missing in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from dataclasses import fields as fields_of
from typing import Any

from mailproc import thai
from mailproc.model import Form, Item, Known
from mailproc.parsers import dataset, fields, values
from mailproc.parsers.fields import Stated
from mailproc.parsers.labels import FORM_TITLES, ITEM_FIELDS

_TEXT_FIELDS = frozenset(
    "requester_name position organisation line_id purpose prefix surname school".split()
)
_NOTHING = frozenset("ไม่มี ไม่ระบุ na none nil".split())
_MAX_ITEMS = 50
_TITLE_LINE = 90  # characters; a longer line talks about a form
_YEAR_IN_WORDS = re.compile(
    r"\s*[(,]?\s*(?:ของ|ประจำ)?\s*ปี(?:การศึกษา)?\s*(?:พ\.?\s?ศ\.?)?\s*[0-9๐-๙]{2,4}(?:\s?[-–]\s?[0-9๐-๙]{2,4})?\s*\)?\s*$"
)
_YEAR_IN_PROSE = re.compile(
    r"ปี(?:การศึกษา|\s?พ\.?ศ\.?)?\s{0,3}(?:พ\.?\s?ศ\.?\s?)?([0-9๐-๙]{2,4}(?:\s?(?:-|–|ถึง|และ|,)\s?[0-9๐-๙]{2,4}){0,5})(?![0-9๐-๙])"
    r"|(?:academic|school) years?\s{1,3}([0-9]{4}(?:\s?(?:-|–|to|and|,)\s?[0-9]{4}){0,5})(?![0-9])",
    re.I,
)
_LATEST_IN_PROSE = re.compile(r"ปี(?:การศึกษา)?\s?(?:ล่าสุด|ปัจจุบัน)|ข้อมูลล่าสุด|latest|most recent", re.I)
_NUMBER = re.compile(r"(?:^|(?<=\s))[0-9๐-๙]{1,2}[.)](?![0-9])\s?")
_FORM_FIELDS = tuple(f.name for f in fields_of(Form) if f.name != "items")
_ITEM_DEFAULTS = {f.name: getattr(Item(), f.name) for f in fields_of(Item)}


@dataclass(slots=True)
class Found:
    """A form as read, with the names of the fields stated and what could not be read."""

    form: Form = field(default_factory=Form)
    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def has_title(text: str) -> bool:
    """Whether a line of the text is the title of a request form."""
    for line in text.split("\n", 400)[:400]:
        if 8 <= len(line) <= _TITLE_LINE and thai.fold(line).startswith(FORM_TITLES):
            return True
    return False


def names_form(text: str) -> bool:
    """Whether a subject or file name speaks of a request form."""
    key = thai.fold(text[:500])
    return any(title in key for title in FORM_TITLES)


def read(text: str, known: Known, *, lists: bool = True) -> Found:
    """The form stated in a text; an empty form where nothing is."""
    return assemble(fields.find(text, lists=lists), known)


def assemble(stated: list[Stated], known: Known) -> Found:
    """One form from the stated fields; what is said once holds for every item."""
    found = Found()
    whole: dict[str, Any] = {}
    datasets: list[str] = []
    said: list[tuple[str, Any, int]] = []  # field, value, how many datasets were named before
    for one in stated:
        if one.name == "dataset":
            datasets += _dataset_words(one, known)[: _MAX_ITEMS - len(datasets)]
        elif one.name in ITEM_FIELDS:
            value = _item_value(one, found.problems)
            if value:
                said.append((one.name, value, len(datasets)))
        else:
            value = _value(one, found.problems)
            if value is not None:
                whole.setdefault(one.name, value)
    _settle(whole, said, len(datasets))
    items = _items(datasets, said, known)
    found.form = Form(**whole, items=items)
    found.names = stated_names(found.form)
    return found


def stated_names(form: Form) -> list[str]:
    """The names of the fields that hold something; of items each name once."""
    names = [name for name in _FORM_FIELDS if getattr(form, name) is not None]
    for item in form.items:
        for name in ("dataset", "academic_years", "round", "level", "filters", "format"):
            if getattr(item, name) and name not in names:
                names.append(name)
        if item.latest and "academic_years" not in names:
            names.append("academic_years")
    return names


def in_prose(text: str, known: Known) -> tuple[Item, ...]:
    """The items that running text asks for, with the years it names."""
    years, latest = prose_years(text), prose_latest(text)
    return tuple(Item(*asked, years, latest) for asked in dataset.find(text, known))


def prose_years(text: str) -> tuple[int, ...]:
    """The academic years that running text names as such."""
    match = _YEAR_IN_PROSE.search(text[:20_000])
    return values.years(match[1] or match[2]) if match else ()


def prose_latest(text: str) -> bool:
    """Whether running text asks for the newest year and names none."""
    return not prose_years(text) and bool(_LATEST_IN_PROSE.search(text[:20_000]))


def missing(form: Form) -> tuple[str, ...]:
    """What a complete request needs and this form does not state."""
    names = [n for n in ("requester_name", "organisation", "purpose") if not getattr(form, n)]
    items = form.items or (Item(),)
    if not all(item.dataset for item in items):
        names.append("dataset")
    if not all(item.academic_years or item.latest for item in items):
        names.append("academic_years")
    return tuple(names)


def merge(form: Form, answer: Form) -> Form:
    """The form with what the answer states; its item fields go into the item that is there."""
    stated = {n: getattr(answer, n) for n in _FORM_FIELDS if getattr(answer, n) is not None}
    if not answer.items:
        return replace(form, **stated)
    if not form.items:
        return replace(form, **stated, items=answer.items)
    if len(answer.items) == len(form.items):
        pairs = zip(form.items, answer.items, strict=True)
        return replace(form, **stated, items=tuple(_merged(old, new) for old, new in pairs))
    items = tuple(_merged(item, answer.items[0]) for item in form.items)
    return replace(form, **stated, items=items)


def _merged(item: Item, answer: Item) -> Item:
    stated = {
        n: getattr(answer, n) for n, empty in _ITEM_DEFAULTS.items() if getattr(answer, n) != empty
    }
    if answer.dataset:
        stated["dataset_id"] = answer.dataset_id
    if answer.academic_years:
        stated["latest"] = False
    elif answer.latest:
        stated["academic_years"] = ()
    return replace(item, **stated)


def _settle(whole: dict[str, Any], said: list[tuple[str, Any, int]], datasets: int) -> None:
    """Name parts become one name; a school is the organisation, or else what is asked about."""
    prefix, surname = whole.pop("prefix", ""), whole.pop("surname", "")
    name = whole.get("requester_name")
    if name and surname and surname not in name:
        name = f"{name} {surname}"
    if name and prefix and not name.startswith(prefix):
        name = prefix + name
    if name:
        whole["requester_name"] = name
    school = whole.pop("school", None)
    if school and "organisation" in whole:
        said.append(("filters", (school,), datasets))
    elif school:
        whole["organisation"] = school


def _value(one: Stated, problems: list[str]) -> Any:
    """The value of a field of the whole form; None where nothing clear is stated."""
    words = _words(one)
    if not words or thai.fold(words) in _NOTHING:
        return None
    if one.name in _TEXT_FIELDS:
        return words
    return _read(one.name, words, problems)


def _item_value(one: Stated, problems: list[str]) -> Any:
    words = _words(one)
    if not words or thai.fold(words) in _NOTHING:
        return None
    if one.name == "filters":
        return values.filters("\n".join([_ticks(one.value), *one.more]))
    if one.name == "academic_years":
        years = values.years(words) or ("latest" if values.is_latest(words) else None)
        return _checked(years, one.name, words, problems)
    return _read(one.name, words, problems)


def _read(name: str, words: str, problems: list[str]) -> Any:
    return _checked(values.READERS[name](words), name, words, problems)


def _checked(value: Any, name: str, words: str, problems: list[str]) -> Any:
    if value is None:
        problems.append(f"{name} not understood: {words[:100]}")
    return value


def _words(one: Stated) -> str:
    text = "  ".join([one.value, *one.more]).strip()
    return values.tidy(_ticks(text))


def _ticks(text: str) -> str:
    chosen = fields.ticked(text)
    return text if chosen is None else chosen


def _dataset_words(one: Stated, known: Known) -> list[str]:
    """The words for each dataset: one per list line, or several in one line where each is known."""
    if fields.ticked("\n".join([one.value, *one.more])) is not None:
        lines = [_ticks(line) for line in [one.value, *one.more]]
    elif one.value and one.more and not values.is_bulleted(one.more[0]):
        lines = [f"{one.value} {' '.join(one.more)}"]
    else:
        lines = [one.value, *one.more]
    lines = [line for line in lines if values.tidy(line)]
    if len(lines) == 1:
        words = _several(lines[0], known)
    else:
        words = [values.tidy(values.unbulleted(line)) for line in lines]
    return [w for w in words if w and thai.fold(w) not in _NOTHING]


def _several(words: str, known: Known) -> list[str]:
    numbered = [values.tidy(part) for part in _NUMBER.split(words)]
    if len(numbered) > 2 and not numbered[0]:
        return [part for part in numbered if part][:_MAX_ITEMS]
    words = values.tidy(values.unbulleted(words))
    return [one for one, _ in dataset.each(words, known)] or [words]


def _items(datasets: list[str], said: list[tuple[str, Any, int]], known: Known) -> tuple[Item, ...]:
    if not datasets and not said:
        return ()
    count = max(1, len(datasets))
    wanted: list[dict[str, Any]] = [{} for _ in range(count)]
    for name in {name: None for name, _, _ in said}:
        entries = [(value, before) for which, value, before in said if which == name]
        for number, value in _placed(entries, count):
            if name == "filters":
                wanted[number][name] = wanted[number].get(name, ()) + value
            else:
                wanted[number].setdefault(name, value)
    return tuple(
        _item(words, wanted[number], known) for number, words in enumerate(datasets or [""])
    )


def _placed(entries: list[tuple[Any, int]], count: int) -> list[tuple[int, Any]]:
    """Which item each value belongs to: said once for all, once each, or below its dataset."""
    if len(entries) == 1:
        return [(number, entries[0][0]) for number in range(count)]
    if len(entries) == count:
        return [(number, value) for number, (value, _) in enumerate(entries)]
    return [(min(max(before - 1, 0), count - 1), value) for value, before in entries]


def _item(words: str, wanted: dict[str, Any], known: Known) -> Item:
    years = wanted.pop("academic_years", ())
    latest = years == "latest"
    if not years and words:
        match = _YEAR_IN_WORDS.search(words)
        if match and match.start():
            years = values.years(match[0])
            words = words[: match.start()].strip()
    dataset_id = dataset.match(words, known) if words else None
    return Item(words, dataset_id, () if latest else years, latest, **wanted)
