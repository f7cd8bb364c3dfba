"""A sheet with a row per school → figures and texts, every total compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mailproc import thai
from mailproc.datasets.importer import CellRow, SchoolRow, TextRow
from mailproc.datasets.importing import rowkinds, values
from mailproc.datasets.importing.contract import PLACES, Cell, Contract, FieldSpec
from mailproc.datasets.importing.facts import Part
from mailproc.datasets.importing.matching import Column, Match
from mailproc.datasets.importing.problems import Notes
from mailproc.datasets.importing.values import Known, Read, tidy

_READERS = {
    "phone": values.phone,
    "email": values.email,
    "date": values.day,
    "number": values.decimal_text,
    "other_code": values.other_code,
    "text": values.plain,
}


class Schools:
    """Takes the rows of one sheet; `part` is what they say."""

    def __init__(self, match: Match, notes: Notes, known: Known) -> None:
        self._contract, self._notes, self._known = match.contract, notes, known
        columns = match.columns
        self._fields = {c.target.name: c for c in columns if c.target.kind == "field"}
        self._figures = [c for c in columns if c.target.kind == "figure"]
        self._sums = [c for c in columns if c.target.kind == "sum"]
        self._of = {f.measure: f for f in match.contract.figures}
        self._specs = {name: _spec(match.contract, name) for name in self._fields}
        self._header = tuple(c.header for c in columns)
        self._absent = {cell for target in match.absent for cell in target.cells}
        self.schools: dict[str, SchoolRow] = {}
        self._rows: dict[str, int] = {}  # code → row
        self._cells: dict[str, dict[Cell, int]] = {}
        self._texts: list[TextRow] = []
        self._running: Counter[Cell] = Counter()  # since the last total
        self._all: Counter[Cell] = Counter()
        self._areas: dict[str, int] = {}
        self.area_name = ""
        self.total_at = 0
        self._proved: set[Cell] = set()  # absent, and a stated total leaves no room for it
        self.footer: list[str] = []
        self._above: list[tuple[int, Sequence[str]]] = []  # totals that stand over the schools

    # ------------------------------------------------------------ rows

    def take(self, number: int, row: Sequence[str]) -> None:
        """One row: a school, a total, a repeated header, or words below the table."""
        found = [(c, row[c.at] if c.at < len(row) else "") for c in (*self._figures, *self._sums)]
        filled = [one for one in found if tidy(one[1])]
        code, name = self._said(row, "school_code"), self._said(row, "school_name")
        if self._is_header(row):
            self._notes.warn("header_again", number)
        elif not self.schools and rowkinds.is_guide(row):
            self._notes.warn("guide_row", number)
        elif rowkinds.is_total(code, name, row, has_figures=bool(filled)):
            self._total(number, row)
        elif not filled and rowkinds.is_heading(row):
            self._notes.warn("heading_row", number)
        elif not filled and not code:
            self._below(number, row, name)
        else:
            self._school(number, row, code)

    def _said(self, row: Sequence[str], name: str) -> str:
        column = self._fields.get(name)
        return tidy(row[column.at]) if column is not None and column.at < len(row) else ""

    def _is_header(self, row: Sequence[str]) -> bool:
        code = self._fields["school_code"]
        return code.at < len(row) and thai.fold(row[code.at]) in {
            thai.fold(header) for header in (code.header, *self._specs["school_code"].headers)
        }

    def _below(self, number: int, row: Sequence[str], name: str) -> None:
        """Notes under a table; a school without its code is no note."""
        words = tidy(" ".join(cell for cell in row if cell.strip()))
        if rowkinds.is_note(row, name) and not self._figures_in(row):
            self.footer.append(words)
        elif words:
            self._notes.error("code_missing", number, self._fields["school_code"].label)

    def _figures_in(self, row: Sequence[str]) -> bool:
        return any(c.at < len(row) and tidy(row[c.at]) for c in self._figures)

    # ------------------------------------------------------------ a school

    def _school(self, number: int, row: Sequence[str], said: str) -> None:
        code = self._code(number, said)
        name = rowkinds.bare_name(self._text(number, row, "school_name"))
        cells = {c.target.cells[0]: self._figure(number, row, c) for c in self._figures}
        self._compare_row(number, row, cells)
        if not name:
            self._notes.error("name_missing", number, self._fields["school_name"].label)
        if code is None:
            return
        if code in self._rows:
            first, label = self._rows[code], self._fields["school_code"].label
            self._notes.error("school_twice", number, label, said=code, first=first)
            return
        self._rows[code] = number
        self._count_area(code, number, row)
        places = {place: self._place(number, row, place) for place in PLACES}
        self.schools[code] = SchoolRow(code, name, **places)
        self._cells[code] = {cell: value for cell, value in cells.items() if value is not None}
        self._running.update(self._cells[code])
        self._all.update(self._cells[code])
        self._texts += self._attributes(number, row, code)

    def _code(self, number: int, said: str) -> str | None:
        column = self._fields["school_code"]
        if not said:
            self._notes.error("code_missing", number, column.label)
            return None
        value = self._noted(values.school_code(said, self._known), number, column, said)
        return value if isinstance(value, str) else None

    def _text(self, number: int, row: Sequence[str], name: str) -> str:
        column = self._fields.get(name)
        if column is None or column.at >= len(row):
            return ""
        value = self._noted(values.plain(row[column.at]), number, column, row[column.at])
        return str(value or "")

    def _place(self, number: int, row: Sequence[str], name: str) -> str:
        """A district and the like, without the word for it."""
        said = self._text(number, row, name)
        if not said and name in self._fields:
            self._notes.warn("place_empty", number, self._fields[name].label)
        return rowkinds.bare_place(said, name)

    def _noted(self, read: Read, number: int, column: Column, said: str) -> str | int | None:
        if read.key:
            note = self._notes.error if read.wrong else self._notes.warn
            note(read.key, number, column.label, said=tidy(said)[:60], meant=read.value or "")
        return read.value

    def _figure(self, number: int, row: Sequence[str], column: Column) -> int | None:
        """The figure; 0 where a count says nothing, None where a score does."""
        said = row[column.at] if column.at < len(row) else ""
        spec = self._of[column.target.name]
        read = values.number(said, spec.decimals, spec.units, spec.most)
        value = self._noted(read, number, column, said)
        if isinstance(value, int):
            return value
        if read.wrong or spec.decimals or not spec.required:
            return None
        if not read.key:
            self._notes.warn("empty_is_zero", number, column.label)
        return 0

    def _attributes(self, number: int, row: Sequence[str], code: str) -> Iterable[TextRow]:
        for name, column in self._fields.items():
            spec = self._specs[name]
            if name in ("school_code", "school_name", "area_code", "area_name", *PLACES):
                continue
            said = row[column.at] if column.at < len(row) else ""
            read = self._choice(said, spec) if spec.dimension else _READERS[spec.type](said)
            value = self._noted(read, number, column, said)
            if value:
                yield code, name, str(value)

    def _choice(self, said: str, spec: FieldSpec) -> Read:
        raw = tidy(said)
        if values.is_nothing(raw):
            return Read(None)
        known = self._contract.dimensions[spec.dimension].values
        for spellings in known.values():
            if thai.fold(raw) in {thai.fold(words) for words in spellings}:
                return Read(spellings[0])
        return Read(None, "unknown_value", wrong=True)

    def _count_area(self, code: str, number: int, row: Sequence[str]) -> None:
        self.area_name = self.area_name or self._said(row, "area_name")
        area = self._said(row, "area_code")[:4]
        if area and area != code[:4]:
            self._notes.warn("other_area", number, self._fields["school_code"].label, said=code)
        self._areas.setdefault(area or code[:4], number)

    # ------------------------------------------------------------ totals

    def _compare_row(self, number: int, row: Sequence[str], cells: dict[Cell, int | None]) -> None:
        """Each stated sum of the school is that of its own figures."""
        for column in self._sums:
            stated = self._stated(number, row, column)
            parts = [cells.get(cell, 0) for cell in column.target.cells]
            if stated is None or any(part is None for part in parts):
                continue
            found = sum(part or 0 for part in parts)
            if found != stated:
                self._notes.error("sum_differs", number, column.label, stated=stated, found=found)
            else:
                self._proved |= self._absent & set(column.target.cells)

    def _stated(self, number: int, row: Sequence[str], column: Column) -> int | None:
        said = row[column.at] if column.at < len(row) else ""
        spec = self._of[column.target.name]
        read = values.number(said, spec.decimals, (*spec.units, "คน", "ห้อง"), 10_000_000)
        if read.wrong:
            self._notes.error(read.key, number, column.label, said=tidy(said)[:60])
        return read.value if isinstance(read.value, int) else None

    def _total(self, number: int, row: Sequence[str]) -> None:
        """A row of totals; one above all schools is compared when they are known."""
        if any(self._of[c.target.name].decimals for c in self._figures):
            return  # averages of an area are no sums
        if rowkinds.is_mean(row):
            self._notes.warn("mean_row", number)
            return
        self.total_at = number
        if self.schools:
            self._compare(number, row)
        else:
            self._above.append((number, row))

    def _compare(self, number: int, row: Sequence[str]) -> None:
        """The totals are those of all schools, or of those since the last such row."""
        for column in (*self._figures, *self._sums):
            stated = self._stated(number, row, column)
            if stated is None:
                continue
            found = [
                sum(one[cell] for cell in column.target.cells) for one in (self._all, self._running)
            ]
            if stated not in found:
                self._notes.error(
                    "total_differs", number, column.label, stated=stated, found=found[0]
                )
        self._running.clear()

    # ------------------------------------------------------------ the end

    def finish(self) -> tuple[Part, ...]:
        """What all rows say; notes what is only seen at the end."""
        if not self.schools:
            self._notes.error("no_schools")
        for number, row in self._above:
            self._compare(number, row)
        if len(self._areas) > 1:
            label, at = self._fields["school_code"].label, list(self._areas.values())[1]
            self._notes.warn("several_areas", at, label, said=", ".join(sorted(self._areas)[:5]))
        self._judge_absent()
        self._judge_dropped()
        self._judge_fractions()
        if self._sums and not self.total_at:
            self._notes.warn("no_total_row")
        kept = {c.target.cells[0] for c in self._figures if not c.target.dropped}
        zeros = dict.fromkeys(self._absent, 0)
        rows = sorted(self._cells)
        cells: list[CellRow] = [
            (code, *cell, value)
            for code in rows
            for cell, value in sorted((zeros | self._cells[code]).items())
            if cell in kept or cell in zeros
        ]
        schools = tuple(self.schools[code] for code in rows)
        texts = tuple(sorted(self._texts))
        return (Part(self._contract.source, schools, tuple(cells), texts),)

    def _judge_absent(self) -> None:
        """A missing column means «none» only where stated totals say so too."""
        if not self._absent:
            return
        shown = ", ".join(
            sorted({" ".join(filter(None, cell[1:])) or cell[0] for cell in self._absent})
        )
        if self._proved:
            self._notes.warn("absent_is_zero", said=shown)
        else:
            self._notes.error("figures_missing", said=shown)

    def _judge_dropped(self) -> None:
        dropped = sum(self._all[c.target.cells[0]] for c in self._figures if c.target.dropped)
        if dropped:
            self._notes.warn("not_kept", said=dropped)

    def _judge_fractions(self) -> None:
        """A percentage that a program saved as a fraction is a hundredth of what is meant."""
        for column in self._figures:
            one = 10 ** self._of[column.target.name].decimals
            cell = column.target.cells[0]
            found = {code: row[cell] for code, row in self._cells.items() if row.get(cell)}
            if self._of[column.target.name].most != 100 or not found:
                continue
            if max(found.values()) <= one:
                self._notes.error("fractions", self._rows[min(found)], column.label)
            for code, value in found.items():
                if value <= one < max(found.values()):
                    said = value / one
                    self._notes.warn("tiny", self._rows[code], column.label, said=said)


def _listed(cells: Iterable[Cell]) -> str:
    """«rooms ม.6, pupils ม.6 m»."""
    return ", ".join(sorted(" ".join(filter(None, cell)) for cell in cells))


def _spec(contract: Contract, name: str) -> FieldSpec:
    """The field of a name; a field per value of a dimension carries the value behind its name."""
    exact = contract.field(name)
    if exact is not None:
        return exact
    return next(f for f in contract.fields if f.dimension and name.startswith(f"{f.name}_"))
