"""A catalogue entry as the Thai government data catalogue (GD Catalog) describes datasets.

Keys, choices and what is mandatory are those of the CKAN extension that its sites run
(ckanext-thai_gdc, ckan_dataset.json): 14 things, the unit and number of the update rhythm as one.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproc.datasets.entry import Entry
from mailproc.datasets.texts import group

# Days between updates, at most -> unit and interval of the template.
_FORMATS = {"xlsx": "XLS"}  # the template knows one word for workbooks
_COVERAGES = frozenset(
    "ไม่มี โลก ทวีป/กลุ่มประเทศในทวีป กลุ่มประเทศทางเศรษฐกิจ ประเทศ ภาค จังหวัด อำเภอ ตำบล หมู่บ้าน เทศบาล/อบต. "
    "พิกัด ไม่ทราบ".split()
)
_RHYTHMS = ((1, "day", 1), (7, "week", 1), (31, "month", 1), (100, "quarter", 1), (200, "half", 1))


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the datasets of the office."""

    organisation: str
    contact: str
    email: str


def catalogue_export(entry: Entry, owner: Owner) -> dict[str, object]:
    """The mandatory fields, ready for CKAN's package_create, and `name`, which tells it apart.

    What is in no list of the template goes as «อื่นๆ» with the words beside it.
    """
    about, words = entry.metadata, group("metadata")
    unit, interval = _rhythm(entry.update_days)
    return {
        "name": entry.id.replace("_", "-"),
        "data_type": words[f"type_{about.data_type}"],
        "title": entry.title_th,
        "owner_org": owner.organisation,
        "maintainer": owner.contact,
        "maintainer_email": owner.email,
        "tag_string": ",".join(about.keywords or entry.names[:5] or (entry.title_th,)),
        "notes": entry.description_th,
        "objective": [*about.objectives, words["other"]],
        "objective_other": about.objective_th,
        "update_frequency_unit": words[f"unit_{unit}"],
        "update_frequency_interval": str(interval),
        **_coverage(about.geo_coverage, words["other"]),
        "data_source": about.data_source_th,
        "data_format": list(dict.fromkeys(_FORMATS.get(f, f.upper()) for f in entry.formats)),
        "data_category": words[f"category_{about.category}"],
        "license_id": about.license,
    }


def _coverage(said: str, other: str) -> dict[str, object]:
    if said in _COVERAGES:
        return {"geo_coverage": said}
    return {"geo_coverage": other, "geo_coverage_other": said}


def _rhythm(days: int) -> tuple[str, int]:
    """Unit, and how often in it."""
    if not days:
        return "none", 0
    found = ((unit, interval) for most, unit, interval in _RHYTHMS if days <= most)
    return next(found, ("year", 1))
