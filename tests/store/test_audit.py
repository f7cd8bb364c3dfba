"""The chain and the seals find every change that somebody makes behind the program's back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from mailproc.model import Corrected, Request, State
from mailproc.store import audit, erase, requests, schema
from mailproc.store.audit import Audit
from mailproc.store.codec import dump_request, load_request
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.factories import NOW
from tests.walk import DESK, Walk, data_prepared

_H, _R, _S = schema.history, schema.requests, schema.seals
_DAY = timedelta(days=1)


@pytest.fixture
def sealed(walk: Walk) -> Walk:
    """Three requests on two days, sealed each night; the first one went all the way."""
    return _sealed(walk)


@pytest.fixture
def one_sealed(sqlite_database: Database) -> Walk:
    """The same for what is equal on both databases."""
    return _sealed(Walk(sqlite_database))


def _sealed(walk: Walk) -> Walk:
    first = walk.built()
    walk.happen(first.id, e.AllSent(by="mail server"))
    walk.prepared()
    _seal(walk, NOW + _DAY)
    walk.now = NOW + _DAY + timedelta(hours=1)
    walk.happen(2, e.Refused(by="x", reason="ไม่อยู่ในอำนาจ"))
    walk.open()
    _seal(walk, NOW + 2 * _DAY)
    return walk


def _seal(walk: Walk, upto: Any) -> bool:
    with walk.database.write() as connection:
        return audit.seal(connection, upto)


def _verify(database: Database) -> Audit:
    with database.read() as connection:
        return audit.verify(connection)


def _change(walk: Walk, *statements: sa.Executable) -> Audit:
    """Whoever owns the database can also switch its foreign keys off."""
    engine = sa.create_engine(walk.database.url)
    with engine.begin() as connection:
        if not walk.database.is_sqlite:
            connection.execute(sa.text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(statement)
    engine.dispose()
    return _verify(walk.database)


def test_a_store_that_really_ran_verifies(sealed: Walk) -> None:
    assert sealed.get(1).state is State.DELIVERED
    assert _verify(sealed.database) == Audit(requests=3, rows=10, erased=0, seals=2, faults=())


def test_an_empty_store_verifies(walk: Walk) -> None:
    assert _verify(walk.database) == Audit(0, 0, 0, 0, ())


def _set(table: sa.Table, row_id: int, **values: Any) -> sa.Update:
    return sa.update(table).where(table.c.id == row_id).values(**values)


def _at(version: int, request_id: int = 1) -> sa.ColumnElement[bool]:
    return sa.and_(_H.c.request_id == request_id, _H.c.version == version)


# The name says what was done; each is found by the chain alone, without any seal.
_IN_THE_CHAIN: dict[str, tuple[sa.Executable, ...]] = {
    "changed fact": (sa.update(_H).where(_at(3)).values(facts='{"from":"new","to":"refused"}'),),
    "changed event": (sa.update(_H).where(_at(3)).values(event="Refused"),),
    "changed time": (sa.update(_H).where(_at(3)).values(at=NOW - _DAY),),
    "changed personal text": (sa.update(_H).where(_at(3)).values(personal="{}"),),
    "personal text removed": (sa.update(_H).where(_at(3)).values(personal=None),),
    "changed salt": (sa.update(_H).where(_at(3)).values(salt="00"),),
    "changed digest": (sa.update(_H).where(_at(3)).values(personal_digest="0" * 64),),
    "changed hash": (sa.update(_H).where(_at(3)).values(hash="0" * 64),),
    "changed link to the row before": (sa.update(_H).where(_at(3)).values(previous="0" * 64),),
    "row in the middle deleted": (sa.delete(_H).where(_at(3)),),
    "first row deleted": (sa.delete(_H).where(_at(1)),),
    "tail deleted": (sa.delete(_H).where(_at(6)),),
    "whole history deleted": (sa.delete(_H).where(_H.c.request_id == 1),),
    "request deleted": (sa.delete(_R).where(_R.c.id == 1),),
    "order changed": (
        sa.update(_H).where(_at(3)).values(version=99),
        sa.update(_H).where(_at(4)).values(version=3),
        sa.update(_H).where(_at(99)).values(version=4),
    ),
    "row of another request": (sa.update(_H).where(_at(6)).values(request_id=3, version=2),),
    "state of the request": (_set(_R, 1, state="refused"),),
    "version of the request": (_set(_R, 1, version=5),),
    "head of the request": (_set(_R, 1, chain_head="0" * 64),),
    "number of the request": (_set(_R, 1, number="2569/00099"),),
    "address of the request": (_set(_R, 1, requester_addr="thief@example.org"),),
    "deadline of the request": (_set(_R, 3, due_at=NOW),),
    "body of the request": (_set(_R, 1, body="{}"),),
}


@pytest.mark.parametrize("how", _IN_THE_CHAIN)
def test_the_chain_finds_what_was_changed(one_sealed: Walk, how: str) -> None:
    found = _change(one_sealed, *_IN_THE_CHAIN[how])
    chain = [fault for fault in found.faults if fault.startswith("request ")]
    assert chain, found.faults


def test_a_fault_says_which_request_and_version(sealed: Walk) -> None:
    found = _change(sealed, *_IN_THE_CHAIN["changed fact"])
    assert found.faults == ("request 1 version 3: was changed",)


def test_the_content_of_a_request_is_what_its_history_says(sealed: Walk) -> None:
    """The recipient is changed in the row's JSON and in its column alike."""

    def to_thief(request: Request) -> dict[str, Any]:
        other = replace(request, requester_addr="thief@example.org")
        return {"body": dump_request(other), "requester_addr": other.requester_addr}

    values = to_thief(sealed.get(1))
    found = _change(sealed, _set(_R, 1, **values))
    assert found.faults == ("request 1 (2569/00001): its content is not the one in its history",)


