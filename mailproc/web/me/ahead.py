"""What the person has approved ahead, and what could be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from mailproc.deciding import ahead
from mailproc.model import Dataset, Person, Rules, Standing
from mailproc.store import standing
from mailproc.store.desk import Desk
from mailproc.web.me.nouns import Action, Done, Turn
from mailproc.workflow import approval, calendar
from mailproc.workflow.standing import CLAIMED, ROSTER, is_alone, is_in_force


class Ahead:
    """Rules and desk are those of the moment."""

    def __init__(self, rules: Callable[[], Rules], desk: Callable[[], Desk], language: str) -> None:
        self._rules, self._desk, self._language = rules, desk, language
        self.actions: Mapping[str, Action] = {"ahead": self._grant, "end_ahead": self._end}

    def facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        rules = self._rules()
        mine = [x for x in standing.listed(connection, person.id) if is_in_force(x, now)]
        return {
            "standing": [_shown(one, rules, self._language) for one in mine],
            "may_stand": [
                {"id": one.id, "title": one.title(self._language)}
                for one in rules.catalogue.datasets
                if self._may(one, person, now)
            ],
            "classes": (ROSTER, *CLAIMED),
        }

    def _may(self, dataset: Dataset, person: Person, now: datetime) -> bool:
        """Whether it can be approved ahead at all, and by this person."""
        rules = self._rules()
        if not dataset.needs_approval or dataset.sensitivity not in rules.standing:
            return False
        policy = approval.policy_of(dataset.id, dataset.sensitivity, rules)
        return is_alone(policy) and self._desk().may_take(policy.seats[0], person.id, now)

    def _grant(self, connection: Connection, turn: Turn) -> Done:
        names = ("dataset", "class", "level")
        dataset, class_, level = (turn.text(name) for name in names)
        person, rules, day = turn.person.id, self._rules(), turn.day("ahead_until")
        wanted = ahead.Wanted(dataset, class_, day or _today(turn, rules), level)
        if not dataset:
            return Done(error="ahead_dataset", typed=turn.form)
        for fault in ahead.faults(wanted, person, rules, self._desk(), turn.now):
            return Done(error=fault, typed=turn.form)
        if day is None:
            return Done(error="ahead_until", typed=turn.form)
        kept = ahead.grant(connection, wanted, person, rules, turn.now, via="page")
        last = day.isoformat()
        turn.note(connection, "ahead_set", dataset=dataset, until=last, standing=kept)
        return Done("ahead_set")

    def _end(self, connection: Connection, turn: Turn) -> Done:
        one = standing.get(connection, turn.number("standing"))
        mine = one is not None and one.person_id == turn.person.id
        if one is not None and mine and standing.end(connection, one.id, turn.now):
            turn.note(connection, "ahead_ended", dataset=one.dataset_id)
        return Done("ahead_ended")


def _today(turn: Turn, rules: Rules) -> date:
    return calendar.local_day(turn.now, rules.timezone)


def _shown(one: Standing, rules: Rules, language: str) -> dict[str, Any]:
    dataset = rules.catalogue.get(one.dataset_id)
    return {
        "id": one.id,
        "dataset": dataset.title(language) if dataset else one.dataset_id,
        "class": one.requester_class,
        "level": one.level,
        "last": calendar.last_day(one.until, rules.timezone),
    }
