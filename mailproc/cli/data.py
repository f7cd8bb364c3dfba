"""`run.py data …`: what the catalogue holds, and any dataset without mail."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from mailproc import thai
from mailproc.cli.data_gate import gate_files
from mailproc.cli.data_import import import_files
from mailproc.cli.data_rounds import close_round, notify, open_round, rounds
from mailproc.cli.output import common, show
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.datasets import examples, gate, importer, query
from mailproc.datasets.catalogue import Loaded, load_catalogue, load_entries
from mailproc.datasets.metadata import Owner, catalogue_export
from mailproc.datasets.rhythm import is_overdue
from mailproc.datasets.workbook import build
from mailproc.errors import MailprocError
from mailproc.model import Built, Catalogue, Dataset, Item, Prepared, Provenance, Question
from mailproc.office import read_catalogue

LEVELS = ("school", "group", "district", "area")
FORMATS = ("xlsx", "csv", "pdf")


@click.group()
def data() -> None:
    """Datasets: list, show, generate; import, rounds, open, close, notify; gate."""


for _command in (gate_files, import_files, rounds, open_round, close_round, notify):
    data.add_command(_command)


@data.command("list")
@common
def list_datasets(config_file: Path, as_json: bool) -> None:
    """One line per dataset: whether it can be asked for, and its newest round."""
    config = load(config_file)
    today = utc_now().date()
    for dataset in read_catalogue(config, utc_now()).datasets:
        thing = _in_short(dataset, today)
        line = (
            f"{dataset.id:24}  {thing['state']:12}  {thing['newest'] or '-':12}  {dataset.title_th}"
        )
        show(thing, line, as_json=as_json)


def _in_short(dataset: Dataset, today: date) -> dict[str, Any]:
    newest = dataset.rounds[0] if dataset.rounds else None
    overdue = is_overdue(dataset, today)
    state = "not_loaded" if newest is None else "overdue" if overdue else "loaded"
    return {
        "id": dataset.id,
        "title_th": dataset.title_th,
        "title_en": dataset.title_en,
        "state": state,
        "newest": f"{newest.academic_year}/{newest.round}" if newest else None,
        "rounds": len(dataset.rounds),
        "closed": len(dataset.closed),
        "levels": dataset.levels,
        "formats": dataset.formats,
        "sensitivity": dataset.sensitivity,
    }


@data.command("show")
@click.argument("dataset_id", metavar="ID")
@click.option("--metadata", is_flag=True, help="Its entry for the data catalogue alone, as JSON.")
@common
def show_dataset(dataset_id: str, metadata: bool, config_file: Path, as_json: bool) -> None:
    """All about one dataset: rounds, filters, columns, and its entry for the data catalogue."""
    config = load(config_file)
    loaded, dataset = _found(config, read_catalogue(config, utc_now()), dataset_id)
    owner = Owner(config.office.name_th, config.office.group_th, config.office.address)
    if metadata:
        entry = catalogue_export(loaded.entry, owner)
        click.echo(json.dumps(entry, ensure_ascii=False, indent=2))
        return
    about = _in_short(dataset, utc_now().date()) | {
        "description_th": dataset.description_th,
        "description_en": dataset.description_en,
        "file": str(loaded.path),
        "source": dataset.source_id,
        "who_may_ask": dataset.who_may_ask,
        "needs_approval": dataset.needs_approval,
        "files": [one.file for one in loaded.entry.files],
        "all_rounds": [asdict(r) for r in dataset.rounds],
        "filters": list(dataset.filters_th),
        "columns": {line.name: line.cls for line in loaded.entry.columns},
        "small_cells": loaded.entry.small_cells.policy,
        "metadata": catalogue_export(loaded.entry, owner),
    }
    show(about, "\n".join(_lines(about)), as_json=as_json)


def _lines(about: dict[str, Any]) -> Iterator[str]:
    for key, value in about.items():
        if isinstance(value, dict):
            yield f"{key}:"
            yield from (f"  {name}: {_plain(inner)}" for name, inner in value.items())
        elif key == "all_rounds":
            yield "rounds:"
            for one in value:
                title = thai.round_title(one["academic_year"], one["round"], one["as_of"])
                yield f"  {title}  {one['digest'][:12]}  {one['source']}"
        elif key != "rounds":
            yield f"{key}: {_plain(value)}"


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@data.command()
@click.argument("dataset_id", metavar="ID")
@click.option("--year", type=int, help="Academic year (B.E.); the newest by default.")
@click.option("--round", "round_number", type=click.IntRange(1, 3))
@click.option("--level", type=click.Choice(LEVELS))
@click.option("--filter", "filters", multiple=True, help="As a requester would write it.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Its usual one by default.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the file goes.")
@common
def generate(
    dataset_id: str,
    year: int | None,
    round_number: int | None,
    level: str | None,
    filters: tuple[str, ...],
    format_: str | None,
    out: Path | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Answers a request without mail: says what would be sent, and writes it with --out.

    A dataset without a round of its own is tried with made-up figures, marked ตัวอย่าง.
    """
    config, now = load(config_file), utc_now()
    catalogue = read_catalogue(config, now)
    loaded, dataset = _found(config, catalogue, dataset_id)
    item = Item(
        dataset=dataset.title_th,
        dataset_id=dataset_id,
        academic_years=(year,) if year else (),
        latest=year is None,
        round=round_number,
        level=level,
        filters=filters,
        format=format_,
    )
    if dataset.rounds:
        _answer(item, catalogue, config.warehouse_url, config, now, out, as_json=as_json)
        return
    if dataset.kind == "file":
        raise MailprocError(key="no_file", id=dataset_id)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'examples.sqlite'}"
        for one in examples.rounds(loaded.entry, year or now.year + 543, round_number or 1):
            importer.load(one, url, now, by="example")
        made_up = load_catalogue(config.catalogue_folder, url, examples=True)
        _answer(item, made_up, url, config, now, out, as_json=as_json)


