"""Codes that are good once: of an app, and of a printed list. A new one is told by mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from mailproc.deciding.proving import digits
from mailproc.model import Person
from mailproc.store import onetime
from mailproc.web.me.nouns import Action, Done, Turn, stamp

_SECRET = re.compile(r"[A-Z2-7]{32}")  # base32, 160 bits


class Codes:
    """A secret and a list are shown once, by the action that makes them."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self.actions: Mapping[str, Action] = {
            "app": self._new_app,
            "prove_app": self._prove_app,
            "list": self._new_list,
            "end_codes": self._end,
        }

    def facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        return {
            "kept": onetime.kept(connection, person.id),
            "app_was": stamp(onetime.made_at(connection, person.id, onetime.APP)),
            "list_was": stamp(onetime.made_at(connection, person.id, onetime.LIST)),
        }

    def _new_app(self, connection: Connection, turn: Turn) -> Done:
        if not _is_newest(connection, turn, onetime.APP):
            return Done(error="me_again")
        secret = onetime.new_app(connection, turn.person.id, self._pepper, turn.now)
        turn.note(connection, "app_enrolled")
        return Done("app_new", secret=secret)

    def _prove_app(self, connection: Connection, turn: Turn) -> Done:
        code, secret = digits(turn.form.get("app_code", "")), turn.text("secret").replace(" ", "")
        asked = (turn.person.id, code, self._pepper, turn.now, onetime.AT_ONCE, turn.now)
        if onetime.redeem(connection, *asked).kind == onetime.APP:
            return Done("app_proved")
        return Done(error="app_code_wrong", secret=secret if _SECRET.fullmatch(secret) else "")

    def _new_list(self, connection: Connection, turn: Turn) -> Done:
        if not _is_newest(connection, turn, onetime.LIST):
            return Done(error="me_again")
        codes = onetime.new_list(connection, turn.person.id, self._pepper, turn.now)
        turn.note(connection, "list_printed")
        return Done("list_new", codes=codes)

    def _end(self, connection: Connection, turn: Turn) -> Done:
        kept = onetime.kept(connection, turn.person.id)
        onetime.end(connection, turn.person.id)
        for event, was in (("app_ended", kept.app), ("list_ended", kept.left > 0)):
            if was:
                turn.note(connection, event)
        return Done("codes_ended")


def _is_newest(connection: Connection, turn: Turn, kind: str) -> bool:
    """False where the page was loaded twice, and the other one made a new app or list."""
    return turn.form.get("was", "") == stamp(onetime.made_at(connection, turn.person.id, kind))
