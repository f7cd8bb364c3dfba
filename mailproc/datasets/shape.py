"""The shape of a table as a catalogue file describes it, and as a stored query carries it along."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Level = Literal["area", "district", "group", "school"]
Class = Literal["open", "internal", "personal", "special", "contact"]
Place = Literal["code", "name", "district", "subdistrict", "province", "group", "stages"]


class Checked(BaseModel):
    """Every key is known and no value changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Checked):
    """One value of a dimension."""

    code: Text
    th: Text
    en: Text


class Group(Checked):
    """Values that go together, such as the grades of primary school."""

    code: Text
    th: Text
    en: Text
    values: tuple[Text, ...]


class Dimension(Checked):
    """What a count is broken down by. With a name alone it is the standard one of that name."""

    name: Identifier
    title_th: str = ""
    title_en: str = ""
    values: tuple[Value, ...] = ()
    groups: tuple[Group, ...] = ()
    grouped: str = ""  # the name by which `each` and `rows` mean the groups
    grouped_th: str = ""
    grouped_en: str = ""
    all_th: str = "รวมทั้งหมด"
    all_en: str = "Total"
    some_th: str = "รวมที่ขอ"  # the total where not every value was asked for
    some_en: str = "Total of those asked for"
    filter: bool = True  # whether requesters may narrow by it
    words: dict[str, tuple[Text, ...]] = Field(
        default_factory=dict
    )  # value or group -> other words

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(value.code for value in self.values)

    def group_values(self, code: str) -> tuple[str, ...]:
        return next((group.values for group in self.groups if group.code == code), ())


class Measure(Checked):
    """A figure that is counted or measured at each school."""

    name: Identifier
    title_th: Text
    title_en: Text
    unit_th: str = ""
    unit_en: str = ""
    dimensions: tuple[Identifier, ...] = Field(default=(), max_length=2)
    decimals: int = Field(default=0, ge=0, le=4)  # stored as a whole number of such parts
    mean_over: str = ""  # an average, weighted by this measure when schools are put together


class Band(Checked):
    """One size; `last` is its largest number of pupils, None where it is open."""

    code: Text
    th: Text
    en: Text
    last: int | None = None
    only_if_any: bool = False  # no row of its own where no school is so large


class Scale(Checked):
    name: Identifier
    title_th: Text
    title_en: Text
    bands: tuple[Band, ...]

    def band(self, pupils: int) -> Band:
        return next(b for b in self.bands if b.last is None or pupils <= b.last)


class ColumnSpec(Checked):
    """Columns of a table: one of measure, ratio, percent, school, text, band, count or `columns`,
    repeated for each value of the dimensions named."""

    name: str = ""  # of the dictionary, where it is not that of the measure or attribute
    each: tuple[Identifier, ...] = ()
    totals: bool = False  # and all values together
    subtotals: bool = False  # and each group of values together
    columns: tuple[ColumnSpec, ...] = ()
    measure: str = ""
    ratio: tuple[str, str] | None = None
    percent: tuple[str, str] | None = None
    decimals: int = Field(default=1, ge=0, le=4)  # of ratio and percent
    school: Place | None = None
    text: str = ""
    band: str = ""  # a scale, or «asked» for the one the requester chose
    count: Literal["schools"] | None = None
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    optional: bool = False  # left out where no school has it

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it shows; exactly one in a right file."""
        known = ("columns", "measure", "ratio", "percent", "school", "text", "band", "count")
        return tuple(name for name in known if getattr(self, name))

    @property
    def measures(self) -> tuple[str, ...]:
        return (self.measure,) if self.measure else self.ratio or self.percent or ()

    @property
    def entry(self) -> str:
        """The name of its line in the dictionary."""
        own = {"group": "school_group", "code": "school_code", "name": "school_name"}
        place = own.get(self.school or "", self.school or "")
        said = self.name or self.measure or place or self.text or (self.count or "")
        return said or ("size_band" if self.band else "_per_".join(self.measures))


class Having(Checked):
    """Only schools with so many in all."""

    measure: Identifier
    at_least: int | None = None
    at_most: int | None = None


class TableSpec(Checked):
    """What a row is and which columns follow, at some of the levels."""

    levels: tuple[Level, ...]
    rows: tuple[str, ...] = ("unit",)  # unit, size_band, round, or the name of a dimension
    columns: tuple[ColumnSpec, ...]
    total: bool = True


class ReadyFile(Checked):
    """A file that is sent as it is, and of which year and round it is."""

    file: Text  # beside the TOML file, or in a folder there
    academic_year: int = Field(ge=2400, le=2700)
    round: int = Field(default=1, ge=1, le=3)
    as_of: date
    source_th: str = ""  # where it comes from; that of [metadata] where nothing is said


class DictionaryLine(Checked):
    """One line of the data dictionary."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: Identifier
    title_th: Text
    title_en: Text
    about_th: str = ""
    about_en: str = ""
    type: Literal["text", "code", "number", "date"]
    cls: Class = Field(alias="class")
