"""An hour of two people and the daemon at one mailbox: nobody's mail is touched, no request lost.

`.venv/bin/python -m bench.shared_mailbox [--minutes 60] [--seed 1]` needs Dovecot. Mails come by
SMTP while two mail programs read, flag, move, delete and expunge. Then every mail must have the
bytes, flags and folder in which people left it, and every request that the daemon could see must
have been answered once. Exits 1 on any difference.
"""

from __future__ import annotations

import argparse
import random
import signal
import smtplib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.answers import Answers
from bench.exchange import Exchange
from bench.ledger import (
    DRAFTS,
    INBOX,
    SENT,
    TRASH,
    Known,
    Ledger,
    Lying,
    Report,
    differences,
    lying,
)
from bench.mail_programs import Phone, Program, Thunderbird
from tests.e2e import letters
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.dovecot import Dovecot

_KINDS = {"request": 9, "answer": 2, "private": 5, "colleague": 4, "unclear": 1}
_DRAGGED, _DECIDED = 10, 9  # each so many requests: one moved before it was seen, one decided
_OLD = 20  # mails that lie there before the first start
_LOOK = 300.0  # seconds between two looks on the way
_QUIET = 120.0  # seconds in which the daemon must have done all that is left


@dataclass(frozen=True, slots=True)
class Pace:
    """How long, and the seconds between two mails and between two acts of a person."""

    seconds: float
    between_mails: tuple[float, float] = (3.0, 6.0)
    between_acts: float = 2.0


