"""The machine as a table: in which state which event leads where.

Everything that moves a request must stand here; `decide` refuses to go elsewhere, and
`docs/states.md` is printed from it (`python3 -m mailproc.workflow.states`).
"""

from __future__ import annotations

from collections.abc import Iterator

from mailproc.model import State
from mailproc.workflow import events as e

S = State
# Where a request goes whose form is assessed: asked back, waiting, or on to its query.
_ASSESSED = (S.INCOMPLETE, S.WAITING, S.PREPARING, S.NEEDS_PERSON)
_REQUESTER = {
    e.Answered: _ASSESSED,
    e.Silent: (S.EXPIRED,),
    e.Cancelled: (S.CANCELLED,),
}
# What an officer may do with a request that nobody has decided yet: put the form right (asked on
# where something is still missing), ask the requester, answer with a file of her own.
_OFFICER = {
    e.OfficerCorrected: _ASSESSED,
    e.OfficerAsked: (S.INCOMPLETE,),
    e.FileAttached: (S.INCOMPLETE, S.PREPARING, S.NEEDS_PERSON),
}
# DeliveryFailed back to the same state: the officer is told, and the request waits on as before.
# Remarked: what the officer says for the approver changes nothing else.

TABLE: dict[State, dict[type[e.Event], tuple[State, ...]]] = {
    S.NEW: {e.Opened: (S.UNCONFIRMED, *_ASSESSED)},
    S.UNCONFIRMED: {
        e.Remarked: (S.UNCONFIRMED,),
        e.DeliveryFailed: (S.UNCONFIRMED,),
        e.Confirmed: _ASSESSED,
        e.Silent: (S.EXPIRED,),
        e.Cancelled: (S.CANCELLED,),
    },
    S.INCOMPLETE: _REQUESTER
    | _OFFICER
    | {
        e.RecipientProved: (S.INCOMPLETE,),
        e.DeliveryFailed: (S.INCOMPLETE,),
        e.Remarked: (S.INCOMPLETE,),
    },
    S.RETURNED: _REQUESTER
    | _OFFICER
    | {
        e.RecipientProved: (S.RETURNED,),
        e.DeliveryFailed: (S.RETURNED,),
        e.Remarked: (S.RETURNED,),
    },
    S.WAITING: _OFFICER
    | {
        e.Remarked: (S.WAITING,),
        e.RecipientProved: (S.WAITING,),
        e.RoundOpened: (S.PREPARING,),
        e.Answered: _ASSESSED,
        e.ReminderDue: (S.WAITING,),
        e.Cancelled: (S.CANCELLED,),
    },
    S.PREPARING: _OFFICER
    | {
        e.Remarked: (S.PREPARING,),
        e.Answered: _ASSESSED,  # amended by the requester
        e.RecipientProved: (S.PREPARING,),
        # Asked back where the catalogue has meanwhile changed.
        e.DataPrepared: (
            S.CHECKING,
            S.AWAITING_DECISION,
            S.APPROVED,
            S.INCOMPLETE,
            S.NEEDS_PERSON,
        ),
        e.Unanswerable: (S.INCOMPLETE, S.NEEDS_PERSON),
        e.StepFailed: (S.PREPARING, S.NEEDS_PERSON),
        e.GateBlocked: (S.NEEDS_PERSON,),  # a file that an officer attached
        e.Cancelled: (S.CANCELLED,),
    },
    S.CHECKING: _OFFICER
    | {
        e.Remarked: (S.CHECKING,),
        e.Answered: _ASSESSED,  # amended by the requester
        e.RecipientProved: (S.CHECKING,),
        e.OfficerPassed: (S.AWAITING_DECISION,),
        e.ContentChanged: (S.PREPARING,),  # its round was corrected, say
        e.ReminderDue: (S.CHECKING,),
        e.Cancelled: (S.CANCELLED,),
    },
    S.AWAITING_DECISION: _OFFICER
    | {
        e.Remarked: (S.AWAITING_DECISION,),
        e.Answered: _ASSESSED,  # amended by the requester
        e.RecipientProved: (S.AWAITING_DECISION,),
        # Waits on where the policy asks others too; prepared anew under conditions.
        e.Approved: (S.APPROVED, S.AWAITING_DECISION, S.PREPARING),
        e.Undone: (S.AWAITING_DECISION,),  # of one seat, while others are asked
        e.Delegated: (S.AWAITING_DECISION,),
        e.Refused: (S.REFUSED,),
        e.Returned: (S.RETURNED,),
        e.ContentChanged: (S.PREPARING,),
        e.ReminderDue: (S.AWAITING_DECISION,),
        e.Nudged: (S.AWAITING_DECISION,),
        e.DeliveryFailed: (S.AWAITING_DECISION,),
        e.Cancelled: (S.CANCELLED,),
    },
    S.APPROVED: {
        e.Undone: (S.AWAITING_DECISION,),
        e.HoldElapsed: (S.DELIVERING,),
        e.ContentChanged: (S.PREPARING,),
        e.Cancelled: (S.CANCELLED,),
    },
    S.DELIVERING: {
        e.DataBuilt: (S.DELIVERING, S.NEEDS_PERSON),
        e.ContentChanged: (S.PREPARING,),
        e.GateBlocked: (S.NEEDS_PERSON,),
        e.StepFailed: (S.DELIVERING, S.NEEDS_PERSON),
        e.TooBig: (S.NEEDS_PERSON,),
        e.AllSent: (S.DELIVERED,),
        e.DeliveryFailed: (S.NEEDS_PERSON,),
        e.Downloaded: (S.DELIVERING,),  # before the mail server's answer was written down
    },
    S.DELIVERED: {
        e.Downloaded: (S.DELIVERED,),
        e.AccessRevoked: (S.DELIVERED,),
        e.TooBig: (S.NEEDS_PERSON,),  # of a copy
        e.BounceReceived: (S.NEEDS_PERSON,),
        e.DeliveryFailed: (S.NEEDS_PERSON,),  # of a copy that was sent once more
        e.Resend: (S.DELIVERED,),
        e.HandedOver: (S.DELIVERED,),  # one more, by hand
    },
    S.NEEDS_PERSON: _OFFICER
    | {
        e.Remarked: (S.NEEDS_PERSON,),
        # To a picture, at last with all that was missing, or to what the officer asked.
        e.Answered: _ASSESSED,
        e.HandedOver: (S.DELIVERED,),
        e.PersonSettled: (
            S.INCOMPLETE,
            S.PREPARING,
            S.AWAITING_DECISION,
            S.DELIVERING,
            S.DELIVERED,
            S.REFUSED,
            S.CANCELLED,
        ),
        e.Downloaded: (S.NEEDS_PERSON,),  # the mail arrived after all
        e.AccessRevoked: (S.NEEDS_PERSON,),
        e.AllSent: (S.DELIVERED,),  # a late 250 settles what was unknown
        e.ReminderDue: (S.NEEDS_PERSON,),
        e.Cancelled: (S.CANCELLED,),
    },
    S.REFUSED: {},
    S.EXPIRED: {},
    S.CANCELLED: {},
}
ENDS = frozenset({S.DELIVERED, S.REFUSED, S.EXPIRED, S.CANCELLED})
# Events that a person caused: where they have no place, the person is answered.
FROM_A_PERSON = (e.Answered, e.Confirmed, e.Cancelled, e.Noted)


def allowed(state: State, event: e.Event) -> tuple[State, ...]:
    """The states that the event may lead to; empty where it has no place."""
    return TABLE[state].get(type(event), ())


def diagram() -> Iterator[str]:
    """The lines of a Mermaid state diagram of the table."""
    yield "stateDiagram-v2"
    for state, row in TABLE.items():
        start = "[*]" if state is S.NEW else state.value
        for event, targets in row.items():
            for target in targets:
                yield f"    {start} --> {target.value}: {event.__name__}"
    for state in TABLE:
        if state in ENDS:
            yield f"    {state.value} --> [*]"


def page() -> str:
    """The text of docs/states.md."""
    head = "# States of a request\n\nPrinted from `mailproc/workflow/states.py`.\n\n"
    return head + "```mermaid\n" + "\n".join(diagram()) + "\n```\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
