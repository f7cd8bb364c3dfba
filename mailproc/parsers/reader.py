"""The reader: the bytes of one mail in, what it says out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from mailproc.model import Attachment, Form, Known, Reading
from mailproc.parsers import (
    answer,
    body,
    command,
    covering,
    disguise,
    headers,
    kind,
    letters,
    mime,
    precedence,
    reports,
    sourcing,
)
from mailproc.parsers import form as forms
from mailproc.parsers.attachments import Fence, no_fence
from mailproc.parsers.body import Body
from mailproc.parsers.form import Found
from mailproc.parsers.mime import Part
from mailproc.parsers.sourcing import Gathered

T = TypeVar("T")
_MAX_ATTACHMENTS = 200
_MAX_RECIPIENTS = 200
_MAX_STAMPS = 50
_NUMBERED = re.compile(r"(?<![0-9])2[0-9]{3}/[0-9]{5}(?![0-9])")  # as subjects of ours are
_ANSWER = re.compile(r"^\s*(?:re|aw|sv|ตอบกลับ|ตอบ)\s*(?:\[[0-9]{1,3}\])?\s*[:：]", re.I)
_THAI = re.compile("[\u0e01-\u0e5b]")


def read(raw: bytes, known: Known, fence: Fence = no_fence) -> Reading:
    """What the mail says; never raises for any bytes, what could not be read is in `problems`.

    Where parts disagree, `precedence` holds its one rule: labelled lines of the mail itself, then
    its files, then the signature. `fence` stops the reading of a file that takes too long.
    """
    root, noted = mime.take_apart(raw)
    problems = list(noted)
    reading = _head(root, problems)
    text = _tried("body", lambda: body.read(root, reading.subject), Body(), problems)
    if text.cut:
        problems.append("the text is very long and was cut")
    reading = replace(
        reading,
        text=text.text,
        quoted=text.quoted,
        attachments=_attachments(root),
        digest=_digest(root, reading),
        language=_language(reading.subject + text.text),
        problems=tuple(problems),
    )
    reading = _tried("kind", lambda: _judged(root, reading, known), reading, problems)
    if reading.kind in kind.AUTOMATIC:
        is_list = reading.kind == "list"
        return _through_list(root, text, reading, known, fence) if is_list else reading
    reading = _tried(
        "form", lambda: _of_person(root, text, reading, known, fence), reading, problems
    )
    lost = tuple(problem for problem in problems if problem not in reading.problems)
    return replace(reading, problems=reading.problems + lost) if lost else reading


def _tried(what: str, action: Callable[[], T], default: T, problems: list[str]) -> T:
    """The result of one step; a step that fails costs its own result and no other."""
    try:
        return action()
    except Exception as error:
        problems.append(f"{what} could not be read: {type(error).__name__}")
        return default


def _head(root: Part, problems: list[str]) -> Reading:
    """What the header fields say; the kind is settled later."""
    senders = headers.addresses(root.first("from")) or headers.addresses(root.first("sender"))
    if not senders:
        problems.append("no sender address")
    if len(senders) > 1 or len(root.all("from")) > 1:
        problems.append("more than one sender; the first was taken")
    name, address = senders[0] if senders else (headers.text(root.first("from")), "")
    ids = headers.message_ids(root.all("message-id")[:1])
    return Reading(
        kind="other",
        from_name=name,
        from_addr=address,
        subject=headers.text(root.first("subject")),
        message_id=ids[0] if ids else "",
        references=headers.message_ids(root.all("in-reply-to") + root.all("references")),
        recipients=_recipients(root),
        authentication_results=tuple(
            headers.text(value) for value in root.all("authentication-results")[:_MAX_STAMPS]
        ),
        from_addrs=disguise.from_addrs(root),
        reply_to=disguise.reply_to(root),
        flags=disguise.flags(root),
    )


def _recipients(root: Part) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("to", "cc", "delivered-to"):
        for value in root.all(name)[:_MAX_STAMPS]:
            found |= dict.fromkeys(address for _, address in headers.addresses(value))
    return tuple(found)[:_MAX_RECIPIENTS]


def _attachments(root: Part) -> tuple[Attachment, ...]:
    files = islice(mime.files(root), _MAX_ATTACHMENTS)
    return tuple(Attachment(one.filename, one.media_type, len(one.content)) for one in files)


def _digest(root: Part, reading: Reading) -> str:
    """Equal for equal mails however they travelled: no trace headers, no transfer encoding."""
    digest = hashlib.sha256()
    pieces = [reading.message_id, f"{reading.from_name} <{reading.from_addr}>"]
    pieces += [headers.text(root.first("date")), reading.subject]
    contents = [piece.encode("utf-8") for piece in pieces]
    for part in root.walk():
        if not part.children:
            is_text = part.media_type.startswith("text/")
            contents.append(part.content.replace(b"\r\n", b"\n") if is_text else part.content)
    for content in contents:
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


def _judged(root: Part, reading: Reading, known: Known) -> Reading:
    """The reading with its automatic kind, if it has one."""
    automatic = kind.judge(root, reading.from_addr, reading.subject, reading.text, known)
    if automatic is None:
        return reading
    references = reading.references
    if automatic in ("bounce", "report"):
        references = tuple(dict.fromkeys(references + reports.returned_ids(root)))
    delayed = automatic == "bounce" and reports.is_delayed(root)
    why = reports.diagnosis(root, reading.text) if automatic == "bounce" else ""
    return replace(reading, kind=automatic, references=references, delayed=delayed, diagnosis=why)


def _through_list(root: Part, text: Body, reading: Reading, known: Known, fence: Fence) -> Reading:
    """A list's mail, marked where a person clearly requests through it: an officer sees that."""
    problems: list[str] = []
    person = _tried(
        "form", lambda: _of_person(root, text, reading, known, fence), reading, problems
    )
    return replace(reading, clear_sign=person.clear_sign)


