"""`run.py data import`: files of the ministry's programs become rounds, after a look at them."""

from __future__ import annotations

import contextlib
import getpass
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from mailproc import thai
from mailproc.cli.output import common, show
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.datasets.catalogue import Loaded, load_entries
from mailproc.datasets.importing import contracts, storing, values, wording
from mailproc.datasets.importing.contract import Contract
from mailproc.datasets.importing.facts import Outcome
from mailproc.datasets.importing.problems import Problem, has_errors
from mailproc.datasets.importing.reading import Wanted
from mailproc.datasets.importing.storing import Named, Plan, Said
from mailproc.datasets.importing.wording import say
from mailproc.errors import MailprocError
from mailproc.office import open_database
from mailproc.sandbox import Failed, Importer
from mailproc.store import recipients

Problems = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Orders:
    """What was said on the command line."""

    config: Config
    said: Said
    wanted: Wanted
    by: str
    yes: bool
    closed: bool
    as_json: bool
    asks: bool  # a person sits at the terminal

    def tell(self, text: wording.Said, *, err: bool = False) -> None:
        """A text in both languages, unless JSON was asked for."""
        if not self.as_json:
            click.echo(text[0], err=err)
            click.echo(f"    {text[1]}", err=err)


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE…",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--dataset", default="", help="Which dataset or source, where it is not clear.")
@click.option("--year", type=int, help="Academic year (B.E.), such as 2568.")
@click.option("--round", "number", type=click.IntRange(1, 3), help="1 June, 2 November, 3 end.")
@click.option("--as-of", default="", help="The day of the figures, 2568-06-10 or 2025-06-10.")
@click.option("--sheet", default="", help="The sheet to read, where several fit.")
@click.option(
    "--count", "also", multiple=True, help="Also count from a list of pupils: disability …"
)
@click.option("--by", default="", help="Who imports; the login name by default.")
@click.option("--closed", is_flag=True, help="Leave the round closed; open it with `data open`.")
@click.option("--yes", is_flag=True, help="Take a clear guess and open the round without asking.")
@common
def import_files(
    files: tuple[Path, ...],
    dataset: str,
    year: int | None,
    number: int | None,
    as_of: str,
    sheet: str,
    also: tuple[str, ...],
    by: str,
    closed: bool,
    yes: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Reads files (JSON, CSV, XLSX) as rounds. A file with an error imports nothing: exit 1."""
    config = load(config_file)
    entries = load_entries(config.catalogue_folder)
    known = contracts.load(entries, config.catalogue_folder)
    orders = Orders(
        config=config,
        said=Said(_year(year), number, _day(as_of)),
        wanted=Wanted(
            source=_source(dataset, entries, known),
            sheet=sheet,
            also=frozenset((*also, *config.datasets.count_also)),
            known=storing.known(config.warehouse_url),
        ),
        by=by or getpass.getuser(),
        yes=yes,
        closed=closed,
        as_json=as_json,
        asks=is_terminal() and not yes and not as_json,
    )
    reader = Importer(known)
    try:
        done = [_one(file, reader, known, entries, orders) for file in files]
    finally:
        reader.stop()
    if not all(done):
        sys.exit(1)


def is_terminal() -> bool:
    """Whether a person sits there to be asked."""
    return sys.stdin.isatty()


def _year(year: int | None) -> int | None:
    meant = thai.buddhist_year(year) if year is not None else None
    if year is not None and meant is None:
        raise click.BadParameter(f"{year} is no year", param_hint="--year")
    return meant


def _day(text: str) -> str:
    read = values.day(text)
    if text and (not isinstance(read.value, str) or len(read.value) != 10):
        raise click.BadParameter(f"{text} is no date", param_hint="--as-of")
    return str(read.value or "")


def _source(said: str, entries: Mapping[str, Loaded], known: Mapping[str, Contract]) -> str:
    """The source of a dataset, or the source itself."""
    sources = {one.source for one in known.values()}
    if said in entries:
        return entries[said].entry.source_id
    if said and said not in sources:
        names = ", ".join(sorted({*entries, *sources}))
        raise MailprocError(key="no_dataset", id=said, known=names)
    return said


# ---------------------------------------------------------------- one file


def _one(
    file: Path,
    reader: Importer,
    known: Mapping[str, Contract],
    entries: Mapping[str, Loaded],
    orders: Orders,
) -> bool:
    """Whether the file was imported, or its figures were there already."""
    now = utc_now()
    outcome = _read(file, reader, orders)
    named, problems = _named(outcome, orders, now.date()) if not outcome.failed else (None, ())
    problems = (*outcome.problems, *problems)
    _tell_read(outcome, problems, known, orders)
    plans: tuple[Plan, ...] = ()
    if named is not None and not has_errors(problems):
        plans = storing.plans(outcome, named, orders.config.warehouse_url, entries)
    _tell_changes(plans, entries, orders)
    opened = _is_opened(plans, orders)
    stored = [_store(plan, file.name, orders, now, opened=opened) for plan in plans]
    if orders.as_json:
        thing = _about(outcome, problems, named) | {"imports": stored}
        show(thing, "", as_json=True)
    return bool(plans)


def _read(file: Path, reader: Importer, orders: Orders) -> Outcome:
    with _bar(file, orders) as watch:
        outcome = reader.read(file.resolve(), orders.wanted, watch)
    if isinstance(outcome, Failed):
        key = "took_too_long" if "too long" in outcome.problem else "child_failed"
        return Outcome(file.name, (Problem(key, "error", values=(("said", outcome.problem),)),))
    return replace(outcome, filename=file.name)


@contextlib.contextmanager
def _bar(file: Path, orders: Orders) -> Iterator[Callable[[int], None] | None]:
    """A bar while the file is read, on a terminal alone."""
    if orders.as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(file.name, total=None)
        yield lambda rows: progress.update(task, completed=rows)


def _named(outcome: Outcome, orders: Orders, today: date) -> tuple[Named | None, Problems]:
    """The round, asked for on a terminal; else a guess has to be confirmed by --yes."""
    calendar = orders.config.datasets.calendar()
    if orders.asks:
        return storing.name(outcome, _asked(outcome, orders), calendar, today)
    named, problems = storing.name(outcome, orders.said, calendar, today)
    if named is None or orders.yes or not named.guessed:
        return named, problems
    shown = {"year": named.year, "round": named.round, "as_of": named.as_of}
    texts = tuple((key, str(value)) for key, value in shown.items())
    return None, (*problems, Problem("not_confirmed", "error", values=texts))


def _asked(outcome: Outcome, orders: Orders) -> Said:
    """What was not said on the command line, with the guess as the offered answer."""
    said, found = orders.said, outcome.guess
    year = said.year or _prompt("ask_year", found.year, int)
    number = said.round or outcome.round or _prompt("ask_round", found.round, click.IntRange(1, 3))
    assumed = found.as_of or orders.config.datasets.calendar().collected_on(int(year), number)
    as_of = said.as_of or _day(_prompt("ask_as_of", assumed or None, str))
    return Said(_year(int(year)), int(number), as_of)


def _prompt(key: str, default: Any, kind: Any) -> Any:
    return click.prompt(say("says", key)[0], default=default, type=kind, err=True)


def _is_opened(plans: tuple[Plan, ...], orders: Orders) -> bool:
    """Whether the rounds are open at once: said by --yes, or by the person who looked."""
    if orders.closed or all(plan.same for plan in plans):
        return False
    if orders.asks:
        return click.confirm(say("says", "ask_open")[0], default=False, err=True)
    return orders.yes


def _store(
    plan: Plan, filename: str, orders: Orders, now: datetime, *, opened: bool
) -> dict[str, Any]:
    url, one = orders.config.warehouse_url, plan.found.round
    shown: dict[str, Any] = {
        "source": plan.found.source_id,
        "title": wording.title(one),
        "digest": wording.short(one.digest),
    }
    if plan.same is not None:
        orders.tell(say("says", "same" if plan.is_current else "same_older", **shown))
        return shown | {"digest": one.digest, "state": "same"}
    storing.store(plan, url, now, by=orders.by, filename=filename, opened=opened)
    orders.tell(say("says", "opened" if opened else "closed", **shown))
    about = shown | {"digest": one.digest, "state": "open" if opened else "closed"}
    if plan.corrects is not None:
        about |= {"corrects": plan.corrects.round.digest}
        about |= {"difference": asdict(plan.difference)}
        return about | tell_recipients(one.digest, orders.config, orders.tell)
    return about | {"corrects": "", "difference": asdict(plan.difference)}


def tell_recipients(
    digest: str, config: Config, tell: Callable[[wording.Said], None]
) -> dict[str, Any]:
    """Says who was sent the figures that a round corrects, and how they are told."""
    (stored,) = storing.find(config.warehouse_url, digest)
    chain = storing.chain(config.warehouse_url, stored)
    database = open_database(config)
    try:
        with database.read() as connection:
            sent = recipients.delivered(connection, chain)
            untold = recipients.untold(connection, sent, digest)
            in_work = recipients.in_work(connection, chain)
    finally:
        database.close()
    for key, found in (("recipients", sent), ("in_work", in_work)):
        if found:
            numbers = ", ".join(request.number for request in found)
            tell(say("says", key, count=len(found), numbers=numbers))
    if untold:
        tell(say("says", "notify", digest=wording.short(digest)))
    return {
        "recipients": [request.number for request in sent],
        "untold": [request.number for request in untold],
        "in_work": [request.number for request in in_work],
    }


# ---------------------------------------------------------------- what is said


def _tell_read(
    outcome: Outcome, problems: Problems, known: Mapping[str, Contract], orders: Orders
) -> None:
    for line in wording.problems(problems):
        orders.tell(line, err=True)
    errors = sum(problem.level == "error" for problem in problems)
    if errors:
        orders.tell(say("says", "refused", file=outcome.filename, errors=errors), err=True)
        return
    contract = known[outcome.contract]
    key = "persons" if outcome.personal else "read"
    shown = {"file": outcome.filename, "rows": f"{outcome.rows:,}"}
    first = say("says", key, kind=contract.title_th, **shown)[0]
    orders.tell((first, say("says", key, kind=contract.title_en, **shown)[1]))


def _tell_changes(plans: tuple[Plan, ...], entries: Mapping[str, Loaded], orders: Orders) -> None:
    titles = storing.titles(entries)
    for plan in plans:
        if plan.same is None:
            for line in wording.changes(plan.difference, titles):
                orders.tell(line)


def _about(outcome: Outcome, problems: Problems, named: Named | None) -> dict[str, Any]:
    lines = [(problem, next(iter(wording.problems([problem])))) for problem in problems]
    return {
        "file": outcome.filename,
        "kind": outcome.contract,
        "rows": outcome.rows,
        "round": asdict(named) if named else None,
        "guess": {"year": outcome.guess.year, "round": outcome.guess.round}
        | {"as_of": outcome.guess.as_of, "hints": [h.said for h in outcome.guess.hints]},
        "problems": [
            {"key": p.key, "level": p.level, "row": p.row, "column": p.column, "th": th, "en": en}
            for p, (th, en) in lines
        ],
    }
