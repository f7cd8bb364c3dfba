"""PDF: what runs, links or is attached, what is drawn but not seen, and whose names are in it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailproc.datasets.gate import headings
from mailproc.datasets.gate.columns import day_of
from mailproc.datasets.gate.finding import Finding
from mailproc.datasets.gate.persons import TOLD, plain, traces
from mailproc.parsers.attachments.content import NotRead

_MOST_PAGES, _MOST_OBJECTS = 1_000, 500_000
# Keys and kinds of objects, and the finding that each is.
_KEYS = {
    **dict.fromkeys(("/JS", "/JavaScript"), "pdf_script"),
    **dict.fromkeys(("/OpenAction", "/AA", "/RichMedia"), "pdf_active"),
    **dict.fromkeys(("/EmbeddedFiles", "/EF", "/AF"), "pdf_attached"),
    **dict.fromkeys(("/AcroForm", "/XFA"), "pdf_form"),
    **dict.fromkeys(("/OCProperties",), "pdf_layers"),
    "/URI": "external",
    "/PieceInfo": "properties",
}
_KINDS = {
    **dict.fromkeys(("/JavaScript",), "pdf_script"),
    **dict.fromkeys(
        "/Launch /GoToR /GoToE /SubmitForm /ImportData /Rendition /Movie /Screen /Sound /3D "
        "/RichMedia".split(),
        "pdf_active",
    ),
    **dict.fromkeys(("/FileAttachment", "/Filespec", "/EmbeddedFile"), "pdf_attached"),
    **dict.fromkeys(("/Widget",), "pdf_form"),
    **dict.fromkeys(
        "/Text /FreeText /Highlight /Underline /StrikeOut /Squiggly /Stamp /Ink /Popup /Caret "
        "/Redact /Polygon /PolyLine /Circle /Square".split(),
        "pdf_note",
    ),
    "/URI": "external",
}
_PERSONS = ("/Author",)
_USUAL = ("/Author", "/Title", "/Subject", "/Keywords", "/Creator", "/Producer", "/Trapped")
_NOBODY = re.compile(
    r"(?:typst.*|libreoffice.*|writer|calc|microsoft.*|anonymous|unspecified|users?|admin|"
    r"(?:สำนักงาน|สพป|สพฐ|กลุ่ม|โรงเรียน|กระทรวง).*)",
    re.I,
)
_TITLED = re.compile(
    r"(?:นางสาว|นาย|นาง|น\.ส\.|Mr\.?|Mrs\.?|Miss)\s?[ก-๙A-Za-z]{2,25}\s{1,3}[ก-๙A-Za-z]{2,25}"
)
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, RuntimeError)


@dataclass(slots=True)
class Pdf:
    """A document that was read once: the text of each page, and what speaks against it."""

    pages: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read(content: bytes) -> Pdf:
    """Raises NotRead for what is encrypted or damaged."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    one = Pdf()
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise NotRead("encrypted")
        if len(reader.pages) > _MOST_PAGES:
            raise NotRead("too_large")
        for number, page in enumerate(reader.pages, 1):
            _page(one, page, number)
        shown = frozenset(re.split(r"\s+", " ".join(one.pages)))
        one.findings += dict.fromkeys(_of_objects(reader, shown))
        one.findings += _of_metadata(reader)
    except (PyPdfError, *_UNREADABLE) as error:
        raise NotRead("damaged") from error
    one.findings += _of_revisions(content)
    return one


def _page(one: Pdf, page: Any, number: int) -> None:
    from mailproc.datasets.gate import pdf_seen
    from mailproc.parsers.attachments import pdf_text

    drawn = pdf_seen.seen(page)
    if drawn.is_cut:
        raise NotRead("too_large")
    where = f"หน้า / page {number}"
    for kind in dict.fromkeys(kind for kind, _ in drawn.hidden):
        count = sum(kind == other for other, _ in drawn.hidden)
        one.findings.append(Finding(kind, where, count=count))
    lines = [[run.text for run in line] for line in pdf_text.lines(drawn.found)]
    one.pages.append("\n".join("  ".join(line) for line in lines))
    if drawn.pictures > 0.5 or (not lines and drawn.draws_much):
        one.findings.append(Finding("no_text", where))
    one.findings += _of_words(where, lines)


