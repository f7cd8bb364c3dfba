"""Who or what wrote a mail, by its header fields and structure.

Reports come first (`reports`): a bounce must never be taken for a request. Then what says of itself
that a machine wrote it (`automatic`), then lists.
"""

from __future__ import annotations

import re

from mailproc.model import Known
from mailproc.parsers import automatic, headers, reports
from mailproc.parsers.mime import Part

OUR_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})\.mailproc@[^<>\s]{1,250}>")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_IN_SUBJECT = re.compile(r"\[#([0-9a-f]{32})\]", re.I)
_SUBJECT = 1_000  # characters looked at
_LOCAL_PART = 64  # octets, RFC 5321 4.5.3.1.1
OUR_HEADER = "x-mailproc"
AUTOMATIC = frozenset({"auto_reply", "bounce", "report", "list", "own"})
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.M)


def judge(root: Part, from_addr: str, subject: str, text: str, known: Known) -> str | None:
    """The automatic kind of a mail; None where a person wrote it.

    A list is not answered, yet a person may have written through it: the reader goes on to look
    for a clear request there, which `Reading.clear_sign` then says.
    """
    ours = from_addr.lower() in _lowered(known) or bool(tokens((from_addr,), known))
    # A list rewrites From and drops what it does not know; it keeps the Message-ID.
    named = any(OUR_MESSAGE_ID.fullmatch(i) for i in headers.message_ids(root.all("message-id")))
    if ours or named or root.all(OUR_HEADER):
        return "own"
    return (
        reports.report(root, subject, text)
        or reports.bounce(root, from_addr, subject, text)
        or automatic.by_its_own_word(root, subject, text)
        or automatic.list_mail(root)
        or automatic.by_sender(root, from_addr, subject)
    )


def is_reply(
    references: tuple[str, ...], recipients: tuple[str, ...], known: Known, subject: str = ""
) -> bool:
    """Whether the mail answers one of ours: by a Message-ID of ours, by a reply address, or by the
    mark of a mail of ours in its subject."""
    by_mark = bool(tokens(recipients, known) or _IN_SUBJECT.search(subject[:_SUBJECT]))
    return by_mark or any(OUR_MESSAGE_ID.fullmatch(i) for i in references)


def tokens(recipients: tuple[str, ...], known: Known) -> tuple[str, ...]:
    """What stands behind the plus in addresses of ours: `local+{token}@`."""
    own = _lowered(known)
    found = []
    for address in recipients:
        local, _, domain = address.rpartition("@")
        name, plus, token = local.partition("+")
        if plus and token and f"{name}@{domain}".lower() in own:
            found.append(token)
    return tuple(found)


def reply_address(office: str, message_id: str) -> str:
    """«data+0f3a…@example.org» for a mail of ours; empty where the address would be too long."""
    named = OUR_MESSAGE_ID.fullmatch(message_id)
    local, _, domain = office.rpartition("@")
    if named is None or len(local) + 1 + len(named[1]) > _LOCAL_PART:
        return ""
    return f"{local}+{named[1]}@{domain}"


def named_by_address(recipients: tuple[str, ...], known: Known) -> tuple[str, ...]:
    """The Message-IDs of the mails of ours whose reply addresses these are."""
    secret = (token.lower() for token in tokens(recipients, known))
    return _named(tuple(token for token in secret if _TOKEN.fullmatch(token)), known)


def subject_mark(message_id: str) -> str:
    """«[#0f3a…]» for a mail of ours: ties a new mail to it where there is no plus addressing."""
    named = OUR_MESSAGE_ID.fullmatch(message_id)
    return f"[#{named[1]}]" if named else ""


def named_by_subject(subject: str, known: Known) -> tuple[str, ...]:
    """The Message-IDs of the mails of ours whose mark the subject bears."""
    secret = (token.lower() for token in _IN_SUBJECT.findall(subject[:_SUBJECT]))
    return _named(tuple(secret), known)


def _named(secret: tuple[str, ...], known: Known) -> tuple[str, ...]:
    domains = {address.rpartition("@")[2] for address in known.own_addresses}
    return tuple(f"<{one}.mailproc@{domain}>" for one in secret for domain in sorted(domains))


def is_encrypted(root: Part, text: str) -> bool:
    """S/MIME that cannot be looked into, or PGP; text beside an enclosed file is still read."""
    types = {part.media_type for part in root.walk()}
    if "multipart/encrypted" in types or root.media_type in _PKCS7 or _PGP.search(text[:20_000]):
        return True
    sealed = any(part.media_type in _PKCS7 or _is_sealed(part) for part in root.walk())
    return sealed and not text.strip()


def _is_sealed(part: Part) -> bool:
    return part.filename.lower().endswith((".p7m", ".pgp", ".gpg"))


def _lowered(known: Known) -> frozenset[str]:
    return frozenset(address.lower() for address in known.own_addresses)
