"""Fifty payloads in every word that is not ours: the wire has our headers only, text stays text.

Which words those are is found by the types: a new field of a letter, a request or a form gets the
payloads by itself, unless it is named below as a word of our own.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pytest

from mailproc.mail.compose import Composer
from mailproc.model import Form, Known, Letter, Reading
from mailproc.parsers import read as read_mail
from tests.factories import a_built, a_catalogue, a_letter, a_question, a_request, an_office
from tests.mail.test_compose import (
    HEADERS,
    INJECTIONS,
    KINDS,
    LINKS,
    TEMPLATES,
    assert_fit_for_the_wire,
    bodies,
    links_in,
    read,
    shown,
)
from tests.test_defang import AUTO_LINK

_MARKUP = "</td></p><b onload=x>{{77*77}}{% raw %}<a href='http://evil.example'>"
# Words of our own, or checked where they come in: codes, numbers, addresses, our Message-ID.
_OURS = frozenset(
    "kind language to_addr message_id created_at number requester_addr deliver_to state channel "
    "field problem requester_type delivery dataset_id level format needed_by letter_date flags "
    "sensitivity suppression until query digest round_digest dataset_digest result_digest "
    "content_hash decided_at_hash as_of vouched trust resume title_th title_en columns".split()
)
_ADDRESSES = ("data@example.org", "somsri@school.example.org")


def poisoned(value: Any, payload: str) -> Any:
    """The value with the payload in place of every text that is not ours, however deep."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {f.name: getattr(value, f.name) for f in fields(value)}
        optional = {f.name for f in fields(value) if f.type == "str | None"}
        changed = {
            name: payload if name in optional else poisoned(old, payload)
            for name, old in found.items()
            if name not in _OURS
        }
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(poisoned(one, payload) for one in value) or value
    is_text = isinstance(value, str) and not isinstance(value, StrEnum)
    return payload if is_text and not isinstance(value, date | datetime) else value


def a_poisoned_letter(kind: str, language: str, payload: str) -> Letter:
    request = replace(
        a_request(decided_by="x", reason="x", asks=1),
        questions=(a_question(),),
        reply_to=("x@example.org",),
    )
    letter = a_letter(kind, language=language, reason="x", note="x", questions=(a_question(),))
    return poisoned(replace(letter, request=request), payload)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(an_office(), (TEMPLATES,), a_catalogue())


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_of_a_stranger_adds_a_header_a_link_or_a_tag(composer: Composer, kind: str) -> None:
    assert len(INJECTIONS) >= 50
    clean = bodies(composer.compose(a_letter(kind, request=a_request()), LINKS))[1]
    tags = set(re.findall(r"<(\w+)", clean)) | set("br ol li blockquote p table tr td div".split())
    tags |= set("tbody span strong h2 a".split())
    for number, payload in enumerate(INJECTIONS):
        letter = a_poisoned_letter(kind, ("th", "en")[number % 2], payload + _MARKUP)
        _assert_only_our_headers(composer.compose(letter, LINKS, (a_built(filename=payload),)))
        file = a_built()
        text, html = bodies(composer.compose(letter, LINKS, (file,)))
        assert set(re.findall(r"<(\w+)", html)) <= tags
        assert links_in(html) <= set(LINKS.values())
        assert not re.search(r"<[^>]*\son\w+|5929", html)
        for part in (text, shown(html)):
            for ours in (*LINKS.values(), file.filename, *_ADDRESSES):
                part = part.replace(ours, "")
            assert not AUTO_LINK.search(part), AUTO_LINK.search(part)


def _assert_only_our_headers(wire: bytes) -> None:
    assert_fit_for_the_wire(wire)
    head = wire.partition(b"\r\n\r\n")[0]
    names = [name.decode() for name in re.findall(rb"(?m)^([^\s:]+):", head)]
    assert len(names) == len(set(names))
    assert set(names) <= HEADERS.keys()
    assert all(re.match(rb"[A-Za-z-]+: |[ \t]", line) for line in head.split(b"\r\n"))
    assert [a.addr_spec for a in read(wire)["To"].addresses] == [_ADDRESSES[1]]


# ---------------------------------------------------------------- from a mail to our answer


def _word(payload: str) -> str:
    return f"=?utf-8?B?{b64encode(payload.encode()).decode()}?="


def _mail(payload: str) -> bytes:
    """A request that says the payload wherever a mail can say something."""
    word = _word(payload)
    lines = (
        f"From: {word} <somsri@school.example.org>",
        f"To: {word} <data@example.org>",
        f"Reply-To: {word} <other@example.org>",
        f"Subject: {word}",
        f"Message-ID: <{word}@school.example.org>",
        f"In-Reply-To: <{word}>",
        f"References: {word} <a@b> <{payload.splitlines()[0]}>",
        f'Content-Type: text/plain; charset=utf-8; name="{word}"',
        f'Content-Disposition: inline; filename="{word}"',
    )
    labels = ("ชื่อ-สกุล", "ตำแหน่ง", "หน่วยงาน", "ข้อมูลที่ต้องการ", "เงื่อนไข", "วัตถุประสงค์")
    body = "แบบคำขอใช้บริการข้อมูล\n" + "".join(f"{label}: {payload}\n" for label in labels)
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def test_a_mail_full_of_them_is_answered_with_our_headers_only(composer: Composer) -> None:
    for payload in INJECTIONS:
        reading = read_mail(_mail(payload), Known())
        assert reading.from_addr == "somsri@school.example.org"
        for line in (reading.from_name, reading.subject, reading.message_id, *reading.references):
            assert len(line.splitlines()) <= 1
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e]", line)
        _assert_only_our_headers(composer.compose(_answer(reading), LINKS))


def _answer(reading: Reading) -> Letter:
    form = replace(reading.form or Form(), email=reading.from_addr)
    return a_letter(
        "receipt",
        to_name=reading.from_name,
        subject=reading.subject,
        in_reply_to=reading.message_id,
        references=reading.references,
        request=a_request(form=replace(form, items=form.items[:1]), subject=reading.subject),
    )
