"""Guesses that come at the same moment are counted one by one, on either database."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mailproc.deciding.proving import Proof, prove_person
from mailproc.store import people
from tests.deciding.conftest import Board

PEPPER = b"p" * 32
_AT_ONCE = 12


def test_no_guess_comes_ahead_of_the_pause_that_another_one_costs(board: Board) -> None:
    """Two may be wrong for nothing; the third begins the pause, however many are on their way."""
    with board.database.write() as connection:
        slip = people.new_slip(connection, board.ids["group_director"], board.now)
        set_code = (slip, "271828", PEPPER, board.now)
        assert people.redeem_slip(connection, board.ids["group_director"], *set_code)
        person = people.get(connection, board.ids["group_director"], board.now)
    assert person is not None
    together = Barrier(_AT_ONCE)

    def guess(number: int) -> str:
        together.wait()
        proof = Proof(f"90000{number % 10}")
        return prove_person(board.database, person, "desk", proof, PEPPER, board.now).error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        told = Counter(pool.map(guess, range(_AT_ONCE)))
    assert told == {"code_wrong": 3, "slow_down": _AT_ONCE - 3}
