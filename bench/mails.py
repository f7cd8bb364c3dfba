"""Request mails as offices get them; the people in them are made up."""

from __future__ import annotations

import random
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime

_SCHOOLS = ("บ้านตัวอย่าง", "ชุมชนตัวอย่าง", "วัดตัวอย่าง", "ตัวอย่างวิทยา")
_PURPOSES = (
    "เพื่อจัดทำแผนปฏิบัติการประจำปีของโรงเรียน",
    "เพื่อใช้ประกอบการวิจัยในชั้นเรียน",
    "เพื่อวางแผนจัดสรรงบประมาณอาหารกลางวัน",
)
_FILTERS = ("", "เงื่อนไข: ป.1-ป.3\n", "เงื่อนไข: ป.6\n", "เงื่อนไข: โรงเรียนขนาดเล็ก\n")
_CHARSETS = {"utf-8": "utf-8", "windows-874": "cp874", "tis-620": "cp874"}


def requests(count: int, seed: int = 1) -> list[bytes]:
    """Complete requests for the dataset that is shipped; no sender has two, in all seeds."""
    source = random.Random(seed)
    return [_request(f"{seed}.{number}", number, source) for number in range(count)]


def _request(who: str, number: int, source: random.Random) -> bytes:
    charset, codec = source.choice(list(_CHARSETS.items()))
    name, address = f"นายตัวอย่าง ที่{number}", f"teacher{who}@school.example.org"
    body = (
        "เรียน เจ้าหน้าที่\n\nแบบคำขอใช้บริการข้อมูล\n"
        f"ชื่อ-สกุล: {name}\nตำแหน่ง: ครู\nหน่วยงาน: โรงเรียน{source.choice(_SCHOOLS)}\n"
        f"โทรศัพท์: 080-000-{number:04}\nอีเมล: {address}\n"
        "ข้อมูลที่ต้องการ: จำนวนนักเรียนจำแนกตามชั้นและเพศ\nปีการศึกษา: 2568\n"
        f"{source.choice(_FILTERS)}วัตถุประสงค์: {source.choice(_PURPOSES)}\nรูปแบบไฟล์: Excel\n"
        f"\nขอแสดงความนับถือ\n{name}\n"
    )
    head = {
        "From": f"{_word(name, charset, codec)} <{address}>",
        "To": "data@office.example.org",
        "Subject": _word("ขอข้อมูลจำนวนนักเรียน", charset, codec),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": f"<bench.{number}.{source.random()}@school.example.org>",
        "MIME-Version": "1.0",
        "Content-Type": f"text/plain; charset={charset}",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    raw = lines.encode("ascii") + b"\n" + body.encode(codec)
    return raw.replace(b"\n", b"\r\n")


def _word(text: str, charset: str, codec: str) -> str:
    """One encoded word; Python can't write windows-874, which Outlook does."""
    return f"=?{charset}?B?{b64encode(text.encode(codec)).decode()}?="
