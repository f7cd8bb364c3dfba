"""A machine without a browser: reads the forms of a page and sends each with every word."""

from __future__ import annotations

import http.cookiejar
import itertools
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from tests.robots import mails

_LEFT = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    """What a page lets one send: fixed values, fields to type in, and what can be chosen."""

    action: str = ""
    method: str = "get"
    hidden: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    ticks: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, word: str, turn: int) -> list[tuple[str, str]]:
        """All fields with the word, everything ticked, one of each choice, one button."""
        chosen = [(name, values[turn % len(values)]) for name, values in self.choices.items()]
        button = [self.buttons[turn % len(self.buttons)]] if self.buttons else []
        return [*self.hidden, *((name, word) for name in self.typed), *chosen, *self.ticks, *button]


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif self.found and tag in ("input", "textarea", "select", "option", "button"):
            self._field(tag, values, self.found[-1])

    def _field(self, tag: str, values: dict[str, str], form: Form) -> None:
        name, value = values.get("name", ""), values.get("value", "on")
        kind = values.get("type", "submit" if tag == "button" else "text")
        if tag == "option":
            form.choices.setdefault(self._select, []).append(values.get("value", ""))
        elif tag == "select":
            self._select = name
        elif kind == "hidden":
            form.hidden.append((name, value))
        elif kind == "radio":
            form.choices.setdefault(name, []).append(value)
        elif kind == "checkbox":
            form.ticks.append((name, value))
        elif kind in _LEFT:
            form.buttons += [(name, value)] if name else []
        elif name:
            form.typed.append(name)


class Poster:
    """`between` is called before each try."""

    def __init__(self, between: Callable[[], None]) -> None:
        self._between = between
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self.statuses: Counter[int] = Counter()
        self.posts = 0

    def open(self, found: mails.Found, turn: int) -> None:
        """Follows a link, and sends every form of its page with every word."""
        url, page = self._get(found.url)
        known = [
            *mails.usual(),
            *mails.in_address(found.url),
            *mails.words(page),
            *found.words,
        ]
        for number, (word, form) in enumerate(self._tries(list(dict.fromkeys(known)), page)):
            self._between()
            target = urljoin(url, form.action) if form.action else url
            body = urlencode(form.filled(word, number + turn)).encode()
            if form.method == "get":
                self._send(f"{target}?{body.decode()}", None)
            else:
                self.posts += 1
                self._send(target, body)

    def _tries(self, words: list[str], page: str) -> Iterator[tuple[str, Form]]:
        return itertools.product(words, _Forms(page).found)

    def _get(self, url: str) -> tuple[str, str]:
        return self._send(url, None)

    def _send(self, url: str, body: bytes | None) -> tuple[str, str]:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        asked = urllib.request.Request(url, body, {"Origin": origin})  # noqa: S310 - loopback
        try:
            with self._opener.open(asked, timeout=30) as answer:
                self.statuses[answer.status] += 1
                return str(answer.url), answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as answer:
            with answer:
                self.statuses[answer.code] += 1
                return url, answer.read().decode("utf-8", "replace")
