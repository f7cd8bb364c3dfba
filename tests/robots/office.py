"""An office with every kind of reader: `serve` in a process of its own, and mailboxes to look into.

The mail server is the demo's, in this process; the daemon is the real one, with its settings file.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa

from mailproc.clock import utc_now
from mailproc.config import load
from mailproc.demo.boxes import Boxes
from mailproc.demo.letters import Shown
from mailproc.demo.server import EmbeddedMail
from mailproc.demo.smtp import HOST
from mailproc.model import Person
from mailproc.office import DeskSource, open_database
from mailproc.store import facts, people, person_links, schema
from mailproc.store.database import Database
from tests.e2e import letters, logbook
from tests.e2e.daemon import CODE, Daemon
from tests.e2e.dovecot import Dovecot
from tests.ready import quick_codes
from tests.robots.mails import Found, distinct, of

ADDRESSES = {
    "office": "data@office.example.org",
    "director": "director@office.example.org",
    "deputy": "deputy@office.example.org",
    "officer": "officer@office.example.org",
    "requester": letters.REQUESTER,
}
PASSWORD = "for-tests-only"
READERS = ("director", "deputy", "officer", "requester")
# What the daemon writes by itself, and what a visit may add: checked on their own.
_APART = {"folders", "seals", "link_opens", "code_tries"}
_STAFF = (
    Person(0, "นางสาวตัวอย่าง ผู้อนุญาต", ADDRESSES["director"], "group_director"),
    Person(0, "นายตัวอย่าง ผู้รักษาการ", ADDRESSES["deputy"], "deputy"),
    Person(0, "นายตัวอย่าง ผู้ให้บริการ", ADDRESSES["officer"], "officer"),
)
_SETTINGS = """
[office]
name_th = "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง"
address = "{address}"
phone = "040 000 000"

[mailbox]
host = "127.0.0.1"
port = {imap_port}
tls = "none"
username = "{address}"
authserv_id = "{stamp}"
poll_seconds = 1

