"""Turns of the dataset jobs on a real store and the real figures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.importer import load_sample
from mailproc.datasets.query import prepare
from mailproc.datasets.workbook import booklet, build
from mailproc.fulfil import Fulfil
from mailproc.model import (
    Built,
    Chapter,
    LeftOut,
    Past,
    Prepared,
    Provenance,
    Request,
    Rules,
    State,
)
from mailproc.sandbox import Failed, Held, gated, gated_book
from mailproc.store import jobs, schema
from mailproc.store.codec import dump_request, load_letter
from mailproc.store.database import Database
from mailproc.workflow import events as e
from mailproc.workflow import policy
from tests.factories import NOW, a_form, an_item
from tests.walk import DESK, DIRECTOR, Walk

ITEM = an_item(dataset="จำนวนนักเรียน", round=None, filters=(), level="area")
FORM = a_form(items=(ITEM,))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'figures.sqlite'}"
    load_sample(url, NOW)
    return url


class Works:
    """The jobs of one office; `change` may spoil what the builder brings."""

    def __init__(self, database: Database, url: str) -> None:
        self.url, self.built = url, 0
        self.change: Callable[[Built], Built | Failed] = lambda built: built
        catalogue = load_catalogue(None, url)
        self.walk = Walk(database)
        self.walk.rules = Rules(catalogue=catalogue)
        self.fulfil = Fulfil(
            database,
            lambda item, conditions: prepare(item, catalogue, url, conditions),
            self,
            self.walk.rules,
            "สำนักงานตัวอย่าง",
            "Asia/Bangkok",
            "me",
        )

    def build(self, prepared: Prepared, provenance: Provenance) -> Built | Held | Failed:
        self.built += 1
        built = self.change(build(prepared, provenance, self.url))
        return built if isinstance(built, Failed) else gated(built, prepared)

    def book(
        self, chapters: Sequence[Chapter], left_out: Sequence[LeftOut]
    ) -> Built | Held | Failed:
        built = self.change(booklet(chapters, left_out, self.url))
        return built if isinstance(built, Failed) else gated_book(built, chapters)

    def turn(self, later: timedelta = timedelta()) -> int:
        self.walk.now += later
        return self.fulfil.turn(DESK, self.walk.now)

    def opened(self, **changes: Any) -> Request:
        return self.walk.open(**({"form": FORM} | changes))

    def approved(self, **changes: Any) -> Request:
        """A request whose build is due."""
        request = self.opened(**changes)
        self.turn()
        shown = self.walk.get(request.id)
        assert shown.state is State.AWAITING_DECISION, shown.questions
        approval = e.Approved(by=DIRECTOR.name, content_hash=shown.content_hash)
        self.walk.happen(request.id, approval)
        return self.walk.happen(request.id, e.HoldElapsed()).after

    def sent_kinds(self) -> list[str]:
        return [row.kind for row in self.walk.rows(schema.outbox)]


@pytest.fixture
def works(sqlite_database: Database, warehouse: str) -> Works:
    return Works(sqlite_database, warehouse)


def test_a_request_is_prepared_and_put_before_the_director(works: Works) -> None:
    request = works.opened()
    assert works.turn() == 1
    shown = works.walk.get(request.id)
    assert shown.state is State.AWAITING_DECISION
    assert shown.prepared is not None
    assert shown.content_hash == policy.content_hash(shown, shown.prepared)
    assert works.sent_kinds() == ["receipt", "approval"]
    assert works.turn(timedelta(days=1)) == 0


def test_the_director_learns_what_became_of_earlier_requests_of_the_address(works: Works) -> None:
    first = works.approved()
    assert first.past == Past()
    assert first.inside is False, "the office has no roster"
    works.opened(form=replace(FORM, purpose="อีกเรื่อง"))
    works.turn()
    (*_, letter) = works.walk.rows(schema.outbox, schema.outbox.c.kind == "approval")
    told = load_letter(letter.letter).request
    assert told is not None
    assert told.past == Past(times=1)


def test_what_the_query_does_not_understand_is_asked_back(works: Works) -> None:
    request = works.opened(form=a_form(items=(replace(ITEM, filters=("โรงเรียนไม่มีจริง",)),)))
    works.turn()
    asked = works.walk.get(request.id)
    assert asked.state is State.INCOMPLETE
    assert [q.field for q in asked.questions] == ["filters"]


def test_what_was_approved_is_built_gated_and_mailed(works: Works) -> None:
    request = works.approved()
    assert works.turn() == 1
    (file,) = works.walk.rows(schema.files)
    assert hashlib.sha256(file.content).hexdigest() == file.sha256
    assert request.prepared is not None
    assert file.result_digest == request.prepared.result_digest
    (letter,) = works.walk.rows(schema.outbox, schema.outbox.c.kind == "dataset")
    assert (letter.file_id, letter.to_addr) == (file.id, request.requester_addr)


def test_a_form_that_changed_after_the_decision_voids_it(works: Works) -> None:
    """Somebody writes another purpose into the stored request."""
    request = works.approved()
    changed = replace(request, form=replace(request.form, purpose="อื่น"))
    with works.walk.database.write() as connection:
        connection.execute(schema.requests.update().values(body=dump_request(changed)))
    works.turn()
    after = works.walk.get(request.id)
    assert (after.state, after.decided_at_hash, works.built) == (State.PREPARING, "", 0)
    assert "dataset" not in works.sent_kinds()
    works.turn()
    assert works.walk.get(request.id).state is State.AWAITING_DECISION, "asked anew"


def test_other_figures_than_were_approved_void_the_decision(works: Works) -> None:
    request = works.approved()
    works.change = lambda built: replace(built, result_digest="0" * 64)
    works.turn()
    assert works.walk.get(request.id).state is State.PREPARING
    assert works.walk.rows(schema.files) == []
    assert "dataset" not in works.sent_kinds()


def test_a_file_that_the_gate_holds_back_never_leaves(works: Works) -> None:
    request = works.approved()
    works.change = lambda built: replace(built, content=built.content + b"PK\x05\x06 more")
    works.turn()
    after = works.walk.get(request.id)
    assert (after.state, after.resume) == (State.NEEDS_PERSON, State.DELIVERING)
    assert works.walk.rows(schema.files) == []
    assert works.sent_kinds()[-2:] == ["needs_person", "officer_needs_person"]


def test_a_build_that_fails_is_tried_three_times(works: Works) -> None:
    request = works.approved()
    works.change = lambda built: Failed("took too long")
    works.turn()
    assert works.turn() == 0, "it rests"
    for _ in range(2):
        assert works.turn(timedelta(seconds=20)) == 1
    after = works.walk.get(request.id)
    assert (after.state, after.reason) == (State.NEEDS_PERSON, "build: took too long")
    assert works.turn(timedelta(days=1)) == 0


def test_a_build_that_fails_once_is_mailed_once(works: Works) -> None:
    request = works.approved()
    works.change = lambda built: Failed("child process died")
    works.turn()
    works.change = lambda built: built
    works.turn(timedelta(seconds=5))
    assert works.walk.get(request.id).failures == 0
    assert works.sent_kinds().count("dataset") == 1


def test_a_query_that_raises_stops_nobody_else(works: Works) -> None:
    good, bad = works.opened(), works.opened()
    real = works.fulfil._prepare

    def sometimes(item: Any, conditions: Any) -> Any:
        if item.filters:
            raise ZeroDivisionError
        return real(item, conditions)

    works.fulfil._prepare = sometimes
    third = works.opened(form=a_form(items=(replace(ITEM, filters=("x",)),)))
    assert works.turn() == 3
    assert works.walk.get(third.id).state is State.PREPARING
    assert works.walk.get(third.id).failures == 1
    for request in (good, bad):
        assert works.walk.get(request.id).state is State.AWAITING_DECISION


def test_a_job_whose_request_moved_on_is_dropped(works: Works) -> None:
    request = works.opened()
    works.walk.happen(request.id, e.Cancelled())
    assert works.turn() == 1
    assert works.walk.get(request.id).version == 2
    assert works.turn(timedelta(days=1)) == 0


def test_a_job_that_cannot_be_written_down_stops_nobody_else(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = works.opened(), works.opened()
    real = jobs.finish

    def sometimes(connection: Any, rows: Any, *rest: Any) -> None:
        if any(row.request_id == first.id for row in rows):
            raise ZeroDivisionError
        real(connection, rows, *rest)

    monkeypatch.setattr("mailproc.fulfil.jobs.finish", sometimes)
    works.turn()
    assert works.walk.get(first.id).state is State.PREPARING
    assert works.walk.get(second.id).state is State.AWAITING_DECISION


def test_what_is_not_for_mail_is_handed_to_the_officer(works: Works) -> None:
    request = works.approved(form=replace(FORM, delivery="pickup"))
    works.turn()
    assert works.walk.get(request.id).reason == "handover"
    assert works.sent_kinds()[-2:] == ["handover", "officer_handover"]
    handed = works.walk.rows(schema.outbox)[-1]
    assert handed.file_id == works.walk.rows(schema.files)[0].id
    assert "dataset" not in works.sent_kinds()
