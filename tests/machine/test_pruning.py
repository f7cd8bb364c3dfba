"""Which backups stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailproc.machine.pruning import Keep, superfluous

_LAST = datetime(2026, 11, 23, 2, tzinfo=UTC)
_MOMENTS = st.integers(0, 1_000_000).map(lambda minutes: _LAST - timedelta(minutes=minutes))


def test_a_year_of_daily_backups_leaves_seven_days_five_weeks_and_twelve_months() -> None:
    made = [_LAST - timedelta(days=n) for n in range(365)]
    gone = superfluous(made, Keep(7, 5, 12))
    kept = sorted(set(made) - set(gone), reverse=True)
    assert kept[:7] == made[:7]
    assert len(kept) == 7 + 3 + 11  # the newest weeks and months are among the days
    assert kept[-1].strftime("%Y-%m") == "2025-12"


@given(st.lists(_MOMENTS, min_size=1, unique=True), st.integers(1, 5), st.integers(0, 5))
def test_the_newest_always_stays_and_pruning_again_changes_nothing(
    made: list[datetime], daily: int, weekly: int
) -> None:
    keep = Keep(daily, weekly, 2)
    left = set(made) - set(superfluous(made, keep))
    assert max(made) in left
    assert superfluous(left, keep) == []


def test_what_was_made_before_an_upgrade_stays_beside_the_nightly_ones() -> None:
    before_upgrade = _LAST - timedelta(days=2, hours=1)
    made = [_LAST - timedelta(days=n) for n in range(20)]
    week_later = [at + timedelta(days=7) for at in (_LAST, before_upgrade)]
    assert before_upgrade not in superfluous([*made, before_upgrade], Keep())
    assert before_upgrade in superfluous([*made, before_upgrade, *week_later], Keep())
