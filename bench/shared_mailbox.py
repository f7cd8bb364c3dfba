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
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.ledger import DRAFTS, INBOX, SENT, TRASH, Known, Ledger, Lying, differences, lying
from bench.loop import drop
from bench.mail_programs import Phone, Program, Thunderbird
from tests.e2e import letters
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.dovecot import Dovecot
from tests.e2e.smtpd import Sink

_KINDS = {"request": 9, "answer": 2, "private": 5, "colleague": 4, "unclear": 1}
_DRAGGED, _DECIDED = 10, 9  # each so many requests: one moved before it was seen, one decided
_OLD = 20  # mails that lie there before the first start
_LOOK = 300.0  # seconds between two looks on the way
_QUIET = 120.0  # seconds in which the daemon must have done all that is left


class Exchange(Sink):
    """Takes all mail; what is for the office lies in its mailbox before the answer is given."""

    def __init__(self, dovecot: Dovecot, user: str) -> None:
        super().__init__()
        self._dovecot, self._user = dovecot, user

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if f"{self._user}@office.example.org" not in envelope.rcpt_tos:
            return await super().handle_DATA(server, session, envelope)
        drop(self._dovecot, self._user, [envelope.original_content or b""])
        return "250 delivered"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long, and the seconds between two mails and between two acts of a person."""

    seconds: float
    between_mails: tuple[float, float] = (3.0, 6.0)
    between_acts: float = 2.0


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


class Trial:
    """One office, its mailbox, and the people at it."""

    def __init__(self, dovecot: Dovecot, folder: Path, seed: int, pace: Pace) -> None:
        self._source, self._pace, self._dovecot = random.Random(seed), pace, dovecot
        self.ledger, self._user, self._numbers = Ledger(), f"shared{time.monotonic_ns()}", 0
        self._daemon = Daemon(folder / self._user, dovecot, 0, self._user)
        self._daemon.sink = self._exchange = Exchange(dovecot, self._user)
        self._daemon.smtp_port = self._exchange.port
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
        count = f"{len(self.ledger.mails)} mails, {acts} acts, {len(self._stored())} received"
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
        unseen = [mail for mail in self._unseen() if mail.folder not in (None, INBOX)]
        back = unseen[::2]
        with self.ledger.lock:
            for known in back:
                self._carer.move(known, INBOX)
        until = time.monotonic() + _QUIET
        while time.monotonic() < until and not self._is_done():
            time.sleep(0.5)
        report.put_back = sum(self._receipts()[known.sender] == 1 for known in back)

    def _is_done(self) -> bool:
        waiting = [mail for mail in self._unseen() if mail.folder == INBOX]
        receipts = self._receipts()
        seen = [mail for mail in self._requests() if mail.message_id in self._stored()]
        filed = not self._copies("due")
        quiet = not waiting and filed and self._daemon.is_quiet()
        return quiet and all(receipts[mail.sender] for mail in seen)

    def _copies(self, state: str) -> set[str]:
        """Message-IDs of our mails by what became of their copy in the folder of sent mail."""
        query = "SELECT message_id FROM outbox WHERE sent_copy = ?"
        return {id_ for (id_,) in self._daemon.rows(query, state)}

    def _requests(self) -> list[Known]:
        return self.ledger.of("request")

    def _stored(self) -> set[str]:
        return {id_ for (id_,) in self._daemon.rows("SELECT message_id FROM messages")}

    def _unseen(self) -> list[Known]:
        stored = self._stored()
        return [mail for mail in self._requests() if mail.message_id not in stored]

    def _receipts(self) -> Counter[str]:
        return Counter(mail.to for mail in self._daemon.letters("receipt"))

    def _look(self, report: Report) -> None:
        found, ours = self._found()
        report.faults += differences(self.ledger, found, ours)
        report.faults += self._unanswered()
        report.faults += self._uncopied({each.message_id for each in found})
        report.faults += [str(fault) for fault in self._daemon.verify()["faults"]]
        report.away = [mail.message_id for mail in self._unseen() if mail.folder]
        report.answered = sum(self._receipts().values())
        report.copies = sum(each.message_id in ours for each in found)
        report.mails = Counter(mail.kind for mail in self.ledger.mails.values())
        report.acts = self.ledger.acts
        report.folders = Counter(each.folder for each in found)

    def _found(self) -> tuple[list[Lying], set[str]]:
        """What lies in the mailbox, and the Message-IDs of the office's own mails."""
        with self._dovecot.open(self._user) as client:
            found = list(lying(client))
        return found, {id_ for (id_,) in self._daemon.rows("SELECT message_id FROM outbox")}

    def _unanswered(self) -> Iterator[str]:
        stored, receipts = self._stored(), self._receipts()
        for mail in self._requests():
            if mail.message_id not in stored:
                if mail.folder == INBOX or not mail.was_moved:
                    yield f"request {mail.message_id} was never received"
            elif receipts[mail.sender] != 1:
                yield f"request {mail.message_id} got {receipts[mail.sender]} receipts"
        for mail in self.ledger.of("old request"):
            if receipts[mail.sender]:
                yield f"{mail.message_id} lay there before the start and was answered"

    def _uncopied(self, there: set[str]) -> Iterator[str]:
        for state in ("due", "missing"):
            yield from (f"the copy of {id_} is {state}" for id_ in self._copies(state))
        for id_ in self._copies("filed") - there:
            yield f"the copy of {id_} is not there"


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
