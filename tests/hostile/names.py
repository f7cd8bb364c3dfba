"""Files whose name or kind is the trouble: paths, pictures of giant size, winmail.dat, mails."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from functools import partial
from urllib.parse import quote

from tests.hostile.wrap import Make, many, with_file

NAMES = (
    *("../../etc/passwd", "..\\..\\windows\\system32\\a.dll", "/etc/passwd", "C:\\a.xlsx"),
    *("\\\\host\\share\\a.xlsx", "a/b/c.xlsx", "....//....//a", "%2e%2e%2fa", "..%c0%afa", "."),
    *("..", "", " ", "~/.ssh/authorized_keys", "con.xlsx", "a.xlsx:stream", "-rf *", "`id`.xlsx"),
    *(
        "$(id).xlsx",
        "a.xlsx\x00.png",
        "a\r\nBcc: x@example.org",
        "\u202exslx.exe",
        "ก" * 300 + ".xlsx",
    ),
    *(
        "แบบคำขอ\u200b.docx",
        "a" * 10_000,
        "{{7*7}}.xlsx",
        "<script>.xlsx",
        "a\ud800b.xlsx",
        "=1+1.xlsx",
    ),
)


def _named(name: str, style: str) -> Make:
    data = name.encode("utf-8", "surrogatepass")
    flat = data.replace(b"\r\n", b" ").replace(b'"', b"")
    lines = {
        "plain": b'Content-Disposition: attachment; filename="' + flat + b'"\r\n',
        "word": b'Content-Disposition: attachment; filename="=?utf-8?B?'
        + b64encode(data)
        + b'?="\r\n',
        "2231": b"Content-Disposition: attachment; filename*=utf-8''"
        + quote(data).encode()
        + b"\r\n",
        "id": b"Content-Disposition: inline\r\nContent-ID: <" + flat + b">\r\n",
    }
    return lambda scale: with_file(b"PK\x03\x04", "", "application/zip", lines[style])


def _png(scale: float) -> bytes:
    """65,535 times 65,535 points in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    size = struct.pack(">IIBBBBB", 0x7FFFFFFF, 0x7FFFFFFF, 16, 6, 0, 0, 0)
    text = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"\x00" * many(100_000_000, scale), 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + text + chunk(b"IDAT", b"")


def _jpeg(scale: float) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 65_535, 65_535, 3) + b"\x01\x11\x00" * 3
    exif = b"\xff\xe1" + struct.pack(">H", 65_535) + b"Exif\x00\x00" + b"\xff" * 65_527
    return b"\xff\xd8" + exif * many(100, scale) + frame + b"\xff\xda"


def _heic(scale: float) -> bytes:
    """Boxes in boxes with sizes of nothing and of everything."""
    head = struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1")
    size = struct.pack(">I4sIII", 20, b"ispe", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    boxes = b"".join(struct.pack(">I4s", n % 9, b"meta") for n in range(many(100_000, scale)))
    return head + size + boxes + struct.pack(">I4s", 0xFFFFFFFF, b"mdat")


_TNEF = struct.pack("<IH", 0x223E9F78, 1)


def _attribute(level: int, name: int, data: bytes, length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return struct.pack("<BII", level, name, size) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _tnef_lengths(scale: float) -> bytes:
    """Attributes whose lengths reach beyond the file, or are negative."""
    out = _TNEF
    for length in (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 1 << 20, 0):
        out += _attribute(1, 0x00069003, b"\x01\x00\x00\x00" * 4, length)
        out += _attribute(2, 0x00069005, struct.pack("<I", 0xFFFFFFFF) * 8)
    return out


def _tnef_properties(scale: float) -> bytes:
    """A list of a billion properties."""
    data = (
        struct.pack("<I", 1_000_000_000) + struct.pack("<HHII", 0x101E, 0x3001, 0xFFFFFFFF, 9) * 99
    )
    return _TNEF + _attribute(1, 0x00069003, data) * many(1_000, scale)


def _tnef_files(scale: float) -> bytes:
    one = _attribute(2, 0x00069002, b"\x00" * 14) + _attribute(2, 0x00018010, b"../../a.docx\x00")
    one += _attribute(2, 0x0006800F, b"PK\x03\x04")
    return _TNEF + one * many(50_000, scale)


def _tnef_in_tnef(scale: float) -> bytes:
    inner = _TNEF
    for _ in range(50):
        one = _attribute(2, 0x00069002, b"\x00" * 14)
        one += _attribute(2, 0x00018010, b"winmail.dat\x00") + _attribute(2, 0x0006800F, inner)
        inner = _TNEF + one
    return inner


def _tnef_rtf(scale: float) -> bytes:
    """Compressed RTF that says it unpacks to 2 GB."""
    packed = struct.pack("<IIII", 100, 0x7FFFFFFF, 0x75465A4C, 0) + b"\xff" * 84
    value = struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(packed)) + packed
    return _TNEF + _attribute(1, 0x00069003, value)


def _mail_in_mail(scale: float) -> bytes:
    from tests.hostile.parts import CASES as PARTS

    return PARTS["multiparts 20,000 deep"](scale)


_FILES: dict[str, tuple[str, str, Make]] = {
    "a giant PNG": ("a.png", "image/png", _png),
    "a giant JPEG": ("a.jpg", "image/jpeg", _jpeg),
    "a giant HEIC": ("a.heic", "image/heic", _heic),
    "a picture that is text": ("a.jpg", "image/jpeg", lambda scale: b"<svg onload=alert(1)>"),
    "an SVG": ("a.svg", "image/svg+xml", lambda scale: b"<svg>" * many(100_000, scale)),
    "a winmail.dat with bad lengths": ("winmail.dat", "application/ms-tnef", _tnef_lengths),
    "a winmail.dat of a billion": ("winmail.dat", "application/ms-tnef", _tnef_properties),
    "a winmail.dat of 50,000 files": ("winmail.dat", "application/ms-tnef", _tnef_files),
    "a winmail.dat in a winmail.dat": ("winmail.dat", "application/ms-tnef", _tnef_in_tnef),
    "a winmail.dat with RTF": ("winmail.dat", "application/ms-tnef", _tnef_rtf),
    "a winmail.dat of noise": (
        "winmail.dat",
        "application/ms-tnef",
        lambda scale: _TNEF + bytes(range(256)) * many(10_000, scale),
    ),
    "a deep mail as a file": ("a.eml", "application/octet-stream", _mail_in_mail),
    "an Outlook file": (
        "a.msg",
        "application/vnd.ms-outlook",
        lambda scale: b"\xd0\xcf\x11\xe0" * 9,
    ),
    "a program": ("a.exe", "application/x-msdownload", lambda scale: b"MZ" + b"\x90" * 9_000),
    "a 7z": ("a.7z", "application/x-7z-compressed", lambda scale: b"7z\xbc\xaf\x27\x1c" * 9),
    "a gzip bomb": (
        "a.xml.gz",
        "application/gzip",
        lambda scale: b"\x1f\x8b\x08\x00" + zlib.compress(b" " * many(100_000_000, scale), 9),
    ),
}


def _attached(name: str, media_type: str, build: Make, scale: float) -> bytes:
    return with_file(build(scale), name, media_type)


CASES: dict[str, Make] = {
    **{what: partial(_attached, *found) for what, found in _FILES.items()},
    **{
        f"{style} name {number}": _named(name, style)
        for number, name in enumerate(NAMES)
        for style in ("plain", "word", "2231", "id")
    },
}
