"""Growth asks a question: whatever is new in the machine must be given its place everywhere."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import iter_modules
from typing import get_args

import pytest

from mailproc.model import Approval, Request, State
from mailproc.texts import LANGUAGES
from mailproc.workflow import decide as decisions
from mailproc.workflow import effects, states, steps
from mailproc.workflow import events as e
from mailproc.workflow.decide import DEADLINES, decide
from tests.factories import NOW, a_form, a_prepared, a_question, a_request, an_attached
from tests.walk import RULES

_ROOT = Path(__file__).parents[2]
_STEPS = (steps.__path__, f"{steps.__name__}.")
_HASH = a_request().content_hash
# One of each event, so filled that it has its effect where it has a place.
EVENTS: dict[type[e.Event], e.Event] = {
    e.Opened: e.Opened(),
    e.Answered: e.Answered(form=a_form()),
    e.Confirmed: e.Confirmed(form=a_form()),
    e.RecipientProved: e.RecipientProved(address=a_form().email or ""),
    e.RoundOpened: e.RoundOpened(),
    e.DataPrepared: e.DataPrepared(prepared=a_prepared(), content_hash=_HASH),
    e.Unanswerable: e.Unanswerable(questions=(a_question(),)),
    e.StepFailed: e.StepFailed(problem="x"),
    e.OfficerPassed: e.OfficerPassed(),
    e.OfficerAsked: e.OfficerAsked(questions=(a_question(),)),
    e.OfficerCorrected: e.OfficerCorrected(form=a_form()),
    e.FileAttached: e.FileAttached(attached=an_attached()),
    e.HandedOver: e.HandedOver(way="pickup", file_id=1),
    e.Remarked: e.Remarked(note="x"),
    e.Approved: e.Approved(content_hash=_HASH),
    e.Refused: e.Refused(reason="x"),
    e.Returned: e.Returned(reason="x"),
    e.Delegated: e.Delegated(person_id=3),
    e.Undone: e.Undone(seat=1),
    e.HoldElapsed: e.HoldElapsed(),
    e.DataBuilt: e.DataBuilt(file_id=1),
    e.ContentChanged: e.ContentChanged(),
    e.GateBlocked: e.GateBlocked(problem="x"),
    e.TooBig: e.TooBig(),
    e.Downloaded: e.Downloaded(file_id=1),
    e.AccessRevoked: e.AccessRevoked(),
    e.AllSent: e.AllSent(),
    e.DeliveryFailed: e.DeliveryFailed(problem="x"),
    e.BounceReceived: e.BounceReceived(problem="x"),
    e.Resend: e.Resend(),
    e.Silent: e.Silent(),
    e.ReminderDue: e.ReminderDue(),
    e.Nudged: e.Nudged(),
    e.PersonSettled: e.PersonSettled(to=State.PREPARING),
    e.Cancelled: e.Cancelled(),
    e.Noted: e.Noted(note="x"),
}
# States that no deadline moves: a job or a letter does.
_LEAVE_IT = (e.DataBuilt, e.RecipientProved, e.Downloaded, e.Remarked)
_BY_JOB = {State.PREPARING: "prepare", State.DELIVERING: "build"}


def _name(value: object) -> str:
    return value.value if isinstance(value, State) else type(value).__name__


def in_state(state: State) -> Request:
    """A request that has all that the state may need."""
    other = Approval(1, 9, "นางสาวอีกคน ใจดี", "", NOW, _HASH)  # the yes of another seat
    request = replace(
        a_request(), state=state, decided_at_hash=_HASH, file_id=1, approvals=(other,)
    )
    if state is not State.NEEDS_PERSON:
        return request
    return replace(request, reason="scan", form=a_form(purpose=None))


def test_every_event_is_tried() -> None:
    classes = {found for found in vars(e).values() if isinstance(found, type)}
    assert set(EVENTS) == {c for c in classes if issubclass(c, e.Event)} - {e.Event}


def test_every_state_has_its_row() -> None:
    assert set(states.TABLE) == set(State)


def test_every_event_has_a_handler_or_is_never_in_the_table() -> None:
    """A note never moves a request; every other event has a place and a handler."""
    placed = {event for row in states.TABLE.values() for event in row}
    assert placed == set(decisions._HANDLERS) == set(EVENTS) - {e.Noted}


@pytest.mark.parametrize(("state", "event"), [*product(State, EVENTS.values())], ids=_name)
def test_every_pair_has_a_defined_result(state: State, event: e.Event) -> None:
    request = in_state(state)
    decision = decide(request, event, RULES, NOW)
    assert decision.after.version == decision.before.version + 1
    assert (decision.facts["from"], decision.facts["to"]) == (state, decision.after.state)
    if states.allowed(state, event):
        assert not decision.ignored
        assert decision.after.state in states.allowed(state, event)
        return
    assert decision.ignored
    assert replace(decision.after, version=decision.before.version) == request
    told = {effect.kind for effect in decision.effects if isinstance(effect, effects.Send)}
    if isinstance(event, states.FROM_A_PERSON):
        assert told in ({"too_late"}, {"noted", "officer_note"})
    else:
        assert not decision.effects


@pytest.mark.parametrize("to", list(State))
def test_a_person_can_settle_to_the_states_of_the_table_alone(to: State) -> None:
    request = in_state(State.NEEDS_PERSON)
    decision = decide(request, e.PersonSettled(to=to), RULES, NOW)
    assert decision.ignored is (to not in states.TABLE[State.NEEDS_PERSON][e.PersonSettled])
    if not decision.ignored:
        assert decision.after.state is to
        assert decision.after.resume is None


def test_every_target_is_a_state_and_an_end_has_no_next_step_by_itself() -> None:
    for state, row in states.TABLE.items():
        targets = {target for found in row.values() for target in found}
        assert State.NEW not in targets
        if state in states.ENDS - {State.DELIVERED}:
            assert not row
        elif state is not State.DELIVERED:
            assert targets - {state}, f"{state} leads nowhere"


def test_every_state_but_the_first_is_reached() -> None:
    reached = {t for row in states.TABLE.values() for targets in row.values() for t in targets}
    assert reached == set(State) - {State.NEW}


def test_every_open_state_is_moved_by_a_date_or_a_job() -> None:
    open_states = set(State) - states.ENDS - {State.NEW}
    assert set(DEADLINES) == open_states - set(_BY_JOB)
    for state, event in DEADLINES.items():
        assert event in states.TABLE[state]


def test_the_way_to_a_job_starts_the_job() -> None:
    for state, job in _BY_JOB.items():
        for source, row in states.TABLE.items():
            for kind, targets in row.items():
                event = EVENTS[kind]
                if state not in targets or kind in _LEAVE_IT:
                    continue
                if kind is e.PersonSettled:
                    event = e.PersonSettled(to=state)
                decision = decide(in_state(source), event, RULES, NOW)
                if decision.after.state is state:
                    started = [x for x in decision.effects if isinstance(x, effects.StartJob)]
                    assert [x.kind for x in started] == [job], (source, kind)


def _sent_kinds() -> set[str]:
    """The first argument of every Send(…) of the machine."""
    rooms = [decisions, *(import_module(room.name) for room in iter_modules(*_STEPS))]
    trees = [ast.parse(inspect.getsource(room)) for room in rooms]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    sends = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "Send"]
    names = [c.args[0] for c in sends]
    assert all(isinstance(name, ast.Constant) for name in names)
    return {str(name.value) for name in names if isinstance(name, ast.Constant)}


def test_every_letter_that_can_be_owed_has_a_template_in_both_languages() -> None:
    folder = _ROOT / "templates"
    sent = _sent_kinds()
    assert len(sent) > 10
    for kind, language in product(sent, LANGUAGES):
        assert (folder / "mail" / f"{kind}.{language}.j2").is_file()


def test_every_effect_and_audience_is_known_to_the_store() -> None:
    assert set(get_args(effects.Effect)) == {effects.Send, effects.StartJob, effects.VoidLinks}
    assert set(get_args(effects.Audience)) == {"requester", "director", "officer"}


def test_the_page_in_docs_is_the_table() -> None:
    page = (_ROOT / "docs" / "states.md").read_text(encoding="utf-8")
    assert page == states.page(), "python3 -m mailproc.workflow.states > docs/states.md"
