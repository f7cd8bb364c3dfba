"""winmail.dat (TNEF, MS-OXTNEF): the files inside, and the body where the mail has none."""

from __future__ import annotations

from typing import Any

from mailproc.parsers import charset, html
from mailproc.parsers.attachments.content import File, NotRead

_MAX_OBJECTS = 2_000  # each costs a copy of the rest in tnefparse
_MAX_BYTES = 30_000_000
_MAX_WORK = 2_000_000_000  # bytes copied in all
_LONG_NAME, _SHORT_NAME = 0x3707, 0x3704


def read(content: bytes) -> tuple[list[File], str]:
    """(files, text); raises NotRead."""
    _walk(content)
    from tnefparse import TNEF

    try:
        whole = TNEF(content, do_checksum=False)
    except Exception as error:  # it raises whatever comes of a wrong length
        raise NotRead("damaged") from error
    files = [File(_name(one), bytes(one.data or b"")) for one in whole.attachments]
    return files, _text(whole)


def _walk(content: bytes) -> None:
    """Counts the objects by their lengths before anything is decoded."""
    if len(content) > _MAX_BYTES:
        raise NotRead("too_large")
    at, count, work = 6, 0, 0
    while at + 12 < len(content):
        length = int.from_bytes(content[at + 5 : at + 9], "little") + 11
        count += 1
        work += len(content) - at
        at += length
        if count > _MAX_OBJECTS or work > _MAX_WORK:
            raise NotRead("bomb")


def _name(attachment: Any) -> str:
    """The long name, else the short one; 8-bit names are judged by whose letters they are."""
    found = {one.name: one.data for one in attachment.mapi_attrs}
    for value in (found.get(_LONG_NAME), getattr(attachment, "_name", b""), found.get(_SHORT_NAME)):
        words = charset.decode(value) if isinstance(value, bytes) else str(value or "")
        words = charset.clean(words.strip("\0 "))
        if words:
            return words[:500]
    return ""


def _text(whole: Any) -> str:
    for value, is_html in ((whole.body, False), (whole.htmlbody, True)):
        words = charset.decode(value) if isinstance(value, bytes) else str(value or "")
        words = charset.clean(words.strip("\0"))
        if words.strip():
            return html.to_text(words)[0] if is_html else words
    return ""
