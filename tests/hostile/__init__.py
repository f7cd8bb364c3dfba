"""Mails that try to stop the reader: `CASES` is a name → a function of the size that makes one.

Sizes are shares of the full ones: `CASES[name](1.0)` is as large as a mail server lets in (25 MB),
the test suite takes a part. Each mail has a sound head; what is attached comes beside a complete
request, so that a test can ask whether the request lives on.
"""

from __future__ import annotations

from tests.hostile import archives, heads, names, parts, pdfs, texts
from tests.hostile.wrap import Make

CASES: dict[str, Make] = {
    f"{room}/{name}": make
    for room, cases in (
        ("parts", parts.CASES),
        ("heads", heads.CASES),
        ("texts", texts.CASES),
        ("archives", archives.CASES),
        ("pdfs", pdfs.CASES),
        ("names", names.CASES),
    )
    for name, make in cases.items()
}
SUITE = 0.1  # the share that the suite takes; `bench.hostile` runs the full sizes
NEAR_MISSES = tuple(name for name in CASES if name.startswith("texts/near "))
WITH_REQUEST = tuple(n for n in CASES if n.startswith(("archives/", "pdfs/", "names/")))
