"""The lines over and under a table, alike in a workbook and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from mailproc import thai
from mailproc.datasets.plan import Plan
from mailproc.datasets.table import Column, Table
from mailproc.datasets.texts import group, text
from mailproc.model import BY_RULE, Prepared, Provenance


def collected(prepared: Prepared, *, day: bool = True) -> str:
    """«ปีการศึกษา 2568 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2568)»; over several years their span."""
    years = [one.academic_year for one in Plan.parse(prepared.query).rounds]
    as_of = prepared.as_of if day else ""
    latest = thai.round_title(prepared.academic_year, prepared.round, as_of)
    if len(years) < 2:
        return latest
    return text("sheet", "years", first=years[0], last=years[-1], round=prepared.round)


def about(prepared: Prepared) -> str:
    """«รายโรงเรียน : ชั้น ป.6»."""
    level = thai.LEVELS[prepared.level]
    return text("sheet", "about", level=level, filters=conditions(prepared))


def conditions(prepared: Prepared) -> str:
    return ", ".join(prepared.filters) or text("sheet", "everything")


def notes(table: Table, prepared: Prepared) -> tuple[str, ...]:
    """What a reader must know to read the table right; empty where it speaks for itself."""
    found = []
    if table.hidden:
        threshold = Plan.parse(prepared.query).threshold
        key = "hidden_below" if threshold else "hidden"
        found.append(text("notes", key, count=table.hidden, threshold=threshold))
    if _has_gaps(table):
        found.append(text("notes", "missing"))
    return (*found, text("notes", "source", source=prepared.source))


def _has_gaps(table: Table) -> bool:
    numbers = [at for at, column in enumerate(table.columns) if column.is_number]
    return any(row[at] == "" for row in table.rows for at in numbers)


def facts(
    table: Table, prepared: Prepared, provenance: Provenance
) -> Iterator[tuple[str, str | int]]:
    """Label and value of each line of the provenance."""
    told = dict(_facts(table, prepared, provenance))
    for key, label in group("provenance").items():
        if key in told:
            yield label, told[key]


def labelled_facts(
    table: Table, prepared: Prepared, provenance: Provenance
) -> tuple[tuple[str, tuple[str, str]], ...]:
    """The same by key, all as text."""
    told = dict(_facts(table, prepared, provenance))
    labels = group("provenance")
    return tuple((key, (labels[key], _as_text(told[key]))) for key in labels if key in told)


def _as_text(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _facts(
    table: Table, prepared: Prepared, provenance: Provenance
) -> Iterator[tuple[str, str | int]]:
    for key in ("office", "request_number", "requester", "organisation", "purpose"):
        yield key, getattr(provenance, key)
    yield "approver", _approver(provenance)
    yield "approved_at", thai.date_time(provenance.approved_at, provenance.timezone)
    yield "dataset", prepared.title_th
    yield "academic_year", str(prepared.academic_year)
    yield "round", str(prepared.round)
    yield "as_of", thai.long_date(date.fromisoformat(prepared.as_of))
    yield "level", thai.LEVELS[prepared.level]
    yield "filters", conditions(prepared)
    yield "suppression", _suppression(table, prepared)
    yield "source", prepared.source
    yield "rows", len(table.rows)
    yield "columns", len(table.columns)
    yield "result_digest", table.digest
    yield from _of_conditions(prepared, provenance)


def _approver(provenance: Provenance) -> str:
    """Who allowed it: a person, ahead or on the day, or the catalogue."""
    if provenance.approver == BY_RULE:
        return text("approver", "open")
    if provenance.ahead:
        return text("approver", "ahead", name=provenance.approver)
    return provenance.approver


def _of_conditions(prepared: Prepared, provenance: Provenance) -> Iterator[tuple[str, str]]:
    """What the approver narrowed; nothing where all is as it was asked for."""
    chosen, without = provenance.conditions, Plan.parse(prepared.query).without
    said = [text("conditions", "without", columns=", ".join(without))] if without else []
    if chosen.level:
        said.append(text("conditions", "level", level=thai.LEVELS[chosen.level]))
    if said:
        yield "conditions", " ".join(said)
    if chosen.until:
        yield "until", thai.long_date(date.fromisoformat(chosen.until))


def _suppression(table: Table, prepared: Prepared) -> str:
    threshold = Plan.parse(prepared.query).threshold
    return text("suppression", prepared.suppression, threshold=threshold, count=table.hidden)


def kind_of(column: Column) -> str:
    """«จำนวนเต็ม», for the dictionary."""
    return text("kinds", column.kind)


def class_of(column: Column) -> str:
    return text("classes", column.cls)


def meaning(column: Column) -> str:
    """What a column holds, also where the catalogue says no more than its name."""
    if not column.about_th:
        return column.name_th
    if column.group_th or column.name_th not in (column.title_th, column.about_th):
        return text("dictionary", "of", about=column.about_th, name=column.name_th)
    return column.about_th


def meanings(columns: Sequence[Column], plan: Plan) -> list[tuple[str, str]]:
    """Title and meaning of each line of the dictionary that the columns use, each once."""
    found: dict[str, str] = {}
    for column in columns:
        line = plan.line(column.key.split(".")[0])
        about = column.about_th or (line.about_th if line else "")
        if about:
            found.setdefault(line.title_th if line else column.title_th, about)
    return list(found.items())
