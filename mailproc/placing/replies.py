"""What a reply to a letter of ours means for the request that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailproc import parsers
from mailproc.model import Doubts, Form, Known, Question, Reading, Request, State
from mailproc.placing import commands, doubts
from mailproc.placing.nouns import ITEMS_LIMIT, NOTE_LENGTH, Found, Placing
from mailproc.placing.parting import one_each
from mailproc.workflow import events as e
from mailproc.workflow.assess import asks_own_words
from mailproc.workflow.states import allowed
from mailproc.workflow.steps.common import ASK_LIMIT, NONE_FITS, SCAN

_ASKED = (State.INCOMPLETE, State.RETURNED)
_AMENDABLE = (State.WAITING, State.PREPARING, State.CHECKING, State.AWAITING_DECISION)

_PICKED = ("dataset", "academic_years", "round", "format", "level")
_ANOTHER_ROUND = (Question("academic_years", "missing"),)


def place(reading: Reading, request: Request, found: Found, known: Known) -> Placing:
    """The verdict on a reply; everything that changes nothing is a note."""
    if found.letter_kind == "confirm_recipient":
        return _from_recipient(reading, request, found)
    command = found.asked or reading.command
    if command and not _wonders(reading, request, found, known):
        return commands.given(command, request, found)
    if reading.kind in ("encrypted", "unreadable"):
        return replace(_noted(reading, found, quiet=True), answer=reading.kind)
    if request.state is State.UNCONFIRMED and _is_requester(reading, request):
        return _confirmation(reading, request, found, known)
    if request.state in _ASKED or _may_go_on(request):
        return _answered(reading, request, found, known)
    if request.state in _AMENDABLE:
        return _amended(reading, request, known) or _noted(reading, found)
    return _noted(reading, found)


def _wonders(reading: Reading, request: Request, found: Found, known: Known) -> bool:
    """«งงครับ ต้องทำอะไร» below our question is no call for a blank form."""
    if reading.command != "form" or found.asked or request.state not in _ASKED:
        return False
    return parsers.confused(reading, found.numbered or request.questions, known)


def _may_go_on(request: Request) -> bool:
    """Whether a reply can take on a request that waits for a person."""
    return request.state is State.NEEDS_PERSON and request.reason in (SCAN, ASK_LIMIT, NONE_FITS)


def _answered(reading: Reading, request: Request, found: Found, known: Known) -> Placing:
    """Merged with what was known; words that only wonder are not taken for an answer."""
    questions, note = found.numbered or request.questions, reading.text[:NOTE_LENGTH]
    if asks_own_words(questions):
        return _to_officer(reading, request, known)
    if any(_has_none(question) for question in questions) and parsers.none_fits(reading.text):
        none = e.Answered(
            by="requester", form=request.form, doubts=request.doubts, none=True, note=note
        )
        return Placing("merged", event=none)
    if (told := _yes_or_no(reading, request)) is not None:
        return Placing("merged", event=e.Answered(by="requester", form=told, doubts=request.doubts))
    form, *more = _merged(reading, request, questions, known)
    form = _explained(reading, request, form)
    left = doubts.of(reading, form, questions, known)
    if form != request.form or left.unclear or left.scans or left.refused:
        event = _said(reading, request, questions, known, form, left)
        return Placing("merged", event=event, forms=_of_requester(more, reading, request))
    if parsers.confused(reading, questions, known):
        puzzled = e.Answered(
            by="requester", form=form, doubts=request.doubts, confused=True, note=note
        )
        return Placing("note", event=puzzled)
    if note.strip():
        return Placing("note", problem="thanks, and nothing else")
    return Placing("merged", event=e.Answered(by="requester", form=form, doubts=request.doubts))


def _to_officer(reading: Reading, request: Request, known: Known) -> Placing:
    """An answer to what an officer asked in words of her own: she reads it; what it says under a
    label is taken over."""
    form = _merged(reading, request, (), known)[0]
    note = reading.text[:NOTE_LENGTH]
    if form == request.form and (not note.strip() or parsers.thanks(reading.text)):
        return Placing("note", problem="thanks, and nothing else")
    kept = doubts.of(reading, form, (), known)
    event = e.Answered(by="requester", form=form, doubts=kept, note=note)
    return Placing("merged", event=event)


def _yes_or_no(reading: Reading, request: Request) -> Form | None:
    """The form with a bare yes or no to an approver's question behind the purpose, which it is
    about; None where the reply is none, or the question asks for more."""
    if request.state is not State.RETURNED or len(request.questions) != 1:
        return None
    question = request.questions[0].said or ""
    said = parsers.yes_or_no(reading.text, question)
    return _behind_purpose(request, request.form, said) if said else None


def _explained(reading: Reading, request: Request, form: Form) -> Form:
    """An answer to an approver's question stands behind the purpose, which it explains and does
    not replace; what is stated as the purpose does."""
    before, said = request.form.purpose or "", form.purpose or ""
    if request.state is not State.RETURNED or not before or before in said:
        return form
    return form if parsers.labelled(reading, "purpose") else _behind_purpose(request, form, said)


def _behind_purpose(request: Request, form: Form, said: str) -> Form:
    question = request.questions[0].said or "" if request.questions else ""
    told = f"«{question}» {said}" if question else said
    return replace(form, purpose="\n".join(filter(None, (request.form.purpose, told))))


def _has_none(question: Question) -> bool:
    """Whether our question offered «none of these» as an answer."""
    return question.field == "dataset" and question.problem in ("unavailable", "unknown")


def _confirmation(reading: Reading, request: Request, found: Found, known: Known) -> Placing:
    """An empty reply, a yes or an answer confirms; other words do not, and are looked at."""
    questions = found.numbered or request.questions
    answered, *more = _merged(reading, request, questions, known)
    if parsers.confirms(reading.text) or (
        answered != request.form and not parsers.denies(reading.text)
    ):
        event = e.Confirmed(by="requester", form=answered)
        return Placing("merged", event=event, forms=tuple(more))
    return _noted(reading, found)


def _from_recipient(reading: Reading, request: Request, found: Found) -> Placing:
    """The owner of the form's address says whether the file may come to it."""
    owner = reading.from_addr.casefold() == found.letter_to.casefold()
    proved = e.RecipientProved(by="recipient", address=found.letter_to)
    if owner and parsers.confirms(reading.text) and allowed(request.state, proved):
        return Placing("merged", event=proved)
    return _noted(reading, found, quiet=True)


