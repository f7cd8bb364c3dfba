"""What looks odd about a sender: who writes in whose name, and where answers would go.

After the look-alike checks of UTS #39 (scripts mixed in one word, invisible characters), cut down
to what an office meets. A flag accuses nobody; it is shown to the officer and the director.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from mailproc.parsers import headers
from mailproc.parsers.mime import Part

_ADDRESS_IN_NAME = re.compile(
    r"[^\s<>()\[\],;:\"'@＠]{1,80}(?:\s?[@＠﹫]\s?|\s?[(\[]at[)\]]\s?)[^\s<>()\[\],;:\"'@＠]{1,120}",
    re.I,
)
_INVISIBLE = frozenset(
    [0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x200E), *range(0x2060, 0x2065)]
)
_ALWAYS_ODD = frozenset(
    [
        0x115F,
        0x1160,
        0x3164,
        0xFFA0,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xE0000, 0xE0080),
    ]
)
_MARKS = frozenset(
    {0x200E, 0x200F}
)  # some programs put one beside a name; between letters it hides
_CONFUSED = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_STYLED = ("FULLWIDTH LATIN", "MATHEMATICAL", "MODIFIER LETTER", "LATIN LETTER SMALL CAPITAL")
_WORD = re.compile(r"[^\W\d_]+")
_LOOK_ALIKE = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_LONGEST = 2_000  # characters looked at of one name


def flags(root: Part) -> tuple[str, ...]:
    """Of several_from, display_address, mixed_script, "
    "punycode, invisible, reply_to those that hold."""
    senders = [one for value in root.all("from")[:20] for one in headers.addresses(value)][:50]
    raw = " ".join(headers.unclean(value[:16_384]) for value in root.all("from")[:20])
    names = [name[:_LONGEST] for name, _ in senders]
    found = {
        "several_from": len(root.all("from")) > 1 or len(_distinct(senders)) > 1,
        "display_address": any(_shows_another(name, address) for name, address in senders),
        "mixed_script": any(_is_mixed(name) for name in names)
        or any(_is_look_alike(address) for _, address in senders),
        "punycode": any(_is_punycode(address) for _, address in senders),
        "invisible": _hides(raw[:_LONGEST]),
        "reply_to": bool(reply_to(root)),
    }
    return tuple(name for name, holds in found.items() if holds)


def from_addrs(root: Part) -> tuple[str, ...]:
    """Every address in the From fields, each once."""
    senders = [one for value in root.all("from")[:20] for one in headers.addresses(value)]
    return tuple(_distinct(senders))[:50]


def reply_to(root: Part) -> tuple[str, ...]:
    """The addresses in Reply-To that are not the sender's."""
    wanted = [one for value in root.all("reply-to")[:20] for one in headers.addresses(value)]
    own = {address.casefold() for address in from_addrs(root)}
    return tuple(a for a in _distinct(wanted) if a.casefold() not in own)[:50]


def _distinct(senders: list[tuple[str, str]]) -> list[str]:
    return list({address.casefold(): address for _, address in reversed(senders)}.values())[::-1]


def _shows_another(name: str, address: str) -> bool:
    """Whether the name holds an address that is not the sender's."""
    shown = _ADDRESS_IN_NAME.findall(unicodedata.normalize("NFKC", name[:_LONGEST]))
    own = _plain(address)
    return any("." in _plain(one) and _plain(one) != own for one in shown)


def _plain(address: str) -> str:
    words = re.sub(r"\s?[(\[]at[)\]]\s?", "@", address, flags=re.I)
    return words.replace(" ", "").strip(".").casefold()


def _is_mixed(words: str) -> bool:
    """Whether one word mixes alphabets that look alike, or letters dressed up as others."""
    return any(
        len(_scripts(word) & _CONFUSED) > 1 or "STYLED" in _scripts(word)
        for word in _WORD.findall(words)
    )


def _is_look_alike(address: str) -> bool:
    """Whether an address mixes alphabets in a label, or is foreign letters alone where ASCII stands
    beside them (аррӏе.com is Cyrillic throughout)."""
    if address.isascii():
        return False
    labels = [label for label in re.split(r"[.@]", address) if label]
    if any(_is_mixed(label) for label in labels):
        return True
    scripts = [_scripts("".join(_WORD.findall(label))) for label in labels]
    return any(s & _LOOK_ALIKE for s in scripts) and any("LATIN" in s for s in scripts)


def _scripts(word: str) -> set[str]:
    """The scripts of the letters, by the first word of their Unicode names."""
    found = set()
    for char in word:
        if char.isascii():
            found.add("LATIN")
            continue
        name = unicodedata.name(char, "")
        found.add("STYLED" if name.startswith(_STYLED) else name.partition(" ")[0])
    return found


def _is_punycode(address: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    return any(label.startswith("xn--") for label in domain.split("."))


def _hides(words: str) -> bool:
    """Whether invisible characters stand beside Latin "
    "letters; between Thai ones they break lines."""
    padded = f" {words} "
    for (before, char), (_, after) in pairwise(pairwise(padded)):
        code = ord(char)
        if code in _ALWAYS_ODD:
            return True
        if code in _INVISIBLE and (_is_latin(before) or _is_latin(after)):
            return True
        if code in _MARKS and _is_latin(before) and _is_latin(after):
            return True
    return False


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "@.-_")
