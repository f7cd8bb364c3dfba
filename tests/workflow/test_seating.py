from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mailproc.workflow.seating import seated

A, B, C = 1, 2, 3
_SEATS = st.lists(
    st.lists(st.tuples(st.integers(1, 5), st.booleans()), unique_by=lambda one: one[0], max_size=4),
    min_size=1,
    max_size=4,
)


def test_all_who_hold_a_single_seat_are_asked_for_it() -> None:
    assert seated([[(A, True), (B, True), (C, False)]]) == ((A, B, C),)


def test_nobody_is_asked_for_two_seats_of_a_request() -> None:
    assert seated([[(A, True)], [(A, True), (B, True)]]) == ((A,), (B,))


def test_two_of_the_same_group_share_its_two_seats() -> None:
    assert seated([[(A, True), (B, True)], [(A, True), (B, True)]]) == ((A,), (B,))


def test_the_own_seat_comes_before_that_of_somebody_who_is_away() -> None:
    assert seated([[(B, False)], [(B, True)]]) == ((), (B,)), "nobody is left for the first"
    assert seated([[(B, False), (C, False)], [(B, True)]]) == ((C,), (B,))


def test_a_seat_that_nobody_holds_is_empty() -> None:
    assert seated([[], [(A, True)]]) == ((), (A,))


@given(_SEATS)
def test_as_many_seats_are_filled_as_any_arrangement_could(
    seats: list[list[tuple[int, bool]]],
) -> None:
    found = seated(seats)
    everybody = [person for people in found for person in people]
    assert len(everybody) == len(set(everybody)), "one seat for each"
    for people, may in zip(found, seats, strict=True):
        assert set(people) <= {person for person, _ in may}
    assert sum(map(bool, found)) == max(
        sum(person in {id_ for id_, _ in may} for person, may in zip(order, seats, strict=False))
        for order in permutations([*range(1, 6), 0, 0, 0, 0], len(seats))
    )
