"""Frozen nouns to JSON text and back (pydantic-core does the work)."""

from __future__ import annotations

from pydantic import TypeAdapter

from mailproc.model import Approval, Letter, Request

_REQUEST = TypeAdapter(Request)
_LETTER = TypeAdapter(Letter)
_APPROVALS = TypeAdapter(tuple[Approval, ...])


def dump_request(request: Request) -> str:
    return _REQUEST.dump_json(request, exclude_defaults=True).decode()


def load_request(text: str) -> Request:
    return _REQUEST.validate_json(text)


def dump_letter(letter: Letter) -> str:
    return _LETTER.dump_json(letter, exclude_defaults=True).decode()


def load_letter(text: str) -> Letter:
    return _LETTER.validate_json(text)


def load_approvals(text: str | None) -> tuple[Approval, ...]:
    """The part of a request's JSON that names who has said yes; none where it says nothing."""
    return _APPROVALS.validate_json(text) if text else ()