def _of_words(where: str, lines: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """Persons on a page. Cells are searched one by one, since figures stand side by side."""
    cells = [cell for line in lines for cell in line]
    names = 0
    for trace in traces(cells, pages=True):
        if trace.kind in ("landline", "email"):
            continue
        kind = TOLD.get(trace.kind, trace.kind)
        if trace.kind == "titled_name":
            names += 1
        else:
            yield Finding(kind, where, what=trace.what, cls="personal")
    if max(names, sum(len(_TITLED.findall(plain(cell))) for cell in cells)) > 4:
        yield Finding("person_name", where, count=max(names, 5), cls="personal")
    heads = {headings.kind(cell) for line in lines for cell in line}
    if "birth_date" in heads and sum(day_of(cell) is not None for cell in cells) > 1:
        yield Finding("birth_date", where, cls="personal")
    if "national_id" in heads and any(len(re.sub(r"[^0-9]", "", c)) == 13 for c in cells):
        yield Finding("national_id", where, cls="personal")


# ---------------------------------------------------------------- objects


def _of_objects(reader: Any, shown: frozenset[str]) -> Iterator[Finding]:
    size = int(reader.trailer["/Size"])
    if size > _MOST_OBJECTS:
        raise NotRead("too_large")
    for number in range(1, size):
        yield from _of_object(reader.get_object(number), shown)


def _of_object(one: Any, shown: frozenset[str]) -> Iterator[Finding]:
    """A PDF object and what is written inside it; what it refers to is looked at by itself."""
    if isinstance(one, dict):
        for key, value in one.items():
            kind = _KEYS.get(key, "")
            if not kind and key in ("/S", "/Subtype", "/Type"):
                kind = _KINDS.get(str(value), "")
                kind = "" if kind == "pdf_note" and key != "/Subtype" else kind
            if kind == "external" and (str(value) in shown or key != "/URI"):
                kind = ""  # the address stands on the page
            if kind and not (key == "/OpenAction" and isinstance(_plain(value), list)):
                yield Finding(kind, what=f"{key} {value}"[:40])
            yield from _of_object(dict.__getitem__(one, key), shown)
    elif isinstance(one, list):
        for at in range(len(one)):
            yield from _of_object(list.__getitem__(one, at), shown)


def _plain(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _of_metadata(reader: Any) -> Iterator[Finding]:
    """Authors, own properties, and persons in any property."""
    told = {str(key): str(value) for key, value in dict(reader.metadata or {}).items()}
    for key, words in told.items():
        person = key in _PERSONS and words.strip() and not _NOBODY.fullmatch(words.strip())
        own = key not in _USUAL and not key.endswith("Date")
        if person or own or (key == "/Keywords" and words.strip()):
            yield Finding("properties", at=key, what=f"{words[:3]}…")
    xmp = _plain(_plain(reader.trailer["/Root"]).get("/Metadata"))
    if xmp is not None:
        written = xmp.get_data().decode("utf-8", "replace")
        told["XMP"] = re.sub(r"<[^>]*>", "\n", written)
        yield from _of_author(written)
    lines = [line for value in told.values() for line in value.split("\n") if line.strip()]
    for trace in traces(lines):
        if trace.kind not in ("landline", "email"):
            yield Finding(TOLD.get(trace.kind, trace.kind), "metadata", what=trace.what)


def _of_author(xmp: str) -> Iterator[Finding]:
    found = re.search(r"<dc:creator>(.*?)</dc:creator>", xmp, re.S)
    words = re.sub(r"<[^>]*>", " ", found[1]).strip() if found else ""
    if words and not _NOBODY.fullmatch(words):
        yield Finding("properties", at="dc:creator", what=f"{words[:3]}…")


def _of_revisions(content: bytes) -> Iterator[Finding]:
    """What was changed later leaves the earlier state in the file."""
    ends = len(re.findall(rb"%%EOF", content))
    allowed = 2 if b"/Linearized" in content[:2_048] else 1
    if ends > allowed:
        yield Finding("changes", what=f"{ends} %%EOF")
    tail = content[content.rfind(b"%%EOF") + 5 :].strip()
    if ends and len(tail) > 16:
        yield Finding("unexpected", what=f"{len(tail)} bytes")
