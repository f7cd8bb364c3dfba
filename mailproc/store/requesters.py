"""Requesters of earlier requests, for who takes down another request of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from mailproc import thai
from mailproc.model import Form
from mailproc.store import schema
from mailproc.store.codec import load_request

_R = schema.requests
_LOOKED_AT = 400  # requests that hold the words somewhere
_SHORTEST = 2  # letters
_DIGITS = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked before, as the newest request of theirs says."""

    request_id: int
    form: Form
    address: str


def called(connection: sa.Connection, words: str, limit: int = 8) -> tuple[Requester, ...]:
    """Those whose name, organisation or e-mail holds the words, or whose telephone number begins
    so; the newest first, each once."""
    words = " ".join(words.split())
    digits = "".join(_DIGITS.findall(thai.to_arabic(words)))
    by_phone = len(digits) >= 3 and not re.search(r"[^0-9 ()+.\-]", thai.to_arabic(words))
    if len(words) < _SHORTEST:
        return ()
    pattern = f'%"phone":"{"%".join(digits)}%' if by_phone else f"%{_escaped(words)}%"
    found = _matching(connection, _R.c.body.like(pattern, escape="\\"))
    fits = (one for one in found if _fits(one, words, digits if by_phone else ""))
    return _each_once(fits, limit)


def lately(connection: sa.Connection, limit: int = 60) -> tuple[Requester, ...]:
    """Those who asked last, each once."""
    return _each_once(_matching(connection, sa.true()), limit)


def by_phone(connection: sa.Connection, phone: str) -> Requester | None:
    """Who asked with this telephone number last."""
    digits = _digits(phone)
    if len(digits) < 9:
        return None
    return next(
        (one for one in called(connection, digits) if _digits(one.form.phone) == digits), None
    )


def of_request(connection: sa.Connection, request_id: int) -> Requester | None:
    """The requester of a request."""
    return next(iter(_matching(connection, _R.c.id == request_id)), None)


def _matching(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Iterator[Requester]:
    query = sa.select(_R.c.body).where(where, _R.c.erased_at.is_(None))
    for body in connection.scalars(query.order_by(_R.c.id.desc()).limit(_LOOKED_AT)):
        request = load_request(body)
        if request.form.requester_name:
            yield Requester(request.id, request.form, request.requester_addr)


def _fits(one: Requester, words: str, digits: str) -> bool:
    """The words may stand elsewhere in a request: in its purpose, say."""
    if digits:
        return _digits(one.form.phone).startswith(digits)
    key = thai.fold(words)
    told = (one.form.requester_name, one.form.organisation, one.address)
    return any(key in thai.fold(said) for said in told if said)


def _each_once(found: Iterator[Requester], limit: int) -> tuple[Requester, ...]:
    kept: dict[tuple[str, str], Requester] = {}
    for one in found:
        key = (thai.fold(one.form.requester_name or ""), _digits(one.form.phone))
        kept.setdefault(key, one)
        if len(kept) == limit:
            break
    return tuple(kept.values())


def _digits(phone: str | None) -> str:
    return "".join(_DIGITS.findall(thai.to_arabic(phone or "")))


def _escaped(words: str) -> str:
    """As JSON holds them, with the signs of LIKE taken as themselves."""
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    return re.sub(r"([\\%_])", r"\\\1", quoted)
