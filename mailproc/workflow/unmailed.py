"""What a requester without an address would be mailed, as tasks of the officer. Touches nothing.

Somebody who calls or comes to the counter may have no address. Then no mail is owed to the
requester, ever: what has to be said is said by the officer, who learns of it by a letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailproc.model import Request
from mailproc.workflow.effects import Effect, Send

# What the requester has to be told; all else the officer knows, or has another letter about it.
TOLD = frozenset(
    {"ask", "explain", "question", "refused", "waiting", "expired", "overdue", "taken_back"}
)
KNOWN = frozenset(
    "receipt needs_person handover scan confirm confirm_recipient dataset cancelled nudged noted "
    "too_late".split()
)


_PLAIN = re.compile(r"[^\s@,;<>()\"]{1,64}@[A-Za-z0-9.-]{1,250}\.[A-Za-z0-9-]{2,63}")


def reached(request: Request) -> Request:
    """The request with the address that its requester told the officer later on, or spelt anew.

    One that proved itself, or that a colleague of the area wrote down, is not left for another
    one by voice: that has to prove itself too.
    """
    stated = (request.form.email or "").strip()
    if not request.entered_by or not _PLAIN.fullmatch(stated):
        return request
    spelt = bool(request.entered_by_id) and not request.confirmed and not request.deliver_to
    if request.requester_addr and not spelt:
        return request
    vouched = "officer" if stated != request.requester_addr else request.vouched
    return replace(request, requester_addr=stated, vouched=vouched)


def by_voice(request: Request, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects without mails to a requester who has no address."""
    if request.requester_addr:
        return tuple(effects)
    owed = (_told(one) if _is_to_requester(one) else one for one in effects)
    return tuple(one for one in owed if one is not None)


def _is_to_requester(effect: Effect) -> bool:
    return isinstance(effect, Send) and effect.to == "requester"


def _told(effect: Effect) -> Send | None:
    if not isinstance(effect, Send) or effect.kind not in TOLD:
        return None
    return Send(
        "officer_tell",
        "officer",
        questions=effect.questions,
        reason=effect.kind,
        note=effect.note or effect.reason,
    )
