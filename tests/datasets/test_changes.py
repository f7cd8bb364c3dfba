"""The daemon sees what other processes import, open and close."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.datasets import changes, warehouse
from mailproc.datasets.importer import load_sample
from tests.datasets.conftest import NOW


@pytest.mark.parametrize("is_seen", [True, False], ids=["file", "asked"])
def test_every_change_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_seen: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'w.sqlite'}"
    if not is_seen:  # as a database that is no file
        monkeypatch.setattr(warehouse, "state", lambda _: None)
    warehouse.create(url)
    looks = changes.Changes(url)
    minutes = (NOW + timedelta(minutes=at) for at in range(9))
    assert not looks.any(next(minutes))
    load_sample(url, NOW)
    assert looks.any(next(minutes))
    assert not looks.any(next(minutes))
    (stored,) = warehouse.stored_rounds(url)
    warehouse.set_status(url, stored.round.digest, "closed")
    assert looks.any(next(minutes))
    assert not looks.any(next(minutes))


def test_a_database_is_not_asked_at_every_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'w.sqlite'}"
    monkeypatch.setattr(warehouse, "state", lambda _: None)
    looks = changes.Changes(url)
    assert not looks.any(NOW)
    load_sample(url, NOW)
    assert not looks.any(NOW + timedelta(seconds=10))
    assert looks.any(NOW + timedelta(seconds=31))
