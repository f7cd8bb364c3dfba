"""Header fields on the wire, read back by decoders that share nothing with the writer."""

from __future__ import annotations

import email
import email.policy
import random
import re
from base64 import b64decode
from email.header import decode_header, make_header

import pytest

from mailproc.errors import NeedsPerson
from mailproc.mail import headers

SYLLABLES = (
    "ขอ ข้อมูล นัก เรียน จำ นวน โรง ประ ถม ศึก ษา เขต พื้น ที่ น้ำ ปี่ ปั้น กึ่ง ทั้ง สิ้น ญู ฐาน เก้าอี้ 2568 "
    '๒๕๖๘ (DMC) Excel ป.6 - / : , «» … “” 😀 é =?utf-8?q?x?= " < > @'
).split()


def thai_words(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return [
        "".join(
            rng.choice(SYLLABLES) + rng.choice(["", "", " ", "  "])
            for _ in range(rng.randint(1, 60))
        )
        for _ in range(count)
    ]


def decoded(field: bytes) -> str:
    """RFC 2047 by hand: unfold, drop white space between encoded-words, decode."""
    text = field.decode("ascii").removesuffix("\r\n").replace("\r\n ", " ")
    text = re.sub(r"(\?=) +(?==\?)", r"\1", text)
    return re.sub(r"=\?utf-8\?b\?([^?]*)\?=", lambda m: b64decode(m[1]).decode("utf-8"), text)


def test_thai_subjects_survive_the_wire_unchanged() -> None:
    for text in thai_words(1, 1200):
        field = headers.unstructured("Subject", text)
        assert decoded(field) == f"Subject: {text.strip()}"
        value = field.decode("ascii").partition(": ")[2].replace("\r\n", "")
        assert str(make_header(decode_header(value))) == text.strip()
        assert all(len(line) <= 76 for line in field.split(b"\r\n"))
        assert all(len(word) <= 75 for word in field.split() if word.startswith(b"=?"))


def test_thai_names_survive_beside_the_address() -> None:
    for text in thai_words(2, 1000):
        field = headers.mailbox("To", text, "a.b@school.example.org")
        if b'"' not in field:
            assert decoded(field) == f"To: {text.strip()} <a.b@school.example.org>"
        message = email.message_from_bytes(field + b"\r\n", policy=email.policy.default)
        assert [a.addr_spec for a in message["To"].addresses] == ["a.b@school.example.org"]
        assert all(len(line) <= 76 for line in field.split(b"\r\n"))


def test_plain_ascii_stays_readable() -> None:
    assert headers.unstructured("Subject", "Your data") == b"Subject: Your data\r\n"
    assert headers.mailbox("To", "Jo Doe", "jo@x.org") == b"To: Jo Doe <jo@x.org>\r\n"
    assert headers.mailbox("To", "", "jo@x.org") == b"To: jo@x.org\r\n"


@pytest.mark.parametrize("name", ["Doe, Jo", 'a" <b@c.de>, "', "x@y.org", "=?utf-8?q?a=0d=0ab?="])
def test_a_name_can_not_add_an_address(name: str) -> None:
    field = headers.mailbox("To", name, "jo@x.org")
    message = email.message_from_bytes(field + b"\r\n", policy=email.policy.default)
    assert [(a.display_name, a.addr_spec) for a in message["To"].addresses] == [(name, "jo@x.org")]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@x.org",
        "a@",
        "a@b@c.org",
        "a@x.org, b@y.org",
        "a@x.org;b@y.org",
        "Jo <a@x.org>",
        "<a@x.org>",
        " a@x.org",
        "a@x.org ",
        "a@x.org\r\nBcc: b@y.org",
        "a@x.org\n",
        "a\x00@x.org",
        '"a b"@x.org',
        '"a"@x.org',
        "a(b)@x.org",
        "a@x.org(c)",
        "a@[10.0.0.1]",
        "@r.org:a@x.org",
        "a..b@x.org",
        ".a@x.org",
        "a.@x.org",
        "a@x..org",
        "a@-x.org",
        "a@x-.org",
        "a@x.org.",
        "สมชาย@x.org",
        "a@x_y.org",
        "a" * 65 + "@x.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b.c" * 90,
        "a@x.org\u202e",
        "a%b@x.org>",
        "undisclosed-recipients:;",
        "a@x.org\u2028b@y.org",
    ],
)
def test_what_is_not_one_plain_address_waits_for_a_person(address: str) -> None:
    with pytest.raises(NeedsPerson):
        headers.strict_address(address)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("a@localhost", "a@localhost"),
        ("a.b+c-d_e@school.example.org", "a.b+c-d_e@school.example.org"),
        ("O'Neil@x.org", "O'Neil@x.org"),
        ("a@โรงเรียน.ไทย", "a@xn--72c0b0acb2i5cn.xn--o3cw4h"),
    ],
)
def test_plain_addresses_are_taken(address: str, wire: str) -> None:
    assert headers.strict_address(address) == wire


def test_odd_message_ids_of_others_are_left_out_and_ours_must_be_sound() -> None:
    odd = (
        "<a\r\nBcc: x@y.org>",
        "<a b@c>",
        "no-brackets@c",
        "<>",
        "<" + "a" * 950 + "@c>",
        "<ก@c>",
    )
    assert headers.threading("<ok@c>", odd) == b"In-Reply-To: <ok@c>\r\nReferences: <ok@c>\r\n"
    assert headers.threading(odd[0], ()) == b""
    with pytest.raises(ValueError, match="not a Message-ID"):
        headers.message_id("Message-ID", odd[0])


def test_long_threads_keep_their_root_and_their_last_mails() -> None:
    ids = tuple(f"<{n}@c>" for n in range(100))
    field = headers.threading("<99@c>", ids).decode()
    kept = re.findall(r"<\d+@c>", field.partition("References: ")[2])
    assert kept == ["<0@c>", *(f"<{n}@c>" for n in range(81, 100))]


@pytest.mark.parametrize(
    "name", ["a.xlsx", "จำนวนนักเรียน_2568.xlsx", "ก" * 120 + ".xlsx", 'a";b=c.csv', "100%.csv"]
)
def test_file_names_survive_the_wire(name: str) -> None:
    part = headers.file_part(name, "text/csv", b"1,2\r\n")
    assert all(len(line) <= 76 for line in part.split(b"\r\n"))
    message = email.message_from_bytes(part)
    assert message.get_filename() == name
    assert message.get_payload(decode=True) == b"1,2\r\n"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\r\nX-Evil: 1", "a\\b", "\u202exslx.exe", ""]
)
def test_a_file_name_holds_no_path_and_no_control(name: str) -> None:
    part = headers.file_part(name, "text/plain\r\nX-Evil: 1", b"")
    message = email.message_from_bytes(part)
    found = message.get_filename() or ""
    assert found
    assert found.isprintable()
    assert not set("/\\") & set(found)
    assert sorted(message.keys()) == [
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Content-Type",
    ]
