"""Two of anything at one moment, through the real server, on both databases: one outcome."""

from __future__ import annotations

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from mailproc.errors import Stale
from mailproc.model import State
from mailproc.store import audit, schema
from mailproc.workflow import events as e
from tests.factories import a_form, a_person
from tests.robots import replies
from tests.web.conftest import CODE, Room, a_config, csrf_of

Answer = tuple[int, str]
_DECIDED = "บันทึกผลแล้ว"
_CHANGED = "คำขอนี้เปลี่ยนไปแล้ว"


@pytest.fixture
def room(empty_url: str, tmp_path: Path) -> Iterator[Room]:
    """An office on either database; its director has set `CODE`."""
    config = a_config(tmp_path)
    store = config.store.model_copy(update={"database_url": empty_url})
    room = Room(config.model_copy(update={"store": store})).with_code()
    yield room
    room.database.close()


class Browser:
    """One person's browser: cookies, and the form of the page last seen."""

    def __init__(self, url: str, path: str) -> None:
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)
        _, self.page = self._ask(url + path, None)

    def _ask(self, url: str, body: bytes | None) -> Answer:
        try:
            with self._opener.open(url, body, timeout=60) as answer:
                self.url = str(answer.url)
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()

    def sends(self, **fields: str | list[str]) -> Callable[[], Answer]:
        """The page's form, filled in; sent when it is called."""
        values = {"csrf": csrf_of(self.page), "code": CODE} | fields
        body = urllib.parse.urlencode(values, doseq=True).encode()
        return lambda: self._ask(self.url, body)


