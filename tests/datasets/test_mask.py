"""Small figures of sensitive datasets: what is hidden, and that it stays so in every release."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from mailproc.datasets import mask, planning, query, warehouse
from mailproc.datasets.catalogue import SHIPPED, load_catalogue
from mailproc.datasets.importer import Import, SchoolRow, digested, load
from mailproc.datasets.plan import Plan
from mailproc.datasets.query import prepare
from mailproc.datasets.table import HIDDEN, Table
from mailproc.errors import ConfigError, NeedsPerson
from mailproc.model import Catalogue, Item, Prepared, Question, Round
from mailproc.thai import LEVELS
from tests.datasets.attack import Attack

NOW = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)
TYPES = ("seeing", "hearing", "intellectual", "physical", "learning", "speech", "autism")
COMMON = {"learning": 9.0, "intellectual": 4.0, "physical": 1.5}
Key = tuple[str, str, str]


def figures(seed: int, schools: int) -> dict[Key, int]:
    """Sparse counts: most schools have few pupils of one or two common types."""
    chance = random.Random(seed)
    found = {}
    for n in range(schools):
        size = chance.choice((0.3, 0.6, 1, 2, 3))
        for kind in TYPES:
            for sex in "mf":
                mean = size * COMMON.get(kind, 0.4)
                found[f"5703{n:04}", kind, sex] = int(chance.expovariate(1 / mean))
    return found


class Office:
    """A warehouse with one round of pupils with disabilities, and requests for it."""

    def __init__(self, folder: Path, cells: dict[Key, int], year: int = 2568) -> None:
        self.url = f"sqlite:///{folder / 'w.db'}"
        self.cells = cells
        self.import_round(cells, year)

    def import_round(self, cells: dict[Key, int], year: int, *, places: int = 7) -> None:
        codes = sorted({code for code, _, _ in cells})
        rows = tuple(
            SchoolRow(
                code, f"บ้าน{code}", district=f"อำเภอ {n % places}", school_group=f"กลุ่ม {n % 21}"
            )
            for n, code in enumerate(codes)
        )
        told = tuple((code, "disability_pupils", d1, d2, v) for (code, d1, d2), v in cells.items())
        about = Round(year, 1, f"{year - 543}-06-10", "x", "")
        assert load(digested(Import("disability", about, rows, told)), self.url, NOW)
        self.catalogue: Catalogue = load_catalogue(None, self.url)

    def answer(
        self, *filters: str, level: str, year: int = 2568
    ) -> Prepared | tuple[Question, ...]:
        item = Item("x", "student_disability", (year,), level=level, filters=filters)
        return prepare(item, self.catalogue, self.url)

    def plan(self, level: str) -> Plan:
        """The query that a request for this level would become, useful or not."""
        for one in ("area", "district", "school"):
            answer = self.answer(level=one)
            if isinstance(answer, Prepared):
                break
        assert isinstance(answer, Prepared)
        entry = planning.entry_of(self.catalogue.datasets[self._at])
        return Plan.parse(answer.query).model_copy(
            update={"level": level, "table": entry.table(level)}
        )

    @property
    def _at(self) -> int:
        return [d.id for d in self.catalogue.datasets].index("student_disability")

    def table(self, level: str, schools: Iterable[str] | None = None, **where: str) -> Table:
        """Any release, those too that would be asked back because they show too little."""
        narrowed = {"schools": None if schools is None else tuple(schools)}
        told = {name: tuple(codes.split()) for name, codes in where.items()}
        plan = self.plan(level).model_copy(update=narrowed | {"where": told})
        return query.run(plan.query, self.url)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"), figures(1, 139))


def numbers(table: Table) -> list[int]:
    rows = (*table.rows, table.total)
    return [cell for row in rows for cell in row if isinstance(cell, int)]


@pytest.mark.parametrize("level", ["area", "district", "group", "school"])
def test_no_count_from_one_to_four_is_shown_at_any_level(office: Office, level: str) -> None:
    for where in ({}, {"sex": "f"}, {"disability": "seeing learning"}):
        assert not [n for n in numbers(office.table(level, **where)) if 0 < n < 5]


def test_the_area_is_shown_almost_whole(office: Office) -> None:
    shown = office.answer(level="area")
    assert isinstance(shown, Prepared)
    assert shown.suppression == "suppress"
    assert shown.hidden_cells <= 3


def test_a_level_that_would_hide_most_is_answered_with_those_that_do_not(office: Office) -> None:
    answer = office.answer(level="school")
    assert not isinstance(answer, Prepared)
    assert [(q.field, q.problem, q.said) for q in answer] == [
        ("level", "small_figures", "รายโรงเรียน")
    ]
    assert LEVELS["area"] in answer[0].offers
    assert LEVELS["school"] not in answer[0].offers


def test_a_school_by_itself_is_asked_back_at_every_level(office: Office) -> None:
    answer = office.answer("57030003", level="district")
    assert not isinstance(answer, Prepared)
    assert [(q.field, q.problem) for q in answer] == [("filters", "small_figures")]


def test_all_releases_together_give_no_hidden_count_away(tmp_path: Path) -> None:
    """Levels, filters and totals, as somebody could ask for them one after the other."""
    office = Office(tmp_path, figures(5, 28))
    releases = _Releases(office)
    codes = sorted({code for code, _, _ in office.cells})
    for level in ("area", "district", "group", "school"):
        releases.add(level)
        for sex in "mf":
            releases.add(level, sex=sex)
        for kind in TYPES:
            releases.add(level, disability=kind)
        releases.add(level, disability="seeing hearing", sex="m")
    releases.add("area", codes[1:])
    releases.add("area", codes[:20])
    releases.add("school", codes[:7])
    for n in range(7):
        releases.add("area", codes[n::7])
        releases.add("area", [code for code in codes if code not in codes[n::7]])
    assert len(releases.known) > 100
    for key, (low, high) in releases.bounds().items():
        assert high - low >= 5 - 1e-6, (key, office.cells[key])


class _Releases:
    """What was shown, as sums of the finest figures."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.keys = sorted(office.cells)
        self.at = {key: n for n, key in enumerate(self.keys)}
        self.known: set[tuple[int, ...]] = set()

    def add(self, level: str, schools: list[str] | None = None, **where: str) -> None:
        table = self.office.table(level, schools, **where)
        for row in (*table.rows, table.total):
            if row:
                self._row(level, table, row, schools, where)

    def _row(self, level: str, table: Table, row: object, schools: object, where: object) -> None:
        assert isinstance(row, tuple)
        for column, cell in zip(table.columns, row, strict=True):
            if not column.is_number or cell == HIDDEN:
                continue
            of = [
                key
                for key in self.keys
                if self._belongs(key, level, column.key, row, schools, where)
            ]
            assert sum(self.office.cells[key] for key in of) == int(cell or 0), (row, column.key)
            self.known.add(tuple(self.at[key] for key in of))

    def _belongs(
        self,
        key: Key,
        level: str,
        column: str,
        row: tuple[object, ...],
        schools: object,
        where: object,
    ) -> bool:
        code, kind, sex = key
        assert isinstance(where, dict)
        if schools is not None and code not in schools:  # type: ignore[operator]
            return False
        if kind not in where.get("disability", kind) or sex not in where.get("sex", sex):
            return False
        asked = column.rpartition(".")[2]
        axis = sex if level == "area" else kind
        return asked in ("total", axis) and self._in_row(key, level, row)

    def _in_row(self, key: Key, level: str, row: tuple[object, ...]) -> bool:
        code, kind, _ = key
        first = str(row[0])
        if first.startswith("รวมทั้ง"):
            return True
        number = int(code[4:])
        if level == "area":
            return first == NAMES[kind]
        place = {"school": code, "district": f"อำเภอ {number % 7}", "group": f"กลุ่ม {number % 21}"}
        return first == place[level]

    def bounds(self) -> dict[Key, tuple[float, float]]:
        """Of every small figure: how low and how high it can be for who holds all of this."""
        true = [self.office.cells[key] for key in self.keys]
        small = {n: (n,) for n, value in enumerate(true) if 0 < value < 5}
        found = Attack(true, self.known).bounds(small, 5)
        return {self.keys[n]: of for n, of in found.items()}


