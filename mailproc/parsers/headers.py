"""Header fields: encoded words, addresses, parameters. Bytes in, text out, never raising.

An own RFC 2047 reader, since the standard library puts spaces into long Thai names
(cpython#128110); an own address reader, since it must be linear and must not raise.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote_to_bytes

from mailproc.parsers import charset

_WORD = re.compile(rb"=\?([^?\s]{1,64})\?([bBqQ])\?([^?\r\n]*)\?=")
_PARAM = re.compile(rb';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.S)
_SECTION = re.compile(r"^([^*]+)(?:\*([0-9]{1,3}))?(\*)?$")
_ESCAPED = re.compile(rb"\\(.)", re.S)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_BARE_ID = re.compile(r"[^<>\s,;]{1,200}@[^<>\s,;]{1,200}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\]{1,200}@[^\s<>()\[\],;:\"\\]{1,250}")
_TOKEN = re.compile(
    r'("(?:\\.|[^"])*(?:"|\Z))|(\((?:\\.|[^()\\]){0,200}\))|(<[^<>]*(?:>|\Z|(?=<)))|([^"(<]+|.)',
    re.S,
)
_BACKSLASH = re.compile(r"\\(.)", re.S)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_MAX_VALUE = 16_384  # no honest structured header is longer
_MAX_ADDRESSES = 500
_MAX_PARAMS = 100


def text(value: bytes) -> str:
    """The value as a person would read it, on one line."""
    return charset.one_line(unclean(value))


def unclean(value: bytes) -> str:
    """The value decoded and nothing taken out: what invisible characters are judged by."""
    return "".join(_decoded(value)) if b"=?" in value else charset.decode(value)


def base64(data: bytes) -> bytes:
    """The bytes behind base64, however damaged its padding is."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        data = _NOT_BASE64.sub(b"", data)
        data = data[: len(data) - 1] if len(data) % 4 == 1 else data
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def message_ids(values: Iterable[bytes]) -> tuple[str, ...]:
    """The Message-IDs in such headers as References, in order, each once."""
    found: dict[str, None] = {}
    for value in values:
        line = charset.one_line(charset.decode(value[:_MAX_VALUE]))
        for match in _MESSAGE_ID.findall(line) or [f"<{i}>" for i in _BARE_ID.findall(line)]:
            found[match] = None
    return tuple(found)


def addresses(value: bytes) -> list[tuple[str, str]]:
    """(name, address) of each mailbox; groups are opened, what is no address is left out."""
    return list(_addresses(value) if len(value) < 1_000 else _addresses.__wrapped__(value))


@lru_cache(maxsize=64)
def _addresses(value: bytes) -> tuple[tuple[str, str], ...]:
    """Remembered, as several questions are asked of the same From."""
    chunks = islice(_mailboxes(value.decode("latin-1")), _MAX_ADDRESSES)
    return tuple(found for found in map(_mailbox, chunks) if found[1])


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """The first word of a Content-… header in lower case, and its parameters (RFC 2231)."""
    value = value[:_MAX_VALUE]
    first = value.split(b";", 1)[0].decode("latin-1").strip().lower()
    plain: dict[str, bytes] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in islice(_PARAM.finditer(value), _MAX_PARAMS):
        name, data = match[1].decode("latin-1").lower(), _unquoted(match[2])
        section = _SECTION.match(name)
        if section and (section[2] or section[3]):
            number = int(section[2] or 0)
            sections.setdefault(section[1], {}).setdefault(number, (data, bool(section[3])))
        else:
            plain.setdefault(name, data)
    params = {name: text(data) for name, data in plain.items()}
    params |= {name: _extended(parts) for name, parts in sections.items()}
    return first, params


def _decoded(value: bytes) -> Iterator[str]:
    """The value in pieces; neighbouring words of one charset are joined before decoding, so that
    letters cut in two between them survive."""
    label, held, end = "", b"", 0
    for match in _WORD.finditer(value):
        gap = value[end : match.start()]
        here = match[1].split(b"*")[0].decode("latin-1").lower()
        if held and (gap.strip() or here != label):
            yield charset.decode(held, label)
            held = b""
        if gap.strip() or not end:
            yield charset.decode(gap)
        label, end = here, match.end()
        held += base64(match[3]) if match[2] in b"bB" else _q(match[3])
    if held:
        yield charset.decode(held, label)
    yield charset.decode(value[end:])


def _q(data: bytes) -> bytes:
    return binascii.a2b_qp(data, header=True)


def _unquoted(data: bytes) -> bytes:
    data = data.strip()
    if data[:1] == b'"':
        return _ESCAPED.sub(rb"\1", data[1:-1] if data[-1:] == b'"' else data[1:])
    return data


def _extended(parts: dict[int, tuple[bytes, bool]]) -> str:
    label, out = "", b""
    for number in sorted(parts):
        data, encoded = parts[number]
        if encoded and number == 0 and data.count(b"'") >= 2:
            raw_label, _, data = data.split(b"'", 2)
            label = raw_label.decode("latin-1")
        out += unquote_to_bytes(data) if encoded else data
    return charset.one_line(charset.decode(out, label))


def _mailboxes(line: str) -> Iterator[str]:
    """The line cut at commas and semicolons outside quotes, comments and angles."""
    start, quoted, depth, angle, escaped = 0, False, 0, False, False
    for at, char in enumerate(line):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char in "<>" and not depth:
            angle = char == "<"
        elif char in ",;" and not depth and not angle:
            yield line[start:at]
            start = at + 1
    yield line[start:]


def _mailbox(chunk: str) -> tuple[str, str]:
    name, comment, inner = _split_mailbox(chunk)
    if inner is None:
        found = _ADDRESS.search(name)
        address = found[0] if found else ""
        name = comment
    else:
        found = _ADDRESS.search(_COMMENT.sub("", inner))
        address = found[0] if found else inner
        name = name.strip() or comment
    return _name(name), _address(address)


def _split_mailbox(chunk: str) -> tuple[str, str, str | None]:
    """Words outside angles and comments, the last comment, and what stood in the last angles."""
    words: list[str] = []
    comment, inner = "", None
    for quoted, remark, angle, plain in _TOKEN.findall(chunk):
        if angle:
            inner = angle.strip("<>")
        elif remark:
            comment = _BACKSLASH.sub(r"\1", remark[1:-1])
        else:
            words.append(plain or _BACKSLASH.sub(r"\1", quoted.strip('"')))
    return "".join(words), comment, inner


def _name(words: str) -> str:
    """A display name, without a group's «name:» in front of it."""
    name = text(words.encode("latin-1"))
    return re.sub(r" {2,}", " ", name).strip(" '\"")


def _address(words: str) -> str:
    """The address, where it is one: something on both sides of an @."""
    words = _COMMENT.sub("", words)
    address = charset.one_line(charset.decode(words.encode("latin-1"))).strip("<> ")
    local, at, domain = address.rpartition("@")
    return address if at and local and domain else ""
