"""Writes the file: runs the approved query again, shapes it with pandas, types every cell.

pandas costs a second and 77 MB to import (measured), so it is imported here only, on first use.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mailproc.datasets import query, sheet
from mailproc.datasets.query import Row, Selection, Table
from mailproc.datasets.safecsv import write_csv
from mailproc.model import Built, Prepared, Provenance

if TYPE_CHECKING:
    import pandas as pd

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
# Text stays text: a cell that starts with = never becomes a formula, nor an address a link.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def build(prepared: Prepared, provenance: Provenance, warehouse_url: str) -> Built:
    """The file of an approved query; the same arguments give the same bytes.

    Compare `result_digest` with the prepared one: a difference voids the decision. Raises
    NeedsPerson where a cell could not be written whole.
    """
    selection = Selection.parse(prepared.query)
    result = query.table(selection, _shape(selection, query.fetch(selection, warehouse_url)))
    if prepared.format == "csv":
        content = write_csv(result)
    else:
        content = _workbook(result, selection, prepared, provenance)
    return Built(
        filename=filename(prepared, provenance.request_number),
        media_type=MEDIA_TYPES[prepared.format],
        content=content,
        sha256=sha256(content).hexdigest(),
        result_digest=result.digest,
    )


def filename(prepared: Prepared, request_number: str) -> str:
    """An ASCII name that every mail program keeps: «2569-00012_student_count_2568-1.xlsx»."""
    number = re.sub(r"[^A-Za-z0-9]+", "-", request_number).strip("-")
    collected = f"{prepared.academic_year}-{prepared.round}"
    return f"{number}_{prepared.dataset_id}_{collected}.{prepared.format}"


def _workbook(
    result: Table, selection: Selection, prepared: Prepared, provenance: Provenance
) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        created = provenance.generated_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties(
            {"title": prepared.title_th, "company": provenance.office, "created": created}
        )
        sheet.write_data(book, result, selection, prepared)
        sheet.write_provenance(book, result, prepared, provenance)
    return target.getvalue()


# ---------------------------------------------------------------- shaping


def _shape(selection: Selection, fetched: Sequence[Any]) -> Iterable[Row]:
    """The rows under `query.columns`, by another way than the one that was approved."""
    import pandas as pd

    keys = ["grade"] if selection.level == "area" else ["code", "name"]
    names = (
        ["grade", "sex", "pupils"]
        if selection.level == "area"
        else [*keys, "grade", "sex", "pupils"]
    )
    frame = pd.DataFrame([tuple(row) for row in fetched], columns=names)
    if selection.level == "area":
        counts = frame.pivot_table(index=keys, columns="sex", values="pupils", aggfunc="sum")
        counts = counts.reindex(index=list(selection.grades), columns=list(selection.sexes))
        return _rows(_with_both(counts, selection))
    counts = frame.pivot_table(index=keys, columns=["grade", "sex"], values="pupils", aggfunc="sum")
    blocks = [counts.reindex(columns=[(g, s) for s in selection.sexes]) for g in selection.grades]
    if len(blocks) > 1:
        blocks.append(_all_blocks(counts, selection))
    return _rows(pd.concat([_with_both(block, selection) for block in blocks], axis=1))


def _all_blocks(counts: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    sums = counts.T.groupby(level="sex").sum().T
    return sums.reindex(columns=list(selection.sexes))


def _with_both(block: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    import pandas as pd

    if len(selection.sexes) == 1:
        return block
    return pd.concat([block, block.sum(axis=1)], axis=1)


def _rows(frame: pd.DataFrame) -> Iterable[Row]:
    for index, values in zip(frame.index, frame.fillna(0).to_numpy(), strict=True):
        leading = index if isinstance(index, tuple) else (index,)
        yield (*map(str, leading), *(int(value) for value in values))
