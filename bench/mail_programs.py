"""Two people at one mailbox: what Thunderbird and a phone do there, over imapclient.

Each act picks a mail from the ledger, does to it what the program does, and notes it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from imapclient import IMAPClient, SocketTimeout

from bench.ledger import DELETED, DRAFTS, INBOX, SEEN, SENT, TRASH, Known, Ledger
from tests.e2e import letters
from tests.e2e.dovecot import PASSWORD, Dovecot

_FIXED = (INBOX, SENT, DRAFTS, TRASH)
_NAMES = ("งานเก่า", "รอดำเนินการ", "Archive", "ของพี่นก", "ส่วนตัว")


class Program(threading.Thread):
    """A mail program with one connection; idles between its acts until told to stop."""

    def __init__(
        self, name: str, server: Dovecot, user: str, ledger: Ledger, seed: int, pause: float
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._ledger, self._source, self._pause = ledger, random.Random(seed), pause
        self._stopping = threading.Event()
        timeout = SocketTimeout(connect=10, read=30)
        self._client = IMAPClient("127.0.0.1", server.plain_port, ssl=False, timeout=timeout)
        self._client.login(user, PASSWORD)
        self._made = 0
        self._at = ""
        self._open(INBOX)

    def stop(self) -> None:
        self._stopping.set()
        self.join(60)

    def close(self) -> None:
        """Ends the connection."""
        self._client.logout()

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                with self._ledger.lock:
                    self.act(self._source.choices(self.acts(), self.weights())[0])
                self._idle()
            self.close()
        except Exception as error:  # a trial without its people proves nothing
            self._ledger.faults.append(f"{self.name} stopped: {type(error).__name__}: {error}")
            raise

    def act(self, act: Callable[[], str]) -> None:
        """One act; where it had nothing to do it does not count."""
        if told := act():
            self._ledger.did(f"{self.name}: {told}")

    def acts(self) -> Sequence[Callable[[], str]]:
        return [act for act, _ in self.manners()]

    def weights(self) -> Sequence[int]:
        return [weight for _, weight in self.manners()]

    def manners(self) -> list[tuple[Callable[[], str], int]]:
        """What the program does, and how often."""
        return [
            (self._read, 8),
            (self._unread, 4),
            (self._flag, 4),
            (self._unflag, 2),
            (self._move, 4),
            (self._move_back, 4),
            (self._reply, 3),
            (self._draft, 1),
            (self._make_folder, 1),
            (self._rename_folder, 1),
        ]

    # ------------------------------------------------------------ the connection

    def _idle(self) -> None:
        """Waits in IDLE, with the inbox open as programs have it."""
        self._open(INBOX)
        self._client.idle()
        self._client.idle_check(timeout=self._pause * self._source.uniform(0.5, 1.5))
        self._client.idle_done()

    def _open(self, folder: str) -> None:
        if self._at != folder:
            self._client.select_folder(folder)
            self._at = folder

    def _found(self, known: Known | None) -> list[int]:
        """Its UID in the folder where people left it."""
        if known is None or known.folder is None:
            return []
        self._open(known.folder)
        self._client.noop()
        return list(self._client.search(["HEADER", "Message-ID", known.message_id]))

    # ------------------------------------------------------------ acts

    def _read(self) -> str:
        known = self._ledger.choose(self._source, INBOX)
        if not (uids := self._found(known)) or known is None:
            return ""
        self._client.fetch(uids, ["BODY[]"])
        known.flags.add(SEEN)
        return "read"

    def _unread(self) -> str:
        return self._take_off(SEEN, "marked unread")

    def _flag(self) -> str:
        return self._put_on(rb"\Flagged", "flagged")

    def _unflag(self) -> str:
        return self._take_off(rb"\Flagged", "unflagged")

    def _put_on(self, flag: bytes, told: str) -> str:
        known = self._ledger.choose(self._source, INBOX)
        if not (uids := self._found(known)) or known is None:
            return ""
        self._client.add_flags(uids, [flag])
        known.flags.add(flag)
        return told

    def _take_off(self, flag: bytes, told: str) -> str:
        known = self._ledger.choose(self._source, INBOX)
        if not (uids := self._found(known)) or known is None:
            return ""
        self._client.remove_flags(uids, [flag])
        known.flags.discard(flag)
        return told

    def _move(self) -> str:
        known = self._ledger.choose(self._source, INBOX)
        shelves = sorted(self._ledger.folders - set(_FIXED))
        if known is None or not shelves:
            return ""
        return "moved away" if self.move(known, self._source.choice(shelves)) else ""

    def _move_back(self) -> str:
        known = self._ledger.choose(self._source, INBOX, SENT, DRAFTS, other=True)
        return "moved back" if known is not None and self.move(known, INBOX) else ""

    def move(self, known: Known, folder: str) -> bool:
        """MOVE (RFC 6851), as programs do where the server has it."""
        if not (uids := self._found(known)):
            return False
        self._client.move(uids, folder)
        self._note_move(known, folder)
        return True

    def _note_move(self, known: Known, folder: str) -> None:
        known.was_moved = known.was_moved or folder != INBOX
        known.folder = folder

    def _reply(self) -> str:
        """The answer goes out elsewhere; its copy is put into the folder of sent mail."""
        known = self._ledger.choose(self._source, INBOX)
        if not (uids := self._found(known)) or known is None:
            return ""
        text = "รับทราบค่ะ เดี๋ยวโทรกลับนะคะ"
        raw = letters.reply(text, known.message_id, sender="colleague@office.example.org")
        self._ledger.add("colleague", raw, SENT, {SEEN})
        self._client.append(SENT, raw, [SEEN])
        self._client.add_flags(uids, [rb"\Answered"])
        known.flags.add(rb"\Answered")
        return "replied"

    def _draft(self) -> str:
        """A draft is saved anew and the one before is removed."""
        before = self._ledger.choose(self._source, DRAFTS)
        raw = letters.mail("เรียน ผอ. เรื่องที่คุยกันเมื่อวาน", sender="colleague@office.example.org")
        flags = {SEEN, rb"\Draft"}
        self._ledger.add("colleague", raw, DRAFTS, flags)
        self._client.append(DRAFTS, raw, list(flags))
        if before is not None and (uids := self._found(before)):
            self._remove(uids)
            before.folder = None
        return "saved a draft"

    def _remove(self, uids: list[int]) -> None:
        self._client.add_flags(uids, [DELETED])
        self._client.uid_expunge(uids)

    def _make_folder(self) -> str:
        self._made += 1
        name = f"{self._source.choice(_NAMES)} {self.name} {self._made}"
        self._client.create_folder(name)
        self._client.subscribe_folder(name)
        self._ledger.folders.add(name)
        return "made a folder"

    def _rename_folder(self) -> str:
        shelves = sorted(self._ledger.folders - set(_FIXED))
        if not shelves:
            return ""
        old = self._source.choice(shelves)
        new = f"{old.split('~')[0]}~{self._source.randrange(10**9)}"
        self._open(INBOX)
        self._client.rename_folder(old, new)
        self._ledger.folders = (self._ledger.folders - {old}) | {new}
        for known in self._ledger.mails.values():
            if known.folder == old:
                known.folder = new
        return "renamed a folder"


class Thunderbird(Program):
    """Deletes by moving to Trash, tags, and compacts folders: EXPUNGE takes whatever is marked."""

    def manners(self) -> list[tuple[Callable[[], str], int]]:
        own = [(self._discard, 2), (self._tag, 3), (self._mark_deleted, 1), (self._compact, 1)]
        return [*super().manners(), *own]

    def _discard(self) -> str:
        known = self._ledger.choose(self._source, INBOX)
        return "deleted" if known is not None and self.move(known, TRASH) else ""

    def _tag(self) -> str:
        return self._put_on(f"$label{self._source.randrange(1, 6)}".encode(), "tagged")

    def _mark_deleted(self) -> str:
        return self._put_on(DELETED, "marked as deleted")

    def _compact(self) -> str:
        self._open(INBOX)
        self._client.expunge()
        for known in self._ledger.mails.values():
            if known.folder == INBOX and DELETED in known.flags:
                known.folder, known.was_moved = None, True
        return "compacted"


class Phone(Program):
    """Moves by COPY and UID EXPUNGE, deletes for good at once, and opens a second folder."""

    def manners(self) -> list[tuple[Callable[[], str], int]]:
        return [*super().manners(), (self._discard, 3), (self._browse, 2)]

    def move(self, known: Known, folder: str) -> bool:
        if not (uids := self._found(known)):
            return False
        self._client.copy(uids, folder)
        self._remove(uids)
        self._note_move(known, folder)
        return True

    def _discard(self) -> str:
        known = self._ledger.choose(self._source, INBOX)
        if not (uids := self._found(known)) or known is None:
            return ""
        self._remove(uids)
        known.folder, known.was_moved = None, True
        return "deleted for good"

    def _browse(self) -> str:
        """Looks at the heads of a folder, as a list on the screen does."""
        self._open(self._source.choice(sorted(self._ledger.folders)))
        with suppress(IndexError):
            self._client.fetch(self._client.search("ALL")[-20:], ["ENVELOPE", "FLAGS"])
        return "browsed"
