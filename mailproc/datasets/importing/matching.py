"""Which contract a sheet fits, where its headers stand, and what each column is.

Headers are looked for in the first rows, one to three deep: a merged cell stands over those to its
right that it has no words for, so `ด้านคณิตศาสตร์` over `คะแนน`, `ร้อยละ` gives two full headers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailproc import thai
from mailproc.datasets.importing.contract import Contract, FieldSpec, Index, Target
from mailproc.datasets.importing.grid import letters
from mailproc.datasets.importing.problems import Notes
from mailproc.datasets.importing.values import tidy

HEAD = 25  # rows in which the headers are looked for
_DEEP = 3
_LEAST = 2  # columns that have to fit before a contract is thought of
# Headers of files about persons: no contract for schools reads a file that has one of them.
_PERSONAL = frozenset(
    thai.fold(words)
    for words in (
        "เลขประจำตัวประชาชน",
        "เลขบัตรประชาชน",
        "หมายเลขบัตรประชาชน",
        "เลขประจำตัวนักเรียน",
        "รหัสนักเรียน",
        "วันเกิด",
        "วันเดือนปีเกิด",
        "นามสกุล",
        "ชื่อบิดา",
        "ชื่อมารดา",
        "citizen_id",
        "national_id",
    )
)
Head = Sequence[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Column:
    at: int
    target: Target
    header: str

    @property
    def label(self) -> str:
        """«AI ความด้อยโอกาส»."""
        return f"{letters(self.at)} {self.header}"


@dataclass(frozen=True, slots=True)
class Match:
    """A contract laid over the head of a sheet."""

    index: Index
    last: int  # index in the head of the last header row
    first: int
    columns: tuple[Column, ...]  # that are read
    unknown: tuple[Column, ...]
    twice: tuple[Column, ...]  # a second column of the same meaning
    missing: tuple[str, ...]  # headers of required fields
    absent: tuple[Target, ...]  # figures that the file has no column for
    score: tuple[int, int, int]

    @property
    def contract(self) -> Contract:
        return self.index.contract

    @property
    def is_whole(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class _Layout:
    """Some rows of the head taken for the headers."""

    first: int
    last: int
    headers: tuple[tuple[int, str, tuple[str, ...]], ...]  # column, words, folded spellings


def best(head: Head, indexes: Sequence[Index]) -> Match | None:
    """The contract that most columns fit, whole ones first; None where none comes near."""
    layouts = [
        _layout(head, last - deep + 1, last)
        for last in range(len(head))
        for deep in range(1, _DEEP + 1)
        if last - deep + 1 >= 0
    ]
    found = (_laid(layout, index) for layout in layouts for index in indexes)
    fitting = [match for match in found if match is not None]
    return max(fitting, key=lambda m: (m.is_whole, *m.score), default=None)


def is_personal(head: Head) -> bool:
    """Whether a header says that the rows are persons."""
    return any(thai.fold(cell) in _PERSONAL for _, row in head for cell in row)


def _layout(head: Head, first: int, last: int) -> _Layout:
    paths = _paths([row for _, row in head[first : last + 1]])
    titles = _titles(paths)
    headers = (
        (at, " ".join(path)[:80], tuple(map(thai.fold, _spellings(path, titles))))
        for at, path in sorted(paths.items())
    )
    return _Layout(first, last, tuple(headers))


def _laid(layout: _Layout, index: Index) -> Match | None:
    columns: list[Column] = []
    unknown: list[Column] = []
    for at, header, spellings in layout.headers:
        target = next((t for words in spellings if (t := index.targets.get(words))), None)
        if target is None:
            unknown.append(Column(at, Target("ignored", ""), header))
        else:
            columns.append(Column(at, target, header))
    fitting = [c for c in columns if c.target.kind != "ignored"]
    if len(fitting) < _LEAST:
        return None
    return _match(index, layout.first, layout.last, columns, unknown)


def _match(
    index: Index, first: int, last: int, columns: list[Column], unknown: list[Column]
) -> Match:
    chosen, twice = _chosen(index.contract, columns)
    names = {c.target.name for c in chosen if c.target.kind == "field"}
    missing = tuple(
        spec.headers[0]
        for spec in index.contract.fields
        if spec.required and spec.name not in names
    )
    some = index.contract.needs_one_of
    if some and not names & set(some):
        missing = (*missing, _first_header(index.contract, some[0]))
    keys = {c.target.key for c in chosen}
    absent = tuple(target for key, target in index.expected.items() if key not in keys)
    if index.expected and len(absent) == len(index.expected):
        missing = (*missing, index.contract.figures[0].headers[0])
    score = (len({c.at for c in columns}), -len(missing), first - last)
    return Match(index, last, first, chosen, tuple(unknown), twice, missing, absent, score)


def _first_header(contract: Contract, name: str) -> str:
    spec = contract.field(name)
    return spec.headers[0] if spec else name


# ---------------------------------------------------------------- headers


def _paths(rows: Sequence[list[str]]) -> dict[int, tuple[str, ...]]:
    """Column → its headers from top to bottom, what stands over several filled in for each."""
    width = max((len(row) for row in rows), default=0)
    cells = [[tidy(row[at]) if at < len(row) else "" for at in range(width)] for row in rows]
    for upper, row in enumerate(cells[:-1]):
        for at in range(1, width):
            has_lower = any(lower[at] for lower in cells[upper + 1 :])
            if not row[at] and has_lower and not _starts_anew(cells, upper, at):
                row[at] = row[at - 1]
    paths = ((at, tuple(row[at] for row in cells if row[at])) for at in range(width))
    return {at: path for at, path in paths if path}


def _starts_anew(cells: Sequence[list[str]], row: int, at: int) -> bool:
    """Under another heading above, nothing is carried over from the left."""
    return any(cells[above][at] != cells[above][at - 1] for above in range(row))


def _titles(paths: Mapping[int, tuple[str, ...]]) -> frozenset[str]:
    """Headings over most of the columns, which say nothing of a single one."""
    over: dict[str, int] = defaultdict(int)
    for path in paths.values():
        if len(path) > 1:
            over[path[0]] += 1
    return frozenset(words for words, times in over.items() if times * 2 > len(paths))


def _spellings(path: tuple[str, ...], titles: frozenset[str]) -> Iterator[str]:
    yield " ".join(path)
    if len(path) > 2 or (len(path) > 1 and path[0] in titles):
        yield from _spellings(path[1:], titles)
    if len(path) == 2 and path[0] == path[1]:
        yield path[0]


def _chosen(
    contract: Contract, columns: Sequence[Column]
) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """One column for each meaning: of several the one at the ministry's place, else the first."""
    same: dict[str, list[Column]] = defaultdict(list)
    moved = min((c.at for c in columns if c.target.kind != "ignored"), default=0)
    for column in columns:
        if column.target.kind != "ignored":
            same[column.target.key].append(column)
    chosen, twice = [], []
    for several in same.values():
        spec = contract.field(several[0].target.name)
        right = _at_its_place(spec, several, moved)
        chosen.append(right or several[0])
        if len(several) > 1 and right is None:
            twice += several[1:]
    return tuple(sorted(chosen, key=lambda c: c.at)), tuple(twice)


def _at_its_place(spec: FieldSpec | None, several: Sequence[Column], moved: int) -> Column | None:
    """`moved`: columns that somebody put before the ministry's own."""
    if spec is None or not spec.at:
        return None
    return next((c for c in several if letters(c.at - moved) == spec.at), None)


# ---------------------------------------------------------------- what is to be said of it


def describe(match: Match, notes: Notes, row: int) -> None:
    """Missing, doubled and unknown columns."""
    for header in match.missing:
        notes.error("column_missing", row, column=header)
    for column in match.twice:
        notes.error("column_twice", row, column.label)
    for column in match.unknown:
        if notes.discreet:  # the words may be somebody's, where a file has no headers
            notes.warn("column_unknown", row, letters(column.at))
        else:
            notes.warn("column_unknown", row, column.label)
