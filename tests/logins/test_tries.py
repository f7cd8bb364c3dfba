"""Three quick tries, then one in fifteen minutes, whoever asks and however often it restarts."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.errors import LoginRests
from mailproc.logins.tries import GRANT, Tries
from tests.logins.conftest import Clock

HOUR = 3600


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secret" / "logins.json"


def _tries(file: Path, account: str = "mailbox") -> Tries:
    """As a process that has just started knows them."""
    return Tries(file, account, b"pepper")


def _refused_over(
    file: Path, clock: Clock, seconds: int, *, mark: str = "old", protocols: tuple[str, ...]
) -> int:
    """How many tries a wrong password costs where a new process asks every second."""
    tried = 0
    for _ in range(seconds):
        clock.wind(1)
        for protocol in protocols:
            try:
                _tries(file).claim(protocol, mark, clock())
            except LoginRests:
                continue
            tried += 1
            _tries(file).refused(protocol, mark, clock())
    return tried


def test_a_wrong_password_costs_three_tries_and_four_an_hour(file: Path, clock: Clock) -> None:
    assert _refused_over(file, clock, 60, protocols=("imap",)) == 3
    assert _refused_over(file, clock, HOUR, protocols=("imap",)) == 4


def test_two_servers_that_share_a_password_share_the_tries(file: Path, clock: Clock) -> None:
    assert _refused_over(file, clock, 60, protocols=("imap", "smtp")) == 3
    assert _refused_over(file, clock, HOUR, protocols=("imap", "smtp")) == 4


def test_a_server_that_refuses_sending_does_not_stop_the_reading(file: Path, clock: Clock) -> None:
    _tries(file).accepted("imap", "right")
    assert _refused_over(file, clock, 60, mark="right", protocols=("smtp",)) == 3
    for _ in range(20):
        clock.wind(1)
        _tries(file).claim("imap", "right", clock())
        _tries(file).accepted("imap", "right")
    assert _refused_over(file, clock, 800, mark="right", protocols=("smtp",)) == 0


def test_a_new_password_is_tried_at_once(file: Path, clock: Clock) -> None:
    _refused_over(file, clock, 60, protocols=("imap",))
    _tries(file).claim("imap", "new", clock())


def test_a_person_who_logs_in_starts_afresh(file: Path, clock: Clock) -> None:
    _refused_over(file, clock, 60, protocols=("imap",))
    _tries(file).forget()
    _tries(file).claim("imap", "old", clock())


def test_one_that_is_let_in_counts_from_nothing(file: Path, clock: Clock) -> None:
    _refused_over(file, clock, 8, protocols=("imap",))
    _tries(file).accepted("imap", "old")
    assert _refused_over(file, clock, 60, protocols=("imap",)) == 3


def test_other_accounts_are_others(file: Path, clock: Clock) -> None:
    _refused_over(file, clock, 60, protocols=("imap",))
    _tries(file, "smtp").claim("smtp", "old", clock())


def test_one_of_many_processes_makes_the_slow_try(file: Path, clock: Clock) -> None:
    _refused_over(file, clock, 60, protocols=("imap",))
    clock.wind(901)
    allowed: list[int] = []

    def process(number: int) -> None:
        try:
            _tries(file).claim("imap", "old", clock())
            allowed.append(number)
        except LoginRests:
            pass

    threads = [threading.Thread(target=process, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 1


def test_a_time_that_was_written_by_a_wrong_clock_locks_nobody_out(
    file: Path, clock: Clock
) -> None:
    clock.wind(timedelta(days=3650).total_seconds())
    _refused_over(file, clock, 60, protocols=("imap",))
    clock.wind(-timedelta(days=3650).total_seconds())
    assert _refused_over(file, clock, HOUR, protocols=("imap",)) == 4


def test_the_identity_server_is_counted_for_itself(file: Path, clock: Clock) -> None:
    _tries(file).refused(GRANT, "old", clock(), times=3)
    with pytest.raises(LoginRests) as caught:
        _tries(file).claim(GRANT, "old", clock())
    assert caught.value.lasting
    _tries(file).claim("imap", "old", clock())


def test_a_first_refusal_is_a_pause_of_seconds(file: Path, clock: Clock) -> None:
    _tries(file).refused("imap", "old", clock())
    with pytest.raises(LoginRests) as caught:
        _tries(file).claim("imap", "old", clock())
    assert not caught.value.lasting


def test_the_file_is_for_us_alone_and_holds_no_secret(file: Path, clock: Clock) -> None:
    _tries(file).refused("imap", "the-password", clock())
    assert file.stat().st_mode & 0o777 == 0o600
    assert "the-password" not in file.read_text()


def test_a_file_that_was_cut_short_locks_nobody_out(file: Path, clock: Clock) -> None:
    _refused_over(file, clock, 60, protocols=("imap",))
    file.write_text(file.read_text()[:40])
    _tries(file).claim("imap", "old", clock())
