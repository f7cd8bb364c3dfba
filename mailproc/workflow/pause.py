"""The clocks of the promise and of the legal days: they pause while the requester is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailproc.model import Request, Rules, State
from mailproc.workflow import calendar

# Nothing is done for these before the requester answers, or the round that he waits for opens.
_ASKED = frozenset({State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED, State.WAITING})
_ENDED = frozenset({State.EXPIRED, State.CANCELLED})


def promised(before: Request, after: Request, rules: Rules, now: datetime) -> Request:
    """The request with its promise moved by the time that it waited for answer or round."""
    if after.state in _ENDED:
        return replace(after, asked_at=None)
    asks = after.state in _ASKED
    if before.asked_at is not None and not (asks and after.asks == before.asks):
        later = calendar.moved(
            before.promised_at, before.asked_at, now, rules.timezone, rules.holidays
        )
        counted = (before.legal_from or before.received_at) + (now - before.asked_at)
        after = replace(after, promised_at=later, asked_at=None, legal_from=counted)
    return replace(after, asked_at=now) if asks and after.asked_at is None else after
