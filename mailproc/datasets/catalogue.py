"""The catalogue: one TOML file per dataset, the shipped ones and the office's own.

Needs neither pandas nor, for `shipped_names`, a database: `parse` starts with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailproc.errors import ConfigError
from mailproc.model import Catalogue, Dataset, Round
from mailproc.thai import fold

if TYPE_CHECKING:
    from mailproc.datasets.entry import Entry

SHIPPED = Path(__file__).parent / "catalogue"
Names = tuple[tuple[str, tuple[str, ...]], ...]


def load_catalogue(folder: Path | None, warehouse_url: str) -> Catalogue:
    """All datasets with their loaded rounds; a file of the office wins over a shipped one by id.

    Raises ConfigError with every fault of every file, each naming file and key.
    """
    from mailproc.datasets.warehouse import loaded_rounds

    faults: list[str] = []
    chosen = dict(_read_folder(SHIPPED, faults))
    chosen |= dict(_read_folder(folder, faults)) if folder else {}
    faults += _shared_names(chosen)
    if faults:
        raise ConfigError(faults)
    rounds = loaded_rounds(warehouse_url)
    return Catalogue(tuple(_dataset(entry, digest, rounds) for entry, digest, _ in chosen.values()))


def names(catalogue: Catalogue) -> Names:
    """(id, all names) of each dataset, for the reader of mails."""
    return tuple((dataset.id, dataset.names) for dataset in catalogue.datasets)


@lru_cache(maxsize=1)
def shipped_names() -> Names:
    """The same for the shipped files alone; opens no database."""
    files = (tomllib.loads(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.toml")))
    return tuple((f["id"], _all_names(f["title_th"], f["title_en"], f["names"])) for f in files)


def _read_folder(folder: Path, faults: list[str]) -> Iterator[tuple[str, tuple[Entry, str, Path]]]:
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
        yield entry.id, (entry, sha256(content).hexdigest(), path)


def _shared_names(chosen: Mapping[str, tuple[Entry, str, Path]]) -> Iterator[str]:
    """A name that two datasets claim would make every request for it a guess."""
    owners: dict[str, str] = {}
    for dataset_id, (entry, _, path) in chosen.items():
        for name in _all_names(entry.title_th, entry.title_en, entry.names):
            owner = owners.setdefault(fold(name), dataset_id)
            if owner != dataset_id:
                yield f"{path}: names: «{name}» is also a name of {owner}"


def _dataset(entry: Entry, digest: str, rounds: Mapping[str, tuple[Round, ...]]) -> Dataset:
    given: dict[str, Any] = entry.model_dump(exclude={"names", "small_cells", "columns"})
    return Dataset(
        **given,
        names=_all_names(entry.title_th, entry.title_en, entry.names),
        digest=digest,
        rounds=rounds.get(entry.id, ()),
        suppression=entry.small_cells.policy,
        suppression_reason_th=entry.small_cells.reason_th,
    )


def _all_names(
    title_th: str, title_en: str, others: tuple[str, ...] | list[str]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys((title_th, title_en, *others)))
