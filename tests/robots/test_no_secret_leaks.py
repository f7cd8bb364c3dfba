"""The whole way with every log open: no token, code or address in a log, a dump or a Referer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Request

from mailproc.store import schema
from tests.e2e.daemon import CODE
from tests.robots.office import ADDRESSES, PASSWORD, Office

_FILE_CODE = re.compile(r"รหัสเปิดไฟล์: (\d{4}) ?(\d{4})")

pytestmark = pytest.mark.timeout(300)


def _tokens(office: Office) -> set[str]:
    """The secret of every link in every mail; also those in the addresses to reply to."""
    found = [one.url for one in office.links() if one.is_page]
    last = {urlsplit(url).path.rpartition("/")[2] for url in found}
    assert len(last) > 10
    assert min(map(len, last)) >= 22  # 128 bits
    return last


def _file_codes(office: Office) -> set[str]:
    texts = [mail.text for inbox in office.mails().values() for mail in inbox]
    return {"".join(found) for text in texts for found in _FILE_CODE.findall(text)}


def _cells(office: Office) -> Iterator[tuple[str, str]]:
    """Every text of the database, with where it stands; raw mails are what people sent."""
    with office.database.read() as connection:
        for table in schema.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                for column, value in zip(table.c, row, strict=True):
                    if isinstance(value, bytes):
                        value = value.decode("utf-8", "replace")
                    if isinstance(value, str):
                        yield f"{table.name}.{column.name}", value


def test_no_log_tells_a_token_a_code_or_an_address(office: Office) -> None:
    log = office.log.read_text()
    assert "level='debug'" in log or "level='info'" in log  # there is something to look through
    secrets = _tokens(office) | _file_codes(office) | {CODE, PASSWORD, *ADDRESSES.values()}
    assert [one for one in secrets if one in log] == []
    assert not re.search(r"\S@\S*example", log)


def test_no_dump_of_the_database_gives_a_token_or_a_code_away(office: Office) -> None:
    secrets = _tokens(office) | _file_codes(office) | {CODE, PASSWORD}
    told = {
        place
        for place, text in _cells(office)
        if place != "messages.raw" and any(secret in text for secret in secrets)
    }
    assert told == set()


def test_a_raw_mail_quotes_no_link_that_still_decides(office: Office) -> None:
    """What people send back quotes our mails: of requesters, so no link of a director is in it."""
    raw = [text for place, text in _cells(office) if place == "messages.raw"]
    deciding = {
        urlsplit(one.url).path.rpartition("/")[2] for one in office.links() if "/d/" in one.url
    }
    assert raw
    assert [token for token in deciding if any(token in text for text in raw)] == []


def test_no_browser_tells_a_token_where_it_goes(office: Office, browser: Browser) -> None:
    """No Referer holds one, nothing is asked of another host, and no address bar keeps one that
    decides, lists or gives a file."""
    tokens, context = _tokens(office), browser.new_context()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    page = context.new_page()
    kept = []
    for one in office.links():
        if one.is_page:
            page.goto(one.url)
            kept.append(page.url)
    context.close()
    shown = {urlsplit(url).path[:3] for url in kept if any(token in url for token in tokens)}
    assert shown <= {"/s/"}
    referers = {request.headers.get("referer", "") for request in asked} - {""}
    own = {url for url in referers if any(token in url for token in tokens)}
    assert own == set()  # not even for the style sheet: proxies write Referer down
    assert referers <= {f"{office.public_url}/"}
    hosts = {urlsplit(request.url).netloc for request in asked if request.url.startswith("http")}
    assert hosts == {urlsplit(office.public_url).netloc}
