"""Files of a mail that a person may have: by their bytes, whatever their names say."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from mailproc.parsers import Enclosed, enclosed, read
from mailproc.parsers.enclosed import MOST_BYTES
from tests.parsers.known import KNOWN

JPEG, PNG, PDF = b"\xff\xd8\xff\xe0" + b"0" * 40, b"\x89PNG\r\n\x1a\n0", b"%PDF-1.7\n%%EOF"


def a_zip(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return kept.getvalue()


XLSX = a_zip("[Content_Types].xml", "xl/workbook.xml")


def a_mail(*files: tuple[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"] = "suda@example.org"
    mail["Subject"] = "ขอข้อมูล"
    mail.set_content("แนบหนังสือมาด้วย")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="x", filename=name)
    return bytes(mail)


@pytest.mark.parametrize(
    ("name", "content", "given"),
    [
        ("หนังสือ.pdf", PDF, "หนังสือ.pdf"),
        ("ภาพ.JPEG", JPEG, "ภาพ.JPEG"),
        ("scan.png", PNG, "scan.png"),
        ("scan.tif", b"II*\0rest", "scan.tif"),
        ("แบบ.xlsx", XLSX, "แบบ.xlsx"),
        ("แบบ.docx", a_zip("[Content_Types].xml", "word/document.xml"), "แบบ.docx"),
        ("scan.exe", PDF, "scan.exe.pdf"),
        ("../../etc/scan", JPEG, "scan.jpg"),
        ("", PDF, "file-1.pdf"),
    ],
)
def test_scans_pictures_and_papers_are_given_out(name: str, content: bytes, given: str) -> None:
    assert enclosed(a_mail((name, content)), 0) == Enclosed(given, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>1</script></html>"),
        ("scan.pdf", b"<html><script>1</script></html>"),
        ("run.exe", b"MZ\x90\0"),
        ("scan.pdf", b"MZ\x90\0"),
        ("run.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='1'/>"),
        ("run.scr", b"GIF89a0"),
        ("all.zip", a_zip("run.exe")),
        ("แบบ.xlsm", a_zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("แบบ.xlsx", a_zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("แบบ.xlsx", XLSX[:40]),
        ("old.doc", bytes.fromhex("d0cf11e0a1b11ae1")),
        ("scan.pdf", PDF + b"0" * MOST_BYTES),
        ("none.pdf", b""),
    ],
)
def test_all_else_is_not(name: str, content: bytes) -> None:
    assert enclosed(a_mail((name, content)), 0) == Enclosed(name)


def test_files_are_numbered_as_the_reading_lists_them() -> None:
    inner = EmailMessage()
    inner.set_content("เดิม")
    inner.add_attachment(PDF, maintype="application", subtype="pdf", filename="inner.pdf")
    mail = EmailMessage()
    mail["From"] = "suda@example.org"
    mail.set_content("แนบ")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="one.pdf")
    mail.add_attachment(inner)
    mail.add_attachment(JPEG, maintype="image", subtype="jpeg", filename="two.jpg")
    listed = [one.filename for one in read(bytes(mail), KNOWN).attachments]
    found = [enclosed(bytes(mail), number) for number in range(len(listed))]
    assert [one.filename if one else "" for one in found] == ["one.pdf", "", "two.jpg"] == listed
    assert enclosed(bytes(mail), len(listed)) is None
