"""Made-up mails to the office: requests in every dress, private mail, robots, and poison."""

from __future__ import annotations

import base64
import itertools
import quopri
from email.header import Header

REQUESTER = "somying@school.example.org"
_numbers = itertools.count(1)
_NAMES = ("นางสาวสมหญิง ใจดี", "นายก้องเกียรติ รักเรียน", "นางมะลิ ดอกแก้ว", "นายสมชาย ตั้งใจ")
_SCHOOLS = ("โรงเรียนบ้านตัวอย่าง", "โรงเรียนวัดสมมติ", "โรงเรียนบ้านทดลอง")
_PURPOSE = "เพื่อจัดทำแผนปฏิบัติการประจำปีของโรงเรียน"
# (charset of the label, codec of the bytes, transfer encoding)
DRESSES = (
    ("utf-8", "utf-8", "8bit"),
    ("utf-8", "utf-8", "base64"),
    ("utf-8", "utf-8", "quoted-printable"),
    ("windows-874", "cp874", "8bit"),
    ("tis-620", "cp874", "quoted-printable"),
    ("iso-8859-11", "cp874", "base64"),
)


def body(number: int = 0, *, purpose: str = _PURPOSE, filters: str = "", year: str = "2568") -> str:
    """The filled-in form."""
    lines = [
        "เรียน ผู้อำนวยการกลุ่มนโยบายและแผน",
        "",
        "แบบคำขอใช้บริการข้อมูล",
        f"ชื่อ-สกุล: {_NAMES[number % len(_NAMES)]}",
        "ตำแหน่ง: ครูชำนาญการ",
        f"หน่วยงาน: {_SCHOOLS[number % len(_SCHOOLS)]}",
        "โทรศัพท์: 080-000-0000",
        "ข้อมูลที่ต้องการ: จำนวนนักเรียนจำแนกตามชั้นและเพศ",
        f"ปีการศึกษา: {year}",
        "รอบข้อมูล: 1",
        "ระดับข้อมูล: รายโรงเรียน",
        *([f"เงื่อนไข: {filters}"] if filters else []),
        *([f"วัตถุประสงค์: {purpose}"] if purpose else []),
        "รูปแบบไฟล์: Excel",
        "ช่องทางรับข้อมูล: อีเมล",
        "",
        "ขอแสดงความนับถือ",
        _NAMES[number % len(_NAMES)],
    ]
    return "\n".join(lines)


def mail(
    text: str,
    *,
    subject: str = "ขอข้อมูลจำนวนนักเรียน ปีการศึกษา 2568",
    sender: str = REQUESTER,
    name: str = _NAMES[0],
    to: str = "data@office.example.org",
    dress: tuple[str, str, str] = DRESSES[0],
    message_id: str | None = None,
    extra: str = "",
) -> bytes:
    """A mail with one text part; `message_id=""` leaves the field out."""
    label, codec, encoding = dress
    number = next(_numbers)
    if message_id is None:
        message_id = f"<{number}.e2e@school.example.org>"
    head = [
        f"From: {_words(name, label, codec)} <{sender}>",
        f"To: {to}",
        f"Subject: {_words(subject, label, codec)}",
        "Date: Mon, 23 Nov 2026 09:00:00 +0700",
        *([f"Message-ID: {message_id}"] if message_id else []),
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={label}",
        f"Content-Transfer-Encoding: {encoding}",
    ]
    if extra:
        head.insert(0, extra)
    content = text.replace("\n", "\r\n").encode(codec, "replace")
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + _encoded(content, encoding) + b"\r\n"


def _words(text: str, label: str, codec: str) -> str:
    """A header value as a mail program writes it in this charset."""
    if text.isascii():
        return text
    if codec == "utf-8":
        return Header(text, "utf-8").encode(linesep="\r\n")
    coded = base64.b64encode(text.encode(codec)).decode()
    return f"=?{label}?B?{coded}?="


def _encoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return content


def request(number: int = 0, *, sender: str = "", extra: str = "", **changes: str) -> bytes:
    """A complete request in one of the dresses, each of another sender and with another text."""
    return mail(
        body(number, **changes),
        sender=sender or f"teacher{number}@school.example.org",
        name=_NAMES[number % len(_NAMES)],
        dress=DRESSES[number % len(DRESSES)],
        extra=extra,
    )


_SEVERAL = ("จำนวนนักเรียนจำแนกตามชั้นและเพศ", "จำนวนนักเรียนต่อห้อง", "รายชื่อโรงเรียนขนาดเล็ก")


def several(number: int = 0) -> bytes:
    """A complete request for three datasets at once."""
    wanted = " ".join(f"{place}. {name}" for place, name in enumerate(_SEVERAL, 1))
    text = body(number).replace(f"ข้อมูลที่ต้องการ: {_SEVERAL[0]}", f"ข้อมูลที่ต้องการ: {wanted}")
    return mail(text, sender=f"teacher{number}@school.example.org")


def reply(text: str, to_message: str, *, sender: str = REQUESTER, quoted: str = "") -> bytes:
    """An answer in the thread of one of our mails."""
    quote = "".join(f"\n> {line}" for line in quoted.splitlines())
    extra = f"In-Reply-To: {to_message}\r\nReferences: {to_message}"
    return mail(f"{text}\n{quote}", subject="Re: คำขอข้อมูล", sender=sender, extra=extra)


# ---------------------------------------------------------------- not for us


def private(number: int) -> bytes:
    """Mail among people, and newsletters."""
    if number % 2:
        return mail(
            "พี่คะ พรุ่งนี้ประชุมกี่โมงคะ แล้วกลางวันไปกินข้าวกันไหม",
            subject=f"นัดประชุมพรุ่งนี้ {number}",
            sender=f"friend{number}@home.example.org",
        )
    return mail(
        f"สินค้าลดราคาประจำสัปดาห์ที่ {number} กดรับสิทธิ์ได้เลย",
        subject="ข่าวสารจากร้านค้า",
        sender="news@shop.example.org",
        extra="List-Id: <news.shop.example.org>",
    )


def auto_reply(to_message: str) -> bytes:
    extra = f"Auto-Submitted: auto-replied\r\nIn-Reply-To: {to_message}"
    return mail("ขณะนี้ไม่อยู่สำนักงาน", subject="ตอบกลับอัตโนมัติ", extra=extra)


def bounce(of: bytes) -> bytes:
    """A report that one of our mails could not be delivered."""
    returned = of.split(b"\r\n\r\n", 1)[0]
    parts = (
        b"Content-Type: text/plain\r\n\r\nThe mail could not be delivered.",
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        b"Final-Recipient: rfc822; gone@school.example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        b"Content-Type: text/rfc822-headers\r\n\r\n" + returned,
    )
    head = (
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: data@office.example.org\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        b"Message-ID: <bounce.%d@mx.example.org>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        % next(_numbers)
    )
    return head + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
