import base64
import random

import pytest

from mailproc.parsers import headers

LETTERS = "กขคงจชซดตนบปผพมยรลวสหอะาิีึืุูเแโใไ่้๊์ำ ABC๑๒ -–"


def _words(text: str, label: str, codec: str, size: int) -> bytes:
    """Encoded words that may cut a letter in two, folded as mail programs do."""
    data = text.encode(codec)
    cut = [data[at : at + size] for at in range(0, len(data), size)]
    words = [b"=?%s?B?%s?=" % (label.encode(), base64.b64encode(piece)) for piece in cut]
    return b"\r\n ".join(words)


@pytest.mark.parametrize(("label", "codec"), [("utf-8", "utf-8"), ("windows-874", "cp874")])
def test_long_thai_comes_back_letter_by_letter(label: str, codec: str) -> None:
    chance = random.Random(3)
    for _ in range(300):
        text = "ก" + "".join(chance.choices(LETTERS, k=60)) + "ข"
        assert headers.text(_words(text, label, codec, chance.randint(7, 40))) == text


def test_spaces_between_words_and_plain_text_are_kept() -> None:
    assert headers.text(b"Re: =?utf-8?q?a_b?= =?utf-8?q?c?= d") == "Re: a bc d"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?B?4LiB4LiC?", "=?utf-8?B?4LiB4LiC?"),  # unfinished
        (b"=?utf-8?B?4LiB4LiC=?=", "กข"),  # damaged padding
        (b"=?windows-874?Q?=A1=A2?=", "กข"),
        (b"=?utf-8*th?B?4LiB?=", "ก"),  # RFC 2231 language
        ("ขอข้อมูล".encode("cp874"), "ขอข้อมูล"),
        ("ขอข้อมูล".encode(), "ขอข้อมูล"),
    ],
)
def test_odd_words_are_read_or_left_as_they_are(value: bytes, text: str) -> None:
    assert headers.text(value) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a@b.org", [("", "a@b.org")]),
        (b"<a@b.org>", [("", "a@b.org")]),
        (b'"Doe, John" <j@b.org>, x@y.org', [("Doe, John", "j@b.org"), ("", "x@y.org")]),
        (b"j@b.org (John Doe)", [("John Doe", "j@b.org")]),
        (b"=?utf-8?B?4LiB4LiC?= <a@b.org>", [("กข", "a@b.org")]),
        (b'"=?utf-8?B?4LiB4LiC?=" <a@b.org>', [("กข", "a@b.org")]),
        (b"=?utf-8?q?x=40evil.org?= <a@b.org>", [("x@evil.org", "a@b.org")]),
        (b"undisclosed-recipients:;", []),
        (b"MAILER-DAEMON <>", []),
        (b'"unfinished <a@b.org>', [("", "a@b.org")]),
        (b"a@b.org <c@d.org>", [("a@b.org", "c@d.org")]),
        (b"", []),
    ],
)
def test_addresses_are_taken_from_the_structure(
    value: bytes, expected: list[tuple[str, str]]
) -> None:
    assert headers.addresses(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        b'attachment; filename="=?windows-874?B?4bq6?="',
        b"attachment; filename*=UTF-8''%E0%B9%81%E0%B8%9A%E0%B8%9A",
        b"attachment; filename*0*=windows-874''%E1; filename*1*=%BA%BA",
        b'attachment; filename="' + "แบบ".encode("cp874") + b'"',
        b"ATTACHMENT; FileName=" + "แบบ".encode(),
    ],
)
def test_a_thai_file_name_is_read_however_it_is_written(value: bytes) -> None:
    assert headers.parameters(value) == ("attachment", {"filename": "แบบ"})


def test_message_ids_are_found_between_what_programs_add() -> None:
    found = headers.message_ids([b"<a@b> (sent) <c@d>\t<a@b>", b"bare@id.org"])
    assert found == ("<a@b>", "<c@d>", "<bare@id.org>")
