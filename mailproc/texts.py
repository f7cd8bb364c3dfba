"""Words and templates that people read, from plain files; an office's own folder wins.

A folder holds `texts/{th,en}.toml`, `mail/` and `web/`. Templates run in Jinja's sandbox with
autoescape for HTML; a name that is not given is an error, never an empty place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailproc.defang import Shown, defang_address
from mailproc.errors import ConfigError
from mailproc.model import Office
from mailproc.thai import date_time, long_date

LANGUAGES = ("th", "en")
# What templates call each section of the text files: `{{ level_name(item.level) }}`.
_NAMES = {
    "field_label": "fields",
    "field_hint": "hints",
    "problem_text": "problems",
    "renewed_text": "renewed",
    "level_name": "levels",
    "state_name": "states",
    "format_name": "formats",
    "delivery_name": "deliveries",
    "requester_type_name": "requester_types",
    "sensitivity_name": "sensitivities",
    "suppression_name": "suppressions",
    "trust_name": "trust",
    "wait_name": "waits",
    "command_word": "commands",
    "refused_file": "refused_files",
}
_NOWRAP = {
    "mail": Markup('<span style="white-space:nowrap">{}</span>'),
    "web": Markup('<span class="phone">{}</span>'),
    "print": Markup('<span class="phone">{}</span>'),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of one language, by section and key."""

    language: str
    sections: Mapping[str, Mapping[str, Any]]

    def get(self, section: str, key: object) -> str:
        """The words for a key; a key that the files don't know is shown as it is."""
        if key is None:
            return ""
        return str(self.sections.get(section, {}).get(str(key), key))

    def reason(self, code: object) -> str:
        """The words for a reason that was recorded as a code; words of people stay as they are.

        A code may end in what differs each time: «prepare_OperationalError», «build: too slow».
        """
        said = "" if code is None else str(code)
        if said in self.sections.get("reasons", {}):
            return self.get("reasons", said)
        for start, words in self.sections.get("reason_starts", {}).items():
            if said.startswith(start):
                return str(words).replace("{rest}", self.reason(said[len(start) :].strip()))
        return said


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with a short way for our own nouns, which have no methods to misuse."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, Shown | Office):
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Plain where it can be: every context copies them, and Jinja's ChainMap is slow at it."""
        return self.globals if d is None else super().make_globals(d)


