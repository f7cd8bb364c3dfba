"""What an approver's form says: read from its fields, judged, and put as a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailproc import deciding
from mailproc.deciding import Mandate
from mailproc.model import Conditions, Request
from mailproc.parsers import narrowing_words
from mailproc.thai import parse_date, to_arabic
from mailproc.web import wide
from mailproc.web.passkeys import FIELD
from mailproc.web.proof import Typed, typed

CHOICES = ("approve", "conditions", "return", "refuse", "undo", "revoke")
MOST_COLUMNS = 120  # that can be ticked one by one: more make a page of their own
MOST_FIELDS = MOST_COLUMNS + 20
_TEXT = 2000  # letters of a reason
_NOTHING = Conditions()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the person sent; `columns` are the places of those that stay."""

    choice: str
    reason: str
    question: str
    ground: str
    private_note: str
    columns: frozenset[int]
    without: str  # of a wide table: those that go, by number or title
    level: str
    until: str
    remember: bool
    proof: Typed
    passkey: str  # a signature, which its script put there in place of a code
    csrf: str

    @property
    def typed(self) -> dict[str, object]:
        """What the page shows again; never a code."""
        names = "choice reason question ground private_note columns without level until remember"
        return {name: getattr(self, name) for name in names.split()} | {"slip": self.proof.slip}


def read(pairs: Sequence[tuple[str, str]]) -> Sent:
    """The fields as they are meant; of a name that stands twice the last one counts."""
    form = dict(pairs)
    ticked = {value for name, value in pairs if name == "column"}

    def text(name: str) -> str:
        return form.get(name, "").strip()[:_TEXT]

    return Sent(
        choice=form.get("choice", ""),
        reason=text("reason"),
        question=text("question"),
        ground=text("ground"),
        private_note=text("private_note"),
        columns=frozenset(int(x) for x in ticked if x.isascii() and x.isdigit() and len(x) < 5),
        without=text("without")[:500],
        level=text("level"),
        until=text("until")[:100],
        remember=bool(form.get("remember")),
        proof=typed(form),
        passkey=form.get(FIELD, ""),
        csrf=form.get("csrf", ""),
    )


# ---------------------------------------------------------------- what can be narrowed


def columns_to_choose(request: Request) -> tuple[str, ...]:
    """The columns that can be left out by a tick; none of a ready-made file, nor of a wide table,
    whose columns are named by number."""
    prepared = request.prepared
    if prepared is None or prepared.file is not None or is_numbered(request):
        return ()
    return prepared.columns


def is_numbered(request: Request) -> bool:
    """Whether columns are left out by their numbers: too many or too long titles for ticks."""
    prepared = request.prepared
    if prepared is None or prepared.file is not None:
        return False
    return len(prepared.columns) > MOST_COLUMNS or wide.is_wide(prepared)


def conditions(sent: Sent, request: Request) -> Conditions:
    """What is narrowed now; what was narrowed before stays."""
    if sent.choice != "conditions":
        return _NOTHING
    columns, day = columns_to_choose(request), _day(sent.until)
    left_out = tuple(title for at, title in enumerate(columns) if at not in sent.columns)
    left_out = left_out or _named(sent, request)
    return Conditions(left_out, sent.level, day.isoformat() if day else "")


def _named(sent: Sent, request: Request) -> tuple[str, ...]:
    """Of a wide table: the columns that the words name, all of them, or none."""
    if not sent.without or request.prepared is None or not is_numbered(request):
        return ()
    return narrowing_words.named(sent.without, request.prepared.columns)


def _day(text: str) -> date | None:
    """A date in any era and order; «31 ธ.ค. 2569», «31/12/2569», «2026-12-31»."""
    return parse_date(to_arabic(text)) if text else None


# ---------------------------------------------------------------- what is wrong


def fault(
    sent: Sent,
    found: Mandate,
    *,
    grounds: Collection[str],
    unfit: Iterable[str],
    known: bool,
) -> str:
    """The first thing that the person still has to fill in, as an error key; or nothing.

    `unfit`: why the conditions can't be met, as `deciding.narrowing` says it. `known`: the browser
    is a remembered one, so that no code is needed.
    """
    wrong = _choice_fault(sent, found.request, grounds, unfit)
    return wrong or ("" if known or sent.passkey else sent.proof.fault(found.person))


def _choice_fault(
    sent: Sent, request: Request, grounds: Collection[str], unfit: Iterable[str]
) -> str:
    match sent.choice:
        case "approve" | "undo" | "revoke":
            return ""
        case "return":
            return "" if sent.question else "question_missing"
        case "refuse" if sent.ground not in grounds:
            return "ground_missing"
        case "refuse":
            return "" if sent.reason else "reason_missing"
        case "conditions":
            return _conditions_fault(sent, request, unfit)
    return "choice_missing"


def _conditions_fault(sent: Sent, request: Request, unfit: Iterable[str]) -> str:
    if sent.without and is_numbered(request) and not _named(sent, request):
        return "without_unclear"
    if sent.until and _day(sent.until) is None:
        return "until_unclear"
    if conditions(sent, request) == _NOTHING:
        return "conditions_missing"
    return next(iter(unfit), "")


# ---------------------------------------------------------------- the decision


def given(sent: Sent, request: Request, device: str) -> deciding.Given:
    """The decision that was sent; `device` says what proved the person."""
    decision = deciding.Given(
        sent.choice, via="page", device=device, private_note=sent.private_note
    )
    match sent.choice:
        case "conditions":
            return replace(decision, choice="approve", conditions=conditions(sent, request))
        case "return":
            return replace(decision, reason=sent.question)
        case "refuse":
            return replace(decision, reason=sent.reason, ground=sent.ground)
    return decision