# ---------------------------------------------------------------- what only a seal can find


def _row(walk: Walk, version: int) -> Any:
    return walk.rows(_H, _at(version))[0]


def _forge_tail(walk: Walk) -> tuple[sa.Executable, ...]:
    """The last row is gone and the request's row was put back to the one before it."""
    before = _row(walk, 5)
    body = json.loads(before.personal)["request"]
    old = requests.request_row(load_request(body), body, before.hash)
    return (sa.delete(_H).where(_at(6)), _set(_R, 1, **old))


def _forge_request(walk: Walk) -> tuple[sa.Executable, ...]:
    """A request is gone with all that belongs to it."""
    mine = [
        sa.delete(table).where(table.c.request_id == 1)
        for table in (schema.outbox, schema.jobs, schema.files, schema.links, _H)
    ]
    return (*mine, sa.delete(_R).where(_R.c.id == 1))


def _forge_chain(walk: Walk) -> tuple[sa.Executable, ...]:
    """The last row says something else, and every hash was made anew."""
    last = dict(_row(walk, 6)._mapping)
    last["event"] = "DeliveryFailed"
    digest = requests.chain_hash(last)
    return (
        sa.update(_H).where(_at(6)).values(event=last["event"], hash=digest),
        _set(_R, 1, chain_head=digest),
    )


@pytest.mark.parametrize("forge", [_forge_tail, _forge_request, _forge_chain])
def test_a_seal_finds_what_was_forged_so_that_the_chain_holds(
    sealed: Walk, forge: Callable[[Walk], tuple[sa.Executable, ...]]
) -> None:
    found = _change(sealed, *forge(sealed))
    assert len(found.faults) == 2, "both nights knew it otherwise"
    assert all("is missing or was changed" in fault for fault in found.faults)


@pytest.mark.parametrize(
    "change",
    [{"heads": "0" * 64}, {"requests": 9}, {"previous": "0" * 64}, {"hash": "0" * 64}],
    ids=str,
)
def test_a_changed_seal_is_found(one_sealed: Walk, change: dict[str, Any]) -> None:
    assert _change(one_sealed, _set(_S, 2, **change)).faults


def test_a_missing_seal_is_found(sealed: Walk) -> None:
    found = _change(sealed, sa.delete(_S).where(_S.c.id == 1))
    assert [fault for fault in found.faults if "does not follow" in fault]


def test_a_day_is_sealed_once(sealed: Walk) -> None:
    assert not _seal(sealed, NOW + 2 * _DAY)
    assert not _seal(sealed, NOW + _DAY)
    assert _seal(sealed, NOW + 3 * _DAY)
    assert _verify(sealed.database).seals == 3


def test_what_happens_after_a_seal_does_not_break_it(sealed: Walk) -> None:
    sealed.now = NOW + 2 * _DAY
    sealed.happen(1, e.BounceReceived(problem="bounced"))
    assert _verify(sealed.database).faults == ()


# ---------------------------------------------------------------- erasing


