"""Loads figures into the warehouse as one immutable round."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import DatabaseError

from mailproc.datasets import warehouse
from mailproc.digest import digest
from mailproc.errors import ConfigError, TryAgain
from mailproc.model import Round
from mailproc.thai import GRADES

SAMPLE = Path(__file__).parent / "sample" / "students-2568-1.toml"
BY_SAMPLE = "sample"  # who imported the shipped figures
SEXES = {"ชาย": "m", "หญิง": "f"}  # as the headers of the file say it
PUPILS = tuple((f"{grade} {said}", grade, sex) for grade in GRADES for said, sex in SEXES.items())
ROOMS = tuple((f"{grade} ห้อง", grade) for grade in GRADES)
_TRIES = 3
_BATCH = 5_000  # rows in one statement


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the file of a round names it."""

    school_code: str
    name: str
    district: str = ""
    subdistrict: str = ""
    province: str = ""
    school_group: str = ""


CellRow = tuple[str, str, str, str, int]  # school_code, measure, d1, d2, value
TextRow = tuple[str, str, str]  # school_code, name, value


@dataclass(frozen=True, slots=True)
class Import:
    """A file read and found in order."""

    source_id: str
    round: Round
    schools: tuple[SchoolRow, ...]
    cells: tuple[CellRow, ...]
    texts: tuple[TextRow, ...] = ()
    example: bool = False


def digested(found: Import) -> Import:
    """The import with the digest of its facts and figures as that of its round."""
    about = asdict(found.round)
    del about["digest"]
    facts = about | {
        "source_id": found.source_id,
        "schools": [asdict(school) for school in found.schools],
        "cells": found.cells,
        "texts": found.texts,
    }
    return replace(found, round=replace(found.round, digest=digest(facts)))


def load_sample(warehouse_url: str, now: datetime) -> None:
    """The shipped figures are in the warehouse afterwards; nothing happens if they were, or if the
    office has figures of its own.

    Raises ConfigError where file and totals differ, TryAgain where the database can't be written.
    """
    sample = read(SAMPLE)
    stored = warehouse.stored_rounds(warehouse_url, sample.source_id)
    if any(one.imported_by != BY_SAMPLE and not one.example for one in stored):
        return
    load(sample, warehouse_url, now, by=BY_SAMPLE, filename=SAMPLE.with_suffix(".csv").name)


def load(
    found: Import,
    warehouse_url: str,
    now: datetime,
    *,
    by: str = "",
    filename: str = "",
    status: str = "open",
    corrects: str = "",
) -> bool:
    """Stores one round; False where its digest is there. Safe when processes start at once."""
    about = {
        "imported_at": now.isoformat(),
        "imported_by": by,
        "filename": filename,
        "status": status,
        "corrects": corrects,
    }
    problem: Exception | None = None
    for _ in range(_TRIES):  # the loser of a race finds the winner's round on its next try
        try:
            warehouse.create(warehouse_url)
            with warehouse.engine(warehouse_url).begin() as connection:
                return _store(connection, found, about)
        except DatabaseError as error:
            problem = error
    raise TryAgain(f"The warehouse could not be written: {problem}") from problem


def _store(connection: Connection, found: Import, about: dict[str, Any]) -> bool:
    if connection.dialect.name == "sqlite":  # take the write lock before reading the last id
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    c = warehouse.rounds.c
    same = select(c.id).where(c.digest == found.round.digest)
    if connection.execute(same).first() is not None:
        return False
    key = (connection.execute(select(func.max(c.id))).scalar() or 0) + 1
    of_round = asdict(found.round) | {"source_id": found.source_id, "example": int(found.example)}
    connection.execute(insert(warehouse.rounds), {"id": key} | of_round | about)
    _fill(connection, warehouse.schools, key, [asdict(school) for school in found.schools])
    names = ("school_code", "measure", "d1", "d2", "value")
    cells = (dict(zip(names, cell, strict=True)) for cell in found.cells)
    _fill(connection, warehouse.cells, key, cells)
    texts = (
        {"school_code": code, "name": name, "value": value} for code, name, value in found.texts
    )
    _fill(connection, warehouse.texts, key, texts)
    return True


def _fill(connection: Connection, table: Table, key: int, rows: Any) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append({"round_id": key} | row)
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


# ---------------------------------------------------------------- the shipped figures


def read(facts_file: Path) -> Import:
    """The figures that a facts file (TOML) describes, checked against the source's totals."""
    facts = tomllib.loads(facts_file.read_text("utf-8"))
    with (facts_file.parent / facts["file"]).open(encoding="utf-8", newline="") as lines:
        schools = list(csv.DictReader(lines))
    _check(schools, facts["totals"], facts["file"])
    names = ("academic_year", "round", "as_of", "source")
    found = Import(
        source_id=facts["source_id"],
        round=Round(**{name: facts[name] for name in names}, digest=""),
        schools=tuple(SchoolRow(s["รหัสโรงเรียน"], s["ชื่อโรงเรียน"]) for s in schools),
        cells=tuple(cell for school in schools for cell in _cells(school)),
    )
    return digested(found)


def _cells(school: dict[str, str]) -> Iterator[CellRow]:
    code = school["รหัสโรงเรียน"]
    for header, grade, sex in PUPILS:
        yield code, "pupils", grade, sex, int(school[header])
    for header, grade in ROOMS:
        yield code, "rooms", grade, "", int(school[header])


def _check(schools: Sequence[dict[str, str]], totals: dict[str, int], name: str) -> None:
    """Every column adds up to the source's total, every school to its own."""
    sums: Counter[str] = Counter(schools=len(schools))
    faults = []
    for school in schools:
        sums.update({key: int(said) for key, said in school.items() if said.isdigit()})
        faults += [
            f"{name}: {school['รหัสโรงเรียน']}: รวม {said}: not the sum of grades"
            for said in (*SEXES, "ห้อง")
            if int(school[f"รวม {said}"]) != sum(int(school[f"{g} {said}"]) for g in GRADES)
        ]
    faults += [
        f"{name}: {key}: the source states {stated}, the rows add up to {sums[key]}"
        for key, stated in totals.items()
        if sums[key] != stated
    ]
    if faults:
        raise ConfigError(faults)
