from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from mailproc.datasets import query
from mailproc.datasets.gate import inspect
from mailproc.datasets.output import pdf
from mailproc.datasets.workbook import booklet, booklet_digest, build
from mailproc.errors import NeedsPerson
from mailproc.model import Built, Catalogue, Chapter, LeftOut
from tests.datasets.conftest import PROVENANCE, Asking
from tests.datasets.output.conftest import as_example, hiding_small

pytest.importorskip("typst", reason="the extra «pdf» is not installed")
ID = "1111111111119"  # made up: a right check digit, of nobody


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def _size(reader: Any) -> int:
    return int(reader.trailer["/Size"])


@pytest.fixture(scope="module")
def built(url: str, catalogue: Catalogue) -> Built:
    prepared = Asking(catalogue, url).prepared("โรงเรียนขนาดเล็ก", format="pdf")
    return build(prepared, PROVENANCE, url)


@pytest.fixture(scope="module")
def pages(built: Built) -> list[str]:
    return texts(built.content)


def test_every_page_names_the_request_and_counts_itself(pages: list[str]) -> None:
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert "2569/00012" in page
        assert f" {number} จาก {len(pages)}" in page


def test_every_number_of_the_table_is_on_the_pages(pages: list[str], ask: Asking, url: str) -> None:
    prepared = ask.prepared("โรงเรียนขนาดเล็ก", format="pdf")
    told = " ".join(pages).split()
    result = query.run(prepared.query, url)
    for row in (*result.rows, result.total):
        absent = {f"{c:,}" for c in row if isinstance(c, int)} - set(told)
        assert not absent, row
    assert all(told.count(str(row[0])) == 3 for row in result.rows), "in each block of columns"


def test_a_wide_table_lies_and_a_small_one_stands(built: Built, ask: Asking, url: str) -> None:
    small = build(ask.prepared(level="area", format="pdf"), PROVENANCE, url)
    for content, turned in ((built.content, True), (small.content, False)):
        box = PdfReader(io.BytesIO(content)).pages[0].mediabox
        assert (box.width > box.height) is turned
        assert sorted((round(box.width), round(box.height))) == [595, 842]


def test_only_the_bundled_letters_are_used_and_they_are_inside(built: Built) -> None:
    reader = PdfReader(io.BytesIO(built.content))
    objects: list[Any] = [reader.get_object(at) for at in range(1, _size(reader))]
    named = [o for o in objects if isinstance(o, dict) and o.get("/Type") == "/FontDescriptor"]
    assert {o["/FontName"].partition("+")[2] for o in named} == {"Sarabun-Regular", "Sarabun-Bold"}
    assert all("/FontFile2" in one for one in named)


def test_words_of_a_mail_are_not_run(ask: Asking, url: str) -> None:
    words = '#panic("x") *b* $x$ \\ #read("/etc/passwd") <a>'
    made = build(ask.prepared("ป.6", format="pdf"), replace(PROVENANCE, purpose=words), url)
    assert words in texts(made.content)[-1].replace("\n", " ")


def test_an_example_says_so_on_every_page(ask: Asking, url: str) -> None:
    prepared = as_example(ask.prepared("ป.6", format="pdf"))
    pages = texts(build(prepared, PROVENANCE, url).content)
    plain = texts(build(ask.prepared("ป.6", format="pdf"), PROVENANCE, url).content)
    marked = [len(page) for page in pages]
    assert all(more > less + 30 for more, less in zip(marked, map(len, plain), strict=True))


