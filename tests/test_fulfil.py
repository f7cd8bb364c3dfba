"""Turns of the dataset jobs on a real store and the real figures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from mailproc.claiming import Claiming
from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.importer import load_sample
from mailproc.datasets.query import prepare
from mailproc.datasets.workbook import booklet, build, whole
from mailproc.deadlines import Deadlines
from mailproc.deciding import ahead
from mailproc.fulfil import Fulfil
from mailproc.model import (
    BY_RULE,
    Attached,
    Built,
    Chapter,
    Conditions,
    FileFacts,
    LeftOut,
    Past,
    Prepared,
    Provenance,
    Request,
    Roster,
    Rules,
    State,
)
from mailproc.sandbox import Failed, Held, admitted, gated, gated_book
from mailproc.store import jobs, people, schema, standing
from mailproc.store.codec import dump_request, load_letter
from mailproc.store.database import Database
from mailproc.workflow import events as e
from mailproc.workflow import policy
from tests import outages
from tests.factories import NOW, a_form, a_request, an_item
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

    def admit(self, attached: Attached, content: bytes) -> FileFacts | Held:
        return admitted(attached, content)

    def whole(
        self, prepared: Prepared, provenance: Provenance, content: bytes
    ) -> Built | Held | Failed:
        built = self.change(whole(prepared, provenance, content))
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


def test_a_job_that_the_database_broke_off_is_done_once_it_works(works: Works) -> None:
    """At the next turn, not when its lease ends."""
    request = works.approved()

    def fills_up(built: Built) -> Built:
        outages.begin(works.walk.database)
        return built

    works.change = fills_up
    turn = Claiming(works.turn, works.walk.database, schema.jobs, "me", lambda: works.walk.now)
    with pytest.raises(sa.exc.OperationalError):
        turn()
    with pytest.raises(sa.exc.OperationalError):
        turn()
    outages.end(works.walk.database)
    works.change = lambda built: built
    assert works.walk.get(request.id).state is State.DELIVERING
    assert turn() == 1
    assert works.sent_kinds().count("dataset") == 1


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


# ---------------------------------------------------------------- decided ahead, or by nobody


def _decisions(works: Works) -> list[tuple[str, str, int | None, int | None]]:
    rows = works.walk.rows(schema.decisions)
    return [(row.verdict, row.via, row.person_id, row.standing_id) for row in rows]


def _with(works: Works, **changes: Any) -> None:
    """The office's rules from now on; `catalogue` and all else of Rules."""
    rules = replace(works.walk.rules, **changes)
    works.walk.rules = rules
    works.fulfil.renew(rules, lambda i, c: prepare(i, rules.catalogue, works.url, c), lambda _: "")


def _standing(works: Works, until: timedelta = timedelta(days=30)) -> int:
    with works.walk.database.write() as connection:
        person = people.add(connection, DIRECTOR, NOW)
        assert person == DIRECTOR.id
        wanted = ahead.Wanted("student_count", "roster", (NOW + until).date())
        assert not list(ahead.faults(wanted, person, works.walk.rules, DESK, NOW))
        return ahead.grant(connection, wanted, person, works.walk.rules, NOW, via="command")


def test_open_data_goes_out_undecided_and_the_register_says_by_which_rule(works: Works) -> None:
    catalogue = works.walk.rules.catalogue
    free = tuple(replace(d, needs_approval=d.id != "student_count") for d in catalogue.datasets)
    _with(works, catalogue=replace(catalogue, datasets=free))
    request = works.opened()
    works.turn()
    after = works.walk.get(request.id)
    assert (after.state, after.decided_by) == (State.APPROVED, BY_RULE)
    assert _decisions(works) == [("approved", "rule", None, None)]
    (row,) = works.walk.rows(schema.decisions)
    assert row.content_hash == after.content_hash
    assert "approval" not in works.sent_kinds(), "the director is not disturbed"
    facts = [r.facts for r in works.walk.rows(schema.history) if r.event == "DataPrepared"]
    assert '"by_rule":"open dataset"' in facts[0]
    works.walk.happen(request.id, e.HoldElapsed())
    works.turn()
    assert works.sent_kinds() == ["receipt", "dataset"]


