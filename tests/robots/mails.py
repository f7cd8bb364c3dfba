"""What a machine finds in a mail: the links of both parts, and the words it could type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote

from mailproc.demo.letters import Shown

# As mail programs and LINE find addresses in plain text.
_PLAIN = re.compile(r"(?:https?://|mailto:)[^\s<>\"«»]+")
_TAGS = re.compile(r"<(?:style|title).*?</(?:style|title)>|<[^>]*>", re.DOTALL)
_ENDS = "\"'«»“”()[]{}<>:;,.!?…|*·"
_REFERENCES = {"href", "src", "action", "background", "poster", "data", "formaction", "srcset"}
RUBBISH = (
    "",
    "x",
    "yes",
    "ok",
    "ใช่",
    "ยกเลิก",
    "ติดตาม",
    "cancel",
    "1",
    "on",
    "123456",
    "000000",
    "12345678",
    "730925",
)


@dataclass(frozen=True)
class Found:
    """A link, and the words of the mail that it stands in."""

    url: str
    account: str
    subject: str
    words: tuple[str, ...]

    @property
    def is_page(self) -> bool:
        return self.url.startswith("http")


class _References(HTMLParser):
    """Everything in a document that leads elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.handlers = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += sum(name.startswith("on") for name, _ in attrs)
        self.found += [value or "" for name, value in attrs if name in _REFERENCES]
        style = " ".join(value or "" for name, value in attrs if name == "style")
        self.found += re.findall(r"url\(([^)]*)\)", style)


def references(html: str) -> list[str]:
    """Addresses that a document names in its markup."""
    return _References(html).found


def tags(html: str) -> set[str]:
    """The kinds of elements; «on…» where one carries a script."""
    parsed = _References(html)
    return parsed.tags | ({"on…"} if parsed.handlers else set())


def links(text: str, html: str) -> list[str]:
    """Addresses of both parts, each once."""
    plain = [one.rstrip(".,)") for one in _PLAIN.findall(text)]
    return list(dict.fromkeys([*references(html), *plain]))


def words(text: str) -> tuple[str, ...]:
    """Words and figures of a text, with and without what stands around them."""
    raw = re.split(r"\s+", _TAGS.sub(" ", text))
    bare = [word.strip(_ENDS) for word in raw]
    figures = re.findall(r"\d[\d -]{2,}\d", text)
    both = [*bare, *figures, *("".join(c for c in one if c.isdigit()) for one in figures)]
    return tuple(dict.fromkeys(word for word in both if 0 < len(word) <= 200))


def of(mails: dict[str, list[Shown]]) -> Iterator[Found]:
    """Every link of every mail of every mailbox."""
    for account, inbox in mails.items():
        for mail in inbox:
            spoken = words(f"{mail.subject} {mail.text} {mail.html} {mail.from_addr}")
            for url in links(mail.text, mail.html):
                yield Found(url, account, mail.subject, spoken)


def distinct(found: Iterable[Found]) -> list[Found]:
    """One for each address, with the words of all mails that it stands in."""
    merged: dict[str, Found] = {}
    for one in found:
        before = merged.get(one.url)
        spoken = dict.fromkeys([*(before.words if before else ()), *one.words])
        merged[one.url] = Found(one.url, one.account, one.subject, tuple(spoken))
    return list(merged.values())


def usual(now: datetime | None = None) -> tuple[str, ...]:
    """What a machine types where it knows nothing."""
    day = (now or datetime.now(UTC)).date()
    thai = f"{day.day}/{day.month}/{day.year + 543}"
    return (*RUBBISH, day.isoformat(), thai, f"{day:%d%m%y}", f"{day:%d%m%Y}")


def in_address(url: str) -> tuple[str, ...]:
    """The pieces of an address, which are words too."""
    return tuple(dict.fromkeys(piece for piece in re.split(r"[/?&=#:]+", unquote(url)) if piece))