NAMES = {
    "seeing": "บกพร่องทางการเห็น",
    "hearing": "บกพร่องทางการได้ยิน",
    "intellectual": "บกพร่องทางสติปัญญา",
    "physical": "บกพร่องทางร่างกายหรือสุขภาพ",
    "learning": "ปัญหาทางการเรียนรู้",
    "speech": "บกพร่องทางการพูดและภาษา",
    "autism": "ออทิสติก",
}


# ---------------------------------------------------------------- decided once


def test_the_mask_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    office = Office(tmp_path, figures(2, 30))
    first = office.table("district")
    with warehouse.engine(office.url).begin() as connection:
        kept = connection.execute(mask.masks.select()).all()
    assert len(kept) == 1
    again = office.table("district")
    assert again.digest == first.digest
    with warehouse.engine(office.url).begin() as connection:
        assert connection.execute(mask.masks.select()).all() == kept


def test_a_request_is_not_run_with_another_mask_than_it_was_prepared_with(tmp_path: Path) -> None:
    office = Office(tmp_path, figures(2, 30))
    plan = office.plan("district")
    assert plan.masks
    with warehouse.engine(office.url).begin() as connection:
        connection.execute(delete(mask.masks))
    assert query.run(plan.query, office.url).hidden  # made anew, and the same
    other = plan.model_copy(update={"masks": ("0" * 64,)})
    with pytest.raises(NeedsPerson, match="another way"):
        query.run(other.query, office.url)


