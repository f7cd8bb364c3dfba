"""Files as offices make them, and mails that carry them."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import docx
import openpyxl
import typst
from docx.document import Document
from docx.oxml import parse_xml
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from mailproc.model import Reading
from mailproc.parsers import read
from tests.parsers.known import KNOWN

ROWS = [  # one filled form, as label and value
    ("ชื่อ-สกุล", "นางสาวน้ำฝน ใจดี"),
    ("ตำแหน่ง", "ครูชำนาญการพิเศษ"),
    ("หน่วยงาน", "โรงเรียนชุมชนบ้านคำชะอี"),
    ("โทรศัพท์", "๐๘๑-๒๓๔-๕๖๗๘"),
    ("อีเมล", "namfon@school.example.org"),
    ("รายการข้อมูลที่ขอ", "ทำเนียบโรงเรียน"),
    ("ปีการศึกษา", "๒๕๖๘"),
    ("วัตถุประสงค์", "เพื่อจัดทำแผนปฏิบัติการประจำปี"),
    ("รูปแบบไฟล์", "Excel"),
]
FORM = {
    "requester_name": "นางสาวน้ำฝน ใจดี",
    "position": "ครูชำนาญการพิเศษ",
    "organisation": "โรงเรียนชุมชนบ้านคำชะอี",
    "phone": "081-234-5678",
    "email": "namfon@school.example.org",
    "purpose": "เพื่อจัดทำแผนปฏิบัติการประจำปี",
    "items": [
        {
            "dataset": "ทำเนียบโรงเรียน",
            "dataset_id": "school_directory",
            "academic_years": [2568],
            "format": "xlsx",
        }
    ],
}
TITLE = "แบบคำขอใช้บริการข้อมูล"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def mail_with(
    *files: tuple[str, bytes], body: str = "", subject: str = "ส่งเอกสาร", media_type: str = ""
) -> bytes:
    """A mail with a plain body and files, declared as nothing in particular."""
    media_type = media_type or "application/octet-stream"
    parts = [f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()]
    for name, content in files:
        head = (
            f"--b\r\nContent-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment; filename*=UTF-8''{quote(name)}\r\n\r\n"
        )
        parts.append(head.encode() + base64.encodebytes(content) + b"\r\n")
    head = (
        "From: Namfon <namfon@school.example.org>\r\nTo: data@area.example.org\r\n"
        f"Subject: {subject}\r\nMessage-ID: <7@school.example.org>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    )
    return head.encode() + b"".join(parts) + b"--b--\r\n"


def reading_of(*files: tuple[str, bytes], body: str = "", subject: str = "ส่งเอกสาร") -> Reading:
    return read(mail_with(*files, body=body, subject=subject), KNOWN)


# ---------------------------------------------------------------- Word


def document(*lines: str) -> Document:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    return made


def saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def add_table(made: Document, rows: Iterable[Iterable[str]]) -> Any:
    filled = [list(row) for row in rows]
    table = made.add_table(rows=0, cols=max(len(row) for row in filled))
    for row in filled:
        for cell, words in zip(table.add_row().cells, row, strict=False):
            cell.text = words
    return table


def add_xml(made: Document, inside: str) -> None:
    """A paragraph whose inside is WordprocessingML."""
    made.element.body.insert(
        len(made.element.body) - 1, parse_xml(f"<w:p {_W} {_W14}>{inside}</w:p>")
    )


def run(words: str, properties: str = "") -> str:
    mark = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{mark}<w:t xml:space="preserve">{words}</w:t></w:r>'


def control(words: str, properties: str = "") -> str:
    return (
        f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{run(words)}</w:sdtContent></w:sdt>"
    )


def box(ticked: bool) -> str:
    state = f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/></w14:checkbox>'
    return control("☒" if ticked else "☐", state)


# ---------------------------------------------------------------- Excel


def workbook(rows: Iterable[Iterable[Any]], title: str = "แบบคำขอ") -> Any:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(list(row))
    return made


# ---------------------------------------------------------------- PDF


def page(source: str) -> bytes:
    """A PDF with a text layer, set by typst in a Thai font."""
    head = '#set page(width: 21cm, height: 29.7cm)\n#set text(font: "Sarabun", size: 14pt)\n'
    made: Any = typst.compile(  # type: ignore[misc]
        (head + source).encode(), font_paths=["templates/print/fonts"]
    )
    assert isinstance(made, bytes)
    return made


def fillable(fields: Iterable[dict[str, Any]], source: str = "#hide[x]") -> bytes:
    """A fillable PDF; each field: name, value, and perhaps alternate, at, kind, states, options."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page(source))))
    made = ArrayObject()
    annotations = ArrayObject()
    for number, field in enumerate(fields):
        widget = _widget(field, number)
        reference = writer._add_object(widget)
        made.append(reference)
        annotations.append(reference)
    writer.pages[0][NameObject("/Annots")] = annotations
    form = {"/Fields": made, "/NeedAppearances": BooleanObject(True)}
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject(k): v for k, v in form.items()}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _widget(field: dict[str, Any], number: int) -> DictionaryObject:
    x, y = field.get("at", (200, 700 - 24 * number))
    kind = field.get("kind", "Tx")
    rect = [FloatObject(v) for v in (x, y, x + field.get("width", 200), y + 16)]
    value = field["value"]
    entries: dict[str, Any] = {
        "/Type": NameObject("/Annot"),
        "/Subtype": NameObject("/Widget"),
        "/FT": NameObject(f"/{kind}"),
        "/T": TextStringObject(field["name"]),
        "/Rect": ArrayObject(rect),
        "/F": NumberObject(4),
    }
    if kind == "Btn":
        entries["/V"] = entries["/AS"] = NameObject(f"/{value}")
    else:
        entries["/V"] = TextStringObject(value)
    if "alternate" in field:
        entries["/TU"] = TextStringObject(field["alternate"])
    if "options" in field:
        entries["/Opt"] = ArrayObject(
            ArrayObject([TextStringObject(a), TextStringObject(b)]) for a, b in field["options"]
        )
    return DictionaryObject({NameObject(k): v for k, v in entries.items()})


# ---------------------------------------------------------------- any zip


def changed(content: bytes, parts: dict[str, bytes]) -> bytes:
    """An office file with parts put in the place of others, or added."""
    out = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()
