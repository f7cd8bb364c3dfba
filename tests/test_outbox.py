"""Turns of the outbox on a real store, with real letters and a real SMTP server."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc.claiming import Claiming
from mailproc.composing import Composing
from mailproc.errors import AuthFailed, LinkLost
from mailproc.filing import Filing
from mailproc.mail import delivery as smtp
from mailproc.mail.delivery import Delivery
from mailproc.mail.login import Credentials, Server
from mailproc.mail.sent_folder import SentFolder
from mailproc.model import State
from mailproc.outbox import Outbox
from mailproc.store import claims, jobs, outbox, schema
from mailproc.store.codec import load_letter
from mailproc.store.database import Database
from mailproc.store.desk import token_digest
from mailproc.workflow import events as e
from mailproc.workflow import retry
from tests import outages
from tests.factories import a_built
from tests.smtpd import PASSWORD, ScriptedServer
from tests.walk import DESK, DIRECTOR, OFFICER, RULES, Walk

_O = schema.outbox
_URL = "https://data.example.org"
_CONTENT = b"PK\x03\x04 rows"


def _file() -> Any:
    return a_built(content=_CONTENT, sha256=hashlib.sha256(_CONTENT).hexdigest())


def _away() -> SentFolder:
    raise LinkLost("the mailbox is away")


class Post:
    """The outbox of one office whose clock is set by the test."""

    def __init__(self, walk: Walk, composer: Composing, server: ScriptedServer) -> None:
        self.walk, self.composer, self.server = walk, composer, server
        self.connect()

    def connect(self, credentials: Credentials | None = None, files: bool = False) -> None:
        place = Server(self.server.host, self.server.port, "none")
        self.delivery = Delivery(place, credentials, "data@example.org", timeout=5)
        self.outbox = Outbox(
            self.walk.database,
            self.composer,
            [self.delivery],
            RULES,
            _URL,
            "me",
            lambda: self.walk.now,
            filing=Filing(self.walk.database, _away, lambda: self.walk.now, 10**6)
            if files
            else None,
        )

    async def turn(self, later: timedelta = timedelta()) -> int:
        self.walk.now += later
        return await self.outbox.turn(DESK)

    def letters(self, *kinds: str) -> list[sa.Row[Any]]:
        return self.walk.rows(_O, *([_O.c.kind.in_(kinds)] if kinds else []))

    def letter(self, kind: str) -> sa.Row[Any]:
        (row,) = self.letters(kind)
        return row

    def silence(self) -> None:
        """All letters so far count as sent, so that a test sees its own alone."""
        with self.walk.database.write() as connection:
            connection.execute(_O.update().values(state="sent", due_at=None))


@pytest.fixture
async def post(
    sqlite_database: Database, composer: Composing, server: ScriptedServer
) -> AsyncIterator[Post]:
    post = Post(Walk(sqlite_database), composer, server)
    yield post
    await post.delivery.close()


@pytest.fixture
def dataset(post: Post) -> int:
    """A request whose file alone waits to be sent; gives its id."""
    request = post.walk.delivering()
    post.silence()
    with post.walk.database.write() as connection:
        file_id = jobs.keep_file(connection, request.id, _file(), DESK, post.walk.now)
    return post.walk.happen(request.id, e.DataBuilt(file_id=file_id)).after.id


# ---------------------------------------------------------------- what a server may say

_TEMPORARY = ("421 closing", "450 greylisted", "451 local error", "452 full")
_FOR_EVER = ("550 no such user", "552 too big", "554 refused")


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("answer", [*_TEMPORARY, *_FOR_EVER])
async def test_each_answer_in_each_phase_has_its_meaning(
    post: Post, dataset: int, phase: str, answer: str
) -> None:
    post.server.script = [{phase: answer}]
    assert await post.turn() == 1
    row, request = post.letter("dataset"), post.walk.get(dataset)
    assert row.code == int(answer[:3])
    assert post.server.taken == []
    if answer in _TEMPORARY:
        assert (row.state, row.due_at) == ("recorded", post.walk.now + retry.FIRST)
        assert request.state is State.DELIVERING
        assert await post.turn(retry.FIRST) == 1, "the connection still serves, or a new one"
        assert post.letter("dataset").state == "sent"
        assert post.walk.get(dataset).state is State.DELIVERED
    else:
        assert (row.state, row.due_at) == ("rejected", None)
        assert (request.state, request.reason) == (State.NEEDS_PERSON, "dataset_rejected")
        assert len(post.letters("officer_needs_person", "needs_person")) == 2
        told = load_letter(post.letter("officer_needs_person").letter).note
        assert told == f"{row.to_addr}\n{answer}", "who can't be reached, and why"


@pytest.mark.parametrize("script", [{"DATA": "drop"}, {"DOT": "drop"}, {"DOT": "hang"}], ids=str)
async def test_a_link_that_breaks_after_the_handing_over_began_is_never_repeated(
    post: Post, dataset: int, script: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "_DATA_TIMEOUT", 0.2)
    post.server.script = [script]
    await post.turn()
    row, request = post.letter("dataset"), post.walk.get(dataset)
    assert (row.state, row.due_at) == ("unknown", None)
    assert (request.state, request.reason) == (State.NEEDS_PERSON, "dataset_unknown")
    await post.turn(timedelta(days=2))
    assert post.letter("dataset").state == "unknown"
    assert _CONTENT not in b"".join(content for _, content in post.server.taken)
    assert [to for to, _ in post.server.taken] == [request.requester_addr, OFFICER.address]


async def test_a_server_that_is_not_there_leaves_all_due(post: Post, dataset: int) -> None:
    await post.server.stop()
    assert await post.turn() == 0
    row = post.letter("dataset")
    assert (row.state, row.tries) == ("recorded", 0)


async def test_a_greylisted_letter_is_sent_once(post: Post, dataset: int) -> None:
    post.server.script = [{"RCPT": "450 come back"}] * 3
    seen = set()
    for pause in (timedelta(), retry.FIRST, 2 * retry.FIRST, 4 * retry.FIRST):
        assert await post.turn(pause) == 1
        seen.add(post.letter("dataset").message_id)
    row = post.letter("dataset")
    assert (row.state, row.tries, len(seen)) == ("sent", 4, 1)
    assert [to for to, _ in post.server.taken] == [row.to_addr]
    assert await post.turn(timedelta(days=1)) == 0


async def test_after_five_days_it_is_over_and_the_officer_is_told(post: Post, dataset: int) -> None:
    started, tries = post.walk.now, 0
    while post.letter("dataset").state == "recorded":
        post.server.script = [{"RCPT": "450 mailbox busy"}]
        tries += await post.turn(retry.LONGEST)
    row = post.letter("dataset")
    assert (row.state, row.code) == ("rejected", 450)
    assert timedelta(days=5) <= post.walk.now - started < timedelta(days=5) + 2 * retry.LONGEST
    assert tries > 100
    told = post.letter("officer_needs_person")
    assert (told.state, told.to_addr) == ("recorded", OFFICER.address)


# ---------------------------------------------------------------- what is sent


async def test_the_letter_is_transmitting_before_its_first_byte_goes_out(
    post: Post, dataset: int
) -> None:
    seen = []

    async def look() -> None:
        row = post.letter("dataset")
        seen.append((row.state, row.due_at))

    post.server.after_dot = look
    await post.turn()
    assert seen == [("transmitting", post.walk.now + claims.LEASE)]


async def test_what_was_approved_is_attached_as_it_was_built(post: Post, dataset: int) -> None:
    await post.turn()
    ((to, content),) = post.server.taken
    mail = email.message_from_bytes(content, policy=email.policy.default)
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == _CONTENT
    assert to == post.walk.get(dataset).requester_addr
    assert mail["Message-ID"] == post.letter("dataset").message_id


@pytest.mark.parametrize("content", [_CONTENT + b"!", b"", None])
async def test_a_file_that_was_touched_is_never_sent(
    post: Post, dataset: int, content: bytes | None
) -> None:
    with post.walk.database.write() as connection:
        connection.execute(schema.files.update().values(content=content))
    await post.turn()
    assert post.server.taken == []
    assert post.letter("dataset").state == "rejected"
    assert post.walk.get(dataset).state is State.NEEDS_PERSON


async def test_the_link_of_an_approval_mail_is_the_one_that_was_recorded(post: Post) -> None:
    post.walk.prepared()
    assert await post.turn() == 2
    (content,) = [content for to, content in post.server.taken if to == DIRECTOR.address]
    body = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    tokens = set(re.findall(rf"{_URL}/d/([\w-]+)", body.get_content()))
    (link,) = post.walk.rows(schema.links, schema.links.c.purpose == "decide")
    assert {token_digest(token) for token in tokens} == {link.token_digest}


@pytest.mark.parametrize("address", ["a@example.org, b@example.org", "ครู@example.org", "x", ""])
async def test_a_recipient_who_is_not_one_plain_address_gets_nothing_and_stops_nobody(
    post: Post, address: str
) -> None:
    post.walk.prepared()
    with post.walk.database.write() as connection:
        connection.execute(_O.update().where(_O.c.kind == "receipt").values(to_addr=address))
    assert await post.turn() == 2
    assert post.letter("receipt").state == "held"
    assert [to for to, _ in post.server.taken] == [DIRECTOR.address]


async def test_a_letter_that_cannot_be_composed_stops_nobody(post: Post) -> None:
    post.walk.prepared()
    with post.walk.database.write() as connection:
        connection.execute(_O.update().where(_O.c.kind == "receipt").values(letter="{}"))
    await post.turn()
    assert post.letter("receipt").state == "rejected"
    assert post.letter("approval").state == "sent"


async def test_a_broken_link_costs_one_letter_and_the_next_gets_a_new_one(post: Post) -> None:
    post.walk.prepared()
    post.server.script = [{"DOT": "drop"}]
    await post.turn()
    assert post.letter("receipt").state == "unknown"
    assert post.letter("approval").state == "sent"
    assert post.server.connections == 2


async def test_many_letters_go_over_one_connection(post: Post) -> None:
    for _ in range(3):
        post.walk.prepared()
    assert await post.turn() == 6
    assert (len(post.server.taken), post.server.connections) == (6, 1)
    assert {row.state for row in post.letters()} == {"sent"}


async def test_an_approval_that_the_director_cannot_get_is_told_to_the_officer(post: Post) -> None:
    request = post.walk.prepared()
    post.server.script = [{}, {"RCPT": "550 no such user"}]
    await post.turn()
    assert post.walk.get(request.id).state is State.AWAITING_DECISION
    assert post.letter("officer_needs_person").to_addr == OFFICER.address


# ---------------------------------------------------------------- what breaks off


async def test_a_letter_whose_sender_died_waits_for_a_person(post: Post, dataset: int) -> None:
    with post.walk.database.write() as connection:
        (row,) = outbox.claim(connection, post.walk.now, "dead", 1)
        outbox.mark_transmitting(connection, row, post.walk.now)
    assert await post.turn() == 0
    assert await post.turn(claims.LEASE) == 2, "requester and officer are told"
    assert post.letter("dataset").state == "unknown"
    assert post.walk.get(dataset).reason == "dataset_unknown"


async def test_a_250_that_comes_after_the_lease_still_counts(post: Post, dataset: int) -> None:
    async def another_process_gives_it_up() -> None:
        with post.walk.database.write() as connection:
            assert len(outbox.lost(connection, post.walk.now + claims.LEASE)) == 1

    post.server.after_dot = another_process_gives_it_up
    await post.turn()
    assert post.letter("dataset").state == "sent"
    assert post.walk.get(dataset).state is State.DELIVERED


async def test_what_a_failing_database_kept_from_being_written_is_written_once_it_works(
    post: Post, dataset: int
) -> None:
    """The disk fills up while the server takes the mail: it was sent, and nobody need ask."""

    async def fills_up() -> None:
        outages.begin(post.walk.database)

    post.server.after_dot = fills_up
    with pytest.raises(sa.exc.OperationalError):
        await post.turn()
    with pytest.raises(sa.exc.OperationalError):
        await post.turn(timedelta(hours=1))
    outages.end(post.walk.database)
    assert post.letter("dataset").state == "transmitting"
    post.server.after_dot = None
    await post.turn()
    assert post.letter("dataset").state == "sent"
    assert post.walk.get(dataset).state is State.DELIVERED
    await post.turn(timedelta(days=1))
    assert len(post.server.taken) == 1, "and not again"


async def test_what_was_not_sent_when_the_database_failed_goes_once_it_works(post: Post) -> None:
    for _ in range(3):
        post.walk.prepared()

    async def fills_up() -> None:
        outages.begin(post.walk.database)
        post.server.after_dot = None

    post.server.after_dot = fills_up
    turn = _claiming(post)
    with pytest.raises(sa.exc.OperationalError):
        await turn()
    outages.end(post.walk.database)
    assert await turn() == 5
    assert {(row.state, row.tries) for row in post.letters()} == {("sent", 1)}
    assert len(post.server.taken) == 6


async def test_what_a_refused_login_left_goes_once_it_is_let_in(post: Post) -> None:
    for _ in range(3):
        post.walk.prepared()
    post.server.logins = ["", "535 not now"]
    post.connect(Credentials("data@example.org", PASSWORD))
    post.server.script = [{"DOT": "drop"}]
    turn = _claiming(post)
    with pytest.raises(AuthFailed):
        await turn()
    await turn()
    states = sorted(row.state for row in post.letters("receipt", "approval"))
    assert states == ["recorded", "sent", "sent", "sent", "sent", "unknown"], (
        "one was tried and rests"
    )


def _claiming(post: Post) -> Callable[[], Awaitable[int]]:
    """The turns of the outbox as the daemon takes them, beside the loop of the test."""
    owned = _O.c.state == "recorded"

    async def turn() -> int:
        return await asyncio.to_thread(claiming)

    loop = asyncio.get_running_loop()
    claiming = Claiming(
        lambda: asyncio.run_coroutine_threadsafe(post.turn(), loop).result(),
        post.walk.database,
        _O,
        "me",
        lambda: post.walk.now,
        (owned,),
    )
    return turn


async def test_a_refused_login_sends_nothing_and_says_so(post: Post, dataset: int) -> None:
    post.server.logins = []
    post.connect(Credentials("data@example.org", "wrong"))
    with pytest.raises(AuthFailed):
        await post.turn()
    assert post.letter("dataset").state == "recorded"


async def test_a_login_refused_in_the_middle_loses_no_letter(post: Post) -> None:
    """The link breaks after the first letter, and the server lets nobody in any more."""
    post.walk.prepared()
    post.server.logins = ["", "535 not now"]
    post.connect(Credentials("data@example.org", PASSWORD))
    post.server.script = [{"DOT": "drop"}]
    with pytest.raises(AuthFailed):
        await post.turn()
    assert post.letter("receipt").state == "unknown"
    assert post.letter("approval").state == "recorded", "it surely was not sent"
    await post.turn(retry.FIRST)
    assert post.letter("approval").state == "sent"


async def test_nothing_due_makes_no_connection(post: Post) -> None:
    assert await post.turn() == 0
    assert post.server.connections == 0


async def test_the_clock_is_the_one_given(post: Post, dataset: int) -> None:
    post.walk.now = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
    await post.turn()
    assert post.letter("dataset").sent_at == post.walk.now


async def test_the_officer_is_told_once_of_a_requester_whose_server_takes_nothing(
    post: Post,
) -> None:
    post.walk.prepared()
    post.server.script = [{"RCPT": "550 5.1.1 no such user"}]
    await post.turn()
    assert post.letter("receipt").state == "rejected"
    letter = load_letter(post.letter("officer_undelivered").letter)
    assert letter.request is not None
    assert letter.note.startswith(letter.request.requester_addr)


# ---------------------------------------------------------------- copies


async def test_a_copy_is_due_with_the_commit_that_says_sent_and_for_what_may_be_shown(
    post: Post,
) -> None:
    await post.delivery.close()
    post.connect(files=True)
    post.walk.prepared()
    await post.turn()
    copies = {row.kind: (row.state, row.sent_copy) for row in post.letters()}
    assert copies == {"receipt": ("sent", "due"), "approval": ("sent", None)}


@pytest.mark.parametrize(
    "script", [{"RCPT": "550 no"}, {"DOT": "drop"}, {"DOT": "451 no"}], ids=str
)
async def test_what_was_not_surely_sent_has_no_copy(
    post: Post, dataset: int, script: dict[str, str]
) -> None:
    await post.delivery.close()
    post.connect(files=True)
    post.server.script = [script]
    await post.turn()
    row = post.letter("dataset")
    assert (row.state == "sent", row.sent_copy) == (False, None)