def test_each_round_has_its_own_mask(tmp_path: Path) -> None:
    office = Office(tmp_path, figures(3, 30))
    before = office.plan("district")
    office.import_round(figures(4, 30), 2569)
    after = office.answer(level="area", year=2569)
    assert isinstance(after, Prepared)
    assert Plan.parse(after.query).masks != before.masks
    assert office.plan("district").masks == before.masks


def test_plain_headcounts_have_no_mask(catalogue: Catalogue, url: str) -> None:
    answer = prepare(Item("x", "student_count", (2568,), level="school"), catalogue, url)
    assert isinstance(answer, Prepared)
    assert answer.hidden_cells == 0
    assert mask.load(Plan.parse(answer.query), url) is None


# ---------------------------------------------------------------- between files


def shipped(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    text = (SHIPPED / "student_disability.toml").read_text("utf-8")
    for old, new in (("student_disability", name), *changes):
        assert old in text
        text = text.replace(old, new)
    names = text.index("names = [")
    text = text[:names] + f'names = ["{name}"]' + text[text.index("]", names) + 1 :]
    text = text.replace('title_th = "จำนวนนักเรียนพิการจำแนก', f'title_th = "{name}')
    text = text.replace('title_en = "Students with disabilities by', f'title_en = "{name}')
    (folder / f"{name}.toml").write_text(text, "utf-8")


def test_no_second_view_of_a_source_may_show_what_the_first_hides(tmp_path: Path) -> None:
    shipped(tmp_path, "same_policy")
    assert load_catalogue(tmp_path, f"sqlite:///{tmp_path / 'w.db'}").get("same_policy")
    shipped(tmp_path, "other_policy", ('policy = "suppress"', 'policy = "none"'))
    with pytest.raises(ConfigError, match="hides small figures of «disability_pupils»"):
        load_catalogue(tmp_path, f"sqlite:///{tmp_path / 'w.db'}")


def test_schools_may_not_be_chosen_by_figures_that_are_hidden(tmp_path: Path) -> None:
    having = '[having]\nmeasure = "disability_pupils"\nat_most = 3\n\n[metadata]'
    shipped(tmp_path, "chosen", ("[metadata]", having))
    with pytest.raises(ConfigError, match="would tell of figures that are hidden"):
        load_catalogue(tmp_path, f"sqlite:///{tmp_path / 'w.db'}")
