"""Letters to the people of the office that belong to no thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailproc.model import Letter, Person
from mailproc.store.desk import Desk


def letter(kind: str, person: Person, desk: Desk, now: datetime, **told: Any) -> Letter:
    """A letter to one of them; `told` are further fields of it, a thread among them."""
    thread = {"in_reply_to": "", "references": (), "subject": ""}
    return Letter(
        kind=kind,
        language=desk.language,
        to_name=person.name,
        to_addr=person.address,
        to_post=person.post,
        message_id=desk.new_message_id(),
        created_at=now,
        **thread | told,
    )
