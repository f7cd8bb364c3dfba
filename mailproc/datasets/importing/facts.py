"""What was read from a file, before it is said which round it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailproc.datasets.importer import CellRow, SchoolRow, TextRow
from mailproc.datasets.importing.guess import Guess
from mailproc.datasets.importing.problems import Problem, has_errors


@dataclass(frozen=True, slots=True)
class Part:
    """What a file brings to one source."""

    source: str
    schools: tuple[SchoolRow, ...]
    cells: tuple[CellRow, ...]
    texts: tuple[TextRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file, read: its parts are empty where there is an error."""

    filename: str
    problems: tuple[Problem, ...]
    contract: str = ""  # empty where the file is of no known kind
    parts: tuple[Part, ...] = ()
    guess: Guess = field(default_factory=Guess)
    rows: int = 0  # of schools or persons
    sheet: str = ""
    reported: str = ""  # where the figures come from, in words
    personal: bool = False
    round: int = 0  # of sources that come once a year

    @property
    def failed(self) -> bool:
        return has_errors(self.problems) or not self.parts
