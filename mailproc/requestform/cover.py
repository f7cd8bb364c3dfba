"""The sheet that goes with data handed over by hand: what it is, and a line for who took it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from mailproc import thai
from mailproc.model import Built, Catalogue, Office, Request
from mailproc.requestform.typesetting import typeset
from mailproc.texts import Texts, load_texts
from mailproc.wording import request_words

_SHEET = re.compile(r"xl/worksheets/sheet[0-9]+\.xml")


@dataclass(frozen=True, slots=True)
class Cover:
    """The sheet in words, ready for a page; `lines` are those to sign on."""

    title: str
    office: str
    group: str
    number_label: str
    number: str
    rows: tuple[tuple[str, str], ...]
    note: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]


def cover(
    request: Request,
    file: Built | None,
    office: Office,
    catalogue: Catalogue,
    folders: tuple[Path, ...],
) -> Cover:
    """The cover of the request's file; before there is one it says so."""
    texts = load_texts(folders, "th")
    words = request_words(texts, catalogue)

    def t(key: str) -> str:
        return texts.get("cover", key)

    rows = (
        (texts.get("fields", "requester_name"), request.form.requester_name or ""),
        (texts.get("fields", "organisation"), request.form.organisation or ""),
        (texts.get("fields", "phone"), request.form.phone or ""),
        (t("data"), words["data_asked"](request)),
        (texts.get("fields", "filters"), ", ".join(_filters(request))),
        (t("size"), words["data_size"](request.prepared) if request.prepared else ""),
        (t("file"), _file(file, texts)),
        (texts.get("fields", "delivery"), words["way"](request)),
        (t("approved_by"), words["decider"](request) if request.decided_at else ""),
        (t("approved_at"), _moment(request.decided_at, office)),
        (texts.get("fields", "purpose"), request.form.purpose or ""),
    )
    people = ((t("handed_by"), (t("sign"), t("name"), t("when"))),)
    taker = ((t("taken_by"), (t("sign"), t("name"), t("position"), t("when"))),)
    return Cover(
        title=t("title"),
        office=office.name_th,
        group=office.group_th,
        number_label=texts.get("pages", "request_no"),
        number=request.number,
        rows=tuple((label, said) for label, said in rows if said),
        note=t("note"),
        lines=people + taker,
    )


def pdf(sheet: Cover, folders: tuple[Path, ...]) -> bytes:
    """The page to print. Raises NoTypst, and ConfigError where the template is at fault."""
    return typeset("cover_sheet.typ", asdict(sheet), folders)[0]


def _filters(request: Request) -> tuple[str, ...]:
    return request.prepared.filters if request.prepared else request.item.filters


def _moment(when: datetime | None, office: Office) -> str:
    return thai.date_time(when, office.timezone) if when else ""


def _file(file: Built | None, texts: Texts) -> str:
    """«ชื่อไฟล์.xlsx 1 ไฟล์ 2 แผ่นงาน»."""
    if file is None:
        return texts.get("cover", "no_file")
    unit, count = _count(file)
    said = texts.get("cover", f"file_{unit}" if count else "file_only")
    return said.replace("{name}", file.filename).replace("{count}", f"{count:,}")


def _count(file: Built) -> tuple[str, int]:
    """Pages or sheets; 0 where it can't be told."""
    if file.media_type == "application/pdf":
        return "pages", _pages(file.content)
    try:
        names = zipfile.ZipFile(io.BytesIO(file.content)).namelist()
    except zipfile.BadZipFile:
        return "sheets", 0
    return "sheets", sum(bool(_SHEET.fullmatch(name)) for name in names)


def _pages(content: bytes) -> int:
    from pypdf import PdfReader  # few sheets need it, and it takes long to load
    from pypdf.errors import PyPdfError

    try:
        return len(PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError):
        return 0
