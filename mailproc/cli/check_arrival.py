"""Mails the office itself, and says what its server found of SPF, DKIM and DMARC on arrival."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from mailproc.cli.finding import Finding, Level, found
from mailproc.cli.own_mail import SECONDS, round_trip
from mailproc.config import Config
from mailproc.mail import stamps
from mailproc.mail.login import is_loopback
from mailproc.mail.stamps import Stamp


def findings(config: Config, *, seconds: int = SECONDS) -> Iterator[Finding]:
    """Raises MailprocError where a server does not let us in."""
    if is_loopback(config.mailbox.host):
        return  # nobody stamps what never leaves the machine
    office = config.office.address
    domain = office.rpartition("@")[2]
    name = f"<{secrets.token_hex(16)}.mailproc@{domain}>"
    trip = round_trip(config, office, name, seconds)
    if trip.header is None:
        said = trip.problem or "—"
        yield found("arrival", "fault", "arrival_none", seconds=seconds, problem=said)
        return
    yield from judged(stamps.read(trip.header, config.mailbox.authserv_id), domain)


def judged(stamp: Stamp, domain: str) -> Iterator[Finding]:
    """Each of the three, in words and what to mend; one word where nothing was stamped."""
    results = {method: getattr(stamp, method) for method in stamps.METHODS}
    if not any(results.values()):
        yield found("arrival", "note", "arrival_unstamped")
        return
    for method, result in results.items():
        level: Level = "ok" if result == "pass" else "note" if result in _OPEN else "fault"
        key = {"ok": "fine", "note": "missing", "fault": "fails"}[level]
        told = {"server": stamp.server, "domain": domain, "result": result or "—"}
        yield found("arrival", level, f"arrival_{method}_{key}", **told)


# Not judged, or the domain says nothing of it.
_OPEN = ("", "none", "neutral", "temperror", "bestguesspass")
