"""Bytes to text: what Thai mail is really written in, whatever its label says.

Python knows no `windows-874`, and TIS-620 mail carries cp874 quotes and dashes, so the Thai
labels share cp874 as WHATWG does. Undeclared 8-bit text is judged by whose letters are Thai:
«try UTF-8 first» is wrong for short words (แบบ in cp874 is valid UTF-8).
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_CP874 = frozenset(
    "windows874 xwindows874 ms874 dos874 ibm874 cp874 874 cstis620 xtis620 tis620 tis6200 "
    "tis62025330 tis62025331 iso885911 xiso885911 iso885911thai isoir166 thai".split()
)
_UNRELIABLE = frozenset(  # what programs write that do not know better
    "usascii ascii ansix341968 iso88591 latin1 windows1252 cp1252 unknown8bit unknown 8bit "
    "default xunknown none binary".split()
) | {""}
_UNSAFE = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LATIN_TOUCH = re.compile(rb"[A-Za-z][\xa1-\xfb]|[\xa1-\xfb][A-Za-z]")
_NOT_THAI = re.compile("[^\x00-\x7f\u0e00-\u0e7f\u2010-\u2027\u20ac\u00a0]")
_THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e5b]")
_DROPPED = dict.fromkeys(
    [
        *(*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)),  # controls
        *(0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # direction
    ]
)
_DROPPED[0] = 0xFFFD
_UNCLEAN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_ODD = re.compile("[\ud800-\udfff\ufffe\uffff]")


def decode(data: bytes, label: str = "") -> str:
    """The text of `data`; never raises, what cannot be read is U+FFFD."""
    if data.isascii() and not _escapes(label):
        return data.decode("ascii")
    codec = _codec(label)
    if codec == "utf-8":
        return _utf8_else_thai(data)
    if codec == "cp874":
        return _thai(data)
    if codec is None:
        return _guess(data)
    try:
        return data.decode(codec, "replace")
    except (ValueError, LookupError):
        return _guess(data)


def known(label: str) -> bool:
    """Whether the label names a charset that can be read as labelled."""
    return _codec(label) is not None or _key(label) in _UNRELIABLE


def clean(text: str) -> str:
    """The text without NUL, control and bidi characters or lone surrogates; LF line ends."""
    if not _UNCLEAN.search(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ODD.sub("\ufffd", text.translate(_DROPPED))


def one_line(text: str) -> str:
    """The text cleaned for a header value: no line breaks, no spaces at the ends."""
    return re.sub(r"[\t\n\u2028\u2029]+ ?", " ", clean(text)).strip()


def _key(label: str) -> str:
    return _NOT_ALNUM.sub("", label[:64].lower())


def _escapes(label: str) -> bool:
    key = _key(label) if label else ""
    return key.startswith(("iso2022", "utf7", "utf16", "utf32", "hz"))


@lru_cache(maxsize=512)
def _codec(label: str) -> str | None:
    """The Python codec for a label; None where the bytes must speak for themselves."""
    key = _key(label)
    if key in _CP874:
        return "cp874"
    if key in _UNRELIABLE:
        return None
    try:
        info = codecs.lookup(label[:64].strip(" \"'"))
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name.replace("-", "_") in _UNSAFE:
        return None
    return info.name


def _utf8_else_thai(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp874") if _is_thai(data) else data.decode("utf-8-sig", "replace")


def _thai(data: bytes) -> str:
    """cp874, unless every non-ASCII letter is Thai when read as UTF-8: then the label is wrong."""
    text = _strict_utf8(data)
    if text is not None and _THAI.search(text) and not _NOT_THAI.search(text):
        return text
    return data.decode("cp874", "replace")


def _guess(data: bytes) -> str:
    """Undeclared 8-bit text: the reading whose letters are Thai, else UTF-8, else Latin."""
    text = _strict_utf8(data)
    if text is not None:
        if _NOT_THAI.search(text) and _is_thai(data):
            return data.decode("cp874")
        return text
    if _is_thai(data):
        return data.decode("cp874")
    replaced = data.decode("utf-8", "replace")
    if replaced.count("\ufffd") * 4 <= len(_HIGH_RUN.findall(data)):
        return replaced  # UTF-8 that was cut
    return data.decode("cp1252", "replace")


def _strict_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_thai(data: bytes) -> bool:
    """Whether the bytes read as Thai: runs of Thai letters that do not touch Latin ones.

    In Latin-1 text the high letters stand alone among ASCII letters (é is a Thai tone mark).
    """
    try:
        data.decode("cp874")
    except UnicodeDecodeError:
        return False
    runs = _HIGH_RUN.findall(data)
    high = sum(map(len, runs))
    in_words = sum(len(run) for run in runs if len(run) > 1)
    return in_words * 10 >= high * 8 and len(_LATIN_TOUCH.findall(data)) * 10 <= len(runs)
