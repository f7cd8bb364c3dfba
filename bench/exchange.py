"""The mail server of an office in a trial: what is for the office lies in its mailbox."""

from __future__ import annotations

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.loop import drop
from tests.e2e.dovecot import Dovecot
from tests.e2e.smtpd import Sink


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
