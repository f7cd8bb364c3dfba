"""What the list of all that waits was sent: which are ticked, one choice for them, and a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.model import Person
from mailproc.web.passkeys import FIELD
from mailproc.web.proof import Typed, typed

PER_PAGE = 20
MOST_FIELDS = PER_PAGE + 20
CHOICES = ("approve", "refuse")
_REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Sent:
    """What the person sent; `ticked` are ids of links."""

    ticked: tuple[str, ...]
    choice: str
    ground: str
    reason: str
    csrf: str
    key: str  # of an undo
    proof: Typed
    passkey: str = ""  # a signature, which its script put there in place of a code
    remember: bool = False  # this browser

    def fault(self, person: Person, grounds: Sequence[str], *, known: bool) -> str:
        """The first thing that is still to be filled in, as an error key. `known`: by a remembered
        browser, which needs no code."""
        if not self.ticked:
            return "nothing_ticked"
        if self.choice not in CHOICES:
            return "choice_missing"
        if self.choice == "refuse" and grounds and self.ground not in grounds:
            return "ground_missing"
        if self.choice == "refuse" and not self.reason:
            return "reason_missing"
        return "" if known or self.passkey else self.proof.fault(person)

    @property
    def typed(self) -> dict[str, str]:
        """What the page shows again; never a code."""
        told = {"choice": self.choice, "reason": self.reason, "ground": self.ground}
        remember = "1" if self.remember else ""
        return told | {"slip": self.proof.slip, "remember": remember}


def read(fields: Sequence[tuple[str, str]]) -> Sent:
    """The fields as they are meant; of a name that stands twice the last one counts."""
    form = dict(fields)
    ticked = tuple(dict.fromkeys(value for name, value in fields if name == "take"))
    return Sent(
        ticked=ticked[:PER_PAGE],
        choice=form.get("choice", ""),
        ground=form.get("ground", ""),
        reason=form.get("reason", "").strip()[:_REASON_LENGTH],
        csrf=form.get("csrf", ""),
        key=form.get("key", ""),
        proof=typed(form),
        passkey=form.get(FIELD, ""),
        remember=bool(form.get("remember")),
    )
