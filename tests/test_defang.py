"""A stranger's words: no payload comes out as something that a mail client would link."""

from __future__ import annotations

import re
import unicodedata

import pytest

from mailproc.defang import Shown, defang, defang_address, defang_line
from tests.factories import a_form, a_request

# What mail clients turn into links by themselves: schemes, hosts, addresses, shares.
AUTO_LINK = re.compile(
    r"https?:|www\.|[a-z][a-z0-9+.-]*://|\b(javascript|mailto|tel|data|file|vbscript):\S"
    r"|[\w-]\.[a-z]{2,}|[\w-]\.ไทย|[^\s@]@[^\s@]|\\\\\w|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d",
    re.IGNORECASE,
)
PAYLOADS = (
    "http://evil.example/x?a=1",
    "HTTPS://EVIL.EXAMPLE",
    "hTtP : //evil.example",
    "www.evil.example",
    "www.x.y",
    "WWW.Evil.Example/path",
    "evil.com",
    "evil.co.th/login",
    "ดูที่evil.comนะ",
    "โรงเรียน.ไทย",
    "евил.рф",
    "xn--e1afmkfd.xn--p1ai",
    "evil．com",
    "evil。com",
    "ｈｔｔｐ：／／evil．com",
    "ht\u200btp://ev\u200bil.com",
    "http\u00ad://evil\u2060.com",
    "http:\\\\evil.com",
    "http:/\n/evil.com",
    "ftp://evil.example/a",
    "line://ti/p/@evil",
    "intent://x#Intent;scheme=http;end",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>",
    "vbscript:msgbox",
    "mailto:a@evil.example",
    "tel:+66800000000",
    "file:///etc/passwd",
    "\\\\evil\\share",
    "a@evil.example",
    "192.168.1.1/admin",
    "<a href='http://evil.example'>click</a>",
    "<img src=//evil.example/x>",
    "[click](http://evil.example)",
    "\u202ehttp://evil.example\u202c",
    "moc.elpmaxe\u202e",
    "a..evil.com",
    "http://1113982867/",
    "http://[::1]/",
    "evil.com.",
    "//evil.example/x",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_is_left_that_a_mail_client_links(payload: str) -> None:
    for text in (payload, f"ขอ{payload}ค่ะ", f"x {payload} y"):
        assert not AUTO_LINK.search(defang(text)), defang(text)
        assert not AUTO_LINK.search(defang_line(text))


@pytest.mark.parametrize(
    "text",
    [
        "เพื่อวางแผนอัตรากำลังครู ปีการศึกษา 2570",
        "ขอข้อมูล ป.1-ป.6 และ ม.1 ของ สพป. พ.ศ. 2568",
        "เวลา 09.30 น. จำนวน 3.5 เท่า อัตราส่วน 1:20",
        "น้ำที่ปี่ปั้นกึ่งทั้งสิ้น",
        "LINE ID @somsri โทร. 08 0000 1234",
        "ก.ค.ศ. และ อ.เมือง จ.ตัวอย่าง",
    ],
)
def test_ordinary_thai_is_left_alone(text: str) -> None:
    assert defang(text) == text


def test_broken_links_can_still_be_read() -> None:
    assert defang("ดู https://evil.example/x") == "ดู hxxps[:]//evil[.]example/x"
    assert defang("ส่งที่ a@evil.example") == "ส่งที่ a[at]evil[.]example"


def test_no_control_direction_or_invisible_character_survives() -> None:
    marks = [chr(c) for c in range(0x11000) if unicodedata.category(chr(c)) in ("Cc", "Cf", "Cs")]
    marks = [mark for mark in marks if not mark.isspace()]
    assert len(marks) > 2000
    assert defang("ก" + "".join(marks) + "ข") == "กข"


def test_piled_up_marks_and_lines_are_cut_down() -> None:
    assert len(defang("ก" + "\u0e48" * 500)) == 5
    assert defang("a\n\n\n\n\nb") == "a\n\nb"
    assert defang("\n".join("abc" for _ in range(500))).count("\n") == 39
    assert "\n" not in defang_line("a\nb\u2028c\r\nd")


def test_long_words_end_with_an_ellipsis() -> None:
    assert defang("ก" * 5000).endswith("ก…")
    assert len(defang("ก" * 5000)) == 2000
    assert len(defang_line("ก" * 5000)) == 200


def test_a_checked_address_stays_as_it_is_unless_it_looks_like_a_page() -> None:
    assert defang_address("somsri@school.example.org") == "somsri@school.example.org"
    assert defang_address("www.evil.com/x@example.org") == "www[.]evil[.]com/x[at]example[.]org"


def test_a_shown_noun_defangs_every_string_in_it_and_can_not_be_changed() -> None:
    request = a_request(form=a_form(purpose="a\nhttp://x.example", position="www.x.example\nb"))
    shown = Shown(request, frozenset({"purpose"}), frozenset({"number"}))
    assert shown.form.purpose == "a\nhxxp[:]//x[.]example"
    assert shown.form.position == "www[.]x[.]example b"
    assert shown.number == "2569/00012"
    assert shown.state is request.state
    assert shown.item.filters == ("อำเภอเมืองตัวอย่าง",)
    with pytest.raises(AttributeError):
        shown.number = "1"
    with pytest.raises(AttributeError):
        shown.__secret__  # noqa: B018
