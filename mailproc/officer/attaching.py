"""A file of the officer's own in place of what the catalogue gives.

It takes the way of every deliverable: kept first, looked into by the gate in a child, laid before
whoever decides with the digest of its bytes in the content hash, and gated once more before it
leaves. What was decided before is void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from mailproc.datasets.gate.finding import CLASSES
from mailproc.model import Attached
from mailproc.officer import files
from mailproc.officer.nouns import Done, Here, Who
from mailproc.officer.turns import happen
from mailproc.store import papers, requests
from mailproc.workflow import events as e

_YEARS = range(2500, 2700)  # B.E.
_LEVELS = ("area", "district", "group", "school")


@dataclass(frozen=True, slots=True)
class About:
    """What the officer says of the file."""

    title: str
    sensitivity: str  # one of CLASSES
    academic_year: int  # B.E.
    as_of: str  # ISO date of the figures
    source: str
    round: int = 0
    level: str = "area"


def attach(
    connection: sa.Connection,
    request_id: int,
    filename: str,
    content: bytes,
    about: About,
    who: Who,
    here: Here,
    *,
    seen: int = 0,
) -> Done:
    """Keeps the file and lets it be gated, prepared and decided upon."""
    request = requests.get(connection, request_id)
    if request is None:
        return Done("gone")
    kind = files.data_kind(filename, content)
    if wrong := _wrong(content, kind, about):
        return Done(wrong[0], request, field=wrong[1])
    name = files.plain_name(filename, f"file.{kind}")
    with connection.begin_nested() as kept:
        paper = papers.add(
            connection,
            request_id,
            "attached",
            name,
            files.media_type(kind),
            content,
            who.id,
            here.desk,
            here.now,
        )
        attached = _attached(paper, kind, len(content), about, who)
        event = e.FileAttached(by=who.name, attached=attached)
        done = happen(connection, request_id, event, here, seen=seen)
        if not done.is_done:
            kept.rollback()
    return done


def _attached(paper: papers.Paper, kind: str, size: int, about: About, who: Who) -> Attached:
    return Attached(
        paper_id=paper.id,
        sha256=paper.sha256,
        filename=paper.filename,
        size=size,
        kind=kind,
        title=about.title.strip(),
        sensitivity=about.sensitivity,
        academic_year=about.academic_year,
        as_of=about.as_of,
        source=about.source.strip(),
        by=who.name,
        round=about.round,
        level=about.level,
    )


def _wrong(content: bytes, kind: str, about: About) -> tuple[str, str] | None:
    """A key of [officer_told] and the field; None where all is there."""
    if not content:
        return "file_missing", "file"
    if len(content) > files.MOST_BYTES:
        return "file_too_large", "file"
    if not kind:
        return "file_kind", "file"
    if not about.title.strip():
        return "title_missing", "title"
    if about.sensitivity not in CLASSES:
        return "choice_wrong", "sensitivity"
    if about.academic_year not in _YEARS:
        return "year_wrong", "academic_year"
    if not about.source.strip():
        return "source_missing", "source"
    if not _is_day(about.as_of):
        return "day_wrong", "as_of"
    known = about.round in range(4) and about.level in _LEVELS
    return None if known else ("choice_wrong", "level")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
