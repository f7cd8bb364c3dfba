"""/people on the internal listener: who holds which role, a new deputy, a new code.

Everybody in the office may look; whatever changes something takes the code of the group's director,
an officer or an admin, or the login of one of them at the desk. A slip is shown once, to be printed
and handed over.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc import enrolment
from mailproc.deciding.proving import Proof, digits, prove_person
from mailproc.enrolment import Enrolled
from mailproc.errors import MailprocError
from mailproc.mail.delivery import is_one_address
from mailproc.model import APPROVERS, Person
from mailproc.store import absences, people, people_log
from mailproc.store.absences import AbsenceRefused
from mailproc.thai import parse_date, to_arabic
from mailproc.web import inside
from mailproc.web.common import Site, read_form, whole
from mailproc.web.desk.frame import Frame, Visit
from mailproc.web.proof import STATUS, typed
from mailproc.workflow import calendar

_PLACE = "internal/people"  # wrong codes are counted for it
_MAY = ("group_director", "officer", "admin")
_SHOWN_AGAIN = ("name", "address", "position", "phone", "acts_for", "since", "until", "person")


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent, as it is meant."""

    form: dict[str, str]
    now: datetime
    visit: Visit | None = None  # who is logged in at the desk

    @property
    def logged_in(self) -> Person | None:
        """Whose login stands for the code."""
        return self.visit.person if self.visit and self.visit.person.role in _MAY else None

    def text(self, name: str) -> str:
        return " ".join(self.form.get(name, "").split())[:200]

    def number(self, name: str) -> int:
        return whole(self.form.get(name, ""))

    def day(self, name: str) -> date | None:
        said = self.form.get(name, "").strip()
        return parse_date(to_arabic(said)) if said else None

    @property
    def dates_are_clear(self) -> bool:
        said = [name for name in ("since", "until") if self.text(name)]
        return all(self.day(name) is not None for name in said)


