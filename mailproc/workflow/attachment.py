"""A file that an officer attached, as what an approver is shown and what leaves."""

from __future__ import annotations

import json

from mailproc.digest import canonical
from mailproc.model import Attached, FileFacts, Prepared, Request


def prepared(request: Request, attached: Attached, facts: FileFacts) -> Prepared:
    """The file as it is laid before whoever decides: its digest is that of its bytes."""
    return Prepared(
        dataset_id=request.item.dataset_id or "",
        title_th=attached.title,
        title_en=attached.title,
        academic_year=attached.academic_year,
        round=attached.round,
        level=attached.level,
        filters=(),
        format=attached.kind,
        query=canonical({"paper": attached.paper_id, "sha256": attached.sha256}),
        rows=0,
        columns=(),
        hidden_cells=0,
        suppression="none",
        sensitivity=attached.sensitivity,
        sample=(),
        as_of=attached.as_of,
        source=attached.source,
        round_digest=attached.sha256,
        dataset_digest=attached.sha256,
        result_digest=attached.sha256,
        file=facts,
    )


def is_of(prepared: Prepared, attached: Attached | None) -> bool:
    """Whether what was prepared is the attached file, or a query where none is attached."""
    told = json.loads(prepared.query) if prepared.file is not None else {}
    if attached is None:
        return "paper" not in told
    same = prepared.result_digest == attached.sha256
    return same and told.get("paper") == attached.paper_id
