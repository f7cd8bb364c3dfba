"""What is wrong or odd in a file: each problem with its place, for a text in Thai and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

MOST = 20_000  # problems of one file; more tell nobody anything
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; `key` names its text in templates/texts/importing.toml."""

    key: str
    level: Level
    row: int = 0  # as a spreadsheet counts them; 0: the file as a whole
    column: str = ""  # as a spreadsheet names it, with its header
    values: tuple[tuple[str, str], ...] = ()


class Unreadable(Exception):
    """The file can't be read at all; `key` says why."""

    def __init__(self, key: str, row: int = 0, **values: object) -> None:
        super().__init__(key)
        self.key, self.row = key, row
        self.values = tuple((name, str(value)) for name, value in values.items())

    def problem(self) -> Problem:
        return Problem(self.key, "error", self.row, "", self.values)


@dataclass(slots=True)
class Notes:
    """Collects the problems of one file. Where rows are persons no words of the file are kept."""

    discreet: bool = False
    found: list[Problem] = field(default_factory=list)

    def error(self, key: str, row: int = 0, column: str = "", **values: object) -> None:
        self._add(key, "error", row, column, values)

    def warn(self, key: str, row: int = 0, column: str = "", **values: object) -> None:
        self._add(key, "warning", row, column, values)

    def _add(
        self, key: str, level: Level, row: int, column: str, values: dict[str, object]
    ) -> None:
        if len(self.found) >= MOST:
            return
        if self.discreet:
            values.pop("said", None)
        texts = ((name, str(value)[:200]) for name, value in values.items())
        self.found.append(Problem(key, level, row, column, tuple(texts)))


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.level == "error" for problem in problems)
