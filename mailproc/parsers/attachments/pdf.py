"""PDF files: fields of a fillable form, what was typed over the page, and the text layer."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

from pypdf import Configuration, PageObject, PdfReader, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from mailproc.parsers import charset, fields, ticks, values
from mailproc.parsers.attachments import hints, pdf_form, pdf_page, pdf_text
from mailproc.parsers.attachments.content import Content, NotRead
from mailproc.parsers.attachments.draft import Draft
from mailproc.parsers.attachments.pdf_form import Field
from mailproc.parsers.attachments.pdf_page import Run

MAX_PAGES = 10  # a form has one or two
_MAX_STREAM = 4_000_000  # bytes of one unpacked stream
_MAX_ITEMS = 20_000
_MAX_ANNOTATIONS = 2_000
_MAX_OBJECTS = 50_000
_TYPED_SIZE = 10.0  # points, for what stands in a field
_THAI_START, _THAI_END = re.compile(r"\s*[ก-ฮเ-ไ]"), re.compile(r"[ก-๎]\s*$")
_BLOCK = 300.0  # points; narrower text stands in a column
_MIN_LETTERS = 20  # a page with fewer is a picture

_LIMITS = Configuration(
    maximum_declared_stream_length=8 * _MAX_STREAM,
    zlib_maximum_output_length=_MAX_STREAM,
    lzw_maximum_output_length=_MAX_STREAM,
    run_length_maximum_output_length=_MAX_STREAM,
    array_based_stream_maximum_output_length=_MAX_STREAM,
    array_maximum_element_count=_MAX_ITEMS,
    dictionary_maximum_element_count=_MAX_ITEMS,
    page_tree_maximum_entries=_MAX_ITEMS,
    stream_parsing_work_maximum_count=200_000,
    stream_decoding_work_maximum_length=40_000_000,
)


def read(content: bytes, name: str) -> Content:
    """What the file says; raises NotRead."""
    try:
        with apply_configuration(_LIMITS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(content, name)
    except NotRead:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotRead("damaged") from error
    except (RuntimeError, OverflowError, AssertionError) as error:
        raise NotRead("damaged") from error


def _read(content: bytes, name: str) -> Content:
    reader = _opened(content)
    pages = [page for page, _ in zip(reader.pages, range(MAX_PAGES), strict=False)]
    form = _dictionary(_dictionary(reader.trailer.get("/Root")).get("/AcroForm"))
    filled = pdf_form.fields_of(form)
    if form.get("/XFA") is not None and not any(one.words for one in filled):
        raise NotRead("unsupported")
    draft = Draft(name)
    letters, pictures = 0, False
    for number, page in enumerate(pages):
        runs = _page_runs(page)
        letters += sum(len(run.text.strip()) for run in runs)
        pictures = pictures or (not runs and _has_picture(page))
        for line in _lines(runs + list(_typed(page, filled, number))):
            draft.line(line)
    out = draft.done()
    _merge_fields(out, filled, name)
    out.is_picture = letters < _MIN_LETTERS and not out.stated and (pictures or not letters)
    if len(reader.pages) > MAX_PAGES:
        out.notes.append(f"{name} has more than {MAX_PAGES} pages; the rest was not read")
    return out


def _opened(content: bytes) -> PdfReader:
    if content.count(b"endobj") > _MAX_OBJECTS:  # a search for a lost table reads every one
        raise NotRead("bomb")
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        try:
            opened = reader.decrypt("")
        except (PyPdfError, ValueError, RuntimeError, ImportError) as error:
            raise NotRead("encrypted") from error
        if not opened:
            raise NotRead("encrypted")
    return reader


def _page_runs(page: PageObject) -> list[Run]:
    try:
        return pdf_page.runs(page)
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return []  # a page that cannot be drawn; the fields may still be read


def _lines(runs: list[Run]) -> Iterator[str]:
    """The page's lines; what stands in from the left of a value above it goes on from there."""
    start = 0.0
    for row in _unwrapped(pdf_text.lines(runs)):
        words = _parted(row)
        indented = len(row) == 1 and row[0].x > start + 2 * row[0].size and start > 0
        yield f"\t{words}" if indented and not fields.find(words) else words
        if not indented:
            start = row[0].x


def _unwrapped(rows: list[list[Run]]) -> list[list[Run]]:
    """The rows with cells whole again that a narrow column broke into lines."""
    out: list[list[Run]] = []
    bottom = 0.0
    above: list[Run] = []
    right = max((row[-1].x + row[-1].width for row in rows), default=0.0)
    for row in rows:
        places = None
        if out and bottom - row[0].y < 1.9 * row[0].size:
            places = _wrapped(out[-1], row)
            if places is None and _is_full(above, right) and _goes_on(above, row):
                places = [len(out[-1]) - 1] + [-1] * (len(row) - 1)
        above = row
        if places is None:
            out.append(list(row))
        elif -1 in places:
            out[-1][places[0]] = _lengthened(out[-1], places[0], row[0])
            out[-1] += row[1:]
        else:
            for place, run in zip(places, row, strict=True):
                out[-1][place] = _lengthened(out[-1], place, run)
        bottom = row[0].y
    return out


