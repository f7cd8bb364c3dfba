"""Replies to approval mails, as the real intake takes them."""

from __future__ import annotations

import itertools
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from mailproc import office as offices
from mailproc.intake import Intake
from mailproc.store import messages, onetime
from mailproc.store.messages import Arrived
from tests.test_intake import Reader
from tests.web.conftest import Room

DIRECTOR = "director@example.org"
_UIDS = itertools.count(1)


def codes(room: Room) -> tuple[str, ...]:
    """A printed list of the director, for replies."""
    with room.database.write() as connection:
        pepper = room.config.secret("pepper")
        return onetime.new_list(connection, room.director, pepper, room.clock())


def arrives(room: Room, raw: bytes) -> None:
    """The mail is in the mailbox and stored."""
    now, uid = room.clock(), next(_UIDS)
    arrived = Arrived("a", "INBOX", 1, uid, now, len(raw), raw, None)
    with room.database.write() as connection:
        messages.store(connection, [arrived], now)


def intake(room: Room) -> None:
    """One turn over what has arrived."""
    habits = offices.make_habits(room.config, room.catalogue)
    turn = Intake(room.database, Reader(habits.known), habits, room.rules, f"me {next(_UIDS)}")
    turn.turn(room.desk(), room.clock())


def begun(link: str, more: str = "") -> bytes:
    """What a program sends that follows a «mailto:», with some more behind what is there."""
    parts = urlsplit(link)
    asked = parse_qs(parts.query)
    return _mail(unquote(parts.path), asked["subject"][0], asked["body"][0] + more)


def reply(message_id: str, body: str) -> bytes:
    """What the director answers to the mail of this Message-ID."""
    return _mail("data@example.org", "Re: ขออนุญาต", body, message_id)


def _mail(to: str, subject: str, body: str, answers: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DIRECTOR, to, subject
    mail["Message-ID"] = f"<{next(_UIDS)}.robots@director.example.org>"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(body.replace("\r\n", "\n"))
    return mail.as_bytes()
