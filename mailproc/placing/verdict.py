"""The one verdict of a mail that could be read."""

from __future__ import annotations

from mailproc import parsers
from mailproc.model import Known, Reading, State
from mailproc.placing import fresh, replies
from mailproc.placing.nouns import Found, Placing
from mailproc.workflow import events as e

_AUTOMATIC = frozenset({"auto_reply", "report"})
_AWAITED = frozenset({"ask", "explain", "confirm"})  # a request rots where these come back
_NAMELESS = "a mail came back without its Message-ID"
_WAITING = frozenset({State.UNCONFIRMED, State.INCOMPLETE, State.RETURNED})


def place(reading: Reading, found: Found, known: Known) -> Placing:
    """The verdict, and what the mail means for the request that it is about, if any."""
    if reading.kind == "own":
        return Placing("ignored_own")
    if found.duplicate:
        return Placing("duplicate")
    if found.placed:
        return _by_person(reading, found, known)
    if reading.kind == "bounce":
        return _bounce(reading, found, known)
    if reading.kind in _AUTOMATIC:
        return Placing("ignored_automatic", away=_is_away(reading, found))
    if reading.kind == "list":
        return fresh.by_list(reading, found, known)
    if found.audience == "director":
        return _from_director(reading, found)
    if found.audience == "officer":
        return Placing("note")
    if found.request is not None:
        return replies.place(reading, found.request, found, known)
    return fresh.place(reading, found, known)


def _by_person(reading: Reading, found: Found, known: Known) -> Placing:
    """An officer has read the mail and says what it is."""
    if found.placed == "reply" and found.request is not None:
        return replies.place(reading, found.request, found, known)
    return fresh.opened(reading, found, known)


def _bounce(reading: Reading, found: Found, known: Known) -> Placing:
    request = found.request
    if request is None and found.mentioned:  # some servers give back no Message-ID
        return fresh.unplaced(reading, found, known, _NAMELESS)
    if request is None:
        return Placing("ignored_automatic", problem="bounce of no mail of ours")
    if reading.delayed:  # the server goes on trying; nobody has to do anything
        return Placing("delivery_report", fate="delayed")
    told = {"by": "mail server", "note": f"{found.letter_to}\n{reading.diagnosis}".strip()}
    if found.letter_kind == "dataset" and request.state is State.DELIVERED:
        event: e.Event | None = e.BounceReceived(problem="bounced", **told)
    elif found.audience == "director" and request.state is State.AWAITING_DECISION:
        event = e.DeliveryFailed(problem="approval_bounced", **told)
    elif found.letter_kind in _AWAITED and request.state in _WAITING:
        event = e.DeliveryFailed(problem=f"{found.letter_kind}_bounced", **told)
    else:
        event = None
    return Placing("delivery_report", event=event, fate="bounced")


def _from_director(reading: Reading, found: Found) -> Placing:
    """What the reply decides, if anything; words that decide nothing are answered now and then."""
    said = parsers.decision(reading.text, (reading.from_name, found.letter_name), reading.subject)
    answer = "" if found.often else "how_to_decide"
    return Placing("note", said=said, answer=answer, last=found.last)


def _is_away(reading: Reading, found: Found) -> bool:
    """Whether the person whom we asked is away, by the word of her own mailbox."""
    own = reading.from_addr.casefold() == found.letter_to.casefold()
    asked = found.audience == "director" and own
    return asked and reading.kind == "auto_reply" and parsers.says_away(reading)
