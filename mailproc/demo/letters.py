"""A mail as the demo's inbox shows it, and the mails that it sends for the requester."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import unescape
from itertools import count
from urllib.parse import parse_qs, urlsplit

from mailproc.mail import headers as wire
from mailproc.parsers.headers import addresses, message_ids
from mailproc.parsers.headers import text as header_text
from mailproc.parsers.mime import Part, take_apart

_BEGUN = re.compile(r'<a href="(mailto:[^"]+)"[^>]*>([^<]+)</a>')
_RE = re.compile(r"^\s*re\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail taken apart for a reader."""

    uid: int
    received: datetime
    subject: str
    from_name: str
    from_addr: str
    reply_to: str
    to: tuple[str, ...]
    text: str
    html: str  # empty where it has none
    files: tuple[File, ...]
    message_id: str
    references: tuple[str, ...]

    @property
    def snippet(self) -> str:
        """The beginning, on one line."""
        return " ".join(self.text.split())[:160]


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply that a link of the mail begins: its label and its first lines."""

    label: str
    text: str


def begun_links(html: str) -> tuple[str, ...]:
    """The links by which a mail begins replies."""
    return tuple(unescape(link) for link, _ in _BEGUN.findall(html))


def begun(html: str) -> tuple[Begun, ...]:
    """The replies that a mail's links begin, in their order (RFC 6068)."""
    return tuple(
        Begun(unescape(label), parse_qs(urlsplit(unescape(link)).query).get("body", [""])[0])
        for link, label in _BEGUN.findall(html)
    )


def begun_here(html: str, page: str) -> str:
    """The mail with these links leading to `page`, which has the form for a reply."""
    number = count()
    target = 'target="_top"'
    return _BEGUN.sub(
        lambda found: found[0].replace(
            f'href="{found[1]}"', f'href="{page}?reply={next(number)}#text" {target}'
        ),
        html,
    )


def show(uid: int, received: datetime, raw: bytes) -> Shown:
    """Any bytes at all give something to show."""
    root, _ = take_apart(raw)
    readable = [part for part in root.walk() if not part.is_attachment and not part.children]
    name, address = next(iter(addresses(root.first("from"))), ("", ""))
    _, reply_to = next(iter(addresses(root.first("reply-to"))), ("", address))
    return Shown(
        uid=uid,
        received=received,
        subject=header_text(root.first("subject")),
        from_name=name,
        from_addr=address,
        reply_to=reply_to,
        to=tuple(to for field in root.all("to") for _, to in addresses(field)),
        text=_first_text(readable, "text/plain"),
        html=_first_text(readable, "text/html"),
        files=tuple(_file(part) for part in root.walk() if part.is_attachment),
        message_id=next(iter(message_ids(root.all("message-id"))), ""),
        references=message_ids([*root.all("references"), *root.all("in-reply-to")]),
    )


def _first_text(parts: Iterable[Part], media_type: str) -> str:
    return next((part.text() for part in parts if part.media_type == media_type), "")


def _file(part: Part) -> File:
    return File(part.filename or part.media_type.replace("/", "."), part.media_type, part.content)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, and under which Message-ID at what time."""

    name: str
    address: str
    message_id: str
    now: datetime


def request(sender: Sender, to: str, subject: str, body: str) -> bytes:
    """A new mail."""
    return _letter(sender, to, subject, body, b"")


def reply(sender: Sender, original: Shown, text: str) -> bytes:
    """An answer in the thread, with the original quoted below as mail programs do."""
    subject = "Re: " + _RE.sub("", original.subject)
    quoted = "\n".join(f"> {line}" for line in original.text.splitlines())
    author = original.from_name or original.from_addr
    stamp = f"{original.received:%Y-%m-%d %H:%M}"
    body = f"{text.strip()}\n\nOn {stamp}, {author} <{original.from_addr}> wrote:\n{quoted}\n"
    thread = wire.threading(original.message_id, original.references)
    return _letter(sender, original.reply_to, subject, body, thread)


def _letter(sender: Sender, to: str, subject: str, body: str, thread: bytes) -> bytes:
    return b"".join(
        (
            wire.mailbox("From", sender.name, sender.address),
            wire.mailbox("To", "", to),
            wire.unstructured("Subject", subject),
            f"Date: {format_datetime(sender.now)}\r\n".encode("ascii"),
            wire.message_id("Message-ID", sender.message_id),
            thread,
            b"MIME-Version: 1.0\r\n",
            wire.text_part("plain", body.replace("\r\n", "\n").replace("\n", "\r\n")),
            b"\r\n",
        )
    )
