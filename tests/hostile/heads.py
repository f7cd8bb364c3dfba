"""Header fields: long, many, nested, with every kind of odd word in them."""

from __future__ import annotations

from base64 import b64encode

from tests.hostile.wrap import HEAD, PLAIN, Make, mail, many


def _long(name: bytes, piece: bytes, size: int = 400_000) -> Make:
    """One field of many pieces, put before the others."""

    def make(scale: float) -> bytes:
        return name + b": " + piece * (many(size, scale) // len(piece)) + b"\r\n" + mail()

    return make


def _before(lines: bytes) -> Make:
    return lambda scale: lines + mail()


def _in_place(name: bytes, value: bytes) -> Make:
    """This value in place of the sound one."""

    def make(scale: float) -> bytes:
        lines = [x for x in HEAD.split(b"\r\n") if not x.startswith(name + b":")]
        return b"\r\n".join([name + b": " + value, *lines]) + PLAIN + b"\r\nhello\r\n"

    return make


def _numbered(line: bytes, count: int) -> Make:
    def make(scale: float) -> bytes:
        return b"".join(line % number for number in range(many(count, scale))) + mail()

    return make


def _parameters(scale: float) -> bytes:
    found = b"".join(b"; p%d=v" % number for number in range(many(20_000, scale)))
    return mail(b"Content-Type: text/plain" + found + b"\r\n")


def _sections(scale: float) -> bytes:
    """RFC 2231 pieces in reverse, some twice."""
    pieces = b"".join(
        b";\r\n filename*%d*=%%E0%%B8%%81" % number for number in reversed(range(999))
    )
    return mail(b"Content-Type: text/plain\r\nContent-Disposition: attachment" + pieces + b"\r\n")


def _labelled(label: bytes) -> Make:
    """A charset in a part and in encoded words."""

    def make(scale: float) -> bytes:
        word = b"=?" + label + b"?B?" + b64encode("ขอข้อมูล".encode("cp874")) + b"?="
        head = b"Subject: " + word + b"\r\nX-Name: " + word * many(1_000, scale) + b"\r\n"
        kind = b'Content-Type: text/plain; charset="' + label + b'"\r\n'
        return head + mail(kind, "ชื่อ: นางมะลิ\r\n".encode("cp874") * many(10_000, scale))

    return make


def _word(text: str) -> bytes:
    return b"=?utf-8?B?" + b64encode(text.encode("utf-8", "surrogatepass")) + b"?="


CHARSETS = (
    *("idna", "punycode", "base64_codec", "zlib_codec", "bz2_codec", "hex_codec", "uu_codec"),
    *("rot13", "quopri_codec", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7"),
    *("utf-16", "utf-32", "utf-8-sig", "mbcs", "oem", "iso-2022-jp", "iso-2022-kr", "hz"),
    *("windows-874", "x-unknown", "../../etc/passwd", "a" * 5_000, "ก", "utf-8\x00", "'", "%s"),
)
SUBJECTS = {
    "line breaks": "a\r\nBcc: evil@example.org\r\n\r\nbody",
    "NUL": "a\x00b",
    "bidi": "\u202egnp.exe\u2066x",
    "lone surrogates": "a\ud800b\udfff",
    "zero width": "a\u200b\u200d\ufeffb",
    "line separators": "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg",
    "a template": "{{ 7*7 }}{% for x in range(10**9) %}{{ x }}{% endfor %}",
    "combining marks": "ก" + "\u0e49" * 20_000,
}

CASES: dict[str, Make] = {
    "subject of 400 KB words": _long(b"Subject", b"word "),
    "subject of encoded words": _long(b"Subject", b"=?utf-8?b?4LiB?= "),
    "subject of broken words": _long(b"Subject", b"=?utf-8?q?=?"),
    "subject of words in 100 charsets": _long(b"Subject", b"=?cp874?q?=A1?= =?tis-620?q?=A2?= "),
    "to 400 KB of addresses": _long(b"To", b"a b <a@home.example.org>, "),
    "to 400 KB of groups": _long(b"To", b"a:b@example.org;, "),
    "from 400 KB of commas": _long(b"From", b","),
    "from 400 KB of angles": _long(b"From", b"<"),
    "from 400 KB of quotes": _long(b"From", b'"\\'),
    "from 400 KB of at signs": _long(b"From", b"a@"),
    "from with 1,000 nested comments": _in_place(
        b"From", b"a " + b"(" * 1_000 + b")" * 1_000 + b" <mali@school.example.org>"
    ),
    "from with 100,000 open comments": _long(b"From", b"("),
    "references of 400 KB": _long(b"References", b"<a.b@c.example.org> "),
    "authentication results of 400 KB": _long(b"Authentication-Results", b"mx; dmarc=pass "),
    "content type of 20,000 parameters": _parameters,
    "content type of semicolons": _long(b"Content-Type", b";", 400_000),
    "content type of quotes": _long(b"Content-Type", b';a="\\', 400_000),
    "file name of 999 pieces": _sections,
    "20,000 Received": _numbered(b"Received: from a by b; %d\r\n", 20_000),
    "100,000 fields": _numbered(b"X-%d: a\r\n", 100_000),
    "100,000 times From": _numbered(b"From: a%d@example.org\r\n", 100_000),
    "100,000 folds": _long(b"X-Folded", b"\r\n a", 400_000),
    "a field of 5 MB": _long(b"X-Long", b"a", 5_000_000),
    "a field without a colon of 5 MB": lambda scale: b"a" * many(5_000_000, scale) + mail(),
    "fields of only blanks": _numbered(b" %d\r\n", 100_000),
    "year overflow": _in_place(b"Date", b"Sun, 22 Nov 99999999999999999999 09:05:00 +0700"),
    "zone overflow": _in_place(b"Date", b"Sun, 22 Nov 2026 09:05:00 +99999999999999999999"),
    "message id <@>": _in_place(b"Message-ID", b"<@>"),
    "message id of brackets": _in_place(b"Message-ID", b"<" * 50_000 + b">" * 50_000),
    "from nothing": _in_place(b"From", b""),
    "from <>": _in_place(b"From", b"<>"),
    "from [": _in_place(b"From", b"a@["),
    "8-bit everywhere": _before(b"X-\xe0\xb8\x81: \xff\xfe\r\nSubject: \xa1\xa2\xff\r\n"),
    **{f"charset {label[:20]!r}": _labelled(label.encode()) for label in CHARSETS},
    **{
        f"subject with {what}": _before(b"Subject: " + _word(t) + b"\r\n")
        for what, t in SUBJECTS.items()
    },
    **{
        f"name with {what}": _in_place(b"From", _word(t) + b" <mali@school.example.org>")
        for what, t in SUBJECTS.items()
    },
}
