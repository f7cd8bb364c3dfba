"""What every page of the desk has: who is logged in, the way round, and what was just done.

Pages are given to `Frame.route` as two plain functions of a `Visit`: one shows, one acts. The frame
asks for the login, lets only officers and admins act, and takes a POST from its own pages alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mailproc.model import Person
from mailproc.store import people, sessions
from mailproc.store.sessions import Session
from mailproc.web import inside
from mailproc.web.common import HEADERS, SCRIPTED, Site, whole
from mailproc.web.desk.alarms import open_now
from mailproc.web.desk.fields import Upload, read_all

COOKIE = "desk"
LOGIN = "/desk/login"
ROLES = ("officer", "admin", "group_director", "deputy")  # who may log in
_ACTING = frozenset({"officer", "admin"})
# Name in [desk] of the texts, and path; shown once somebody has registered the path.
_NAV = (
    ("work", "/desk"),
    ("entry", "/desk/entry"),
    ("mails", "/desk/mails"),
    ("handovers", "/desk/handovers"),
    ("months", "/desk/months"),
    ("people", "/people"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody who is logged in; `person.role` is the one that may do most here."""

    http: HttpRequest
    person: Person
    session: Session
    now: datetime
    csrf: str  # of every form on the page: a hidden field «csrf»
    fields: tuple[tuple[str, str], ...] = ()  # what was posted, in its order
    files: Mapping[str, Upload] = field(default_factory=dict)  # by field; empty ones left out

    @property
    def may_act(self) -> bool:
        return may_act(self.person)

    @property
    def form(self) -> dict[str, str]:
        """What was posted, the last of each name."""
        return dict(self.fields)

    def text(self, name: str, most: int = 200) -> str:
        """A posted field on one line."""
        return " ".join(self.form.get(name, "").split())[:most]

    def lines(self, name: str, most: int = 2000) -> str:
        """A posted field with its line breaks."""
        return self.form.get(name, "").strip()[:most]

    def number(self, name: str) -> int:
        """A posted or asked number; 0 where there is none."""
        return whole(self.form.get(name, self.asked(name)))

    def asked(self, name: str, most: int = 200) -> str:
        """A value of the address: «?name=…»."""
        return " ".join(self.http.query_params.get(name, "").replace("\0", "").split())[:most]


def may_act(person: Person) -> bool:
    """Officers and admins act at the desk; those who decide look, and decide by their own links."""
    return person.role in _ACTING


class _Id(Convertor[int]):
    """The number of a row in an address, «{id:id}»: with more digits there is no such page."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("id", _Id())
Handler = Callable[[Visit], Response]


class Frame:
    """The desk of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._paths: set[str] = set()

    # ------------------------------------------------------------ routes

    def route(
        self, path: str, show: Handler, act: Handler | None = None, *, anybody: bool = False
    ) -> Route:
        """GET by `show`, POST by `act`, both in a thread of their own. Only those who may act can
        POST, unless `anybody` may: what concerns nobody but oneself."""

        async def handle(http: HttpRequest) -> Response:
            visit = await run_in_threadpool(self.visit, http)
            if isinstance(visit, Response):
                return visit
            if http.method != "POST":
                return await run_in_threadpool(show, visit)
            if act is None:
                raise HTTPException(405)
            if not (anybody or visit.may_act):
                return self.message(visit, "desk_look_only", 403)
            if not inside.is_surely_own(http):
                return self.message(visit, "forbidden", 403)
            fields, files = await read_all(http)
            posted = replace(visit, fields=fields, files=files)
            if not hmac.compare_digest(posted.form.get("csrf", "").encode(), visit.csrf.encode()):
                return self.message(visit, "forbidden", 403)
            return await run_in_threadpool(act, posted)

        self._paths.add(path)
        return Route(path, handle, methods=["GET", "POST"])

    # ------------------------------------------------------------ who comes

    def visit(self, http: HttpRequest) -> Visit | Response:
        """Who is logged in, or the way to the login. A POST is told that its login has ended."""
        if not inside.is_our_name(self.site, http):
            return self.site.message("forbidden", 403)
        if (visit := self.known(http)) is not None:
            return visit
        if http.method == "POST":
            return self.site.message("desk_login_again", 403)
        path = http.url.path + (f"?{http.url.query}" if http.url.query else "")
        return RedirectResponse(f"{LOGIN}?{urlencode({'next': path})}", 303, HEADERS)

    def known(self, http: HttpRequest) -> Visit | None:
        """Who is logged in; None where nobody is. For pages that need no login."""
        site, now = self.site, self.site.clock()
        with site.database.read() as connection:
            session = sessions.find(connection, http.cookies.get(COOKIE, ""), now)
            everybody = people.listed(connection, now) if session else []
        person = at_desk(everybody, session.person_id) if session else None
        if session is None or person is None:
            return None
        if sessions.is_stale(session, now):
            with site.database.write() as connection:
                sessions.used(connection, session.id, now)
        # Of the person, not of the session: a page stays good over a new login.
        return Visit(http, person, session, now, site.csrf(f"desk|{person.id}"))

    # ------------------------------------------------------------ answers

    def page(
        self, visit: Visit | None, name: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """The page «web/desk/NAME.html»; what the request said is to be given through `shown`."""
        language = self.site.office.language
        known = {
            "visit": visit,
            "may_act": visit is not None and visit.may_act,
            "csrf": visit.csrf if visit else "",
            "nav": self.nav(visit),
            "alarms": open_now(self.site.database, language) if visit is not None else (),
            "told": visit.asked("told", 60) if visit and visit.http.method != "POST" else "",
        }
        text = self.site.pages.render(f"desk/{name}", language, base="", **(known | values))
        return HTMLResponse(text, status, SCRIPTED if values.get("passkey") else HEADERS)

    def done(self, visit: Visit, path: str, key: str) -> Response:
        """On to `path` after a POST, where the words of `key` in [desk_told] are shown."""
        path, _, anchor = path.partition("#")
        joint = "&" if "?" in path else "?"
        where = f"{path}{joint}told={quote(key)}" + (f"#{anchor}" if anchor else "")
        return RedirectResponse(where, 303, HEADERS)

    def message(self, visit: Visit, key: str, status: int) -> HTMLResponse:
        """A page that says what happened and what to do; `key` is one of [messages]."""
        return self.page(visit, "message", status, message=key)

    def nav(self, visit: Visit | None) -> list[tuple[str, str, bool]]:
        """(name, path, whether it is here) of the pages there are."""
        here = visit.http.url.path if visit else ""
        there = [(name, path) for name, path in _NAV if path in self._paths or path == "/people"]
        return [(name, path, path == here) for name, path in there]


def at_desk(everybody: list[Person], person_id: int) -> Person | None:
    """The person in the role that may do most at the desk; None where no role may log in."""
    mine = [one for one in everybody if one.id == person_id and one.role in ROLES]
    return min(mine, key=lambda one: ROLES.index(one.role), default=None)
