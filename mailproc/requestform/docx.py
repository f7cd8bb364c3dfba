"""The request form as a Word file: a table of content controls, each tagged with its field."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from xml.etree.ElementTree import Element

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.shared import Mm

from mailproc import thai
from mailproc.requestform import wordxml
from mailproc.requestform.definition import Field, OfficePart, Option, RequestForm
from mailproc.requestform.wordxml import cell, paragraph, row, run, table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_POINTS, _HINT_POINTS = 16, 13
_DOTS, _NARROW_DOTS = 72, 24  # of a line left empty
_ONE_LINE, _HALF_LINE = 46, 18  # letters of ticks side by side, and in two columns
_WIDTHS = (3200, 2600, 1238, 2800)  # twips: label, value, label, value; A4 with margins of 18 mm
_WIDE = sum(_WIDTHS[1:])
_ALL = sum(_WIDTHS)
_SHADE = "E7ECF2"
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's own date would change its bytes
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def build(form: RequestForm) -> bytes:
    """The file; the same form gives the same bytes."""
    document = docx.Document()
    _prepare(document, form)
    body = document.element.body
    for element in _body(form):
        body.insert(
            len(body) - 1, parse_xml(wordxml.xml(element))
        )  # the section's properties stay last
    target = io.BytesIO()
    document.save(target)
    return _packed(target.getvalue())


def _body(form: RequestForm) -> Iterator[Element]:
    yield from _head(form)
    yield table(_WIDTHS, _rows(form))
    yield from _signature(form)
    yield paragraph(
        run(form.words.officer_title, bold=True), align="center", before=160, after=40, keep=True
    )
    yield table((_ALL // 2, _ALL // 2), _office_rows(form))


def _head(form: RequestForm) -> Iterator[Element]:
    words = form.words
    number = f"{words.number} {words.by_office} {'.' * 30}"
    yield paragraph(run(number, points=14), points=14, align="right")
    yield paragraph(run(words.title, bold=True, points=20), points=20, align="center")
    yield paragraph(run(form.office, bold=True), align="center")
    yield paragraph(
        run(words.guide, points=13, color=wordxml.GREY), points=13, align="center", after=80
    )


def _rows(form: RequestForm) -> Iterator[Element]:
    for block in form.blocks:
        title = paragraph(run(block.title, bold=True), keep=True)
        yield row(cell(title, width=_ALL, span=4, fill=_SHADE))
        if any(field.key == "consent" for field in block.fields):
            yield row(cell(*_terms(form), width=_ALL, span=4))
        for narrow, fields in groupby(block.fields, key=lambda field: field.narrow):
            rows = _paired if narrow else _single
            yield from rows(tuple(fields), form)


def _single(fields: tuple[Field, ...], form: RequestForm) -> Iterator[Element]:
    for field in fields:
        value = _value(field, form)
        if field.kind == "tick":
            yield row(cell(*value, width=_ALL, span=4))
        else:
            yield row(_label(field, 0), cell(*value, width=_WIDE, span=3))


def _paired(fields: tuple[Field, ...], form: RequestForm) -> Iterator[Element]:
    for left, right in zip(fields[::2], fields[1::2], strict=False):
        cells = [
            _label(left, 0),
            cell(*_value(left, form), width=_WIDTHS[1]),
            _label(right, 2),
            cell(*_value(right, form), width=_WIDTHS[3]),
        ]
        yield row(*cells)
    if len(fields) % 2:
        yield from _single(fields[-1:], form)


def _label(field: Field, column: int) -> Element:
    runs = [run(f"{field.label}\u00a0*" if field.required else field.label)]
    if field.hint and field.kind != "tick":
        runs.append(run(f" ({field.hint})", points=_HINT_POINTS, color=wordxml.GREY))
    return cell(paragraph(*runs), width=_WIDTHS[column])


def _value(field: Field, form: RequestForm) -> list[Element]:
    if field.kind == "several":
        return [paragraph(*_tick(field, option)) for option in field.options]
    if field.kind == "one":
        return _ticks(field)
    if field.kind == "tick":
        mark = wordxml.tick_control(field.key, field.label)
        return [paragraph(mark, run(f" {field.text}"))]
    return [paragraph(_control(field, form))]


def _control(field: Field, form: RequestForm) -> Element:
    if field.kind == "years":
        choices = [option.words for option in field.options]
        choices.append(form.words.latest)
        return wordxml.combo_control(field.key, field.label, _DOTS, choices=choices)
    if field.kind == "date":
        return wordxml.date_control(field.key, field.label, _DOTS, language=form.language)
    long = field.kind == "long"
    dots = 2 * _DOTS if long else _NARROW_DOTS if field.narrow else _DOTS
    return wordxml.text_control(field.key, field.label, dots, lines=long)


def _ticks(field: Field) -> list[Element]:
    """All options in one line, in two columns, or one below the other."""
    ticks = [_tick(field, option) for option in field.options]
    if sum(thai.columns(option.words) + 3 for option in field.options) <= _ONE_LINE:
        return [paragraph(*(piece for tick in ticks for piece in (*tick, run("    "))))]
    beside = 2 if all(thai.columns(o.words) <= _HALF_LINE for o in field.options) else 1
    pairs = (ticks[start : start + beside] for start in range(0, len(ticks), beside))
    return [
        paragraph(*(piece for tick in pair for piece in (*tick, run("…"))), tab=_WIDE // 2)
        for pair in pairs
    ]


def _tick(field: Field, option: Option) -> tuple[Element, Element]:
    """A box and its words, which no line break parts."""
    words = option.words.replace(" ", "\u00a0")
    return wordxml.tick_control(f"{field.key}.{option.code}", option.words), run(f"\u00a0{words}")


def _terms(form: RequestForm) -> Iterator[Element]:
    words = form.words
    for line in words.undertaking:
        yield paragraph(run(line))
    yield paragraph(
        run(f"{words.privacy_title} ", bold=True, points=_HINT_POINTS),
        run(words.privacy, points=_HINT_POINTS),
        points=_HINT_POINTS,
    )


def _signature(form: RequestForm) -> Iterator[Element]:
    """In the right half, as on a letter."""
    words, half = form.words, _ALL // 2
    for before, line in ((200, f"{words.signed}…{words.requester}"), (0, "(…)"), (0, words.date)):
        ruled = line if "…" in line else f"{line}…."
        end = _ALL - 1100
        yield paragraph(run(ruled), before=before, indent=half, tab=end, ruled=True)


# ---------------------------------------------------------------- what the office fills in


def _office_rows(form: RequestForm) -> Iterator[Element]:
    """The parts two and two; the last of an odd number above its signatures, side by side."""
    parts, half = form.office_parts, _ALL // 2
    for pair in zip(parts[::2], parts[1::2], strict=False):
        made = ([*_opening(part, half), *_signatures(part, half, form)] for part in pair)
        yield row(*(cell(*paragraphs, width=half, middle=False) for paragraphs in made))
    if len(parts) % 2:
        yield row(cell(*_opening(parts[-1], _ALL), width=_ALL, span=2))
        names = parts[-1].signatures
        if len(names) == 2:
            yield row(*(cell(*_signed(name, half, form), width=half) for name in names))
        else:
            signed = (line for name in names for line in _signed(name, _ALL, form))
            yield row(cell(*signed, width=_ALL, span=2))


def _opening(part: OfficePart, width: int) -> Iterator[Element]:
    yield paragraph(run(part.title, bold=True), keep=True)
    for line in part.lines:
        line += "." if line.endswith("…") else ""  # a rule needs something behind it
        yield paragraph(run(line), tab=width - 220, ruled=True, keep=True)


def _signatures(part: OfficePart, width: int, form: RequestForm) -> Iterator[Element]:
    for name in part.signatures:
        yield from _signed(name, width, form)


def _signed(name: str, width: int, form: RequestForm) -> Iterator[Element]:
    """A line to sign on, one for the name in letters, the office held, and the date."""
    end, words = width - 300, form.words
    yield paragraph(run(f"{words.signed}…."), before=160, tab=end, ruled=True, keep=True)
    yield paragraph(run("(…)"), tab=end, ruled=True, keep=True)
    yield paragraph(run(name), align="center", keep=True)
    yield paragraph(run(f"{words.date}…."), after=40, tab=end, ruled=True)


# ---------------------------------------------------------------- page, fonts, package


def _prepare(document: Document, form: RequestForm) -> None:
    """A4, the fonts of Thai offices, and properties that do not change by the day."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(13)
    for part in list(document.element.body)[:-1]:
        document.element.body.remove(part)
    _set_fonts(document)
    _leave_out(document)
    properties = document.core_properties
    properties.title, properties.author = form.words.title, form.office
    properties.created = properties.modified = _FIXED
    properties.comments = properties.keywords = ""


def _set_fonts(document: Document) -> None:
    """Every style speaks in the same letters, and a machine without them knows which come near."""
    language = wordxml.w("lang", val="en-US", eastAsia="th-TH", bidi="th-TH")
    look = [wordxml.fonts(), *wordxml.size(_POINTS)]
    defaults = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")[0]
    normal = document.styles["Normal"].element.get_or_add_rPr()
    for place, elements in ((defaults, [*look, language]), (normal, look)):
        place[:] = [parse_xml(wordxml.xml(element)) for element in elements]
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    entry = wordxml.w(
        "font",
        wordxml.w("altName", val=wordxml.OTHER_FONT),
        wordxml.w("charset", val="DE"),
        wordxml.w("family", val="swiss"),
        name=wordxml.FONT,
    )
    start, end, rest = part.blob.rpartition(b"</w:fonts>")
    part._blob = start + wordxml.xml(entry) + end + rest


def _leave_out(document: Document) -> None:
    """A picture of an empty page, and a copy of the styles for Word 2007: half of the file."""
    for part in (document.part.package, document.part):
        for number, relation in list(part.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects")):
                del part.rels[number]


def _packed(content: bytes) -> bytes:
    """The same package without the time of day in it."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            copy.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