def _erase(walk: Walk, request_id: int) -> bool:
    with walk.database.write() as connection:
        return erase.erase(connection, request_id, walk.now)


def test_a_request_can_be_forgotten_and_its_chain_still_verifies(sealed: Walk) -> None:
    words = ("somsri", "สมศรี", "ดอนแก้ว", "08 0000 1234", "แผนจัดชั้นเรียน", "first@school")
    assert _erase(sealed, 1)
    found = _verify(sealed.database)
    assert (found.faults, found.erased, found.rows) == ((), 6, 10)
    mine = [
        row
        for table in schema.metadata.sorted_tables
        if "request_id" in table.c
        for row in sealed.rows(table, table.c.request_id == 1)
    ]
    mine += sealed.rows(_R, _R.c.id == 1)
    assert len(mine) > 10
    assert not [(word, row) for row in mine for word in words if word in str(row)]


def test_what_was_corrected_shown_and_remarked_is_forgotten_too(walk: Walk) -> None:
    form = walk.prepared().form
    put = replace(form, phone="09 9999 8888", requester_name="นางสาวปิยะ สุขใจ")
    words = ("phone", form.phone or "", put.phone or "", "นางสาวดาวเรือง", walk.now)
    walk.happen(1, e.OfficerCorrected(by="officer", form=put, corrected=(Corrected(*words),)))
    walk.happen(1, data_prepared(walk.get(1)))
    walk.happen(1, e.Remarked(by="officer", note="สมศรีโทรมาแล้ว"))
    walk.happen(1, e.Refused(by="x", reason="ไม่อยู่ในอำนาจ"))
    assert walk.get(1).corrected
    assert _erase(walk, 1)
    (body,) = [row.body for row in walk.rows(_R)]
    told = ("9999", "ปิยะ", "สุขใจ", "0000 1234", "สมศรี", "somsri", "ดาวเรือง", "อำนาจ")
    assert [word for word in told if word in body] == []


def test_the_figures_of_a_forgotten_request_stay(sealed: Walk) -> None:
    _erase(sealed, 1)
    request = sealed.get(1)
    assert (request.number, request.state) == ("2569/00001", State.DELIVERED)
    assert (request.item.dataset_id, request.item.academic_years) == ("student_count", (2568,))
    assert request.received_at == NOW


def test_forgetting_twice_or_what_is_not_there_does_nothing(sealed: Walk) -> None:
    assert _erase(sealed, 1)
    assert not _erase(sealed, 1)
    assert not _erase(sealed, 99)
    assert _verify(sealed.database).erased == 6


def test_a_forgotten_letter_is_not_sent(walk: Walk) -> None:
    request = walk.prepared()
    _erase(walk, request.id)
    for letter in walk.rows(schema.outbox):
        assert (letter.letter, letter.to_addr, letter.due_at) == (None, None, None)


def test_the_history_of_a_forgotten_request_cannot_be_changed_unseen(sealed: Walk) -> None:
    _erase(sealed, 1)
    assert _change(sealed, *_IN_THE_CHAIN["changed fact"]).faults
    assert _change(sealed, _set(_R, 1, state="refused")).faults


def test_words_cannot_be_removed_and_called_forgotten_in_one_row(sealed: Walk) -> None:
    """Only the request as a whole is erased; the last row alone can't hide a change of it."""
    hidden = sa.update(_H).where(_at(6)).values(personal=None, salt=None, erased_at=NOW)
    assert _change(sealed, hidden, _set(_R, 1, requester_addr="thief@example.org")).faults


def test_the_audit_can_be_taken_while_others_write(sealed: Walk) -> None:
    with sealed.database.read() as connection:
        assert audit.verify(connection).rows == 10
        sealed.happen(1, e.Noted(by="requester"))
        assert audit.verify(connection) == Audit(3, 10, 0, 2, ())


def test_a_seal_covers_what_was_written_before_its_moment_alone(walk: Walk) -> None:
    request = walk.open()
    written = walk.rows(_H)[0].at
    _seal(walk, written)
    _seal(walk, written + timedelta(microseconds=1))
    assert [row.requests for row in walk.rows(_S)] == [0, 1]
    assert walk.get(request.id).version == 1


def test_the_desk_keeps_personal_data_for_a_set_time(walk: Walk) -> None:
    walk.open()
    (row,) = walk.rows(_R)
    assert row.purge_after == row.opened_at + DESK.keep
