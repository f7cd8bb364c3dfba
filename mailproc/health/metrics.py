"""`/metrics`: what a monitor wants to know, as figures; no address, name or number of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mailproc.health.pulse import Beat
from mailproc.model import State
from mailproc.store import vitals
from mailproc.store.alarms import Alarm
from mailproc.store.database import Database
from mailproc.store.vitals import Vitals

_RECOUNT = timedelta(minutes=5)


class Metrics:
    """Reads the figures anew each time that it is asked."""

    def __init__(
        self,
        database: Database,
        beats: Callable[[], Mapping[str, Beat]],
        alarms: Callable[[], Iterable[Alarm]],
        clock: Callable[[], datetime],
        copies: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """`copies`: of sent mails, since the start, by what became of them."""
        self._database, self._beats = database, beats
        self._alarms, self._clock, self._copies = alarms, clock, copies
        self._counted: tuple[datetime, Mapping[str, int]] | None = None

    def text(self, polled_at: datetime | None) -> bytes:
        """All figures, as Prometheus reads them. Without a database: those that need none."""
        now = self._clock()
        found = [*self._of_daemon(polled_at)]
        try:
            with self._database.read() as connection:
                found += _of_work(vitals.read(connection, now), self._waiting(connection), now)
            found.append(_gauge("mailproc_database_up", "Whether it can be read.", 1))
        except sa.exc.SQLAlchemyError:
            found.append(_gauge("mailproc_database_up", "Whether it can be read.", 0))
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once(found))
        return generate_latest(registry)

    def _waiting(self, connection: sa.Connection) -> Mapping[str, int]:
        """Counted anew each five minutes, as it takes the whole table."""
        now = self._clock()
        if self._counted is None or now - self._counted[0] >= _RECOUNT:
            self._counted = (now, vitals.for_person(connection))
        return self._counted[1]

    def _of_daemon(self, polled_at: datetime | None) -> Iterator[Metric]:
        if polled_at is not None:
            yield _gauge(
                "mailproc_last_poll_timestamp_seconds",
                "When the mailbox answered last.",
                polled_at.timestamp(),
            )
        yield _labelled(
            "mailproc_alarm", "What is wrong now.", "name", {a.name: 1 for a in self._alarms()}
        )
        if copies := self._copies():
            told = "Copies of sent mails since the start: filed, found there already, missing."
            yield _labelled("mailproc_sent_copies", told, "fate", copies)
        beats = self._beats()
        yield _labelled(
            "mailproc_loop_up", "Loops.", "loop", {n: int(b.alive) for n, b in beats.items()}
        )
        yield _labelled(
            "mailproc_loop_busy_seconds",
            "Since its last sign of life in a turn.",
            "loop",
            {name: beat.busy for name, beat in beats.items()},
        )
        yield _labelled(
            "mailproc_loop_failing_seconds",
            "Since which every turn failed.",
            "loop",
            {name: beat.failing for name, beat in beats.items()},
        )


class _Once(Collector):
    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


def _of_work(seen: Vitals, mails: Mapping[str, int], now: datetime) -> Iterator[Metric]:
    queues = {"unread_mails": seen.unread, "files_to_make": seen.jobs, "letters_due": seen.unsent}
    yield _labelled(
        "mailproc_queue",
        "Work that is due.",
        "queue",
        {name: queue.count for name, queue in queues.items()},
    )
    yield _labelled(
        "mailproc_queue_oldest_seconds",
        "How long the oldest of it waits.",
        "queue",
        {name: queue.age(now) for name, queue in queues.items()},
    )
    waiting = {
        "letters_unknown": seen.unknown,
        "letters_held": seen.held,
    } | {f"mails_{name}": count for name, count in mails.items()}
    yield _labelled("mailproc_waiting_for_person", "What a person settles.", "what", waiting)
    states = {state.value: seen.requests.get(state.value, 0) for state in State}
    yield _labelled("mailproc_requests", "Requests.", "state", states)
    stopped = int(seen.stopped_at is not None)
    yield _gauge("mailproc_sending_stopped", "Whether mail to requesters is stopped.", stopped)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _labelled(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
