"""What the mailbox still shows of the time after a backup: its folder of sent mail, and answers.

Not every server keeps what is sent through it. Where all of the mails of the last weeks lie there
that we know were sent, the folder is believed: what is not in it was not sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from mailproc.config import Config
from mailproc.errors import MailprocError
from mailproc.mail.mailbox import Mailbox
from mailproc.office import keeps_copies

log = structlog.get_logger()
LOOK_BACK = timedelta(days=14)
SAMPLE = 50  # mails known to be sent that are looked for
_ENOUGH = 5  # of them, to believe the folder
_ID = re.compile(rb"<[^<>\s]+>")
_UNFOLD = re.compile(rb"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class Traces:
    """Message-IDs: of mails of ours that were sent, and of what they and answers to them name."""

    looked: bool = False
    complete: bool = False
    sent: frozenset[str] = frozenset()  # had by mails in the folder, or answered in the INBOX
    later: frozenset[str] = frozenset()  # had or named by sent mails that the backup doesn't know


def look(config: Config, since: datetime, sample: Collection[str], known: set[str]) -> Traces:
    """Looks into the mailbox; empty where it can't be reached.

    `sample`: surely sent within the last weeks; `known`: all that the backup knows as sent.
    """
    try:
        sent, inbox = _headers(config, since)
    except MailprocError as error:
        log.warning("traces_unreadable", problem=error.problem)
        return Traces()
    found = judge(sent, inbox, sample, known)
    # Copies of ours are a best effort: a mail that has none may have been sent all the same.
    return replace(found, complete=found.complete and not keeps_copies(config))


def judge(
    sent: Iterable[bytes] | None, inbox: Iterable[bytes], sample: Collection[str], known: set[str]
) -> Traces:
    """What the header fields of sent mail (None: there is no such folder) and of the INBOX tell."""
    had: set[str] = set()
    later: set[str] = set()
    for header in sent or ():
        own, named = _ids(header)
        had |= own
        if own and not own & known:
            later |= own | named
    answered = {one for header in inbox for one in _ids(header)[1]}
    complete = sent is not None and len(sample) >= _ENOUGH and had >= set(sample)
    return Traces(True, complete, frozenset(had | answered), frozenset(later))


def _headers(config: Config, since: datetime) -> tuple[list[bytes] | None, list[bytes]]:
    inbox = _open(config, config.mailbox.folder)
    try:
        received = list(inbox.headers_since(since - timedelta(days=1)))
        folder = inbox.sent_folder()
    finally:
        inbox.close()
    if folder is None:
        return None, received
    outgoing = _open(config, folder)
    try:
        return list(outgoing.headers_since(since - LOOK_BACK - timedelta(days=1))), received
    finally:
        outgoing.close()


def _open(config: Config, folder: str) -> Mailbox:
    return Mailbox(config.mailbox.server(), config.mailbox_login(), folder)


def _ids(header: bytes) -> tuple[set[str], set[str]]:
    """(its own, those that it names)."""
    own: set[str] = set()
    named: set[str] = set()
    for line in _UNFOLD.sub(b" ", header).splitlines():
        name, _, value = line.partition(b":")
        found = {one.decode("ascii", "replace") for one in _ID.findall(value)}
        if name.strip().lower() == b"message-id":
            own |= found
        else:
            named |= found
    return own, named
