"""Whether what was prepared still stands: its rounds are open and its catalogue file unchanged."""

from __future__ import annotations

from mailproc.datasets import warehouse
from mailproc.datasets.plan import Plan
from mailproc.model import Catalogue, Prepared

ROUND, ENTRY = "round", "entry"


def outdated(prepared: Prepared, catalogue: Catalogue, warehouse_url: str) -> str:
    """Why it no longer counts: `round` (corrected or closed), `entry` (the catalogue file is
    another); empty where nothing changed. Raises TryAgain where the warehouse does not answer."""
    dataset = catalogue.get(prepared.dataset_id)
    if dataset is None or dataset.digest != prepared.dataset_digest:
        return ENTRY
    if dataset.kind == "file":
        known = {one.digest for one in dataset.rounds}
        return "" if prepared.round_digest in known else ROUND
    return "" if _rounds(prepared) <= _open(dataset.source_id, warehouse_url) else ROUND


def _rounds(prepared: Prepared) -> set[str]:
    return {one.digest for one in Plan.parse(prepared.query).rounds}


def _open(source: str, warehouse_url: str) -> set[str]:
    stored = warehouse.current_rounds(warehouse_url).get(source, ())
    return {one.round.digest for one in stored if one.status == "open"}