def test_hidden_cells_are_stars(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.6", format="pdf")
    result = hiding_small(query.run(prepared.query, url))
    told = " ".join(texts(pdf.write([(result, prepared, PROVENANCE)]))).split()
    assert told.count("*") == result.hidden + 1  # and the note that explains it


def test_a_booklet_has_cover_contents_and_all_its_parts(ask: Asking, url: str) -> None:
    parts = [
        ask.prepared(level="area", format="pdf"),
        ask.prepared(dataset_id="student_size_bands", level="area", format="pdf"),
    ]
    numbers = ("2569/00012", "2569/00013")
    chapters = [
        Chapter(one, replace(PROVENANCE, request_number=number))
        for one, number in zip(parts, numbers, strict=True)
    ]
    left_out = [LeftOut("2569/00014", "โรงเรียนขนาดเล็ก", "refused")]
    made = booklet(chapters, left_out, url)
    assert made.result_digest == booklet_digest(parts)
    assert made.filename == "2569-00012_booklet.pdf"
    assert made == booklet(chapters, left_out, url)
    pages = texts(made.content)
    assert len(pages) == 2 + 2 * len(parts) + 1
    assert "2569/00014" in pages[0]
    assert "2569/00014" not in "".join(pages[1:])
    listed = [line.split()[-1] for line in pages[1].splitlines() if line.strip()]
    assert {"3", "5", "7"} <= set(listed)
    for at, part, number in zip((3, 5), parts, numbers, strict=True):
        assert part.result_digest in pages[at].replace("\n", "")
        assert number in pages[at]
        assert number in pages[at - 1]
    assert "18,782" in pages[2]
    for one in parts:
        assert inspect(replace(made, result_digest=one.result_digest), one) == ()


def test_what_is_printed_has_a_cover_too(ask: Asking, url: str) -> None:
    prepared = ask.prepared(level="area", format="pdf")
    plain = texts(build(prepared, PROVENANCE, url).content)
    made = build(prepared, replace(PROVENANCE, printed=True), url)
    assert inspect(made, prepared) == ()
    assert len(texts(made.content)) == len(plain) + 3


def test_too_much_for_paper_is_said_and_not_tried(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.6", format="pdf")
    result = query.run(prepared.query, url)
    long = replace(result, rows=result.rows * 300)
    with pytest.raises(NeedsPerson, match="too many to print"):
        pdf.write([(long, prepared, PROVENANCE)])


def test_where_no_page_can_be_set_it_is_said(
    ask: Asking, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(pdf.NoTypst, match="not installed"):
        build(ask.prepared("ป.6", format="pdf"), PROVENANCE, url)


# ---------------------------------------------------------------- the gate


def with_link(writer: PdfWriter) -> None:
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="http://example.org"))


def with_script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")}
    writer._add_object(DictionaryObject(script))  # wherever it hangs


def with_action(writer: PdfWriter) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch")})
    writer.root_object[NameObject("/AA")] = action


def with_page_without_text(writer: PdfWriter) -> None:
    writer.add_blank_page(595, 842)


def with_form(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/XFA"): TextStringObject("x")}
    )


CHANGES: list[tuple[str, Callable[[PdfWriter], object]]] = [
    ("a script", with_script),
    ("file attached", lambda writer: writer.add_attachment("x.txt", b"x")),
    ("link to the outside", with_link),
    ("starts by itself", with_action),
    ("form fields", with_form),
    ("without text", with_page_without_text),
    ("has a password", lambda writer: writer.encrypt("x", algorithm="RC4-128")),
    ("not what was approved", lambda writer: writer.remove_page(0)),
]


@pytest.mark.parametrize(("finding", "change"), CHANGES)
def test_a_pdf_with_something_else_in_it_is_held_back(
    ask: Asking, url: str, finding: str, change: Callable[[PdfWriter], object]
) -> None:
    prepared = ask.prepared("ป.6", format="pdf")
    made = build(prepared, PROVENANCE, url)
    writer = PdfWriter(clone_from=io.BytesIO(made.content))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    content = target.getvalue()
    changed = replace(made, content=content, sha256=sha256(content).hexdigest())
    findings = inspect(changed, prepared)
    assert any(finding in found for found in findings), findings


@pytest.mark.parametrize("words", [("ป.6",), ("57030025",)])
@pytest.mark.parametrize("level", ["school", "area"])
def test_what_we_build_may_leave(ask: Asking, url: str, words: tuple[str, ...], level: str) -> None:
    prepared = ask.prepared(*words, level=level, format="pdf")
    assert inspect(build(prepared, PROVENANCE, url), prepared) == ()


def test_a_national_id_on_a_page_is_found(ask: Asking, url: str) -> None:
    prepared = ask.prepared("ป.6", format="pdf")
    made = build(prepared, replace(PROVENANCE, purpose=f"เลข {ID}"), url)
    (finding,) = inspect(made, prepared)
    assert "national id" in finding


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<html></html>"])
def test_what_is_no_pdf_is_held_back(ask: Asking, url: str, content: bytes) -> None:
    prepared = ask.prepared("ป.6", format="pdf")
    made = build(prepared, PROVENANCE, url)
    changed = replace(made, content=content, sha256=sha256(content).hexdigest())
    assert any("can't be opened" in found for found in inspect(changed, prepared))
