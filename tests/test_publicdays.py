"""What the library knows of Thailand's holidays, against what the cabinet announced."""

from __future__ import annotations

from datetime import date

from mailproc.publicdays import YEARS, government_holidays, office_holidays


def _days(year: int) -> list[str]:
    """Holidays on working days, as «month-day»."""
    days = sorted(day for day in government_holidays() if day.year == year and day.weekday() < 5)
    return [f"{day:%m-%d}" for day in days]


def test_the_days_of_a_year_are_those_that_were_announced_for_government_offices() -> None:
    """2026: fixed, royal, lunar, substitutes, one special day by the cabinet, the ploughing day."""
    assert (
        _days(2026)
        == (
            "01-01 01-02 03-03 04-06 04-13 04-14 04-15 05-04 05-13 06-01 06-03 07-28 07-29 07-30 "
            "08-12 10-13 10-23 12-07 12-10 12-31"
        ).split()
    )


def test_two_holidays_on_one_weekend_have_two_substitutes() -> None:
    assert {date(2027, 7, 18), date(2027, 7, 19), date(2027, 7, 20)} <= government_holidays()


def test_government_offices_work_on_labour_day_and_on_its_substitute() -> None:
    assert not [day for day in government_holidays() if (day.month, day.day) == (5, 1)]
    assert date(2027, 5, 3) not in government_holidays()


def test_every_year_to_come_has_its_lunar_days() -> None:
    for year in YEARS:
        assert len([day for day in government_holidays() if day.year == year]) >= 18


def test_the_office_adds_days_and_takes_days_away() -> None:
    bridge, constitution = date(2027, 5, 14), date(2026, 12, 10)
    assert bridge not in government_holidays()
    days = office_holidays([bridge], [constitution])
    assert bridge in days
    assert constitution not in days
    assert date(2026, 12, 7) in days