class Compiled(BytecodeCache):
    """Templates as code: in a child that gets them from its parent they are not compiled again.

    Jinja works some expressions out ahead, with the words and the escaping of the environment.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, bool, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get(_compiled_key(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        # A new dict each time: another thread may be handing the old one to a child.
        self._code = {**self._code, _compiled_key(bucket): bucket.bytecode_to_string()}


def _compiled_key(bucket: Bucket) -> tuple[str, bool, str]:
    env = bucket.environment
    return str(env.globals["language"]), bool(env.autoescape), bucket.key


def load_texts(folders: tuple[Path, ...], language: str) -> Texts:
    """The words of all folders, the first folder winning key by key.

    Raises ConfigError where a file can't be read or no folder has the language.
    """
    sections: dict[str, dict[str, Any]] = {}
    for folder in reversed(folders):
        for name, section in _read(folder / "texts" / f"{language}.toml").items():
            sections.setdefault(name, {}).update(section)
    if not sections:
        raise ConfigError([f"no texts/{language}.toml in {', '.join(map(str, folders))}"])
    return Texts(language, sections)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = path.stat()
        return _parsed(path, found.st_mtime_ns, found.st_size, found.st_ino)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError([f"{path}: {error}"]) from error


@lru_cache(maxsize=8)
def _parsed(path: Path, *_version: int) -> dict[str, dict[str, Any]]:
    """The file once for each of its versions; some 20 ms, and a start asks for it many times."""
    with path.open("rb") as file:
        return tomllib.load(file)


def environment(
    folders: tuple[Path, ...],
    part: str,
    texts: Texts,
    office: Office,
    *,
    html: bool,
    compiled: Compiled | None = None,
) -> Sandbox:
    """Compiled-once templates of `part` («mail», «web» or «print») in one language."""
    loader = FileSystemLoader([folder / part for folder in folders])
    env = Sandbox(
        loader=loader,
        autoescape=html,
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=compiled,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(_filters(texts, office.timezone))
    office = _in_language(office, texts.language)
    shown = _unbroken(office, _NOWRAP[part]) if html else office
    env.globals.update(office=shown, language=texts.language, **_office_words(texts, office))
    env.globals["reason_text"] = env.filters["reason_text"] = texts.reason
    for name, section in _NAMES.items():
        env.globals[name] = env.filters[name] = partial(texts.get, section)
    return env


def template_faults(env: Sandbox, ending: str) -> list[str]:
    """What is wrong with the templates of that ending, one line each; empty when none is."""
    faults = []
    for name in env.list_templates(filter_func=lambda name: name.endswith(ending)):
        try:
            env.get_template(name)
        except TemplateError as error:
            faults.append(f"{name}: {error}")
    return faults


def _in_language(office: Office, language: str) -> Office:
    """The office with the group to call, where no officer is known, by its name of the language."""
    nobody = office.officer_name == office.group_th
    return replace(office, officer_name=office.group_en) if nobody and language == "en" else office


def _unbroken(office: Office, nowrap: Markup) -> Office:
    """The office with telephone numbers that no line break tears apart."""
    phones = (office.phone, office.officer_phone)
    phone, officer_phone = (nowrap.format(number) if number else "" for number in phones)
    return replace(office, phone=phone, officer_phone=officer_phone)


def _office_words(texts: Texts, office: Office) -> dict[str, Any]:
    thai = texts.language == "th"
    fill = {"{office}": office.name_th if thai else office.name_en}
    fill |= {"{group}": office.group_th if thai else office.group_en}
    fill |= {"{phone}": office.phone, "{address}": office.address}

    def notice(key: str) -> str:
        text = texts.get("notices", key)
        for place, value in fill.items():
            text = text.replace(place, value)
        return text

    return {
        "texts": texts.sections,
        "notice": notice,
        "office_name": fill["{office}"],
        "group_name": fill["{group}"],
        "privacy": (office.privacy_th if thai else office.privacy_en) or notice("privacy"),
    }


def _filters(texts: Texts, timezone: str) -> dict[str, Callable[..., Any]]:
    def moment(when: datetime) -> str:
        return date_time(when, timezone, texts.language)

    def day(iso: str | date) -> str:
        """A date in words; what is no date is shown as it is."""
        try:
            when = date.fromisoformat(iso) if isinstance(iso, str) else iso
        except ValueError:
            return str(iso)
        return long_date(when, texts.language)

    def stated(known: dict[str, str | None], left_out: tuple[str, ...]) -> list[tuple[str, str]]:
        """Rows for `facts`: label and value of each field that has one."""
        return [
            (texts.get("fields", name), value)
            for name, value in known.items()
            if value and name not in left_out
        ]

    def last_day(when: datetime) -> str:
        """The last day before the moment, in words: of what ends at midnight the day before."""
        before = when - timedelta(microseconds=1)
        return long_date(before.astimezone(ZoneInfo(timezone)).date(), texts.language)

    def date_of(when: datetime) -> str:
        return long_date(when.astimezone(ZoneInfo(timezone)).date(), texts.language)

    return {
        "stated": stated,
        "moment": moment,
        "last_day": last_day,
        "date_of": date_of,
        "day": day,
        "number": _number,
        "size": _size,
        "squash": _squash,
        "address": defang_address,
    }


def _number(value: int) -> str:
    return f"{value:,}"


def _size(octets: int) -> str:
    big = octets >= 1_000_000
    return f"{octets / 1_000_000:.1f}\u00a0MB" if big else f"{octets / 1000:.0f}\u00a0KB"


def _squash(text: str) -> str:
    """One line; keeps the type, so that escaped text is not escaped twice."""
    return type(text)(" ".join(text.split()))
