"""Does mail to «name+detail@» reach the mailbox? Tried with a mail to ourselves (RFC 5233)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from mailproc.cli.finding import Finding, found
from mailproc.cli.own_mail import SECONDS, round_trip
from mailproc.config import Config
from mailproc.parsers.kind import reply_address


def findings(config: Config, *, seconds: int = SECONDS) -> Iterator[Finding]:
    """Nothing where `mailbox.plus_addressing` is off. Raises MailprocError."""
    if not config.mailbox.plus_addressing:
        return
    office = config.office.address
    name = f"<{secrets.token_hex(16)}.mailproc@{office.rpartition('@')[2]}>"
    address = reply_address(office, name)
    trip = round_trip(config, address, name, seconds)
    if trip.header is not None:
        yield found("reply", "ok", "plus_fine", address=address)
    else:
        said = trip.problem or "—"
        yield found("reply", "fault", "plus_fails", address=address, seconds=seconds, problem=said)
