"""A wrong clock moves nothing; a mail server's dates say who is right."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mailproc.health.timekeeping import Timekeeper
from tests.factories import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEARS = timedelta(days=3652)


class Machine:
    """A clock that can be set wrong, and seconds that pass all the same."""

    def __init__(self, wall: datetime = NOW) -> None:
        self.true, self.wrong = wall, timedelta()
        self.keeper = Timekeeper(lambda: self.true + self.wrong, self._seconds)

    def _seconds(self) -> float:
        return (self.true - NOW).total_seconds() + 1_000_000

    def passes(self, span: timedelta, *, looking: timedelta = MINUTE) -> None:
        """Time goes by, while somebody asks for it now and then."""
        until = self.true + span
        while self.true < until:
            self.true = min(self.true + looking, until)
            self.keeper()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_good_clock_is_believed(machine: Machine) -> None:
    machine.passes(3 * HOUR)
    assert machine.keeper() == machine.true
    assert not machine.keeper.off


def test_a_clock_that_drifts_or_is_mended_in_small_steps_is_followed(machine: Machine) -> None:
    for _ in range(10):
        machine.wrong += MINUTE
        machine.passes(MINUTE)
    assert machine.keeper() == machine.true + machine.wrong
    assert not machine.keeper.off


@pytest.mark.parametrize("wrong", [HOUR, -HOUR, 7 * HOUR, YEARS, -YEARS])
def test_a_jump_moves_nothing_and_is_known(machine: Machine, wrong: timedelta) -> None:
    machine.wrong = wrong
    machine.passes(2 * HOUR)
    assert machine.keeper() == machine.true
    assert machine.keeper.off == wrong
    machine.wrong = timedelta()
    assert machine.keeper() == machine.true
    assert not machine.keeper.off


def test_a_mail_of_now_shows_who_is_right_after_a_jump(machine: Machine) -> None:
    machine.wrong = HOUR
    machine.keeper.arrived(machine.true, just_now=True)
    assert machine.keeper() == machine.true
    assert machine.keeper.off == HOUR


def test_after_a_pause_of_the_machine_its_clock_is_right_and_a_mail_proves_it() -> None:
    """A virtual machine that was put to sleep for a weekend: its seconds stood still."""
    seconds, wall = 0.0, NOW
    keeper = Timekeeper(lambda: wall, lambda: seconds)
    wall = NOW + 2 * DAY
    assert keeper() == NOW
    keeper.arrived(NOW + DAY, just_now=False)  # came meanwhile: it is at least as late as that
    assert keeper() == NOW + DAY
    keeper.arrived(NOW + 2 * DAY - MINUTE, just_now=False)
    assert keeper() == wall
    assert not keeper.off


def test_a_clock_that_was_wrong_from_the_start_is_found_by_mails_that_agree() -> None:
    machine = Machine(NOW)
    machine.keeper = Timekeeper(lambda: machine.true + 7 * HOUR, machine._seconds)
    for _ in range(3):
        assert not machine.keeper.off
        machine.keeper.arrived(machine.true, just_now=True)
        machine.passes(20 * MINUTE)
    assert machine.keeper.off == 7 * HOUR
    assert abs(machine.keeper() - machine.true) < MINUTE


def test_old_mails_that_a_colleague_moves_into_the_folder_prove_nothing(machine: Machine) -> None:
    for age in (3 * HOUR, 5 * DAY, 26 * HOUR, 90 * MINUTE, 3 * DAY):
        machine.keeper.arrived(machine.true - age, just_now=True)
        machine.passes(MINUTE)
        assert machine.keeper() == machine.true


def test_mails_from_before_we_looked_prove_nothing(machine: Machine) -> None:
    for _ in range(5):
        machine.keeper.arrived(machine.true - 7 * HOUR, just_now=False)
    assert machine.keeper() == machine.true


def test_a_clock_that_starts_in_the_past_goes_on_where_it_was() -> None:
    """The battery of the machine is empty, so it begins in 2016."""
    machine = Machine(NOW)
    machine.keeper = Timekeeper(lambda: machine.true - YEARS, machine._seconds)
    machine.keeper.begin_after(machine.true - HOUR)
    assert machine.keeper() == machine.true - HOUR
    assert machine.keeper.off < -DAY


def test_a_clock_that_starts_ten_years_ahead_is_doubted(machine: Machine) -> None:
    machine.wrong = YEARS
    machine.keeper = Timekeeper(lambda: machine.true + YEARS, machine._seconds)
    machine.keeper.begin_after(machine.true - HOUR)
    assert machine.keeper() == machine.true - HOUR
    machine.keeper.arrived(machine.true, just_now=False)
    assert machine.keeper() == machine.true


@pytest.mark.parametrize("off", [3 * DAY, 100 * DAY])
def test_who_was_off_over_a_weekend_or_a_holiday_is_believed(off: timedelta) -> None:
    machine = Machine(NOW)
    machine.keeper.begin_after(NOW - off)
    assert machine.keeper() == NOW


def test_without_any_mail_a_jump_of_hours_is_believed_in_the_end(machine: Machine) -> None:
    machine.wrong = 3 * HOUR
    machine.passes(11 * HOUR)
    assert machine.keeper.off
    machine.passes(2 * HOUR)
    assert not machine.keeper.off


def test_a_jump_of_years_is_never_believed_without_a_mail(machine: Machine) -> None:
    machine.wrong = YEARS
    machine.passes(10 * DAY, looking=HOUR)
    assert machine.keeper.off == YEARS


@pytest.mark.parametrize("wrong", [7 * HOUR, -7 * HOUR, YEARS, -YEARS])
def test_the_server_says_at_once_that_a_clock_was_wrong_from_the_start(wrong: timedelta) -> None:
    machine = Machine()
    machine.keeper = Timekeeper(lambda: machine.true + machine.wrong, machine._seconds)
    machine.wrong = wrong
    machine.keeper.told(machine.true)
    assert machine.keeper() == machine.true
    assert machine.keeper.off == wrong
    machine.wrong = timedelta()
    assert not machine.keeper.off


def test_the_server_ends_a_doubt_in_which_the_clock_was_right() -> None:
    """A machine that was off for longer than anybody believes."""
    machine = Machine()
    machine.keeper.begin_after(NOW - YEARS)
    assert machine.keeper.off == YEARS
    machine.keeper.told(NOW + MINUTE)
    assert machine.keeper() == NOW
    assert not machine.keeper.off


def test_the_time_is_sure_once_a_mail_server_agreed() -> None:
    for wrong in (timedelta(), 7 * HOUR, -YEARS):
        machine = Machine()
        machine.keeper = Timekeeper(lambda off=wrong: NOW + off, machine._seconds)  # type: ignore[misc]
        assert not machine.keeper.is_sure
        machine.keeper.told(NOW)
        assert machine.keeper.is_sure


def test_mails_make_the_time_sure_where_the_server_does_not_tell_it(machine: Machine) -> None:
    machine.keeper.arrived(machine.true - 3 * HOUR, just_now=False)
    assert not machine.keeper.is_sure, "it may have come long ago"
    machine.keeper.arrived(machine.true - MINUTE, just_now=False)
    assert machine.keeper.is_sure
    ahead = Machine()
    ahead.keeper = Timekeeper(lambda: ahead.true + 7 * HOUR, ahead._seconds)
    for _ in range(3):
        assert not ahead.keeper.is_sure
        ahead.keeper.arrived(ahead.true, just_now=True)
        ahead.passes(20 * MINUTE)
    assert ahead.keeper.is_sure


def test_without_any_word_of_a_mail_server_the_time_is_sure_in_the_end(machine: Machine) -> None:
    machine.passes(11 * HOUR)
    assert not machine.keeper.is_sure
    machine.passes(2 * HOUR)
    assert machine.keeper.is_sure