def test_what_was_approved_ahead_is_prepared_and_sent_without_the_director(works: Works) -> None:
    roster = Roster(addresses=frozenset({a_request().requester_addr}))
    _with(works, roster=roster)
    given = _standing(works)
    request = works.opened()
    works.turn()
    held = works.walk.get(request.id)
    assert (held.state, held.standing_id) == (State.APPROVED, given)
    assert held.due_at is not None
    assert held.due_at > works.walk.now
    assert _decisions(works) == [("approved", "rule", DIRECTOR.id, given)]
    works.walk.happen(request.id, e.HoldElapsed())
    works.turn()
    assert works.sent_kinds() == ["receipt", "dataset"]


def test_what_is_ended_before_it_is_sent_goes_to_the_director_after_all(works: Works) -> None:
    _with(works, roster=Roster(addresses=frozenset({a_request().requester_addr})))
    given = _standing(works)
    in_hold, building = works.opened(), works.opened(form=replace(FORM, purpose="อีกเรื่อง"))
    works.turn()
    works.walk.happen(building.id, e.HoldElapsed())
    with works.walk.database.write() as connection:
        assert standing.end(connection, given, works.walk.now)
        assert not standing.end(connection, given, works.walk.now), "once"
    clock = Deadlines(works.walk.database, works.walk.rules, "Asia/Bangkok")
    works.walk.now += timedelta(minutes=5)
    clock.turn(DESK, works.walk.now)
    works.turn()
    works.turn(timedelta(seconds=1))
    for request in (in_hold, building):
        after = works.walk.get(request.id)
        assert (after.state, after.renewed) == (State.AWAITING_DECISION, "standing")
    assert "dataset" not in works.sent_kinds()
    assert works.sent_kinds().count("approval") == 2


def test_a_yes_given_ahead_ends_with_the_role_of_who_gave_it(works: Works) -> None:
    _with(works, roster=Roster(addresses=frozenset({a_request().requester_addr})))
    _standing(works)
    with works.walk.database.write() as connection:
        people.end_role(connection, DIRECTOR.id, works.walk.now)
    request = works.opened()
    works.turn(timedelta(seconds=1))
    assert works.walk.get(request.id).state is State.AWAITING_DECISION


# ---------------------------------------------------------------- under conditions


def test_under_conditions_less_is_made_shown_again_and_sent(works: Works) -> None:
    item = replace(ITEM, level="school", filters=("ป.6",))
    request = works.opened(form=a_form(items=(item,)))
    works.turn()
    shown = works.walk.get(request.id)
    narrow = Conditions(without=("ป.6 หญิง",), until="2026-12-31")
    yes = e.Approved(by=DIRECTOR.name, content_hash=shown.content_hash, conditions=narrow)
    works.walk.happen(request.id, yes)
    works.turn()
    less = works.walk.get(request.id)
    assert less.state is State.AWAITING_DECISION
    assert less.prepared is not None
    assert less.prepared.columns == ("รหัสโรงเรียน", "ชื่อโรงเรียน", "ป.6 ชาย")
    assert less.conditions.without == ("ป.6 หญิง", "ป.6 รวม"), "what tells it goes too"
    assert less.content_hash == policy.content_hash(less, less.prepared) != shown.content_hash
    again = e.Approved(by=DIRECTOR.name, content_hash=less.content_hash)
    works.walk.happen(request.id, again)
    works.walk.happen(request.id, e.HoldElapsed())
    works.turn()
    (file,) = works.walk.rows(schema.files)
    assert works.sent_kinds() == ["receipt", "approval", "approval", "dataset"]
    with ZipFile(BytesIO(file.content)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
    assert "ไม่รวมคอลัมน์ ป.6 หญิง, ป.6 รวม" in words
    assert "31 ธันวาคม 2569" in words


def test_conditions_that_fit_no_more_go_to_a_person(works: Works) -> None:
    request = works.opened(form=a_form(items=(replace(ITEM, level="school"),)))
    works.turn()
    shown = works.walk.get(request.id)
    yes = e.Approved(content_hash=shown.content_hash, conditions=Conditions(level="group"))
    works.walk.happen(request.id, yes)
    for _ in range(3):
        works.turn(timedelta(hours=1))
    after = works.walk.get(request.id)
    assert (after.state, after.reason) == (State.NEEDS_PERSON, "conditions_unmet")
