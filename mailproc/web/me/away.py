"""When the person is away, and who stands in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from mailproc.model import Person
from mailproc.store import absences, people
from mailproc.store.absences import AbsenceRefused
from mailproc.web.me.nouns import Action, Done, Turn
from mailproc.workflow import calendar

_ANY = "any"  # whoever holds the role of a deputy
_STAND_INS = ("deputy", "group_director")


class Away:
    """Dates are days of the office."""

    def __init__(self, timezone: str) -> None:
        self._zone = timezone
        self.actions: Mapping[str, Action] = {"away": self._away, "back": self._back}

    def facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        everybody = people.listed(connection, now)
        others = [one for one in everybody if one.role in _STAND_INS and one.id != person.id]
        away = [x for x in absences.listed(connection, now) if x.absence.person_id == person.id]
        names = {one.id: one.name for one in everybody}
        return {
            "others": others,
            "deputies": any(one.role == "deputy" for one in others),
            "absences": [self._shown(one, names) for one in away],
        }

    def _shown(self, entered: absences.Entered, names: Mapping[int, str]) -> dict[str, Any]:
        one = entered.absence
        return {
            "id": entered.id,
            "deputy": names.get(one.deputy_id or 0, ""),
            "first": calendar.local_day(one.since, self._zone),
            "last": calendar.last_day(one.until, self._zone) if one.until else None,
        }

    def _away(self, connection: Connection, turn: Turn) -> Done:
        first, last, who = turn.day("since"), turn.day("until"), turn.form.get("deputy", "")
        if first is None or (turn.text("until") and last is None):
            return Done(error="away_dates", typed=turn.form)
        if who != _ANY and not turn.number("deputy"):
            return Done(error="away_nobody", typed=turn.form)
        deputy = None if who == _ANY else turn.number("deputy")
        since, until = calendar.span(first, last, self._zone)
        try:
            absences.begin(connection, turn.person.id, deputy, since, until, "page", turn.now)
        except AbsenceRefused as refused:
            return Done(error=f"away_{refused.why}", typed=turn.form)
        days = {"since": first.isoformat(), "until": last.isoformat() if last else None}
        turn.note(connection, "away_set", deputy=deputy, **days)
        return Done("away_set")

    def _back(self, connection: Connection, turn: Turn) -> Done:
        if absences.end(connection, turn.person.id, turn.now, turn.number("absence")):
            turn.note(connection, "away_ended")
        return Done("away_ended")
