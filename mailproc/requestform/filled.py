"""The form of one request, filled in: to be printed and signed by the requester."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from mailproc import thai
from mailproc.model import Request
from mailproc.requestform.definition import Field, Option, RequestForm
from mailproc.requestform.pdf import as_values
from mailproc.requestform.typesetting import typeset
from mailproc.texts import Texts, load_texts


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form: words by field, and the options that are ticked, «field.option»."""

    number: str
    words: dict[str, str]
    ticks: tuple[str, ...]


def fill(form: RequestForm, request: Request) -> Filled:
    """The form as the request holds it; the undertaking is left for the requester to tick."""
    asked, item = request.form, request.item
    years = ", ".join(map(str, item.academic_years))
    words = {
        "requester_name": asked.requester_name,
        "position": asked.position,
        "organisation": asked.organisation,
        "phone": asked.phone,
        "line_id": asked.line_id,
        "email": request.requester_addr or asked.email,
        "academic_years": form.words.latest if item.latest else years,
        "filters": ", ".join(item.filters),
        "purpose": asked.purpose,
        "needed_by": _day(asked.needed_by, form.language),
        "dataset_other": "" if item.dataset_id else item.dataset,
    }
    chosen = {
        "requester_type": asked.requester_type,
        "dataset": item.dataset_id,
        "round": str(item.round) if item.round else None,
        "level": item.level,
        "format": item.format,
        "delivery": asked.delivery,
    }
    ticks = tuple(f"{key}.{code}" for key, code in chosen.items() if code)
    return Filled(request.number, {key: said for key, said in words.items() if said}, ticks)


def listing(form: RequestForm, request: Request, folders: tuple[Path, ...]) -> RequestForm:
    """The form whose lists also hold what this request chose and the blank one does not offer, such
    as data on paper, which only an officer writes down."""
    chosen = {"format": request.item.format, "delivery": request.form.delivery}
    texts = load_texts(folders, form.language)
    blocks = (
        replace(
            block, fields=tuple(_listed(one, chosen.get(one.key), texts) for one in block.fields)
        )
        for block in form.blocks
    )
    return replace(form, blocks=tuple(blocks))


def _listed(field: Field, code: str | None, texts: Texts) -> Field:
    words = texts.sections.get(f"{field.key}s", {}).get(code or "")
    if not words or code in {option.code for option in field.options}:
        return field
    return replace(field, options=(*field.options, Option(code or "", words)))


def pdf(form: RequestForm, filled: Filled, folders: tuple[Path, ...]) -> bytes:
    """The page to print. Raises NoTypst, and ConfigError where the template is at fault."""
    values = {"number": filled.number, "words": filled.words, "ticks": filled.ticks}
    return typeset("request_form.typ", as_values(form) | {"filled": values}, folders)[0]


def _day(iso: str | None, language: str) -> str:
    try:
        return thai.long_date(date.fromisoformat(iso), language) if iso else ""
    except ValueError:
        return iso or ""
