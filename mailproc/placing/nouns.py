"""What is known of a mail, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass

from mailproc.model import Form, Question, Request
from mailproc.parsers import Said
from mailproc.workflow import events as e

ITEMS_LIMIT = 10  # datasets in one mail; more go to a person
HOURLY_LIMIT = 20  # requests of one sender in an hour; more wait for a person
NOTES_LIMIT = 3  # answers a day that change nothing and follow no new words of a person
SPOKEN_LIMIT = 20  # mails a day whose new words make them a person's
RESENDS_LIMIT = 3  # copies of one file a day
NOTE_LENGTH = 2_000  # characters of a message that the officer is shown


@dataclass(frozen=True, slots=True)
class Guess:
    """Where an unclear mail may belong; `number` is empty for a request of its own."""

    number: str
    score: float  # 0 to 1
    because: tuple[str, ...]  # number | sender | subject | dataset | form | words | file


@dataclass(frozen=True, slots=True)
class Found:
    """What the store knows about a mail: the letter of ours that it answers, if any."""

    duplicate: bool = False
    letter_kind: str = ""
    audience: str = ""  # of that letter: requester | director | officer
    letter_to: str = ""
    letter_name: str = ""  # its reader, where that is somebody who decides
    request: Request | None = None
    numbered: tuple[Question, ...] = ()  # its questions as a mail about several numbered them
    notes_today: int = 0  # answers to this sender that changed nothing, since he last was heard
    spoke: bool = False  # the mail asks something in words that he did not send today
    verified: bool = False  # our server stamped that the sender is who he says
    dedicated: bool = False  # the mailbox takes requests and nothing else
    own: tuple[Request, ...] = ()  # of this sender: open or lately delivered, newest first
    mentioned: tuple[Request, ...] = ()  # whose number the mail names
    narrowed: bool = False  # a command to some of `own`, without their numbers
    asked: str = ""  # the command about which our letter asked «which request?»
    resends_today: int = 0  # of the request's file
    confirms_today: int = 0  # letters to this sender that ask him to confirm his address
    opened_lately: int = 0  # requests of this sender within the hour
    forms_lately: int = 0  # blank forms that this sender got within a week
    placed: str = ""  # a person's word on a mail that waited: new | reply

    @property
    def often(self) -> bool:
        """Whether the sender had all answers of today that need no new words of his."""
        return not (self.spoke or self.asked) and self.notes_today >= NOTES_LIMIT

    @property
    def last(self) -> bool:
        """Whether an answer to this mail is the last of those."""
        return not (self.spoke or self.asked) and self.notes_today == NOTES_LIMIT - 1


@dataclass(frozen=True, slots=True)
class Placing:
    """A verdict, and at most one of: forms to open requests for, an event, a letter to answer.

    An answer that picks several datasets or years is an event, and forms for the further ones.
    """

    verdict: str
    forms: tuple[Form, ...] = ()
    event: e.Event | None = None
    answer: str = ""  # template of a letter to the sender
    problem: str = ""
    fate: str = ""  # of the letter it answers: bounced | delayed
    reason: str = ""  # of the answer, as a code
    last: bool = False  # the answer is the last one that he gets today without new words
    about: tuple[Request, ...] = ()  # what an answer speaks of, where that is not the letter's
    waits: bool = False  # on the officer's list
    guesses: tuple[Guess, ...] = ()
    said: Said | None = None  # by an approver; a code and the store say whether it counts
    away: bool = False  # an approver's mailbox answers that she is out of the office
