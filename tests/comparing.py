"""What a mail means beside what the reader says: fields stated, right and invented.

A truth is the JSON beside a mail: `kind`, `from_name`, `from_addr`, `subject`, `form`, and where
several answers are right `form_any` (whole forms) and `either` (fields not judged; «*» for all).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = ("from_name", "from_addr", "subject")
Place = tuple[int, str]  # the item's number, or -1; the field


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over some mails; `faults` tells each difference in words."""

    mails: int = 0
    stated: int = 0
    right: int = 0
    invented: int = 0
    heads: int = 0  # mails whose sender and subject are right
    kinds: int = 0  # mails whose kind is right
    faults: tuple[str, ...] = ()

    def __add__(self, other: Score) -> Score:
        return Score(
            self.mails + other.mails,
            self.stated + other.stated,
            self.right + other.right,
            self.invented + other.invented,
            self.heads + other.heads,
            self.kinds + other.kinds,
            self.faults + other.faults,
        )

    @property
    def right_share(self) -> float:
        """Of the stated fields, those that were read as stated."""
        return self.right / self.stated if self.stated else 1.0

    @property
    def invented_share(self) -> float:
        """Fields that no mail states, as a part of the stated ones."""
        return self.invented / self.stated if self.stated else float(self.invented > 0)

    @property
    def head_share(self) -> float:
        return self.heads / self.mails if self.mails else 1.0

    @property
    def kind_share(self) -> float:
        return self.kinds / self.mails if self.mails else 1.0


def truth_of(path: Path) -> dict[str, Any]:
    """The truth beside a mail: NAME.expected.json, or else NAME.json."""
    expected = path.with_suffix(".expected.json")
    found = expected if expected.exists() else path.with_suffix(".json")
    truth: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return truth


def compare(name: str, truth: Mapping[str, Any], said: Mapping[str, Any]) -> Score:
    """One mail: its truth, and its JSON as `parse` prints it; of several right forms the best."""
    either = frozenset(truth.get("either", ()))
    forms = truth.get("form_any") or [truth.get("form")]
    scores = [_form(form or {}, said.get("form") or {}, either) for form in forms]
    best = max(scores, key=lambda score: score.right - score.stated - score.invented)
    wrong = [key for key in HEAD if said[key] != truth[key]]
    faults = [f"{key}: {truth[key]!r} was read as {said[key]!r}" for key in wrong]
    if said["kind"] != truth["kind"]:
        faults.append(f"kind: {truth['kind']} was read as {said['kind']}")
    return Score(
        mails=1,
        stated=best.stated,
        right=best.right,
        invented=best.invented,
        heads=int(not wrong),
        kinds=int(said["kind"] == truth["kind"]),
        faults=tuple(f"{name}: {fault}" for fault in (*faults, *best.faults)),
    )


def total(scores: Iterable[Score]) -> Score:
    """All of them together."""
    return sum(scores, Score())


def _form(truth: Mapping[str, Any], said: Mapping[str, Any], either: frozenset[str]) -> Score:
    if "*" in either:
        return Score()
    stated, found = _fields(truth, truth), _fields(said, truth)
    stated = {place: value for place, value in stated.items() if place[1] not in either}
    found = {place: value for place, value in found.items() if place[1] not in either}
    right = [place for place in stated if place in found and found[place] == stated[place]]
    faults = [
        f"{_named(place)} {value!r} was read as {found.get(place)!r}"
        for place, value in stated.items()
        if place not in right
    ]
    invented = [place for place in found if place not in stated]
    faults += [f"{_named(place)} {found[place]!r} was invented" for place in invented]
    return Score(stated=len(stated), right=len(right), invented=len(invented), faults=tuple(faults))


def _fields(form: Mapping[str, Any], truth: Mapping[str, Any]) -> dict[Place, Any]:
    """All fields of a form; a match in the catalogue is judged only where the truth tells one."""
    found: dict[Place, Any] = {(-1, k): v for k, v in form.items() if k != "items"}
    true_items = truth.get("items", [])
    for number, item in enumerate(_in_order(form.get("items", []), true_items)):
        told = number < len(true_items) and "dataset_id" in true_items[number]
        for key, value in item.items():
            if key != "dataset_id" or told:
                found[number, key] = _plain(value)
    return found


def _in_order(items: list[Any], truths: list[Any]) -> list[Mapping[str, Any]]:
    """The items in the order of those of the truth that they are most like; no order is asked."""
    left, ordered = list(items), []
    for truth in truths:
        if not left:
            break
        best = max(left, key=lambda item: sum(item.get(k) == v for k, v in truth.items()))
        left.remove(best)
        ordered.append(best)
    return [*ordered, *left]


def _plain(value: Any) -> Any:
    """Lists without their order: years and conditions have none."""
    return tuple(sorted(value)) if isinstance(value, list | tuple) else value


def _named(place: Place) -> str:
    number, name = place
    return name if number < 0 else f"items[{number}].{name}"