class RegisterPage:
    """GET and POST of /people."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    async def page(self, http: HttpRequest) -> Response:
        """GET lists; POST enrols a deputy or ends a code."""
        if not inside.is_our_name(self._site, http):
            return self._site.message("forbidden", 403)
        if http.method != "POST":
            return await run_in_threadpool(self._look, http)
        form = await read_form(http)
        return await run_in_threadpool(self._come, http, form)

    def _look(self, http: HttpRequest) -> Response:
        return self._show(_Sent({}, self._site.clock(), self._frame.known(http)))

    def _come(self, http: HttpRequest, form: dict[str, str]) -> Response:
        return self._post(http, _Sent(form, self._site.clock(), self._frame.known(http)))

    # ------------------------------------------------------------ showing

    def _show(
        self, sent: _Sent, error: str | None = None, status: int = 200, told: str = ""
    ) -> Response:
        with self._site.database.read() as connection:
            everybody = people.listed(connection, sent.now)
        return self._site.page(
            "people",
            status,
            visit=sent.visit,
            may_act=sent.visit is not None and sent.visit.may_act,
            nav=self._frame.nav(sent.visit),
            logged_in=sent.logged_in,
            csrf=self._csrf(sent),
            error=error,
            told=told,
            without=[one for one in everybody if not one.has_code],
            everybody=everybody,
            deciders=[one for one in everybody if one.role in APPROVERS],
            allowed=[one for one in everybody if one.role in _MAY and one.has_code],
            form={name: sent.form.get(name, "") for name in (*_SHOWN_AGAIN, "by")},
        )

    def _csrf(self, sent: _Sent) -> str:
        return sent.visit.csrf if sent.visit else self._site.csrf(_PLACE)

    def _slip(self, enrolled: Enrolled) -> Response:
        days = people.SLIP_LIFE.days
        return self._site.page("slip", 200, enrolled=enrolled, days=days)

    # ------------------------------------------------------------ changing

    def _post(self, http: HttpRequest, sent: _Sent) -> Response:
        ours = hmac.compare_digest(sent.form.get("csrf", "").encode(), self._csrf(sent).encode())
        # A login is sent along by the browser itself, so a page has to say where it is from.
        origin = inside.is_surely_own if sent.visit else inside.is_own_origin
        if not ours or not origin(http):
            return self._site.message("forbidden", 403)
        if sent.logged_in is None and not inside.is_private(self._site, http):
            return self._site.message("desk_not_private", 403)
        if sent.form.get("action") == "set":
            return self._set(sent)
        if error := _fault(sent):
            return self._show(sent, error, 422)
        if sent.logged_in is not None:
            return self._do(sent, sent.logged_in)
        by = self._by(sent)
        if by is None:
            return self._show(sent, "by_missing", 422)
        proof = Proof(digits(sent.form.get("code", "")))
        if not proof.code:
            return self._show(sent, "code_missing", 422)
        proved = prove_person(self._site.database, by, _PLACE, proof, self._site.pepper, sent.now)
        if proved.error:
            return self._show(sent, proved.error, STATUS.get(proved.error, 403))
        return self._do(sent, by)

    def _set(self, sent: _Sent) -> Response:
        """A first code of one's own, by the slip: officers have no page of requests for it."""
        with self._site.database.read() as connection:
            person = people.get(connection, sent.number("person"), sent.now)
        if person is None or person.has_code:
            return self._show(sent, "person_has_code" if person else "set_person_missing", 422)
        new = typed(sent.form)
        if error := new.fault(person):
            return self._show(sent, error, 422)
        site = self._site
        proved = prove_person(site.database, person, _PLACE, new.proof, site.pepper, sent.now)
        if proved.error:
            return self._show(sent, proved.error, STATUS.get(proved.error, 403))
        return self._show(_Sent({}, sent.now, sent.visit), told="code_set")

    def _by(self, sent: _Sent) -> Person | None:
        """Who answers for it, if that person may."""
        with self._site.database.read() as connection:
            everybody = people.listed(connection, sent.now)
        may = (one for one in everybody if one.role in _MAY and one.has_code)
        return next((one for one in may if one.id == sent.number("by")), None)

    def _do(self, sent: _Sent, by: Person) -> Response:
        try:
            with self._site.database.write() as connection:
                if sent.form["action"] == "reset":
                    enrolled = enrolment.reset(connection, sent.number("person"), by.name, sent.now)
                else:
                    enrolled = self._enrol(connection, sent, by)
        except AbsenceRefused as refused:
            return self._show(sent, f"away_{refused.why}", 422)
        except MailprocError as error:
            return self._show(sent, error.key, 422)
        self._site.committed()
        return self._slip(enrolled)

    def _enrol(self, connection: Any, sent: _Sent, by: Person) -> Enrolled:
        """A deputy; where days and a person are told, the deputy stands in for that person then."""
        name, address, phone = sent.text("name"), sent.text("address"), sent.text("phone")
        person = Person(0, name, address, "deputy", phone, sent.text("position"))
        zone, first, last = self._site.office.timezone, sent.day("since"), sent.day("until")
        today = calendar.local_day(sent.now, zone)
        since, until = calendar.span(first or today, last, zone)
        acts_for = sent.number("acts_for") or None
        enrolled = enrolment.enrol(
            connection, person, by.name, sent.now, until=until, acts_for=acts_for
        )
        if acts_for and first:
            absences.begin(connection, acts_for, enrolled.id, since, until, "page", sent.now)
            people_log.note(
                connection,
                acts_for,
                "away_set",
                by.name,
                sent.now,
                deputy=enrolled.id,
                since=first.isoformat(),
            )
        return enrolled


def _fault(sent: _Sent) -> str:
    """The first thing that is still to be filled in, as an error key."""
    match sent.form.get("action", ""):
        case "reset":
            return "" if sent.number("person") else "person_missing"
        case "add":
            return _fault_of_new(sent)
    return "form_old"


def _fault_of_new(sent: _Sent) -> str:
    if not sent.text("name"):
        return "name_missing"
    if not is_one_address(sent.text("address")):
        return "address_wrong"
    first, last = sent.day("since"), sent.day("until")
    if not sent.dates_are_clear or (first and last and last < first):
        return "away_dates"
    return ""
