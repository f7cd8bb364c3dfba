"""What counts now: who decided and when, undo, what left the office, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from mailproc import deciding
from mailproc.deciding import Mandate
from mailproc.defang import defang, defang_line
from mailproc.model import Request, State
from mailproc.store import decisions, fetched, opens, person_links
from mailproc.store.devices import Device
from mailproc.web.common import Site
from mailproc.web.passkeys import PasskeyRoom
from mailproc.workflow.approval import given, needed


class DecidedPage:
    """The same for whoever was asked; it changes nothing."""

    def __init__(self, site: Site, keys: PasskeyRoom) -> None:
        self._site, self._keys = site, keys

    def show(
        self,
        found: Mandate,
        now: datetime,
        *,
        device: Device | None = None,
        error: str = "",
        status: int = 200,
        proved: bool = False,
    ) -> Response:
        """`error`: a key of [errors], where something that was sent did not count. Who has just
        `proved` to be the person is led on to what else waits."""
        request = found.request
        with self._site.database.read() as connection:
            made = decisions.of_request(connection, request.id)
            handed = fetched.handed_over(connection, request.id) if request.file_id else None
            looks = opens.of_link(connection, found.link.id)
        asked = request.state is State.AWAITING_DECISION and found.has_approved
        waiting = needed(request, self._site.rules()) - len(given(request)) if asked else 0
        return self._site.page(
            "decided",
            status,
            request=request,
            person=found.person,
            for_person=found.for_person,
            csrf=self._site.csrf(found.link.id),
            may_undo=found.has_hold(now),
            hold_left=_hold_left(request, now),
            is_mine=_is_mine(found),
            may_revoke=found.may_revoke,
            device=device,
            passkey=self._offer(found, now) if device is None else "",
            made=[_shown(one) for one in made],
            handed=handed,
            looks=looks,
            waiting=waiting,
            error=error or None,
            more=self._more(found, now) if proved else None,
        )

    def narrowed(self, found: Mandate, now: datetime, *, proved: bool = False) -> Response:
        """What was narrowed is made anew and comes by another mail."""
        more = self._more(found, now) if proved else None
        return self._site.page("message", message="narrowed", request=found.request, more=more)

    def _more(self, found: Mandate, now: datetime) -> dict[str, Any] | None:
        """How much else waits for the person, and where."""
        desk = self._site.desk()
        with self._site.database.write() as connection:
            count = len(deciding.waiting(connection, found.person.id, now))
            if not count:
                return None
            link = person_links.ensure(connection, found.person.id, desk, now)
        return {"count": count, "path": f"{self._site.base}/q/{person_links.token(link, desk)}"}

    def _offer(self, found: Mandate, now: datetime) -> str:
        """To sign the undo or the end of access in place of the code."""
        may = {"undo": found.has_hold(now), "revoke": found.may_revoke}
        open_ones = [choice for choice, is_open in may.items() if is_open]
        return self._keys.to_decide(found, open_ones, now) if open_ones else ""


def _hold_left(request: Request, now: datetime) -> int:
    """Seconds until what was approved goes out; 0 where nothing is on its way."""
    if request.state is not State.APPROVED or request.due_at is None:
        return 0
    return max(int((request.due_at - now).total_seconds()), 0)


def _is_mine(found: Mandate) -> bool:
    """Whether the person has said yes; of one seat another who may take it can undo the yes."""
    return any(one.person_id in (0, found.person.id) for one in given(found.request))


def _shown(made: Mapping[str, Any]) -> dict[str, Any]:
    """A decision as the page tells it; all words of people harmless."""
    return {
        "at": made["at"],
        "verdict": made["verdict"],
        "conditions": made.get("conditions", ""),
        "via": made["via"],
        "device": made.get("device", ""),
        "name": defang_line(made.get("by", "")),
        "for_name": defang_line(made.get("for", "")),
        "private_note": defang(made.get("private_note", "")),
    }
