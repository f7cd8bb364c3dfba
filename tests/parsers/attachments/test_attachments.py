"""What a file is, what is refused, and that no file costs the mail its request."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from mailproc.model import Refused
from mailproc.parsers import TooSlow, read, to_json
from tests.parsers.attachments.making import (
    FORM,
    ROWS,
    TITLE,
    add_table,
    changed,
    document,
    mail_with,
    page,
    reading_of,
    saved,
    workbook,
)
from tests.parsers.known import KNOWN, mail

BODY = "ชื่อ: มะลิ\nข้อมูลที่ขอ: ทำเนียบโรงเรียน\nปีการศึกษา: 2568\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 300
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(90_000)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)


def _docx() -> bytes:
    made = document(TITLE)
    add_table(made, ROWS)
    return saved(made)


def _xlsx() -> bytes:
    return saved(workbook([[TITLE], *ROWS]))


def _pdf() -> bytes:
    lines = "\n\n".join(f"{label}: {value}" for label, value in ROWS).replace("@", "\\@")
    return page(f"{TITLE}\n\n{lines}")


def _zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["form.docx", "form.pdf", "form.xlsx", "form", "แบบคำขอ.doc"])
@pytest.mark.parametrize("made", [_docx, _xlsx, _pdf])
def test_a_file_is_what_its_bytes_say_whatever_its_name(made: object, name: str) -> None:
    reading = reading_of((name, made()))  # type: ignore[operator]
    assert to_json(reading)["form"] == FORM


def _far_cell() -> bytes:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">'
        '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    return changed(_xlsx(), {"xl/worksheets/sheet1.xml": sheet.encode()})


def _with_strings(strings: bytes) -> bytes:
    """A workbook whose only cell refers to a shared string."""
    row = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    sheet = b"<worksheet><sheetData>%b</sheetData></worksheet>" % row
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings}
    return changed(_xlsx(), parts)


def _with_part(content: bytes, name: str, part: bytes) -> bytes:
    return changed(content, {name: part})


_BOMB = b"<w>" + b" " * 60_000_000 + b"</w>"
_DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]><w>&a;</w>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "bomb": lambda: _with_part(_docx(), "word/document.xml", _BOMB),
    "bomb beside": lambda: _with_part(_docx(), "word/media/image1.png", bytes(80_000_000)),
    "bomb of strings": lambda: _with_strings(_BOMB),
    "doctype": lambda: _with_part(_docx(), "word/document.xml", _DOCTYPE),
    "doctype in utf-16": lambda: _with_part(
        _docx(), "word/document.xml", _DOCTYPE.decode().encode("utf-16")
    ),
    "doctype in strings": lambda: _with_strings(_DOCTYPE),
    "damaged": lambda: _docx()[:3_000],
    "damaged part": lambda: _with_part(_docx(), "word/document.xml", b"<w><w>"),
    "deep": lambda: _with_part(_docx(), "word/document.xml", b"<w>" * 50_000),
    "encrypted": lambda: OLE + "EncryptedPackage".encode("utf-16-le") + bytes(900),
    "old word": lambda: OLE + "WordDocument".encode("utf-16-le"),
    "odt": lambda: _zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
    "zip": lambda: _zipped(**{"form.docx": _docx()}),
    "many entries": lambda: _zipped(**{f"a{n}": b"" for n in range(5_000)}),
    "rtf": lambda: b"{\\rtf1\\ansi form}",
    "empty": lambda: b"",
    "noise": lambda: b"\x00\x01\x02" * 500,
    "only a header": lambda: b"%PDF-1.7\n",
}
REASONS = {
    "bomb": "bomb",
    "bomb beside": "bomb",
    "bomb of strings": "bomb",
    "doctype": "doctype",
    "doctype in utf-16": "doctype",
    "doctype in strings": "doctype",
    "damaged": "damaged",
    "damaged part": "damaged",
    "deep": "bomb",
    "encrypted": "encrypted",
    "old word": "unsupported",
    "odt": "unsupported",
    "zip": "unsupported",
    "many entries": "bomb",
    "rtf": "unsupported",
    "empty": "damaged",
    "noise": "wrong_type",
    "only a header": "damaged",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_is_not_read_is_named_with_its_reason(what: str) -> None:
    reading = reading_of(("แบบคำขอ.docx", HOSTILE[what]()), body=BODY)
    assert reading.refused == (Refused("แบบคำขอ.docx", REASONS[what]),)
    assert reading.kind == "request"
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"
    assert not [problem for problem in reading.problems if "could not be read" in problem]


def test_a_cell_far_away_costs_nothing() -> None:
    tracemalloc.start()
    try:
        reading = reading_of(("แบบคำขอ.xlsx", _far_cell()), body=BODY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert reading.refused == ()
    assert peak < 20_000_000


def test_shared_strings_are_read_with_their_runs() -> None:
    strings = "<sst><si><r><t>ชื่อ</t></r><r><t>: มะลิ</t></r><rPh><t>x</t></rPh></si></sst>"
    reading = reading_of(("a.xlsx", _with_strings(strings.encode())), body="ข้อมูลที่ขอ: ทำเนียบโรงเรียน")
    assert reading.refused == ()


def test_a_form_handed_in_that_cannot_be_read_is_a_request_that_states_nothing() -> None:
    reading = reading_of(("scan.docx", OLE), body="ส่งแบบคำขอตามไฟล์แนบค่ะ")
    assert reading.kind == "request"
    assert reading.form is not None
    assert "requester_name" in reading.missing


@pytest.mark.parametrize(
    ("body", "subject", "name", "kind"),
    [
        ("", "", "IMG_0001.HEIC", "other"),
        ("", "ขอข้อมูลทำเนียบโรงเรียน", "IMG_0001.HEIC", "request"),
        ("รบกวนขอข้อมูลตามหนังสือแนบค่ะ", "", "IMG_0001.jpg", "request"),
        ("", "", "แบบคำขอข้อมูล.jpg", "request"),
        ("ภาพกิจกรรมวันแม่", "ภาพกิจกรรม", "IMG_0001.jpg", "other"),
    ],
)
def test_a_photo_goes_to_a_person(body: str, subject: str, name: str, kind: str) -> None:
    content = HEIC if name.endswith("HEIC") else JPEG
    reading = reading_of((name, content), body=body, subject=subject)
    assert (reading.kind, reading.scans, reading.refused) == (kind, (name,), ())


def test_a_logo_in_the_signature_is_no_scan() -> None:
    parts = (
        '--b\nContent-Type: text/html; charset=utf-8\n\n<p>ขอข้อมูลค่ะ</p><img src="cid:logo@x">\n'
        "--b\nContent-Type: image/jpeg; name=image001.jpg\nContent-ID: <logo@x>\n\n"
    )
    raw = mail(parts, content_type="multipart/related; boundary=b") + JPEG[:3_000] + b"\n--b--\n"
    assert read(raw, KNOWN).scans == ()


def test_an_enclosed_mail_under_any_media_type_is_read() -> None:
    inner = mail(f"{TITLE}\n{BODY}")
    reading = reading_of(("ขอข้อมูล.eml", inner), body="ตามเมลแนบ")
    assert reading.kind == "request"
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"


def test_a_form_in_a_file_of_an_enclosed_mail_is_read() -> None:
    inner = mail_with(("แบบคำขอ.docx", _docx()), body="ตามแนบ")
    reading = reading_of(("fwd.eml", inner), body="ส่งต่อค่ะ")
    assert to_json(reading)["form"] == FORM


def test_a_text_and_a_page_as_files_are_read() -> None:
    lines = "\n".join(f"{label}: {value}" for label, value in ROWS)
    rows = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in ROWS)
    for name, content in (
        ("form.txt", f"{TITLE}\n{lines}".encode()),
        ("form.xls", f"<html><body>{TITLE}<table>{rows}</table></body></html>".encode()),
        ("form.csv", f"{TITLE}\n{lines.replace(': ', ',')}".encode("utf-8-sig")),
        ("old.txt", f"{TITLE}\n{lines}".encode("cp874")),
    ):
        assert to_json(reading_of((name, content)))["form"] == FORM


@pytest.mark.parametrize("name", ["smime.p7s", "card.vcf", "key.asc"])
def test_what_mail_programs_add_is_not_spoken_of(name: str) -> None:
    reading = reading_of((name, b"BEGIN:VCARD\nTEL:1\nEND:VCARD\n"), body=BODY)
    assert (reading.refused, reading.scans) == ((), ())


def test_too_many_files_are_named() -> None:
    files = [(f"{n}.txt", b"x") for n in range(35)]
    reading = reading_of(*files, body=BODY)
    assert {one.reason for one in reading.refused} == {"too_many"}
    assert len(reading.refused) == 5


def test_a_damaged_byte_anywhere_never_loses_the_request() -> None:
    content = _xlsx()
    for at in range(0, len(content), 97):
        broken = content[:at] + bytes([content[at] ^ 0x5A]) + content[at + 1 :]
        reading = reading_of(("f.xlsx", broken), body=BODY)
        assert reading.form is not None
        assert reading.form.requester_name in ("มะลิ",)


def test_no_office_library_is_loaded_for_a_plain_mail() -> None:
    program = (
        "import sys; from mailproc.parsers import read; from mailproc.model import Known;"
        "read(b'Subject: x\\n\\nhello', Known());"
        "print([n for n in ('pypdf', 'docx', 'openpyxl', 'tnefparse', 'lxml') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_file_that_takes_too_long_is_refused_and_the_request_lives() -> None:
    """The fence is the caller's; here it ends every file at once."""

    class Ended:
        def __enter__(self) -> None:
            raise TooSlow

        def __exit__(self, *_: object) -> None: ...

    raw = mail_with(("แบบคำขอ.docx", _docx()), body=BODY)
    reading = read(raw, KNOWN, Ended)
    assert reading.refused == (Refused("แบบคำขอ.docx", "too_slow"),)
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"
