"""A text as a picture that a telephone reads (ISO/IEC 18004), inside the page itself."""

from __future__ import annotations

import segno
from markupsafe import Markup


def picture(text: str, title: str) -> Markup:
    """Black on white with its quiet zone, also on a dark page: some readers know nothing else."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", title=title, svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - made here; the title is escaped by the library
