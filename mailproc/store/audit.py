"""The chain of each request, the daily seal over all chains, and the proof that both hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailproc.digest import digest
from mailproc.store import schema
from mailproc.store.codec import load_request
from mailproc.store.requests import GENESIS, chain_hash, personal_digest, request_row

_H, _R, _S = schema.history, schema.requests, schema.seals


@dataclass(frozen=True, slots=True)
class Audit:
    """What `audit verify` found; no faults means that nothing was changed or is missing."""

    requests: int
    rows: int
    erased: int
    seals: int
    faults: tuple[str, ...]
    erased_on: tuple[tuple[str, int], ...] = ()  # day (UTC) and rows


def verify(connection: sa.Connection) -> Audit:
    """Recomputes every chain and seal."""
    rows = [row._mapping for row in connection.execute(sa.select(_H).order_by(_H.c.id))]
    chains: dict[int, list[Any]] = {}
    for row in rows:
        chains.setdefault(row["request_id"], []).append(row)
    faults = list(_request_faults(connection, chains))
    for request_id, chain in chains.items():
        faults += _chain_faults(request_id, sorted(chain, key=lambda row: row["version"]))
    seals, seal_faults = _check_seals(connection, rows)
    days = Counter(row["erased_at"].date().isoformat() for row in rows if row["erased_at"])
    found = tuple(faults + seal_faults)
    erased = tuple(sorted(days.items()))
    return Audit(len(chains), len(rows), days.total(), seals, found, erased)


def _chain_faults(request_id: int, chain: list[Any]) -> Iterator[str]:
    previous = GENESIS
    for position, row in enumerate(chain, 1):
        where = f"request {request_id} version {row['version']}"
        if row["version"] != position:
            yield f"{where}: version {position} is missing"
            return
        if row["previous"] != previous:
            yield f"{where}: does not follow the row before it"
        if chain_hash(row) != row["hash"]:
            yield f"{where}: was changed"
        if row["erased_at"] is None and _personal_changed(row):
            yield f"{where}: its personal part was changed"
        previous = row["hash"]


def _personal_changed(row: Any) -> bool:
    if row["personal"] is None or row["salt"] is None:
        return True
    digest: str = row["personal_digest"]
    return personal_digest(row["salt"], row["personal"]) != digest


def _request_faults(connection: sa.Connection, chains: dict[int, list[Any]]) -> Iterator[str]:
    known = set()
    for request in connection.execute(sa.select(_R)):
        known.add(request.id)
        chain = chains.get(request.id, [])
        last = max(chain, key=lambda row: row["version"], default=None)
        where = f"request {request.id} ({request.number})"
        if last is None:
            yield f"{where}: has no history"
        elif (request.version, request.chain_head) != (last["version"], last["hash"]):
            yield f"{where}: its row and its history do not end alike"
        elif json.loads(last["facts"])["to"] != request.state:
            yield f"{where}: its state is not the one in its history"
        elif request.erased_at is None and _content_changed(request, last):
            yield f"{where}: its content is not the one in its history"
    for missing in set(chains) - known:
        yield f"request {missing}: its row is missing"


def _content_changed(request: Any, last: Any) -> bool:
    """True where the row, or what is repeated in its columns, is not what was written last."""
    if last["personal"] is None or json.loads(last["personal"])["request"] != request.body:
        return True
    repeated = request_row(load_request(request.body), request.body, request.chain_head)
    return any(getattr(request, name) != value for name, value in repeated.items())


# ---------------------------------------------------------------- seals


def seal(connection: sa.Connection, upto: datetime) -> bool:
    """Chains the heads of all requests as they were before `upto`. False where it is done."""
    last = connection.execute(sa.select(_S).order_by(_S.c.upto.desc()).limit(1)).first()
    if last is not None and last.upto >= upto:
        return False
    columns = (_H.c.request_id, _H.c.version, _H.c.hash, _H.c.at)
    rows = connection.execute(sa.select(*columns).where(_H.c.at < upto))
    count, heads = _heads((row._mapping for row in rows), upto)
    previous = last.hash if last else GENESIS
    row = {"upto": upto, "requests": count, "heads": heads, "previous": previous}
    connection.execute(_S.insert().values(hash=_seal_hash(row), **row))
    return True


def _heads(rows: Iterable[Any], upto: datetime) -> tuple[int, str]:
    heads: dict[int, tuple[int, str]] = {}
    for row in rows:
        if row["at"] < upto:
            head = (row["version"], row["hash"])
            heads[row["request_id"]] = max(heads.get(row["request_id"], head), head)
    return len(heads), digest(sorted([key, *head] for key, head in heads.items()))


def _seal_hash(row: dict[str, Any]) -> str:
    content = {name: row[name] for name in ("requests", "heads", "previous")}
    content["upto"] = row["upto"].astimezone(UTC).isoformat(timespec="microseconds")
    return digest(content)


def _check_seals(connection: sa.Connection, rows: list[Any]) -> tuple[int, list[str]]:
    faults, previous = [], GENESIS
    seals = [dict(row._mapping) for row in connection.execute(sa.select(_S).order_by(_S.c.upto))]
    for row in seals:
        where = f"seal of {row['upto']:%Y-%m-%d}"
        if row["previous"] != previous or _seal_hash(row) != row["hash"]:
            faults.append(f"{where}: was changed or does not follow the one before it")
        if _heads(rows, row["upto"]) != (row["requests"], row["heads"]):
            faults.append(f"{where}: a request or the end of a history is missing or was changed")
        previous = row["hash"]
    return len(seals), faults
