"""The one way in for a decision, wherever it was made: page, queue, reply or paper.

`mandate` says who may decide what, `proving` that a person is who the link was sent to, and
`taking` writes state, history and decision row in one transaction. Of two that meet one counts,
and the other is told what does.
"""

from mailproc.deciding.mandate import Mandate, by_link, mandate
from mailproc.deciding.nouns import CHOICES, Given, Outcome, Taken
from mailproc.deciding.pending import is_sensitive, mandates, waiting
from mailproc.deciding.taking import take, take_in, why_not

__all__ = [
    "CHOICES",
    "Given",
    "Mandate",
    "Outcome",
    "Taken",
    "by_link",
    "is_sensitive",
    "mandate",
    "mandates",
    "take",
    "take_in",
    "waiting",
    "why_not",
]
