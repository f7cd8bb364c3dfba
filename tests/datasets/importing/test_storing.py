"""From what was read to rounds in a warehouse: nothing guessed, nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailproc.datasets import importer, warehouse
from mailproc.datasets.catalogue import Loaded, load_catalogue
from mailproc.datasets.importing import storing, wording
from mailproc.datasets.importing.facts import Outcome
from mailproc.datasets.importing.storing import Named, Plan, Said
from mailproc.model import Calendar
from tests.datasets.importing.conftest import SCHOOLS, Reads, Table, obec, text

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST = Named(2568, 1, "2025-06-10", guessed=False)
CALENDAR = Calendar()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'w.sqlite'}"


class Office:
    """Reads and stores as the command does."""

    def __init__(self, read: Reads, url: str, entries: Mapping[str, Loaded]) -> None:
        self._read, self.url, self._entries = read, url, entries

    def plan(self, table: Table, named: Named = FIRST) -> Plan:
        outcome = self._read(text(table).encode())
        assert not outcome.failed, outcome.problems
        (plan,) = storing.plans(outcome, named, self.url, self._entries)
        return plan

    def store(self, table: Table, named: Named = FIRST, *, opened: bool = True) -> Plan:
        plan = self.plan(table, named)
        storing.store(plan, self.url, NOW, by="somchai", filename="a.csv", opened=opened)
        return plan

    def current(self) -> str:
        return warehouse.current_rounds(self.url)["students"][0].round.digest


@pytest.fixture
def office(read: Reads, url: str, entries: Mapping[str, Loaded]) -> Office:
    return Office(read, url, entries)


def test_a_round_keeps_who_when_and_which_file(office: Office) -> None:
    plan = office.store(obec(SCHOOLS))
    (stored,) = warehouse.stored_rounds(office.url)
    assert (stored.imported_by, stored.filename, stored.status) == ("somchai", "a.csv", "open")
    assert stored.imported_at == NOW.isoformat()
    assert stored.round == plan.found.round
    assert stored.round.digest


def test_the_same_figures_again_change_nothing(office: Office) -> None:
    office.store(obec(SCHOOLS))
    before = warehouse.state(office.url)
    again = office.plan(obec(SCHOOLS))
    assert again.same is not None
    assert again.is_current
    assert warehouse.state(office.url) == before
    changed = office.store(obec(SCHOOLS, 7))
    assert changed.corrects is not None
    assert not office.plan(obec(SCHOOLS)).is_current, "what was corrected is said to be so"


def test_a_correction_counts_from_when_it_is_opened(office: Office) -> None:
    first = office.store(obec(SCHOOLS)).found.round.digest
    second = office.store(obec(SCHOOLS, 7), opened=False)
    assert second.corrects is not None
    assert second.corrects.round.digest == first
    assert office.current() == first
    digest = second.found.round.digest
    assert warehouse.set_status(office.url, digest, "open")
    assert office.current() == digest
    third = office.store(obec(SCHOOLS, 9))
    stored = storing.find(office.url, third.found.round.digest)[0]
    assert storing.chain(office.url, stored) == (digest, first)


def test_the_difference_names_schools_totals_and_the_largest_changes(office: Office) -> None:
    office.store(obec(SCHOOLS, 5))
    schools = {"57030001": "บ้านหนึ่ง", "57030002": "บ้านสอง (ใหม่)", "57030004": "บ้านสี่"}
    later = Named(2568, 2, "2025-11-10", guessed=False)
    found = office.plan(obec(schools, 8), later).difference
    assert found.before is not None
    assert (found.before.academic_year, found.before.round) == (2568, 1)
    assert found.gone == ("57030003 บ้านสอง",)
    assert found.new == ("57030004 บ้านสี่",)
    assert found.renamed == ("57030002 บ้านสอง → บ้านสอง (ใหม่)",)
    assert found.totals[0] == ("pupils", 198, 306)
    assert [(c.code, c.after - c.before) for c in found.largest[:2]] == [
        ("57030001", 36),
        ("57030002", 36),
    ]
    assert found.is_large
    lines = [th for th, _ in wording.changes(found, {"pupils": ("จำนวนนักเรียน", "Pupils")})]
    assert any("จำนวนนักเรียน" in line and "198" in line and "306" in line for line in lines)


def test_of_many_changes_the_ten_largest_are_shown(office: Office) -> None:
    many = {f"570300{at:02d}": f"บ้าน {at}" for at in range(1, 31)}
    office.store(obec(many, 5))
    found = office.plan(obec(dict(reversed(many.items())), 5)).difference
    assert len(found.largest) == 10
    assert abs(found.largest[0].after - found.largest[0].before) == 29 * 12


def _outcome(read: Reads, name: str, *lines: str) -> Outcome:
    rows = [[line] for line in lines]
    return read(text([*rows, *obec(SCHOOLS)]).encode(), name)


def test_a_clear_guess_is_taken_and_called_one(read: Reads) -> None:
    outcome = _outcome(read, "57030000-2568-1-schoolmis.csv")
    named, problems = storing.name(outcome, Said(), CALENDAR, NOW.date())
    assert named == Named(2568, 1, "2025-06-10", guessed=True)
    assert [problem.key for problem in problems] == ["as_of_assumed"]
    named, _ = storing.name(outcome, Said(2568, 1, "2025-06-12"), CALENDAR, NOW.date())
    assert named == Named(2568, 1, "2025-06-12", guessed=False)


def test_what_contradicts_or_is_missing_is_never_guessed(read: Reads) -> None:
    differing = _outcome(read, "2567-2.csv", "ปีการศึกษา 2568 ภาคเรียนที่ 1")
    named, problems = storing.name(differing, Said(), CALENDAR, NOW.date())
    assert named is None
    assert {problem.key for problem in problems} == {"year_clash", "round_clash"}
    said, problems = storing.name(differing, Said(2568, 1), CALENDAR, NOW.date())
    assert said is not None
    assert "round_other" in {problem.key for problem in problems}
    named, problems = storing.name(_outcome(read, "a.csv"), Said(), CALENDAR, NOW.date())
    assert {problem.key for problem in problems} == {"year_unknown", "round_unknown"}


def test_a_day_that_is_still_to_come_is_refused(read: Reads) -> None:
    outcome = _outcome(read, "2568-1.csv")
    named, problems = storing.name(outcome, Said(), CALENDAR, date(2025, 6, 1))
    assert named is None
    assert "as_of_later" in {problem.key for problem in problems}


def test_the_offices_figures_take_the_place_of_the_sample(office: Office) -> None:
    importer.load_sample(office.url, NOW)
    own = office.store(obec(SCHOOLS), replace(FIRST, year=2567, as_of="2024-06-10"))
    importer.load_sample(office.url, NOW)
    student_count = load_catalogue(None, office.url).get("student_count")
    assert student_count is not None
    assert [one.digest for one in student_count.rounds] == [own.found.round.digest]


def test_the_sample_never_comes_after_the_offices_own(office: Office) -> None:
    own = office.store(obec(SCHOOLS))
    importer.load_sample(office.url, NOW)
    assert [one.round.digest for one in warehouse.stored_rounds(office.url)] == [
        own.found.round.digest
    ]


def test_codes_of_all_lists_are_known(office: Office) -> None:
    office.store(obec(SCHOOLS))
    assert storing.known(office.url).codes == frozenset(SCHOOLS)


def test_what_was_imported_is_what_a_dataset_shows(office: Office, url: str) -> None:
    office.store(obec(SCHOOLS))
    catalogue = load_catalogue(None, url)
    loaded = {d.id for d in catalogue.datasets if d.rounds}
    assert {"student_count", "classrooms", "school_directory"} <= loaded
