"""One turn: requests whose date has come → workflow; absences; once a day the seal over all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from mailproc import standing_in
from mailproc.deciding import ahead
from mailproc.errors import Stale
from mailproc.model import Catalogue, Prepared, Request, Rules, State
from mailproc.store import absences, audit, outage, requests
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import dates
from mailproc.workflow.collection import waits_for
from mailproc.workflow.decide import DEADLINES, decide
from mailproc.workflow.events import ContentChanged, Event, HoldElapsed, RoundOpened

log = structlog.get_logger()
# After midnight, so that no row of the day is still to come: a turn writes with the time of its
# beginning, and 32 files may take five minutes each.
_SETTLED = timedelta(hours=3)
_ALL = 100_000  # requests
_SHOWN = (State.CHECKING, State.AWAITING_DECISION, State.APPROVED)  # to somebody who decides


class Deadlines:
    """Runs what is due by the calendar."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        timezone: str,
        outdated: Callable[[Prepared], str] = lambda _: "",
    ) -> None:
        self._database, self._rules, self._zone = database, rules, ZoneInfo(timezone)
        self._sealed_upto: datetime | None = None
        self._looked_into: Catalogue | None = None
        self._outdated = outdated

    def turn(self, desk: Desk, now: datetime, *, is_sure: bool = True) -> int:
        """Handles the requests that are due; gives their number. `is_sure`: of the time; a day that
        is sealed too early would look as if its history had been changed."""
        if is_sure:
            self._seal(now)
        stood_in = self._stand_in(desk, now)
        with self._database.read() as connection:
            due = requests.with_deadline(connection, now)
        moved = sum(self._happen(one, event, desk, now) for one, event in self._moved())
        return stood_in + moved + sum(self._meet(request, desk, now) for request in due)

    def renew(self, rules: Rules, outdated: Callable[[Prepared], str]) -> None:
        """From now on these rules; rounds that were opened meanwhile are seen at the next turn."""
        self._rules, self._outdated = rules, outdated

    def _stand_in(self, desk: Desk, now: datetime) -> int:
        """Tells of absences, and hands what waits to whoever stands in from now on; that in office
        hours, as an absence begins at midnight."""
        news = standing_in.announce(self._database, desk, now)
        if not dates.is_open(self._rules, now):
            return news
        with self._database.read() as connection:
            begun = absences.untold(connection, now)
            if not begun:
                return news
            current = standing_in.as_of(connection, desk, now)
            events = standing_in.delegated(connection, current, self._rules, now)
        done = [self._happen(request, event, current, now) for request, event in events]
        if all(done):  # what could not be handed over now is tried at the next turn
            with self._database.write() as connection:
                for absence in begun:
                    absences.told(connection, absence.id, now)
        return news + sum(done)

    def _moved(self) -> list[tuple[Request, Event]]:
        """Requests whose round is open now, or whose figures no longer count; looked for once in
        each catalogue."""
        catalogue = self._rules.catalogue
        if self._looked_into is catalogue:
            return []
        with self._database.read() as connection:
            waiting = requests.listed(connection, [State.WAITING], _ALL)
            shown = requests.listed(connection, _SHOWN, _ALL)
        opened = [(r, RoundOpened("clock")) for r in waiting if waits_for(r, catalogue) is None]
        changed = [(r, ContentChanged("clock", why)) for r in shown if (why := self._why(r))]
        self._looked_into = catalogue
        return [*opened, *changed]

    def _why(self, request: Request) -> str:
        if request.prepared is None or request.attached is not None:
            return ""  # an officer's own file is of no round
        return self._outdated(request.prepared)

    def _meet(self, request: Request, desk: Desk, now: datetime) -> bool:
        event = DEADLINES.get(request.state)
        if event is HoldElapsed and not self._still_stands(request, desk, now):
            return self._happen(request, ContentChanged("clock", "standing"), desk, now)
        return event is not None and self._happen(request, event("clock"), desk, now)

    def _still_stands(self, request: Request, desk: Desk, now: datetime) -> bool:
        """False where a yes given ahead let it through that ended before the hold did."""
        if not request.standing_id:
            return True
        with self._database.read() as connection:
            return ahead.still_stands(connection, request, self._rules, desk, now)

    def _happen(self, request: Request, event: Event, desk: Desk, now: datetime) -> bool:
        decision = decide(request, event, self._rules, now)
        if decision.ignored:  # written down it would be due again at once
            log.error("deadline_without_place", request=request.number, state=request.state.value)
            return False
        try:
            with self._database.write() as connection:
                requests.apply(connection, [decision], desk, now)
        except Stale:
            return False  # an undo, say, came first
        except Exception as error:  # one request never stops the others
            if outage.is_one(error):
                raise
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
