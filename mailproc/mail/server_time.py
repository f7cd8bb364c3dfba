"""What time it is by the mail server's own clock, which nothing in IMAP says outright.

A server that knows WITHIN (RFC 5032: Dovecot, Zimbra and others) searches for mails that are
younger than so many seconds by its clock. The age of one mail and its INTERNALDATE make the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

NEAR = timedelta(minutes=5)  # no further off, and a clock counts as right
_LONGEST = 2**31 - 1  # seconds; more than any mail is old

Younger = Callable[[int], bool]


def by_age(internal_date: datetime, younger: Younger, by: datetime) -> datetime | None:
    """The server's time: `by` itself where that is near, else to the second.

    `younger` asks the server whether the mail is younger than so many seconds. None where it does
    not tell: it has the mail come in the future, or gives no answer that makes sense.
    """
    age = int((by - internal_date).total_seconds())
    near = int(NEAR.total_seconds())
    if age + near >= 1 and younger(age + near) and (age <= near or not younger(age - near)):
        return by
    if younger(1) or not younger(_LONGEST):
        return None
    return internal_date + timedelta(seconds=_least(younger))


def _least(younger: Younger) -> int:
    """The smallest number of seconds that the mail is younger than; found by halving."""
    too_few, enough = 1, _LONGEST
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if younger(middle):
            enough = middle
        else:
            too_few = middle
    return enough


def agreed(times: list[datetime | None]) -> datetime | None:
    """The time that all of them tell, by mails of different age; a server that counts in whole
    hours or days would tell another by each."""
    known = [one for one in times if one is not None]
    if len(known) < 2 or max(known) - min(known) > NEAR:
        return None
    return max(known)
