"""`run.py upgrade ARCHIVE`: a new program in the place of this one."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from mailproc.cli.output import config_option, json_option, show
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import ROOT, Config, load
from mailproc.errors import MailprocError
from mailproc.health.pulse import in_short
from mailproc.machine import backup, upgrade
from mailproc.machine.locks import no_daemon
from mailproc.office import make_rules, open_database, read_catalogue
from mailproc.store import audit
from mailproc.store.database import Database


@click.command("upgrade")
@click.argument("archive", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Say what would be done.")
@click.option("--migrate-copy", type=click.Path(path_type=Path), hidden=True)
@click.option("--finish", is_flag=True, hidden=True)
@config_option
@json_option
def command(
    archive: Path | None,
    only_check: bool,
    migrate_copy: Path | None,
    finish: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Backup, new program, migration, check; all as it was where one of them fails.

    ARCHIVE is a tar or zip file or a folder. Without one the program is new already (git pull).
    """
    if migrate_copy is not None:
        _migrate(Database(f"sqlite:///{migrate_copy}"))
        return
    if finish:
        _finish(config_file)
        return
    if archive is None:
        _in_place(config_file, only_check=only_check)
        return
    work = upgrade.Upgrade(ROOT, load(config_file), config_file, _say)
    plan = work.check(archive) if only_check else work.go(archive, utc_now())
    lines = words("upgrade_plan" if only_check else "upgrade_done", **asdict(plan))
    show(asdict(plan), "\n".join(lines), as_json=as_json)


def _say(step: str) -> None:
    click.echo(" · ".join(words(step)), err=True)


def _migrate(database: Database) -> None:
    """Raises where the database is not whole afterwards."""
    try:
        database.migrate()
        with database.read() as connection:
            faults = audit.verify(connection).faults
    finally:
        database.close()
    if faults:
        raise MailprocError(key="restore_chain_broken", faults="\n".join(faults[:20]))


def _finish(config_file: Path) -> None:
    """The settings, the database and the catalogue fit this program."""
    config = load(config_file)
    _migrate(Database(config.database_url))
    make_rules(config, read_catalogue(config, utc_now()))
    open_database(config).close()


def _finish_or_say(config_file: Path, saved: Path) -> None:
    """The same; whatever a migration raises, the admin reads what is now and what to do."""
    try:
        _finish(config_file)
    except MailprocError:
        raise
    except Exception as error:
        found = _revision(load(config_file))
        values = {"found": found or "-", "file": saved, "problem": in_short(error)}
        raise MailprocError(key="upgrade_in_place_failed", **values) from error


def _revision(config: Config) -> str:
    """Of the database; empty before the first migration."""
    database = Database(config.database_url)
    try:
        return database.revision() or ""
    finally:
        database.close()


def _in_place(config_file: Path, *, only_check: bool) -> None:
    """For a checkout: the program is new, the database may not be."""
    config = load(config_file)
    for line in words(
        "upgrade_revision", found=_revision(config) or "-", known=upgrade.schema_revision()
    ):
        click.echo(line)
    if only_check:
        sys.exit(0)
    with no_daemon(config, utc_now()):
        _say("upgrade_backup")
        made = backup.make(config, config_file, config.backup_folder, utc_now())
        _say("upgrade_migrating")
        _finish_or_say(config_file, made.file)
    for line in words("upgrade_in_place_done"):
        click.echo(line)
