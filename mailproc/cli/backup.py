"""`run.py backup …`: the whole office as one encrypted file."""

from __future__ import annotations

from pathlib import Path

import click

from mailproc.cli.output import config_option, json_option, local, show
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.machine import backup as backups
from mailproc.machine import sealed
from mailproc.machine.pruning import Keep


@click.group(invoke_without_command=True)
@click.option("--to", "folder", type=click.Path(path_type=Path), help="A folder for this one.")
@click.option("--keep", type=click.IntRange(1), help="How many daily backups stay.")
@config_option
@json_option
@click.pass_context
def backup(
    ctx: click.Context, folder: Path | None, keep: int | None, config_file: Path, as_json: bool
) -> None:
    """Makes a backup now, also while the daemon works."""
    if ctx.invoked_subcommand is not None:
        return
    config = load(config_file)
    folder = folder or config.backup_folder
    made = backups.make(config, config_file, folder, utc_now())
    gone = backups.prune(folder, _keep(config, keep))
    thing = {"file": str(made.file), "size": made.size, "left_out": made.left_out}
    show(thing | {"removed": [file.name for file in gone]}, f"{made.file}", as_json=as_json)
    if not as_json:
        for line in words("backup_made", megabytes=f"{made.size / 1e6:.1f}", gone=len(gone)):
            click.echo(line)
    if "warehouse" in made.left_out:
        for line in words("backup_without_warehouse"):
            click.echo(line, err=True)


def _keep(config: Config, daily: int | None) -> Keep:
    chosen = config.backup
    return Keep(daily or chosen.daily, chosen.weekly, chosen.monthly)


@backup.command("init")
@click.option("--public-key", help="Made elsewhere with age-keygen: no secret is shown here.")
@config_option
def begin(public_key: str | None, config_file: Path) -> None:
    """Makes the key pair; shows the secret half once, to be kept on paper."""
    config = load(config_file)
    if public_key is not None:
        backups.begin(config, sealed.checked_public(public_key))
        shown = words("backup_init_given", file=backups.recipient_file(config))
    else:
        secret, public = sealed.new_key()
        backups.begin(config, public)
        file = backups.recipient_file(config)
        shown = words("backup_init", secret=_in_groups(secret), file=file)
    for line in shown:
        click.echo(line)


def _in_groups(secret: str) -> str:
    """As somebody copies it by hand; spaces are left out when it is typed in."""
    return " ".join(secret[at : at + 6] for at in range(0, len(secret), 6))


@backup.command("list")
@config_option
@json_option
def list_backups(config_file: Path, as_json: bool) -> None:
    """The backups in the folder of the settings, newest first."""
    for made in backups.listed(load(config_file).backup_folder):
        thing = {"file": str(made.file), "made_at": made.made_at, "size": made.size}
        line = f"{local(made.made_at)}  {made.size / 1e6:8.1f} MB  {made.file}"
        show(thing, line, as_json=as_json)
