"""Tables as pages: one, or several as a booklet with cover and contents. typst sets the page.

typst breaks Thai lines between words; what it gets are values in JSON, of which nothing is run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mailproc import thai
from mailproc.datasets.output import pages, words
from mailproc.datasets.plan import Plan
from mailproc.datasets.table import Table
from mailproc.datasets.texts import group, text
from mailproc.errors import ConfigError, MailprocError, NeedsPerson
from mailproc.model import LeftOut, Prepared, Provenance

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
MOST_CELLS = 200_000  # some 150 pages; more is nothing to read on paper
TAGGED = 10_000  # cells; tags for screen readers make larger files ten times as large
_TEMPLATE = Path("print") / "dataset.typ"
_COMMON = ("office", "requester", "organisation", "purpose")
Part = tuple[Table, Prepared, Provenance]


class NoTypst(MailprocError):
    """Pages can't be set here: the extra «pdf» is not installed."""


@cache
def is_installed() -> bool:
    """Whether PDF files can be made here."""
    return find_spec("typst") is not None


def write(
    parts: Sequence[Part],
    folders: Sequence[Path] = (TEMPLATES,),
    *,
    cover: bool = False,
    left_out: Sequence[LeftOut] = (),
) -> bytes:
    """The file; the same arguments give the same bytes. `folders` hold templates, the first wins.

    The parts of a booklet are those of one requester; `left_out` is told on its cover. Raises
    NoTypst, NeedsPerson where the tables are too long for paper, and ConfigError where the
    template or its fonts are at fault.
    """
    cells = sum(len(table.rows) * len(table.columns) for table, _, _ in parts)
    if cells > MOST_CELLS:
        raise NeedsPerson(f"{cells:,} cells are too many to print.", "Offer a workbook or CSV.")
    told = _told(parts, left_out, cover=cover)
    return _typeset(told, parts[0][2], folders, tagged=cells <= TAGGED)


def warm() -> None:
    """Loads the compiler and the fonts, which the first file would else wait for."""
    if is_installed():
        import typst

        fonts = typst.Fonts(include_system_fonts=False, font_paths=[TEMPLATES / "print" / "fonts"])
        typst.compile(
            '#set text(font: "Sarabun", lang: "th")\nที่'.encode(),
            font_paths=fonts,
        )


# ---------------------------------------------------------------- what it says


def _told(parts: Sequence[Part], left_out: Sequence[LeftOut], *, cover: bool) -> dict[str, Any]:
    shown = [_part(*part, cover=cover) for part in parts]
    provenance = parts[0][2]
    title = text("paper", "cover") if cover else parts[0][1].title_th
    common = dict(words.labelled_facts(*parts[0]))
    return {
        "title": title,
        "office": provenance.office,
        "example": any(part["example"] for part in shown),
        "cover": _cover(provenance) if cover else None,
        "request": _requests(parts),
        "left_out": [
            text("paper", one.why, number=one.number, title=one.title) for one in left_out
        ],
        "parts": shown,
        "common": [common[key] for key in _COMMON] if cover else [],
        "words": _words(),
    }


def _words() -> Mapping[str, str]:
    return group("paper") | {
        "example": text("sheet", "example"),
        "dictionary": text("sheet", "dictionary"),
    }


def _requests(parts: Sequence[Part]) -> str:
    """Over the pages that belong to no single request: the number, or the first of several."""
    numbers = [provenance.request_number for _, _, provenance in parts]
    if len(set(numbers)) == 1:
        return text("paper", "request", number=numbers[0])
    return text("paper", "requests", first=numbers[0], others=len(numbers) - 1)


def _cover(provenance: Provenance) -> list[str]:
    asked = (provenance.requester, provenance.organisation)
    for_whom = " ".join((text("paper", "for_whom"), *(word for word in asked if word)))
    when = thai.long_date(_local(provenance))
    return [for_whom, text("paper", "made", when=when)]


def _local(provenance: Provenance) -> Any:
    from zoneinfo import ZoneInfo

    return provenance.generated_at.astimezone(ZoneInfo(provenance.timezone)).date()


def _part(
    table: Table, prepared: Prepared, provenance: Provenance, *, cover: bool
) -> dict[str, Any]:
    plan = Plan.parse(prepared.query)
    laid = pages.lay_out(table)
    facts = words.labelled_facts(table, prepared, provenance)
    return {
        "title": prepared.title_th,
        "request": text("paper", "request", number=provenance.request_number),
        "collected": words.collected(prepared),
        "about": words.about(prepared),
        "example": plan.example,
        "turned": laid.turned,
        "points": pages.POINTS,
        "blocks": [asdict(block) for block in laid.blocks],
        "notes": words.notes(table, prepared),
        "source_title": text("sheet", "provenance"),
        "facts": [pair for key, pair in facts if not (cover and key in _COMMON)],
        "meanings": words.meanings(table.columns, plan),
    }


# ---------------------------------------------------------------- the pages


def _typeset(
    told: dict[str, Any], provenance: Provenance, folders: Sequence[Path], *, tagged: bool
) -> bytes:
    try:
        import typst
    except ImportError as error:
        raise NoTypst from error
    template = next((f / _TEMPLATE for f in folders if (f / _TEMPLATE).is_file()), None)
    if template is None:
        raise ConfigError([f"no {_TEMPLATE} in {', '.join(map(str, folders))}"])
    fonts = [folder / "print" / "fonts" for folder in (*folders, TEMPLATES)]
    compiler = typst.Compiler(
        template,
        root=template.parent,
        font_paths=[folder for folder in fonts if folder.is_dir()],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
    )
    made = int(provenance.generated_at.timestamp())
    try:
        content, warnings = compiler.compile_with_warnings(
            format="pdf", timestamp=made, pdf_tags=tagged
        )
    except typst.TypstError as error:
        raise ConfigError([f"{template}: {error.message}"]) from error
    if warnings:  # an unknown font is one of these, and would show as other letters
        raise ConfigError([f"{template}: {warning.message}" for warning in warnings])
    assert isinstance(content, bytes)
    return content