class Trial:
    """One office, its mailbox, and the people at it."""

    def __init__(self, dovecot: Dovecot, folder: Path, seed: int, pace: Pace) -> None:
        self._source, self._pace, self._dovecot = random.Random(seed), pace, dovecot
        self.ledger, self._user, self._numbers = Ledger(), f"shared{time.monotonic_ns()}", 0
        self._daemon = Daemon(folder / self._user, dovecot, 0, self._user)
        self._daemon.sink = self._exchange = Exchange(dovecot, self._user)
        self._daemon.smtp_port = self._exchange.port
        self._answers = Answers(self.ledger, self._daemon)
        self._seed, self._decided = seed, 0

    def run(self) -> Report:
        """Plays the time and looks at what lies there. Raises where the daemon can't start."""
        with self._at_work():
            began = time.monotonic()
            people = self._people()
            for person in people:
                person.start()
            self._mails_come(until=began + self._pace.seconds)
            for person in people:
                person.stop()
            report = Report((time.monotonic() - began) / 60, faults=self.ledger.faults)
            self._settle_down(report)
            self._look(report)
        return report

    # ------------------------------------------------------------ the office

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._exchange.start()
        with self._dovecot.open(self._user) as client:
            for name in (SENT, DRAFTS, TRASH):
                client.create_folder(name)
        self._old_mails()
        self._daemon.write_settings()
        slip = self._daemon.enrol()
        self._daemon.start()
        try:
            self._first_decision(slip)
            self._carer = Thunderbird("carer", *self._place, self._seed, 1.0)
            yield
            self._carer.close()
        finally:
            self._daemon.stop()
            self._exchange.stop()

    def _old_mails(self) -> None:
        """From before the first start: never answered."""
        long_ago = datetime.now(UTC) - timedelta(days=40)
        for _ in range(_OLD):
            kind = self._source.choice(("request", "private"))
            raw = self._mail(kind)
            self.ledger.add(f"old {kind}", raw)
            self._dovecot.append(self._user, raw, when=long_ago)

    def _first_decision(self, slip: str) -> None:
        self._deliver("request")
        link = self._daemon.letter("approval").link
        decide(link, "approve", slip=slip, new_code=CODE, new_code_again=CODE)
        self._decided = 1

    @property
    def _place(self) -> tuple[Dovecot, str, Ledger]:
        return self._dovecot, self._user, self.ledger

    def _people(self) -> list[Program]:
        pause, seed = self._pace.between_acts, self._seed
        return [
            Thunderbird("thunderbird", *self._place, seed + 1, pause),
            Phone("phone", *self._place, seed + 2, pause),
        ]

    # ------------------------------------------------------------ mail comes

    def _mails_come(self, until: float) -> None:
        look = time.monotonic() + _LOOK
        while time.monotonic() < until and not self._daemon.is_dead:
            if time.monotonic() > look:
                look += _LOOK
                self._look_between()
            kind = self._source.choices(list(_KINDS), list(_KINDS.values()))[0]
            self._next(kind)
            time.sleep(self._source.uniform(*self._pace.between_mails))
        if self._daemon.is_dead:
            self.ledger.faults.append("the daemon ended")

    def _look_between(self) -> None:
        """What differs already, while nobody but the daemon can change anything."""
        with self.ledger.lock:
            found, ours = self._found()
            faults = list(differences(self.ledger, found, ours))
            acts = sum(self.ledger.acts.values())
        count = (
            f"{len(self.ledger.mails)} mails, {acts} acts, {len(self._answers.stored())} received"
        )
        print(f"{datetime.now(UTC):%H:%M:%S} {count}, {len(faults)} differences", flush=True)
        self.ledger.faults += faults

    def _next(self, kind: str) -> None:
        if kind != "request":
            self._deliver(kind)
        elif self._source.randrange(_DRAGGED) == 0:
            self._drag_away()
        else:
            self._deliver(kind)
        if kind == "request" and self._source.randrange(_DECIDED) == 0:
            self._decide()

    def _deliver(self, kind: str) -> Known:
        """By SMTP, as the office's mail server gets it."""
        with self.ledger.lock:
            raw = self._mail(kind)
            known = self.ledger.add(kind, raw)
            with smtplib.SMTP("127.0.0.1", self._exchange.port, timeout=30) as smtp:
                smtp.sendmail(known.sender, [self._daemon.address], raw)
            return known

    def _drag_away(self) -> None:
        """The daemon's machine stands still, and somebody tidies up."""
        assert self._daemon.process is not None
        shelves = sorted(self.ledger.folders - {INBOX, SENT, DRAFTS})
        self._daemon.process.send_signal(signal.SIGSTOP)
        try:
            with self.ledger.lock:
                known = self._deliver("request")
                if not self._carer.move(known, self._source.choice(shelves)):
                    self.ledger.faults.append(f"{known.message_id} was delivered and is not there")
                self.ledger.did("carer: dragged away unseen")
        finally:
            self._daemon.process.send_signal(signal.SIGCONT)

    def _decide(self) -> None:
        """The director approves the oldest request that waits."""
        waiting = [mail.link for mail in self._daemon.letters("approval") if mail.link]
        if self._decided < len(waiting):
            status, _ = decide(waiting[self._decided], "approve", code=CODE)
            self._decided += 1
            self.ledger.did(f"director: approved ({status})")

    def _mail(self, kind: str) -> bytes:
        self._numbers += 1
        if kind == "request":
            return letters.request(self._numbers)
        if kind == "private":
            return letters.private(self._numbers)
        if kind == "unclear":
            text = "พี่คะ ขอข้อมูลนักเรียนที่คุยกันหน่อยนะคะ ขอบคุณค่ะ"
            return letters.mail(text, subject="ขอข้อมูลหน่อย", sender="friend@home.example.org")
        return self._reply(kind)

    def _reply(self, kind: str) -> bytes:
        """A requester's to our receipt, or a colleague's to a colleague."""
        receipts = self._daemon.letters("receipt") if kind == "answer" else []
        if receipts:
            receipt = self._source.choice(receipts)
            text = "ขอบคุณมากค่ะ ได้รับเรื่องแล้ว"
            return letters.reply(text, receipt.message_id, sender=receipt.to)
        old = self._source.choice(list(self.ledger.mails.values()))
        text = "ได้ค่ะพี่ เดี๋ยวแวะไปคุยที่ห้องนะคะ"
        return letters.reply(text, old.message_id, sender="friend@office.example.org")

    # ------------------------------------------------------------ the end

    def _settle_down(self, report: Report) -> None:
        """Half of what was dragged away is put back; then the daemon does all that is left."""
        unseen = [mail for mail in self._answers.unseen() if mail.folder not in (None, INBOX)]
        back = unseen[::2]
        with self.ledger.lock:
            for known in back:
                self._carer.move(known, INBOX)
        until = time.monotonic() + _QUIET
        while time.monotonic() < until and not self._answers.is_done():
            time.sleep(0.5)
        report.put_back = sum(self._answers.receipts()[known.sender] == 1 for known in back)

    def _look(self, report: Report) -> None:
        found, ours = self._found()
        report.faults += differences(self.ledger, found, ours)
        report.faults += self._answers.unanswered()
        report.faults += self._answers.uncopied({each.message_id for each in found})
        report.faults += [str(fault) for fault in self._daemon.verify()["faults"]]
        report.away = [mail.message_id for mail in self._answers.unseen() if mail.folder]
        report.answered = sum(self._answers.receipts().values())
        report.copies = sum(each.message_id in ours for each in found)
        report.mails = Counter(mail.kind for mail in self.ledger.mails.values())
        report.acts = self.ledger.acts
        report.folders = Counter(each.folder for each in found)

    def _found(self) -> tuple[list[Lying], set[str]]:
        """What lies in the mailbox, and the Message-IDs of the office's own mails."""
        with self._dovecot.open(self._user) as client:
            found = list(lying(client))
        return found, {id_ for (id_,) in self._daemon.rows("SELECT message_id FROM outbox")}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # Dovecot's own user must reach its mail
        dovecot = Dovecot(folder / "dovecot")
        dovecot.start()
        try:
            report = Trial(dovecot, folder, chosen.seed, Pace(chosen.minutes * 60)).run()
        finally:
            dovecot.stop()
    print("\n".join(report.lines()))
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
