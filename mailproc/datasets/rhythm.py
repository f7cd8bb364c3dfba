"""Whether a dataset is older than its update rhythm allows."""

from __future__ import annotations

from datetime import date, timedelta

from mailproc.model import Dataset


def is_overdue(dataset: Dataset, today: date) -> bool:
    """True where the newest round is of a day too long ago; without a rhythm or a round never."""
    if not dataset.update_days or not dataset.rounds:
        return False
    newest = max(date.fromisoformat(one.as_of) for one in dataset.rounds)
    return today - newest > timedelta(days=dataset.update_days)
