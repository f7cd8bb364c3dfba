"""A person's own logins at the desk, with an end to each, and passkeys to log in by."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from mailproc.store import passkeys, sessions
from mailproc.store.passkeys import Passkey
from mailproc.web.common import Site
from mailproc.web.desk.frame import Frame, Visit
from mailproc.web.desk.login import key_room
from mailproc.web.passkeys import FIELD, revoke

PATH = "/desk/me"


class MinePage:
    """GET and POST of /desk/me."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site, self._frame = site, frame

    def routes(self) -> list[BaseRoute]:
        return [self._frame.route(PATH, self._show, self._act, anybody=True)]

    def _show(self, visit: Visit, error: str = "") -> Response:
        with self._site.database.read() as connection:
            mine = sessions.listed(connection, visit.person.id, visit.now)
            keys = passkeys.listed(connection, visit.person.id)
        return self._frame.page(
            visit,
            "mine",
            422 if error else 200,
            sessions=mine,
            passkeys=keys,
            passkey=self._offer(visit, keys),
            error=error or None,
        )

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
