"""From a request to a query, and from the query to its table.

A query is canonical JSON pinned to the digest of a round, so that it gives the same table in
another process at another time. Needs no pandas: it runs wherever a request is decided.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select

from mailproc.datasets import warehouse
from mailproc.datasets.filters import Criteria, Register, School, understand
from mailproc.datasets.texts import group
from mailproc.digest import canonical, digest
from mailproc.errors import NeedsPerson
from mailproc.model import Catalogue, Dataset, Item, Prepared, Question, Round
from mailproc.thai import GRADES
from mailproc.workflow.assess import assess_item, choose_format, choose_round

DEFAULT_LEVEL = "school"
SAMPLE_ROWS = 5
Cell = str | int
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a query asks of a round; `schools` is None where all are meant."""

    dataset_id: str
    round_digest: str
    level: str
    schools: tuple[str, ...] | None
    grades: tuple[str, ...]
    sexes: tuple[str, ...]

    @classmethod
    def parse(cls, query: str) -> Selection:
        """The selection in a stored query."""
        facts = json.loads(query)
        schools = facts["schools"]
        return cls(
            dataset_id=facts["dataset_id"],
            round_digest=facts["round_digest"],
            level=facts["level"],
            schools=None if schools is None else tuple(schools),
            grades=tuple(facts["grades"]),
            sexes=tuple(facts["sexes"]),
        )

    @property
    def query(self) -> str:
        """Canonical JSON, enough to run it again."""
        return canonical({name: getattr(self, name) for name in self.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Table:
    """A result: `texts` leading columns of text, then numbers; the total row stands apart."""

    columns: tuple[str, ...]
    texts: int
    rows: tuple[Row, ...]
    total: Row
    digest: str


def prepare(
    item: Item, catalogue: Catalogue, warehouse_url: str
) -> Prepared | tuple[Question, ...]:
    """The query that answers the item, run once; or everything that must be asked first.

    Raises NeedsPerson where the catalogue names a round that the warehouse no longer holds.
    """
    questions = assess_item(item, catalogue)
    dataset = catalogue.get(item.dataset_id)
    chosen = choose_round(item, dataset) if dataset else None
    if dataset is None or chosen is None:
        return questions
    criteria = _criteria(item, dataset, chosen, warehouse_url)
    if questions or not isinstance(criteria, Criteria):
        return (*questions, *(criteria if isinstance(criteria, tuple) else ()))
    return _prepared(item, dataset, chosen, criteria, warehouse_url)


def run(query: str, warehouse_url: str) -> Table:
    """The table of a query, read afresh."""
    selection = Selection.parse(query)
    return table(selection, _shape(selection, fetch(selection, warehouse_url)))


def fetch(selection: Selection, warehouse_url: str) -> Sequence[Any]:
    """Rows of (school_code, school_name, grade, sex, pupils), or (grade, sex, pupils) by area."""
    with warehouse.reading(warehouse_url) as connection:
        return connection.execute(_select(selection)).all()


def table(selection: Selection, rows: Iterable[Row]) -> Table:
    """Rows under their headers, with the total row and the digest over all of it."""
    shaped, names, texts = tuple(rows), columns(selection), text_columns(selection)
    sums = (sum(int(row[i]) for row in shaped) for i in range(texts, len(names)))
    total: Row = (group("columns")["total"], *[""] * (texts - 1), *sums)
    return Table(names, texts, shaped, total, table_digest(names, shaped, total))


def table_digest(
    names: Sequence[str], rows: Sequence[Sequence[Cell]], total: Sequence[Cell]
) -> str:
    """The result digest: names, rows and total, texts as texts and numbers as integers."""
    return digest({"columns": names, "rows": rows, "total": total})


def columns(selection: Selection) -> tuple[str, ...]:
    """The name of each column, complete in itself: «ป.1 หญิง»."""
    leading = leading_columns(selection)
    if selection.level == "area":
        return (*leading, *measures(selection))
    whole, both = _whole(selection), group("columns")["both"]
    pairs = ((block, sex) for block in blocks(selection) for sex in measures(selection))
    return (*leading, *(b if (b, sex) == (whole, both) else f"{b} {sex}" for b, sex in pairs))


def leading_columns(selection: Selection) -> tuple[str, ...]:
    """The text columns."""
    words = group("columns")
    if selection.level == "area":
        return (words["grade"],)
    return words["school_code"], words["school_name"]


def text_columns(selection: Selection) -> int:
    """How many columns of text lead."""
    return len(leading_columns(selection))


def blocks(selection: Selection) -> tuple[str, ...]:
    """The grades, and all of them together where there is more than one."""
    if len(selection.grades) == 1:
        return selection.grades
    return (*selection.grades, _whole(selection))


def measures(selection: Selection) -> tuple[str, ...]:
    """The sexes, and both together where both were asked for."""
    words = group("columns")
    named = tuple(words[sex] for sex in selection.sexes)
    return (*named, words["both"]) if len(named) > 1 else named


def _whole(selection: Selection) -> str:
    """«รวมทั้งหมด» is said only where no grade was left out."""
    return group("columns")["all_grades" if selection.grades == GRADES else "asked_grades"]


# ---------------------------------------------------------------- preparing


def _criteria(
    item: Item, dataset: Dataset, chosen: Round, warehouse_url: str
) -> Criteria | tuple[Question, ...]:
    state = warehouse.state(warehouse_url)
    register = _register(warehouse_url, dataset.id, chosen.digest, state)
    return understand(item.filters, register, chosen.academic_year, dataset.filters_th)


def _prepared(
    item: Item, dataset: Dataset, chosen: Round, criteria: Criteria, warehouse_url: str
) -> Prepared:
    selection = Selection(
        dataset_id=dataset.id,
        round_digest=chosen.digest,
        level=item.level or DEFAULT_LEVEL,
        schools=criteria.schools,
        grades=criteria.grades,
        sexes=criteria.sexes,
    )
    state = warehouse.state(warehouse_url)
    result = _run_known(selection.query, warehouse_url, state) if state else None
    result = result or run(selection.query, warehouse_url)
    return Prepared(
        dataset_id=dataset.id,
        title_th=dataset.title_th,
        title_en=dataset.title_en,
        academic_year=chosen.academic_year,
        round=chosen.round,
        level=selection.level,
        filters=criteria.words,
        format=choose_format(item),
        query=selection.query,
        rows=len(result.rows),
        columns=result.columns,
        hidden_cells=0,
        suppression=dataset.suppression,
        sensitivity=dataset.sensitivity,
        sample=tuple(tuple(map(str, row)) for row in result.rows[:SAMPLE_ROWS]),
        as_of=chosen.as_of,
        source=chosen.source,
        round_digest=chosen.digest,
        dataset_digest=dataset.digest,
        result_digest=result.digest,
    )


@lru_cache(maxsize=64)
def _run_known(query: str, warehouse_url: str, _state: tuple[int, ...]) -> Table:
    """The same question to the same unchanged file is not computed twice."""
    return run(query, warehouse_url)


@lru_cache(maxsize=16)
def _register(
    warehouse_url: str, dataset_id: str, round_digest: str, _state: tuple[int, ...] | None
) -> Register:
    """The schools of a round; rounds never change, so this is read once."""
    c = warehouse.students.c
    every_school = (
        select(c.school_code, func.min(c.school_name), func.sum(c.pupils))
        .where(c.round_id == _round_id(dataset_id, round_digest))
        .group_by(c.school_code)
        .order_by(c.school_code)
    )
    with warehouse.reading(warehouse_url) as connection:
        found = connection.execute(every_school).all()
    if not found:
        raise NeedsPerson(
            f"The warehouse does not hold the round {round_digest[:12]} of {dataset_id}.",
            "Import it again.",
        )
    return Register(School(code, name, int(pupils)) for code, name, pupils in found)


# ---------------------------------------------------------------- the select and its shape


def _select(selection: Selection) -> Select[Any]:
    c = warehouse.students.c
    where = [c.round_id == _round_id(selection.dataset_id, selection.round_digest)]
    if selection.schools is not None:
        where.append(c.school_code.in_(selection.schools))
    if selection.grades != GRADES:
        where.append(c.grade.in_(selection.grades))
    if len(selection.sexes) == 1:
        where.append(c.sex == selection.sexes[0])
    if selection.level == "area":
        return select(c.grade, c.sex, func.sum(c.pupils)).where(*where).group_by(c.grade, c.sex)
    return (
        select(c.school_code, c.school_name, c.grade, c.sex, c.pupils)
        .where(*where)
        .order_by(c.school_code)
    )


def _round_id(dataset_id: str, round_digest: str) -> Any:
    c = warehouse.rounds.c
    return (
        select(c.id).where(c.dataset_id == dataset_id, c.digest == round_digest).scalar_subquery()
    )


def _shape(selection: Selection, fetched: Sequence[Any]) -> list[Row]:
    if selection.level == "area":
        of_grade: dict[str, dict[str, int]] = defaultdict(dict)
        for grade, sex, pupils in fetched:
            of_grade[grade][sex] = int(pupils)
        return [(grade, *_measured(selection, of_grade[grade])) for grade in selection.grades]
    of_school: dict[tuple[str, str], dict[tuple[str, str], int]] = defaultdict(dict)
    for code, name, grade, sex, pupils in fetched:
        of_school[code, name][grade, sex] = pupils
    return [(code, name, *_cells(selection, of)) for (code, name), of in of_school.items()]


def _cells(selection: Selection, pupils: Mapping[tuple[str, str], int]) -> list[int]:
    by_grade = [{s: pupils.get((g, s), 0) for s in selection.sexes} for g in selection.grades]
    if len(by_grade) > 1:
        by_grade.append({s: sum(of[s] for of in by_grade) for s in selection.sexes})
    return [cell for of in by_grade for cell in _measured(selection, of)]


def _measured(selection: Selection, of: Mapping[str, int]) -> list[int]:
    cells = [of.get(sex, 0) for sex in selection.sexes]
    return [*cells, sum(cells)] if len(cells) > 1 else cells
