"""May we write to this correspondent now? Policy over what was sent and heard; touches nothing.

After RFC 3834 (section 2: never answer robots, and not without end) and docs/adr/0011. A human mail
is one that moved a request. A person in the office may order a letter, which no limit then holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailproc import robots
from mailproc.workflow.roundup import Roundup

# Who stands behind a letter to a requester; none of these: it is written by itself.
HAND = "hand"  # a person ordered this very letter
DECISION = "decision"  # what was decided on the request, by a person or by the catalogue's rule
STRANGER = "stranger"  # it goes to an address that nobody has proved

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STRANGERS_WAIT = timedelta(hours=3)  # then the letter is held
_DECIDED = frozenset({"dataset", "handover", "refused"})  # at most one for a request, and no answer
_ORDERING = frozenset({"OfficerAsked", "PersonSettled", "Refused", "Resend", "Returned"})
# What a requester gets because an officer entered the request: no mail of a robot asked for it.
_OF_ENTRY = frozenset({"receipt", "ask"})
CALENDAR = frozenset({"expired", "overdue"})  # no mail caused them, so they tell nothing of a loop
# What a person's own words asked for: no sign of a robot.
_COMMANDED = frozenset({"form", "linked", "nudged", "status", "which"})
# Letters of one kind about requests of one mail go as one; the others speak of no single dataset.
TOGETHER = frozenset(
    "receipt ask confirm confirm_recipient dataset cancelled refused expired needs_person "
    "handover too_late officer_handover standing_account".split()
)
# How long a letter waits for those of its siblings that are still being made.
PATIENCE = {
    "receipt": timedelta(seconds=3),
    "ask": timedelta(seconds=3),
    "dataset": timedelta(seconds=10),
    "officer_handover": timedelta(seconds=10),
}


_ROUNDUP = Roundup()


@dataclass(frozen=True, slots=True)
class Manners:
    """What an office allows its outgoing mail; `own` holds its addresses, casefolded."""

    own: frozenset[str] = frozenset()
    per_correspondent: int = 3  # automatic mails in 24 h without a human mail between
    per_day: int = 100  # the same in all: for a robot whose every answer looks like a person's
    breaker_ratio: int = 5  # mails per human mail within an hour; a request causes two or three
    breaker_mails: int = 50  # below, a ratio says nothing
    strangers_per_hour: int = 30  # mails to addresses that nobody has proved
    roundup: Roundup = _ROUNDUP
    morning: bool = False  # officers get a list each morning, which what can wait is left to


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The last 24 h with one correspondent."""

    sent: tuple[datetime, ...] = ()  # our automatic mails; letters of one bundle count once
    heard: tuple[datetime, ...] = ()  # human mails
    bundles: frozenset[str] = frozenset()  # of `sent`
    suspected: bool = False  # a letter was held that only a robot's answers could cause


def standing(kind: str, event: str, *, believed: bool, entered: bool = False) -> str | None:
    """Who stands behind a letter that the event caused; `entered`: by an officer, for a caller."""
    if kind == "confirm_recipient":
        return STRANGER
    if kind in _DECIDED or event in _ORDERING:
        return DECISION
    if entered and kind in _OF_ENTRY and event != "Answered":
        return DECISION
    return None if believed else STRANGER


def is_automatic(standing: str | None) -> bool:
    """Whether a letter counts against the limits."""
    return standing not in (HAND, DECISION)


def is_suspicious(kind: str) -> bool:
    """Whether one letter too many of this kind looks like a robot's doing."""
    return kind not in _COMMANDED


def never(address: str, standing: str | None, manners: Manners) -> str:
    """Why no letter goes to this address, as a code; empty where one may go."""
    if address.casefold() in manners.own:
        return "own_address"
    if standing != HAND and robots.is_never_answered(address):
        return "no_reply_address"
    return ""


def limit(
    found: Correspondence, standing: str | None, bundle: str | None, now: datetime, manners: Manners
) -> str:
    """Why one more letter would be too many, as a code; empty where it may go."""
    if standing == HAND:
        return ""
    if standing == DECISION:
        return "too_many" if found.suspected else ""
    if bundle is not None and bundle in found.bundles:
        return ""  # a straggler of a mail that was counted
    if sum(at > now - DAY for at in found.sent) >= manners.per_day:
        return "too_many"
    return "" if has_room(found.sent, found.heard, now, manners.per_correspondent) else "too_many"


def has_room(sent: Sequence[datetime], heard: Sequence[datetime], now: datetime, most: int) -> bool:
    """Whether fewer than `most` mails went out since a human mail, or within 24 h.

    Whoever writes five requests at once gets five receipts: of the last k human mails, each has
    one answer besides.
    """
    since = now - DAY
    if sum(at > since for at in sent) < most:
        return True
    lately = sorted((at for at in heard if at > since), reverse=True)
    return any(sum(ours >= at for ours in sent) < most + others for others, at in enumerate(lately))


def is_tripped(mails: int, heard: int, manners: Manners) -> bool:
    """Whether an hour with so many mails of ours and human mails is a loop or a flood."""
    return room(mails, heard, manners) < 0


def room(mails: int, heard: int, manners: Manners) -> int:
    """How many more mails would not trip it."""
    return max(manners.breaker_mails, manners.breaker_ratio * heard) - mails