def _wrapped(above: list[Run], row: list[Run]) -> list[int] | None:
    """Which cells of the row above go on in this one; None where it is a row of its own."""
    places = []
    for run in row:
        same = [at for at, cell in enumerate(above) if abs(cell.x - run.x) < 2.0]
        words = run.text.strip()
        if not same or run.source or above[same[0]].source or _begins(words):
            return None
        places.append(same[0])
    return places if len(above) > 1 and (max(places) > 0 or len(places) > 1) else None


def _is_full(row: list[Run], right: float) -> bool:
    """Whether the line reaches the right margin, so that its paragraph may go on below."""
    return row[-1].x + row[-1].width > right - 3 * row[-1].size and right - row[0].x > _BLOCK


def _goes_on(above: list[Run], row: list[Run]) -> bool:
    """Whether a line stands below a full one as the next of the same paragraph."""
    here = abs(row[0].x - above[0].x) < 3 * row[0].size
    return here and not row[0].source and not _begins(row[0].text.strip())


def _begins(words: str) -> bool:
    """Whether the words begin a line of their own: a label, an entry of a list, an option."""
    label = fields.label(words.strip(" :"))
    return bool(label or fields.find(words)) or values.is_bulleted(words) or ticks.starts(words)


def _lengthened(row: list[Run], place: int, more: Run) -> Run:
    """A cell with its next line; Thai goes on without a space, except between names."""
    cell = row[place]
    left = fields.label(row[place - 1].text.strip(" :")) if place else None
    thai = bool(_THAI_END.search(cell.text) and _THAI_START.match(more.text))
    between = "" if thai and left != "requester_name" else " "
    return Run(cell.x, cell.y, cell.width, cell.size, cell.text.rstrip() + between + more.text)


def _parted(row: list[Run]) -> str:
    """A line of a page; a tab where a column begins, or a label or its value."""
    words = row[0].text.strip()
    for last, run in pairwise(row):
        gap = run.x - (last.x + last.width)
        cell = gap > pdf_text.CELL_GAP * run.size or fields.label(last.text.strip(" :"))
        label = fields.label(run.text.strip(" :")) or fields.find(run.text)
        between = "\t" if cell or label else "  "
        if ticks.starts(run.text.strip()):
            between = between if fields.label(last.text.strip(" :")) else "  "
        elif ticks.starts(last.text.strip()) and len(last.text.strip()) == 1:
            between = " "
        words += between + run.text.strip()
    return words


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    width: float


def _typed(page: PageObject, filled: list[Field], number: int) -> Iterator[Run]:
    """What was typed or ticked on the page: free text, and fields whose names say nothing."""
    by_key = {one.key: one for one in filled}
    annotations = _list(page.get("/Annots"))[:_MAX_ANNOTATIONS]
    for reference in annotations:
        annotation = _dictionary(reference)
        place = _place(annotation)
        if place is None:
            continue
        kind = annotation.get("/Subtype")
        if kind == "/FreeText":
            words = charset.clean(pdf_form.text(annotation.get("/Contents"))).strip()
            source = "free text"
        elif kind == "/Widget":
            words, source = _of_widget(annotation, by_key)
        else:
            continue
        if words:
            yield Run(place.x, place.y, place.width, _TYPED_SIZE, words, source)


def _of_widget(annotation: DictionaryObject, by_key: dict[int, Field]) -> tuple[str, str]:
    one = by_key.get(id(annotation)) or by_key.get(id(_dictionary(annotation.get("/Parent"))))
    if one is None:
        return "", ""
    if one.is_button:
        return ("☑" if pdf_form.is_on(annotation) else "☐"), one.name
    return (one.words, one.name) if one.target is None else ("", "")


def _place(annotation: DictionaryObject) -> _Place | None:
    try:
        left, bottom, right, top = (float(v) for v in _list(annotation.get("/Rect"))[:4])
    except (TypeError, ValueError):
        return None
    left, right = sorted((left, right))
    bottom, top = sorted((bottom, top))
    height = top - bottom
    y = bottom + min(height, 16.0) * 0.25 if height < 30 else top - 12.0
    return _Place(left, y, right - left)


def _has_picture(page: PageObject) -> bool:
    objects = _dictionary(_dictionary(page.get("/Resources")).get("/XObject"))
    kinds = [_dictionary(one).get("/Subtype") for one in list(objects.values())[:50]]
    return "/Image" in kinds or "/Form" in kinds


def _merge_fields(out: Content, filled: list[Field], name: str) -> None:
    """Fields with telling names are surer than the text around them, filled in or not."""
    covered = {one.target for one in filled if one.target is not None}
    by_words = {one.words: one.name for one in filled if one.words}
    kept = []
    for one in out.stated:
        if one.name not in covered:
            own = by_words.get(one.value.strip())
            one.source = f"{name}#{own}" if own else one.source
            kept.append(one)
    stated = [one for one in pdf_form.stated(filled, name) if not hints.is_hint(one.value)]
    out.stated = stated + kept


def _dictionary(value: Any) -> DictionaryObject:
    value = value.get_object() if hasattr(value, "get_object") else value
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def _list(value: Any) -> list[Any]:
    value = value.get_object() if hasattr(value, "get_object") else value
    return list(value) if isinstance(value, ArrayObject) else []
