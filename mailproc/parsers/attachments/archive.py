"""What a file is, by its first bytes, and whether a zip may be opened: judged by its directory.

A name says nothing: files come renamed. A zip directory is read before anything is unpacked, and no
part is read beyond the size that the directory claims (`zipfile` stops there).
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO

from mailproc.parsers.attachments.content import NotRead

MAX_FILE = 30_000_000  # bytes; mail servers take 10-50 MB
_MAX_RATIO = 150  # honest office XML reaches some 30
_RATIO_FROM = 2_000_000  # bytes; small parts may shrink as they like
# The first bytes of the pictures that telephones and scanners make.
JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_MAIL = re.compile(
    rb"^(?:From |(?:Received|Return-Path|Delivered-To|From|To|Subject|Date|Message-ID|MIME-Version|"
    rb"DKIM-Signature|X-[A-Za-z0-9-]{1,60}|Content-Type|Reply-To|Sender|ARC-Seal|"
    rb"Authentication-Results):)",
    re.I,
)
_SENDER = re.compile(rb"^From:", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much an archive may hold, in bytes unpacked, pictures and all."""

    total: int = 100_000_000
    part: int = 40_000_000
    entries: int = 4_000


_OF_A_MAIL = Caps()


def kind_of(content: bytes) -> str:
    """zip | pdf | ole | tnef | rtf | picture | mail | html | text | nothing | unknown."""
    head = content[:2_048].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if not head:
        return "nothing"
    for magic, kind in (
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (_OLE, "ole"),
        (b"\x78\x9f\x3e\x22", "tnef"),
        (b"{\\rtf", "rtf"),
    ):
        if head.startswith(magic):
            return kind
    if b"%PDF-" in content[:1_024]:
        return "pdf"
    return "picture" if _is_picture(content) else _textual(content, head)


def _is_picture(content: bytes) -> bool:
    if content.startswith((JPEG, PNG, b"GIF8", b"II*\0", b"MM\0*")):
        return True
    if content[:2] == b"BM" and len(content) > 54 and content[6:10] == b"\0\0\0\0":
        return True
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return True
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC


def _textual(content: bytes, head: bytes) -> str:
    if _MAIL.match(head) and _SENDER.search(content[:20_000]):
        return "mail"
    if re.match(rb"<(?:!doctype html|html|head|body|table|meta)", head, re.I):
        return "html"
    return "unknown" if b"\0" in content[:4_096] else "text"


def kind_of_ole(content: bytes) -> str:
    """encrypted, or unsupported: old Word and Excel files and Outlook messages."""
    return "encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "unsupported"


def opened(content: bytes, caps: Caps = _OF_A_MAIL) -> zipfile.ZipFile:
    """The archive, once its directory was found harmless; raises NotRead."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, RuntimeError, OSError) as error:
        raise NotRead("damaged") from error
    entries = archive.infolist()
    if len(entries) > caps.entries or sum(e.file_size for e in entries) > caps.total:
        raise NotRead("bomb")
    for entry in entries:
        if entry.file_size > caps.part:
            raise NotRead("bomb")
        packed = max(entry.compress_size, 1)
        if entry.file_size > _RATIO_FROM and entry.file_size / packed > _MAX_RATIO:
            raise NotRead("bomb")
        if entry.flag_bits & 1:
            raise NotRead("encrypted")
    return archive


def kind_of_zip(archive: zipfile.ZipFile) -> str:
    """docx | xlsx | other, by the parts inside."""
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        return "other"
    if any(name.startswith("word/") for name in names):
        return "docx"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "other"


def has_macros(archive: zipfile.ZipFile) -> bool:
    """Whether a program travels inside; it is never run."""
    return any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
