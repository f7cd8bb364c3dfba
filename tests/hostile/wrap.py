"""The sound mail around each hostile piece."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Callable

Make = Callable[[float], bytes]  # the share of the full size → a mail
REQUESTER = "mali@school.example.org"
HEAD = (
    f"From: Mali <{REQUESTER}>\r\nTo: data@area.example.org\r\nSubject: hostile\r\n"
    "Message-ID: <1@school.example.org>\r\nDate: Sun, 22 Nov 2026 09:05:00 +0700\r\n"
    "MIME-Version: 1.0\r\n"
).encode()
FORM = """แบบคำขอใช้บริการข้อมูล
ชื่อ-สกุล: นางมะลิ ตัวอย่าง
หน่วยงาน: โรงเรียนบ้านตัวอย่าง
ข้อมูลที่ต้องการ: จำนวนนักเรียนจำแนกตามชั้นและเพศ
ปีการศึกษา: 2568
วัตถุประสงค์: เพื่อจัดทำแผนปฏิบัติการประจำปี
"""
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"


def many(count: int, scale: float) -> int:
    """The part of a full count, never less than one."""
    return max(1, int(count * scale))


def mail(head: bytes = PLAIN, body: bytes = b"hello\r\n") -> bytes:
    """A mail with these further header lines."""
    return HEAD + head + b"\r\n" + body


def with_file(content: bytes, name: str, media_type: str, disposition: bytes = b"") -> bytes:
    """A complete request with one file; `disposition` in place of the usual header line."""
    line = disposition or f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
    return mail(
        b'Content-Type: multipart/mixed; boundary="=_b"\r\n',
        b"--=_b\r\n"
        + PLAIN
        + b"Content-Transfer-Encoding: 8bit\r\n\r\n"
        + FORM.replace("\n", "\r\n").encode()
        + b"\r\n--=_b\r\n"
        + f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n".encode()
        + line
        + b"\r\n"
        + encodebytes(content)
        + b"\r\n--=_b--\r\n",
    )
