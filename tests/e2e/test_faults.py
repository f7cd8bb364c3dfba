"""A daemon in trouble, as an office meets it: it says what is wrong, loses nothing, goes on."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailproc.clock import utc_now
from mailproc.demo.server import EmbeddedMail
from mailproc.store import vitals
from mailproc.store.vitals import Daemon as Sign
from tests.e2e import letters, logbook
from tests.e2e.daemon import CODE
from tests.robots.office import ADDRESSES, PASSWORD, Office

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    accounts = {name: (address, PASSWORD) for name, address in ADDRESSES.items()}
    with EmbeddedMail(accounts, imap_port=0, smtp_port=0) as mail:
        office = Office(tmp_path / "office", mail)
        office.settle_in()
        yield office
        if office.process is not None:
            office.kill()
        office.database.close()
        logbook.require_clean(office.log, codes=(CODE, PASSWORD))


def _asks(office: Office, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{office.internal_port}{path}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _status(office: Office) -> tuple[int, list[dict[str, Any]]]:
    done = office._run("status", "--json")
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_disk_with_too_little_room(office: Office) -> None:
    """No disk has so much: the mail stays on the server, everybody learns why, and it is read once
    there is room."""
    assert _status(office)[0] == 1  # never started
    office.settings = {"MAILPROC_STORE__MIN_FREE_MB": "999999999"}
    office.start()
    told = office.waits_for("officer", "alarm")
    assert "ดิสก์" in told.subject
    office.write(letters.request())
    assert _asks(office, "/healthz")[0] == 200
    code, text = _asks(office, "/readyz")
    assert (code, json.loads(text)["alarms"]) == (503, ["disk_low"])
    assert 'mailproc_alarm{name="disk_low"} 1.0' in _asks(office, "/metrics")[1]
    exit_code, lines = _status(office)
    assert exit_code == 1
    assert [line["name"] for line in lines if line["part"] == "alarm"] == ["disk_low"]
    assert office.select("SELECT count(*) FROM messages") == [(0,)]
    office.stop()
    office.settings = {}
    office.start()
    office.until(lambda: bool(office.select("SELECT 1 FROM requests")), "the mail is read")
    assert _asks(office, "/readyz")[0] == 200


def test_a_second_copy_by_mistake(office: Office) -> None:
    """On this machine, and on another that shares the file."""
    office.start()
    again = office._run("serve")
    assert again.returncode == 1
    assert "mailproc" in again.stderr
    assert not office.is_dead
    office.kill()
    with office.database.write() as connection:
        now = utc_now()
        vitals.sign(connection, Sign("theirs", "pc-of-somebody", now - timedelta(hours=1), now))
    elsewhere = office._run("serve")
    assert elsewhere.returncode == 1
    assert "pc-of-somebody" in elsewhere.stderr