def _of_person(root: Part, text: Body, reading: Reading, known: Known, fence: Fence) -> Reading:
    """The reading of a mail that a person wrote."""
    if kind.is_encrypted(root, text.text):
        return replace(reading, kind="encrypted")
    if not (text.text or text.quoted or text.twin or reading.attachments or reading.subject):
        return replace(reading, kind="unreadable")
    attached = sourcing.opened(root, fence)
    text = sourcing.with_winmail(text, attached)
    all_ = sourcing.gather(root, text, reading.subject, attached, known, fence)
    reading = replace(
        reading,
        text=text.text,
        scans=tuple(dict.fromkeys(all_.scans)),
        refused=tuple(dict.fromkeys(all_.refused)),
        problems=(*reading.problems, *dict.fromkeys(all_.notes)),
    )
    return _placed(reading, text, all_, known)


def _placed(reading: Reading, text: Body, all_: Gathered, known: Known) -> Reading:
    """The reading with its kind, and its form where it states one."""
    asked = command.find(text.text, reading.subject, files=bool(reading.attachments))
    reply = kind.is_reply(reading.references, reading.recipients, known, reading.subject)
    found, sources = all_.found, all_.found.sources
    clear = sourcing.is_form(found) or _has_title(reading, text, all_)
    if not reply and not asked:
        found, sources = _signed(found, all_.late)
        told, said_in = _asked(found, text, reading.subject, all_, known)
        clear = clear or bool(told.form.items)
        found.form, sources = _with_asked(found.form, told.form, said_in, sources)
        found.problems += told.problems
    if reply and not asked:
        found, sources = _in_sentences(found, sources, text, known)
    which = "command" if asked else "reply" if reply else "request" if clear else "other"
    reading = replace(reading, kind=which, command=asked, clear_sign=clear)
    if not clear or _ANSWER.match(reading.subject):
        # A whole form to an old reply address comes from an address book: it is no answer.
        named = kind.named_by_address(reading.recipients, known)
        named += kind.named_by_subject(reading.subject, known)
        reading = replace(reading, references=(*reading.references, *named))
    if which == "request" or (which == "reply" and found.names):
        return replace(
            reading,
            form=found.form,
            sources=sources,
            missing=forms.missing(found.form) if which == "request" else (),
            problems=(*reading.problems, *dict.fromkeys(found.problems)),
        )
    return reading


