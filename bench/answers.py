"""What the office made of the requests that people left in its mailbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bench.ledger import INBOX, Known, Ledger
from tests.e2e.daemon import Daemon


class Answers:
    """Looks at the daemon's database, and at what it sent."""

    def __init__(self, ledger: Ledger, daemon: Daemon) -> None:
        self._ledger, self._daemon = ledger, daemon

    def is_done(self) -> bool:
        """Whether nothing is left to read, to answer, to send or to file."""
        waiting = [mail for mail in self.unseen() if mail.folder == INBOX]
        receipts = self.receipts()
        seen = [mail for mail in self._requests() if mail.message_id in self.stored()]
        filed = not self.copies("due")
        quiet = not waiting and filed and self._daemon.is_quiet()
        return quiet and all(receipts[mail.sender] for mail in seen)

    def copies(self, state: str) -> set[str]:
        """Message-IDs of our mails by what became of their copy in the folder of sent mail."""
        query = "SELECT message_id FROM outbox WHERE sent_copy = ?"
        return {id_ for (id_,) in self._daemon.rows(query, state)}

    def _requests(self) -> list[Known]:
        return self._ledger.of("request")

    def stored(self) -> set[str]:
        """Message-IDs of the mails that were received."""
        return {id_ for (id_,) in self._daemon.rows("SELECT message_id FROM messages")}

    def unseen(self) -> list[Known]:
        """Requests that were never received."""
        stored = self.stored()
        return [mail for mail in self._requests() if mail.message_id not in stored]

    def receipts(self) -> Counter[str]:
        """How many receipts each requester got."""
        return Counter(mail.to for mail in self._daemon.letters("receipt"))

    def unanswered(self) -> Iterator[str]:
        """Requests that lay in the inbox and were not answered once."""
        stored, receipts = self.stored(), self.receipts()
        for mail in self._requests():
            if mail.message_id not in stored:
                if mail.folder == INBOX or not mail.was_moved:
                    yield f"request {mail.message_id} was never received"
            elif receipts[mail.sender] != 1:
                yield f"request {mail.message_id} got {receipts[mail.sender]} receipts"
        for mail in self._ledger.of("old request"):
            if receipts[mail.sender]:
                yield f"{mail.message_id} lay there before the start and was answered"

    def uncopied(self, there: set[str]) -> Iterator[str]:
        """Copies of ours that are not among the Message-IDs in the mailbox."""
        for state in ("due", "missing"):
            yield from (f"the copy of {id_} is {state}" for id_ in self.copies(state))
        for id_ in self.copies("filed") - there:
            yield f"the copy of {id_} is not there"
