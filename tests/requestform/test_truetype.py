from __future__ import annotations

import struct

import pytest

from mailproc.requestform import truetype
from tests.requestform.conftest import FOLDERS

SARABUN = FOLDERS[0] / "print" / "fonts" / "Sarabun-Regular.ttf"


def test_every_thai_letter_has_a_glyph_and_marks_take_no_room() -> None:
    font = truetype.read(SARABUN.read_bytes())
    for code in (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)):
        assert font.glyphs[code] < len(font.widths), chr(code)
    assert font.widths[font.glyphs[ord("ก")]] > 300
    assert font.widths[font.glyphs[0x0E48]] == 0  # MAI EK
    assert font.glyphs[ord("A")] != font.glyphs[ord("B")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", SARABUN.read_bytes()[:5_000]])
def test_what_is_no_font_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"font|cmap"):
        truetype.read(content)


def test_a_font_without_unicode_is_refused() -> None:
    content = SARABUN.read_bytes()
    (count,) = struct.unpack_from(">H", content, 4)
    rows = (content[12 + 16 * n : 28 + 16 * n] for n in range(count))
    at = next(struct.unpack(">4sIII", row)[2] for row in rows if row[:4] == b"cmap")
    broken = bytearray(content)
    broken[at + 2 : at + 4] = b"\0\0"  # no tables of letters
    with pytest.raises(ValueError, match="cmap"):
        truetype.read(bytes(broken))
