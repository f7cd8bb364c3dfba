"""The request form as a fillable PDF: a page set by typst, and form fields laid over it.

typst sets Thai right and breaks its lines between words, but writes no form fields; it reports
where they go (metadata in the template) and pypdf writes them there (ISO 32000-1, 12.7).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from mailproc.errors import ConfigError
from mailproc.requestform import pdffont, truetype
from mailproc.requestform.definition import Field, RequestForm
from mailproc.requestform.pdffont import dictionary
from mailproc.requestform.truetype import TrueType
from mailproc.requestform.typesetting import MEDIA_TYPE, NoTypst, typeset

__all__ = ["MEDIA_TYPE", "NoTypst", "as_values", "build"]
_FONT_FILE = Path("print") / "fonts" / "Sarabun-Regular.ttf"
_POINTS = 10
_MULTILINE, _COMBO, _EDIT, _RADIO = 1 << 12, 1 << 17, 1 << 18, 1 << 15
_PRINTED = 4  # annotation flag: part of the page on paper too
_FONT = "/Sarabun"
_OFF = "/Off"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field goes; in points from the upper left corner of its page, pages from 1."""

    key: str
    kind: str
    page: int
    x: float
    y: float
    width: float
    height: float


def build(form: RequestForm, folders: tuple[Path, ...]) -> bytes:
    """The file; the same form and template give the same bytes.

    Raises NoTypst, and ConfigError where the template or its fonts are at fault.
    """
    page, places = _typeset(form, folders)
    writer = PdfWriter(clone_from=io.BytesIO(page))
    _add_fields(writer, form, places, _font(folders))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


# ---------------------------------------------------------------- the page


def _typeset(form: RequestForm, folders: tuple[Path, ...]) -> tuple[bytes, tuple[_Place, ...]]:
    page, told = typeset("request_form.typ", as_values(form), folders, "field")
    return page, tuple(_Place(**one) for one in told)  # type: ignore[arg-type]


def _font(folders: tuple[Path, ...]) -> TrueType:
    """The letters for what is typed."""
    path = next(
        (folder / _FONT_FILE for folder in folders if (folder / _FONT_FILE).is_file()), None
    )
    if path is None:
        raise ConfigError([f"no {_FONT_FILE} in {', '.join(map(str, folders))}"])
    try:
        return truetype.read(path.read_bytes())
    except ValueError as error:
        raise ConfigError([f"{path}: {error}"]) from error


def as_values(form: RequestForm) -> dict[str, object]:
    """The form as the template of the page reads it."""
    return {
        "language": form.language,
        "office": form.office,
        "words": form.words.model_dump(),
        "blocks": [asdict(block) for block in form.blocks],
        "office_parts": [asdict(part) for part in form.office_parts],
    }


# ---------------------------------------------------------------- the fields


def _add_fields(
    writer: PdfWriter, form: RequestForm, places: Sequence[_Place], font: TrueType
) -> None:
    fields = {field.key: field for field in form.fields}
    groups: dict[str, DictionaryObject] = {}
    tops = ArrayObject()
    for place in places:
        key, _, code = place.key.partition(".")
        field = fields[key]
        widget = _widget(writer, place)
        if code and field.kind == "one":
            group = groups.get(key)
            if group is None:
                group = groups[key] = _group(field)
                tops.append(writer._add_object(group))
            _draw_tick(writer, widget, place, _joined(group, widget))
        else:
            widget.update(_own(field, place, code, form))
            if place.kind == "tick":
                _draw_tick(writer, widget, place, 0)
            tops.append(widget.indirect_reference)
    fonts = DictionaryObject({NameObject(_FONT): pdffont.add(writer, font, "Sarabun-Regular")})
    look = dictionary(Fields=tops, DR=dictionary(Font=fonts), DA=_appearance())
    writer._root_object[NameObject("/AcroForm")] = writer._add_object(look)


