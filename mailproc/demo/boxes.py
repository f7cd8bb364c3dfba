"""The mailboxes of the demo's people: read over IMAP, written to over SMTP."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from email.utils import make_msgid
from threading import Lock

from mailproc.demo.letters import Sender, Shown, show
from mailproc.demo.server import EmbeddedMail
from mailproc.mail.login import Credentials, Server
from mailproc.mail.mailbox import Mailbox


class Boxes:
    """Every account by its name; a mail is fetched and taken apart once."""

    def __init__(self, mail: EmbeddedMail) -> None:
        self._mail = mail
        self._seen: dict[str, dict[int, Shown]] = {name: {} for name in mail.accounts}
        self._lock = Lock()

    def address(self, account: str) -> str:
        return self._mail.accounts[account][0]

    def mails(self, account: str) -> list[Shown]:
        """All mails of the INBOX, newest first. Raises KeyError, LinkLost, AuthFailed."""
        seen = self._seen[account]
        host, port = self._mail.imap
        with self._lock:
            mailbox = Mailbox(
                Server(host, port, "none"), Credentials(*self._mail.accounts[account]), "INBOX"
            )
            try:
                new = mailbox.new_since(max(seen, default=0))
                for batch in mailbox.fetch(new):
                    seen |= {
                        mail.uid: show(mail.uid, mail.internal_date, raw) for mail, raw in batch
                    }
            finally:
                mailbox.close()
        return sorted(seen.values(), key=lambda mail: mail.uid, reverse=True)

    def mail(self, account: str, uid: int) -> Shown:
        """One mail. Raises KeyError where there is none."""
        if uid not in self._seen[account]:
            self.mails(account)
        return self._seen[account][uid]

    def sender(self, account: str, name: str = "") -> Sender:
        """That person, about to write."""
        address = self.address(account)
        message_id = make_msgid(domain=address.rpartition("@")[2])
        return Sender(name, address, message_id, datetime.now(UTC))

    def send(self, account: str, to: str, raw: bytes) -> None:
        """Hand a mail to the server, logged in as its writer. Raises smtplib.SMTPException."""
        with smtplib.SMTP(*self._mail.smtp, local_hostname="localhost", timeout=30) as client:
            client.login(*self._mail.accounts[account])
            client.sendmail(self.address(account), [to], raw)
