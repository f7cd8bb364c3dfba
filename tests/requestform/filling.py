"""Fills in a blank form as a person does, in each of its shapes, and puts it into a mail."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import openpyxl
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from pypdf import PdfWriter

from mailproc.requestform import docx, pdf, text, xlsx
from mailproc.requestform.definition import Field, RequestForm
from tests.requestform.conftest import FOLDERS

Answers = Mapping[str, str | tuple[str, ...]]
SHAPES = ("text", "docx", "xlsx", "pdf")
_CHECKED = "{http://schemas.microsoft.com/office/word/2010/wordml}checked"
_MEDIA = {"docx": docx.MEDIA_TYPE, "xlsx": xlsx.MEDIA_TYPE, "pdf": pdf.MEDIA_TYPE}


def mail(form: RequestForm, shape: str, answers: Answers) -> bytes:
    """A mail that brings the form with those answers; codes for options, words for the rest."""
    message = EmailMessage()
    message["From"] = "Somsri <somsri@school.example.org>"
    message["To"] = "data@example.org"
    message["Subject"] = form.words.title
    message["Message-ID"] = "<1@school.example.org>"
    if shape == "text":
        message.set_content(filled_text(form, answers))
        return message.as_bytes()
    content = {"docx": filled_docx, "xlsx": filled_xlsx, "pdf": filled_pdf}[shape](form, answers)
    main, _, sub = _MEDIA[shape].partition("/")
    message.set_content("ตามแบบที่แนบครับ\n" if form.language == "th" else "See the form.\n")
    name = f"{form.words.filename}.{shape}"
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def _chosen(field: Field, answers: Answers) -> tuple[str, ...]:
    said = answers.get(field.key, ())
    return (said,) if isinstance(said, str) else said


def _words(field: Field, answers: Answers) -> str:
    """What a person writes for the field: the words of the option, or the answer itself."""
    options = {option.code: option.words for option in field.options}
    return ", ".join(options.get(one, one) for one in _chosen(field, answers))


# ---------------------------------------------------------------- text


def filled_text(form: RequestForm, answers: Answers) -> str:
    lines = list(text.lines(form))
    for field in form.fields:
        if field.key not in answers:
            continue
        if field.kind == "several":
            for option in field.options:
                if option.code in _chosen(field, answers):
                    lines[lines.index(f"[ ] {option.words}")] = f"[x] {option.words}"
            continue
        mark = "*" if field.required else ""
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{field.short}{mark}"))
        said = form.words.agree if field.kind == "tick" else _words(field, answers)
        lines[at] += f" {said}"
    return "\n".join(lines)


# ---------------------------------------------------------------- DOCX


def filled_docx(form: RequestForm, answers: Answers) -> bytes:
    """The content controls filled in as Word does it, which takes the placeholder away."""
    blank = zipfile.ZipFile(io.BytesIO(docx.build(form)))
    document = parse_xml(blank.read("word/document.xml"))
    controls = {
        c.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")): c for c in _sdt(document)
    }
    for field in form.fields:
        for said in _chosen(field, answers):
            code = f"{field.key}.{said}" if field.options and field.kind != "years" else field.key
            _fill_control(controls[code], said)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in blank.namelist():
            is_main = name == "word/document.xml"
            copy.writestr(name, serialize_part_xml(document) if is_main else blank.read(name))
    return target.getvalue()


def _sdt(document: Any) -> list[Any]:
    return list(document.iter(qn("w:sdt")))


def _fill_control(control: Any, words: str) -> None:
    look = control.find(qn("w:sdtPr"))
    checked = next(look.iter(_CHECKED), None)
    letters = next(control.find(qn("w:sdtContent")).iter(qn("w:t")))
    if checked is not None:
        checked.set(f"{checked.tag.partition('}')[0]}}}val", "1")
        letters.text = "☑"
        return
    look.remove(look.find(qn("w:showingPlcHdr")))
    letters.text = words


# ---------------------------------------------------------------- XLSX


def filled_xlsx(form: RequestForm, answers: Answers) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.build(form)))
    sheet = book.worksheets[0]
    rows = {str(row[0].value or ""): row[0].row for row in sheet.iter_rows()}
    for field in form.fields:
        if field.kind == "several":
            _tick_rows(sheet, field, answers)
        elif field.key in answers:
            row = next(n for words, n in rows.items() if _is_label(words, field.label))
            said = form.words.agree if field.kind == "tick" else _words(field, answers)
            sheet.cell(row, 2).value = said
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _is_label(words: str, label: str) -> bool:
    return words == label or re.sub(r"( \*)?( \(.*\))?$", "", words) == label


def _tick_rows(sheet: Any, field: Field, answers: Answers) -> None:
    chosen = {f"☐ {o.words}" for o in field.options if o.code in _chosen(field, answers)}
    for row in sheet.iter_rows():
        if row[1].value in chosen:
            row[1].value = row[1].value.replace("☐", "☑")


# ---------------------------------------------------------------- PDF


def filled_pdf(form: RequestForm, answers: Answers) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf.build(form, FOLDERS)))
    values: dict[str, Any] = {}
    for field in form.fields:
        codes = [option.code for option in field.options]
        for said in _chosen(field, answers):
            if field.kind == "one":
                values[field.key] = f"/{codes.index(said)}"
            elif field.kind == "several":
                values[f"{field.key}_{said}"] = "/0"
            else:
                values[field.key] = "/0" if field.kind == "tick" else said
    writer.update_page_form_field_values(None, values, auto_regenerate=False)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
