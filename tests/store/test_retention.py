"""Each class of data goes by its own days, and nothing that is still needed goes with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from mailproc.model import State
from mailproc.store import audit, messages, retention, schema
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.factories import NOW
from tests.walk import Walk

DAY = timedelta(days=1)
LATER = NOW + 100 * DAY


def _erase(walk: Walk, name: str, keep: timedelta = 30 * DAY, limit: int = 100) -> int:
    with walk.database.write() as connection:
        return retention.CLASSES[name](connection, LATER - keep, LATER, limit)


def _delivered(walk: Walk) -> int:
    request = walk.built()
    walk.happen(request.id, e.AllSent(by="mail server"))
    return request.id


def _mail(walk: Walk, request_id: int | None, uid: int = 1) -> None:
    with walk.database.write() as connection:
        arrived = messages.Arrived("a@b", "INBOX", 1, uid, NOW, 9, b"Subject: x\r\n\r\n")
        messages.store(connection, [arrived], NOW)
        (row,) = messages.claim(connection, NOW, "me", 1)
        verdict = "opened" if request_id else "ignored_automatic"
        settled = messages.Settled(
            row, verdict, "d", "<x@y>", request_id, from_addr="somsri@example.org"
        )
        messages.settle(connection, [settled], NOW)


def test_the_mail_of_a_request_loses_its_bytes_and_keeps_its_thread(walk: Walk) -> None:
    _mail(walk, _delivered(walk))
    assert _erase(walk, "raw_mail", 200 * DAY) == 0
    assert _erase(walk, "raw_mail") == 1
    assert _erase(walk, "raw_mail") == 0
    (row,) = walk.rows(schema.messages)
    assert (row.raw, row.message_id, row.digest) == (None, "<x@y>", "d")


def test_a_mail_of_no_request_loses_its_sender_too(walk: Walk) -> None:
    _mail(walk, None)
    assert _erase(walk, "raw_mail") == 1
    assert _erase(walk, "raw_mail") == 0
    (row,) = walk.rows(schema.messages)
    assert (row.raw, row.message_id, row.from_addr) == (None, None, None)
    assert (row.verdict, row.digest) == ("ignored_automatic", "d")


def test_a_mail_without_a_verdict_is_never_erased(walk: Walk) -> None:
    with walk.database.write() as connection:
        arrived = messages.Arrived("a@b", "INBOX", 1, 1, NOW, 9, b"Subject: x\r\n\r\n")
        messages.store(connection, [arrived], NOW)
    assert _erase(walk, "raw_mail") == 0


@pytest.mark.parametrize("name", ["raw_mail", "files", "letters", "requests"])
def test_a_request_on_its_way_keeps_all_of_its_own(walk: Walk, name: str) -> None:
    request = walk.built()
    _mail(walk, request.id)
    assert walk.get(request.id).state is State.DELIVERING
    with walk.database.write() as connection:
        connection.execute(schema.outbox.update().values(state="sent", due_at=None))
    assert _erase(walk, name) == 0


def test_a_file_goes_by_its_days_unless_a_link_to_it_is_good(walk: Walk) -> None:
    request_id = _delivered(walk)
    (file,) = walk.rows(schema.files)
    link = {
        "id": "l",
        "token_digest": "t",
        "purpose": "download",
        "request_id": request_id,
        "request_version": 1,
        "file_id": file.id,
        "created_at": NOW,
        "expires_at": LATER + DAY,
    }
    with walk.database.write() as connection:
        connection.execute(schema.links.insert().values(**link))
    assert _erase(walk, "files") == 0
    with walk.database.write() as connection:
        connection.execute(schema.links.update().values(voided_at=LATER))
    assert _erase(walk, "files") == 1
    (file,) = walk.rows(schema.files)
    assert file.content is None
    assert file.sha256


def test_letters_that_were_settled_lose_words_and_address_and_keep_their_counts(
    walk: Walk,
) -> None:
    request_id = _delivered(walk)
    with walk.database.write() as connection:
        connection.execute(schema.outbox.update().values(state="sent", due_at=None))
    count = len(walk.rows(schema.outbox))
    assert _erase(walk, "letters", limit=1) == 1  # in small transactions
    assert _erase(walk, "letters") == count - 1
    for row in walk.rows(schema.outbox):
        assert (row.letter, row.to_addr, row.correspondent) == (None, None, None)
        assert (row.state, row.request_id) == ("sent", request_id)


def test_a_letter_that_is_still_to_be_sent_stays(walk: Walk) -> None:
    _delivered(walk)
    assert walk.rows(schema.outbox)
    assert _erase(walk, "letters") == 0


def test_a_request_goes_by_the_days_since_its_end_and_the_chain_verifies(walk: Walk) -> None:
    _delivered(walk)
    assert _erase(walk, "requests", 200 * DAY) == 0
    assert _erase(walk, "requests") == 1
    assert _erase(walk, "requests") == 0
    with walk.database.read() as connection:
        found = audit.verify(connection)
    assert found.faults == ()
    assert found.erased_on == ((LATER.date().isoformat(), found.erased),)
    (request,) = walk.rows(schema.requests)
    assert (request.requester_addr, request.state) == (None, "delivered")
    assert request.dataset_id  # what statistics are made of


def test_who_opened_a_link_is_forgotten_and_that_it_was_opened_stays(walk: Walk) -> None:
    request_id = _delivered(walk)
    with walk.database.write() as connection:
        link = connection.scalar(sa.select(schema.links.c.id).limit(1)) or _a_link(
            connection, request_id
        )
        row = {"link_id": link, "at": NOW, "client": "192.0.2.7", "agent": "Firefox"}
        connection.execute(schema.link_opens.insert().values(**row))
    assert _erase(walk, "opens") == 1
    (opened,) = walk.rows(schema.link_opens)
    assert (opened.at, opened.client, opened.agent) == (NOW, None, None)


def _a_link(connection: sa.Connection, request_id: int) -> str:
    row = {
        "id": "s",
        "token_digest": "t",
        "purpose": "status",
        "request_id": request_id,
        "request_version": 1,
        "created_at": NOW,
        "expires_at": NOW + DAY,
    }
    connection.execute(schema.links.insert().values(**row))
    return "s"


def test_papers_and_handovers_lose_what_is_personal(walk: Walk) -> None:
    request_id = _delivered(walk)
    paper = {
        "request_id": request_id,
        "kind": "signed_form",
        "filename": "นางสมศรี.pdf",
        "media_type": "application/pdf",
        "content": b"%PDF",
        "sha256": "s",
        "person_id": 2,
        "added_at": NOW,
    }
    handed = {"request_id": request_id, "way": "pickup", "at": NOW, "person_id": 2}
    with walk.database.write() as connection:
        connection.execute(schema.papers.insert().values(**paper))
        connection.execute(schema.handovers.insert().values(**handed, taken_by="สมศรี", note="x"))
    assert [_erase(walk, "papers"), _erase(walk, "handovers")] == [1, 1]
    assert [_erase(walk, "papers"), _erase(walk, "handovers")] == [0, 0]
    (kept,) = walk.rows(schema.papers)
    assert (kept.content, kept.filename, kept.sha256) == (None, "", "s")
    (kept,) = walk.rows(schema.handovers)
    assert (kept.taken_by, kept.note, kept.way) == (None, None, "pickup")


def test_every_class_of_the_settings_is_erased_by_somebody() -> None:
    from mailproc.sections.office import RetentionSection

    assert set(RetentionSection().days()) | {"addresses"} == set(retention.CLASSES)


def test_every_class_runs_on_an_empty_store(database: Database) -> None:
    with database.write() as connection:
        for erase in retention.CLASSES.values():
            assert erase(connection, NOW, NOW, 10) == 0
