from __future__ import annotations

from dataclasses import replace

from mailproc.model import Question
from mailproc.workflow.numbering import common, numbered

_WHY = Question("purpose", "missing")
_WHICH = Question("dataset", "unknown", "เด็ก", ("จำนวนนักเรียน", "ทำเนียบโรงเรียน"))
_OTHER = Question("dataset", "unknown", "ครู", ("จำนวนครู", "อัตรากำลัง", "วิทยฐานะ"))
_YEAR = Question("academic_years", "unavailable", "2571", ("2568", "2567"))


def test_what_all_lack_comes_first_and_the_offers_are_numbered_through_the_mail() -> None:
    first, second = numbered([(_WHICH, _WHY, _YEAR), (_WHY, _OTHER, _YEAR)])
    assert common([first, second]) == (replace(_WHY, first=1), replace(_YEAR, first=1))
    assert first[0] == replace(_WHICH, first=3)
    assert second[1] == replace(_OTHER, first=5)


def test_no_two_offers_share_a_number() -> None:
    asked = numbered([(_WHICH,), (_OTHER,), (_WHICH, _YEAR)])
    taken = [q.first + place for one in asked for q in one for place in range(len(q.offers))]
    assert sorted(taken) == list(range(1, len(taken) + 1))


def test_the_numbers_are_the_same_each_time_they_are_made() -> None:
    asked = [(_WHICH, _WHY), (_OTHER, _WHY)]
    assert numbered(asked) == numbered([tuple(one) for one in asked])
    assert all(q.first for one in numbered(asked) for q in one), "so a reply knows its kind"
