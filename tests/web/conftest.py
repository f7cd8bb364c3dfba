"""A whole office behind its web pages: real database, catalogue, workflow, jobs and outbox."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mailproc import office as offices
from mailproc.composing import Composing
from mailproc.config import Config, build
from mailproc.datasets import workbook
from mailproc.datasets.planning import left_to_ask
from mailproc.datasets.register import known_schools
from mailproc.deadlines import Deadlines
from mailproc.demo.server import EmbeddedMail
from mailproc.fulfil import Fulfil
from mailproc.mail.delivery import Delivery
from mailproc.model import (
    Attached,
    Built,
    Catalogue,
    Chapter,
    FileFacts,
    LeftOut,
    Office,
    Person,
    Prepared,
    Provenance,
    Request,
    Rules,
    State,
)
from mailproc.outbox import Outbox
from mailproc.sandbox import Held, admitted, gated
from mailproc.service import prepare_by
from mailproc.store import absences, people, person_links, requests, schema
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.web.common import Site
from mailproc.web.internal import Health, internal_app
from mailproc.web.public import public_app
from mailproc.web.readings import Readings
from mailproc.web.server import WebThread, listen
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from mailproc.workflow.manners import Manners
from tests import ready
from tests.conftest import Server
from tests.factories import NOW, a_form, a_person, a_request, an_item

CODE = "482915"
HOLD = timedelta(seconds=60)
# No mail asked for these requests: by the limits their letters answer a robot.
_NO_LIMITS = Manners(per_correspondent=1000, per_day=1000, breaker_mails=1000)
READINGS = Readings()  # one for all rooms: its child takes its time to start
Row = sa.Row[Any]


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass(frozen=True)
class _Here:
    """Builds in this process; what children add is tested with the sandbox."""

    url: str

    def build(self, prepared: Prepared, provenance: Provenance) -> Built:
        return workbook.build(prepared, provenance, self.url)

    def admit(self, attached: Attached, content: bytes) -> FileFacts | Held:
        return admitted(attached, content)

    def whole(self, prepared: Prepared, provenance: Provenance, content: bytes) -> Built | Held:
        return gated(workbook.whole(prepared, provenance, content), prepared)

    def book(self, chapters: Sequence[Chapter], left_out: Sequence[LeftOut]) -> Built:
        return workbook.booklet(chapters, left_out, self.url)


@contextmanager
def _listening(app: Starlette) -> Iterator[str]:
    """The app on a real port; gives the address."""
    listener = listen("127.0.0.1:0")
    web = WebThread([(listener, app)])
    host, port = listener.getsockname()
    web.start()
    try:
        yield f"http://{host}:{port}"
    finally:
        web.stop()
        web.join(10)


@dataclass
class Room:
    """The office; `opened` makes a request that waits for the director."""

    config: Config
    public_url: str = "http://127.0.0.1:8025"
    clock: Clock = field(default_factory=Clock)
    manners: Manners = _NO_LIMITS

    def __post_init__(self) -> None:
        self.database = ready.settle(self.config, self.clock())
        self.director = self.add(a_person(id=0, has_code=False))
        self.officer = self.add(a_person(id=0, address="officer@example.org", role="officer"))
        self.catalogue: Catalogue = ready.catalogue(self.config, self.clock())
        self.rules: Rules = replace(offices.make_rules(self.config, self.catalogue), hold=HOLD)
        staff = offices.make_office(self.config, ())
        self.office: Office = replace(staff, public_url=self.public_url)
        self.desk: Callable[[], Desk] = self._desk
        self.key = self.config.secret("links")
        self.pages = ready.pages(self.office, self.config, self.catalogue)
        self.fulfil = Fulfil(
            self.database,
            prepare_by(self.catalogue, self.config.warehouse_url),
            _Here(self.config.warehouse_url),
            self.rules,
            "สำนักงาน",
            self.office.timezone,
            "test",
        )
        self.deadlines = Deadlines(self.database, self.rules, self.office.timezone)

    def _desk(self) -> Desk:
        with self.database.read() as connection:
            everybody = people.listed(connection, self.clock())
            away = absences.current(connection, self.clock())
        roles = [("director", "group_director"), *((r, r) for r in ("officer", "deputy", "admin"))]
        found = {to: tuple(p for p in everybody if p.role == role) for to, role in roles}
        return Desk(self.key, "example.org", found, away, language=self.config.office.language)

    def add(self, person: Person) -> int:
        with self.database.write() as connection:
            return people.add(connection, person, self.clock())

    def away(self, person: int, deputy: int | None) -> None:
        """From now on somebody stands in."""
        with self.database.write() as connection:
            now = self.clock()
            absences.begin(connection, person, deputy, now, None, "command", now)

    def slip(self, person: int | None = None) -> str:
        with self.database.write() as connection:
            return people.new_slip(connection, person or self.director, self.clock())

    def with_code(self, code: str = CODE, person: int | None = None) -> Room:
        """The director, or that person, has set this code."""
        slip, pepper = self.slip(person), self.config.secret("pepper")
        with self.database.write() as connection:
            now, whose = self.clock(), person or self.director
            assert people.redeem_slip(connection, whose, slip, code, pepper, now)
        return self

    # ------------------------------------------------------------ requests

    def opened(self, count: int = 1, **changes: Any) -> list[int]:
        """New requests, prepared and laid before the director; gives their ids."""
        item = an_item(filters=())
        with self.database.write() as connection:
            ids = requests.take_numbers(connection, "requests", count)
            form = replace(changes.pop("form", a_form()), items=(item,))
            drafts = [self._draft(one, form, changes) for one in ids]
            written = [
                decide(d, e.Opened(by="requester"), self.rules, self.clock()) for d in drafts
            ]
            requests.apply(connection, written, self.desk(), self.clock())
        while self.fulfil.turn(self.desk(), self.clock()):
            pass
        return list(ids)

    def _draft(self, request_id: int, form: Any, changes: dict[str, Any]) -> Request:
        values = {"form": form, "received_at": self.clock()} | changes
        return a_request(
            id=request_id,
            number=f"2569/{request_id:05d}",
            version=0,
            state=State.NEW,
            prepared=None,
            content_hash="",
            due_at=None,
            **values,
        )

    def happens(self, request_id: int, event: e.Event) -> Request:
        with self.database.write() as connection:
            request = requests.get(connection, request_id)
            assert request is not None
            decision = decide(request, event, self.rules, self.clock())
            requests.apply(connection, [decision], self.desk(), self.clock())
        return decision.after

    def put(self, request_id: int, **changes: Any) -> Request:
        """The stored request with fields changed, past the workflow: for states to be shown."""
        from mailproc.store.codec import dump_request

        request = replace(self.request(request_id), **changes)
        with self.database.write() as connection:
            table = schema.requests
            values = {"body": dump_request(request), "state": request.state.value}
            connection.execute(table.update().where(table.c.id == request_id).values(values))
        return request

    def request(self, request_id: int) -> Request:
        with self.database.read() as connection:
            found = requests.get(connection, request_id)
        assert found is not None
        return found

    def link(self, request_id: int, purpose: str = "decide") -> str:
        """The path of the newest link."""
        table = schema.links
        mine = (table.c.request_id == request_id, table.c.purpose == purpose)
        with self.database.read() as connection:
            query = sa.select(table).where(*mine).order_by(table.c.request_version.desc())
            row = connection.execute(query).first()
        assert row is not None
        token = self.desk().token(row.id, purpose, row.request_version)
        return f"/{'d' if purpose == 'decide' else 's'}/{token}"

    def queue(self, person: int | None = None) -> str:
        """The path of a person's link to all that waits, the director's by default."""
        with self.database.write() as connection:
            person_id = person or self.director
            link = person_links.ensure(connection, person_id, self.desk(), self.clock())
        return f"/q/{person_links.token(link, self.desk())}"

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Row]:
        with self.database.read() as connection:
            return list(connection.execute(sa.select(table).where(*where)))

    def verdicts(self, request_id: int) -> list[str]:
        table = schema.decisions
        return [row.verdict for row in self.rows(table, table.c.request_id == request_id)]

    def events(self, request_id: int) -> list[str]:
        """What happened to the request, without what was ignored."""
        table = schema.history
        rows = self.rows(table, table.c.request_id == request_id)
        return [row.event for row in rows if '"ignored"' not in row.facts]

    def everything(self) -> dict[str, list[Row]]:
        """All that a visit must not change."""
        names = "requests links decisions history outbox jobs code_tries people".split()
        return {name: self.rows(getattr(schema, name)) for name in names}

    # ------------------------------------------------------------ the web

    def site(self) -> Site:
        return Site(
            database=self.database,
            pages=self.pages,
            office=self.office,
            rules=lambda: self.rules,
            desk=self.desk,
            pepper=self.config.secret("pepper"),
            clock=self.clock,
            committed=lambda: None,
            habits=lambda: offices.make_habits(self.config, self.catalogue),
            schools=lambda: known_schools(self.config.warehouse_url),
            asks=lambda item: left_to_ask(item, self.catalogue, self.config.warehouse_url),
            readings=READINGS,
        )

    @contextmanager
    def browser(self) -> Iterator[TestClient]:
        with TestClient(public_app(self.site()), base_url=self.public_url) as client:
            yield client

    def at(self, url: str) -> Room:
        """The same office at another address, before a page of it is opened."""
        self.public_url, self.office = url, replace(self.office, public_url=url)
        self.pages = ready.pages(self.office, self.config, self.catalogue)
        return self

    @contextmanager
    def served_at_localhost(self) -> Iterator[str]:
        """The pages on a real port under a name, as passkeys need it; gives the address."""
        listener = listen("127.0.0.1:0")
        url = f"http://localhost:{listener.getsockname()[1]}"
        web = WebThread([(listener, public_app(self.at(url).site()))])
        web.start()
        try:
            yield url
        finally:
            web.stop()
            web.join(10)

    @contextmanager
    def served(self) -> Iterator[str]:
        """The pages on a real port, for requests that come at once; gives the address."""
        with _listening(public_app(self.site())) as address:
            yield address

    @contextmanager
    def served_inside(self) -> Iterator[str]:
        """The internal pages on a real port; gives the address."""
        with _listening(internal_app(lambda: Health(None, True), self.site())) as address:
            yield address

    def form(self, client: TestClient, path: str, **fields: str) -> dict[str, str]:
        """The fields of the page's form, as a person fills them in."""
        return {"csrf": csrf_of(client.get(path).text), **fields}

    # ------------------------------------------------------------ the rest of the way

    def deliver(self, mail: EmbeddedMail) -> None:
        """Ends the hold, builds and mails until nothing is due."""
        self.clock.now += HOLD
        self.deadlines.turn(self.desk(), self.clock())
        while self.fulfil.turn(self.desk(), self.clock()):
            pass
        self.send(mail)

    def send(self, mail: EmbeddedMail) -> None:
        """Mails what is due."""
        asyncio.run(self._send(mail))

    async def _send(self, mail: EmbeddedMail) -> None:
        config = with_mail(self.config, mail)
        delivery = Delivery(config.smtp.server(), _login(mail), self.office.address)
        outbox = Outbox(
            self.database,
            Composing(self.office, self.config.template_folders, self.catalogue),
            [delivery],
            self.rules,
            self.public_url,
            "test",
            self.clock,
            self.manners,
        )
        while await outbox.turn(self.desk()):
            pass
        await delivery.close()


