"""An office in a folder, with a key for its backups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mailproc.config import Config, load
from mailproc.machine import backup, sealed
from mailproc.office import read_catalogue
from mailproc.store import people
from mailproc.store.database import Database
from tests.factories import NOW
from tests.walk import OFFICER, Walk

SETTINGS = """
[office]
name_th = "สำนักงานตัวอย่าง"
address = "data@example.org"
phone = "0 2000 1234"
[mailbox]
host = "127.0.0.1"
port = 9
tls = "none"
[smtp]
host = "127.0.0.1"
port = 9
tls = "none"
[roster]
file = "roster.txt"
[templates]
folder = "own"
"""


class Office(NamedTuple):
    """Where it lies, and the key on its paper."""

    file: Path
    config: Config
    walk: Walk
    secret: str

    def backup(self, folder: Path | None = None) -> backup.Made:
        return backup.make(self.config, self.file, folder or self.config.backup_folder, NOW)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """With a request before the director, figures, secrets and files of its own."""
    file = tmp_path / "office" / "mailproc.toml"
    file.parent.mkdir()
    file.write_text(SETTINGS, encoding="utf-8")
    (file.parent / "roster.txt").write_text("school.example.org\n", encoding="utf-8")
    (file.parent / "own" / "mail").mkdir(parents=True)
    (file.parent / "own" / "mail" / "footer.th.j2").write_text("ขอบคุณ", encoding="utf-8")
    config = load(file)
    config.secret("links")
    config.secret("pepper")
    read_catalogue(config, NOW)
    secret, public = sealed.new_key()
    backup.begin(config, public)
    database = Database(config.database_url)
    database.migrate()
    with database.write() as connection:
        people.add(connection, OFFICER, NOW)
    walk = Walk(database)
    walk.prepared()
    yield Office(file, config, walk, secret)
    database.close()
