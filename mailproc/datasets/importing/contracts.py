"""The contracts: those that we ship, the office's own, and one made from any other catalogue file.

A dataset of the office needs its catalogue file alone: a table with the titles of its measures and
values as headers is read by what that file says. `sources/*.toml` in the catalogue folder holds
contracts for files that look otherwise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mailproc.datasets.importing.contract import Contract, FieldSpec, Figures, Index, Sums, Words
from mailproc.datasets.importing.contract import WordSet as Set
from mailproc.datasets.shape import Dimension, Measure
from mailproc.errors import ConfigError

if TYPE_CHECKING:
    from mailproc.datasets.catalogue import Loaded
    from mailproc.datasets.entry import Entry

SHIPPED = Path(__file__).parents[1] / "sources"
_OLDER = {
    "อ.1": ("อ.3ขวบ", "อนุบาล 3 ขวบ", "อ.3 ปี"),
    "อ.2": ("อ.1", "อนุบาล 1", "อนุบาลปีที่ 1"),
    "อ.3": ("อ.2", "อนุบาล 2", "อนุบาลปีที่ 2"),
}


def load(entries: Mapping[str, Loaded], folder: Path | None = None) -> dict[str, Contract]:
    """Every contract by id. Raises ConfigError with every fault of every file."""
    faults: list[str] = []
    found = dict(_read_folder(SHIPPED, faults))
    own = folder / "sources" if folder else None
    if own is not None and own.is_dir():
        found |= dict(_read_folder(own, faults))
    faults += _unknown_measures(found, entries)
    if faults:
        raise ConfigError(faults)
    found |= {older.id: older for one in list(found.values()) for older in _older(one)}
    covered = {part for one in found.values() if one.rows == "school" for part in (one.source,)}
    for loaded in entries.values():
        entry = loaded.entry
        if entry.kind == "query" and entry.source_id not in covered:
            found[f"own_{entry.id}"[:64]] = derived(entry)
    return found


@lru_cache(maxsize=1)
def _common() -> dict[str, Any]:
    return tomllib.loads((SHIPPED / "words.toml").read_text("utf-8"))


def _read_folder(folder: Path, faults: list[str]) -> Iterator[tuple[str, Contract]]:
    for path in sorted(folder.glob("*.toml")):
        if path.name == "words.toml":
            continue
        try:
            said = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
            said["dimensions"] = _common() | said.get("dimensions", {})
            contract = Contract.model_validate(said)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                key = ".".join(str(part) for part in fault["loc"])
                faults.append(f"{path}: {key}: {fault['msg']}")
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path}: not a TOML file in UTF-8: {error}")
            continue
        found = [f"{path}: {what}" for what in _faults(contract)]
        faults += found
        if not found:
            yield contract.id, contract


def _faults(contract: Contract) -> Iterator[str]:
    """What does not fit together inside one contract."""
    for name in ("school_code", "school_name"):
        if contract.field(name) is None:
            yield f"fields: «{name}» is missing"
    names = {spec.name for spec in contract.fields}
    for counted in contract.counted:
        for name in (*counted.by, counted.distinct):
            if name and name not in names:
                yield f"counted: unknown field «{name}»"
    measures = {figures.measure for figures in contract.figures}
    for sums in contract.sums:
        if sums.measure not in measures:
            yield f"sums: unknown measure «{sums.measure}»"
    try:
        Index(contract)
    except KeyError as error:
        yield f"headers: unknown dimension {error}"


def _unknown_measures(
    found: Mapping[str, Contract], entries: Mapping[str, Loaded]
) -> Iterator[str]:
    """A figure that no dataset of the source knows, or a value that its dimension has not."""
    for contract in found.values():
        for source, measure, dimensions in _stored(contract):
            fitting = [one.entry for one in entries.values() if one.entry.source_id == source]
            if not fitting:
                continue
            known = [m for entry in fitting if (m := entry.measure(measure)) is not None]
            if not known:
                yield f"{contract.id}: no dataset of «{source}» has the measure «{measure}»"
            for one in known[:1]:
                entry = next(e for e in fitting if e.measure(measure) is one)
                yield from _odd_values(contract, entry, one, dimensions)


def _stored(contract: Contract) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for figures in contract.figures:
        yield contract.source, figures.measure, figures.dimensions
    for counted in contract.counted:
        specs = [contract.field(name) for name in counted.by]
        yield counted.source, counted.measure, tuple(s.dimension for s in specs if s)


def _odd_values(
    contract: Contract, entry: Entry, measure: Measure, dimensions: tuple[str, ...]
) -> Iterator[str]:
    if measure.dimensions != dimensions:
        yield f"{contract.id}: {measure.name} is kept by {measure.dimensions}, not {dimensions}"
        return
    for name in dimensions:
        kept = entry.dimension(name)
        said = contract.dimensions[name]
        known = set(kept.codes) if kept else set()
        for code in set(said.values) - set(said.dropped) - known:
            yield f"{contract.id}: dimensions.{name}: unknown value «{code}»"


# ---------------------------------------------------------------- made from others


def _older(contract: Contract) -> Iterator[Contract]:
    """The same where kindergarten is called อ.3 ขวบ, อ.1, อ.2, as older programs do."""
    grade = contract.dimensions.get("grade")
    uses = any("grade" in figures.dimensions for figures in contract.figures)
    if grade is None or not uses:
        return
    values = dict(grade.values) | _OLDER
    words = grade.model_copy(update={"values": values})
    dimensions = contract.dimensions | {"grade": words}
    changes = {"id": f"{contract.id}_older"[:64], "dimensions": dimensions}
    yield contract.model_copy(update=changes)


def derived(entry: Entry) -> Contract:
    """A table with a row per school, headed by the titles that the catalogue file gives."""
    alone = len(entry.measures) == 1
    figures = tuple(_figures(one, bare=_is_told_by_values(one, entry)) for one in entry.measures)
    sums = tuple(_sums(measure, alone=alone) for measure in entry.measures)
    return Contract(
        id=f"own_{entry.id}"[:64],
        source=entry.source_id,
        title_th=entry.title_th,
        title_en=entry.title_en,
        reported_th=entry.metadata.data_source_th,
        fields=(*_school_fields(), *_text_fields(entry)),
        figures=figures,
        sums=tuple(one for one in sums if one.headers),
        ignored=("ลำดับ", "ลำดับที่", "ที่", "no"),
        dimensions={dimension.name: _words(dimension) for dimension in entry.dimensions},
        derived=True,
    )


def _school_fields() -> tuple[FieldSpec, ...]:
    listed = _shipped("school_list")
    names = ("school_code", "school_name", "district", "subdistrict", "province", "school_group")
    return tuple(one for one in listed.fields if one.name in names)


@lru_cache(maxsize=4)
def _shipped(name: str) -> Contract:
    said = tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8"))
    return Contract.model_validate(said)


def _text_fields(entry: Entry) -> Iterator[FieldSpec]:
    """The texts that its tables show, by name and titles of the dictionary."""
    from mailproc.datasets.shape import ColumnSpec

    def texts(specs: tuple[ColumnSpec, ...]) -> Iterator[str]:
        for spec in specs:
            yield from texts(spec.columns)
            if spec.text:
                yield spec.text

    for name in dict.fromkeys(name for table in entry.tables for name in texts(table.columns)):
        line = entry.line(name)
        titles = (line.title_th, line.title_en) if line else ()
        yield FieldSpec(name=name, headers=tuple(dict.fromkeys((*titles, name))))


def _is_told_by_values(measure: Measure, entry: Entry) -> bool:
    """Whether «รถตู้ ชาย» can mean this measure alone: no other is counted by as much."""
    others = (other for other in entry.measures if other.name != measure.name)
    return not any(set(measure.dimensions) <= set(other.dimensions) for other in others)


def _figures(measure: Measure, *, bare: bool) -> Figures:
    return Figures(
        measure=measure.name,
        dimensions=measure.dimensions,
        headers=_headers(measure, measure.dimensions, bare=bare),
        units=(measure.unit_th,) if measure.unit_th else (),
        most=1_000_000_000,
        decimals=measure.decimals,
    )


def _headers(measure: Measure, names: tuple[str, ...], *, bare: bool) -> tuple[str, ...]:
    titles = (measure.title_th, measure.title_en, measure.name)
    if not names:
        return titles
    values = " ".join(f"{{{name}}}" for name in names)
    back = " ".join(f"{{{name}}}" for name in reversed(names))
    of_title = [f"{title} {one}" for title in titles for one in (values, back)]
    after = [f"{one} {title}" for title in titles for one in (values, back)]
    return tuple(dict.fromkeys((*of_title, *after, *((values, back) if bare else ()))))


def _sums(measure: Measure, *, alone: bool) -> Sums:
    """«รวม», and «รวม …» for each value of one dimension."""
    if measure.decimals or not measure.dimensions:
        return Sums.model_construct(measure=measure.name, headers=())
    totals = [f"{measure.title_th} รวม", f"รวม{measure.title_th}"]
    totals += ["รวม", "รวมทั้งหมด", "รวมทั้งสิ้น", "Total"] if alone else []
    for name in measure.dimensions if alone else ():
        totals += [f"รวม {{{name}}}", f"{{{name}}} รวม", f"{{{name}}}"]
    return Sums(measure=measure.name, headers=tuple(totals))


def _words(dimension: Dimension) -> Words:
    said = _common().get(dimension.name, {}).get("values", {})
    values = {
        one.code: tuple(
            dict.fromkeys(
                (
                    one.th,
                    one.en,
                    one.code,
                    *dimension.words.get(one.code, ()),
                    *said.get(one.code, ()),
                )
            )
        )
        for one in dimension.values
    }
    sets = tuple(
        Set(words=(one.th, one.en, *dimension.words.get(one.code, ())), values=one.values)
        for one in dimension.groups
    )
    return Words(values=values, sets=sets)
