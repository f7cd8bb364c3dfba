"""Which verdict a mail gets and what it means for a request. Decides and touches nothing.

`place` gives the one verdict: `fresh` judges what answers no letter of ours, `replies` what does,
`commands` the words that steer, and `guess` where an unclear mail may belong.
"""

from mailproc.placing.linking import again
from mailproc.placing.nouns import ITEMS_LIMIT, NOTES_LIMIT, SPOKEN_LIMIT, Found, Guess, Placing
from mailproc.placing.parting import one_each
from mailproc.placing.verdict import place

__all__ = [
    "ITEMS_LIMIT",
    "NOTES_LIMIT",
    "SPOKEN_LIMIT",
    "Found",
    "Guess",
    "Placing",
    "again",
    "one_each",
    "place",
]
