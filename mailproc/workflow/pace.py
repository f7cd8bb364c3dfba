"""How fast the mail server takes our mail, and what goes first while it does not take all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
# Without these a request stands still, or somebody waits for them at a screen.
_FIRST = frozenset(
    "approval approval_list approval_reply confirm confirm_recipient ask security alarm "
    "officer_stopped officer_needs_person escalated".split()
)
_SECOND = frozenset("dataset linked refused handover officer_handover decided".split())
# Nothing waits for ever behind what came later.
PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Pace:
    """The most mails in any minute and in any 24 hours; 0: no limit."""

    per_minute: int = 0
    in_24_hours: int = 0

    @property
    def windows(self) -> tuple[tuple[timedelta, int], ...]:
        """Each span of time with its most mails; none where there is no limit."""
        both = ((_MINUTE, self.per_minute), (_DAY, self.in_24_hours))
        return tuple((span, most) for span, most in both if most)


def ranks() -> dict[str, int]:
    """Kinds of letters that go before the others, the smallest number first."""
    return dict.fromkeys(_FIRST, 0) | dict.fromkeys(_SECOND, 1)


LAST = 2  # all other kinds