def _found(config: Config, catalogue: Catalogue, dataset_id: str) -> tuple[Loaded, Dataset]:
    dataset = catalogue.get(dataset_id)
    if dataset is None:
        known = ", ".join(one.id for one in catalogue.datasets)
        raise MailprocError(key="no_dataset", id=dataset_id, known=known)
    return load_entries(config.catalogue_folder)[dataset_id], dataset


def _answer(
    item: Item,
    catalogue: Catalogue,
    url: str,
    config: Config,
    now: datetime,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    prepared = query.prepare(item, catalogue, url)
    if not isinstance(prepared, Prepared):
        for question in prepared:
            click.echo(_asked(question), err=True)
        raise MailprocError(key="data_unclear", count=len(prepared))
    thing = asdict(replace(prepared, query="")) | {"out": str(out) if out else None}
    del thing["query"]
    if out is not None:
        built = build(prepared, _provenance(config, now), url)
        if findings := gate.inspect(built, prepared):
            raise MailprocError(key="data_held_back", findings="; ".join(findings))
        _write(out, built)
        thing |= {"sha256": built.sha256, "bytes": len(built.content)}
    show(thing, "\n".join(_summary(prepared, out)), as_json=as_json)


def _asked(question: Question) -> str:
    offers = "".join(f"\n  {at}) {offer}" for at, offer in enumerate(question.offers, 1))
    hints = "".join(f"\n  - {hint}" for hint in question.hints)
    return f"{question.field}: {question.problem}: {question.said}{offers}{hints}"


def _summary(prepared: Prepared, out: Path | None) -> Iterator[str]:
    yield f"{prepared.title_th}  {thai.round_title(prepared.academic_year, prepared.round)}"
    if prepared.file is not None:
        file = prepared.file
        yield f"{file.name}  {file.size:,} B  {file.count:,} {file.unit}"
        yield str(out) if out else ""
        return
    yield f"{thai.LEVELS[prepared.level]} : {', '.join(prepared.filters) or '-'}"
    yield f"{prepared.rows:,} × {len(prepared.columns)}"
    yield " | ".join(prepared.columns)
    yield from (" | ".join(row) for row in prepared.sample)
    yield str(out) if out else ""


def _provenance(config: Config, now: datetime) -> Provenance:
    trial = words("data_trial")[0]
    return Provenance(
        office=config.office.name_th,
        request_number="-",
        requester=trial,
        organisation=config.office.name_th,
        purpose=trial,
        approver="-",
        approved_at=now,
        generated_at=now,
        timezone=config.office.timezone,
    )


def _write(out: Path, built: Built) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(built.content)
    except OSError as error:
        raise MailprocError(key="form_unwritable", file=out, problem=error.strerror) from error
