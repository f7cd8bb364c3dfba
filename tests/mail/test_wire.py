"""Our Thai headers as others read them: 10,000 names and subjects, three decoders, 0 altered.

The decoders share nothing with the writer: the standard library's `decode_header`, RFC 2047 by
hand, and the reader of this program.
"""

from __future__ import annotations

import email
import email.policy
import random
import re
import unicodedata
from base64 import b64decode
from email.header import decode_header
from email.utils import parseaddr

import pytest

from mailproc.mail import headers
from mailproc.parsers import headers as reader

COUNT = 5_000  # of each: names and subjects
ADDRESS = "a.b@school.example.org"
_CONSONANTS = [chr(code) for code in range(0x0E01, 0x0E2F)]
_MARKS = [chr(code) for code in (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F))]
_VOWELS: list[str] = [*"ะาำเแโใไๅๆฯ"]
_DIGITS: list[str] = [*"๐๑๒๓๔๕๖๗๘๙0123456789"]
_OTHERS: tuple[str, ...] = (
    *(
        "😀",
        "👩‍🏫",
        "é",
        "e\u0301",
        "ü",
        "ß",
        "中",
        "“”",
        "«»",
        "–",
        "…",
        "\u00a0",
        "\u200b",
        "²",
        "№",
    ),
    *('"', "'", "\\", "(", ")", "<", ">", "[", "]", "@", ",", ";", ":", ".", "=", "?", "_", "%"),
    *("=?utf-8?q?x?=", "=?", "?=", "=?utf-8?B?", "a b", "Re: ", "[2569/00012]", "DMC", "Excel"),
)
_WORD = re.compile(r"=\?utf-8\?b\?([^?]*)\?=")


def _cluster(rng: random.Random) -> str:
    """Letters, marks and signs as they come, some in an order that nobody writes."""
    kind = rng.random()
    if kind < 0.6:
        marks = "".join(rng.choices(_MARKS, k=rng.choice((0, 0, 1, 1, 2, 9))))
        return rng.choice(_CONSONANTS) + marks
    if kind < 0.75:
        return rng.choice(_VOWELS)
    return rng.choice(_DIGITS) if kind < 0.85 else rng.choice(_OTHERS)


def a_text(rng: random.Random) -> str:
    """From one letter to far beyond a line, with spaces where lines are broken."""
    length = rng.choice((1, 3, 8, 14, 15, 16, 20, 40, 80, 300))
    spaces = rng.choice(("", " ", "  ", "   "))
    chance = rng.choice((0.0, 0.1, 0.5))
    found = (_cluster(rng) + (spaces if rng.random() < chance else "") for _ in range(length))
    return headers.clean("".join(found))


def texts(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return [a_text(rng) or "ก" for _ in range(count)]


def unfolded(field: bytes) -> str:
    """RFC 5322, 2.2.3: line breaks before white space are taken out, and nothing else."""
    assert field.endswith(b"\r\n")
    assert field.isascii()
    lines = field.removesuffix(b"\r\n").split(b"\r\n")
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    assert all(len(line) <= 78 for line in lines)
    assert all(len(word) <= 75 for word in field.split() if word.startswith(b"=?"))
    return b"".join(lines).decode("ascii")


def by_library(value: str) -> str:
    """`decode_header` gives bytes with a charset, or text, in turns."""
    found: list[tuple[str | bytes, str | None]] = decode_header(value)
    return "".join(x if isinstance(x, str) else x.decode(c or "ascii") for x, c in found)


def by_hand(value: str) -> str:
    """White space between encoded-words is dropped (RFC 2047, 6.2), the words are replaced."""
    joined = re.sub(r"(?<=\?=)[ \t]+(?==\?)", "", value)
    return _WORD.sub(lambda match: b64decode(match[1], validate=True).decode("utf-8"), joined)


def test_no_subject_is_altered() -> None:
    altered = []
    for text in texts(11, COUNT):
        name, _, value = unfolded(headers.unstructured("Subject", text)).partition(": ")
        read = {by_library(value), by_hand(value), reader.text(value.encode("ascii"))}
        if name != "Subject" or read != {text}:
            altered.append((text, read))
    assert altered == []


def test_no_name_is_altered_and_the_address_stays_alone() -> None:
    altered = []
    for text in texts(12, COUNT):
        value = unfolded(headers.mailbox("To", text, ADDRESS)).removeprefix("To: ")
        words, _, rest = value.rpartition(" <")
        shown, address = parseaddr(value)
        read = {by_library(shown), by_hand(shown)}
        if read != {text} or address != ADDRESS or rest != f"{ADDRESS}>" or not words:
            altered.append((text, read, address))
    assert altered == []


def test_every_letter_of_the_thai_block_travels() -> None:
    letters = [
        chr(code) for code in range(0x0E00, 0x0E80) if unicodedata.category(chr(code)) != "Cn"
    ]
    for letter in letters:
        value = unfolded(headers.unstructured("Subject", f"{letter} {letter}{letter}"))
        assert by_library(value) == f"Subject: {letter} {letter}{letter}"


@pytest.mark.parametrize("words", range(1, 40))
def test_a_space_at_each_place_where_lines_break_is_kept(words: int) -> None:
    for text in ("ก" * words + " ข", "a" * words + " ข", "กข " * words + "ค", "ab " * words + "c"):
        value = unfolded(headers.unstructured("Subject", text)).removeprefix("Subject: ")
        assert by_library(value) == by_hand(value) == text


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Jo Doe", b"To: Jo Doe <a.b@school.example.org>\r\n"),
        ("Dr. Jo Doe", b'To: "Dr. Jo Doe" <a.b@school.example.org>\r\n'),
        ('Jo "Q" Doe', b'To: "Jo \\"Q\\" Doe" <a.b@school.example.org>\r\n'),
        ("Doe, Jo", b'To: "Doe, Jo" <a.b@school.example.org>\r\n'),
        (
            "Example Primary Educational Service Area Office 1",
            b"To: Example Primary Educational Service Area Office 1\r\n"
            b" <a.b@school.example.org>\r\n",
        ),
        (
            "Example Primary Educational Service Area Office 1, Policy and Planning Group",
            b'To: "Example Primary Educational Service Area Office 1, Policy and Planning\r\n'
            b' Group" <a.b@school.example.org>\r\n',
        ),
    ],
)
def test_an_english_name_goes_out_in_plain_letters(name: str, wire: bytes) -> None:
    assert headers.mailbox("To", name, ADDRESS) == wire
    message = email.message_from_bytes(wire + b"\r\n", policy=email.policy.default)
    assert [(a.display_name, a.addr_spec) for a in message["To"].addresses] == [(name, ADDRESS)]


def test_a_long_english_subject_goes_out_in_plain_letters() -> None:
    subject = "Re: Students by grade and sex, academic year 2568, round 1, for all of our schools"
    wire = headers.unstructured("Subject", subject)
    assert b"=?" not in wire
    assert unfolded(wire) == f"Subject: {subject}"


def test_an_empty_subject_stays_empty() -> None:
    assert headers.unstructured("Subject", " \r\n ") == b"Subject: \r\n"
