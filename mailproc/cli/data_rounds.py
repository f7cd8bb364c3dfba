"""`run.py data rounds|open|close|notify`: what was imported, and what is done about it."""

from __future__ import annotations

from pathlib import Path

import click

from mailproc.cli.data_import import tell_recipients
from mailproc.cli.output import common, config_option, show
from mailproc.cli.store import opened
from mailproc.config import Config, load
from mailproc.datasets import warehouse
from mailproc.datasets.importing import storing, wording
from mailproc.datasets.importing.wording import say
from mailproc.datasets.warehouse import Stored
from mailproc.errors import MailprocError
from mailproc.store import recipients


@click.command()
@click.option("--source", default="", help="Those of one source alone.")
@common
def rounds(source: str, config_file: Path, as_json: bool) -> None:
    """One line per import, newest first: which counts, who imported it, what it corrects."""
    config = load(config_file)
    counting = warehouse.current_rounds(config.warehouse_url).values()
    current = {one.round.digest for of_source in counting for one in of_source}
    for one in warehouse.stored_rounds(config.warehouse_url, source):
        state = "example" if one.example else one.status
        counts = one.round.digest in current
        thing = {
            "digest": one.round.digest,
            "source": one.source_id,
            "year": one.round.academic_year,
            "round": one.round.round,
            "as_of": one.round.as_of,
            "state": state,
            "current": counts,
            "corrects": one.corrects,
            "imported_at": one.imported_at,
            "imported_by": one.imported_by,
            "file": one.filename,
            "said_source": one.round.source,
        }
        line = (
            f"{wording.short(one.round.digest)}  {one.source_id:12}  {wording.title(one.round)}  "
            f"{state if counts else 'replaced':8}  {one.imported_at[:16]}  {one.imported_by}  "
            f"{one.filename}"
        )
        show(thing, line, as_json=as_json)


@click.command("open")
@click.argument("digest", metavar="ROUND")
@config_option
def open_round(digest: str, config_file: Path) -> None:
    """Opens a round: from now on it can be asked for, and what waited for it goes on."""
    _set(load(config_file), digest, "open")


@click.command("close")
@click.argument("digest", metavar="ROUND")
@config_option
def close_round(digest: str, config_file: Path) -> None:
    """Closes a round. An older import of the same round that is open counts again."""
    _set(load(config_file), digest, "closed")


def _set(config: Config, said: str, status: str) -> None:
    one = _found(config, said)
    warehouse.set_status(config.warehouse_url, one.round.digest, status)
    if status == "open":
        storing.retire_sample(config.warehouse_url, one.source_id)
    key = "opened" if status == "open" else "closed"
    _tell(say("says", key, **_shown(one)))
    current = warehouse.current_rounds(config.warehouse_url)[one.source_id]
    key_of = (one.round.academic_year, one.round.round)
    counts = next(c for c in current if (c.round.academic_year, c.round.round) == key_of)
    if counts.round.digest != one.round.digest and counts.status == "open":
        _tell(say("says", "counts", **_shown(counts)))
    if status == "open":
        tell_recipients(one.round.digest, config, _tell)


@click.command()
@click.argument("digest", metavar="ROUND")
@click.option("--note", default="", help="What was corrected, in words for the recipients.")
@click.option("--yes", is_flag=True, help="Without asking.")
@config_option
def notify(digest: str, note: str, yes: bool, config_file: Path) -> None:
    """Writes to everybody who was sent the figures that this round corrects; to each once."""
    with opened(config_file) as store:
        one = _found(store.config, digest)
        chain = storing.chain(store.config.warehouse_url, one)
        with store.database.read() as connection:
            sent = recipients.delivered(connection, chain)
            untold = recipients.untold(connection, sent, one.round.digest)
        if not untold:
            _tell(say("says", "nobody"))
            return
        numbers = ", ".join(request.number for request in untold)
        _tell(say("says", "to_notify", count=len(untold), numbers=numbers))
        if not yes:
            click.confirm(say("says", "ask_notify")[0], abort=True, err=True)
        with store.database.write() as connection:
            again = recipients.untold(connection, untold, one.round.digest)
            digest_of = one.round.digest
            count = recipients.notify(connection, again, digest_of, note, store.desk, store.now)
    _tell(say("says", "notified", count=count))


def _found(config: Config, said: str) -> Stored:
    """The round whose digest begins so. Raises MailprocError unless it is exactly one."""
    found = storing.find(config.warehouse_url, said)
    if len(found) != 1:
        raise MailprocError(key="no_round", digest=said, count=len(found))
    return found[0]


def _shown(one: Stored) -> dict[str, str]:
    title, digest = wording.title(one.round), wording.short(one.round.digest)
    return {"source": one.source_id, "title": title, "digest": digest}


def _tell(text: wording.Said) -> None:
    click.echo(text[0])
    click.echo(f"    {text[1]}")
