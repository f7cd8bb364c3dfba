"""One file, read: which contract it fits, what it says, and every problem in it.

Runs in a child process with limits; only counts, codes, names of schools and places of problems
come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mailproc import thai
from mailproc.datasets.importing import grid, matching, merges
from mailproc.datasets.importing.contract import PLACES, Contract, Index
from mailproc.datasets.importing.facts import Outcome, Part
from mailproc.datasets.importing.grid import Rows, Sheet
from mailproc.datasets.importing.guess import Guess, guess, lines_above
from mailproc.datasets.importing.matching import HEAD, Match
from mailproc.datasets.importing.persons import Persons
from mailproc.datasets.importing.problems import Notes, Unreadable, has_errors
from mailproc.datasets.importing.schools import Schools
from mailproc.datasets.importing.values import Known

_NEARLY = 4  # columns of a list of pupils in which something is missing
_AREA_ROWS = 6  # values of one dimension below each other: a table of the area
_STEP = 200  # rows between two signs of progress
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the office said of the file, and what is known of its schools."""

    source: str = ""  # empty: whichever contract fits
    sheet: str = ""
    also: frozenset[str] = frozenset()  # sources counted from lists of persons on request
    known: Known = field(default_factory=Known)


def read(
    content: bytes,
    filename: str,
    contracts: Mapping[str, Contract],
    wanted: Wanted,
    progress: Progress | None = None,
) -> Outcome:
    """What the file says; with an error in it no figure comes back."""
    try:
        return _read(content, filename, contracts, wanted, progress or _silent)
    except Unreadable as error:
        return Outcome(filename, (error.problem(),))


def _silent(_: int) -> None:
    """Nobody looks."""


def _read(
    content: bytes,
    filename: str,
    contracts: Mapping[str, Contract],
    wanted: Wanted,
    progress: Progress,
) -> Outcome:
    fitting = [c for c in contracts.values() if wanted.source in ("", c.source, *_counts(c))]
    indexes = [Index(contract) for contract in fitting]
    sheet, head, match = _choose(grid.sheets(content), indexes, wanted.sheet)
    if match is None:
        raise Unreadable("unknown_kind")
    if matching.is_personal(head) and not match.contract.is_personal:
        match = matching.best(head, [one for one in indexes if one.contract.is_personal])
        if match is None or match.is_whole or len(match.columns) < _NEARLY:
            raise Unreadable("personal_unknown")
    if not match.is_whole and (source := _of_the_area(sheet, indexes)):
        raise Unreadable("area_table", said=source)
    notes = Notes(discreet=match.contract.is_personal)
    matching.describe(match, notes, head[match.last][0])
    if not match.is_whole or match.twice:
        said = guess(filename, lines_above(head, match.last + 1))
        return _outcome(filename, match, sheet, notes, said, (), 0)
    return _rows(filename, sheet, head, match, notes, wanted, progress)


def _counts(contract: Contract) -> tuple[str, ...]:
    return tuple(one.source for one in contract.counted)


Head = list[tuple[int, list[str]]]


def _of_the_area(sheet: Sheet, indexes: Sequence[Index]) -> str:
    """The source whose values stand below each other in the first columns, where its table would
    have them beside each other: such a table has no schools."""
    rows = islice(sheet.rows(None), HEAD * 2)
    words = {thai.fold(cell) for _, row in rows for cell in row[:3] if cell.strip()}
    for index in indexes:
        for one in index.contract.dimensions.values():
            known = [
                {thai.fold(said) for said in (code, *all_)} for code, all_ in one.values.items()
            ]
            if sum(bool(spellings & words) for spellings in known) >= _AREA_ROWS:
                return index.contract.source
    return ""


def _choose(
    sheets: Sequence[Sheet], indexes: Sequence[Index], name: str
) -> tuple[Sheet, Head, Match | None]:
    """The sheet that fits a contract. Raises Unreadable where several do."""
    named = [sheet for sheet in sheets if name in ("", sheet.name)]
    if not named:
        raise Unreadable("sheet_not_there", said=name)
    heads = [list(islice(sheet.rows(None), HEAD)) for sheet in named]
    if not any(heads):
        raise Unreadable("empty")
    found = [matching.best(head, indexes) for head in heads]
    whole = [at for at, match in enumerate(found) if match is not None and match.is_whole]
    if len(whole) > 1:
        raise Unreadable("several_sheets", said=", ".join(named[at].name for at in whole))
    near = [at for at, match in enumerate(found) if match is not None]
    at = (whole or near or [0])[0]
    return named[at], heads[at], found[at]


def _rows(
    filename: str,
    sheet: Sheet,
    head: Head,
    match: Match,
    notes: Notes,
    wanted: Wanted,
    progress: Progress,
) -> Outcome:
    taking: Persons | Schools
    if match.contract.is_personal:
        also = wanted.also | ({wanted.source} if wanted.source else frozenset())
        taking = Persons(match, notes, wanted.known, also)
    else:
        taking = Schools(match, notes, wanted.known)
    after, count = head[match.last][0], 0
    wanted_columns = frozenset(column.at for column in match.columns)
    columns = wanted_columns if match.contract.is_personal else None
    for number, row in _whole(sheet, match, columns):
        if number <= after:
            continue
        taking.take(number, row)
        count += 1
        if count % _STEP == 0:
            progress(count)
    parts = taking.finish()
    lines = [*lines_above(head, match.last + 1), sheet.name, *taking.footer[:20]]
    rows = taking.rows if isinstance(taking, Persons) else len(taking.schools)
    said = guess(filename, lines)
    return _outcome(filename, match, sheet, notes, said, parts, rows, taking.area_name)


def _whole(sheet: Sheet, match: Match, columns: frozenset[int] | None) -> Rows:
    """The rows; a place that is written once for several schools is said for each."""
    places = {c.at for c in match.columns if c.target.name in PLACES}
    if match.contract.is_personal or not places:
        return sheet.rows(columns)
    return merges.filled(sheet.rows(columns), sheet.merged(), places)


def _outcome(
    filename: str,
    match: Match,
    sheet: Sheet,
    notes: Notes,
    said: Guess,
    parts: tuple[Part, ...],
    rows: int,
    area: str = "",
) -> Outcome:
    contract = match.contract
    return Outcome(
        filename=filename,
        problems=tuple(notes.found),
        contract=contract.id,
        parts=() if has_errors(notes.found) else parts,
        guess=said,
        rows=rows,
        sheet=sheet.name,
        reported=" ".join(filter(None, (contract.reported_th, area))),
        personal=contract.is_personal,
        round=contract.round,
    )
