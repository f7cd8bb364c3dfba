from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from mailproc.errors import Stale
from mailproc.model import State
from mailproc.store import requests, schema
from mailproc.store.desk import token_digest
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide
from tests.walk import DESK, DIRECTOR, OFFICER, RULES, Walk, data_prepared


def test_a_transition_writes_state_history_and_what_is_owed_together(walk: Walk) -> None:
    request = walk.open()
    assert request.state is State.PREPARING
    (row,) = walk.rows(schema.requests)
    assert (row.number, row.version, row.state) == ("2569/00001", 1, "preparing")
    (history,) = walk.rows(schema.history)
    assert json.loads(history.facts) == {"from": "new", "to": "preparing"}
    assert row.chain_head == history.hash
    (job,) = walk.rows(schema.jobs)
    assert (job.kind, job.request_version) == ("prepare", 1)
    (link,) = walk.rows(schema.links)
    assert (link.purpose, link.id) == ("status", DESK.status_link(request.id))
    walk.happen(request.id, data_prepared(request))
    (letter,) = walk.rows(schema.outbox, schema.outbox.c.audience == "requester")
    assert (letter.kind, letter.state) == ("receipt", "recorded")


def test_an_approval_letter_carries_a_link_but_no_token(walk: Walk) -> None:
    request = walk.prepared()
    (letter,) = walk.rows(schema.outbox, schema.outbox.c.kind == "approval")
    (link,) = walk.rows(schema.links, schema.links.c.purpose == "decide")
    assert (letter.link_id, letter.to_addr) == (link.id, DIRECTOR.address)
    assert link.content_hash == request.content_hash
    token = DESK.token(link.id, "decide", request.version)
    assert link.token_digest == token_digest(token)
    for table in schema.metadata.sorted_tables:
        assert not [row for row in walk.rows(table) if token in str(row)], table.name


def test_of_two_who_change_a_request_the_second_is_told(walk: Walk) -> None:
    request = walk.prepared()
    approved = decide(request, e.Approved(content_hash=request.content_hash), RULES, walk.now)
    walk.happen(request.id, e.Cancelled())
    before = {table.name: len(walk.rows(table)) for table in schema.metadata.sorted_tables}
    with pytest.raises(Stale), walk.database.write() as connection:
        requests.apply(connection, [approved], DESK, walk.now)
    assert walk.get(request.id).state is State.CANCELLED
    after = {table.name: len(walk.rows(table)) for table in schema.metadata.sorted_tables}
    assert after == before


def test_a_decision_over_a_request_that_does_not_exist_is_refused(walk: Walk) -> None:
    request = walk.prepared()
    with walk.database.write() as connection:
        for table in (
            schema.history,
            schema.outbox,
            schema.jobs,
            schema.links,
            schema.request_words,
            schema.requests,
        ):
            connection.execute(table.delete())
    decision = decide(request, e.Cancelled(), RULES, walk.now)
    with pytest.raises(Stale), walk.database.write() as connection:
        requests.apply(connection, [decision], DESK, walk.now)


def test_several_decisions_go_in_together_or_not_at_all(walk: Walk) -> None:
    first, second = walk.prepared(), walk.prepared()
    cancelled = [decide(r, e.Cancelled(), RULES, walk.now) for r in (first, second)]
    walk.happen(second.id, e.Noted())
    with pytest.raises(Stale), walk.database.write() as connection:
        requests.apply(connection, cancelled, DESK, walk.now)
    assert walk.get(first.id).state is State.AWAITING_DECISION


def test_every_history_row_follows_the_one_before(walk: Walk) -> None:
    request = walk.built()
    chain = walk.rows(schema.history)
    assert [row.version for row in chain] == list(range(1, request.version + 1))
    assert chain[0].previous == requests.GENESIS
    assert [row.previous for row in chain[1:]] == [row.hash for row in chain[:-1]]
    assert [row.event for row in chain] == [
        "Opened",
        "DataPrepared",
        "Approved",
        "HoldElapsed",
        "DataBuilt",
    ]


def test_the_history_keeps_personal_words_apart(walk: Walk) -> None:
    request = walk.prepared()
    walk.happen(request.id, e.Refused(by=DIRECTOR.name, reason="ขอให้ระบุวัตถุประสงค์"))
    last = walk.rows(schema.history)[-1]
    assert json.loads(last.personal)["told"] == {"reason": "ขอให้ระบุวัตถุประสงค์"}
    for words in ("ขอให้", DIRECTOR.name, request.requester_addr):
        assert words not in last.facts


def test_numbers_have_no_gap_after_a_rollback(walk: Walk) -> None:
    assert walk.open().number == "2569/00001"

    def fail() -> None:
        with walk.database.write() as connection:
            assert list(requests.take_numbers(connection, "number:2569", 3)) == [2, 3, 4]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert walk.open().number == "2569/00002"
    with walk.database.write() as connection:
        assert list(requests.take_numbers(connection, "number:2570", 2)) == [1, 2]
        assert list(requests.take_numbers(connection, "number:2569", 2)) == [3, 4]


def test_a_letter_goes_to_each_person_of_the_audience(walk: Walk) -> None:
    request = walk.prepared()
    walk.happen(request.id, e.DeliveryFailed(problem="approval_rejected"))
    told = walk.rows(schema.outbox, schema.outbox.c.audience == "officer")
    assert [row.to_addr for row in told] == [OFFICER.address]
    assert told[0].person_id == OFFICER.id


def test_links_to_decide_are_void_after_the_decision(walk: Walk) -> None:
    request = walk.delivering()
    links = walk.rows(schema.links, schema.links.c.request_id == request.id)
    assert {row.purpose: row.voided_at is not None for row in links} == {
        "status": False,
        "decide": True,
    }


def test_requests_are_found_by_number_state_and_date(walk: Walk) -> None:
    waiting = walk.prepared()
    walk.happen(walk.open().id, e.Cancelled())
    assert waiting.due_at is not None
    with walk.database.read() as connection:
        assert requests.find(connection, waiting.number) == waiting
        assert requests.find(connection, "2569/99999") is None
        assert requests.get(connection, 99) is None
        assert requests.listed(connection, [State.AWAITING_DECISION]) == [waiting]
        assert len(requests.listed(connection)) == 2
        assert requests.with_deadline(connection, waiting.due_at) == [waiting]
        assert requests.with_deadline(connection, walk.now) == []


def test_a_prepared_request_comes_back_as_it_was(walk: Walk) -> None:
    request = walk.open()
    decision = walk.happen(request.id, data_prepared(request))
    assert walk.get(request.id) == decision.after


def test_a_version_is_written_once(walk: Walk) -> None:
    request = walk.open()
    first = walk.rows(schema.history)[0]._asdict()
    del first["id"]
    with pytest.raises(sa.exc.IntegrityError), walk.database.write() as connection:
        connection.execute(schema.history.insert().values(first))
    assert walk.get(request.id).version == 1
