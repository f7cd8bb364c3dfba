"""Sound mails with one to three things broken in each, the same each time for a seed."""

from __future__ import annotations

import binascii
import io
import random
import re
import zipfile
from base64 import encodebytes
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tests.hostile import archives, heads, pdfs
from tests.hostile.wrap import with_file

Mutation = Callable[[random.Random, bytes], bytes]
_ROOT = Path(__file__).parents[2]
_MAX_SEED = 300_000  # octets; larger ones cost time and teach nothing new
_TOKENS = (
    *(b"\x00", b"\r", b"\n", b"\r\n\r\n", b'"', b"\\", b"(", b")", b"<", b">", b"=", b"=?", b"?="),
    *(b"=?utf-8?b?", b"=?utf-8?q?=0d=0a?=", b"--", b";", b":", b",", b"@", b"\xff", b"\xe0\xb8"),
    *(
        b"\xa1\xa2",
        b"\xe2\x80\xae",
        b"\xed\xa0\x80",
        b"&#0;",
        b"<td>",
        b"</table>",
        b"<!--",
        b"%00",
    ),
    *(b"99999999999999999999", b"-1", b"0", b"NaN", b"multipart/mixed", b"message/rfc822"),
)
_ENCODINGS = (b"7bit", b"8bit", b"base64", b"quoted-printable", b"x-uuencode", b"binary", b"?")
_TYPES = (
    *(b"text/plain", b"text/html", b"multipart/mixed", b"multipart/alternative", b"image/jpeg"),
    *(b"message/rfc822", b"multipart/report", b"application/ms-tnef", b"application/pdf", b"x"),
    *(b"application/octet-stream", b"text/calendar", b"multipart/encrypted", b"multipart/related"),
)
_FILES = re.compile(rb"^(?:JVBERi|UEsDB|eJ8\+I)", re.M)  # the first octets of PDF, zip, TNEF
_CHARSET = re.compile(rb"charset\s*=\s*\"?[^\s\";]+\"?", re.I)
_ENCODING = re.compile(rb"(Content-Transfer-Encoding:\s*)\S+", re.I)
_TYPE = re.compile(rb"(Content-Type:\s*)[^\s;]+", re.I)
_BOUNDARY = re.compile(rb"boundary\s*=\s*\"?([^\s\";]+)\"?", re.I)
_BASE64 = re.compile(rb"(?:^[A-Za-z0-9+/]{60,76}\r?\n)+(?:^[A-Za-z0-9+/]+={0,2}\r?$)?", re.M)
_TAG = re.compile(rb"<[^<>]{1,300}>")
_VALUE = re.compile(rb'"[^"]{0,200}"|[0-9]{1,9}')
_OBJECT = re.compile(rb"[0-9]{1,6} 0 (?:R|obj)|/[A-Za-z]{1,20}|<<|>>|endobj|stream|[0-9]{1,9}")


