"""Everything that may ever be shown, attacked with a solver."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.datasets.privacy import thin
from mailproc.datasets.privacy.decide import decide
from mailproc.datasets.privacy.grid import Grid
from mailproc.datasets.privacy.rule import Rule
from tests.datasets.attack import narrow, optimum
from tests.datasets.tables import Made, flat, office


def decided(made: Made, threshold: int = 5) -> tuple[Grid, bytearray]:
    return decide(made.names, made.sets, made.figures, threshold)


def assert_safe(made: Made, threshold: int = 5) -> tuple[Grid, bytearray]:
    grid, hidden = decided(made, threshold)
    shown_small = [
        v for v, h in zip(grid.values, hidden, strict=True) if 0 < v < threshold and not h
    ]
    assert not shown_small
    assert not narrow(grid, hidden, threshold)
    return grid, hidden


@pytest.mark.parametrize("threshold", [3, 5, 10])
@pytest.mark.parametrize("mean", [0.05, 0.3, 1.0, 3.0])
def test_no_hidden_figure_of_an_office_can_be_narrowed_down(mean: float, threshold: int) -> None:
    seed = int(mean * 100) + threshold
    assert_safe(office(seed, schools=24, values=5, mean=mean), threshold)


@pytest.mark.parametrize("seed", range(4))
def test_three_sexes_or_one_are_as_safe(seed: int) -> None:
    assert_safe(office(seed, schools=24, values=4, sexes=1 + 2 * (seed % 2), mean=0.6))


def test_a_value_too_rare_for_the_area_does_not_close_the_districts() -> None:
    """Rare values are hidden together, and the others are still shown by district."""
    made = office(3, schools=28, values=5, mean=1.0)
    rare = {
        key: int(key[0] == "0007" and key[2] == "x0") * 2 for key in made.figures if key[1] == "v01"
    }
    grid, hidden = assert_safe(replace(made, figures=made.figures | rare))
    rule = Rule.of(grid, hidden)
    everyone, sexes = made.names[0], made.names[2]
    assert rule.hides(everyone, ["v01"], sexes)
    of_district = made.sets[0]["district"][0]
    assert not rule.hides(of_district, ["v04"], sexes)


def test_districts_of_one_school_are_no_way_in() -> None:
    made = office(5, schools=24, values=4, mean=1.0)
    codes = made.names[0]
    alone = (*((code,) for code in codes[:6]), codes[6:15], codes[15:])
    assert_safe(replace(made, sets=({"district": alone}, {}, {})))


def test_groups_that_cut_across_districts_are_no_way_in() -> None:
    made = office(6, schools=24, values=4, mean=1.5)
    codes = made.names[0]
    across = {
        "group": tuple(codes[n::5] for n in range(5)),
        "district": tuple(codes[n * 8 : n * 8 + 8] for n in range(3)),
    }
    assert_safe(replace(made, sets=(across, {}, {})))


def test_stages_between_grades_and_their_total_are_no_way_in() -> None:
    made = office(7, schools=20, values=6, mean=1.0)
    values = made.names[1]
    stages = {"group": (values[:3], values[3:])}
    assert_safe(replace(made, sets=(made.sets[0], stages, {})))


@pytest.mark.parametrize("shape", [(1, 6, 2), (8, 1, 1), (1, 1, 1), (2, 2, 1), (20, 1, 2)])
def test_tables_of_one_row_or_column_are_safe(shape: tuple[int, int, int]) -> None:
    for seed in range(3):
        assert_safe(flat(seed, "mixed", *shape))


@pytest.mark.parametrize("value", [0, 1, 4])
def test_a_table_of_equal_small_figures_is_safe(value: int) -> None:
    made = flat(1, "few", 6, 4)
    _, hidden = assert_safe(replace(made, figures=dict.fromkeys(made.figures, value)))
    assert any(hidden) == (value > 0)


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    made = flat(1, "few")
    _, hidden = decided(replace(made, figures=dict.fromkeys(made.figures, 5)))
    assert not any(hidden)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 4),
    st.integers(1, 3),
    st.integers(1, 2),
    st.data(),
)
def test_no_small_table_is_narrowed_down(
    rows: int, columns: int, layers: int, data: st.DataObject
) -> None:
    made = flat(0, "few", rows, columns, layers)
    size = len(made.figures)
    values = data.draw(st.lists(st.integers(0, 12), min_size=size, max_size=size))
    assert_safe(replace(made, figures=dict(zip(made.figures, values, strict=True))))


@pytest.mark.parametrize("seed", range(2))
def test_any_sum_that_is_shown_adds_nothing_to_what_is_known(seed: int) -> None:
    """Two hundred requests for any schools and values, on top of all that is published."""
    made = office(seed, schools=22, values=4, mean=1.0)
    grid, hidden = decided(made)
    rule = Rule.of(grid, hidden)
    chance = random.Random(seed)
    shown = []
    for _ in range(200):
        asked = [chance.sample(names, chance.randint(1, len(names))) for names in made.names]
        if not rule.hides(*asked):
            at = [
                [axis.names.index(n) for n in of] for axis, of in zip(grid.axes, asked, strict=True)
            ]
            shown.append([grid.at(a, b, c) for a in at[0] for b in at[1] for c in at[2]])
    assert shown
    assert not narrow(grid, hidden, 5, shown)


def test_the_same_figures_in_any_order_give_the_same_mask() -> None:
    made = office(8, schools=40, values=5, mean=0.6)
    keys = list(made.figures)
    random.Random(1).shuffle(keys)
    names = tuple(tuple(reversed(of)) for of in made.names)
    sets = tuple({kind: tuple(reversed(of)) for kind, of in one.items()} for one in made.sets)
    other = Made(names, {key: made.figures[key] for key in keys}, sets)
    assert Rule.of(*decided(made)).digest == Rule.of(*decided(other)).digest


def test_a_mask_is_read_again_as_it_was_written() -> None:
    rule = Rule.of(*decided(office(9, schools=24, values=5, mean=0.6)))
    assert Rule.parse(rule.text) == rule


def test_districts_that_change_later_are_judged_by_the_mask_that_was_made() -> None:
    made = office(3, schools=40, values=4, mean=1.0)
    grid, hidden = decided(made)
    rule = Rule.of(grid, hidden)
    first, second = made.sets[0]["district"][:2]
    everything = (made.names[1], made.names[2])
    assert not rule.hides(first, *everything)
    assert not rule.hides(second, *everything)
    assert not rule.hides((*first, *second), *everything)
    assert rule.hides((*first, second[0]), ["v01"], made.names[2])


# ---------------------------------------------------------------- how little is hidden


@pytest.mark.parametrize(("kind", "seed"), [("few", 0), ("mixed", 4), ("zeros", 0)])
def test_a_small_table_hides_hardly_more_than_it_must(kind: str, seed: int) -> None:
    made = flat(seed, kind, 5, 4)
    grid, hidden = assert_safe(made)
    assert len(grid.values) <= thin.MOST
    assert sum(hidden) <= 1.2 * optimum(grid, 5)


def test_the_area_and_the_districts_of_a_real_office_stay_readable() -> None:
    made = office(1)
    rule = Rule.of(*decided(made))
    _, values, sexes = made.names
    by_sex = [rule.hides(made.names[0], [value], [sex]) for value in values for sex in sexes]
    assert sum(by_sex) <= len(by_sex) / 4
    of_districts = [rule.hides(d, [v], sexes) for d in made.sets[0]["district"] for v in values]
    assert sum(of_districts) <= len(of_districts) / 2
