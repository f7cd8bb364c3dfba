"""Logging in at the desk, and out: the person by name, and what proves the person.

That is the code, a code of an app or of the printed list, or at first use the slip. Wrong ones are
counted per person as everywhere else.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailproc.deciding.proving import Proved, prove_person
from mailproc.model import Person
from mailproc.store import people, sessions
from mailproc.web import inside
from mailproc.web.common import HEADERS, Site, read_form, whole
from mailproc.web.desk.frame import COOKIE, LOGIN, ROLES, Frame, Visit, at_desk
from mailproc.web.passkeys import FIELD, PasskeyRoom
from mailproc.web.proof import STATUS, Typed, typed

PLACE = "internal/desk"  # wrong codes are counted for it
HOME = "/desk"


class LoginPage:
    """GET and POST of /desk/login, POST of /desk/logout."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        login = Route(LOGIN, self._login, methods=["GET", "POST"])
        return [login, self._frame.route("/desk/logout", self._home, self._out, anybody=True)]

    # ------------------------------------------------------------ in

    async def _login(self, http: HttpRequest) -> Response:
        if not inside.is_our_name(self._site, http):
            return self._site.message("forbidden", 403)
        if http.method != "POST":
            return await run_in_threadpool(self._show, http, {})
        form = await read_form(http)
        return await run_in_threadpool(self._post, http, form)

    def _show(
        self, http: HttpRequest, form: Mapping[str, str], error: str = "", status: int = 200
    ) -> Response:
        if not inside.is_private(self._site, http):
            return self._site.message("desk_not_private", 403)
        everybody = self._everybody()
        wanted = form.get("next", http.query_params.get("next", ""))
        return self._frame.page(
            None,
            "login",
            status,
            csrf=self._site.csrf(PLACE),
            everybody=everybody,
            passkey=self._key_offer(http, everybody),
            chosen=whole(form.get("person", "")),
            next=wanted if is_inside(wanted) else "",
            slip=form.get("slip", ""),
            error=error or None,
            told="logged_out" if "out" in http.query_params and not error else "",
        )

    def _key_offer(self, http: HttpRequest, everybody: list[Person]) -> str:
        room = key_room(self._site, http)
        return room.to_log_in(everybody, self._site.clock()) if room else ""

    def _everybody(self) -> list[Person]:
        """Those who may log in, each once."""
        with self._site.database.read() as connection:
            listed = people.listed(connection, self._site.clock())
        ids = dict.fromkeys(one.id for one in listed if one.role in ROLES)
        found = [at_desk(listed, person_id) for person_id in ids]
        return sorted((one for one in found if one), key=lambda one: ROLES.index(one.role))

    def _post(self, http: HttpRequest, form: dict[str, str]) -> Response:
        ours = hmac.compare_digest(form.get("csrf", "").encode(), self._site.csrf(PLACE).encode())
        if not ours or not inside.is_surely_own(http):
            return self._site.message("forbidden", 403)
        if not inside.is_private(self._site, http):
            return self._site.message("desk_not_private", 403)
        if form.get(FIELD):
            return self._by_key(http, form)
        person = next((p for p in self._everybody() if str(p.id) == form.get("person")), None)
        if person is None:
            return self._show(http, form, "desk_person_missing", 422)
        sent = typed(form)
        if error := sent.fault(person):
            return self._show(http, form, error, 422)
        now = self._site.clock()
        proved = self._prove(person, sent, now)
        if proved.error:
            return self._show(http, form, proved.error, STATUS.get(proved.error, 403))
        return self.begin(http, person, proved.device, form.get("next", ""), now)

    def _by_key(self, http: HttpRequest, form: dict[str, str]) -> Response:
        """A passkey tells by itself whose it is."""
        now, everybody = self._site.clock(), self._everybody()
        room = key_room(self._site, http)
        found = room.log_in(everybody, form[FIELD], now) if room else "key_wrong"
        if isinstance(found, str):
            return self._show(http, form, found, STATUS.get(found, 403))
        person = next(one for one in everybody if one.id == found.person_id)
        return self.begin(http, person, "passkey", form.get("next", ""), now, found.once)

    def _prove(self, person: Person, sent: Typed, now: datetime) -> Proved:
        site = self._site
        return prove_person(site.database, person, PLACE, sent.proof, site.pepper, now)

    def begin(
        self,
        http: HttpRequest,
        person: Person,
        proof: str,
        wanted: str,
        now: datetime,
        once: str = "",
    ) -> Response:
        """A session for who has proved to be that person, and on to the page that was wanted."""
        label = self._site.visitor(http).device
        with self._site.database.write() as connection:
            sessions.end_token(connection, http.cookies.get(COOKIE, ""), now)
            token = sessions.begin(connection, person.id, proof, label, now, once)
        if token is None:
            return self._show(http, {"next": wanted}, "form_old", STATUS["form_old"])
        self._site.committed()  # a first code is told to its owner
        answer = RedirectResponse(wanted if is_inside(wanted) else HOME, 303, HEADERS)
        self._set_cookie(http, answer, token, int(sessions.LIFE.total_seconds()))
        return answer

    def _set_cookie(self, http: HttpRequest, answer: Response, value: str, seconds: int) -> None:
        """For every page of this listener: /people takes the login too."""
        secure = inside.is_encrypted(self._site, http)
        answer.set_cookie(
            COOKIE, value, seconds, path="/", httponly=True, secure=secure, samesite="lax"
        )

    # ------------------------------------------------------------ out

    def _home(self, visit: Visit) -> Response:
        return RedirectResponse(HOME, 303, HEADERS)

    def _out(self, visit: Visit) -> Response:
        with self._site.database.write() as connection:
            sessions.end(connection, visit.person.id, visit.now, visit.session.id)
        answer = RedirectResponse(f"{LOGIN}?out", 303, HEADERS)
        self._set_cookie(visit.http, answer, "", 0)
        return answer


def key_room(site: Site, http: HttpRequest) -> PasskeyRoom | None:
    """Passkeys at the address that the browser has; None where there can be none."""
    at = inside.address(site, http)
    return PasskeyRoom(site, at) if at else None


def is_inside(path: str) -> bool:
    """Whether a login may lead there: a page of the desk, or the register of people."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and "//" not in path
    return plain and (path.partition("?")[0] in (HOME, "/people") or path.startswith(f"{HOME}/"))
