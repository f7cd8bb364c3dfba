"""Loads a file of figures into the warehouse as one immutable round."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DatabaseError

from mailproc.datasets import warehouse
from mailproc.digest import digest
from mailproc.errors import ConfigError, TryAgain
from mailproc.model import Round
from mailproc.thai import GRADES

SAMPLE = Path(__file__).parent / "sample" / "students-by-grade-sex-2568-1.toml"
SEXES = {"ชาย": "m", "หญิง": "f"}  # as the headers of the file say it
CELLS = tuple((f"{grade} {said}", grade, sex) for grade in GRADES for said, sex in SEXES.items())
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Import:
    """A file read and found to agree with its source's own totals."""

    dataset_id: str
    round: Round
    rows: tuple[tuple[str, str, str, str, int], ...]  # code, name, grade, sex, pupils


def load_sample(warehouse_url: str, now: datetime) -> None:
    """The shipped figures are in the warehouse afterwards; nothing happens if they were.

    Raises ConfigError where file and totals differ, TryAgain where the database can't be written.
    """
    load(read(SAMPLE), warehouse_url, now)


def load(found: Import, warehouse_url: str, now: datetime) -> None:
    """Stores one round unless its digest is there. Safe when several processes start at once."""
    problem: Exception | None = None
    for _ in range(_TRIES):  # the loser of a race finds the winner's round on its next try
        try:
            warehouse.metadata.create_all(warehouse.engine(warehouse_url))
            with warehouse.engine(warehouse_url).begin() as connection:
                return _store(connection, found, now)
        except DatabaseError as error:
            problem = error
    raise TryAgain(f"The warehouse could not be written: {problem}") from problem


def read(facts_file: Path) -> Import:
    """The figures that a facts file (TOML) describes, checked against the source's totals."""
    facts = tomllib.loads(facts_file.read_text("utf-8"))
    with (facts_file.parent / facts["file"]).open(encoding="utf-8", newline="") as lines:
        schools = list(csv.DictReader(lines))
    _check(schools, facts["totals"], facts["file"])
    rows = tuple(
        (school["รหัสโรงเรียน"], school["ชื่อโรงเรียน"], grade, sex, int(school[header]))
        for school in schools
        for header, grade, sex in CELLS
    )
    about = {k: facts[k] for k in ("dataset_id", "academic_year", "round", "as_of", "source")}
    loaded = Round(
        academic_year=facts["academic_year"],
        round=facts["round"],
        as_of=facts["as_of"],
        source=facts["source"],
        digest=digest(about | {"rows": rows}),
    )
    return Import(facts["dataset_id"], loaded, rows)


def _check(schools: list[dict[str, str]], totals: dict[str, int], name: str) -> None:
    """Every column adds up to the source's total, every school to its own."""
    sums: Counter[str] = Counter(schools=len(schools))
    faults = []
    for school in schools:
        for said in SEXES:
            stated = int(school[f"รวม {said}"])
            sums[f"รวม {said}"] += stated
            if stated != sum(int(school[f"{grade} {said}"]) for grade in GRADES):
                faults.append(f"{name}: {school['รหัสโรงเรียน']}: รวม {said}: not the sum of grades")
        sums.update({header: int(school[header]) for header, _, _ in CELLS})
    faults += [
        f"{name}: {key}: the source states {stated}, the rows add up to {sums[key]}"
        for key, stated in totals.items()
        if sums[key] != stated
    ]
    if faults:
        raise ConfigError(faults)


def _store(connection: Connection, found: Import, now: datetime) -> None:
    if connection.dialect.name == "sqlite":  # take the write lock before reading the last id
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    table = warehouse.rounds
    same = select(table.c.id).where(
        table.c.dataset_id == found.dataset_id, table.c.digest == found.round.digest
    )
    if connection.execute(same).first() is not None:
        return
    round_id = (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
    connection.execute(insert(table), _round_row(round_id, found, now))
    keys = ("school_code", "school_name", "grade", "sex", "pupils")
    rows = [{"round_id": round_id} | dict(zip(keys, row, strict=True)) for row in found.rows]
    connection.execute(insert(warehouse.students), rows)


def _round_row(round_id: int, found: Import, now: datetime) -> dict[str, Any]:
    return {
        "id": round_id,
        "dataset_id": found.dataset_id,
        "academic_year": found.round.academic_year,
        "round": found.round.round,
        "as_of": found.round.as_of,
        "source": found.round.source,
        "digest": found.round.digest,
        "imported_at": now.isoformat(),
    }
