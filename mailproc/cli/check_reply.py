"""Does mail to «name+detail@» reach the mailbox? Tried with a mail to ourselves (RFC 5233)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from mailproc.cli.finding import Finding, found
from mailproc.clock import utc_now
from mailproc.config import Config
from mailproc.mail import headers
from mailproc.mail.delivery import Delivery
from mailproc.mail.mailbox import Mailbox
from mailproc.parsers.kind import reply_address

_SECONDS, _PAUSE = 20, 1.0


def findings(config: Config, *, seconds: int = _SECONDS) -> Iterator[Finding]:
    """Nothing where `mailbox.plus_addressing` is off. Raises MailprocError."""
    if not config.mailbox.plus_addressing:
        return
    office = config.office.address
    name = f"<{secrets.token_hex(16)}.mailproc@{office.rpartition('@')[2]}>"
    address = reply_address(office, name)
    chosen = config.mailbox
    mailbox = Mailbox(chosen.server(), config.mailbox_login(), chosen.folder)
    try:
        last = max((mail.uid for mail in mailbox.new_since(0)), default=0)
        problem = asyncio.run(_send(config, address, _mail(office, address, name, utc_now())))
        arrived = not problem and _arrives(mailbox, last, name.encode(), seconds)
    finally:
        mailbox.close()
    if arrived:
        yield found("reply", "ok", "plus_fine", address=address)
    else:
        said = problem or "—"
        yield found("reply", "fault", "plus_fails", address=address, seconds=seconds, problem=said)


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
    delivery = Delivery(
        chosen.server(), config.smtp_login(), chosen.sender or config.office.address
    )
    try:
        if (closed := await delivery.open()) is not None:
            return closed.text or str(closed.code)
        result = await delivery.send(address, mail)
        return "" if result.outcome == "sent" else result.text
    finally:
        await delivery.close()


def _arrives(mailbox: Mailbox, last: int, name: bytes, seconds: int) -> bool:
    end = time.monotonic() + seconds
    while True:
        if any(name in mailbox.header(mail) for mail in mailbox.new_since(last)):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(_PAUSE)
