"""The look into the logs finds what it looks for."""

from __future__ import annotations

import pytest

from tests.e2e.logbook import leaks

_TOKEN = "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
_WELL = (
    "timestamp='2026-11-23T06:14:17.275116Z' level='info' event='serving' public='127.0.0.1:52809'",
    "event='alarm' name='clock_wrong' here='2026-11-23T14:14+07:00'",
    "event='mailbox_lost' problem='[Errno 2] /tmp/x-1234567890abcdefghijklmnop/state/y'",
    "event='alarm' name='mailbox_folder' folder='คำขอข้อมูล'",
    "event='seen' path='/d/…' sender='…@…'",
)


@pytest.mark.parametrize("line", _WELL)
def test_what_a_log_may_say(line: str) -> None:
    assert leaks(line, [f"http://127.0.0.1/d/{_TOKEN}".encode()], ["730924"]) == []


@pytest.mark.parametrize(
    "line",
    [
        "event='x' sender='somsri@school.example.org'",
        "event='x' name='สมหญิง'",
        f"event='x' path='/d/{_TOKEN}'",
        f"event='x' cookie='{_TOKEN}'",
        "event='x' code='730924'",
        "event='x' token='short-token-of-a-mail1'",
    ],
)
def test_what_a_log_must_not_say(line: str) -> None:
    mails = [b"http://127.0.0.1:8025/d/short-token-of-a-mail1"]
    assert leaks(line, mails, ["730924"])