def _noted(reading: Reading, found: Found, *, quiet: bool = False) -> Placing:
    """The officer is told, and the writer answered unless that was done often enough."""
    if _is_done(found) and parsers.thanks(reading.text):
        return Placing("note", problem="thanks, and nothing else")
    problem = "too many notes today; the officer alone is told" if found.often else ""
    note = e.Noted(
        by="requester",
        note=reading.text[:NOTE_LENGTH],
        quiet=found.often or quiet,
        last=found.last,
    )
    return Placing("note", event=note, problem=problem)


def _is_done(found: Found) -> bool:
    """Whether thanks for it are no news to anybody."""
    return found.request is not None and found.request.state is State.DELIVERED


def _merged(
    reading: Reading, request: Request, questions: tuple[Question, ...], known: Known
) -> tuple[Form, ...]:
    """What was known with what the reply answers; several where it picks several datasets or
    years, of which the request takes the first. A dataset that was not asked for picks nothing."""
    answer = parsers.read_answer(reading, questions, known)
    if not any(question.field in _PICKED for question in questions):
        answer = replace(answer, items=answer.items[:1])
    forms = one_each(parsers.spread(request.form, answer), known.spanning)
    forms = tuple(
        parsers.with_conditions(request.form, form, reading, questions, known) for form in forms
    )
    return forms if len(forms) <= ITEMS_LIMIT else forms[:1]


def _said(
    reading: Reading,
    request: Request,
    questions: tuple[Question, ...],
    known: Known,
    form: Form,
    left: Doubts,
) -> e.Answered:
    """The answer, with what was not understood of it: a wish is asked about where the mail is
    about one request, and the officer reads all of it."""

    def understood(mail: Reading, before: Form) -> Form:
        return _merged(mail, replace(request, form=before), questions, known)[0]

    over = parsers.left_over(reading, request.form, understood)
    wishes = [clause for clause in over if parsers.wants(clause)]
    named = {name for name, _ in left.unclear}
    if wishes and request.together <= 1 and "filters" not in named:
        left = replace(left, unclear=(*left.unclear, ("filters", " / ".join(wishes))))
    note = "\n".join(over)[:NOTE_LENGTH]
    return e.Answered(by="requester", form=form, doubts=left, note=note)


def _also_asked(request: Request) -> tuple[Question, ...]:
    """Who waits for a round may name another one."""
    return _ANOTHER_ROUND if request.state is State.WAITING else ()


def _of_requester(forms: Sequence[Form], reading: Reading, request: Request) -> tuple[Form, ...]:
    """Further requests are the requester's own to open; a colleague's answer moves this one."""
    return tuple(forms) if _is_requester(reading, request) else ()


def _amended(reading: Reading, request: Request, known: Known) -> Placing | None:
    """What the reply corrects, under a label or as «ขอแก้เป็นปี 2567»; None where it is a remark.

    A change that is not understood is asked about: nothing leaves that was objected to.
    """
    questions = _also_asked(request)
    first, *more = _merged(reading, request, questions, known)
    kept = doubts.of(reading, first, (), known)
    event = _said(reading, request, questions, known, first, kept)
    objects = request.together <= 1 and any(map(parsers.changes_data, event.note.split("\n")))
    if first == request.form and not objects:
        return None
    return Placing("merged", event=event, forms=_of_requester(more, reading, request))


def _is_requester(reading: Reading, request: Request) -> bool:
    return reading.from_addr.casefold() == request.requester_addr.casefold()
