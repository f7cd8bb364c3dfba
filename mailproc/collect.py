"""One turn: mailbox → store. Brings new mails in, raw bytes first, and decides nothing.

Flags on the server come after the commit and are best effort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from mailproc.mail.mailbox import Mailbox, Sized
from mailproc.store import messages
from mailproc.store.database import Database

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is fetched whole."""

    first_start: datetime  # mail with an older INTERNALDATE is never answered
    max_bytes: int


def collect(
    mailbox: Mailbox,
    database: Database,
    limits: Limits,
    now: datetime,
    arrived: Callable[[datetime], None] = lambda newest: None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Stores every mail that is new on the server; gives their number. Raises LinkLost.

    `arrived` is called after each stored batch, with the server's date of its newest mail;
    `may_go_on` is asked before the next one: what is left stays on the server.
    """
    account, folder = mailbox.account, mailbox.folder
    with database.read() as connection:
        place_then = messages.place(connection, account, folder)
    last_uid = 0
    if place_then is not None and place_then.uid_validity == mailbox.uid_validity:
        last_uid = place_then.last_uid
    elif place_then is not None:
        # The server renumbered the folder: read all again, contents tell what is new.
        log.warning("uid_validity_changed", folder=folder)
    fresh = mailbox.new_since(last_uid)
    for batch in _arrivals(mailbox, fresh, limits):
        with database.write() as connection:
            messages.store(connection, batch, now)
            reached = messages.Place(mailbox.uid_validity, batch[-1].uid)
            messages.set_place(connection, account, folder, reached, now)
        arrived(batch[-1].internal_date)
        if not may_go_on():
            break
    return len(fresh)


def _arrivals(
    mailbox: Mailbox, fresh: Sequence[Sized], limits: Limits
) -> Iterable[list[messages.Arrived]]:
    """Batches in the order of their UIDs, so that the watermark never passes an unstored mail."""
    pending: list[Sized] = []
    for mail in fresh:
        special = _unfetched(mailbox, mail, limits)
        if special is None:
            pending.append(mail)
            continue
        yield from _fetched(mailbox, pending)
        pending = []
        yield [special]
    yield from _fetched(mailbox, pending)


def _unfetched(mailbox: Mailbox, mail: Sized, limits: Limits) -> messages.Arrived | None:
    if mail.internal_date < limits.first_start.replace(microsecond=0):  # servers keep seconds
        return _arrived(mailbox, mail, None, "before_start")
    if mail.size > limits.max_bytes:
        return _arrived(mailbox, mail, mailbox.header(mail), "too_big")
    return None


def _fetched(mailbox: Mailbox, mails: Sequence[Sized]) -> Iterable[list[messages.Arrived]]:
    for batch in mailbox.fetch(mails):
        if batch:
            yield [_arrived(mailbox, mail, raw) for mail, raw in batch]


def _arrived(
    mailbox: Mailbox, mail: Sized, raw: bytes | None, verdict: str | None = None
) -> messages.Arrived:
    return messages.Arrived(
        mailbox.account,
        mailbox.folder,
        mailbox.uid_validity,
        mail.uid,
        mail.internal_date,
        mail.size,
        raw,
        verdict,
    )


def mark(mailbox: Mailbox, database: Database) -> None:
    """Sets the flags that are owed. Best effort: a mail may have gone meanwhile."""
    with database.read() as connection:
        rows = messages.to_mark(connection, mailbox.account, mailbox.folder)
    uids = [row.uid for row in rows if row.uid_validity == mailbox.uid_validity]
    if uids:
        mailbox.mark_seen(uids)
    if rows:
        with database.write() as connection:
            messages.marked(connection, [row.id for row in rows])
