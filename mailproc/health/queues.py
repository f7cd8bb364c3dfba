"""What the queues say: work that waits too long, although every loop seems well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailproc.health.fault import Fault
from mailproc.store.vitals import Queue, Vitals

_UNREAD = timedelta(minutes=15)  # a poison mail is settled after three tries, within some minutes
_UNSENT = timedelta(minutes=30)
_JOBS = timedelta(hours=2)


def faults(vitals: Vitals, now: datetime) -> Iterator[Fault]:
    """Of each queue one at the most."""
    for name, queue, limit in (
        ("mail_unread", vitals.unread, _UNREAD),
        ("mail_unsent", vitals.unsent, _UNSENT),
        ("jobs_waiting", vitals.jobs, _JOBS),
    ):
        if queue.age(now) > limit.total_seconds():
            yield Fault(name, _facts(queue, now))


def _facts(queue: Queue, now: datetime) -> dict[str, int]:
    return {"count": queue.count, "minutes": int(queue.age(now) // 60)}
