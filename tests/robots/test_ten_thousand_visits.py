"""Scanners open links before people do, again and again, and ask in every way there is."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa

from mailproc.store import schema
from tests.robots.office import Office, Seen

_VISITS = 10_000
_OPENS_KEPT = 50  # rows of the open log per link
_METHODS = ("GET", "HEAD", "OPTIONS")
_ODD = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "SEARCH", "get", "POSTX")
_DRESSES: tuple[dict[str, str], ...] = (
    {},
    {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"},
    {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST", "X-HTTP-Method": "DELETE"},
    {"Range": "bytes=0-", "If-Range": '"x"'},
    {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"},
    {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)", "Accept-Language": "en"},
    {"Host": "elsewhere.example.org", "X-Forwarded-Host": "elsewhere.example.org"},
    {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABkAAQ"},
)
_QUERIES = (
    "",
    "?choice=approve&code=123456",
    "?_method=POST&confirm=yes",
    "?x=%00%0d%0aSet-Cookie:a=b",
)
_REFERENCE = re.compile(r'(?:href|action|src)="([^"#]+)"')


class _Client:
    """Keeps its connection and its cookies, as a browser does."""

    def __init__(self, url: str) -> None:
        self._link = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._cookies: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()

    def visit(self, method: str, path: str, headers: dict[str, str]) -> tuple[str, str]:
        """Status is counted; gives where it leads and the page."""
        if self._cookies:
            pairs = (f"{name}={value}" for name, value in self._cookies.items())
            headers = {**headers, "Cookie": "; ".join(pairs)}
        try:
            self._link.request(method, path, headers=headers)
            answer = self._link.getresponse()
            page = answer.read().decode("utf-8", "replace")
        except http.client.HTTPException:
            self._link.close()
            return "", ""
        self.statuses[answer.status] += 1
        for field in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = field.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.headers.get("Location", ""), page

    def close(self) -> None:
        self._link.close()


def _paths(office: Office, client: _Client) -> list[str]:
    """Mailed links, where they lead, and what those pages name."""
    waiting = [one.url for one in office.links() if one.is_page]
    found: dict[str, None] = {}
    while waiting:
        url = waiting.pop()
        path = urlsplit(url).path
        if path in found or urlsplit(url).netloc != urlsplit(office.public_url).netloc:
            continue
        found[path] = None
        leads_to, page = client.visit("GET", path, {})
        named = [leads_to, *_REFERENCE.findall(page)] if leads_to else _REFERENCE.findall(page)
        waiting += [urljoin(url, one) for one in named]
    return list(found)


@pytest.mark.timeout(900)
def test_ten_thousand_visits_change_nothing_but_the_capped_log(office: Office) -> None:
    client = _Client(office.public_url)
    with contextlib.closing(client):
        paths = _paths(office, client)
        before, tries = Seen(office), _tries(office)
        kinds = itertools.cycle(itertools.product(_QUERIES, _DRESSES, _METHODS, paths))
        for number, (query, dress, method, path) in enumerate(itertools.islice(kinds, _VISITS)):
            odd = _ODD[number // 20 % len(_ODD)]
            client.visit(method if number % 20 else odd, path + query, dress)
    print(len(paths), "paths", dict(client.statuses))
    assert sum(client.statuses.values()) >= _VISITS
    assert client.statuses[500] == 0
    assert before.changes() == {}
    assert _tries(office) == tries
    assert 0 < max(office.opens().values()) <= _OPENS_KEPT


def _tries(office: Office) -> list[sa.Row[tuple[object, ...]]]:
    with office.database.read() as connection:
        return list(connection.execute(sa.select(schema.code_tries)))
