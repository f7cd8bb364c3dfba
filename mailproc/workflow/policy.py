"""Rules of the house as pure functions: what is bound, and to whom it goes."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailproc import thai
from mailproc.digest import digest
from mailproc.model import Conditions, Form, Item, Prepared, Request, State, Trust

_BY_HAND = frozenset({"line", "pickup", "smart_office"})
_AND = re.compile(r"[,，;；\n]|\sและ\s?|\sand\s")  # between conditions written in one line
_ON_PAPER = frozenset({"paper"})


def content_hash(request: Request, prepared: Prepared) -> str:
    """The digest of everything an approver releases."""
    content: dict[str, object] = {
        "recipient": recipient(request),
        "form": _released(request.form),
        "prepared": prepared_digest(prepared),
        "delivery": "hand" if is_handed_over(request) else "mail",
    }
    if request.conditions != Conditions():
        content["conditions"] = request.conditions
    return digest(content)


def _released(form: Form) -> dict[str, object]:
    """The form without the way it came, which releases nothing."""
    return {one.name: getattr(form, one.name) for one in fields(form) if one.name != "channel"}


@lru_cache(maxsize=256)
def prepared_digest(prepared: Prepared) -> str:
    """The digest of the dataset side alone; the same result is often asked for again."""
    return digest(prepared)


def recipient(request: Request) -> str:
    """Where the result goes: never to an address that has not proved itself."""
    return request.deliver_to or request.requester_addr


def is_believed(request: Request) -> bool:
    """Whether the sender is who he says: stamped by our server, known to us, or confirmed."""
    if request.confirmed or request.trust is Trust.VERIFIED:
        return True
    return request.trust is Trust.UNSTAMPED and bool(request.vouched)


def unproved_address(request: Request) -> str:
    """The address of the form where the result may go once its owner has answered; or nothing."""
    stated = (request.form.email or "").strip()
    if not stated or stated.casefold() == recipient(request).casefold():
        return ""
    return stated


def is_handed_over(request: Request) -> bool:
    """True where the way or the format asked for is not automatic, or no mail can reach it."""
    if not recipient(request):
        return True
    return request.form.delivery in _BY_HAND or request.item.format in _ON_PAPER


def is_decided(request: Request) -> bool:
    """True where the decision is over the content at hand."""
    return bool(request.content_hash) and request.decided_at_hash == request.content_hash


def can_resend(request: Request) -> bool:
    """Whether the delivered file may go to its requester once more."""
    held = request.file_id is not None and not is_handed_over(request)
    given_out = request.state is State.DELIVERED and request.revoked_at is None
    return given_out and held and is_decided(request)


def fingerprint(address: str, form: Form) -> str:
    """Equal for requests of one person for the same data, whatever it is for; empty where the
    form names no data."""
    item = form.items[0] if form.items else Item()
    named = item.dataset_id or thai.fold(item.dataset)
    if not named:
        return ""
    content = {
        "requester": address.casefold() or _nameless(form),
        "dataset": named,
        "years": item.academic_years,
        "latest": item.latest,
        "round": item.round,
        "level": item.level or "school",
        "filters": sorted({thai.fold(part) for said in item.filters for part in _AND.split(said)}),
        "format": item.format or "xlsx",
    }
    return digest(content)


def _nameless(form: Form) -> str:
    """Who asks, where there is no address to know the requester by."""
    return thai.fold(f"{form.requester_name or ''}|{form.phone or ''}|{form.organisation or ''}")


def number_year(received: datetime, timezone: str, *, fiscal: bool) -> int:
    """The Buddhist year in which a request received then is numbered."""
    local = received.astimezone(ZoneInfo(timezone))
    return local.year + 543 + int(fiscal and local.month >= 10)
