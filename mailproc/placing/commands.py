"""The words that steer: cancel, status, resend, form, nudge.

They count with the secret of one of our mails, or from the address that our own server vouches
for; a blank form is for everybody.
"""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.model import Known, Reading, Request, State
from mailproc.parsers import dataset
from mailproc.placing import guess
from mailproc.placing.nouns import RESENDS_LIMIT, Found, Placing
from mailproc.workflow import events as e
from mailproc.workflow import policy
from mailproc.workflow.states import ENDS, allowed

_ALL = re.compile(r"ทั้งหมด|ทุก(?:คำขอ|รายการ|ข้อ)|\ball\b|\bboth\b|ทั้งสอง", re.I)
_NUMBERS = re.compile(r"(?<![0-9/])([0-9]{1,2})(?![0-9/])")
_RANGE = re.compile(r"(?<![0-9/])([0-9]{1,2})\s?(?:-|–|ถึง|to)\s?([0-9]{1,2})(?![0-9/])")
_SOME = re.compile(
    r"ข้อ|รายการ(?=ที่|\s?[0-9])|อัน(?=แรก|ที่|สุดท้าย)|ที่เหลือ|เฉพาะ|บาง|ยกเว้น|เหลือ|ปี(?:การศึกษา)?\s?[0-9]{2}|"
    r"\b(?:only|except|the rest|first|last|item|number)\b",
    re.I,
)
_LONGEST = 200  # characters in which a choice is looked for
_FORM = Placing("command", answer="form")


def alone(reading: Reading, found: Found, known: Known) -> Placing:
    """A command in a mail that answers no letter of ours."""
    if reading.command == "form":
        return _FORM
    about = _meant(reading.command or "", found) if found.verified else ()
    if len(about) == 1 and not found.narrowed:
        return given(reading.command or "", about[0], found)
    if about:
        return Placing(
            "command", answer="which", reason=reading.command or "", about=about, last=found.last
        )
    guesses = guess.guesses(reading, found, known)
    problem = f"{reading.command} of no request" if found.verified else "sender not authenticated"
    return Placing(
        "unplaced",
        problem=f"{problem} ({reading.command})",
        answer="passed_on" if found.own and not found.often else "",
        last=found.last,
        waits=bool(guesses) or found.dedicated,
        guesses=guesses,
    )


def given(command: str, request: Request, found: Found) -> Placing:
    """A command about one request, from somebody who may give it."""
    if command == "cancel":
        if found.often and not allowed(request.state, e.Cancelled()):
            return _to_officer(command, request)
        return Placing("command", event=e.Cancelled(by="requester"), about=(request,))
    nudge = e.Nudged(by="requester")
    if command == "nudge" and not found.often and allowed(request.state, nudge):
        return Placing("command", event=nudge, about=(request,))
    if command == "resend" and policy.can_resend(request) and found.resends_today < RESENDS_LIMIT:
        return Placing("command", event=e.Resend(by="requester"), about=(request,))
    if found.often:
        return _to_officer(command, request)
    if command == "form":
        return _FORM
    return Placing(
        "command", answer="status", reason=_why(command, request), about=(request,), last=found.last
    )


def _to_officer(command: str, request: Request) -> Placing:
    """The last answer has said that from then on a person reads."""
    return Placing(
        "command",
        event=e.Noted(by="requester", note=command, quiet=True),
        about=(request,),
        problem="answered often enough today; the officer alone is told",
    )


def chosen(text: str, offered: tuple[Request, ...]) -> tuple[Request, ...]:
    """The requests that an answer to «which request?» picks, by their place or number."""
    words = thai.to_arabic(thai.mend(text[:_LONGEST]))
    named = tuple(request for request in offered if request.number in words)
    if named or not words.strip():
        return named
    if _ALL.search(words):
        return offered
    places = {int(number) for number in _NUMBERS.findall(words)}
    for first, last in _RANGE.findall(words):
        places.update(range(int(first), int(last) + 1))
    return tuple(request for place, request in enumerate(offered, 1) if place in places)


def is_narrowed(reading: Reading, known: Known) -> bool:
    """Whether a command to several requests speaks of some of them and not of all."""
    words = thai.to_arabic(thai.mend(reading.text[:_LONGEST]))
    if _ALL.search(words):
        return False
    return bool(_SOME.search(words)) or bool(dataset.find(words, known))


def _why(command: str, request: Request) -> str:
    """Why a file is not sent again, for the answer."""
    if command != "resend":
        return ""
    if request.revoked_at is not None:
        return "taken_back"
    return "resend_limit" if policy.can_resend(request) else "resend_not_yet"


def _meant(command: str, found: Found) -> tuple[Request, ...]:
    """The sender's requests to which the command can apply."""
    still_open = tuple(r for r in found.own if r.state not in ENDS)
    if command == "cancel":
        return still_open
    if command == "resend":
        return tuple(r for r in found.own if r.state is State.DELIVERED)
    return still_open or found.own[:1]
