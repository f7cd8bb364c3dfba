import pytest

from mailproc.parsers import mime
from tests.parsers.known import mail


def _leaves(raw: bytes) -> list[tuple[str, bytes]]:
    root, _ = mime.take_apart(raw)
    return [(part.media_type, part.content) for part in root.walk() if not part.children]


def test_parts_are_cut_at_their_boundaries_only() -> None:
    body = "pre\n--ab\n\none\n--abc\nstill one\n--ab\nContent-Type: text/html\n\ntwo\n--ab--\nafter"
    raw = mail(body, content_type="multipart/mixed; boundary=ab")
    assert _leaves(raw) == [("text/plain", b"one\n--abc\nstill one"), ("text/html", b"two")]


def test_a_multipart_without_its_end_keeps_its_last_part() -> None:
    raw = mail("--ab\n\none\n--ab\n\ntwo", content_type="multipart/mixed; boundary=ab")
    assert [content for _, content in _leaves(raw)] == [b"one", b"two"]


def test_a_multipart_without_parts_is_read_as_text() -> None:
    root, problems = mime.take_apart(mail("hello", content_type="multipart/mixed; boundary=ab"))
    assert root.text() == "hello"
    assert problems == ("a multipart has no parts; it was read as text",)


@pytest.mark.parametrize("encoding", ["base64", "BASE64 ", "x-uuencode", "quoted-printable"])
def test_transfer_encodings_are_undone(encoding: str) -> None:
    body = {"b": b"aGVsbG8", "x": b"begin 644 f\n%:&5L;&\\\n`\nend\n", "q": b"hel=\r\nlo"}
    raw = mail(body[encoding[0].lower()], head=f"Content-Transfer-Encoding: {encoding}\n")
    assert _leaves(raw)[0][1].strip() == b"hello"


def test_an_enclosed_mail_is_a_child_even_when_encoded() -> None:
    raw = mail(
        "RnJvbTogYUBiLm9yZwoKaGVsbG8=",
        head="Content-Transfer-Encoding: base64\n",
        content_type="message/rfc822",
    )
    root, _ = mime.take_apart(raw)
    assert root.children[0].first("from") == b"a@b.org"
    assert root.children[0].text() == "hello"


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"Subject: a\n\nb", b"a", "b"),
        (b"Subject: a\r\rb", b"a", "b"),  # line ends of old Macs
        (b"\r\n\r\nSubject: a\r\n\r\nb", b"a", "b"),
        (b"From x Mon Nov 23\nSubject: a\n\nb", b"a", "b"),  # mbox
        (b"Subject: a\n  c\n\nb", b"a c", "b"),
        (b"Subject : a\ngarbage\nFrom: x\n\nb", b"a", "b"),
        (b"Subject: a\nno blank line here", b"a", "no blank line here"),
        (b"only words", b"", "only words"),
        (b"", b"", ""),
    ],
)
def test_header_and_body_are_told_apart(raw: bytes, subject: bytes, text: str) -> None:
    root, _ = mime.take_apart(raw)
    assert (root.first("subject"), root.text()) == (subject, text)


def test_long_headers_are_cut_and_noted() -> None:
    root, problems = mime.take_apart(b"Subject: a\nX: " + b"x" * 200_000 + b"\n\nbody")
    assert root.first("subject") == b"a"
    assert root.text() == "body"
    assert problems == ("headers longer than 102400 bytes were cut",)


def test_too_many_parts_are_left_out_and_noted() -> None:
    raw = mail("--b\n\nx\n" * 5_000, content_type="multipart/mixed; boundary=b")
    root, problems = mime.take_apart(raw)
    assert len(root.children) == mime.MAX_PARTS - 1
    assert problems == ("more than 1000 parts; the rest was left out",)


@pytest.mark.parametrize(
    "level", ["multipart/mixed; boundary=b{0}.\n\n--b{0}.\n", "message/rfc822\n\n"]
)
def test_deep_nesting_ends_without_an_error(level: str) -> None:
    raw = "".join("Content-Type: " + level.format(number) for number in range(3_000))
    root, problems = mime.take_apart(raw.encode())
    assert len(list(root.walk())) == mime.MAX_DEPTH + 1
    assert "parts nested more than 50 deep were left out" in problems
