"""The shape of a catalogue file, and its faults in words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from mailproc.datasets import consistency, standard
from mailproc.datasets.shape import (
    Checked,
    DictionaryLine,
    Dimension,
    Having,
    Identifier,
    Level,
    Measure,
    ReadyFile,
    TableSpec,
    Text,
)

# The choices of the template for agencies, as its CKAN extension spells them (ckanext-thai_gdc,
# ckan_dataset.json).
Objective = Literal[
    "ยุทธศาสตร์ชาติ",
    "แผนพัฒนาเศรษฐกิจและสังคมแห่งชาติ",
    "แผนความมั่นคงแห่งชาติ",
    "แผนแม่บทภายใต้ยุทธศาสตร์ชาติ",
    "แผนปฏิรูปประเทศ",
    "แผนระดับที่ 3 (มติครม. 4 ธ.ค. 2560)",
    "นโยบายรัฐบาล/ข้อสั่งการนายกรัฐมนตรี",
    "มติคณะรัฐมนตรี",
    "เพื่อการให้บริการประชาชน",
    "กฎหมายที่เกี่ยวข้อง",
    "พันธกิจหน่วยงาน",
    "ดัชนี/ตัวชี้วัดระดับนานาชาติ",
]
License = Literal[
    "License not specified",
    "Creative Commons Attributions",
    "Creative Commons Attribution Share-Alike",
    "Creative Commons Non-Commercial (Any)",
    "Open Data Common",
]


class SmallCells(Checked):
    """How small counts are treated. Plain headcounts are public and shown whole."""

    policy: Literal["none", "suppress"] = "none"
    threshold: int = Field(default=5, ge=2)  # counts from 1 up to below it are hidden
    reason_th: str = ""
    reason_en: str = ""


class Metadata(Checked):
    """What the Thai government data catalogue asks for besides the head of the file."""

    data_type: Literal["record", "statistics", "geospatial", "multi", "other"] = "statistics"
    keywords: tuple[Text, ...] = ()
    objectives: tuple[Objective, ...] = ("พันธกิจหน่วยงาน",)  # of the template's list
    objective_th: Text = "เพื่อการบริหารและการวางแผนการศึกษา"  # beside them, in own words
    geo_coverage: Text = "เขตพื้นที่การศึกษา"  # of the template's list, or in own words
    data_source_th: Text = "สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน"
    category: Literal["public", "private", "secret", "security"] = "public"  # governance class
    license: License = "Open Data Common"


class Years(Checked):
    """How many academic years one table spans: at most and at least."""

    most: int = Field(default=1, ge=1, le=20)
    least: int = Field(default=1, ge=1, le=20)


class Entry(Checked):
    """One catalogue file."""

    id: Identifier
    kind: Literal["query", "file"] = "query"
    title_th: Text
    title_en: Text
    names: tuple[Text, ...] = ()
    description_th: Text
    description_en: Text
    source: str = ""  # whose rounds it is a view of; its own id where nothing is said
    levels: tuple[Level, ...] = Field(
        default=("area",), min_length=1
    )  # the first is taken where none is asked for
    formats: tuple[Literal["xlsx", "csv", "pdf"], ...] = Field(min_length=1)
    sensitivity: Literal["open", "internal", "personal", "special"]
    who_may_ask: Literal["anyone", "roster"] = "anyone"
    public_version: str = ""  # id of the dataset that others are offered in its place
    needs_approval: bool = True
    update_days: int = Field(default=0, ge=0)  # a round older than this is overdue; 0: no rhythm
    example: bool = False  # a contract: its shipped figures are made up and never offered
    files: tuple[ReadyFile, ...] = ()  # of kind «file»
    filters_th: tuple[Text, ...] = ()
    filters_en: tuple[Text, ...] = ()
    years: Years = Years()
    scales: tuple[Identifier, ...] = ("obec4",)  # of school sizes; the first unless asked
    metadata: Metadata = Metadata()
    small_cells: SmallCells = SmallCells()
    having: Having | None = None
    dimensions: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    tables: tuple[TableSpec, ...] = ()
    columns: tuple[DictionaryLine, ...] = ()

    @property
    def source_id(self) -> str:
        return self.source or self.id

    def dimension(self, name: str) -> Dimension | None:
        """The dimension of this name, or the one whose groups are called so."""
        return next((d for d in self.dimensions if name in (d.name, d.grouped)), None)

    def measure(self, name: str) -> Measure | None:
        return next((m for m in self.measures if m.name == name), None)

    def table(self, level: str) -> TableSpec:
        return next(table for table in self.tables if level in table.levels)

    def line(self, name: str) -> DictionaryLine | None:
        own = next((line for line in self.columns if line.name == name), None)
        return own or standard.columns().get(name)


def check(path: Path, content: bytes, faults: list[str]) -> Entry | None:
    """The entry, or None with its faults appended, each as «file: key: what is wrong»."""
    try:
        entry = Entry.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            key = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{path}: {key}: {fault['msg']}")
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: not a TOML file in UTF-8: {error}")
        return None
    entry = entry.model_copy(update={"dimensions": tuple(map(_whole, entry.dimensions))})
    wrong = consistency.faults(entry, path.parent)
    found = [f"{path}: {key}: {what}" for key, what in wrong]
    faults += found
    return None if found else entry


def _whole(dimension: Dimension) -> Dimension:
    """The standard dimension of the name where the file gives no values; its own keys win."""
    known = standard.dimensions().get(dimension.name)
    if dimension.values or known is None:
        return dimension
    own = {name: getattr(dimension, name) for name in dimension.model_fields_set}
    return known.model_copy(update=own)
