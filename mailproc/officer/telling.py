"""Word given by an officer's own voice, to a requester whom no mail can reach."""

from __future__ import annotations

import sqlalchemy as sa

from mailproc.model import State
from mailproc.officer.nouns import Done, Here, Who
from mailproc.store import handovers, requests
from mailproc.store.handovers import Handover

_MOST = 500  # letters of a name or a note
_ENDED = (State.REFUSED, State.EXPIRED, State.CANCELLED)


def told(
    connection: sa.Connection, request_id: int, whom: str, who: Who, here: Here, *, note: str = ""
) -> Done:
    """Writes down who was told how the request ended; nothing of the request changes."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    if request.state not in _ENDED or request.requester_addr:
        return Done("no_place", request)
    if not whom.strip():
        return Done("taker_missing", request, field="taken_by")
    name, said = whom.strip()[:_MOST], note.strip()[:_MOST]
    one = Handover(request_id, None, "other", here.now, who.id, name, said)
    handovers.record(connection, one, here.desk, here.now)
    return Done("done", request)
