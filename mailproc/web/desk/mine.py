"""A person's own logins at the desk, with an end to each; passkeys, and codes that are good once.

A login may be hours old and its screen unlocked, so a new app or list asks for the code once more.
Wrong ones count as at the login, and the new one is told by mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.deciding.proving import Proof, prove_person
from mailproc.store import onetime, passkeys, sessions
from mailproc.store.passkeys import Passkey
from mailproc.web import qr
from mailproc.web.common import Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.web.desk.login import PLACE, key_room
from mailproc.web.me.codes import Codes
from mailproc.web.me.nouns import Done, Turn
from mailproc.web.passkeys import FIELD, revoke
from mailproc.web.proof import STATUS, typed

PATH = "/desk/me"
_NOTHING = Done()
_PROVED = frozenset({"app", "list", "end_codes"})  # the app proves itself by its own code


class MinePage:
    """GET and POST of /desk/me."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame
        self._codes = Codes(site.pepper)

    def routes(self) -> list[BaseRoute]:
        return [self._frame.route(PATH, self._show, self._act, anybody=True)]

    def _show(self, visit: Visit, error: str = "", done: Done = _NOTHING) -> Response:
        with self._site.database.read() as connection:
            mine = sessions.listed(connection, visit.person.id, visit.now)
            keys = passkeys.listed(connection, visit.person.id)
            codes = self._codes.facts(connection, visit.person, visit.now)
        wrong = error or done.error
        return self._frame.page(
            visit,
            "mine",
            STATUS.get(wrong, 422) if wrong else 200,
            sessions=mine,
            passkeys=keys,
            passkey=self._offer(visit, keys),
            error=wrong or None,
            asked=visit.text("action") if wrong else "",
            new=self._new(visit, done),
            **codes,
        )

    def _new(self, visit: Visit, done: Done) -> dict[str, Any]:
        """What is shown once: a secret to scan, or a list to print."""
        title = self._site.office.group_th
        uri = onetime.uri(done.secret, visit.person.address, title) if done.secret else ""
        return {
            "told": done.told,
            "secret": " ".join(done.secret[at : at + 4] for at in range(0, len(done.secret), 4)),
            "picture": qr.picture(uri, title) if uri else "",
            "codes": [f"{code[:3]} {code[3:]}" for code in done.codes],
        }

    def _change_codes(self, visit: Visit, action: str) -> Response:
        person, sent = visit.person, typed(visit.form)
        if action in _PROVED:
            if not sent.code:
                return self._show(visit, "code_missing")
            proof, pepper = Proof(sent.code), self._site.pepper
            proved = prove_person(self._site.database, person, PLACE, proof, pepper, visit.now)
            if proved.error:
                return self._show(visit, proved.error)
        with self._site.database.write() as connection:
            turn = Turn(person, visit.form, visit.now)
            done = self._codes.actions[action](connection, turn)
        self._site.committed()  # its owner is told of it
        return self._show(visit, done=done)

    def _offer(self, visit: Visit, known: Sequence[Passkey]) -> str:
        room = key_room(self._site, visit.http)
        return room.to_enrol(visit.person, known, _place(visit)) if room else ""

    def _act(self, visit: Visit) -> Response:
        match visit.text("action"):
            case "add_passkey":
                return self._add_passkey(visit)
            case "end_passkey":
                with self._site.database.write() as connection:
                    revoke(connection, visit.person, visit.text("passkey_id", 2000), visit.now)
                return self._frame.done(visit, PATH, "passkey_ended")
            case action if action in self._codes.actions:
                return self._change_codes(visit, action)
        which = visit.text("session")
        with self._site.database.write() as connection:
            if which:
                sessions.end(connection, visit.person.id, visit.now, which)
            else:
                sessions.end(connection, visit.person.id, visit.now, but=visit.session.id)
        return self._frame.done(visit, PATH, "session_ended" if which else "sessions_ended")

    def _add_passkey(self, visit: Visit) -> Response:
        room = key_room(self._site, visit.http)
        answer, label = visit.form.get(FIELD, ""), visit.text("label")
        with self._site.database.write() as connection:
            added = room is not None and room.enrol(
                connection, visit.person, _place(visit), answer, label, visit.now
            )
        if not added:
            return self._show(visit, "passkey_failed")
        self._site.committed()  # its owner is told of it
        return self._frame.done(visit, PATH, "passkey_added")


def _place(visit: Visit) -> str:
    """What a new key is bound to: this login."""
    return f"desk {visit.session.id}"