def _widget(writer: PdfWriter, place: _Place) -> DictionaryObject:
    """An empty widget on its page, in the order of the page, which is that of the Tab key."""
    page = writer.pages[place.page - 1]
    top = float(page.mediabox.top) - place.y
    corners = (place.x, top - place.height, place.x + place.width, top)
    widget = dictionary(
        Type=NameObject("/Annot"),
        Subtype=NameObject("/Widget"),
        Rect=ArrayObject(FloatObject(round(corner, 2)) for corner in corners),
        F=NumberObject(_PRINTED),
        P=page.indirect_reference,
    )
    reference = writer._add_object(widget)
    annotations = page.setdefault(NameObject("/Annots"), ArrayObject()).get_object()
    annotations.append(reference)
    page[NameObject("/Tabs")] = NameObject("/R")
    return widget


def _own(field: Field, place: _Place, code: str, form: RequestForm) -> DictionaryObject:
    """What a field says of itself that is alone under its name."""
    name = f"{field.key}_{code}" if code else place.key
    if place.kind == "tick":
        words = next((o.words for o in field.options if o.code == code), field.text)
        options = ArrayObject([TextStringObject(words)])
        return dictionary(FT=NameObject("/Btn"), T=_text(name), TU=_text(words), Opt=options)
    own = dictionary(T=_text(name), TU=_text(field.label), DA=_appearance())
    if place.kind == "years":
        choices = [*(option.words for option in field.options), form.words.latest]
        own[NameObject("/FT")] = NameObject("/Ch")
        own[NameObject("/Ff")] = NumberObject(_COMBO | _EDIT)
        own[NameObject("/Opt")] = ArrayObject(_text(choice) for choice in choices)
        return own
    own[NameObject("/FT")] = NameObject("/Tx")
    if place.kind == "long":
        own[NameObject("/Ff")] = NumberObject(_MULTILINE)
    return own


def _group(field: Field) -> DictionaryObject:
    """One of several: radio buttons under one name, whose words are the options' (12.7.4.2.4)."""
    return dictionary(
        FT=NameObject("/Btn"),
        Ff=NumberObject(_RADIO),
        T=_text(field.key),
        TU=_text(field.label),
        Opt=ArrayObject(_text(option.words) for option in field.options),
        Kids=ArrayObject(),
    )


def _joined(group: DictionaryObject, widget: DictionaryObject) -> int:
    """The number of the widget in its group; the page shows the options in their order."""
    kids = group["/Kids"]
    assert isinstance(kids, ArrayObject)
    kids.append(widget.indirect_reference)
    widget[NameObject("/Parent")] = group.indirect_reference
    return len(kids) - 1


def _draw_tick(writer: PdfWriter, widget: DictionaryObject, place: _Place, state: int) -> None:
    """A tick of two strokes: no viewer needs a font for it. The page itself shows the box."""
    w, h = place.width, place.height
    points = ((0.18 * w, 0.5 * h), (0.42 * w, 0.22 * h), (0.85 * w, 0.82 * h))
    (a, b), (c, d), (e, f) = points
    strokes = f"q 1.3 w 1 J 1 j {a:.2f} {b:.2f} m {c:.2f} {d:.2f} l {e:.2f} {f:.2f} l S Q"
    looks = DictionaryObject()
    for name, content in ((f"/{state}", strokes), (_OFF, "")):
        stream = DecodedStreamObject()
        stream.set_data(content.encode())
        box = ArrayObject(FloatObject(round(side, 2)) for side in (0, 0, w, h))
        stream.update(
            dictionary(Type=NameObject("/XObject"), Subtype=NameObject("/Form"), BBox=box)
        )
        looks[NameObject(name)] = writer._add_object(stream)
    widget[NameObject("/AP")] = dictionary(N=looks)
    widget[NameObject("/AS")] = NameObject(_OFF)
    widget[NameObject("/MK")] = dictionary(CA=_text("4"))  # a tick in Zapf Dingbats


def _appearance() -> TextStringObject:
    return _text(f"{_FONT} {_POINTS} Tf 0 g")


def _text(words: str) -> TextStringObject:
    return TextStringObject(words)
