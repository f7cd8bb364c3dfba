"""Collects what every part of a mail states: text, HTML twin, files, enclosed mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailproc.model import Known, Refused
from mailproc.parsers import attachments, body, fields, mime, precedence
from mailproc.parsers import form as forms
from mailproc.parsers.attachments import Attached, Content, Fence, File
from mailproc.parsers.body import Body
from mailproc.parsers.form import Found
from mailproc.parsers.mime import Part

MIN_FIELDS = 3  # labelled fields that make a form without a title
_MAX_ENCLOSED = 5
_MAX_DEPTH = 2  # mails within mails
_MAX_FILES = 200
_CONTACTS = frozenset({"requester_name", "position", "organisation", "phone", "email", "line_id"})
_NOT_FILES = frozenset(
    "message/delivery-status message/disposition-notification message/feedback-report "
    "text/calendar text/rfc822-headers text/x-vcard text/vcard application/pgp-signature "
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-keys "
    "application/pgp-encrypted message/partial message/external-body".split()
)
_CONTENT_ID = re.compile(rb"cid:([^\"'\s>)]{1,200})")
_ORNAMENT = 40_000  # bytes; a picture shown within the text that is larger may be the form


@dataclass(slots=True)
class Gathered:
    """What was found, and the files as a person should know of them."""

    found: Found = field(default_factory=Found)
    late: Found = field(default_factory=Found)  # contact lines of the signature; they only fill
    texts: list[tuple[str, str]] = field(default_factory=list)  # (name, running text) of files
    scans: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)  # names of files that state something
    is_titled: bool = False  # one of those carries the title of a request form


def with_winmail(text: Body, attached: Attached) -> Body:
    """The body, or the one inside winmail.dat where the mail has none."""
    if text.text.strip() or not attached.text.strip():
        return text
    return Body(text=attached.text[: body.MAX_TEXT].replace("\r\n", "\n"), quoted=text.quoted)


def opened(root: Part, fence: Fence) -> Attached:
    """The files of a mail, opened; enclosed mails are left to `gather`."""
    return attachments.read(list(_files(root)), fence)


def gather(
    root: Part, text: Body, subject: str, attached: Attached, known: Known, fence: Fence
) -> Gathered:
    """What the mail states in all its parts, by the rule of `precedence`."""
    return _gathered(root, text, subject, attached, known, fence, 0)


def _gathered(
    root: Part, text: Body, subject: str, attached: Attached, known: Known, fence: Fence, depth: int
) -> Gathered:
    out = Gathered(scans=list(attached.scans), refused=list(attached.refused))
    files = [_of_file(name, content, known, out) for name, content in attached.contents]
    if depth < _MAX_DEPTH:
        inner = _enclosed(root, attached)
        files += [_of_mail(part, known, fence, depth, out) for part in inner]
    files = [found for found in files if found.names]
    lines, out.late = _of_text(text, bool(files), known)
    out.found = precedence.over(lines, _of_twin(text, subject, known))
    if files:
        out.found = precedence.over(out.found, precedence.beside(files))
    return out


def _of_text(text: Body, with_files: bool, known: Known) -> tuple[Found, Found]:
    """(labelled lines, contact lines of a signature, which count less than a file)."""
    stated = fields.find(text.text)
    late: list[fields.Stated] = []
    if with_files:
        late = [one for one in stated if one.late and one.name in _CONTACTS]
        late = late or _signed(text.text, stated)
    early = [one for one in stated if not any(one is other for other in late)]
    late += [one for one in fields.find(text.signature) if one.name in _CONTACTS]
    return (
        precedence.sourced(forms.assemble(early, known), text.source),
        precedence.sourced(forms.assemble(late, known), text.source),
    )


def _signed(text: str, stated: list[fields.Stated]) -> list[fields.Stated]:
    """Contact lines in a last paragraph that begins with bare names: a signature unannounced."""
    head, gap, last = text.rstrip().rpartition("\n\n")
    lines = [line for line in last.split("\n") if line.strip()]
    if not gap or not head.strip() or len(lines) < 2 or fields.find(lines[0]):
        return []
    contacts = fields.find(last)
    if not contacts or any(one.name not in _CONTACTS for one in contacts):
        return []
    return stated[-len(contacts) :] if len(contacts) <= len(stated) else []


def _of_twin(text: Body, subject: str, known: Known) -> Found:
    """What the HTML beside a plain text states, where its words are not the same."""
    if not text.twin:
        return Found()
    other = body.of_twin(text, subject)
    if "".join(other.split()) == "".join(text.text.split()):
        return Found()
    return precedence.sourced(forms.read(other, known), "html")


def _of_file(name: str, content: Content, known: Known, out: Gathered) -> Found:
    out.notes += content.notes
    out.texts.append((name, content.text))
    found = precedence.sourced(forms.assemble(content.stated, known), name)
    titled = forms.has_title(content.text) or forms.names_form(name)
    if not found.names or not (titled or is_form(found)):
        return Found()
    out.filled.append(name)
    out.is_titled = out.is_titled or titled
    return found


def is_form(found: Found) -> bool:
    """Enough labelled fields to be a request form without its title."""
    names = set(found.names)
    return len(names) >= MIN_FIELDS and bool(names & {"dataset", "purpose"})


def _of_mail(part: Part, known: Known, fence: Fence, depth: int, out: Gathered) -> Found:
    """What an enclosed mail states, its own files included."""
    inner = body.read(part, "")
    attached = opened(part, fence)
    whole = _gathered(part, with_winmail(inner, attached), "", attached, known, fence, depth + 1)
    out.scans += whole.scans
    out.refused += whole.refused
    out.notes += whole.notes
    out.texts += whole.texts
    out.is_titled = out.is_titled or whole.is_titled or forms.has_title(inner.text)
    return precedence.over(whole.found, whole.late) if whole.found.names else whole.found


def _enclosed(root: Part, attached: Attached) -> list[Part]:
    """Mails inside this one, whatever media type they came under."""
    found = [part.children[0] for part in _walk(root) if part.children and _is_mail(part)]
    found += [mime.take_apart(content)[0] for _, content in attached.mails[:_MAX_ENCLOSED]]
    return found[:_MAX_ENCLOSED]


def _is_mail(part: Part) -> bool:
    return part.media_type.startswith("message/")


def _walk(root: Part) -> Iterator[Part]:
    """The parts of this mail, enclosed mails as one part each."""
    stack = [root]
    while stack:
        part = stack.pop()
        yield part
        if part.media_type.startswith("multipart/"):
            stack.extend(reversed(part.children))


def _files(root: Part) -> Iterator[File]:
    parts = list(_walk(root))
    shown = _shown_in_html(parts)
    count = 0
    for part in parts:
        if not part.is_attachment or (_is_mail(part) and part.children):
            continue
        if part.media_type in _NOT_FILES or (part is root and not part.content):
            continue
        if _is_ornament(part, shown):
            continue
        count += 1
        if count <= _MAX_FILES:
            yield File(part.filename or part.media_type, part.content)


def _shown_in_html(parts: list[Part]) -> frozenset[bytes]:
    """The Content-IDs that the HTML shows within its text."""
    found: set[bytes] = set()
    for part in parts:
        if part.media_type == "text/html" and not part.is_attachment:
            found |= set(_CONTENT_ID.findall(part.content[:1_000_000]))
    return frozenset(found)


def _is_ornament(part: Part, shown: frozenset[bytes]) -> bool:
    """A logo in a signature, say: a small picture that the text shows."""
    if not part.media_type.startswith("image/") or len(part.content) >= _ORNAMENT:
        return False
    return part.first("content-id").strip(b" <>") in shown
