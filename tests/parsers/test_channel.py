"""«ช่องทาง: โทรศัพท์»: how a request reached whoever typed it, told apart from how the file goes."""

from __future__ import annotations

import pytest

from mailproc.model import Known
from mailproc.parsers import form_to_json
from mailproc.parsers.form import merge, read


@pytest.mark.parametrize(
    ("line", "channel"),
    [
        ("ช่องทาง: โทรศัพท์", "phone"),
        ("ช่องทาง : ทางโทรศัพท์", "phone"),
        ("ช่องทาง: เคาน์เตอร์", "counter"),
        ("ช่องทาง: ติดต่อด้วยตนเอง", None),  # as likely how the file is fetched
        ("ช่องทางที่รับคำขอ: ติดต่อด้วยตนเอง", "counter"),
        ("รับคำขอทาง: หนังสือราชการ", "paper"),
        ("ช่องทางที่รับคำขอ: ไลน์", "line"),
        ("Request channel: Smart Office", "smart_office"),
        ("Channel: telephone", "phone"),
        ("ช่องทาง: อีเมล", None),
        ("ช่องทาง: LINE", None),
        ("ช่องทางการติดต่อ: โทรศัพท์", None),
    ],
)
def test_the_line_is_read_for_what_it_says(line: str, channel: str | None) -> None:
    found = read(f"ชื่อ-สกุล: นายสมชาย ใจดี\n{line}\nหน่วยงาน: โรงเรียนบ้านดอนแก้ว", Known()).form
    assert found.channel == channel


def test_the_way_to_send_the_file_stands_beside_it() -> None:
    text = "ชื่อ: นายสมชาย ใจดี\nช่องทาง: โทรศัพท์\nช่องทางรับข้อมูล: รับด้วยตนเอง"
    found = read(text, Known())
    assert (found.form.channel, found.form.delivery) == ("phone", "pickup")
    assert found.problems == []


def test_the_key_is_there_only_where_it_was_stated() -> None:
    """`parse --json` is an interface."""
    stated = read("ชื่อ: นายสมชาย ใจดี\nช่องทาง: โทรศัพท์", Known()).form
    assert form_to_json(stated)["channel"] == "phone"
    assert "channel" not in form_to_json(read("ชื่อ: นายสมชาย ใจดี", Known()).form)


def test_a_reply_does_not_change_by_which_way_it_came() -> None:
    first = read("ชื่อ: นายสมชาย ใจดี", Known()).form
    assert merge(first, read("ช่องทาง: โทรศัพท์", Known()).form).channel is None
