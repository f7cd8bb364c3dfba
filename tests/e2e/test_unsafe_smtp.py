"""The server that mail is sent by is no longer safe: nothing goes out, not even the password, it is
said why, and once it is mended each mail goes out once."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta

import pytest
import trustme

from mailproc.clock import utc_now
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import Daemon
from tests.e2e.smtpd import Sink

_AUTHORITY = trustme.CA()


def _context(authority: trustme.CA, name: str = "127.0.0.1", days: int = 90) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = utc_now() + timedelta(days=days)
    authority.issue_cert(name, not_after=ends).configure_cert(context)
    return context


@pytest.fixture
def office(make: Make) -> Iterator[Daemon]:
    """Sends by STARTTLS and with a password, and has sent its first mail."""
    sink = Sink(starttls=_context(_AUTHORITY))
    sink.start()
    office = make(to=sink)
    authority = office.folder / "smtp-ca.pem"
    _AUTHORITY.cert_pem.write_to_path(str(authority))
    office.settings = {"MAILPROC_SMTP__TLS": "starttls", "MAILPROC_SMTP__CA_FILE": str(authority)}
    office.start()
    office.dovecot.append(office.user, letters.request(1))
    office.letter("approval")
    yield office
    sink.stop()


def _breaks(office: Daemon, context: ssl.SSLContext | None, alarm: str, number: int) -> None:
    sink, right = office.sink, office.sink.starttls
    before = len(sink.taken)
    sink.starttls = context
    sink.hang_up()
    office.dovecot.append(office.user, letters.request(number))
    office.until(lambda: alarm in office.health()["alarms"], "it is said", 30)
    office.until(lambda: f"name='{alarm}'" in office.log.read_text(), "it is in the log")
    assert (len(sink.taken), sink.said_in_clear) == (before, [])
    sink.starttls = right
    office.until(lambda: len(office.letters("approval")) == number, "it goes out once mended", 90)
    office.until(lambda: alarm not in office.health()["alarms"], "that is seen", 30)


def test_nothing_goes_out_until_it_is_safe_again_and_then_each_mail_once(office: Daemon) -> None:
    _breaks(office, _context(_AUTHORITY, days=-1), "certificate_bad", 2)
    (found,) = office.findings("smtp")
    assert found["level"] == "ok"
    _breaks(office, None, "encryption_gone", 3)
    office.sink.starttls = _context(trustme.CA())
    (found,) = office.findings("smtp")
    assert (found["level"], "certificate verify failed" in found["en"]) == ("fault", True)
    office.until(office.is_quiet, "all is sent")
    ids = [mail.message_id for mail in office.sink.taken]
    assert len(ids) == len(set(ids))
    assert all(office.sink.to(f"teacher{number}@school.example.org") for number in (1, 2, 3))
