"""The page itself: opened by the code, shown, and handed to its rooms.

The code opens it for a quarter of an hour; what is done there needs no second one, since the key
stands on the page that only the code gives. A new code of any kind is told by mail.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc.deciding.proving import prove_person
from mailproc.model import Person
from mailproc.store import onetime, people
from mailproc.web import qr
from mailproc.web.common import Site, read_form
from mailproc.web.me.ahead import Ahead
from mailproc.web.me.away import Away
from mailproc.web.me.codes import Codes
from mailproc.web.me.machines import Machines
from mailproc.web.me.nouns import Action, Done, Turn
from mailproc.web.passkeys import PasskeyRoom
from mailproc.web.proof import STATUS, Typed, typed
from mailproc.web.queue import QueuePage, Visit

_OPEN = timedelta(minutes=15)
_TYPED = ("deputy", "since", "until", "dataset", "class", "level", "ahead_until")


class Room(Protocol):
    """A part of the page."""

    actions: Mapping[str, Action]

    def facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        """What the page shows of it."""


class MePage:
    """GET and POST of /q/open/{handle}/me."""

    def __init__(self, site: Site, queue: QueuePage) -> None:
        self._site, self._queue = site, queue
        self._keys = PasskeyRoom(site)
        self._rooms: tuple[Room, ...] = (
            Away(site.office.timezone),
            Codes(site.pepper),
            Machines(self._keys),
            Ahead(site.rules, site.desk, site.office.language),
        )
        self._actions: dict[str, Action] = {"look": lambda connection, turn: Done()}
        for room in self._rooms:
            self._actions |= room.actions

    async def page(self, http: HttpRequest) -> Response:
        """GET asks for the code; POST takes it, or what is done with the key that it gave."""
        form = await read_form(http) if http.method == "POST" else {}
        return await run_in_threadpool(self._answer, http, form)

    def _answer(self, http: HttpRequest, form: dict[str, str]) -> Response:
        now = self._site.clock()
        visit = self._queue.visit(http, now)
        if isinstance(visit, Response):
            return visit
        if http.method != "POST":
            return self._closed(visit) if visit.may_look else self._open_again()
        if not self._site.is_ours(http, form.get("csrf", ""), visit.link.id):
            return self._site.message("forbidden", 403)
        if "key" not in form:
            return self._open(visit, typed(form), now)
        if not self._is_right(visit, form["key"], now):
            return self._closed(visit, "me_closed", 403)
        return self._act(visit, form, now)

    def _open_again(self) -> Response:
        return self._site.message("open_again", 403)

    # ------------------------------------------------------------ opening

    def _closed(self, visit: Visit, error: str | None = None, status: int = 200) -> Response:
        return self._site.page(
            "me_closed",
            status,
            person=visit.person,
            csrf=self._site.csrf(visit.link.id),
            first_use=not visit.person.may_prove,
            error=error,
            here=self._queue.here(visit),
        )

    def _open(self, visit: Visit, sent: Typed, now: datetime) -> Response:
        if error := sent.fault(visit.person):
            return self._closed(visit, error, 422)
        proved = prove_person(
            self._site.database, visit.person, visit.link.id, sent.proof, self._site.pepper, now
        )
        if proved.error:
            return self._closed(visit, proved.error, STATUS.get(proved.error, 403))
        return self._shown(visit, Done(), now)

    def _key(self, visit: Visit, until: int) -> str:
        with self._site.database.read() as connection:
            version = people.code_version(connection, visit.person.id)
        text = f"me|{visit.link.id}|{visit.person.id}|{version}|{until}".encode()
        return f"{until}.{hmac.digest(self._site.desk().link_key, text, 'sha256').hex()}"

    def _is_right(self, visit: Visit, key: str, now: datetime) -> bool:
        until = key.partition(".")[0]
        if not (until.isascii() and until.isdigit() and len(until) < 12):
            return False
        right = hmac.compare_digest(key.encode(), self._key(visit, int(until)).encode())
        return right and now.timestamp() <= int(until)

    # ------------------------------------------------------------ the page

    def _shown(self, visit: Visit, done: Done, now: datetime, status: int = 200) -> Response:
        with self._site.database.read() as connection:
            values = self._facts(connection, visit.person, now)
        title = self._site.office.group_th
        key = self._key(visit, int((now + _OPEN).timestamp()))
        uri = onetime.uri(done.secret, visit.person.address, title) if done.secret else ""
        return self._site.page(
            "me",
            status,
            person=visit.person,
            csrf=self._site.csrf(visit.link.id),
            key=key,
            passkey=self._keys.to_enrol(visit.person, values["passkeys"], key),
            here=self._queue.here(visit),
            error=done.error or None,
            told=done.told,
            secret=" ".join(done.secret[at : at + 4] for at in range(0, len(done.secret), 4)),
            picture=qr.picture(uri, title) if uri else "",
            codes=[f"{code[:3]} {code[3:]}" for code in done.codes],
            today=self._today(now).isoformat(),
            form={name: done.typed.get(name, "") for name in _TYPED},
            **values,
        )

    def _facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        return {
            name: fact
            for room in self._rooms
            for name, fact in room.facts(connection, person, now).items()
        }

    def _today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self._site.office.timezone)).date()

    # ------------------------------------------------------------ what is done there

    def _act(self, visit: Visit, form: dict[str, str], now: datetime) -> Response:
        action = self._actions.get(form.get("action", ""))
        if action is None:
            return self._shown(visit, Done(), now, 422)
        with self._site.database.write() as connection:
            done = action(connection, Turn(visit.person, form, now))
        self._site.committed()
        return self._shown(visit, done, now, 422 if done.error else 200)
