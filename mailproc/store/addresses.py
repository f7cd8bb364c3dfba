"""Which addresses have proved that they read our mail, and may thus be believed for a while."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.database import insert

_A = schema.addresses
REMEMBERED = timedelta(days=365)


def confirmed(connection: sa.Connection, addresses: Iterable[str], now: datetime) -> set[str]:
    """Those of the addresses that answered one of our mails within a year, casefolded."""
    wanted = {address.casefold() for address in addresses if address}
    if not wanted:
        return set()
    query = sa.select(_A.c.address).where(
        _A.c.address.in_(wanted), _A.c.confirmed_at > now - REMEMBERED
    )
    return set(connection.scalars(query))


def confirm(connection: sa.Connection, addresses: Iterable[str], now: datetime) -> None:
    """The owners of these addresses answered a mail that only they got."""
    rows = [
        {"address": address, "confirmed_at": now, "purge_after": now + REMEMBERED}
        for address in sorted({address.casefold() for address in addresses if address})
    ]
    if not rows:
        return
    new = insert(connection, _A)
    values = {name: new.excluded[name] for name in ("confirmed_at", "purge_after")}
    connection.execute(new.on_conflict_do_update(index_elements=["address"], set_=values), rows)


def forget(connection: sa.Connection, address: str) -> None:
    """Part of erasing a person."""
    connection.execute(_A.delete().where(_A.c.address == address.casefold()))