@cache
def seeds() -> list[bytes]:
    """The mails to break: the project's own, made ones with files, and the shared ones if here."""
    folders = (_ROOT / "tests" / "data", _ROOT.parent / "shared" / "mails")
    paths = sorted(p for folder in folders for p in folder.rglob("*") if p.is_file())
    found = [p.read_bytes() for p in paths if p.suffix not in (".json", ".md", ".toml")]
    found = [raw for raw in found if len(raw) <= _MAX_SEED] + _made()
    with_files = [raw for raw in found if _FILES.search(raw)]
    return found + with_files * max(1, len(found) // (2 * len(with_files)))  # a third of all


def _made() -> list[bytes]:
    """Requests with a small file of each kind."""
    lines = (("ชื่อ-สกุล", "นายตัวอย่าง ทดสอบ"), ("หน่วยงาน", "โรงเรียนบ้านตัวอย่าง"), ("ปีการศึกษา", "2568"))
    rows = "".join(
        f'<row r="{n}">{archives.cell(f"A{n}", label)}{archives.cell(f"B{n}", value)}</row>'
        for n, (label, value) in enumerate(lines, 1)
    )
    table = "".join(
        f"<w:tr><w:tc>{archives.paragraph(label)}</w:tc><w:tc>{archives.paragraph(value)}</w:tc></w:tr>"
        for label, value in lines
    )
    fields = {n: pdfs.text_field(b"name%d" % n, b"value %d" % n) for n in range(4, 9)}
    kids = b" ".join(b"%d 0 R" % n for n in fields)
    return [
        with_file(archives.xlsx(archives.sheet(rows)), "a.xlsx", archives.XLSX),
        with_file(
            archives.docx(archives.document(f"<w:tbl>{table}</w:tbl>")), "a.docx", archives.DOCX
        ),
        with_file(pdfs.with_form(fields, kids), "a.pdf", "application/pdf"),
    ]


def mutant(mails: Sequence[bytes], seed: str) -> bytes:
    """One of the mails, broken as the seed says."""
    rng = random.Random(seed)
    raw = rng.choice(mails)
    for _ in range(rng.choice((1, 1, 2, 3))):
        raw = rng.choice(MUTATIONS)(rng, raw)
    return raw


# ---------------------------------------------------------------- bytes


def _flipped(rng: random.Random, raw: bytes) -> bytes:
    data = bytearray(raw)
    for _ in range(rng.choice((1, 3, 20)) if data else 0):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _truncated(rng: random.Random, raw: bytes) -> bytes:
    left, right = sorted(rng.randrange(len(raw) + 1) for _ in range(2))
    return rng.choice((raw[:left], raw[right:], raw[:left] + raw[right:]))


def _repeated(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw) + 1)
    piece = raw[at : at + rng.choice((1, 10, 100, 1_000))]
    return raw[:at] + piece * rng.choice((2, 10, 50)) + raw[at:]


def _inserted(rng: random.Random, raw: bytes) -> bytes:
    for _ in range(rng.choice((1, 5))):
        at = rng.randrange(len(raw) + 1)
        raw = raw[:at] + rng.choice(_TOKENS) * rng.choice((1, 1, 1, 30)) + raw[at:]
    return raw


# ---------------------------------------------------------------- headers


def _cut(raw: bytes) -> tuple[list[bytes], bytes]:
    """The header fields with their folds, and the rest."""
    head, blank, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
    return re.split(rb"\r?\n(?![ \t])", head), blank + body


def _shuffled(rng: random.Random, raw: bytes) -> bytes:
    fields, rest = _cut(raw)
    rng.shuffle(fields)
    return b"\r\n".join(fields) + rest


def _without_a_field(rng: random.Random, raw: bytes) -> bytes:
    fields, rest = _cut(raw)
    fields.pop(rng.randrange(len(fields)))
    return b"\r\n".join(fields) + rest


def _with_a_field_twice(rng: random.Random, raw: bytes) -> bytes:
    fields, rest = _cut(raw)
    fields.insert(rng.randrange(len(fields)), rng.choice(fields))
    return b"\r\n".join(fields) + rest


def _with_values_changed(rng: random.Random, raw: bytes) -> bytes:
    """The value of one field under the name of another."""
    fields, rest = _cut(raw)
    one, other = rng.randrange(len(fields)), rng.choice(fields)
    fields[one] = fields[one].partition(b":")[0] + b":" + other.partition(b":")[2]
    return b"\r\n".join(fields) + rest


# ---------------------------------------------------------------- MIME


def _replaced(pattern: re.Pattern[bytes], value: bytes, rng: random.Random, raw: bytes) -> bytes:
    """One match of the pattern is another value; the first group stays."""
    found = list(pattern.finditer(raw))
    if not found:
        return raw
    match = rng.choice(found)
    kept = match[1] if match.re.groups else b""
    return raw[: match.start()] + kept + value + raw[match.end() :]


def _with_a_charset(rng: random.Random, raw: bytes) -> bytes:
    label = rng.choice(heads.CHARSETS).encode()
    if rng.random() < 0.5:
        return re.sub(rb"=\?[^?\s]{1,40}\?", lambda _: b"=?" + label + b"?", raw)
    return _replaced(_CHARSET, b'charset="' + label + b'"', rng, raw)


def _with_an_encoding(rng: random.Random, raw: bytes) -> bytes:
    return _replaced(_ENCODING, rng.choice(_ENCODINGS), rng, raw)


def _with_a_type(rng: random.Random, raw: bytes) -> bytes:
    return _replaced(_TYPE, rng.choice(_TYPES), rng, raw)


