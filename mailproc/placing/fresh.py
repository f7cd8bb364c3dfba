"""Mails that answer no letter of ours: requests, commands, and what nobody can place."""

from __future__ import annotations

from dataclasses import replace

from mailproc import parsers
from mailproc.model import Form, Known, Reading
from mailproc.parsers import intent
from mailproc.placing import commands, guess
from mailproc.placing.nouns import HOURLY_LIMIT, ITEMS_LIMIT, Found, Placing
from mailproc.placing.parting import one_each

_SURE = 0.3  # a guess below is none: in a shared mailbox the mail is then not for us


def place(reading: Reading, found: Found, known: Known) -> Placing:
    """The verdict on a mail of a person."""
    if reading.command:
        return commands.alone(reading, found, known)
    if reading.kind in ("encrypted", "unreadable"):
        return _unread(reading, found, known)
    if parsers.lays_before(reading.subject):
        return _forwarded(reading, found, known)
    if parsers.asks_for_personal(reading):
        return _personal(reading, found, known)
    if _is_request(reading):
        return opened(reading, found, known)
    return _unclear(reading, found, known)


def by_list(reading: Reading, found: Found, known: Known) -> Placing:
    """A list is never answered; a request that came through one waits for the officer."""
    if not reading.clear_sign:
        return Placing("ignored_automatic")
    return unplaced(reading, found, known, "a request through a mailing list")


def opened(reading: Reading, found: Found, known: Known) -> Placing:
    """One request for each dataset, year and round."""
    forms = one_each(reading.form or Form(), known.spanning)
    if found.opened_lately + len(forms) > HOURLY_LIMIT and not found.placed:
        return _flooded(reading, found, known)
    if len(forms) <= ITEMS_LIMIT:
        return Placing("opened", forms=forms)
    waiting = unplaced(reading, found, known, f"{len(forms)} datasets in one mail")
    return replace(waiting, answer="too_many", reason=str(len(forms)))


def _forwarded(reading: Reading, found: Found, known: Known) -> Placing:
    """A letter to an approver in other hands: what it tells of a request asks for nothing anew."""
    waiting = unplaced(reading, found, known, "a forwarded letter to an approver")
    return replace(waiting, answer="" if found.often else "passed_on", last=found.last)


def _personal(reading: Reading, found: Found, known: Known) -> Placing:
    """Data of single pupils: the sender learns why it is not given, and the officer sees it."""
    waiting = unplaced(reading, found, known, "asks for personal data of pupils")
    return replace(waiting, answer="" if found.often else "personal", last=found.last)


def _flooded(reading: Reading, found: Found, known: Known) -> Placing:
    """A program that has gone wrong, or a person with a long list: the officer looks first."""
    waiting = unplaced(reading, found, known, f"more than {HOURLY_LIMIT} requests in an hour")
    return replace(waiting, answer="" if found.notes_today else "too_many")


def unplaced(reading: Reading, found: Found, known: Known, problem: str) -> Placing:
    """On the officer's list, with the best guesses."""
    guesses = guess.guesses(reading, found, known)
    return Placing("unplaced", problem=problem, waits=True, guesses=guesses)


def _is_request(reading: Reading) -> bool:
    """A clear sign; or a picture or a file that can't be read, sent with words that ask."""
    if reading.kind == "request" or (reading.kind == "reply" and reading.clear_sign):
        return True
    names = (*reading.scans, *(file.filename for file in reading.refused))
    return bool(names) and intent.asks_for_data(reading.subject, reading.text, *names)


def _unread(reading: Reading, found: Found, known: Known) -> Placing:
    """What can't be looked into is answered where it may well be for us."""
    sure = found.dedicated or reading.clear_sign or bool(found.own)
    sure = sure or intent.asks_for_data(reading.subject)
    first = reading.kind == "encrypted" and not reading.references
    waiting = unplaced(reading, found, known, reading.kind)
    return replace(waiting, answer=reading.kind) if sure or first else waiting


def _unclear(reading: Reading, found: Found, known: Known) -> Placing:
    """What speaks for no request stays as it was, unless the mailbox is for requests alone."""
    problem = f"kind {reading.kind}"
    waiting = unplaced(reading, found, known, problem)
    if found.dedicated:
        answer = "" if found.forms_lately else "form"
        return replace(waiting, answer=answer, reason="unclear")
    if any(one.score >= _SURE for one in waiting.guesses):
        ours = found.own and found.verified and not found.often and parsers.asks(reading)
        return replace(waiting, answer="passed_on", last=found.last) if ours else waiting
    return Placing("unplaced", problem=problem)
