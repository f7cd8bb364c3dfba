"""`run.py people devices …`: browsers and passkeys that stand for a person's code."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mailproc.cli.output import common, local, show
from mailproc.cli.store import Opened, opened
from mailproc.errors import MailprocError
from mailproc.store import devices, passkeys, people_log
from mailproc.store import people as stored


@click.command("devices")
@click.argument("person_id", type=int)
@click.option("--revoke", is_flag=True, help="Ends them: the code is needed again.")
@click.option("--device", "device_id", default="", help="Only this one.")
@common
def people_devices(
    person_id: int, revoke: bool, device_id: str, config_file: Path, as_json: bool
) -> None:
    """Remembered browsers and passkeys of a person; with --revoke ends them."""
    with opened(config_file) as store:
        with store.database.read() as connection:
            if stored.ever(connection, person_id) is None:
                raise MailprocError(key="no_person", id=person_id)
            found = devices.listed(connection, person_id, store.now)
            keys = passkeys.listed(connection, person_id)
        shown = [one for one in found if device_id in ("", one.id)]
        for one in shown:
            dates = f"used {local(one.used_at)}  until {local(one.expires_at)}"
            show(asdict(one), f"{one.id}  {one.label or '-'}  {dates}", as_json=as_json)
        for key in keys:
            if device_id in ("", key.id):
                _show_key(key, as_json=as_json)
        if revoke:
            count = _revoke(store, person_id, device_id)
            click.echo(f"{person_id}: {count} revoked", err=as_json)


def _show_key(key: passkeys.Passkey, *, as_json: bool) -> None:
    told = {"id": key.id, "label": key.label, "used_at": key.used_at, "passkey": True}
    used = f"used {local(key.used_at)}" if key.used_at else "never used"
    show(told, f"{key.id}  {key.label}  {used}  passkey", as_json=as_json)


def _revoke(store: Opened, person_id: int, device_id: str) -> int:
    with store.database.write() as connection:
        count = devices.revoke(connection, person_id, store.now, device_id)
        ended = passkeys.revoke(connection, person_id, store.now, device_id)
        for event, many in (("device_revoked", count), ("passkey_revoked", ended)):
            if many:
                facts = {"device": device_id or None, "count": many}
                people_log.note(connection, person_id, event, "command", store.now, **facts)
    return count + ended
