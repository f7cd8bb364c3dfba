"""Rounds that are not open yet: when their figures are collected, and who waits for them.

Source programs collect on 10 June, 10 November and at the end of the academic year; the last date
moves from year to year, so an office sets it (`[datasets] round_dates`, `moved_rounds`).
"""

from __future__ import annotations

from mailproc import thai
from mailproc.model import Calendar, Catalogue, Dataset, Item, Request


def awaited(item: Item, dataset: Dataset) -> tuple[int, int] | None:
    """Year and round that are asked for and come after all that is open; None where it is there,
    is past, or lies more than a year ahead."""
    if item.latest or len(item.academic_years) != 1 or not dataset.rounds:
        return None
    year, newest = item.academic_years[0], dataset.rounds[0]
    there = {(r.academic_year, r.round) for r in dataset.rounds}
    if item.round is None:
        wanted = (year, 1) if all(y != year for y, _ in there) else None
    else:
        wanted = None if (year, item.round) in there else (year, item.round)
    if wanted is None or wanted <= (newest.academic_year, newest.round):
        return None
    return wanted if year <= newest.academic_year + 1 else None


def waits_for(request: Request, catalogue: Catalogue) -> tuple[int, int] | None:
    """The round that the request was put aside for, as long as it is not open."""
    dataset = catalogue.get(request.item.dataset_id)
    return awaited(request.item, dataset) if dataset and request.item.wait else None


def round_words(calendar: Calendar, academic_year: int, round_number: int) -> str:
    """«ปีการศึกษา 2569 รอบที่ 1 (ณ วันที่ 10 มิถุนายน 2569)»."""
    day = calendar.collected_on(academic_year, round_number)
    return thai.round_title(academic_year, round_number, day)


def wait_offer(calendar: Calendar, academic_year: int, round_number: int) -> str:
    """What a requester picks to wait for a round."""
    return f"{thai.WAIT_FOR} {round_words(calendar, academic_year, round_number)}"