def _with_a_boundary(rng: random.Random, raw: bytes) -> bytes:
    found = _BOUNDARY.findall(raw)
    if not found:
        return raw
    one, other = rng.choice(found), rng.choice([*found, b"", b" ", b"x" * 300, b"\x00"])
    if rng.random() < 0.5:
        return raw.replace(b"--" + one, b"--" + other, rng.choice((1, -1)))
    return raw.replace(one, other, 1)


def _with_other_parts(rng: random.Random, raw: bytes) -> bytes:
    """A part left out, twice, elsewhere, or within another."""
    found = _BOUNDARY.findall(raw)
    if not found:
        return raw
    mark: bytes = b"--" + rng.choice(found)
    parts = raw.split(mark)
    part = parts[rng.randrange(len(parts))]
    if rng.random() < 0.3 and len(parts) > 2:
        parts.remove(part)
    else:
        parts.insert(rng.randrange(1, len(parts) + 1), part * rng.choice((1, 1, 20)))
    return mark.join(parts)


# ---------------------------------------------------------------- files


def _in_a_file(rng: random.Random, raw: bytes, change: Mutation, magic: bytes) -> bytes:
    """`change` done to the content of a file, which is then encoded again."""
    for match in _BASE64.finditer(raw):
        try:
            content = binascii.a2b_base64(match[0])
        except binascii.Error:
            continue
        if content.startswith(magic):
            return raw[: match.start()] + encodebytes(change(rng, content)) + raw[match.end() :]
    return raw


def _bytes_of_a_file(rng: random.Random, raw: bytes) -> bytes:
    change = rng.choice((_flipped, _truncated, _repeated, _inserted))
    return _in_a_file(rng, raw, change, rng.choice((b"PK", b"%PDF", b"")))


def _members(rng: random.Random, raw: bytes) -> bytes:
    """Nodes broken in one member of an archive, and the archive written anew."""
    return _in_a_file(rng, raw, _rebuilt, b"PK")


def _rebuilt(rng: random.Random, content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except Exception:  # it was broken before, in whatever way
        return _flipped(rng, content)
    if not members or any(not name or "\x00" in name for name, _ in members):
        return content
    at = rng.randrange(len(members))
    name, data = members[at]
    kind = rng.random()
    if kind < 0.1:
        members.pop(at)
    elif kind < 0.2:
        members[at] = (rng.choice(members)[0] + rng.choice(("", "x", "/")), data)
    else:
        members[at] = (name, _nodes(rng, data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data) in enumerate(dict(members).items()):
            archive.writestr(zipfile.ZipInfo(name or str(number)), data)
    return out.getvalue()


def _nodes(rng: random.Random, data: bytes) -> bytes:
    """Tags left out, twice, changed for others; values that no program writes."""
    for _ in range(rng.choice((1, 2, 5))):
        found = list(rng.choice((_TAG, _TAG, _VALUE)).finditer(data))
        if not found:
            return _flipped(rng, data)
        match, other = rng.choice(found), rng.choice(found)[0]
        if match.re is _VALUE:
            values = (
                b'"-1"',
                b'"99999999999999999999"',
                b'""',
                b'"\xe0\xb8\x81"',
                b'"XFD1"',
                b"1e9",
            )
            other = rng.choice(values)
        piece = rng.choice((b"", other, match[0] * 2, match[0] + other, match[0] * 200))
        data = data[: match.start()] + piece + data[match.end() :]
    return data


def _objects(rng: random.Random, raw: bytes) -> bytes:
    """References, names and numbers of a PDF changed for others of its own."""
    return _in_a_file(rng, raw, _tokens, b"%PDF")


def _tokens(rng: random.Random, content: bytes) -> bytes:
    for _ in range(rng.choice((1, 2, 8))):
        found = list(_OBJECT.finditer(content))
        if not found:
            return content
        match, other = rng.choice(found), rng.choice(found)[0]
        other = rng.choice((other, other, b"", b"-1", b"4294967296", b"null", b"[", b"<<"))
        content = content[: match.start()] + other + content[match.end() :]
    return content


MUTATIONS: tuple[Mutation, ...] = (
    *(_flipped, _truncated, _repeated, _inserted),
    *(_shuffled, _without_a_field, _with_a_field_twice, _with_values_changed),
    *(_with_a_charset, _with_an_encoding, _with_a_type, _with_a_boundary, _with_other_parts),
    *(_bytes_of_a_file, _members, _members, _objects, _objects),
)
