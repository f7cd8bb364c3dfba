"""Bytes of a mail in, values out: no I/O, no clock, no chance.

`read` takes a mail apart (`mime`, `charset`, `headers`), finds what its writer wrote (`body`,
`html`, `quoting`, `signature`), judges who or what wrote it (`kind`, `disguise`), and reads the
form: lines and labels (`fields`, `lines`, `labels`, `naming`, `sense`), values (`values`, `years`,
`ticks`), free letters (`letters`, `signed`, `clauses`), datasets (`items`, `dataset`), and files
that came with it (`attachments`, `sourcing`, and `precedence` where parts disagree). `read_answer`
and `merge` bring a reply into a request, `decision` reads what an approver decides by one,
`decisions` what about several, `narrowed` and `ground` the conditions and the ground of it.
"""

from mailproc.parsers.answer import confused, labelled, read_answer, thanks, with_conditions
from mailproc.parsers.as_json import form_to_json, to_json
from mailproc.parsers.asking import asks, words_of
from mailproc.parsers.attachments import Fence, TooSlow
from mailproc.parsers.away import says_away
from mailproc.parsers.confirmation import confirms, denies
from mailproc.parsers.decision_words import Said
from mailproc.parsers.decision_words import read as decision
from mailproc.parsers.enclosed import Enclosed, enclosed
from mailproc.parsers.form import merge, missing, spread
from mailproc.parsers.grounds import ground
from mailproc.parsers.kind import OUR_MESSAGE_ID
from mailproc.parsers.leftover import changes_data, left_over, wants
from mailproc.parsers.list_words import Many
from mailproc.parsers.list_words import read as decisions
from mailproc.parsers.narrowing_words import read as narrowed
from mailproc.parsers.ours import lays_before
from mailproc.parsers.personal import asks_for_personal
from mailproc.parsers.picking import none_fits
from mailproc.parsers.reader import read
from mailproc.parsers.refusing import refuses
from mailproc.parsers.unclear import unclear
from mailproc.parsers.yes_no import answer as yes_or_no

__all__ = [
    "OUR_MESSAGE_ID",
    "Enclosed",
    "Fence",
    "Many",
    "Said",
    "TooSlow",
    "asks",
    "asks_for_personal",
    "changes_data",
    "confirms",
    "confused",
    "decision",
    "decisions",
    "denies",
    "enclosed",
    "form_to_json",
    "ground",
    "labelled",
    "lays_before",
    "left_over",
    "merge",
    "missing",
    "narrowed",
    "none_fits",
    "read",
    "read_answer",
    "refuses",
    "says_away",
    "spread",
    "thanks",
    "to_json",
    "unclear",
    "wants",
    "with_conditions",
    "words_of",
    "yes_or_no",
]
