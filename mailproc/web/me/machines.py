"""Browsers and passkeys that stand for the code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from mailproc.model import Person
from mailproc.store import devices, passkeys
from mailproc.web.me.nouns import Action, Done, Turn
from mailproc.web.passkeys import FIELD, PasskeyRoom, revoke


class Machines:
    """A passkey is made for the very page that offers it."""

    def __init__(self, keys: PasskeyRoom) -> None:
        self._keys = keys
        self.actions: Mapping[str, Action] = {
            "revoke": self._revoke,
            "add_passkey": self._add_passkey,
            "end_passkey": self._end_passkey,
        }

    def facts(self, connection: Connection, person: Person, now: datetime) -> dict[str, Any]:
        return {
            "devices": devices.listed(connection, person.id, now),
            "passkeys": passkeys.listed(connection, person.id),
        }

    def _revoke(self, connection: Connection, turn: Turn) -> Done:
        device = turn.form.get("device", "")
        known = {x.id: x for x in devices.listed(connection, turn.person.id, turn.now)}
        if device in known and devices.revoke(connection, turn.person.id, turn.now, device):
            turn.note(connection, "device_revoked", device=known[device].label)
        return Done("device_revoked")

    def _add_passkey(self, connection: Connection, turn: Turn) -> Done:
        place, answer = turn.form["key"], turn.form.get(FIELD, "")
        label = turn.form.get("label", "")
        if self._keys.enrol(connection, turn.person, place, answer, label, turn.now):
            return Done("passkey_added")
        return Done(error="passkey_failed")

    def _end_passkey(self, connection: Connection, turn: Turn) -> Done:
        revoke(connection, turn.person, turn.form.get("passkey_id", ""), turn.now)
        return Done("passkey_revoked")
