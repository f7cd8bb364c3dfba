"""What can happen to a request. Each class is one row heading of `states.TABLE`."""

from __future__ import annotations

from dataclasses import dataclass

from mailproc.model import (
    Attached,
    Conditions,
    Corrected,
    Doubts,
    Form,
    Past,
    Prepared,
    Question,
    Standing,
    State,
)

_NOTHING = Form()
_NO_DOUBTS = Doubts()
_NO_CONDITIONS = Conditions()


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened; `by` says who or what did it."""

    by: str = "mailproc"


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """A mail asks for a dataset."""


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The requester replied; `form` is what is now known, `doubts` what stayed unclear.

    `confused`: the words answer nothing and say that our question was not understood.
    `note`: what the officer should read, all of it or what was left over.
    """

    form: Form = _NOTHING
    doubts: Doubts = _NO_DOUBTS
    confused: bool = False
    none: bool = False  # nothing that is on offer is what the requester needs
    note: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """The requester proved the address by replying from it."""

    form: Form = _NOTHING


@dataclass(frozen=True, slots=True)
class RecipientProved(Event):
    """The owner of the form's address answered: the result goes there."""

    address: str = ""


@dataclass(frozen=True, slots=True)
class RoundOpened(Event):
    """The round that was waited for is loaded."""


@dataclass(frozen=True, slots=True)
class DataPrepared(Event):
    """The query was run. `conditions`: those of the approver as they were carried out;
    `standing`: the yes given ahead, among those in force, that covers it."""

    prepared: Prepared | None = None
    content_hash: str = ""
    past: Past | None = None
    conditions: Conditions | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Unanswerable(Event):
    """The query can't be run as asked; `questions` go back to the requester."""

    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class StepFailed(Event):
    """Preparing or building failed on our side."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class OfficerPassed(Event):
    """The officer finds the request in order."""


@dataclass(frozen=True, slots=True)
class OfficerAsked(Event):
    """The officer needs something from the requester: what is open, or an answer to `note`."""

    questions: tuple[Question, ...] = ()
    note: str = ""  # the officer's own words


@dataclass(frozen=True, slots=True)
class Remarked(Event):
    """The officer has a word for whoever decides; an empty one takes it back."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class OfficerCorrected(Event):
    """The officer put the form right. `corrected`: what the requester wrote in those places."""

    form: Form = _NOTHING
    corrected: tuple[Corrected, ...] = ()


@dataclass(frozen=True, slots=True)
class FileAttached(Event):
    """The officer answers with a file of her own; it is gated and decided upon as any other."""

    attached: Attached | None = None


@dataclass(frozen=True, slots=True)
class HandedOver(Event):
    """A person gave the file to the requester."""

    way: str = ""  # pickup | paper | smart_office | line | other
    file_id: int = 0


@dataclass(frozen=True, slots=True)
class Approved(Event):
    """An approver released exactly what `content_hash` covers, for one seat of the policy.

    With `conditions` the data is prepared anew, and the new content is confirmed once more.
    """

    content_hash: str = ""
    seat: int = 0
    person_id: int = 0
    for_name: str = ""  # whom the approver stands in for
    conditions: Conditions = _NO_CONDITIONS
    entered_by: str = ""  # who wrote down what the approver signed on paper; empty: herself


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """The approver refused; the requester reads `reason` and the legal `ground`."""

    reason: str = ""
    ground: str = ""  # a key of [grounds] in the texts
    for_name: str = ""  # whom the approver stands in for
    entered_by: str = ""  # as above


@dataclass(frozen=True, slots=True)
class Returned(Event):
    """The approver wants something corrected; the requester reads `reason`."""

    reason: str = ""
    for_name: str = ""  # whom the approver stands in for
    entered_by: str = ""  # as above


@dataclass(frozen=True, slots=True)
class Delegated(Event):
    """An approver is away: whoever stands in (`person_id`) is asked too."""

    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Undone(Event):
    """An approver took the yes of a seat back: within the hold, or while others are still asked."""

    seat: int = 0
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class HoldElapsed(Event):
    """The time for undoing is over."""


@dataclass(frozen=True, slots=True)
class DataBuilt(Event):
    """The file is written and passed the gate."""

    file_id: int = 0


@dataclass(frozen=True, slots=True)
class ContentChanged(Event):
    """What was prepared, or even approved, is no longer what would be sent.

    `why`: round (corrected or closed) | entry (the catalogue file) | result (counted anew).
    """

    why: str = "result"


@dataclass(frozen=True, slots=True)
class GateBlocked(Event):
    """The egress gate holds the file back."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class AllSent(Event):
    """The requester's mail server took the file."""


@dataclass(frozen=True, slots=True)
class TooBig(Event):
    """The file fits into no mail, and there is no page to fetch it from."""


@dataclass(frozen=True, slots=True)
class Downloaded(Event):
    """The requester fetched the file from its page, to its last byte."""

    file_id: int = 0


@dataclass(frozen=True, slots=True)
class AccessRevoked(Event):
    """The file is given out no more: its links are void, and it is not sent again.

    `reason`: of an officer who did it herself; it stays in the office.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryFailed(Event):
    """The file was rejected, or nobody can say whether it arrived. `note`: to which address, and
    what its server said."""

    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class BounceReceived(Event):
    """A mail of ours came back; `note` as above."""

    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Resend(Event):
    """A person wants the delivered file sent once more."""


@dataclass(frozen=True, slots=True)
class Silent(Event):
    """The requester did not answer in time."""


@dataclass(frozen=True, slots=True)
class ReminderDue(Event):
    """Somebody has waited long enough to be told again; or a person wants it now, as `ordered`."""

    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Nudged(Event):
    """The requester asks for it to be hurried."""


@dataclass(frozen=True, slots=True)
class PersonSettled(Event):
    """A person decided how it goes on."""

    to: State = State.CANCELLED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled(Event):
    """The requester takes the request back."""


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """A person wrote about the request without changing it. `quiet`: only the officer is told;
    `last`: the requester is told that from now on a person answers; `approver`: its address."""

    note: str = ""
    quiet: bool = False
    last: bool = False
    approver: str = ""
