"""From what was stated about datasets to the items of a form, one for each dataset and round."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from mailproc import thai
from mailproc.model import Item, Known
from mailproc.parsers import dataset, details, ticks, values, years
from mailproc.parsers.fields import Stated

MAX_ITEMS = 50
NOTHING = frozenset("ไม่มี ไม่ระบุ na none nil".split())
_NUMBER = re.compile(r"(?:^|(?<=[\s,;]))(?:\([0-9๐-๙]{1,2}\)|[0-9๐-๙]{1,2}[.)])(?![0-9])\s?")
_YEAR_SAID = re.compile(r"ปี|พ\.?ศ|25[0-9]{2}|๒๕|/|year|20[0-9]{2}", re.I)
_ROUND_SAID = re.compile(
    r"รอบ|ภาคเรียน|เทอม|ภาคการศึกษา|ณ วันที่|round|term|semester|[1-3๑-๓]\s?/\s?[0-9๐-๙]{2,4}", re.I
)
_ATTRIBUTE = re.compile(  # of each school: it is in the list of them, and no dataset by itself
    r"(?:ที่อยู่|ที่ตั้ง|เบอร์|หมายเลข|โทร|อีเมล|พิกัด|address|(?:tele)?phone|e-?mail|contact)", re.I
)
_LONGEST_LIST = 640
_MAX_CUTS = 12
_QUOTED = 60  # characters of a requester's words in a note


@dataclass(slots=True)
class Asked:
    """A dataset in the words used, and what the same line or row says of it alone."""

    words: str
    own: dict[str, Any] = field(default_factory=dict)
    row: int = 0


@dataclass(slots=True)
class _Said:
    name: str
    value: Any
    before: int  # how many datasets were named before
    row: int
    corrects: bool
    late: bool


class Collected:
    """Gathers what is stated about items; `items` makes the best of it."""

    def __init__(self, known: Known, problems: list[str]) -> None:
        self.known = known
        self.problems = problems
        self.asked: list[Asked] = []
        self.said: list[_Said] = []

    def dataset(self, one: Stated) -> None:
        """A dataset field: one or more datasets, each perhaps with its own year and level."""
        if ticks.lost("  ".join([one.value, *one.more])):
            return note(self.problems, one.name, one.value)
        if one.corrects:
            self.asked.clear()
        for words in dataset_words(one, self.known)[: MAX_ITEMS - len(self.asked)]:
            name, own = details.split(words)
            self.unclear(own)
            self.asked.append(Asked(name, own, one.row))
        return None

    def add(self, one: Stated, words: str) -> None:
        """Any other field of an item."""
        if one.name == "filters":
            lines = ticks.chosen([one.value, *one.more])
            text = "\n".join([one.value, *one.more] if lines is None else lines)
            self._filters(one, text)
        elif one.name == "academic_years":
            self._years(one, words)
        elif one.name == "round":
            self._round(one, words)
        else:
            value = values.READERS[one.name](words)
            if value is None:
                return note(self.problems, one.name, words)
            self._say(one, one.name, value)
        return None

    def _filters(self, one: Stated, text: str) -> None:
        """Conditions; one that is wholly a level, «ระดับโรงเรียน», says the level instead."""
        said = values.filters(text)
        levels = [level for words in said if (level := details.whole_level(words))]
        self._say(one, "filters", tuple(w for w in said if not details.whole_level(w)))
        if levels and not any(other.name == "level" for other in self.said):
            self._say(one, "level", levels[0])

    def filter(self, words: str) -> None:
        """A condition that stands under a label of its own."""
        self.said.append(_Said("filters", (words,), len(self.asked), 0, False, False))

    def unclear(self, own: dict[str, Any]) -> None:
        """Notes a year that is none, or «ย้อนหลัง» without a year."""
        if words := own.pop("unclear", ""):
            note(self.problems, "academic_years", words)

    def _years(self, one: Stated, words: str) -> None:
        odd = years.not_years(words)
        said: Any = years.years(words) or ("latest" if years.is_latest(words) else ())
        if not said:
            return note(self.problems, one.name, words)
        if odd:
            note(self.problems, one.name, ", ".join(odd))
        self._say(one, "academic_years", said)
        if _ROUND_SAID.search(words):
            self._say(one, "terms", years.terms(words)) if len(years.terms(words)) > 1 else None
            self._say(one, "implied_round", years.rounds(words))
        return None

    def _round(self, one: Stated, words: str) -> None:
        rounds = years.rounds(words)
        if not rounds:
            return note(self.problems, one.name, words)
        self._say(one, "round", rounds)
        if len(years.terms(words)) > 1:
            self._say(one, "terms", years.terms(words))
        if _YEAR_SAID.search(words) and rounds != (3,):
            self._say(one, "implied_years", years.years(words))
        return None

    def _say(self, one: Stated, name: str, value: Any) -> None:
        if value:
            self.said.append(_Said(name, value, len(self.asked), one.row, one.corrects, one.late))

    def items(self) -> tuple[Item, ...]:
        """One item for each dataset and round; what is said once holds for all."""
        if not self.asked and not any(not s.name.startswith("implied") for s in self.said):
            return ()
        asked = self.asked or [Asked("")]
        wanted: list[dict[str, Any]] = [dict(one.own) for one in asked]
        for name in dict.fromkeys(said.name for said in self.said):
            entries = [said for said in self.said if said.name == name]
            for number, value in self._placed(entries, asked):
                if name == "filters":
                    old = wanted[number].get(name, ())
                    wanted[number][name] = old + tuple(v for v in value if v not in old)
                else:
                    wanted[number].setdefault(name, value)
        made = [i for a, w in zip(asked, wanted, strict=True) for i in self._made(a.words, w)]
        return tuple(dict.fromkeys(made))[:MAX_ITEMS]

    def _placed(self, entries: list[_Said], asked: list[Asked]) -> list[tuple[int, Any]]:
        """Which item each value belongs to: its row, all, once each, or below its dataset."""
        in_rows = [(n, e.value) for e in entries if e.row for n in _of_row(asked, e.row)]
        entries = [entry for entry in entries if not entry.row]
        if not entries:
            return in_rows
        correcting = [entry for entry in entries if entry.corrects]
        if correcting or len(asked) == 1 or len(entries) == 1:
            self._note_differing(entries)
            chosen = correcting[-1:] or (entries if entries[0].name == "filters" else entries[:1])
            return in_rows + [(n, e.value) for e in chosen for n in range(len(asked))]
        if len(entries) == len(asked):
            return in_rows + [(number, e.value) for number, e in enumerate(entries)]
        last = len(asked) - 1
        return in_rows + [(min(max(e.before - 1, 0), last), e.value) for e in entries]

    def _note_differing(self, entries: list[_Said]) -> None:
        name = entries[0].name
        if name == "filters" or "implied" in name or any(entry.corrects for entry in entries):
            return
        told = [entry.value for entry in entries if not entry.late]
        other = next((value for value in told if value != told[0]), None)
        if other is not None:
            twice(self.problems, name, told[0], other)

    def _made(self, words: str, wanted: dict[str, Any]) -> list[Item]:
        implied, implied_round = wanted.pop("implied_years", ()), wanted.pop("implied_round", ())
        said = wanted.pop("academic_years", ()) or implied
        rounds = wanted.pop("round", ()) or implied_round or (None,)
        terms = wanted.pop("terms", ())
        dataset_id = dataset.match(words, self.known) if words else None
        if terms:
            return [Item(words, dataset_id, (y,), False, number, **wanted) for y, number in terms]
        latest = said == "latest"
        said = () if latest else said
        return [Item(words, dataset_id, said, latest, number, **wanted) for number in rounds]


def _of_row(asked: list[Asked], row: int) -> list[int]:
    return [number for number, one in enumerate(asked) if one.row == row]


def note(problems: list[str], name: str, words: str) -> None:
    """What could not be understood, with the words used."""
    problems.append(f"{name} not understood: {words.strip()[:_QUOTED]}")


def twice(problems: list[str], name: str, first: Any, other: Any) -> None:
    """A field with two different values, of which the first was taken."""
    problems.append(f"{name} said twice: {_in_words(first)}; {_in_words(other)}")


def _in_words(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text[: _QUOTED // 2]


def dataset_words(one: Stated, known: Known) -> list[str]:
    """The words for each dataset: one per list line, or several in one line where each is known."""
    lines = [one.value, *one.more]
    options = ticks.chosen(lines)
    if options is not None:
        lines = options
    elif one.value and one.more and not values.is_bulleted(one.more[0]):
        lines = [f"{one.value} {' '.join(one.more)}"]
    lines = [line for line in lines if values.tidy(line)]
    if len(lines) == 1:
        words = several(lines[0], known)
    else:
        words = [values.tidy(values.unbulleted(line)) for line in lines]
    return [w for w in words if w and thai.fold(w) not in NOTHING]


def several(words: str, known: Known) -> list[str]:
    """The datasets of one line: «1) ก 2) ข», or «ก, ข และ ค» where each is known."""
    numbered = [values.tidy(part).strip(" ,;") for part in _NUMBER.split(words)]
    if len(numbered) > 2 and not numbered[0]:
        return [part for part in numbered if part][:MAX_ITEMS]
    words = values.tidy(values.unbulleted(words))
    parts = segments(words, known)
    if len(parts) > 1 and all(dataset.match(details.split(part)[0], known) for part in parts):
        return parts
    return [words]


def segments(phrase: str, known: Known) -> list[str]:
    """«ก ปี 2567 และ ข ปี 2568» cut before each further dataset; one segment where there is none.

    A name may hold «และ» itself, and a year behind «และ» belongs to the dataset before it.
    """
    phrase = phrase[:_LONGEST_LIST]
    if dataset.is_name(phrase, known):
        return [phrase.strip()]
    ends = [match.start() for match in dataset.LIST.finditer(phrase)][:_MAX_CUTS]
    begins = [match.end() for match in dataset.LIST.finditer(phrase)][:_MAX_CUTS]
    starts = [0]
    cuts = [0]
    for number, begin in enumerate(begins):
        end = ends[number + 1] if number + 1 < len(ends) else len(phrase)
        alone = dataset.match(details.split(phrase[begin:end])[0], known)
        whole = details.split(phrase[starts[-1] : end])[0]
        inside = starts[-1] + len(whole) > begin and dataset.match(whole, known)
        attribute = _ATTRIBUTE.match(phrase, begin)
        if alone and not attribute and (not inside or inside != alone):
            starts.append(begin)
            cuts.append(ends[number])
    bounds = [*cuts[1:], len(phrase)]
    return [phrase[a:b].strip() for a, b in zip(starts, bounds, strict=True)]
