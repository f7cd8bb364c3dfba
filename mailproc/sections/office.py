"""The office itself: who it is, its data, its habits, and how long it keeps what."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator

from mailproc.model import Calendar
from mailproc.sections.base import Days, Hours, Section

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class OfficeSection(Section):
    """Who the office is, as its mails say it."""

    name_th: str
    name_en: str = ""
    group_th: str = "กลุ่มนโยบายและแผน"
    group_en: str = "Policy and Planning Group"
    address: str
    phone: str
    timezone: str = "Asia/Bangkok"
    number_year: Literal["calendar", "fiscal"] = "calendar"
    promise_minutes: Annotated[int, Field(ge=1)] = 10
    holidays: tuple[date, ...] = ()  # besides the public ones, which are known
    workdays: tuple[date, ...] = ()  # public holidays on which this office works
    privacy_th: str = ""
    privacy_en: str = ""
    language: Literal["th", "en"] = "th"  # of its own people: their mails and pages
    morning: str = "08:00"  # when officers get the list of what waits; empty: never

    @property
    def morning_at(self) -> time | None:
        return time.fromisoformat(self.morning) if self.morning else None

    @field_validator("morning")
    @classmethod
    def _an_hour(cls, text: str) -> str:
        if text and not _CLOCK.fullmatch(text):
            raise ValueError(
                f'{text!r} is no time of day; write for example "08:00", or "" for none'
            )
        return text

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except Exception:
            raise ValueError(f"{name!r} is no time zone; for Thailand use Asia/Bangkok") from None
        return name

    @field_validator("address")
    @classmethod
    def _one_address(cls, address: str) -> str:
        if address.count("@") != 1 or " " in address:
            raise ValueError("write exactly one e-mail address")
        return address


class StoreSection(Section):
    state: str = "state"
    database_url: str = ""
    min_free_mb: Annotated[int, Field(ge=20)] = 200  # with less, no new mail is taken in


class RetentionSection(Section):
    """After how many days what is erased; see docs/retention.md. Counts and the chain stay."""

    raw_mail: Days = 365  # mails as they came, from their verdict
    files: Days = 180  # what was generated
    letters: Days = 365  # what we wrote
    requests: Days = 3650  # who asked, in what words, from the end of the request
    papers: Days = 3650  # signed forms and decisions on paper
    handovers: Days = 3650  # who took it
    opens: Days = 365  # from where a link was opened
    sessions: Days = 90  # at the desk, from their end
    people_log: Days = 3650  # what happened to roles, codes and devices

    def days(self) -> dict[str, int]:
        """Days by class."""
        return dict(self)


class WorkflowSection(Section):
    hold_seconds: Annotated[int, Field(ge=0)] = 60
    ask_limit: Annotated[int, Field(ge=1)] = 3
    silent_days: Days = 30
    same_days: Annotated[int, Field(ge=0)] = 7
    remind_hours: Hours = 24  # in office hours, and at most once a day
    officer_checks: Literal["exceptions", "all"] = "exceptions"


# 29 February is no day that every year has.
MonthDay = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])$|"
        r"^(?:0[469]|11)-(?:0[1-9]|[12]\d|30)$|^02-(?:0[1-9]|1\d|2[0-8])$"
    ),
]
YearRound = Annotated[str, StringConstraints(pattern=r"^25\d\d/[123]$")]


class DatasetsSection(Section):
    catalogue: str = ""
    warehouse_url: str = ""
    load_sample: bool = True
    drop: str = ""  # a folder whose files are imported
    drop_opens: bool = False  # rounds from it are open at once where there is nothing to look at
    count_also: tuple[str, ...] = ()  # sources to be counted from lists of pupils besides
    round_dates: dict[Literal["1", "2", "3"], MonthDay] = Field(
        default={"1": "06-10", "2": "11-10", "3": "03-31"}
    )
    moved_rounds: dict[YearRound, date] = Field(default={})

    def calendar(self) -> Calendar:
        """When the figures of each round are collected."""
        days = sorted(self.round_dates.items())
        moved = sorted(self.moved_rounds.items())
        return Calendar(
            rounds=tuple((int(n), int(day[:2]), int(day[3:])) for n, day in days),
            moved=tuple((int(key[:4]), int(key[5:]), day.isoformat()) for key, day in moved),
        )


class TemplatesSection(Section):
    folder: str = ""


class BackupSection(Section):
    """Where backups go, how many stay, and how old the newest may be."""

    to: str = ""  # a folder, best on another disk; empty: state/backup
    daily: Annotated[int, Field(ge=1)] = 7
    weekly: Annotated[int, Field(ge=0)] = 5
    monthly: Annotated[int, Field(ge=0)] = 12
    alarm_hours: Annotated[int, Field(ge=1)] = 36
