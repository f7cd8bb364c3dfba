"""Mails that wait for a person: put to a request, taken as one, left alone, or read again."""

from __future__ import annotations

import sqlalchemy as sa

from mailproc.officer.nouns import Done, Here
from mailproc.store import messages, requests, waiting


def place(connection: sa.Connection, mail: int, number: str, here: Here) -> Done:
    """The mail is about the request of that number; the daemon then treats it like that."""
    request = requests.find(connection, number.strip())
    if request is None:
        return Done("no_request", field="number")
    return _told(connection, mail, waiting.place(connection, mail, request.number, here.now))


def as_new(connection: sa.Connection, mail: int, here: Here) -> Done:
    """The mail is a request of its own."""
    return _told(connection, mail, waiting.place(connection, mail, "new", here.now))


def not_for_us(connection: sa.Connection, mail: int) -> Done:
    """The mail is neither; it stays as it is and waits no longer."""
    return _told(connection, mail, waiting.dismiss(connection, mail))


def replay(connection: sa.Connection, mail: int, here: Here) -> Done:
    """Gives a mail that was put aside another chance with the program as it is now."""
    done = messages.replay(connection, mail, here.now)
    return _told(connection, mail, done)


def _told(connection: sa.Connection, mail: int, done: bool) -> Done:
    if done:
        return Done("done")
    return Done("mail_gone" if messages.get(connection, mail) is None else "mail_settled")
