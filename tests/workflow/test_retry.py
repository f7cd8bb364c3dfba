from __future__ import annotations

from datetime import timedelta

from mailproc.workflow import retry
from tests.factories import NOW


def test_a_letter_is_tried_ever_more_rarely_for_five_days() -> None:
    pauses, at, tries = [], NOW, 0
    while True:
        tries += 1
        again = retry.next_try(at, NOW, tries)
        if again is None:
            break
        pauses.append((again - at).total_seconds())
        at = again
    assert pauses[:5] == [300, 600, 1200, 2400, 4000]
    assert set(pauses[5:]) == {4000}
    assert timedelta(days=5) <= at - NOW < timedelta(days=5) + retry.LONGEST


def test_the_last_moment_is_five_days_after_it_was_recorded() -> None:
    almost = NOW + retry.GIVE_UP - timedelta(microseconds=1)
    assert retry.next_try(almost, NOW, 99) == almost + retry.LONGEST
    assert retry.next_try(NOW + retry.GIVE_UP, NOW, 1) is None


def test_a_lost_connection_is_made_again_at_once_and_later_each_five_minutes() -> None:
    assert [retry.reconnect_pause(n) for n in range(1, 5)] == [1, 2, 4, 8]
    assert retry.reconnect_pause(10) == retry.reconnect_pause(10_000) == 300


def test_refused_logins_never_lock_the_account() -> None:
    """Three quick tries, then four in an hour."""
    assert [retry.login_pause(n) for n in (1, 2, 3, 50)] == [5, 5, 900, 900]


def test_wrong_codes_make_guessing_hopeless() -> None:
    pauses = [retry.wrong_code_pause(n).total_seconds() for n in range(1, 8)]
    assert pauses == [0, 0, 15, 30, 60, 120, 240]
    assert retry.wrong_code_pause(10_000) == timedelta(hours=1)


def test_a_failed_job_rests_for_seconds_then_minutes() -> None:
    assert [retry.job_pause(n).total_seconds() for n in (1, 2, 3, 9, 99)] == [5, 10, 20, 300, 300]
