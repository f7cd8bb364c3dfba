"""Trees of parts: deep, wide, broken boundaries, broken transfer encodings."""

from __future__ import annotations

from tests.hostile.wrap import FORM, PLAIN, Make, mail, many

_MIXED = b'Content-Type: multipart/mixed; boundary="%s"\r\n'


def _nested(count: int) -> Make:
    def make(scale: float) -> bytes:
        levels = (
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
            for n in range(many(count, scale))
        )
        return mail(b"", b"")[:-2] + b"".join(levels) + b"\r\ntext"

    return make


def _nested_closed(scale: float) -> bytes:
    """As above, with each level closed: boundaries are looked for from the end as well."""
    count = many(5_000, scale)
    down = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(count)
    )
    up = b"".join(b"\r\n--b%d--\r\n" % n for n in reversed(range(count)))
    return mail(b"", b"")[:-2] + down + b"\r\ntext" + up


def _same_boundary(scale: float) -> bytes:
    """Every level has the boundary of the one above."""
    level = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    return mail(b"", b"")[:-2] + level * many(50_000, scale) + b"\r\ntext"


def _enclosed(scale: float) -> bytes:
    return mail(b"", b"")[:-2] + b"Content-Type: message/rfc822\r\n\r\n" * many(20_000, scale)


def _enclosed_in_base64(scale: float) -> bytes:
    """Each mail in a mail is encoded once more, and larger by a third."""
    from base64 import encodebytes

    inner = b"Subject: x\r\n\r\ntext" + b"x" * many(100_000, scale)
    for _ in range(20):
        inner = (
            b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + encodebytes(inner)
        )
    return mail(b"", b"")[:-2] + inner


def _wide(part: bytes) -> Make:
    def make(scale: float) -> bytes:
        body = (b"--b\r\n" + part) * many(100_000, scale) + b"--b--\r\n"
        return mail(_MIXED % b"b", body)

    return make


def _digests(scale: float) -> bytes:
    """Mails in mails in mails, three to each: a tree of 3^n."""
    inner = b"\r\n\r\ntext\r\n"
    for level in range(9 if scale > 0.5 else 7):
        name = b"d%d" % level
        inner = b'Content-Type: multipart/digest; boundary="%s"\r\n\r\n' % name + b"".join(
            b"--%s\r\n\r\n" % name + inner for _ in range(3)
        )
    return mail(b"", b"")[:-2] + inner


def _prefixes(scale: float) -> bytes:
    """Each boundary is the beginning of the next, and each level holds all lines."""
    names = [b"b" * (n + 1) for n in range(40)]
    body = b"".join((_MIXED % name) + b"\r\n--" + name + b"\r\n" for name in names)
    body += b"".join(b"--" + name + b"\r\n" for name in names) * many(10_000, scale)
    return mail(b"", b"")[:-2] + body


def _boundary(boundary: bytes, line: bytes) -> Make:
    def make(scale: float) -> bytes:
        part = b"\r\n--" + line + b"\r\n" + PLAIN + b"\r\n" + FORM.encode()
        return mail(b'Content-Type: multipart/mixed; boundary="%s"\r\n' % boundary, part)

    return make


def _dashes(scale: float) -> bytes:
    """Many lines that are nearly a boundary."""
    return mail(_MIXED % b"-", b"--\r\n---x\r\n" * many(1_000_000, scale))


def _encoded(encoding: bytes, piece: bytes, count: int, kind: bytes = b"text/plain") -> Make:
    def make(scale: float) -> bytes:
        head = b"Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n" % (kind, encoding)
        return mail(head, piece * many(count, scale))

    return make


CASES: dict[str, Make] = {
    "multiparts 1,000 deep": _nested(1_000),
    "multiparts 20,000 deep": _nested(20_000),
    "multiparts 5,000 deep and closed": _nested_closed,
    "multiparts of one boundary": _same_boundary,
    "mails in mails": _enclosed,
    "mails in mails in base64": _enclosed_in_base64,
    "100,000 empty parts": _wide(b"\r\n\r\n"),
    "100,000 parts without a header": _wide(b""),
    "100,000 files": _wide(b"Content-Disposition: attachment; filename=a.xlsx\r\n\r\nPK\r\n"),
    "100,000 pages": _wide(b"Content-Type: text/html\r\n\r\n<p>a: b</p>\r\n"),
    "digests of digests": _digests,
    "boundaries that begin alike": _prefixes,
    "no boundary": lambda scale: mail(b"Content-Type: multipart/mixed\r\n", FORM.encode()),
    "an empty boundary": _boundary(b"", b""),
    "a boundary never used": _boundary(b"never", b"other"),
    "a boundary of 10 KB": _boundary(b"b" * 10_000, b"b" * 10_000),
    "a boundary of spaces": _boundary(b"   ", b"   "),
    "a boundary of Thai": _boundary("แนบ".encode(), "แนบ".encode()),
    "a boundary with NUL": _boundary(b"a\x00b", b"a\x00b"),
    "lines like boundaries": _dashes,
    "base64 garbage of 20 MB": _encoded(b"base64", b"!@#$%^&*()_{}=\xc3\xff\n", 1_300_000),
    "base64 of only paddings": _encoded(b"base64", b"=", 20_000_000),
    "base64 cut everywhere": _encoded(b"base64", b"QQ==Q=Q\n", 2_000_000),
    "quoted-printable of only equals": _encoded(b"quoted-printable", b"=", 20_000_000),
    "quoted-printable of spaces": _encoded(b"quoted-printable", b" " * 99 + b"=\n", 200_000),
    "quoted-printable line without end": _encoded(b"quoted-printable", b"=20=\r\n", 3_000_000),
    "uuencode garbage": _encoded(b"x-uuencode", b"M" + b"~" * 59 + b"\n", 300_000),
    "uuencode of short lines": _encoded(b"x-uuencode", b"`\n", 10_000_000),
    "an unknown encoding": _encoded(b"x-zip", b"PK\x03\x04\x00", 1_000_000),
    "only carriage returns": lambda scale: mail().replace(b"\n", b"") * many(10_000, scale),
    "only line ends": lambda scale: b"\r\n" * many(10_000_000, scale),
    "nothing": lambda scale: b"",
    "NULs": lambda scale: b"\x00" * many(10_000_000, scale),
}
