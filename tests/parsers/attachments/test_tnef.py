"""winmail.dat, as Outlook sends it to those who do not run Outlook."""

from __future__ import annotations

import pytest

from mailproc.model import Refused
from mailproc.parsers import to_json
from tests.parsers.attachments.making import (
    FORM,
    ROWS,
    TITLE,
    add_table,
    document,
    reading_of,
    saved,
)

_MESSAGE, _ATTACHMENT = 1, 2


def _object(level: int, name: int, kind: int, data: bytes) -> bytes:
    head = bytes([level]) + name.to_bytes(2, "little") + kind.to_bytes(2, "little")
    return (
        head + len(data).to_bytes(4, "little") + data + (sum(data) & 0xFFFF).to_bytes(2, "little")
    )


def _winmail(*files: tuple[bytes, bytes], body: bytes = b"") -> bytes:
    out = b"\x78\x9f\x3e\x22\x01\x00"
    out += _object(_MESSAGE, 0x9006, 8, (0x10000).to_bytes(4, "little"))
    out += _object(_MESSAGE, 0x9007, 6, (874).to_bytes(4, "little") + bytes(4))
    if body:
        out += _object(_MESSAGE, 0x800C, 2, body + b"\0")
    for name, content in files:
        out += _object(_ATTACHMENT, 0x9002, 6, bytes(14))
        out += _object(_ATTACHMENT, 0x8010, 1, name + b"\0")
        out += _object(_ATTACHMENT, 0x800F, 6, content)
    return out


def _docx() -> bytes:
    made = document(TITLE)
    add_table(made, ROWS)
    return saved(made)


@pytest.mark.parametrize("name", ["winmail.dat", "ATT00001.bin"])
def test_the_form_inside_is_read(name: str) -> None:
    reading = reading_of((name, _winmail(("แบบคำขอ.docx".encode("cp874"), _docx()))))
    assert to_json(reading)["form"] == FORM
    assert reading.sources["phone"] == "แบบคำขอ.docx"
    assert [one.filename for one in reading.attachments] == [name]


def test_the_body_inside_is_the_text_where_the_mail_has_none() -> None:
    body = f"{TITLE}\nชื่อ: มะลิ\nข้อมูลที่ขอ: ทำเนียบโรงเรียน".encode("cp874")
    reading = reading_of(("winmail.dat", _winmail(body=body)))
    assert reading.text.startswith(TITLE)
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"


def test_the_text_of_the_mail_itself_stays() -> None:
    content = _winmail((b"a.docx", _docx()), body=b"inner")
    assert reading_of(("winmail.dat", content), body="ตามไฟล์แนบค่ะ").text == "ตามไฟล์แนบค่ะ"


def test_a_file_inside_that_cannot_be_read_is_named() -> None:
    content = _winmail((b"old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))
    reading = reading_of(("winmail.dat", content), body="ส่งแบบคำขอค่ะ")
    assert reading.refused == (Refused("old.doc", "unsupported"),)


@pytest.mark.parametrize("cut", [7, 40, 90, 3_000])
def test_a_damaged_one_costs_the_mail_nothing(cut: int) -> None:
    content = _winmail((b"a.docx", _docx()), body=b"x")[:cut]
    reading = reading_of(("winmail.dat", content), body="ชื่อ: มะลิ\nข้อมูล: ทำเนียบโรงเรียน\nปี: 2568")
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"


def test_a_hundred_thousand_objects_are_not_walked_twice() -> None:
    content = _winmail() + _object(_MESSAGE, 0x800C, 2, b"") * 100_000
    assert reading_of(("winmail.dat", content)).refused == (Refused("winmail.dat", "bomb"),)
