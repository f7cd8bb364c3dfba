"""A catalogue entry as the Thai government data catalogue (GD Catalog) describes datasets.

The 14 mandatory fields and their Thai names are those of its template for agencies; the keys are
the field names of the CKAN extension that its sites run (docs/datasets.md says what was checked).
"""

from __future__ import annotations

from dataclasses import dataclass

from mailproc.datasets.entry import Entry
from mailproc.datasets.texts import group

# Days between updates, at most -> unit and interval of the template.
_RHYTHMS = ((1, "day", 1), (7, "week", 1), (31, "month", 1), (100, "quarter", 1), (200, "half", 1))


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the datasets of the office."""

    organisation: str
    contact: str
    email: str


def catalogue_export(entry: Entry, owner: Owner) -> dict[str, object]:
    """The 14 mandatory fields, ready for JSON, and what tells the dataset apart (`name`)."""
    about, words = entry.metadata, group("metadata")
    unit, interval = _rhythm(entry.update_days)
    return {
        "name": entry.id.replace("_", "-"),
        "data_type": words[f"type_{about.data_type}"],
        "title": entry.title_th,
        "owner_org": owner.organisation,
        "maintainer": owner.contact,
        "maintainer_email": owner.email,
        "tag_string": list(about.keywords or entry.names[:5] or (entry.title_th,)),
        "notes": entry.description_th,
        "objective": about.objective_th,
        "update_frequency_unit": words[f"unit_{unit}"],
        "update_frequency_interval": interval,
        "geo_coverage": about.geo_coverage,
        "data_source": about.data_source_th,
        "data_format": [form.upper() for form in entry.formats],
        "data_category": words[f"category_{about.category}"],
        "license_id": about.license,
    }


def _rhythm(days: int) -> tuple[str, int]:
    if not days:
        return "none", 0
    found = ((unit, interval) for most, unit, interval in _RHYTHMS if days <= most)
    return next(found, ("year", 1))
