"""Questions about several requests in one mail: said once where they are alike, numbered through.

The numbers of the offers run through the whole mail, so that «4» picks one offer of one request. A
reply is read with the same numbers, made again from the letters as they were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailproc.model import Question

Asked = tuple[Question, ...]


def numbered(asked: Sequence[Asked]) -> list[Asked]:
    """The questions of each request with `first` set; those that all have come first."""
    alike = common(asked)
    number, places = 1, dict[tuple[int, Question], int]()
    for owner, questions in ((-1, alike), *enumerate(asked)):
        for question in questions:
            if owner >= 0 and question in alike:
                places[owner, question] = places[-1, question]
                continue
            places[owner, question] = number
            number += len(question.offers)
    return [
        tuple(replace(question, first=places[owner, question]) for question in questions)
        for owner, questions in enumerate(asked)
    ]


def common(asked: Sequence[Asked]) -> Asked:
    """The questions that every request has."""
    first, *others = asked
    return tuple(question for question in first if all(question in other for other in others))
