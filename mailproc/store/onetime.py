"""Codes that are good once: of an app (RFC 6238) and of a printed list (RFC 4226).

The secrets are derived from a nonce and the pepper of a secret file and never stored, so that the
database alone makes no code. Of an app's step nothing older is taken afterwards; of a list each
number once, some ahead of the newest used or behind it: two mails may overtake each other, and
whoever takes a new number for each mail passes over those of mails that decided nothing.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyotp
import sqlalchemy as sa

from mailproc.store import schema
from mailproc.store.database import insert

_O = schema.onetime
APP, LIST = "app", "list"
STEP = timedelta(seconds=30)
DIGITS = 6
LIST_LENGTH = 50  # the used ones are bits of one 64-bit column
SKIPS = 10  # numbers of a list that may be passed over
AT_ONCE = timedelta(seconds=60)  # how far a clock may be off where the code is typed into a page
BY_MAIL = timedelta(minutes=10)  # how long a mail may travel
_LATELY = timedelta(hours=2)  # an older code is not told from a wrong one


@dataclass(frozen=True, slots=True)
class Kept:
    """What codes a person has; `next` is the number on the list, `left` how many are unused."""

    app: bool = False
    next: int = 0
    left: int = 0

    @property
    def any(self) -> bool:
        return self.app or self.left > 0


@dataclass(frozen=True, slots=True)
class Redeemed:
    """`kind`: app | list where the code was right, else `problem`: wrong | used | old."""

    kind: str = ""
    problem: str = ""


# ---------------------------------------------------------------- giving out


def new_app(connection: sa.Connection, person_id: int, pepper: bytes, now: datetime) -> str:
    """The secret for an app, base32; that of an app before it is worth nothing any more."""
    return _secret(APP, person_id, _begin(connection, APP, person_id, now), pepper)


def new_list(
    connection: sa.Connection, person_id: int, pepper: bytes, now: datetime
) -> tuple[str, ...]:
    """The codes from number 1 on; those of a list before it are worth nothing any more."""
    made = pyotp.HOTP(_secret(LIST, person_id, _begin(connection, LIST, person_id, now), pepper))
    return tuple(made.at(number) for number in range(1, LIST_LENGTH + 1))


def uri(secret: str, account: str, issuer: str) -> str:
    """What an app reads from a QR code: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def end(connection: sa.Connection, person_id: int) -> None:
    """No code of this person is worth anything any more."""
    connection.execute(_O.delete().where(_O.c.person_id == person_id))


def kept(connection: sa.Connection, person_id: int) -> Kept:
    """What codes the person has."""
    rows = _rows(connection, person_id)
    used = rows[LIST].last if LIST in rows else 0
    top = used.bit_length() if LIST in rows else LIST_LENGTH
    return Kept(APP in rows, top + 1 if top < LIST_LENGTH else 0, LIST_LENGTH - top)


def has_any(person_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a person has an app, or a list with codes left; for a query about people."""
    left = sa.or_(_O.c.kind == APP, _O.c.last < 1 << (LIST_LENGTH - 1))
    return sa.exists().where(_O.c.person_id == person_id, left)


def made_at(connection: sa.Connection, person_id: int, kind: str) -> datetime | None:
    """When the person's app or list was made; None where there is none."""
    row = _rows(connection, person_id).get(kind)
    return row.created_at if row is not None else None


def _begin(connection: sa.Connection, kind: str, person_id: int, now: datetime) -> str:
    values = {"nonce": secrets.token_hex(20), "last": 0, "created_at": now, "proved_at": None}
    new = insert(connection, _O).values(person_id=person_id, kind=kind, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["person_id", "kind"], set_=values))
    return str(values["nonce"])


def _secret(kind: str, person_id: int, nonce: str, pepper: bytes) -> str:
    """160 bits, as RFC 4226 (4, R6) recommends."""
    mark = f"onetime|{kind}|{person_id}|{nonce}".encode()
    return base64.b32encode(hmac.digest(pepper, mark, "sha256")[:20]).decode("ascii")


def _rows(connection: sa.Connection, person_id: int) -> dict[str, sa.Row[Any]]:
    rows = connection.execute(sa.select(_O).where(_O.c.person_id == person_id))
    return {row.kind: row for row in rows}


# ---------------------------------------------------------------- taking back


def redeem(
    connection: sa.Connection,
    person_id: int,
    code: str,
    pepper: bytes,
    at: datetime,
    within: timedelta,
    now: datetime,
) -> Redeemed:
    """Uses the code up. `at` is when it was sent, `within` how far the clocks may be apart."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return Redeemed(problem="wrong")
    found = [
        _of_app(row, code, pepper, at, within) if kind == APP else _of_list(row, code, pepper)
        for kind, row in sorted(_rows(connection, person_id).items())
    ]
    for one in found:
        if one.used and _use(connection, one, now):
            return Redeemed(kind=one.row.kind)
    problems = {"used" if one.used else one.problem for one in found}
    return Redeemed(problem=next((x for x in ("used", "old") if x in problems), "wrong"))


@dataclass(frozen=True, slots=True)
class _Match:
    """`used` is what the column becomes where the code is taken; 0: it is not."""

    row: sa.Row[Any]
    used: int = 0
    problem: str = "wrong"


def _of_app(row: sa.Row[Any], code: str, pepper: bytes, at: datetime, within: timedelta) -> _Match:
    app = pyotp.TOTP(_secret(APP, row.person_id, row.nonce, pepper))
    here, reach = int(at.timestamp() // STEP.total_seconds()), within // STEP
    matches = [step for step in _near(here, _LATELY // STEP) if _same(app.generate_otp(step), code)]
    inside = [step for step in matches if abs(step - here) <= reach]
    fresh = [step for step in inside if step > row.last]
    if fresh:
        return _Match(row, fresh[0])
    return _Match(row, problem="used" if inside else "old" if matches else "wrong")


def _near(here: int, reach: int) -> Iterator[int]:
    """Steps by their distance: of two with the same code the nearer one counts."""
    yield here
    for distance in range(1, reach + 1):
        yield from (here - distance, here + distance)


def _of_list(row: sa.Row[Any], code: str, pepper: bytes) -> _Match:
    made = pyotp.HOTP(_secret(LIST, row.person_id, row.nonce, pepper))
    numbers = [n for n in range(1, LIST_LENGTH + 1) if _same(made.at(n), code)]
    top = row.last.bit_length()
    unused = [n for n in numbers if not row.last >> (n - 1) & 1]
    good = [n for n in unused if top - SKIPS <= n <= top + 1 + SKIPS]
    if good:
        return _Match(row, row.last | 1 << (good[0] - 1))
    gone = len(unused) < len(numbers) or any(n < top for n in unused)
    return _Match(row, problem="used" if gone else "wrong")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one, other)


def _use(connection: sa.Connection, match: _Match, now: datetime) -> bool:
    """False where another one has used it at this moment."""
    row = match.row
    still = _O.update().where(_O.c.person_id == row.person_id, _O.c.kind == row.kind)
    still = still.where(_O.c.nonce == row.nonce, _O.c.last == row.last)
    used = still.values(last=match.used, proved_at=row.proved_at or now)
    return connection.execute(used).rowcount == 1
