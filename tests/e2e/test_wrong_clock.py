"""A machine that starts with a wrong clock: the mail server's time is known at the first look, it
is said, and no mail is left unanswered or answered years too late because of it."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailproc.clock import utc_now
from mailproc.config import load
from mailproc.mail import server_time
from mailproc.store import facts
from mailproc.store.database import Database
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import Daemon

_HOURS, _YEARS = timedelta(hours=7), timedelta(days=3653)
_CLOSE = server_time.NEAR + timedelta(minutes=1)  # a clock counts as right; a test takes its time


def _start(office: Daemon, off: timedelta) -> None:
    office.settings = {"CLOCK_OFF": str(off.total_seconds())}
    office.start(("-m", "tests.e2e.wrong_clock"))
    office.until(lambda: "clock_wrong" in office.health()["alarms"], "it is said")


def _never_started(office: Daemon) -> None:
    database = Database(load(office.config).database_url)
    with database.write() as connection:
        facts.forget(connection, "first_start")
    database.close()


def _old_mails(office: Daemon) -> None:
    """What lay in the mailbox before mailproc came."""
    for number, age in enumerate((timedelta(days=400), timedelta(hours=3))):
        office.dovecot.append(office.user, letters.request(number), when=utc_now() - age)


def _to_tomorrow(office: Daemon) -> timedelta:
    """So far ahead that today would be over and sealed."""
    here = utc_now().astimezone(ZoneInfo(load(office.config).office.timezone))
    tomorrow = here.replace(hour=4, minute=0) + timedelta(days=1)
    return tomorrow - here


@pytest.mark.parametrize("off", [_HOURS, -_YEARS], ids=str)
def test_at_the_very_first_start_new_mail_is_answered_and_old_mail_is_not(
    make: Make, off: timedelta
) -> None:
    office = make()
    _never_started(office)
    _old_mails(office)
    _start(office, off)
    office.dovecot.append(office.user, letters.request(7))
    assert office.letter("receipt").to == "teacher7@school.example.org"
    assert office.verdicts() == {"before_start": 2, "opened": 1}
    ((started,),) = office.rows("SELECT value FROM facts WHERE name = 'first_start'")
    assert abs(utc_now() - utc_now().fromisoformat(started)) < _CLOSE


def test_at_a_later_start_work_goes_on_by_the_right_time(make: Make) -> None:
    office = make()
    office.start()
    office.dovecot.append(office.user, letters.request(1), letters.request(2))
    office.letter("receipt", 2)
    office.stop()
    _start(office, _to_tomorrow(office))
    office.dovecot.append(office.user, letters.request(3))
    office.letter("receipt", 3)
    ((latest,),) = office.rows("SELECT max(at) FROM history")
    assert abs(utc_now() - utc_now().fromisoformat(latest).replace(tzinfo=UTC)) < _CLOSE
    assert office.verify()["faults"] == []
