"""From stated fields to the request form, and what is still missing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from dataclasses import fields as fields_of
from typing import Any

from mailproc import thai
from mailproc.model import Form, Item, Known
from mailproc.parsers import blocks, fields, ticks, values, years
from mailproc.parsers.fields import Stated
from mailproc.parsers.items import NOTHING, Collected, note, twice
from mailproc.parsers.labels import FORM_TITLES, ITEM_FIELDS

_TEXT_FIELDS = frozenset(
    "requester_name position organisation purpose prefix given surname school".split()
)
_LONGEST_PREFIX = 20
_AGREED = "ยินยอม"
_LETTER_DATED = re.compile(r"(?:ลงวันที่|ลว\.?|dated|วันที่)\s{0,9}([^\n]{4,60})", re.I)
_LINE_ACCOUNT = re.compile(
    r"(?:line\s?id|ไลน์ไอดี|ไอดีไลน์|id\s?line|ไอดี|\bid\b)\s{0,9}[:：]?\s{0,9}(@?[A-Za-z0-9._-]{3,40})",
    re.I,
)
_BLANKS = 5  # labels without a value
_TITLE_LINE = 90  # characters; a longer line talks about a form
_YEAR_IN_PROSE = re.compile(
    r"ปี(?:การศึกษา|\s?พ\.?ศ\.?)?\s{0,3}(?:พ\.?\s?ศ\.?\s?)?([0-9๐-๙]{2,4}(?:\s?(?:-|–|ถึง|และ|"
    r",)\s?[0-9๐-๙]{2,4}){0,5})(?![0-9๐-๙])"
    r"|(?:academic|school) years?\s{1,3}([0-9]{4}(?:\s?(?:-|–|to|and|,)\s?[0-9]{4}){0,5})(?![0-9])",
    re.I,
)
_LATEST_IN_PROSE = re.compile(r"ปี(?:การศึกษา)?\s?(?:ล่าสุด|ปัจจุบัน)|ข้อมูลล่าสุด|latest|most recent", re.I)
_FORM_FIELDS = tuple(f.name for f in fields_of(Form) if f.name != "items")
_ITEM_DEFAULTS = {f.name: getattr(Item(), f.name) for f in fields_of(Item)}


@dataclass(slots=True)
class Found:
    """A form as read, with the names of the fields stated and what could not be read."""

    form: Form = field(default_factory=Form)
    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)  # of the fields that came with one


def has_title(text: str) -> bool:
    """Whether a line of the text is the title of a request form."""
    for line in text.split("\n", 400)[:400]:
        if 8 <= len(line) <= _TITLE_LINE and thai.fold(line).startswith(FORM_TITLES):
            return True
    return False


def is_blank(text: str) -> bool:
    """Whether the text is a form with nothing filled in: its notices ask for nothing."""
    open_ends = sum(line.rstrip().endswith((":", "：")) for line in text.split("\n", 400)[:400])
    return open_ends >= _BLANKS and has_title(text)


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
    collected = Collected(known, found.problems)
    for one in _surer(stated):
        if one.name == "dataset":
            collected.dataset(one)
        elif one.name in ITEM_FIELDS:
            words = _words(one, found.problems)
            if words:
                collected.add(one, words)
        else:
            _take(whole, one, found.problems)
    _settle(whole, collected)
    found.form = Form(**whole, items=collected.items())
    found.names = stated_names(found.form)
    found.sources = _sources(stated, found)
    return found


def _surer(stated: list[Stated]) -> list[Stated]:
    """Without guesses at fields that a known label states, or that are guessed in two ways."""
    guesses: dict[str, set[str]] = {}
    for one in stated:
        if one.guessed:
            guesses.setdefault(one.name, set()).add(_key(one.value))
    if not guesses:
        return stated
    known = {one.name for one in stated if not one.guessed and (one.value.strip() or one.more)}
    known |= {_PARTS_OF[name] for name in known if name in _PARTS_OF}
    sure = {name for name, said in guesses.items() if len(said) == 1 and name not in known}
    return [one for one in stated if not one.guessed or one.name in sure]


_PARTS_OF = {
    **dict.fromkeys(("prefix", "given", "surname"), "requester_name"),
    "school": "organisation",
}


def _sources(stated: list[Stated], found: Found) -> dict[str, str]:
    """Where each field that the form holds was first stated."""
    sources: dict[str, str] = {}
    for one in stated:
        if one.source and (one.value.strip() or one.more):
            sources.setdefault(one.name, one.source)
    for part, whole in _PARTS_OF.items():
        if part in sources:
            sources.setdefault(whole, sources[part])
    return {name: sources[name] for name in found.names if name in sources}


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


def prose_years(text: str) -> tuple[int, ...]:
    """The academic years that running text names as such."""
    match = _YEAR_IN_PROSE.search(text[:20_000])
    return years.years(match[1] or match[2]) if match else ()


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
    names = (name for name in _FORM_FIELDS if name != "channel")  # of the first mail alone
    stated = {n: getattr(answer, n) for n in names if getattr(answer, n) is not None}
    if not answer.items:
        return replace(form, **stated)
    if not form.items:
        return replace(form, **stated, items=answer.items)
    if len(answer.items) == len(form.items):
        pairs = zip(form.items, answer.items, strict=True)
        return replace(form, **stated, items=tuple(_merged(old, new) for old, new in pairs))
    items = tuple(_merged(item, answer.items[0]) for item in form.items)
    return replace(form, **stated, items=items)


def spread(form: Form, answer: Form) -> Form:
    """As `merge`, but an answer that names several datasets or rounds makes as many items."""
    if len(answer.items) < 2 or len(form.items) > 1:
        return merge(form, answer)
    one = form.items[0] if form.items else Item()
    items = tuple(_merged(one, item) for item in answer.items)
    return replace(merge(form, replace(answer, items=())), items=items)


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


def _settle(whole: dict[str, Any], collected: Collected) -> None:
    """Name parts become one name; a school is the organisation, or else what is asked about."""
    prefix, surname = whole.pop("prefix", ""), whole.pop("surname", "")
    name = whole.get("requester_name") or whole.get("given")
    whole.pop("given", None)
    if name and surname and surname not in name:
        name = f"{name} {surname}"
    if name and prefix and len(prefix) <= _LONGEST_PREFIX and not name.startswith(prefix):
        name = prefix + name
    if name:
        whole["requester_name"] = name
    school = whole.pop("school", None)
    if school and "organisation" in whole:
        collected.filter(school)
    elif school:
        whole["organisation"] = school


def _take(whole: dict[str, Any], one: Stated, problems: list[str]) -> None:
    """Puts in what is stated once; of two different values the first stays, or the correction."""
    words = _words(one, problems)
    if one.name == "delivery" and (came := values.came_by(words)):
        whole.setdefault("channel", came)
        return
    value = _value(one, words, problems) if words else None
    if value is None:
        return
    old = whole.get(one.name)
    if old is not None and not one.corrects and not one.late and _key(old) != _key(value):
        twice(problems, one.name, old, value)
    if old is None or one.corrects:
        whole[one.name] = value
    if one.name == "requester_name" and (parts := blocks.of_value(words)):
        whole["requester_name"] = parts.pop("requester_name")
        for name, part in parts.items():
            whole.setdefault(name, part)
    for name, also in _also_said(one.name, words):
        whole.setdefault(name, also)


def _key(value: Any) -> str:
    return thai.fold(str(value))


def _also_said(name: str, words: str) -> Iterator[tuple[str, Any]]:
    """What a value says of another field: the date of a letter, the address of a delivery."""
    if name == "letter_no" and (dated := _LETTER_DATED.search(words)):
        date = values.iso_date(dated[1])
        if date:
            yield "letter_date", date
    elif name == "delivery":
        if address := values.email(words):
            yield "email", address
        if account := _LINE_ACCOUNT.search(words):
            yield "line_id", account[1]


def _value(one: Stated, words: str, problems: list[str]) -> Any:
    """The value of a field of the whole form; None where nothing clear is stated."""
    if one.name in _TEXT_FIELDS:
        return words
    value = values.READERS[one.name](words)
    if value is None:
        note(problems, one.name, words)
    return value


def _words(one: Stated, problems: list[str]) -> str:
    """The words that count: the ticked options, or all; empty where nothing was filled in."""
    lines = [one.value, *one.more]
    text = "  ".join(lines).strip()
    if ticks.lost(text):
        note(problems, one.name, text)
        return ""
    options = ticks.chosen(lines)
    if options is not None:
        text = (", " if one.name in _TEXT_FIELDS else "  ").join(map(values.tidy, options))
        if one.name == "consent" and ticks.is_ticked("".join(lines).strip()):
            text = text or _AGREED
    words = values.tidy(text)
    return "" if thai.fold(words) in NOTHING else words
