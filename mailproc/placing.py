"""Which verdict a mail gets and what it means for a request. Decides and touches nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mailproc import parsers
from mailproc.model import Form, Item, Known, Reading, Request, State
from mailproc.workflow import events as e
from mailproc.workflow.states import allowed

_AUTOMATIC = frozenset({"auto_reply", "report", "list"})
_ASKED = (State.INCOMPLETE, State.RETURNED, State.WAITING)
_AMENDABLE = (State.CHECKING, State.AWAITING_DECISION)
ITEMS_LIMIT = 10  # datasets in one mail; more go to a person
NOTES_LIMIT = 3  # answers a day that change nothing: robots that answer robots stop here


@dataclass(frozen=True, slots=True)
class Found:
    """What the store knows about a mail: the letter of ours that it answers, if any."""

    duplicate: bool = False
    letter_kind: str = ""
    audience: str = ""  # of that letter: requester | director | officer
    letter_to: str = ""
    request: Request | None = None
    notes_today: int = 0  # answers to this sender that changed nothing


@dataclass(frozen=True, slots=True)
class Placing:
    """A verdict, and at most one of: forms to open requests for, an event, a letter to answer."""

    verdict: str
    forms: tuple[Form, ...] = ()
    event: e.Event | None = None
    answer: str = ""  # template of a letter to the sender
    problem: str = ""
    fate: str = ""  # of the letter it answers: bounced | delayed


def place(reading: Reading, found: Found, known: Known) -> Placing:
    """The one verdict of a mail that could be read."""
    if reading.kind == "own":
        return Placing("ignored_own")
    if found.duplicate:
        return Placing("duplicate")
    if reading.kind == "bounce":
        return _bounce(reading, found)
    if reading.kind in _AUTOMATIC:
        return Placing("ignored_automatic")
    if found.audience == "director":
        return _from_director(reading, found)
    if found.audience == "officer":
        return Placing("note")
    if found.request is not None:
        return _reply(reading, found.request, found, known)
    if reading.kind == "request" or (reading.kind == "reply" and reading.clear_sign):
        return _request(reading)
    return Placing("unplaced", problem=f"kind {reading.kind}")


def _bounce(reading: Reading, found: Found) -> Placing:
    request = found.request
    if request is None:
        return Placing("ignored_automatic", problem="bounce of no mail of ours")
    if reading.delayed:  # the server goes on trying; nobody has to do anything
        return Placing("delivery_report", fate="delayed")
    if found.letter_kind == "dataset" and request.state is State.DELIVERED:
        event: e.Event | None = e.BounceReceived(by="mail server", problem="bounced")
    elif found.audience == "director" and request.state is State.AWAITING_DECISION:
        event = e.DeliveryFailed(by="mail server", problem="approval_bounced")
    else:
        event = None
    return Placing("delivery_report", event=event, fate="bounced")


def _from_director(reading: Reading, found: Found) -> Placing:
    """A reply never decides without a code; the answer says how to."""
    open_yet = found.request is not None and found.request.state is State.AWAITING_DECISION
    if (
        reading.from_addr.casefold() != found.letter_to.casefold()
        or found.notes_today >= NOTES_LIMIT
    ):
        return Placing("note")
    return Placing("note", answer="how_to_decide" if open_yet else "decided")


def _reply(reading: Reading, request: Request, found: Found, known: Known) -> Placing:
    if reading.command == "cancel" and not _answered_enough(request, found):
        return Placing("command", event=e.Cancelled(by="requester"))
    if request.state is State.UNCONFIRMED and _is_requester(reading, request):
        return Placing("merged", event=_with_answer(e.Confirmed, reading, request, known))
    if request.state in _ASKED:
        return Placing("merged", event=_with_answer(e.Answered, reading, request, known))
    if request.state in _AMENDABLE and (amended := _amended(reading, request, known)):
        return Placing("merged", event=e.Answered(by="requester", form=amended))
    quiet = found.notes_today >= NOTES_LIMIT
    problem = "too many notes today; the officer alone is told" if quiet else ""
    note = e.Noted(by="requester", note=reading.text[:2000], quiet=quiet)
    return Placing("note", event=note, problem=problem)


def _amended(reading: Reading, request: Request, known: Known) -> Form | None:
    """The form with what the reply corrects under a label; None where it corrects nothing."""
    form = parsers.merge(request.form, parsers.read_answer(reading, (), known))
    return form if form != request.form else None


def _answered_enough(request: Request, found: Found) -> bool:
    """A cancel that comes too late is answered, but not for ever."""
    return found.notes_today >= NOTES_LIMIT and not allowed(request.state, e.Cancelled())


def _with_answer(
    event: Callable[..., e.Event], reading: Reading, request: Request, known: Known
) -> e.Event:
    answer = parsers.read_answer(reading, request.questions, known)
    return event(by="requester", form=parsers.merge(request.form, answer))


def _is_requester(reading: Reading, request: Request) -> bool:
    return reading.from_addr.casefold() == request.requester_addr.casefold()


def _request(reading: Reading) -> Placing:
    form = reading.form or Form()
    forms = _one_each(form)
    if len(forms) > ITEMS_LIMIT:
        return Placing("unplaced", problem=f"{len(forms)} datasets in one mail")
    return Placing("opened", forms=tuple(forms))


def _one_each(form: Form) -> list[Form]:
    """Each dataset and year becomes a request of its own, decided and delivered by itself."""
    items = [one for item in form.items or (Item(),) for one in _one_year_each(item)]
    return [replace(form, items=(item,)) for item in items]


def _one_year_each(item: Item) -> list[Item]:
    if len(item.academic_years) < 2:
        return [item]
    return [replace(item, academic_years=(year,)) for year in item.academic_years]
