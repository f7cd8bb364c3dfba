"""A TrueType file as the font of a PDF form, so that a viewer can show Thai that is typed.

Only what ISO 32000-1, 9.7.4 needs: widths by glyph, and which glyph each letter is (table
«cmap», format 4). Nothing is shaped: that is the viewer's part.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_BMP = {(3, 1), (0, 3)}  # platform and encoding of a Unicode cmap of two bytes


@dataclass(frozen=True, slots=True)
class TrueType:
    """Sizes in thousandths of the letter size; glyphs by their number."""

    content: bytes
    widths: tuple[int, ...]
    glyphs: dict[int, int]  # letter to glyph
    ascent: int
    descent: int
    box: tuple[int, int, int, int]


def read(content: bytes) -> TrueType:
    """The font. Raises ValueError where the file is no TrueType font with a Unicode cmap."""
    try:
        return _read(content, _tables(content))
    except (struct.error, KeyError) as error:
        raise ValueError(f"no TrueType font ({error})") from error


def _tables(content: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", content, 4)
    found = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", content, 12 + 16 * number)
        found[tag] = content[offset : offset + length]
    return found


def _read(content: bytes, tables: dict[bytes, bytes]) -> TrueType:
    (units,) = struct.unpack_from(">H", tables[b"head"], 18)
    corners = struct.unpack_from(">4h", tables[b"head"], 36)
    ascent, descent = struct.unpack_from(">2h", tables[b"hhea"], 4)
    (measured,) = struct.unpack_from(">H", tables[b"hhea"], 34)
    (count,) = struct.unpack_from(">H", tables[b"maxp"], 4)

    def thousandths(value: int) -> int:
        return round(value * 1000 / int(units))

    widths = [
        thousandths(int.from_bytes(tables[b"hmtx"][4 * glyph : 4 * glyph + 2], "big"))
        for glyph in (min(number, measured - 1) for number in range(count))
    ]
    left, low, right, high = (thousandths(corner) for corner in corners)
    return TrueType(
        content=content,
        widths=tuple(widths),
        glyphs=dict(_mapping(tables[b"cmap"])),
        ascent=thousandths(ascent),
        descent=thousandths(descent),
        box=(left, low, right, high),
    )


def _mapping(cmap: bytes) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", cmap, 2)
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
        if (platform, encoding) in _BMP and cmap[offset : offset + 2] == b"\0\4":
            yield from _segments(cmap[offset:])
            return
    raise ValueError("no Unicode cmap of format 4")


def _segments(table: bytes) -> Iterator[tuple[int, int]]:
    """Runs of letters, each with a shift or a list of glyphs (OpenType, cmap format 4)."""
    half = struct.unpack_from(">H", table, 6)[0] // 2
    ends, starts, shifts, ranges = (
        struct.unpack_from(f">{half}H", table, start)
        for start in (14, 16 + 2 * half, 16 + 4 * half, 16 + 6 * half)
    )
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for letter in range(start, min(end, 0xFFFE) + 1):
            glyph = letter
            if ranges[number]:
                at = 16 + 6 * half + 2 * number + ranges[number] + 2 * (letter - start)
                (glyph,) = struct.unpack_from(">H", table, at)
            if glyph or not ranges[number]:
                yield letter, (glyph + shifts[number]) & 0xFFFF
