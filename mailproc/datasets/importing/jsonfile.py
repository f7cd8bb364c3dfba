"""OBEC's per-school JSON: {"success": true, "data": [{header: value, …}, …]}, the totals last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mailproc.datasets.importing.problems import Unreadable

_DEEPEST = 50
_MOST_KEYS = 400


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """A row of headers, then the elements, numbered as in the CSV of the same figures."""
    elements = _elements(_loaded(text))
    headers = list(elements[0])
    if len(headers) > _MOST_KEYS:
        raise Unreadable("too_wide", most=_MOST_KEYS)
    yield 1, headers
    for number, element in enumerate(elements, 2):
        if set(element) != set(headers):
            raise Unreadable("json_keys", number, said=_odd(element, headers))
        yield number, [_text(element[header], number) for header in headers]


def _loaded(text: str) -> Any:
    if text[:_DEEPEST].count("[") == _DEEPEST:
        raise Unreadable("json_broken")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("json_broken", getattr(error, "lineno", 0)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("json_twice")
    return found


def _refuse(name: str) -> Any:
    raise Unreadable("json_broken")


def _elements(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        if found.get("success") is False:
            raise Unreadable("json_failed")
        found = found.get("data")
    if not isinstance(found, list) or not found:
        raise Unreadable("json_empty")
    if not all(isinstance(element, dict) for element in found):
        raise Unreadable("json_shape")
    return found


def _odd(element: dict[str, Any], headers: list[str]) -> str:
    return ", ".join(sorted(set(element) ^ set(headers))[:3])


def _text(value: Any, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise Unreadable("json_shape", number)
    return str(value)
