"""A mail from the office to itself, sent and waited for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailproc.clock import utc_now
from mailproc.config import Config
from mailproc.mail import headers
from mailproc.mail.delivery import Delivery
from mailproc.mail.mailbox import Mailbox

SECONDS, _PAUSE = 20, 1.0


@dataclass(frozen=True, slots=True)
class Trip:
    """The header section as it arrived, or None and why it was not even sent."""

    header: bytes | None = None
    problem: str = ""


def round_trip(config: Config, address: str, name: str, seconds: int) -> Trip:
    """Sends a mail with that Message-ID to the address. Raises MailprocError."""
    chosen = config.mailbox
    mailbox = Mailbox(chosen.server(), config.mailbox_login(), chosen.folder)
    try:
        last = max((mail.uid for mail in mailbox.new_since(0)), default=0)
        mail = _mail(config.office.address, address, name, utc_now())
        if problem := asyncio.run(_send(config, address, mail)):
            return Trip(problem=problem)
        return Trip(_arrived(mailbox, last, name.encode(), seconds))
    finally:
        mailbox.close()


def _mail(office: str, address: str, name: str, now: datetime) -> bytes:
    """It says of itself that it is ours, so that the daemon leaves it alone."""
    rest = (
        f"Date: {format_datetime(now)}\r\nAuto-Submitted: auto-generated\r\nX-Mailproc: 1\r\n"
        "MIME-Version: 1.0\r\n"
    )
    return b"".join(
        (
            headers.mailbox("From", "", office),
            headers.mailbox("To", "", address),
            headers.unstructured("Subject", "mailproc check"),
            headers.message_id("Message-ID", name),
            rest.encode("ascii"),
            headers.text_part("plain", "A test of run.py check. It may be deleted.\r\n"),
        )
    )


async def _send(config: Config, address: str, mail: bytes) -> str:
    """Why it could not be sent; empty where it was."""
    chosen = config.smtp
    sender = chosen.sender or config.office.address
    delivery = Delivery(chosen.server(), config.smtp_login(), sender)
    try:
        if (closed := await delivery.open()) is not None:
            return closed.text or str(closed.code)
        result = await delivery.send(address, mail)
        return "" if result.outcome == "sent" else result.text
    finally:
        await delivery.close()


def _arrived(mailbox: Mailbox, last: int, name: bytes, seconds: int) -> bytes | None:
    """The header section of our mail, once it is there."""
    end = time.monotonic() + seconds
    while True:
        for mail in mailbox.new_since(last):
            header = mailbox.header(mail)
            if name in header:
                return header
        if time.monotonic() >= end:
            return None
        time.sleep(_PAUSE)
