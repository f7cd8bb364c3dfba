"""The catalogue: one TOML file per dataset, the shipped ones and the office's own.

Needs, for `shipped_names`, neither a database nor the checks: `parse` starts with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from mailproc.errors import ConfigError
from mailproc.model import Catalogue, Dataset, Round
from mailproc.thai import fold

if TYPE_CHECKING:
    from mailproc.datasets.entry import Entry
    from mailproc.datasets.warehouse import Stored

SHIPPED = Path(__file__).parent / "catalogue"
Names = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checked catalogue file."""

    entry: Entry
    digest: str
    path: Path


def load_catalogue(folder: Path | None, warehouse_url: str, *, examples: bool = False) -> Catalogue:
    """All datasets with their loaded rounds; a file of the office wins over a shipped one by id.

    `examples`: rounds of made-up figures count as well, for trying alone. Raises ConfigError with
    every fault of every file, each naming file and key.
    """
    from mailproc.datasets import warehouse

    entries = load_entries(folder)
    stored = warehouse.current_rounds(warehouse_url)
    levels = {
        source: _levels(source, of, stored, warehouse_url) for source, of in stored.items() if of
    }
    datasets = (_dataset(one, stored, levels, examples=examples) for one in entries.values())
    return Catalogue(tuple(datasets))


def load_entries(folder: Path | None) -> dict[str, Loaded]:
    """Every catalogue file by id. Raises ConfigError with every fault of every file."""
    from mailproc.datasets import consistency

    faults: list[str] = []
    chosen = dict(_read_folder(SHIPPED, faults))
    chosen |= dict(_read_folder(folder, faults)) if folder else {}
    faults += _shared_names(chosen)
    entries = [(str(one.path), one.entry) for one in chosen.values()]
    faults += [f"{path}: {key}: {what}" for path, key, what in consistency.between(entries)]
    if faults:
        raise ConfigError(faults)
    return chosen


def names(catalogue: Catalogue) -> Names:
    """(id, all names) of each dataset, for the reader of mails."""
    return tuple((dataset.id, dataset.names) for dataset in catalogue.datasets)


@lru_cache(maxsize=1)
def shipped_names() -> Names:
    """The same for the shipped files alone; opens no database."""
    files = (tomllib.loads(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.toml")))
    return tuple((f["id"], _all_names(f["title_th"], f["title_en"], f["names"])) for f in files)


def _read_folder(folder: Path, faults: list[str]) -> Iterator[tuple[str, Loaded]]:
    from mailproc.datasets.entry import check

    if not folder.is_dir():
        faults.append(f"{folder}: no such folder")
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob("*.toml")):
        content = path.read_bytes()
        entry = check(path, content, faults)
        if entry is None:
            continue
        if entry.id in seen:
            faults.append(f"{path}: id: {entry.id} is also in {seen[entry.id].name}")
        seen[entry.id] = path
        yield entry.id, Loaded(entry, sha256(content).hexdigest(), path)


def _shared_names(chosen: Mapping[str, Loaded]) -> Iterator[str]:
    """A name that two datasets claim would make every request for it a guess."""
    owners: dict[str, str] = {}
    for dataset_id, one in chosen.items():
        entry = one.entry
        for name in _all_names(entry.title_th, entry.title_en, entry.names):
            owner = owners.setdefault(fold(name), dataset_id)
            if owner != dataset_id:
                yield f"{one.path}: names: «{name}» is also a name of {owner}"


def _all_names(
    title_th: str, title_en: str, others: tuple[str, ...] | list[str]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys((title_th, title_en, *others)))


# ---------------------------------------------------------------- what is loaded


def _levels(
    source: str, rounds: Sequence[Stored], stored: Mapping[str, Sequence[Stored]], url: str
) -> frozenset[str]:
    """The levels that the newest round of a source can be put together by."""
    from mailproc.datasets.rounds import register_of

    return register_of(source, rounds[0].round, stored, url).levels()


def _dataset(
    one: Loaded,
    stored: Mapping[str, Sequence[Stored]],
    levels: Mapping[str, frozenset[str]],
    *,
    examples: bool,
) -> Dataset:
    from mailproc.datasets import readymade

    entry, folder = one.entry, one.path.parent
    known = [r for r in stored.get(entry.source_id, ()) if examples or not r.example]
    loaded = tuple(r.round for r in known if r.status == "open")
    possible = levels.get(entry.source_id, frozenset(entry.levels))
    return Dataset(
        id=entry.id,
        title_th=entry.title_th,
        title_en=entry.title_en,
        names=_all_names(entry.title_th, entry.title_en, entry.names),
        description_th=entry.description_th,
        description_en=entry.description_en,
        levels=tuple(level for level in entry.levels if level in possible) or entry.levels,
        formats=_formats(entry),
        sensitivity=entry.sensitivity,
        needs_approval=entry.needs_approval,
        filters_th=entry.filters_th,
        filters_en=entry.filters_en,
        digest=one.digest,
        rounds=_enough(loaded, entry) if entry.kind == "query" else readymade.rounds(entry, folder),
        suppression=entry.small_cells.policy,
        suppression_reason_th=entry.small_cells.reason_th,
        kind=entry.kind,
        source_id=entry.source_id,
        who_may_ask=entry.who_may_ask,
        public_version=entry.public_version,
        update_days=entry.update_days,
        years=entry.years.most,
        closed=tuple(r.round for r in known if r.status != "open"),
        example=any(r.example for r in known),
        folder=str(folder) if entry.kind == "file" else "",
        spec=entry.model_dump_json(by_alias=True, exclude_defaults=True),
    )


def _formats(entry: Entry) -> tuple[str, ...]:
    """Pages are offered only where they can be set."""
    from mailproc.datasets.output.pdf import is_installed

    return tuple(kind for kind in entry.formats if kind != "pdf" or is_installed())


def _enough(loaded: tuple[Round, ...], entry: Entry) -> tuple[Round, ...]:
    """The rounds that a table over several years can end with."""
    from mailproc.datasets.rounds import spanned

    least, most = entry.years.least, entry.years.most
    return tuple(r for r in loaded if len(spanned(r, loaded, most)) >= least)
