"""Writes the file of an approved query: runs it again and types every cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

from mailproc.datasets import query, readymade, recount
from mailproc.datasets.safecsv import write_csv
from mailproc.datasets.table import Table
from mailproc.digest import digest
from mailproc.errors import NeedsPerson
from mailproc.model import Built, Chapter, LeftOut, Prepared, Provenance

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def build(prepared: Prepared, provenance: Provenance, warehouse_url: str) -> Built:
    """The file of an approved query; the same arguments give the same bytes.

    Compare `result_digest` with the prepared one: a difference voids the decision. Raises
    NeedsPerson where a cell could not be written whole, NoTypst where pages can't be set.
    """
    if prepared.file is not None:
        return _as_it_is(prepared, provenance)
    table = _run(prepared, warehouse_url)
    content = _written(table, prepared, provenance)
    name = filename(prepared, provenance.request_number)
    return _built(name, prepared.format, content, table.digest)


def _as_it_is(prepared: Prepared, provenance: Provenance) -> Built:
    """A ready-made file, byte for byte."""
    content = readymade.content_of(prepared)
    name = filename(prepared, provenance.request_number)
    return _built(name, prepared.format, content, sha256(content).hexdigest())


def whole(prepared: Prepared, provenance: Provenance, content: bytes) -> Built:
    """A file that an officer attached, byte for byte."""
    name = filename(prepared, provenance.request_number)
    return _built(name, prepared.format, content, sha256(content).hexdigest())


def booklet(chapters: Sequence[Chapter], left_out: Sequence[LeftOut], warehouse_url: str) -> Built:
    """Several approved queries of one requester as one PDF with cover and contents.

    Compare `result_digest` with `booklet_digest`. Raises as `build` does.
    """
    from mailproc.datasets.output import pdf

    tables = [_run(one.prepared, warehouse_url) for one in chapters]
    parts = [(t, one.prepared, one.provenance) for t, one in zip(tables, chapters, strict=True)]
    content = pdf.write(parts, cover=True, left_out=left_out)
    name = f"{_number(chapters[0].provenance.request_number)}_booklet.pdf"
    return _built(name, "pdf", content, digest([table.digest for table in tables]))


def booklet_digest(parts: Sequence[Prepared]) -> str:
    """The result digest that the booklet of these must have."""
    return digest([one.result_digest for one in parts])


def _run(prepared: Prepared, warehouse_url: str) -> Table:
    table = query.run(prepared.query, warehouse_url)
    if wrong := recount.differences(prepared.query, table, warehouse_url):
        raise NeedsPerson(f"Counted twice with different totals: {', '.join(wrong[:5])}.")
    return table


def filename(prepared: Prepared, request_number: str) -> str:
    """An ASCII name that every mail program keeps: «2569-00012_student_count_2568-1.xlsx»."""
    collected = "-".join(str(part) for part in (prepared.academic_year, prepared.round) if part)
    of = prepared.dataset_id or "data"  # an officer's file may be of no dataset
    return f"{_number(request_number)}_{of}_{collected}.{prepared.format}"


def _written(table: Table, prepared: Prepared, provenance: Provenance) -> bytes:
    # Each is loaded when it is first needed: xlsxwriter and typst cost a tenth of a second.
    if prepared.format == "csv":
        return write_csv(table)
    if prepared.format == "pdf":
        from mailproc.datasets.output import pdf

        return pdf.write([(table, prepared, provenance)], cover=provenance.printed)
    from mailproc.datasets.output import xlsx

    return xlsx.write(table, prepared, provenance)


def _number(request_number: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", request_number).strip("-")


def _built(name: str, kind: str, content: bytes, result_digest: str) -> Built:
    return Built(name, MEDIA_TYPES[kind], content, sha256(content).hexdigest(), result_digest)
