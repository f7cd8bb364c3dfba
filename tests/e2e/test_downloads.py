"""A file too big for a mail, against the whole daemon: linked, opened, fetched, and killed."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.request
from collections import Counter
from urllib.parse import urlencode, urljoin

import pytest

from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Daemon, Form, decide
from tests.e2e.test_crashes import _LAUNCHER, Director, _finish

_SMALL = {"MAILPROC_SMTP__MAX_BYTES": "110000"}  # no workbook of the sample fits
_LINK = re.compile(r"https?://\S+?/f/[A-Za-z0-9_-]+")
_CODE = re.compile(r"รหัสเปิดไฟล์: (\d{4} \d{4})")
_BEFORE_SENDING = range(17, 27)  # the commits around building and sending


def _fetch(link: str, code: str) -> bytes:
    """Opens the link as a browser does, types the code and takes the file."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    with browser.open(link, timeout=30) as page:
        url, html = page.url, page.read().decode()
    assert link.rpartition("/")[2] not in url
    fields = Form(html).fields | {"code": code}
    with browser.open(url, urlencode(fields).encode(), timeout=30) as page:
        html = page.read().decode()
    found = re.search(r'class="button" href="([^"]+)"', html)
    assert found is not None, html
    with browser.open(urljoin(url, found[1]), timeout=30) as file:
        content: bytes = file.read()
    return content


def _events(office: Daemon) -> Counter[str]:
    return Counter(event for (event,) in office.rows("SELECT event FROM history"))


def test_a_file_too_big_for_a_mail_is_fetched_with_the_code_of_the_receipt(make: Make) -> None:
    office = make()
    office.settings = _SMALL
    office.start()
    office.dovecot.append(office.user, letters.request())
    code = _CODE.search(office.letter("receipt").text)
    assert code is not None
    assert decide(office.letter("approval").link, "approve", code=CODE)[0] == 200
    mail = office.letter("dataset")
    assert mail.files == []
    link = _LINK.search(mail.text)
    assert link is not None
    assert code[1] not in mail.text
    content = _fetch(link[0], code[1])
    ((kept,),) = office.rows("SELECT content FROM files")
    assert content == kept
    office.until(lambda: _events(office)["Downloaded"] == 1, "the download is counted")
    office.until(lambda: office.states() == ["delivered"], "delivered")
    assert office.verify()["faults"] == []
    log = office.log.read_text()
    assert link[0].rpartition("/")[2] not in log
    assert code[1].replace(" ", "") not in log


@pytest.mark.parametrize("number", _BEFORE_SENDING[::3])
def test_a_kill_between_build_and_send_loses_nothing_and_repeats_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("CRASH_AT", f"after {number}")
    office = make()
    office.settings = _SMALL
    office.start(_LAUNCHER, ready=False)
    office.dovecot.append(office.user, letters.request())
    director = Director(office)
    _finish(office, director, 1)
    office.kill()
    office.start()
    _finish(office, director, 1)
    sent = office.letters("dataset")
    ((state, count),) = office.rows(
        "SELECT min(state), count(*) FROM outbox WHERE kind = 'dataset'"
    )
    assert count == 1
    assert len(sent) == 1 or (state, sent) == ("unknown", [])
    assert len(office.rows("SELECT 1 FROM links WHERE purpose = 'download'")) == 1
    code = _CODE.search(office.letter("receipt").text)
    if sent and code:
        link = _LINK.search(sent[0].text)
        assert link is not None
        assert _fetch(link[0], code[1])[:2] == b"PK"
    assert office.verify()["faults"] == []
