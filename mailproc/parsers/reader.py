"""The reader: the bytes of one mail in, what it says out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any, TypeVar

from mailproc.model import Attachment, Form, Item, Known, Reading
from mailproc.parsers import body, headers, kind, mime
from mailproc.parsers import form as forms
from mailproc.parsers.body import Body
from mailproc.parsers.form import Found
from mailproc.parsers.mime import Part

T = TypeVar("T")
_MIN_FIELDS = 3  # labelled fields that make a form without a title
_MAX_ATTACHMENTS = 200
_MAX_RECIPIENTS = 200
_MAX_STAMPS = 50
_MAX_ENCLOSED = 5
_ANSWER = re.compile(r"^\s*(?:re|aw|sv|ตอบกลับ|ตอบ)\s*(?:\[[0-9]{1,3}\])?\s*[:：]", re.I)
_THAI = re.compile("[\u0e01-\u0e5b]")


def read(raw: bytes, known: Known) -> Reading:
    """What the mail says; never raises for any bytes, what could not be read is in `problems`."""
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
        return reading
    reading = _tried("form", lambda: _of_person(root, text, reading, known), reading, problems)
    lost = tuple(problem for problem in problems if problem not in reading.problems)
    return replace(reading, problems=reading.problems + lost) if lost else reading


def _tried(what: str, action: Callable[[], T], default: T, problems: list[str]) -> T:
    """The result of one step; a step that fails costs its own result and no other."""
    try:
        return action()
    except Exception as error:
        problems.append(f"{what} could not be read: {type(error).__name__}")
        return default


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as `parse --json` prints it; the caller adds `file`."""
    return {
        "kind": reading.kind,
        "from_name": reading.from_name,
        "from_addr": reading.from_addr,
        "subject": reading.subject,
        "message_id": reading.message_id,
        "text": reading.text,
        "attachments": [
            {"filename": a.filename, "media_type": a.media_type, "size": a.size}
            for a in reading.attachments
        ],
        "form": None if reading.form is None else form_to_json(reading.form),
        "sources": dict(reading.sources),
        "missing": list(reading.missing),
        "problems": list(reading.problems),
    }


def form_to_json(form: Form) -> dict[str, Any]:
    """The form with absent fields left out."""
    out: dict[str, Any] = {
        f.name: getattr(form, f.name)
        for f in fields_of(Form)
        if f.name != "items" and getattr(form, f.name) is not None
    }
    return out | {"items": [_item_to_json(item) for item in form.items]}


def _item_to_json(item: Item) -> dict[str, Any]:
    out = {}
    for f in fields_of(Item):
        value = getattr(item, f.name)
        if value not in ("", None, (), False):
            out[f.name] = list(value) if isinstance(value, tuple) else value
    return out


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
    )


def _recipients(root: Part) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in ("to", "cc", "delivered-to"):
        for value in root.all(name)[:_MAX_STAMPS]:
            found |= dict.fromkeys(address for _, address in headers.addresses(value))
    return tuple(found)[:_MAX_RECIPIENTS]


def _attachments(root: Part) -> tuple[Attachment, ...]:
    """The files of this mail; what lies inside an enclosed mail is that mail's."""
    found: list[Attachment] = []
    stack = [root]
    while stack and len(found) < _MAX_ATTACHMENTS:
        part = stack.pop()
        if part.is_attachment and (part is not root or part.filename or part.content):
            found.append(Attachment(part.filename, part.media_type, len(part.content)))
        if part.media_type.startswith("multipart/"):
            stack.extend(reversed(part.children))
    return tuple(found)


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
        references = tuple(dict.fromkeys(references + kind.returned_ids(root)))
    delayed = automatic == "bounce" and kind.is_delayed(root)
    return replace(reading, kind=automatic, references=references, delayed=delayed)


def _of_person(root: Part, text: Body, reading: Reading, known: Known) -> Reading:
    """The reading of a mail that a person wrote."""
    if kind.is_encrypted(root, text.text):
        return replace(reading, kind="encrypted")
    if not (text.text or text.quoted or text.twin or reading.attachments or reading.subject):
        return replace(reading, kind="unreadable")
    command = kind.command(text.text)
    reply = kind.is_reply(reading.references, reading.recipients, known)
    found, source = _stated(root, text, reading.subject, known)
    sources = dict.fromkeys(found.names, source)
    clear = _is_form(found) or _has_title(reading, text)
    if not reply and not command:
        items, said_in = _asked(found, text, reading.subject, known)
        clear = clear or bool(items)
        found.form, sources = _with_asked(found.form, items, said_in, sources)
    which = "command" if command else "reply" if reply else "request" if clear else "other"
    reading = replace(reading, kind=which, command=command, clear_sign=clear)
    if which == "request" or (which == "reply" and found.names):
        return replace(
            reading,
            form=found.form,
            sources=sources,
            missing=forms.missing(found.form) if which == "request" else (),
            problems=(*reading.problems, *dict.fromkeys(found.problems)),
        )
    return reading


def _stated(root: Part, text: Body, subject: str, known: Known) -> tuple[Found, str]:
    """The form in the text, or else in its HTML twin, or else in an enclosed mail."""
    best, source = forms.read(text.text, known), text.source
    if len(best.names) < _MIN_FIELDS and text.twin:
        other = forms.read(body.of_twin(text, subject), known)
        if len(other.names) > len(best.names):
            best, source = other, "html"
    if len(best.names) < _MIN_FIELDS:
        for part in _enclosed(root):
            inner = body.read(part, "")
            other = forms.read(inner.text, known)
            if len(other.names) > len(best.names):
                best, source = other, inner.source
    return best, source


def _enclosed(root: Part) -> list[Part]:
    return [part.children[0] for part in root.walk() if _is_enclosed(part)][:_MAX_ENCLOSED]


def _is_enclosed(part: Part) -> bool:
    return bool(part.children) and part.media_type.startswith("message/")


def _is_form(found: Found) -> bool:
    names = set(found.names)
    return len(names) >= _MIN_FIELDS and bool(names & {"dataset", "purpose"})


def _has_title(reading: Reading, text: Body) -> bool:
    """Whether text, subject or a file name carries the title of a request form."""
    if forms.has_title(text.text):
        return True
    if not _ANSWER.match(reading.subject) and forms.names_form(reading.subject):
        return True
    return any(forms.names_form(file.filename) for file in reading.attachments)


def _asked(found: Found, text: Body, subject: str, known: Known) -> tuple[tuple[Item, ...], str]:
    """(items, source) asked for in running text or the subject, where no label names a dataset."""
    if any(item.dataset for item in found.form.items):
        return (), ""
    items = forms.in_prose(text.text, known)
    if items or _ANSWER.match(subject):
        return items, text.source
    return forms.in_prose(subject, known), "subject"


def _with_asked(
    form: Form, items: tuple[Item, ...], source: str, sources: dict[str, str]
) -> tuple[Form, dict[str, str]]:
    """The form with these items, each completed by what labels say (which is the surer)."""
    if not items:
        return form, sources
    labelled = Form(items=form.items)
    merged = tuple(forms.merge(Form(items=(item,)), labelled).items[0] for item in items)
    form = replace(form, items=merged)
    return form, {name: source for name in forms.stated_names(form)} | sources


def _language(words: str) -> str:
    return "th" if _THAI.search(words) else "en"
