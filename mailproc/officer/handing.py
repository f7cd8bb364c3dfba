"""A file handed over by a person: at the counter, on paper, in the office's own system, by LINE."""

from __future__ import annotations

import sqlalchemy as sa

from mailproc.officer.nouns import Done, Here, Who
from mailproc.officer.turns import happen
from mailproc.store import handovers, requests
from mailproc.store.handovers import WAYS, Handover
from mailproc.workflow import events as e

_MOST = 500  # letters of a name or a note


def hand_over(
    connection: sa.Connection,
    request_id: int,
    way: str,
    taken_by: str,
    who: Who,
    here: Here,
    *,
    note: str = "",
    seen: int = 0,
) -> Done:
    """Marks the file that was decided upon as handed over; the request is delivered."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    if way not in WAYS:
        return Done("choice_wrong", request, field="way")
    if not taken_by.strip():
        return Done("taker_missing", request, field="taken_by")
    file_id = request.file_id
    event = e.HandedOver(by=who.name, way=way, file_id=file_id or 0)
    done = happen(connection, request_id, event, here, seen=seen)
    if done.is_done:
        taken, said = taken_by.strip()[:_MOST], note.strip()[:_MOST]
        one = Handover(request_id, file_id, way, here.now, who.id, taken, said)
        handovers.record(connection, one, here.desk, here.now)
    return done
