"""One turn: requests whose date has come → workflow; and once a day the seal over all chains."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from mailproc.errors import Stale
from mailproc.model import Catalogue, Request, Rules, State
from mailproc.store import audit, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow.collection import waits_for
from mailproc.workflow.decide import DEADLINES, decide
from mailproc.workflow.events import Event, RoundOpened

log = structlog.get_logger()
# After midnight, so that no row of the day is still to come: a turn writes with the time of its
# beginning, and 32 files may take five minutes each.
_SETTLED = timedelta(hours=3)


class Deadlines:
    """Runs what is due by the calendar."""

    def __init__(self, database: Database, rules: Rules, timezone: str) -> None:
        self._database, self._rules, self._zone = database, rules, ZoneInfo(timezone)
        self._sealed_upto: datetime | None = None
        self._looked_into: Catalogue | None = None

    def turn(self, desk: Desk, now: datetime) -> int:
        """Handles the requests that are due; gives their number."""
        self._seal(now)
        with self._database.read() as connection:
            due = requests.with_deadline(connection, now)
        opened = sum(self._happen(one, RoundOpened, desk, now) for one in self._opened())
        return opened + sum(self._meet(request, desk, now) for request in due)

    def renew(self, rules: Rules) -> None:
        """From now on these rules; rounds that were opened meanwhile are seen at the next turn."""
        self._rules = rules

    def _opened(self) -> list[Request]:
        """Requests whose round is open now; looked for once in each catalogue."""
        catalogue = self._rules.catalogue
        if self._looked_into is catalogue:
            return []
        self._looked_into = catalogue
        with self._database.read() as connection:
            waiting = requests.listed(connection, [State.WAITING])
        return [one for one in waiting if waits_for(one, catalogue) is None]

    def _meet(self, request: Request, desk: Desk, now: datetime) -> bool:
        event = DEADLINES.get(request.state)
        return event is not None and self._happen(request, event, desk, now)

    def _happen(self, request: Request, event: type[Event], desk: Desk, now: datetime) -> bool:
        decision = decide(request, event(by="clock"), self._rules, now)
        if decision.ignored:  # written down it would be due again at once
            log.error("deadline_without_place", request=request.number, state=request.state.value)
            return False
        try:
            with self._database.write() as connection:
                requests.apply(connection, [decision], desk, now)
        except Stale:
            return False  # an undo, say, came first
        except Exception as error:  # one request never stops the others
            log.error("deadline_failed", request=request.number, error=type(error).__name__)
            return False
        return True

    def _seal(self, now: datetime) -> None:
        local = (now - _SETTLED).astimezone(self._zone)
        midnight = datetime.combine(local.date(), time(), self._zone)
        if self._sealed_upto == midnight:
            return
        with self._database.write() as connection:
            audit.seal(connection, midnight)
        self._sealed_upto = midnight
