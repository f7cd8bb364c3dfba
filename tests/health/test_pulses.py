from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from mailproc.health import pulses
from mailproc.health.pulse import Beat, Pulse, in_short
from mailproc.store.database import Database


def _names(**beats: Beat) -> list[str]:
    return [fault.name for fault in pulses.of_loops(beats)]


def test_loops_at_rest_and_at_work_are_well() -> None:
    assert _names(intake=Beat(), outbox=Beat(busy=30.0)) == []


def test_a_dead_or_stuck_loop_is_found_within_five_minutes() -> None:
    assert _names(intake=Beat(alive=False)) == ["loop_stuck"]
    assert _names(intake=Beat(busy=240.0)) == ["loop_stuck"]


def test_a_step_that_may_take_long_is_given_its_time() -> None:
    assert _names(outbox=Beat(busy=600.0), jobs=Beat(busy=600.0)) == []
    assert _names(outbox=Beat(busy=900.0), jobs=Beat(busy=900.0)) == ["loop_stuck"]


def test_a_loop_that_fails_for_minutes_is_told_with_its_error() -> None:
    assert _names(intake=Beat(failing=60.0, error="KeyError")) == []
    (fault,) = pulses.of_loops({"intake": Beat(failing=300.0, error="KeyError")})
    assert fault.name == "loop_failing"
    assert fault.facts == {"loop": "intake", "minutes": 5, "error": "KeyError"}


def test_a_refused_login_is_told_at_once_and_is_no_failing_loop() -> None:
    refused = Beat(failing=900.0, error="AuthFailed", refused=True)
    (fault,) = pulses.of_loops({"outbox": refused})
    assert (fault.name, fault.facts) == ("login_refused", {"part": "SMTP"})


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("OperationalError: attempt to write a readonly database", "database_readonly"),
        ("OperationalError: database or disk is full", "disk_full"),
        ("DatabaseError: database disk image is malformed", "database_broken"),
        ("OperationalError: unable to open database file", "database_failing"),
    ],
)
def test_what_the_database_says_is_told_at_once(words: str, name: str) -> None:
    assert _names(intake=Beat(failing=1.0, error=words)) == [name]


def test_a_database_that_is_only_read_says_so_in_the_words_we_know(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """The words are SQLite's own, so they are asked of it."""
    readonly = sa.create_engine(f"sqlite:///file:{sqlite_database.file}?mode=ro&uri=true")
    with readonly.connect() as connection, pytest.raises(sa.exc.OperationalError) as caught:
        connection.exec_driver_sql("DELETE FROM facts")
    readonly.dispose()
    assert _names(intake=Beat(failing=1.0, error=in_short(caught.value))) == ["database_readonly"]


def test_a_pulse_tells_how_long_it_is_busy_and_failing() -> None:
    now = 100.0
    pulse = Pulse(lambda: now)
    pulse.beat()
    assert pulse.failed("KeyError")
    now = 130.0
    assert not pulse.failed("KeyError")
    assert pulse.failed("ValueError")
    beat = pulse.read()
    assert (beat.busy, beat.failing, beat.error) == (30.0, 30.0, "ValueError")
    pulse.rest()
    assert pulse.well()
    assert not pulse.well()
    assert pulse.read() == Beat()


def test_an_error_in_short_never_holds_what_people_wrote(sqlite_database: Database) -> None:
    row = {"name": "somsri@school.example.org", "value": None}
    insert = sa.text("INSERT INTO facts VALUES (:name, :value)")
    with sqlite_database.write() as connection, pytest.raises(sa.exc.IntegrityError) as caught:
        connection.execute(insert, row)
    assert "somsri" not in str(caught.value)
    assert in_short(caught.value).startswith("IntegrityError: NOT NULL")


def test_a_disk_that_became_readonly_is_no_fault_of_the_mail_server() -> None:
    """The login notes its tries in a file, so the connection fails before it begins."""
    error = "The connection failed: [Errno 30] Read-only file system: 'logins.json'"
    beat = Beat(failing=900.0, error=error)
    assert _names(mailbox=beat) == ["database_readonly"]
    assert list(pulses.unreachable(beat, "mailbox_unreachable")) == []
    lost = Beat(failing=900.0, error="The connection failed: EOF")
    assert [f.name for f in pulses.unreachable(lost, "mailbox_unreachable")] == [
        "mailbox_unreachable"
    ]
