"""Makes a stranger's words harmless to show: no link, no markup of their own, no hidden tricks.

Escaping is not enough: mail clients and LINE make links out of plain text by themselves
(OWASP www-community issue 1127), and direction marks can turn a sentence round.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import is_dataclass
from typing import Any

from mailproc.thai import mend

LINE = 200  # letters of a name, an organisation, a filter
TEXT = 2000  # letters of a purpose, a note
LINES = 40
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*\n")
# Thai stacks three marks on a letter at the most. A mark is neither letter nor space.
_MARKS = 4
_MANY_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MARKS + 1},}}")
# Letters and marks that show nothing (Unicode: Default_Ignorable_Code_Point), and the empty Braille
# pattern: they push words out of sight or break a word that a reader would know.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Browsers read full-width letters, and stops of all kinds, in an address as plain ones.
_STOPS = dict.fromkeys((0x2024, 0x3002, 0xFE52, 0xFF61), ".")
_FOLDED = _STOPS | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_LINKABLE = re.compile(r"[:@.\\]")
_SCHEMES = (
    "javascript|vbscript|data|mailto|tel|smsto|sms|mms|callto|file|skype|line|intent|geo|whatsapp"
    "|facetime(?:-audio)?|sips?|xmpp|magnet|bitcoin|blob|about|view-source|viber|tg|news|ldaps?"
    r"|market|maps|outlook|onenote|ms-[a-z-]+"
)
_RULES = (
    (re.compile(r"http(?=s?\s?:)", re.IGNORECASE), "hxxp"),
    (re.compile(r":(?=//|\\\\)"), "[:]"),
    (re.compile(rf"\b({_SCHEMES}):(?=\S)", re.IGNORECASE), r"\1[:]"),
    (re.compile(r"\\\\(?=\w)"), r"[\\\\]"),
    (re.compile(r"(?<=[^\s@])@(?=[^\s@])"), "[at]"),
    # A dot before what could be the end of a host name; not in «ป.6», «พ.ศ.» or «3.5».
    (
        re.compile(r"(?<=[^\s.])\.(?=[A-Za-z][0-9A-Za-z-]|[^\W\d_\u0e00-\u0e7fA-Za-z]|ไทย|คอม)"),
        "[.]",
    ),
    (re.compile(r"(?<=www)\.", re.IGNORECASE), "[.]"),
    (re.compile(r"(?<=\d)\.(?=\d{1,3}\.\d{1,3}\.\d)"), "[.]"),
)
_PLAIN_ADDRESS = re.compile(r"(?!www\.)[0-9A-Za-z_+-]+(\.[0-9A-Za-z_+-]+)*@[0-9A-Za-z.-]+")


def defang(text: str, limit: int = TEXT) -> str:
    """The words on one or several lines, with every link broken in plain sight («hxxp[:]//»).

    Control, direction and invisible characters are gone; what is too long ends with «…».
    """
    return _shorten(_break_links(_clean(text[: 2 * limit])), limit)


def defang_line(text: str, limit: int = LINE) -> str:
    """The same on a single line, for names and cells."""
    return " ".join(defang(text, limit).split())


def defang_address(address: str) -> str:
    """An address that was checked stays as it is, so that it can be compared and copied."""
    return address if _PLAIN_ADDRESS.fullmatch(address) else defang_line(address)


class Shown:
    """A frozen noun as a template may show it: every string defanged when first looked at.

    Fields in `several_lines` keep their line breaks, those in `plain` stay as they are.
    """

    def __init__(self, noun: Any, several_lines: frozenset[str], plain: frozenset[str]) -> None:
        self.__dict__["_Shown"] = (noun, several_lines, plain)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        noun, several_lines, plain = self.__dict__["_Shown"]
        value = getattr(noun, name)
        if name not in plain:
            value = _shown(value, name in several_lines, several_lines, plain)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


def _shown(value: Any, lines: bool, several_lines: frozenset[str], plain: frozenset[str]) -> Any:
    if type(value) is str:
        return defang(value) if lines else defang_line(value)
    if isinstance(value, tuple):
        return tuple(_shown(part, lines, several_lines, plain) for part in value)
    if is_dataclass(value):
        return Shown(value, several_lines, plain)
    return value


def _clean(text: str) -> str:
    if not text.isprintable():
        text = _SPACES.sub(" ", _BREAKS.sub("\n", text))
        text = "".join(c for c in mend(text) if c == "\n" or c.isprintable())
        text = "\n".join(_BLANK_LINES.sub("\n\n", text).split("\n")[:LINES])
    if not text.isascii():
        text = _MANY_MARKS.sub(_fewer, _UNSEEN.sub("", text).translate(_FOLDED))
    return text.strip()


def _fewer(run: re.Match[str]) -> str:
    """No letter carries more than `_MARKS` marks."""
    kept, count = [], 0
    for sign in run[0]:
        count = count + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if count <= _MARKS:
            kept.append(sign)
    return "".join(kept)


def _break_links(text: str) -> str:
    if _LINKABLE.search(text):
        for pattern, broken in _RULES:
            text = pattern.sub(broken, text)
    return text


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
