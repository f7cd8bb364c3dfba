"""How a request is named in mails and pages: who asks, for which data, of which year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mailproc.defang import defang_line
from mailproc.model import Catalogue
from mailproc.texts import Texts

_NAME = 60  # letters of a name in a subject line


def request_words(texts: Texts, catalogue: Catalogue) -> dict[str, Callable[[Any], str]]:
    """The functions that templates call with a request, in one language."""
    titles = _titles(texts, catalogue)
    return {
        "person_name": lambda request: (
            request.form.requester_name or texts.get("phrases", "somebody")
        ),
        "asker": lambda request: _asker(request, texts),
        "dataset_title": lambda request: _dataset_title(request, texts.language, titles),
        "period": lambda request: _period(request, texts),
        "other_email": _other_email,
        "year": lambda request: _year(request, texts),
    }


def _titles(texts: Texts, catalogue: Catalogue) -> dict[str | None, str]:
    thai = texts.language == "th"
    return {d.id: d.title_th if thai else d.title_en for d in catalogue.datasets}


def _asker(request: Any, texts: Texts) -> str:
    """«name/organisation», each only if stated, as the director's subject has it."""
    stated = (request.form.requester_name, request.form.organisation)
    parts = [part if len(part) <= _NAME else part[: _NAME - 1] + "…" for part in stated if part]
    return "/".join(parts) or texts.get("phrases", "somebody")


def _other_email(request: Any) -> str:
    """The address in the form, where it is not the one that the mail came from."""
    stated = request.form.email or ""
    return "" if stated == defang_line(request.requester_addr) else str(stated)


def _dataset_title(request: Any, language: str, titles: Mapping[str | None, str]) -> str:
    """The catalogue's title, else the words that the requester used."""
    if request.prepared is not None:
        return str(request.prepared.title_th if language == "th" else request.prepared.title_en)
    return titles.get(request.item.dataset_id) or str(request.item.dataset)


def _year(request: Any, texts: Texts) -> str:
    if request.prepared is not None:
        return str(request.prepared.academic_year)
    if request.item.academic_years:
        return ", ".join(map(str, request.item.academic_years))
    return texts.get("phrases", "latest") if request.item.latest else ""


def _period(request: Any, texts: Texts) -> str:
    year = _year(request, texts)
    source = request.prepared if request.prepared is not None else request.item
    if not source.round:
        return year
    phrase = texts.get("phrases", "year_round" if year else "round")
    return phrase.replace("{year}", year).replace("{round}", str(source.round))
