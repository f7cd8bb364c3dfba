"""A person's own page: stand-in, codes that are good once, remembered devices.

The code opens it for a quarter of an hour; what is done there needs no second one, since the key
stands on the page that only the code gives. A new code of any kind is told by mail.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc.deciding.proving import digits, prove_person
from mailproc.model import Person
from mailproc.store import absences, devices, onetime, passkeys, people, people_log
from mailproc.store.absences import AbsenceRefused
from mailproc.thai import parse_date, to_arabic
from mailproc.web import qr
from mailproc.web.common import Site, read_form
from mailproc.web.passkeys import FIELD, PasskeyRoom, revoke
from mailproc.web.proof import STATUS, Typed, typed
from mailproc.web.queue import LANGUAGE, QueuePage, Visit
from mailproc.workflow import calendar

_OPEN = timedelta(minutes=15)
_SECRET = re.compile(r"[A-Z2-7]{32}")  # base32, 160 bits
_ANY = "any"  # whoever holds the role of a deputy
_STAND_INS = ("deputy", "group_director")


@dataclass(frozen=True, slots=True)
class _Done:
    """What an action came to: `error` is a key of [errors], `told` one of [me]."""

    told: str = ""
    error: str = ""
    secret: str = ""  # of a new app
    codes: tuple[str, ...] = ()  # of a new list
    typed: Mapping[str, str] = field(default_factory=dict)


class MePage:
    """GET and POST of /q/open/{handle}/me."""

    def __init__(self, site: Site, queue: QueuePage) -> None:
        self._site, self._queue = site, queue
        self._keys = PasskeyRoom(site)
        self._actions: dict[str, Callable[[Connection, _Turn], _Done]] = {
            "app": self._new_app,
            "prove_app": self._prove_app,
            "list": self._new_list,
            "end_codes": self._end_codes,
            "revoke": self._revoke,
            "add_passkey": self._add_passkey,
            "end_passkey": self._end_passkey,
            "away": self._away,
            "back": self._back,
            "look": lambda connection, turn: _Done(),
        }

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
            LANGUAGE,
            person=visit.person,
            csrf=self._site.csrf(visit.link.id),
            first_use=not visit.person.has_code,
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
        return self._shown(visit, _Done(), now)

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

    def _shown(self, visit: Visit, done: _Done, now: datetime, status: int = 200) -> Response:
        with self._site.database.read() as connection:
            values = self._facts(connection, visit.person, now)
        title = self._site.office.group_th
        key = self._key(visit, int((now + _OPEN).timestamp()))
        uri = onetime.uri(done.secret, visit.person.address, title) if done.secret else ""
        return self._site.page(
            "me",
            status,
            LANGUAGE,
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
            form={name: done.typed.get(name, "") for name in ("deputy", "since", "until")},
            **values,
        )

    def _facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        everybody = people.listed(connection, now)
        others = [one for one in everybody if one.role in _STAND_INS and one.id != person.id]
        away = [x for x in absences.listed(connection, now) if x.absence.person_id == person.id]
        names = {one.id: one.name for one in everybody}
        return {
            "kept": onetime.kept(connection, person.id),
            "app_was": _stamp(onetime.made_at(connection, person.id, onetime.APP)),
            "list_was": _stamp(onetime.made_at(connection, person.id, onetime.LIST)),
            "devices": devices.listed(connection, person.id, now),
            "passkeys": passkeys.listed(connection, person.id),
            "others": others,
            "deputies": any(one.role == "deputy" for one in others),
            "absences": [self._absence(one, names) for one in away],
        }

    def _absence(self, entered: absences.Entered, names: dict[int, str]) -> dict[str, Any]:
        one, zone = entered.absence, self._site.office.timezone
        return {
            "id": entered.id,
            "deputy": names.get(one.deputy_id or 0, ""),
            "first": calendar.local_day(one.since, zone),
            "last": calendar.last_day(one.until, zone) if one.until else None,
        }

    def _today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self._site.office.timezone)).date()

    # ------------------------------------------------------------ what is done there

    def _act(self, visit: Visit, form: dict[str, str], now: datetime) -> Response:
        action = self._actions.get(form.get("action", ""))
        if action is None:
            return self._shown(visit, _Done(), now, 422)
        try:
            with self._site.database.write() as connection:
                done = action(connection, _Turn(visit.person, form, now))
        except AbsenceRefused as refused:
            done = _Done(error=f"away_{refused.why}", typed=form)
        self._site.committed()
        return self._shown(visit, done, now, 422 if done.error else 200)

    def _new_app(self, connection: Connection, turn: _Turn) -> _Done:
        made = onetime.made_at(connection, turn.person.id, onetime.APP)
        if turn.form.get("was", "") != _stamp(made):
            return _Done(error="me_again")  # the page was loaded twice
        secret = onetime.new_app(connection, turn.person.id, self._site.pepper, turn.now)
        turn.note(connection, "app_enrolled")
        return _Done("app_new", secret=secret)

    def _prove_app(self, connection: Connection, turn: _Turn) -> _Done:
        code = digits(turn.form.get("app_code", ""))
        secret = turn.form.get("secret", "").replace(" ", "")
        secret = secret if _SECRET.fullmatch(secret) else ""
        used = onetime.redeem(
            connection,
            turn.person.id,
            code,
            self._site.pepper,
            turn.now,
            onetime.AT_ONCE,
            turn.now,
        )
        if used.kind == onetime.APP:
            return _Done("app_proved")
        return _Done(error="app_code_wrong", secret=secret)

    def _new_list(self, connection: Connection, turn: _Turn) -> _Done:
        made = onetime.made_at(connection, turn.person.id, onetime.LIST)
        if turn.form.get("was", "") != _stamp(made):
            return _Done(error="me_again")
        codes = onetime.new_list(connection, turn.person.id, self._site.pepper, turn.now)
        turn.note(connection, "list_printed")
        return _Done("list_new", codes=codes)

    def _end_codes(self, connection: Connection, turn: _Turn) -> _Done:
        kept = onetime.kept(connection, turn.person.id)
        onetime.end(connection, turn.person.id)
        for event, was in (("app_ended", kept.app), ("list_ended", kept.left > 0)):
            if was:
                turn.note(connection, event)
        return _Done("codes_ended")

    def _revoke(self, connection: Connection, turn: _Turn) -> _Done:
        device = turn.form.get("device", "")
        known = {x.id: x for x in devices.listed(connection, turn.person.id, turn.now)}
        if device in known and devices.revoke(connection, turn.person.id, turn.now, device):
            turn.note(connection, "device_revoked", device=known[device].label)
        return _Done("device_revoked")

    def _add_passkey(self, connection: Connection, turn: _Turn) -> _Done:
        place, answer = turn.form["key"], turn.form.get(FIELD, "")
        label = turn.form.get("label", "")
        if self._keys.enrol(connection, turn.person, place, answer, label, turn.now):
            return _Done("passkey_added")
        return _Done(error="passkey_failed")

    def _end_passkey(self, connection: Connection, turn: _Turn) -> _Done:
        revoke(connection, turn.person, turn.form.get("passkey_id", ""), turn.now)
        return _Done("passkey_revoked")

    def _away(self, connection: Connection, turn: _Turn) -> _Done:
        first, last = _day(turn.form.get("since", "")), _day(turn.form.get("until", ""))
        who = turn.form.get("deputy", "")
        if first is None or (turn.form.get("until", "").strip() and last is None):
            return _Done(error="away_dates", typed=turn.form)
        if who != _ANY and not (who.isascii() and who.isdigit()):
            return _Done(error="away_nobody", typed=turn.form)
        deputy = None if who == _ANY else int(who)
        since, until = calendar.span(first, last, self._site.office.timezone)
        absences.begin(connection, turn.person.id, deputy, since, until, "page", turn.now)
        days = {"since": first.isoformat(), "until": last.isoformat() if last else None}
        turn.note(connection, "away_set", deputy=deputy, **days)
        return _Done("away_set")

    def _back(self, connection: Connection, turn: _Turn) -> _Done:
        which = turn.form.get("absence", "")
        number = int(which) if which.isascii() and which.isdigit() else 0
        if absences.end(connection, turn.person.id, turn.now, number):
            turn.note(connection, "away_ended")
        return _Done("away_ended")


@dataclass(frozen=True, slots=True)
class _Turn:
    """One action of a person."""

    person: Person
    form: Mapping[str, str]
    now: datetime

    def note(self, connection: Connection, event: str, **facts: str | int | None) -> None:
        people_log.note(connection, self.person.id, event, self.person.name, self.now, **facts)


def _stamp(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _day(text: str) -> date | None:
    """A date as the browser's field writes it, or as people do, in any era."""
    return parse_date(to_arabic(text)) if text.strip() else None
