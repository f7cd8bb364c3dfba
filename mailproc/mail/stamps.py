"""What our own server found of a mail that arrived: SPF, DKIM, DMARC (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32

from mailproc.mail.sender import bare, stamped_by

METHODS = ("spf", "dkim", "dmarc")
_RESULT = re.compile(r"(?:^|;|\s)(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Each method's result, as «pass» or «fail»; empty where the server says nothing of it."""

    server: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""


def read(header: bytes, authserv_id: str = "") -> Stamp:
    """The topmost stamp of that name; of any server where none is given."""
    found = BytesHeaderParser(policy=compat32).parsebytes(header)
    values = [str(value) for value in found.get_all("Authentication-Results", [])]
    plain = [bare(" ".join(value.split())) for value in values]
    ours = [value for value in plain if authserv_id.casefold() in ("", stamped_by(value))]
    return _stamp(ours[:1])


def _stamp(values: Sequence[str]) -> Stamp:
    if not values:
        return Stamp()
    results: dict[str, str] = {}
    for method, result in _RESULT.findall(values[0]):
        # Several signatures are judged one by one; one that holds is enough.
        if results.get(method.casefold()) != "pass":
            results[method.casefold()] = result.casefold()
    return Stamp(stamped_by(values[0]), **results)
