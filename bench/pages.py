"""Pages and turns with 10,000 requests in the register, beside a register with the waiting ones."""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from mailproc.demo.server import EmbeddedMail
from mailproc.model import State
from mailproc.store import schema
from tests.web.conftest import CODE, Room, a_config, csrf_of
from tests.web.test_decision import MAILBOXES

_WAITING = 12  # requests before the director, in both registers
_OF_A_REQUEST = ("history", "outbox", "jobs", "links", "decisions", "messages")
_BATCH = 500


# ---------------------------------------------------------------- the register


def fill(room: Room, count: int) -> None:
    """Copies of one delivered request, with all that was written for it."""
    (one,) = room.opened()
    _approve(room, one)
    with EmbeddedMail(MAILBOXES, imap_port=0, smtp_port=0) as mail:
        room.deliver(mail)
    assert room.request(one).state is State.DELIVERED
    first = 1_000_000
    for start in range(0, count, _BATCH):
        ids = range(first + start, first + min(start + _BATCH, count))
        with room.database.write() as connection:
            _copy(connection, one, ids)
    if room.database.is_sqlite:
        with room.database.write() as connection:
            connection.execute(sa.text("ANALYZE"))


def _approve(room: Room, one: int) -> None:
    with room.browser() as client:
        path = room.link(one)
        client.post(path, data=room.form(client, path, choice="approve", code=CODE))


def _copy(connection: sa.Connection, one: int, ids: range) -> None:
    requests = schema.requests
    row = connection.execute(sa.select(requests).where(requests.c.id == one)).one()
    connection.execute(requests.insert(), [_request(row, new) for new in ids])
    for name in _OF_A_REQUEST:
        table = schema.metadata.tables[name]
        rows = connection.execute(sa.select(table).where(table.c.request_id == one)).all()
        copies = [_belonging(row, new, n) for new in ids for n, row in enumerate(rows)]
        if copies:
            connection.execute(table.insert(), copies)


def _request(row: sa.Row[Any], new: int) -> dict[str, Any]:
    number = f"2568/{new}"
    body = json.loads(row.body) | {"id": new, "number": number}
    changes = {"id": new, "number": number, "body": json.dumps(body, ensure_ascii=False)}
    return dict(row._mapping) | changes | {"requester_addr": f"p{new % 999}@school.example.org"}


def _belonging(row: sa.Row[Any], new: int, number: int) -> dict[str, Any]:
    values = dict(row._mapping) | {"request_id": new}
    unique = {"token_digest": f"{new}.{number}", "message_id": f"<{new}.{number}@example.org>"}
    values |= {name: value for name, value in unique.items() if name in values}
    if isinstance(values["id"], int):
        del values["id"]  # counted by the database
    else:
        values["id"] = f"{new}.{number}"
    return values | ({"uid": new * 10 + number} if "uid" in values else {})


# ---------------------------------------------------------------- what is measured


@dataclass(frozen=True)
class Office:
    """A room with a browser, and what it is asked for in turn."""

    room: Room
    client: TestClient
    ids: tuple[int, ...]

    def steps(self) -> dict[str, Callable[[], None]]:
        """What is measured, by its name."""
        decide, status = self.room.link(self.ids[0]), self.room.link(self.ids[0], "status")
        return {
            "decision page": lambda: self._get(decide),
            "all that waits": self._queue(),
            "status page": lambda: self._get(status),
            "decision, and its undo": self._decide_and_undo(self.ids[1]),
            "turn of the deadlines": self._deadlines,
            "turn of the jobs": self._jobs,
        }

    def _get(self, path: str) -> None:
        assert self.client.get(path).status_code == 200

    def _queue(self) -> Callable[[], None]:
        page = self.client.get(self.room.queue()).url.path  # with its cookie
        return lambda: self._get(page)

    def _decide_and_undo(self, one: int) -> Callable[[], None]:
        path = self.room.link(one)
        csrf = csrf_of(self.client.get(path).text)

        def step() -> None:
            for choice in ("approve", "undo"):
                sent = {"csrf": csrf, "choice": choice, "code": CODE}
                assert self.client.post(path, data=sent).status_code == 200
            assert self.room.request(one).state is State.AWAITING_DECISION

        return step

    def _deadlines(self) -> None:
        self.room.deadlines.turn(self.room.desk(), self.room.clock())

    def _jobs(self) -> None:
        self.room.fulfil.turn(self.room.desk(), self.room.clock())


@contextlib.contextmanager
def office(folder: Path, count: int) -> Iterator[Office]:
    """An office with `count` delivered requests, and some that wait."""
    room = Room(a_config(folder)).with_code()
    try:
        if count:
            fill(room, count)
        ids = tuple(room.opened(_WAITING))
        room.clock.pass_by(seconds=1)
        with room.browser() as client:
            yield Office(room, client, ids)
    finally:
        room.database.close()


def measure(step: Callable[[], None], times: int) -> tuple[float, float]:
    """Median milliseconds of CPU of the process, and of the wall clock."""
    cpu, wall = [], []
    for _ in range(times):
        before, began = time.process_time(), time.perf_counter()
        step()
        cpu.append((time.process_time() - before) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    return statistics.median(cpu), statistics.median(wall)


def compare(small: Office, large: Office, rounds: int, times: int) -> Iterator[str]:
    """A line per step: both registers in turns, medians over the rounds."""
    steps = zip(small.steps().items(), large.steps().values(), strict=True)
    for (name, few), many in steps:
        for step in (few, many):
            measure(step, 3)  # warm
        found = [(measure(few, times), measure(many, times)) for _ in range(rounds)]
        pairs = [
            [statistics.median(c) for c in zip(*side, strict=True)]
            for side in zip(*found, strict=True)
        ]
        (cpu, wall), (much_cpu, much_wall) = pairs
        yield (
            f"| {name} | {cpu:.1f} | {much_cpu:.1f} | **{much_cpu / cpu:.2f}** "
            f"| {wall:.1f} | {much_wall:.1f} | {much_wall / wall:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        small, large = (
            stack.enter_context(office(Path(name) / label, count))
            for label, count in (("few", 0), ("many", chosen.requests))
        )
        print(f"| ms | {_WAITING} CPU | {chosen.requests} CPU | ratio | wall | wall | ratio |")
        print("|---|---|---|---|---|---|---|")
        for line in compare(small, large, chosen.rounds, chosen.times):
            print(line, flush=True)


if __name__ == "__main__":
    main()