[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
max_bytes = 110000  # no workbook of the sample fits, so that files are links

[sending]  # a play of many requests by one person in a minute
per_correspondent = 1000
per_day = 1000
breaker_mails = 1000

[store]
state = "state"
{store}

[web]
public_url = "{public_url}"
public_listen = "127.0.0.1:{public_port}"
internal_listen = "127.0.0.1:{internal_port}"

[workflow]
hold_seconds = {hold}
"""
Rows = dict[str, frozenset[tuple[Any, ...]]]


class Office(Daemon):
    """`hold` in seconds; with no hold an approval is sent at once."""

    def __init__(self, folder: Path, mail: EmbeddedMail, database_url: str = "") -> None:
        server = SimpleNamespace(tls_port=mail.imap[1], ca_file="")
        super().__init__(folder, cast(Dovecot, server), mail.smtp[1], "data")
        self.mail, self.boxes = mail, Boxes(mail)
        self.address, self.password = ADDRESSES["office"], PASSWORD
        self.database_url = database_url
        self.launcher = ("-m", "tests.quick_codes")
        self.options = ("--log-level", "debug")
        self.ids: dict[str, int] = {}  # of the staff, by role

    def write_settings(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        store = f'database_url = "{self.database_url}"' if self.database_url else ""
        names = "address imap_port smtp_port public_url public_port internal_port hold"
        values = {name: getattr(self, name) for name in names.split()}
        text = _SETTINGS.format(**values, stamp=HOST, store=store)
        self.config.write_text(text, encoding="utf-8")

    def settle_in(self) -> None:
        """Writes the settings and enrols the staff, each with `CODE`."""
        self.write_settings()
        config = load(self.config)
        now = utc_now()
        with quick_codes(), self.database.write() as connection:
            facts.first_start(connection, now)
            for person in _STAFF:
                added = people.add(connection, person, now)
                slip = people.new_slip(connection, added, now)
                pepper = config.secret("pepper")
                assert people.redeem_slip(connection, added, slip, CODE, pepper, now)
                self.ids[person.role] = added

    def again(self, hold: int) -> None:
        """Restarts with another hold."""
        self.stop()
        self.hold = hold
        self.write_settings()
        self.start()

    # ------------------------------------------------------------ mail

    def write(
        self, raw: bytes, sender: str = letters.REQUESTER, account: str = "requester"
    ) -> None:
        """Sends a mail to the office; an envelope of another domain gets no stamp."""
        with smtplib.SMTP(*self.mail.smtp, local_hostname="localhost", timeout=30) as client:
            client.login(ADDRESSES[account], PASSWORD)
            client.sendmail(sender, [self.address], raw)

    def mails(self) -> dict[str, list[Shown]]:
        """What lies in each reader's mailbox, newest first."""
        return {name: self.boxes.mails(name) for name in READERS}

    def kind_of(self, mail: Shown) -> str:
        """Which letter of ours it is."""
        found = self.select("SELECT kind FROM outbox WHERE message_id = :id", id=mail.message_id)
        return str(found[0][0]) if found else ""

    def waits_for(self, account: str, kind: str, count: int = 1, saying: str = "") -> Shown:
        """The `count`-th letter of a kind in that mailbox (with these words), once it is there."""
        found: list[Shown] = []

        def came() -> bool:
            mails = [one for one in self.boxes.mails(account) if saying in one.text]
            found[:] = [one for one in mails if self.kind_of(one) == kind]
            return len(found) >= count

        self.until(came, f"letter {count} of {kind} to {account}")
        return found[::-1][count - 1]

    def links(self) -> list[Found]:
        """Every address of every mail, and the list of what waits for each who decides, which a
        mail names only when much waits."""
        return [*distinct(of(self.mails())), *map(self._queue, ("director", "deputy"))]

    def _queue(self, account: str) -> Found:
        person = self.ids["group_director" if account == "director" else account]
        desk, now = DeskSource(load(self.config), self.database, utc_now)(), utc_now()
        with self.database.write() as connection:
            token = person_links.token(person_links.ensure(connection, person, desk, now), desk)
        return Found(f"{self.public_url}/q/{token}", account, "", ())

    # ------------------------------------------------------------ database

    @cached_property
    def database(self) -> Database:
        """The database, beside the daemon."""
        return open_database(load(self.config))

    def select(self, query: str, **values: object) -> list[Any]:
        """Rows of either database."""
        with self.database.read() as connection:
            return list(connection.execute(sa.text(query), values))

    def rows(self, query: str, *values: object) -> list[Any]:
        """As the daemon's own, on either database."""
        names = [f"value{number}" for number in range(len(values))]
        for name in names:
            query = query.replace("?", f":{name}", 1)
        return self.select(query, **dict(zip(names, values, strict=True)))

    def everything(self) -> Rows:
        """All rows but those that a visit may add."""
        tables = [t for t in schema.metadata.sorted_tables if t.name not in _APART]
        with self.database.read() as connection:
            rows = {t.name: set(map(tuple, connection.execute(sa.select(t)))) for t in tables}
        rows["facts"] = {row for row in rows["facts"] if row[0] != "daemon"}  # its sign of life
        return {name: frozenset(found) for name, found in rows.items()}

    def opens(self) -> dict[str, int]:
        """How often each link is noted as opened."""
        query = "SELECT link_id, count(*) FROM link_opens GROUP BY link_id"
        return {link: count for link, count in self.select(query)}

    def forget_tries(self) -> None:
        """As if hours had passed: nobody has to wait for the next try."""
        with self.database.write() as connection:
            connection.execute(schema.code_tries.delete())

    def is_at_rest(self) -> bool:
        """Nothing is to be read, built, sent, filed or looked at now."""
        with self.database.read() as connection:
            return not any(connection.execute(query).first() for query in _unfinished(utc_now()))

    def close(self) -> None:
        """Ends the daemon as the power does; its log must name nobody."""
        self.kill()
        self.database.close()
        logbook.require_clean(self.log, codes=(CODE, PASSWORD))


def _unfinished(now: datetime) -> Iterator[sa.Select[Any]]:
    """What is due, in somebody's hands, or still to be marked on the mail server."""
    for name in ("messages", "jobs", "outbox", "requests"):
        table = schema.metadata.tables[name]
        yield sa.select(table.c.id).where(table.c.due_at < now)
        if "owner" in table.c:
            yield sa.select(table.c.id).where(table.c.owner.is_not(None))
    yield sa.select(schema.messages.c.id).where(schema.messages.c.mark.is_not(None))
    yield sa.select(schema.outbox.c.id).where(schema.outbox.c.sent_copy == "due")


@dataclass
class Seen:
    """How things were, to be compared with how they are afterwards."""

    office: Office
    rows: Rows = field(init=False)
    mails: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.rows, self.mails = self.office.everything(), self._mails()

    def _mails(self) -> dict[str, int]:
        return {name: len(mails) for name, mails in self.office.mails().items()}

    def changes(self) -> dict[str, list[tuple[Any, ...]]]:
        """What is new, gone or altered since, by table; empty where nothing is."""
        after = self.office.everything()
        found = {name: sorted(self.rows[name] ^ after[name], key=str) for name in after}
        found["mails"] = [] if self._mails() == self.mails else [tuple(self._mails().items())]
        return {name: rows for name, rows in found.items() if rows}


@contextmanager
def running(folder: Path, database_url: str = "", hold: int = 0) -> Iterator[Office]:
    """An office at work."""
    accounts = {name: (address, PASSWORD) for name, address in ADDRESSES.items()}
    with EmbeddedMail(accounts, imap_port=0, smtp_port=0) as mail:
        office = Office(folder, mail, database_url)
        office.hold = hold
        office.settle_in()
        office.start()
        try:
            yield office
        finally:
            office.close()
