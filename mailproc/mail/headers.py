"""Header fields and MIME parts as bytes for the wire: ASCII, CRLF, no line over 998 octets.

Written by hand because the standard library alters folded Thai subjects (docs/adr/0007) and needs
more time for one message than all the rest of a letter; the tests read it back with the library.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import b2a_base64
from functools import lru_cache
from urllib.parse import quote

from mailproc.errors import NeedsPerson

_WORD = 45  # octets of UTF-8 in one encoded-word: with its frame 72 of the 75 of RFC 2047
_LINE = 76
_FOLD = "\r\n "
_ATOMS = re.compile(r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~ -]+")
# RFC 5322 dot-atom and host names as in RFC 5321: no quotes, comments, literals or routes.
_ATEXT = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
_ADDRESS = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@({_LABEL}(?:\.{_LABEL})*)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_REFERENCES = 20
_IN_BASE64 = "Content-Transfer-Encoding: base64\r\n"


def clean(value: str) -> str:
    """The value on one line, without control, direction or other unprintable characters."""
    if value.isprintable():
        return value.strip()
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def unstructured(name: str, value: str) -> bytes:
    """A field such as Subject; what is not plain ASCII becomes encoded-words (RFC 2047)."""
    value = clean(value)
    start = len(name) + 2
    plain = _plain(value, start)
    text = _encoded_words(value, start) if plain is None else plain
    return f"{name}: {text}\r\n".encode("ascii")


def mailbox(name: str, display_name: str, address: str) -> bytes:
    """From or To with exactly one address, checked by `strict_address`."""
    return _mailbox(name, clean(display_name), strict_address(address))


@lru_cache(maxsize=512)
def _mailbox(name: str, display_name: str, address: str) -> bytes:
    if not display_name:
        return f"{name}: {address}\r\n".encode("ascii")
    start = len(name) + 2
    is_phrase = _ATOMS.fullmatch(display_name) is not None
    plain = _plain(display_name if is_phrase else _quoted(display_name), start)
    if plain is None:
        words = _encoded_words(display_name, start)
        return f"{name}: {words}{_FOLD}<{address}>\r\n".encode("ascii")
    used = len(f"{name}: {plain}".rpartition("\r\n")[2])
    gap = " " if used + len(address) + 3 <= _LINE else _FOLD
    return f"{name}: {plain}{gap}<{address}>\r\n".encode("ascii")


@lru_cache(maxsize=4096)
def strict_address(address: str) -> str:
    """The address if it is exactly one plain one, else NeedsPerson; an IDN host in its A-label.

    What a server could read as a second or another recipient never gets through.
    """
    local, at, host = address.rpartition("@")
    if at and not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = ""
    match = _ADDRESS.fullmatch(f"{local}@{host}")
    if match is None or len(match[1]) > 64 or len(match[2]) > 253:
        raise NeedsPerson("The address is not one plain e-mail address.", "Correct the address.")
    return match[0]


def message_id(name: str, value: str) -> bytes:
    """A field with one Message-ID of ours; ValueError for anything else."""
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError(f"not a Message-ID: {value!r}")
    return f"{name}: {value}\r\n".encode("ascii")


def threading(in_reply_to: str, references: tuple[str, ...]) -> bytes:
    """In-Reply-To and References; others' Message-IDs that can't be repeated are left out."""
    known = [r for r in dict.fromkeys((*references, in_reply_to)) if _MESSAGE_ID.fullmatch(r)]
    if len(known) > _REFERENCES:
        known = [known[0], *known[1 - _REFERENCES :]]
    lines = f"In-Reply-To: {in_reply_to}\r\n" if in_reply_to in known else ""
    if known:
        lines += "References: " + "\r\n ".join(known) + "\r\n"
    return lines.encode("ascii")


def text_part(subtype: str, text: str) -> bytes:
    """A text part in UTF-8, base64."""
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\n{_IN_BASE64}\r\n'
    return head.encode("ascii") + _base64(text.encode("utf-8"))


def file_part(filename: str, media_type: str, content: bytes) -> bytes:
    """An attachment; its name as RFC 2231 has it."""
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type, re.ASCII):
        media_type = "application/octet-stream"
    head = f"Content-Type: {media_type}\r\n{_IN_BASE64}"
    head += "Content-Disposition: attachment" + _filename(filename) + "\r\n\r\n"
    return head.encode("ascii") + _base64(content)


def multipart(subtype: str, boundary: str, parts: tuple[bytes, ...]) -> bytes:
    """Parts with their header; the boundary holds «=_», which base64 never does."""
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    line = f"--{boundary}".encode("ascii")
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return head + body + line + b"--\r\n"


def _quoted(value: str) -> str:
    """A quoted string (RFC 5322, 3.2.4)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(value: str, used: int) -> str | None:
    """ASCII as it is, broken at single spaces; None where that would not fit or be altered.

    What looks like an encoded-word would be decoded, and readers make one space of several.
    """
    if not value.isascii() or "=?" in value or "  " in value:
        return None
    lines, room = [""], _LINE - used
    for word in value.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = _LINE - 1
        lines[-1] += f" {word}" if lines[-1] else word
        if len(lines[-1]) > room:
            return None
    return _FOLD.join(lines)


def _encoded_words(value: str, used: int) -> str:
    """Encoded-words of whole letters, one a line, the first one short enough for its line."""
    words, chunk = [], b""
    room = min(_WORD, (_LINE - used - 12) // 4 * 3)
    for letter in value:
        octets = letter.encode("utf-8")
        if len(chunk) + len(octets) > room:
            words.append(chunk)
            chunk, room = b"", _WORD
        chunk += octets
    words.append(chunk)
    return _FOLD.join(f"=?utf-8?b?{b64encode(word).decode('ascii')}?=" for word in words)


def _filename(filename: str) -> str:
    name = clean(filename).replace("/", "_").replace("\\", "_") or "file"
    coded = quote(name, safe="")
    if len(coded) <= 50:
        return f"; filename*=utf-8''{coded}"
    pieces, start = [], 0
    while start < len(coded):
        end = start + 54
        end -= next((k for k in (1, 2) if coded[end - k : end - k + 1] == "%"), 0)
        pieces.append(coded[start:end])
        start = end
    first, *rest = pieces
    lines = [f"filename*0*=utf-8''{first}"]
    lines += [f"filename*{number}*={piece}" for number, piece in enumerate(rest, 1)]
    return "".join(f";\r\n {line}" for line in lines)


def _base64(content: bytes) -> bytes:
    coded = b2a_base64(content, newline=False)
    return b"\r\n".join([coded[at : at + _LINE] for at in range(0, len(coded), _LINE)])
