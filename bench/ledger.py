"""What people did to a shared mailbox, mail by mail, and how it differs from what lies there."""

from __future__ import annotations

import hashlib
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parseaddr

from imapclient import IMAPClient

SEEN, DELETED, RECENT = rb"\Seen", rb"\Deleted", rb"\Recent"
INBOX, SENT, DRAFTS, TRASH = "INBOX", "Sent", "Drafts", "Trash"
_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)


def message_id(raw: bytes) -> str:
    """The Message-ID of a mail; every mail of a trial has one."""
    found = _ID.search(raw.split(b"\r\n\r\n", 1)[0])
    assert found is not None
    return found[1].decode()


@dataclass(slots=True)
class Known:
    """A mail as people left it; `folder` is None once it is expunged."""

    kind: str
    message_id: str
    sender: str
    digest: str
    folder: str | None
    flags: set[bytes] = field(default_factory=set)
    was_moved: bool = False  # out of the inbox, or deleted, by a person


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as the server has it."""

    folder: str
    message_id: str
    digest: str
    flags: frozenset[bytes]


class Ledger:
    """Every change that people make is made and noted under one lock; the daemon knows of none."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.mails: dict[str, Known] = {}
        self.folders = {INBOX, SENT, DRAFTS, TRASH}
        self.acts: dict[str, int] = {}
        self.faults: list[str] = []

    def add(
        self, kind: str, raw: bytes, folder: str = INBOX, flags: set[bytes] | None = None
    ) -> Known:
        """A mail that is about to be put into the folder."""
        id_, address = message_id(raw), parseaddr(str(message_from_bytes(raw)["From"]))[1]
        digest = hashlib.sha256(raw).hexdigest()
        known = Known(kind, id_, address, digest, folder, set(flags or ()))
        self.mails[id_] = known
        return known

    def did(self, act: str) -> None:
        self.acts[act] = self.acts.get(act, 0) + 1

    def choose(self, source: random.Random, *folders: str, other: bool = False) -> Known | None:
        """Any mail in the folders, or in any other; people look at what is new most of the time."""
        there = [m for m in self.mails.values() if m.folder and (m.folder in folders) != other]
        if not there:
            return None
        return source.choice(there[-12:] if source.random() < 0.7 else there)

    def of(self, *kinds: str) -> list[Known]:
        return [mail for mail in self.mails.values() if mail.kind in kinds]


@dataclass(slots=True)
class Report:
    """What was seen; a trial is good where `faults` is empty."""

    minutes: float
    mails: Counter[str] = field(default_factory=Counter)
    acts: dict[str, int] = field(default_factory=dict)
    folders: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    away: list[str] = field(default_factory=list)  # moved before they were seen, and still there
    put_back: int = 0
    copies: int = 0  # of our own mails, in the folder of sent mail
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"{self.minutes:.1f} minutes; mails by kind: {dict(self.mails)}"
        yield f"acts of people: {sum(self.acts.values())}"
        yield from (f"  {name}: {count}" for name, count in sorted(self.acts.items()))
        yield f"mails by folder in the end: {dict(self.folders.most_common(8))}"
        yield f"requests answered: {self.answered}; copies of our mails: {self.copies}"
        yield f"put back and then answered: {self.put_back}; moved away unseen: {len(self.away)}"
        yield from (f"  away: {name}" for name in self.away)
        yield f"differences: {len(self.faults)}"
        yield from (f"  FAULT {fault}" for fault in self.faults)


def lying(client: IMAPClient) -> Iterator[Lying]:
    """All mails of all folders, looked at without a trace."""
    for attributes, _, folder in client.list_folders():
        if rb"\Noselect" in attributes or rb"\NonExistent" in attributes:
            continue
        client.select_folder(folder, readonly=True)
        uids = client.search("ALL")
        for start in range(0, len(uids), 100):
            for row in client.fetch(uids[start : start + 100], ["BODY.PEEK[]", "FLAGS"]).values():
                raw, flags = row[b"BODY[]"], frozenset(row[b"FLAGS"]) - {RECENT}
                digest = hashlib.sha256(raw).hexdigest()
                yield Lying(folder, message_id(raw), digest, flags)


def differences(ledger: Ledger, found: list[Lying], ours: set[str]) -> Iterator[str]:
    """What is otherwise than people left it. `ours`: Message-IDs of mails that the office sends,
    of which one copy each may lie in the folder of sent mail; a request may get \\Seen."""
    by_id: dict[str, list[Lying]] = {}
    for each in found:
        by_id.setdefault(each.message_id, []).append(each)
    for id_, copies in by_id.items():
        if id_ in ours:
            if len(copies) > 1 or copies[0].folder != SENT:
                yield f"our own mail {id_} lies in {[copy.folder for copy in copies]}"
        elif id_ not in ledger.mails:
            yield f"nobody put {id_} into {copies[0].folder}"
    for known in ledger.mails.values():
        yield from _different(known, by_id.get(known.message_id, []))


def _different(known: Known, copies: list[Lying]) -> Iterator[str]:
    name = f"{known.kind} {known.message_id}"
    places = [copy.folder for copy in copies]
    if places != ([known.folder] if known.folder else []):
        yield f"{name}: people left it in {known.folder}, it lies in {places}"
        return
    for copy in copies:
        if copy.digest != known.digest:
            yield f"{name}: other bytes"
        may = {SEEN} if known.kind in FOR_US else set()
        if set(copy.flags) - may != known.flags - may:
            yield f"{name}: people left {sorted(known.flags)}, it has {sorted(copy.flags)}"


FOR_US = ("request", "answer")  # the office's own mail, which it marks as read