def at_once(actions: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """All let go together; gives what each answered, in their order."""
    start = threading.Barrier(len(actions))

    def run(action: Callable[[], Answer]) -> Answer:
        start.wait(30)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def sound(room: Room) -> None:
    """No chain is broken, and no decision is over another content than was decided."""
    with room.database.read() as connection:
        assert list(audit.verify(connection).faults) == []
    for row in room.rows(schema.decisions):
        if row.verdict == "approved" and room.verdicts(row.request_id)[-1] == "approved":
            assert row.content_hash == room.request(row.request_id).decided_at_hash


def test_a_hundred_clicks_on_either_button_are_one_decision(room: Room) -> None:
    (one,) = room.opened()
    with room.served() as url:
        browser = Browser(url, room.link(one))
        yes = browser.sends(choice="approve")
        no = browser.sends(choice="refuse", reason="ไม่ครบ", ground=_ground(room))
        answers = at_once([yes, no] * 50)
    assert {status for status, _ in answers} == {200}
    assert all(_DECIDED in page for _, page in answers)
    (verdict,) = room.verdicts(one)
    wanted = {"approved": State.APPROVED, "refused": State.REFUSED}[verdict]
    assert room.request(one).state is wanted
    sound(room)


def _ground(room: Room) -> str:
    """A ground of refusal, where the page asks for one."""
    return next(iter(room.pages.keys("grounds", "th")), "")


def test_of_two_directors_one_counts_and_the_other_reads_what_does(room: Room) -> None:
    other = room.add(a_person(id=0, name="นางสาวอีกคน", address="second@example.org"))
    slip = room.slip(other)
    for one in room.opened(5):
        table = schema.links
        rows = room.rows(table, table.c.request_id == one, table.c.purpose == "decide")
        paths = {
            row.person_id: f"/d/{room.desk().token(row.id, 'decide', row.request_version)}"
            for row in rows
        }
        first = {"slip": slip, "new_code": CODE, "new_code_again": CODE} if slip else {}
        with room.served() as url:
            mine, theirs = (Browser(url, paths[person]) for person in (room.director, other))
            answers = at_once(
                [
                    mine.sends(choice="approve"),
                    theirs.sends(choice="refuse", reason="x", ground=_ground(room), **first),
                ]
            )
        slip = ""
        assert [status for status, _ in answers] == [200, 200]
        assert all(_DECIDED in page for _, page in answers)
        assert len(room.verdicts(one)) == 1
    sound(room)


def _happens(room: Room, request_id: int, event: e.Event) -> Answer:
    """As intake does it: again, where the request moved meanwhile."""
    for _ in range(5):
        try:
            room.happens(request_id, event)
        except Stale:
            continue
        break
    return 0, ""


def _ends(room: Room, due: datetime) -> Answer:
    room.deadlines.turn(room.desk(), due)
    return 0, ""


def test_a_decision_and_an_amendment_never_both_count(room: Room) -> None:
    for number, one in enumerate(room.opened(8)):
        items = room.request(one).form.items
        changed = replace(a_form(purpose=f"เพื่อการอื่น {number}"), items=items)
        with room.served() as url:
            approves = Browser(url, room.link(one)).sends(choice="approve")

            amends = partial(_happens, room, one, e.Answered(by="requester", form=changed))
            (status, page), _ = at_once([approves, amends])
        approved = room.verdicts(one) == ["approved"]
        assert (status, _DECIDED in page) == (200, True) if approved else status in (409, 410)
        assert approved or _CHANGED in page
        if approved:
            row = room.rows(schema.decisions, schema.decisions.c.request_id == one)[0]
            assert row.content_hash == room.request(one).content_hash
    sound(room)


def test_an_undo_and_the_end_of_its_hold_never_both_count(room: Room) -> None:
    for one in room.opened(8):
        with room.served() as url:
            browser = Browser(url, room.link(one))
            assert browser.sends(choice="approve")()[0] == 200
            undo = browser.sends(choice="undo")
            due = room.request(one).due_at
            assert due is not None

            (status, _), _ = at_once([undo, partial(_ends, room, due)])
        undone = room.verdicts(one) == ["approved", "undone"]
        events = room.events(one)
        assert events.count("HoldElapsed") == (not undone)
        assert status in (200, 409)
        state = room.request(one).state
        assert state is (State.AWAITING_DECISION if undone else State.DELIVERING)
        room.clock.pass_by(seconds=1)
    sound(room)


def test_the_list_and_the_page_decide_a_request_once(room: Room) -> None:
    ids = room.opened(6)
    table = schema.links
    of = {row.request_id: row.id for row in room.rows(table, table.c.purpose == "decide")}
    with room.served() as url:
        batch = Browser(url, room.queue()).sends(choice="approve", take=[of[one] for one in ids])
        single = [
            Browser(url, room.link(one)).sends(choice="refuse", reason="x", ground=_ground(room))
            for one in ids
        ]
        answers = at_once([batch, *single, batch])
    assert {status for status, _ in answers} == {200}
    assert [len(room.verdicts(one)) for one in ids] == [1] * len(ids)
    for one, (_, page) in zip(ids, answers[1:-1], strict=True):
        refused = room.verdicts(one) == ["refused"]
        assert (f"{_DECIDED}: ไม่อนุญาต" in page) is refused
    sound(room)


def _reads(room: Room) -> Answer:
    replies.intake(room)
    return 0, ""


def test_a_reply_and_the_page_decide_a_request_once(room: Room) -> None:
    codes = replies.codes(room)
    for number, one in enumerate(room.opened(6)):
        letter = room.rows(schema.outbox, schema.outbox.c.request_id == one)[-1]
        body = f"อนุญาต\n{codes[number]}"
        replies.arrives(room, replies.reply(letter.message_id, body))
        with room.served() as url:
            refuse = Browser(url, room.link(one)).sends(
                choice="refuse", reason="x", ground=_ground(room)
            )
            _, (status, page) = at_once([partial(_reads, room), refuse])
        replies.intake(room)  # a reply that lost its transaction is read once more
        assert (status, _DECIDED in page) == (200, True)
        (verdict,) = room.verdicts(one)
        told = room.rows(schema.outbox, schema.outbox.c.request_id == one)
        kinds = [row.kind for row in told if row.audience == "director"]
        assert ("reply_decided" in kinds) is (verdict == "approved")
        assert ("decided" in kinds) is (verdict == "refused"), "the loser is told what counts"
    sound(room)