def _in_sentences(
    found: Found, sources: dict[str, str], text: Body, known: Known
) -> tuple[Found, dict[str, str]]:
    """A reply's form with what it states without labels, which are the surer."""
    said = answer.stated(text.text, known)
    if said == Form():
        return found, sources
    whole = replace(found, form=forms.merge(said, found.form))
    whole.names = forms.stated_names(whole.form)
    return whole, {name: text.source for name in whole.names} | sources


def _signed(found: Found, late: Found) -> tuple[Found, dict[str, str]]:
    """A request completed by the contact lines of its signature; nobody disagrees with those."""
    if not found.names:
        return found, found.sources
    problems = list(found.problems)
    whole = precedence.over(found, late)
    whole.problems = problems
    return whole, whole.sources


def _has_title(reading: Reading, text: Body, all_: Gathered) -> bool:
    """Whether the mail hands in a request form: by a title, or words beside a file to look at.

    The name of a file counts only where the file was filled in or could not be read: a blank form
    that comes with an ordinary mail asks for nothing.
    """
    if forms.has_title(text.text) or all_.is_titled:
        return True
    subject = "" if _ANSWER.match(reading.subject) else reading.subject
    if forms.names_form(subject):
        return True
    unread = [*all_.scans, *(one.filename for one in all_.refused)]
    if unread and covering.asks(text.text, reading.subject, unread):
        return True
    return bool(reading.attachments) and covering.hands_in(text.text, subject)


def _asked(
    found: Found, text: Body, subject: str, all_: Gathered, known: Known
) -> tuple[Found, str]:
    """(what is asked for, source) in running text, a letter or the subject, where no label does."""
    labelled = any(item.dataset for item in found.form.items)
    if labelled and sourcing.is_form(found):
        return Found(letters.writer(text.text)), text.source
    if not found.names and forms.is_blank(text.text):
        return Found(), text.source
    told = letters.read(text.text, known, text.signature)
    if labelled:
        return _beside_label(found, told, text.text), text.source
    if told.form.items or _ANSWER.match(subject) or _NUMBERED.search(subject):
        return told, text.source
    for name, letter in all_.texts:
        if forms.has_title(letter):
            continue  # a form, filled in or blank, is no letter: its notices ask for nothing
        if not text.text.strip() or covering.asks(text.text, subject, [name]):
            told = letters.read(letter, known)
            if told.form.items:
                return told, name
    return letters.read(subject, known), "subject"


def _beside_label(found: Found, told: Found, text: str) -> Found:
    """What a note says around the one label that begins it: «ขอข้อมูล», and a list below."""
    if len(told.form.items) < len(found.form.items):
        return Found(letters.writer(text))
    found.form = replace(found.form, items=())
    return told


def _with_asked(
    form: Form, told: Form, source: str, sources: dict[str, str]
) -> tuple[Form, dict[str, str]]:
    """The form with what running text says, completed by what labels say (which is the surer)."""
    if told == Form():
        return form, sources
    if told.items:
        labelled = Form(items=form.items)
        items = tuple(forms.merge(Form(items=(item,)), labelled).items[0] for item in told.items)
    else:
        items = form.items
    form = replace(forms.merge(replace(told, items=()), replace(form, items=())), items=items)
    return form, {name: source for name in forms.stated_names(form)} | sources


def _language(words: str) -> str:
    return "th" if _THAI.search(words) else "en"
