"""Senders that pass themselves off as others, and as many ordinary ones."""

import pytest

from mailproc.parsers import read
from tests.parsers.known import KNOWN

ZWSP, RLO, SHY, BOM, LRM = "\u200b", "\u202e", "\u00ad", "\ufeff", "\u200e"
ODD: list[tuple[str, str]] = [
    ("several_from", "From: director@area.example.org, x@evil.example"),
    ("several_from", "From: x@evil.example, Director <director@area.example.org>"),
    ("several_from", "From: a@b.example\nFrom: c@d.example"),
    ("several_from", "From: Staff: a@b.example, c@d.example;"),
    ("several_from", "From: <a@b.example> <c@d.example>, e@f.example"),
    ("several_from", "From: =?utf-8?B?4LiB?= <a@b.example>; c@d.example"),
    ("display_address", 'From: "somchai@school.example.org" <x@evil.example>'),
    ("display_address", "From: director@area.example.org <x@evil.example>"),
    ("display_address", 'From: "ผอ. <director@area.example.org>" <x@evil.example>'),
    ("display_address", "From: x@evil.example (director@area.example.org)"),
    ("display_address", "From: =?utf-8?q?director=40area=2Eexample=2Eorg?= <x@evil.example>"),
    ("display_address", "From: =?utf-8?B?ZGlyZWN0b3JAYXJlYS5leGFtcGxlLm9yZw==?= <x@evil.example>"),
    ("display_address", 'From: "director(at)area.example.org" <x@evil.example>'),
    ("display_address", 'From: "director [at] area.example.org" <x@evil.example>'),
    ("display_address", 'From: "director＠area.example.org" <x@evil.example>'),
    ("display_address", 'From: "Director, director@area.example.org" <x@evil.example>'),
    ("display_address", 'From: "Director via director@area.example.org" <x@evil.example>'),
    ("mixed_script", "From: Sоmchai <x@evil.example>"),  # the Cyrillic letter
    ("mixed_script", "From: Dirеctor <x@evil.example>"),
    ("mixed_script", "From: x@schооl.example.org"),
    ("mixed_script", "From: x@аррӏе.com"),  # Cyrillic throughout
    ("mixed_script", "From: x@раураl.example.org"),
    ("mixed_script", "From: dirеctor@area.example.org"),
    ("mixed_script", "From: Ｄirector <x@evil.example>"),  # full width
    ("mixed_script", "From: 𝐃irector <x@evil.example>"),
    ("mixed_script", "From: =?utf-8?B?zpFkbWlu?= <x@evil.example>"),  # the Greek letter
    ("punycode", "From: x@xn--80ak6aa92e.com"),
    ("punycode", "From: x@mail.xn--80ak6aa92e.com"),
    ("punycode", "From: Director <x@XN--80AK6AA92E.com>"),
    ("punycode", "From: x@xn--12c1fe0br.xn--o3cw4h"),
    ("invisible", f"From: Som{ZWSP}chai <x@evil.example>"),
    ("invisible", f"From: {RLO}iahcmoS <x@evil.example>"),
    ("invisible", f"From: Dir{SHY}ector <x@evil.example>"),
    ("invisible", f"From: direc{ZWSP}tor@area.example.org"),
    ("invisible", f"From: Dir{BOM}ector <x@evil.example>"),
    ("invisible", f"From: a{LRM}b <x@evil.example>"),
    ("invisible", "From: =?utf-8?B?4oCuaWFoY21vUw==?= <x@evil.example>"),
    ("invisible", "From: Dir\u3164ector <x@evil.example>"),
    ("reply_to", "From: a@b.example\nReply-To: x@evil.example"),
    ("reply_to", "From: a@b.example\nReply-To: A <a@b.example>, x@evil.example"),
]
ORDINARY = [
    "From: a@b.example",
    "From: <a@b.example>",
    'From: "a@b.example" <a@b.example>',
    "From: A@B.example <a@b.example>",
    "From: สมชาย ใจดี <a@b.example>",
    'From: "ใจดี, สมชาย" <a@b.example>',
    f"From: สม{ZWSP}ชาย <a@b.example>",
    f"From: {BOM}สมชาย <a@b.example>",
    f"From: {LRM}สมชาย <a@b.example>",
    f"From: สมชาย{ZWSP} <a@b.example>",
    "From: =?windows-874?B?4bq6?= <a@b.example>",
    "From: =?utf-8?B?4LiB4LiC?= <a@b.example>",
    "From: สพป.ตัวอย่าง เขต 1 <a@b.example>",
    "From: โรงเรียนบ้านตัวอย่าง (ธุรการ) <a@b.example>",
    "From: Mali J. <a@b.example>",
    "From: a@b.example (Mali)",
    "From: Müller <a@b.example>",
    "From: José Ñandú <a@b.example>",
    "From: Иван Петров <a@b.example>",
    "From: Γιώργος <a@b.example>",
    "From: Иван Ivan Петров <a@b.example>",
    "From: 山田 太郎 <a@b.example>",
    "From: 山田 Taro <a@b.example>",
    "From: 김철수 <a@b.example>",
    "From: x@โรงเรียน.example",
    "From: x@โรงเรียน.ไทย",
    "From: x@münchen.example",
    "From: x@my-school.example",
    "From: x@mail1.xn.example",
    "From: Mali 🌸 <a@b.example>",
    "From: ครูมะลิ 👩\u200d🏫 <a@b.example>",
    "From: Mali @ Ban Tua Yang <a@b.example>",
    "From: @mali <a@b.example>",
    'From: "มะลิ\\"น้อย\\" ใจดี" <a@b.example>',
    "From: a@b.example\nReply-To: a@b.example",
    "From: a@b.example\nReply-To: Mali <A@B.EXAMPLE>",
    "From: Mali <a@b.example>, a@b.example",
    "From: Staff: a@b.example;",
    "From: งานแผน 2568 <plan2568@b.example>",
    "From: ดร.มะลิ Ph.D. <a@b.example>",
]


def _raw(head: str) -> bytes:
    return f"{head}\nTo: data@area.example.org\nSubject: x\n\nx".encode()


@pytest.mark.parametrize(("flag", "head"), ODD)
def test_a_look_alike_is_flagged(flag: str, head: str) -> None:
    assert flag in read(_raw(head), KNOWN).flags


@pytest.mark.parametrize("head", ORDINARY)
def test_an_ordinary_sender_has_no_flag(head: str) -> None:
    assert read(_raw(head), KNOWN).flags == ()


def test_both_lists_have_forty() -> None:
    assert (len(ODD), len(ORDINARY)) == (40, 40)


def test_who_wrote_and_where_answers_would_go_are_told() -> None:
    head = "From: A <a@b.example>, c@d.example\nReply-To: a@b.example, Evil <x@evil.example>"
    reading = read(_raw(head), KNOWN)
    assert reading.from_addrs == ("a@b.example", "c@d.example")
    assert reading.reply_to == ("x@evil.example",)
    assert reading.from_addr == "a@b.example"


def test_punycode_is_shown_as_such() -> None:
    assert read(_raw("From: x@xn--80ak6aa92e.com"), KNOWN).from_addr == "x@xn--80ak6aa92e.com"
