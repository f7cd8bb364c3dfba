"""A font for what is typed into a PDF form (ISO 32000-1, 9.7): whole, not a subset."""

from __future__ import annotations

from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from mailproc.requestform.truetype import TrueType

_NONSYMBOLIC = 1 << 5
_MOST_RANGES = 100  # entries of one bfchar block


def dictionary(**entries: Any) -> DictionaryObject:
    """A PDF dictionary with those names."""
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def name(text: str) -> NameObject:
    return NameObject(f"/{text}")


def add(writer: PdfWriter, font: TrueType, base: str) -> IndirectObject:
    """Puts the font into the file and gives its reference."""
    descendant = dictionary(
        Type=name("Font"),
        Subtype=name("CIDFontType2"),
        BaseFont=name(base),
        CIDSystemInfo=dictionary(
            Registry=TextStringObject("Adobe"),
            Ordering=TextStringObject("Identity"),
            Supplement=NumberObject(0),
        ),
        FontDescriptor=writer._add_object(_descriptor(writer, font, base)),
        DW=NumberObject(0),
        W=ArrayObject([NumberObject(0), ArrayObject(NumberObject(x) for x in font.widths)]),
        CIDToGIDMap=name("Identity"),
    )
    whole = dictionary(
        Type=name("Font"),
        Subtype=name("Type0"),
        BaseFont=name(base),
        Encoding=name("Identity-H"),
        DescendantFonts=ArrayObject([writer._add_object(descendant)]),
        ToUnicode=writer._add_object(_stream(_to_unicode(font))),
    )
    return writer._add_object(whole)


def _descriptor(writer: PdfWriter, font: TrueType, base: str) -> DictionaryObject:
    program = _stream(font.content)
    program[NameObject("/Length1")] = NumberObject(len(font.content))
    return dictionary(
        Type=name("FontDescriptor"),
        FontName=name(base),
        Flags=NumberObject(_NONSYMBOLIC),
        FontBBox=ArrayObject(NumberObject(side) for side in font.box),
        ItalicAngle=NumberObject(0),
        Ascent=NumberObject(font.ascent),
        Descent=NumberObject(font.descent),
        CapHeight=NumberObject(font.ascent),
        StemV=NumberObject(80),
        FontFile2=writer._add_object(program),
    )


def _stream(content: bytes) -> DictionaryObject:
    plain = DecodedStreamObject()
    plain.set_data(content)
    return plain.flate_encode()


def _to_unicode(font: TrueType) -> bytes:
    """Which letter each glyph is; a glyph of several letters is its first."""
    letters: dict[int, int] = {}
    for letter, glyph in sorted(font.glyphs.items()):
        letters.setdefault(glyph, letter)
    pairs = [f"<{glyph:04X}> <{letter:04X}>" for glyph, letter in sorted(letters.items())]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(pairs), _MOST_RANGES):
        block = pairs[start : start + _MOST_RANGES]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode()
