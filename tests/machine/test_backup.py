"""A backup holds the whole office, opens with the paper's key alone, and is whole or not there."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailproc.errors import MailprocError
from mailproc.machine import backup, sealed, snapshot
from mailproc.store import facts, requests, schema
from mailproc.store.database import Database, known_revisions
from tests.conftest import Server
from tests.factories import NOW
from tests.machine.conftest import Office


def _unpacked(file: Path, secret: str, folder: Path) -> sealed.Manifest:
    def keep(name: str, content: object) -> None:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.read())  # type: ignore[attr-defined]

    with file.open("rb") as stream:
        return sealed.read(stream, secret, keep)


def test_all_of_the_office_is_in_it(office: Office, tmp_path: Path) -> None:
    made = office.backup()
    assert made.file.stat().st_mode & 0o777 == 0o600
    manifest = _unpacked(made.file, office.secret, tmp_path / "out")
    names = {member.name for member in manifest.members}
    assert names >= {
        "store.sqlite",
        "warehouse.sqlite",
        "settings/mailproc.toml",
        "secret/links.key",
        "secret/pepper.key",
        "secret/backup.pub",
        "roster",
        "templates/mail/footer.th.j2",
    }
    assert (manifest.address, manifest.left_out) == ("data@example.org", ())
    copy = sqlite3.connect(tmp_path / "out" / "store.sqlite")
    assert copy.execute("SELECT count(*) FROM requests").fetchone() == (1,)
    copy.close()
    last = backup.last(office.config)
    assert last is not None
    assert (last.file, last.made_at) == (made.file, NOW)


def test_nothing_in_it_can_be_read_without_the_key(office: Office) -> None:
    content = office.backup().file.read_bytes()
    assert b"data@example.org" not in content
    assert b"SQLite" not in content
    with pytest.raises(MailprocError) as refused, office.backup().file.open("rb") as stream:
        sealed.read(stream, sealed.new_key()[0])
    assert refused.value.key == "backup_unreadable"


@pytest.mark.parametrize("at", [200, 0.5, 0.999])
def test_a_changed_byte_or_a_lost_end_is_found(office: Office, tmp_path: Path, at: float) -> None:
    content = office.backup().file.read_bytes()
    place = int(at) or int(len(content) * at)
    flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    for damaged in (flipped, content[:place]):
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(MailprocError), (tmp_path / "damaged").open("rb") as stream:
            sealed.read(stream, office.secret)


def test_it_is_one_moment_while_others_write(office: Office, tmp_path: Path) -> None:
    """Every request that is in it has its history, however busy the daemon was."""
    ready, done = threading.Event(), threading.Event()

    def work() -> None:
        while not done.is_set():
            office.walk.prepared()
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(10)
        made = office.backup()
    finally:
        done.set()
        thread.join()
    _unpacked(made.file, office.secret, tmp_path)
    copy = sqlite3.connect(tmp_path / "store.sqlite")
    torn = "SELECT count(*) FROM requests r WHERE version <> (SELECT count(*) FROM history h "
    assert copy.execute(f"{torn} WHERE h.request_id = r.id)").fetchone() == (0,)
    assert copy.execute("SELECT count(*) FROM requests").fetchone()[0] > 1
    copy.close()


def test_a_full_disk_leaves_nothing_half_made_and_the_last_good_one(office: Office) -> None:
    good = office.backup()
    (office.file.parent / "own" / "photo").write_bytes(os.urandom(3_000_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))  # as a disk that takes no more
    try:
        with pytest.raises(MailprocError) as refused:
            backup.make(
                office.config, office.file, office.config.backup_folder, NOW.replace(year=2027)
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.key == "backup_unwritable"
    assert list(office.config.backup_folder.iterdir()) == [good.file]
    assert not list(office.config.state.glob(".backup-*"))
    assert json.loads((office.config.state / "backup.json").read_text())["file"] == str(good.file)


def test_what_an_ended_process_left_is_removed(office: Office) -> None:
    folder = office.config.backup_folder
    folder.mkdir()
    (folder / ".mailproc-20260101T000000Z.age.part").write_bytes(b"half")
    (office.config.state / ".backup-x").mkdir()
    (office.config.state / ".backup-x" / "store.sqlite").write_bytes(b"in clear")
    made = office.backup()
    assert list(folder.iterdir()) == [made.file]
    assert not list(office.config.state.glob(".backup-*"))


def test_a_damaged_database_is_said_and_not_backed_up(office: Office) -> None:
    file = office.config.state / "mailproc.sqlite"
    office.walk.database.close()
    content = bytearray(file.read_bytes())
    for page in range(4096 * 3, len(content) - 4096, 4096 * 4):
        content[page : page + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    with pytest.raises(MailprocError) as refused:
        office.backup()
    assert refused.value.key == "backup_unsound"
    assert not list(office.config.backup_folder.glob("*"))


def test_a_second_key_never_takes_the_place_of_the_first(office: Office) -> None:
    with pytest.raises(MailprocError) as refused:
        backup.begin(office.config, sealed.new_key()[1])
    assert refused.value.key == "backup_has_key"
    assert backup.recipient(office.config) == sealed.public_of(office.secret)


def test_the_key_may_be_typed_from_paper(office: Office) -> None:
    grouped = " ".join(office.secret.lower()[at : at + 6] for at in range(0, 74, 6))
    assert sealed.public_of(grouped) == sealed.public_of(office.secret)
    with pytest.raises(MailprocError) as refused:
        sealed.public_of(office.secret[:-1] + ("P" if office.secret.endswith("Q") else "Q"))
    assert refused.value.key == "backup_key_wrong"


def test_a_database_of_another_kind_is_copied_as_one_moment(
    office: Office, empty_url: str, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
    snapshot.of_store(office.config.database_url, first)
    assert snapshot.is_empty(empty_url)
    snapshot.fill_store(first, empty_url)
    assert not snapshot.is_empty(empty_url)
    snapshot.of_store(empty_url, second)
    found = [_dump(file) for file in (first, second)]
    assert found[0] == found[1]
    database = Database(empty_url)
    with database.read() as connection:
        assert len(requests.listed(connection)) == 1
    database.close()


def test_a_database_of_before_an_upgrade_is_copied_as_it_is(empty_url: str, tmp_path: Path) -> None:
    """`git pull` and then `upgrade`: its backup is made by the program that is new already."""
    before = sorted(known_revisions())[-2]
    database, file = Database(empty_url), tmp_path / "copy.sqlite"
    database.migrate(before)
    with database.write() as connection:
        connection.execute(sa.text("INSERT INTO facts (name, value) VALUES ('one', 'fact')"))
    database.close()
    snapshot.of_store(empty_url, file)
    copy = Database(f"sqlite:///{file}")
    assert copy.revision() == before
    copy.migrate()
    with copy.read() as connection:
        assert facts.get(connection, "one") == "fact"
    copy.close()


def test_a_database_of_a_newer_program_is_not_copied(postgres: Server, tmp_path: Path) -> None:
    url = postgres.new()
    database = Database(url)
    database.migrate()
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(MailprocError) as refused:
        snapshot.of_store(url, tmp_path / "copy.sqlite")
    assert refused.value.key == "backup_other_revision"
    postgres.drop(url)


def _dump(file: Path) -> dict[str, list[str]]:
    """The rows of every table."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        found = {
            table.name: sorted(str(row) for row in connection.execute(sa.select(table)))
            for table in schema.metadata.sorted_tables
        }
    engine.dispose()
    return found
