"""PDF files with one thing planted in each, and plain ones that pass."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from mailproc.datasets.gate import look, verdict
from tests.datasets.gate import leaks

PLAIN = "BT /F1 12 Tf 72 700 Td (Students by grade 2568) Tj 0 -20 Td (P.1 123 456 789) Tj ET"
CHANCE = random.Random(7)


def page(contents: str = PLAIN, change: Callable[[PdfWriter], object] = lambda _: None) -> bytes:
    """A file of one page with these operators, in Helvetica."""
    writer = PdfWriter()
    sheet = writer.add_blank_page(595, 842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    alpha = DictionaryObject({NameObject("/ca"): FloatObject(0)})
    sheet[NameObject("/Resources")] = DictionaryObject(
        {
            NameObject("/Font"): DictionaryObject({NameObject("/F1"): font}),
            NameObject("/ExtGState"): DictionaryObject({NameObject("/G0"): alpha}),
        }
    )
    stream = DecodedStreamObject()
    stream.set_data(contents.encode("latin-1"))
    sheet[NameObject("/Contents")] = writer._add_object(stream)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def said(words: str, before: str = "", after: str = "") -> str:
    return f"{PLAIN} {before} BT /F1 12 Tf 72 300 Td ({words}) Tj ET {after}"


def _layers(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject()}
    )


def _note(writer: PdfWriter) -> None:
    writer.add_annotation(0, FreeText(text="x", rect=(9, 9, 99, 99)))


def _launch(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch")})
    writer._add_object(action)


def _script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    writer._add_object(DictionaryObject(script))


def _form(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/XFA"): TextStringObject("x")}
    )


def page_changed_later() -> bytes:
    """The earlier state stays in the file, and a new one behind it."""
    writer = PdfWriter(io.BytesIO(page(said("secret"))), incremental=True)
    writer.add_metadata({"/Title": "x"})
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


ID = leaks.an_id(CHANCE)
PLANTED: list[tuple[str, str, bytes]] = [
    ("invisible", "mode 3", page(said("secret", "3 Tr"))),
    ("invisible", "mode 7", page(said("secret", "7 Tr"))),
    ("invisible", "transparent", page(said("secret", "/G0 gs"))),
    ("same_colour", "white", page(said("secret", "1 g"))),
    ("same_colour", "white in three colours", page(said("secret", "1 1 1 rg"))),
    ("same_colour", "no ink", page(said("secret", "0 0 0 0 k"))),
    ("same_colour", "white in a space", page(said("secret", "/DeviceRGB cs 1 1 1 scn"))),
    ("tiny", "one point", page(f"{PLAIN} BT /F1 1 Tf 72 300 Td (secret) Tj ET")),
    (
        "tiny",
        "by matrix",
        page(f"{PLAIN} q .05 0 0 .05 0 0 cm BT /F1 12 Tf 900 900 Td (x) Tj ET Q"),
    ),
    ("off_page", "left", page(f"{PLAIN} BT /F1 12 Tf -300 300 Td (secret) Tj ET")),
    ("off_page", "above", page(f"{PLAIN} BT /F1 12 Tf 72 1300 Td (secret) Tj ET")),
    ("covered", "black bar", page(said("secret", after="0 g 60 290 200 30 re f"))),
    ("covered", "white bar", page(said("secret", after="1 g 60 290 200 30 re f"))),
    ("pdf_attached", "file", page(change=lambda w: w.add_attachment("x.txt", b"x"))),
    ("pdf_script", "script", page(change=lambda w: _script(w))),
    ("pdf_active", "launch", page(change=_launch)),
    ("pdf_note", "annotation", page(change=_note)),
    ("pdf_form", "form", page(change=_form)),
    ("pdf_layers", "layers", page(change=_layers)),
    (
        "external",
        "link",
        page(
            change=lambda w: w.add_annotation(
                0, Link(rect=(9, 9, 99, 99), url="http://example.org")
            )
        ),
    ),
    ("properties", "author", page(change=lambda w: w.add_metadata({"/Author": "Somchue Jaidee"}))),
    ("properties", "own key", page(change=lambda w: w.add_metadata({"/Secret": "x"}))),
    ("national_id", "title", page(change=lambda w: w.add_metadata({"/Title": ID}))),
    ("national_id", "on the page", page(said(leaks.dashed(ID)))),
    ("national_id", "together", page(said(ID))),
    ("phone", "on the page", page(said("081-234-5678"))),
    ("birth_date", "in words", page(said("born 13/05/2555"))),
    ("changes", "an earlier version", page_changed_later()),
    (
        "no_text",
        "empty page with a picture",
        page("q 500 0 0 800 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"),
    ),
]


@pytest.mark.parametrize(("kind", "how", "content"), PLANTED, ids=[how for _, how, _ in PLANTED])
def test_a_planted_page_is_held_back(kind: str, how: str, content: bytes) -> None:
    found = look("x.pdf", content)
    assert kind in {one.kind for one in found}, how
    assert verdict(found) == "blocked"


@pytest.mark.parametrize(
    "contents",
    [
        PLAIN,
        said("white on blue", "0 0 .5 rg 60 290 200 30 re f 1 g"),
        said("text on a grey row", ".9 g 60 290 200 30 re f 0 g"),
        said("1 2345 67890 12 3  0 2 345 6789 12 081 234 5678".replace("081 234 5678", "81 234")),
        said("clean page", "q 1 g 0 0 595 842 re f Q 0 g"),
    ],
)
def test_a_plain_page_passes(contents: str) -> None:
    # The first drawing of the last case covers what was drawn before it, so it comes first.
    contents = contents if "842 re" not in contents else contents.replace(PLAIN, "", 1)
    assert look("x.pdf", page(contents)) == ()
