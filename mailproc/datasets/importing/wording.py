"""Problems and differences in words, Thai and English, from templates/texts/importing.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailproc.datasets.importing.difference import Change, Difference
from mailproc.datasets.importing.problems import Problem
from mailproc.model import Round

_FILE = Path(__file__).parents[3] / "templates" / "texts" / "importing.toml"
_MOST_NAMES = 10
Said = tuple[str, str]  # Thai, English
Titles = Mapping[str, Said]  # of measures, by id


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def say(group: str, key: str, **values: Any) -> Said:
    """One text in both languages with its values filled in."""
    entry = _texts()[group][key]
    return entry["th"].format(**values), entry["en"].format(**values)


def title(one: Round) -> str:
    """«2568/1 (2025-06-10)», alike in both languages."""
    return f"{one.academic_year}/{one.round} ({one.as_of})"


def short(digest: str) -> str:
    """What people type for a round."""
    return digest[:12]


# ---------------------------------------------------------------- problems


def problems(found: Iterable[Problem]) -> Iterator[Said]:
    """A line for each problem, errors first; equal ones of several rows in one line."""
    rows: dict[Problem, list[int]] = {}
    for one in found:
        alike = Problem(one.key, one.level, 0, one.column, one.values)
        rows.setdefault(alike, []).append(one.row)
    for one, where in sorted(rows.items(), key=lambda pair: pair[0].level):
        yield _line(one, sorted({row for row in where if row}))


def _line(one: Problem, rows: list[int]) -> Said:
    what = say("problems", one.key, **({"said": "", "meant": "", "first": ""} | dict(one.values)))
    level = say("words", one.level)
    places = [level]
    if rows:
        key = "row" if len(rows) == 1 else "rows"
        places.append(say("words", key, rows=_ranges(rows), count=len(rows)))
    if one.column:
        places.append(say("words", "column", column=one.column))
    thai_words, english = (" ".join(words) for words in zip(*places, strict=True))
    return f"{thai_words}: {what[0]}", f"{english}: {what[1]}"


def _ranges(rows: list[int]) -> str:
    """«2–9, 12» for 2 to 9 and 12."""
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ", ".join(f"{a}–{b}" if a != b else f"{a}" for a, b in parts)


# ---------------------------------------------------------------- differences


def changes(found: Difference, titles: Titles) -> Iterator[Said]:
    """What the new round changes, line by line; `titles` of the measures."""
    if found.before is None:
        yield say("changes", "first", schools=found.schools[1])
        return
    yield say("changes", "against", title=title(found.before), digest=short(found.before.digest))
    if found.is_nothing:
        yield say("changes", "nothing")
        return
    yield say("changes", "schools", before=found.schools[0], after=found.schools[1])
    for measure, before, after in found.totals:
        share = f"{(after - before) / before:+.1%}" if before else "-"
        shown = {"before": f"{before:,}", "after": f"{after:,}", "share": share}
        yield _measured("total", measure, titles, **shown)
    for key, names in (("gone", found.gone), ("new", found.new), ("renamed", found.renamed)):
        if names:
            yield say("changes", key, count=len(names), names=_names(names))
    if found.largest:
        yield say("changes", "largest")
        yield from (_change(one, titles) for one in found.largest)
    if found.is_large:
        yield say("changes", "large")


def _names(names: tuple[str, ...]) -> str:
    more = f" … +{len(names) - _MOST_NAMES}" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _change(one: Change, titles: Titles) -> Said:
    shown = {"before": one.before, "after": one.after}
    return _measured("change", one.measure, titles, code=one.code, name=one.name, **shown)


def _measured(key: str, measure: str, titles: Titles, **values: Any) -> Said:
    """A text with the title of a measure in it, in its own language."""
    named = titles.get(measure, (measure, measure))
    first, second = (say("changes", key, measure=name, **values) for name in named)
    return first[0], second[1]
