"""What every office of a test begins with, made once in a process: a migrated database, the shipped
figures, the words of the pages. Each test gets its own copy of what can be written to.
"""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from mailproc import office as offices
from mailproc.config import Config
from mailproc.datasets.importer import load_sample
from mailproc.model import Catalogue, Office
from mailproc.store import people
from mailproc.store.database import Database
from mailproc.web.render import Pages
from tests.quick_codes import COST


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mailproc-ready-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def migrated(file: Path) -> str:
    """Puts a migrated database there; gives its URL."""
    return _copied(file, "store.sqlite", _migrate)


def figures(file: Path, now: datetime) -> str:
    """Puts a warehouse there with the shipped figures, loaded at `now`; gives its URL."""
    return _copied(file, f"figures-{now:%s}.sqlite", lambda url: load_sample(url, now))


def _copied(file: Path, name: str, make: Callable[[str], None]) -> str:
    ready = _folder() / name
    if not ready.exists():
        _make(ready, make)
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ready, file)
    return f"sqlite:///{file}"


def _make(ready: Path, make: Callable[[str], None]) -> None:
    """All in one file, whoever still has the one that it was made in open."""
    draft = ready.with_suffix(".draft")
    make(f"sqlite:///{draft}")
    with closing(sqlite3.connect(draft)) as source, closing(sqlite3.connect(ready)) as target:
        source.backup(target)


def _migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    database.close()


# ---------------------------------------------------------------- an office with figures


_catalogues: dict[str, Catalogue] = {}
_pages: dict[str, Pages] = {}


def settle(config: Config, now: datetime) -> Database:
    """The migrated database of these settings, and the figures; what is a file is a copy."""
    if not config.store.database_url:
        migrated(config.state / "mailproc.sqlite")
    if config.datasets.load_sample and not config.datasets.warehouse_url:
        figures(config.state / "warehouse.sqlite", now)
    return offices.open_database(config)


def catalogue(config: Config, now: datetime) -> Catalogue:
    """The catalogue of the shipped figures, read once for equal settings."""
    key = f"{config.catalogue_folder} {config.datasets!r} {now}"
    if key not in _catalogues:
        _catalogues[key] = offices.read_catalogue(config, now)
    return _catalogues[key]


def pages(office: Office, config: Config, of: Catalogue) -> Pages:
    """Pages whose templates are compiled once for equal words; never to be renewed."""
    key = f"{office!r} {config.template_folders} {id(of)}"
    if key not in _pages:
        _pages[key] = Pages(office, config.template_folders, of)
    return _pages[key]


# ---------------------------------------------------------------- codes


REAL_COST = people.CODE_COST


@contextmanager
def quick_codes() -> Iterator[None]:
    """Codes whose digest takes no time; tests/store/test_people.py holds what it really takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "CODE_COST", COST)
        yield
