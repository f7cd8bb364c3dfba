"""The monthly table: counted from the store, as a workbook and as plain values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailproc.datasets.output.report import write
from mailproc.model import Catalogue, Office, Rules
from mailproc.months.layout import Layout
from mailproc.promise import monthly
from mailproc.promise.month import Month
from mailproc.promise.monthly import MANUAL, Report
from mailproc.store import monthly as stored
from mailproc.texts import Texts


def read(
    connection: sa.Connection, month: Month, rules: Rules, promise: timedelta, now: datetime
) -> Report:
    """The figures of a month, or of so much of it as is over; empty where it is still to come."""
    since, until = month.span(rules.timezone)
    upto = max(since, min(until, now))
    return monthly.count(
        stored.cases(connection, since, upto, rules.catalogue),
        stored.decided(connection, since, upto),
        (since, upto),
        rules,
        _limits(promise),
    )


def _limits(promise: timedelta) -> tuple[timedelta, ...]:
    """Those of the manual, and the office's own where that is another."""
    return tuple(sorted({*MANUAL, promise}))


def filename(month: Month) -> str:
    return f"mailproc_{month.buddhist}.xlsx"


def as_json(report: Report, month: Month) -> dict[str, Any]:
    """The report as plain values: times in seconds."""
    plain = asdict(report) | {"month": month.iso}
    plain["decided"] = [
        {"role": role, "via": via, "verdicts": counts} for role, via, counts in report.decided
    ]
    plain["grounds"] = dict(report.grounds)
    plain["asked"] = dict(zip(("requests", "times"), report.asked, strict=True))
    plain["times"]["within"] = [one._asdict() for one in report.times.within]
    found: dict[str, Any] = _plain(plain)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def workbook(
    report: Report, month: Month, texts: Texts, office: Office, catalogue: Catalogue, now: datetime
) -> bytes:
    """The report as XLSX, with charts."""
    return write(Layout(report, texts, office, catalogue).book(month, now))