def csrf_of(html: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', html)
    assert found is not None, "the page has no form"
    return unescape(found[1])


def _login(mail: EmbeddedMail) -> Any:
    from mailproc.mail.login import Credentials

    return Credentials(*mail.accounts["office"])


def a_config(state: Path) -> Config:
    server = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    values: dict[str, Any] = {
        "office": {
            "name_th": "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 1",
            "name_en": "Example Office",
            "address": "data@example.org",
            "phone": "0 2000 1234",
        },
        "mailbox": server,
        "smtp": server,
        "store": {"state": str(state)},
    }
    return build(values, state, "test")


def with_mail(config: Config, mail: EmbeddedMail) -> Config:
    host, port = mail.smtp
    smtp = config.smtp.model_copy(update={"host": host, "port": port})
    return config.model_copy(update={"smtp": smtp})


@pytest.fixture(scope="session", autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    READINGS.stop()


@pytest.fixture(scope="module", autouse=True)
def _quick_codes() -> Iterator[None]:
    with ready.quick_codes():
        yield


@pytest.fixture
def real_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For who acts at the same moment: while a digest is made another may come between."""
    monkeypatch.setattr(people, "CODE_COST", ready.REAL_COST)


@pytest.fixture
def blank_room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """An office whose director has no code yet; on PostgreSQL where `on_postgres` or
    MAILPROC_TEST_ROOMS=postgresql says so."""
    asked = os.environ.get("MAILPROC_TEST_ROOMS") == "postgresql"
    if not asked and request.node.get_closest_marker("on_postgres") is None:
        room = Room(a_config(tmp_path))
        yield room
        room.database.close()
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.new(request.getfixturevalue("_migrated_template"))
    config = a_config(tmp_path)
    store = config.store.model_copy(update={"database_url": url})
    room = Room(config.model_copy(update={"store": store}))
    yield room
    room.database.close()
    server.drop(url)


@pytest.fixture
def room(blank_room: Room) -> Room:
    """An office whose director has set `CODE`."""
    return blank_room.with_code()


@pytest.fixture
def database(room: Room) -> Database:
    return room.database
