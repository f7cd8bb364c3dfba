"""Files laid into the drop folder, on real files, a real warehouse and a real child process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproc.datasets import warehouse
from mailproc.datasets.catalogue import Loaded, load_entries
from mailproc.datasets.importing import contracts
from mailproc.datasets.importing.facts import Outcome
from mailproc.datasets.importing.reading import Wanted
from mailproc.drops import DropFolder, Habits
from mailproc.model import Calendar
from mailproc.sandbox import Failed, Importer
from tests.datasets.importing.conftest import SCHOOLS, obec, text, xlsx
from tests.datasets.importing.test_persons import ID, SECRET, rows

NOW = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def entries() -> Mapping[str, Loaded]:
    return load_entries(None)


@pytest.fixture(scope="module")
def importer(entries: Mapping[str, Loaded]) -> Iterator[Importer]:
    reader = Importer(contracts.load(entries))
    yield reader
    reader.stop()


class Dropping:
    """A drop folder and its warehouse; the clock is ours."""

    def __init__(
        self,
        folder: Path,
        importer: Importer,
        entries: Mapping[str, Loaded],
        *,
        opens: bool = False,
    ) -> None:
        self.folder = folder / "drop"
        self.folder.mkdir(exist_ok=True)
        self.url = f"sqlite:///{folder / 'w.sqlite'}"
        habits = Habits(self.folder, self.url, Calendar(), "Asia/Bangkok", opens)
        self.drops, self.now = DropFolder(habits, importer, entries), NOW

    def lay(self, name: str, content: bytes) -> Path:
        file = self.folder / name
        file.write_bytes(content)
        os.utime(file, (self.now.timestamp(), self.now.timestamp()))
        return file

    def turn(self, seconds: int = 10) -> int:
        self.now += timedelta(seconds=seconds)
        return self.drops.turn(self.now)

    def report(self, where: str, name: str) -> str:
        return (self.folder / where / f"{name}.txt").read_text("utf-8-sig")


@pytest.fixture
def drop(tmp_path: Path, importer: Importer, entries: Mapping[str, Loaded]) -> Dropping:
    return Dropping(tmp_path, importer, entries)


GOOD = text(obec(SCHOOLS)).encode("cp874")


def test_a_file_becomes_a_closed_round_with_a_report(drop: Dropping) -> None:
    name = "57030000-2568-1-schoolmis.csv"
    file = drop.lay(name, GOOD)
    assert drop.turn() == 0, "seen once: it may still grow"
    assert drop.turn() == 1
    assert not file.exists()
    assert (drop.folder / "done" / name).read_bytes() == GOOD
    (stored,) = warehouse.stored_rounds(drop.url)
    assert stored.status == "closed"
    assert stored.imported_by.startswith("drop:")
    report = drop.report("done", name)
    assert f"data open {stored.round.digest[:12]}" in report
    assert "3 โรงเรียน" in report
    assert "22 พฤศจิกายน 2569" in report


def test_a_bad_file_goes_aside_and_imports_nothing(drop: Dropping) -> None:
    drop.lay("2568-1.csv", GOOD.replace(b"57030002", b"5.70E+07"))
    drop.lay("anything.pdf", b"%PDF-1.7")
    drop.turn()
    assert drop.turn() == 2
    report = drop.report("refused", "2568-1.csv")
    assert "แถว 3 คอลัมน์ C รหัสโรงเรียน" in report
    assert "row 3 column C" in report
    assert (drop.folder / "refused" / "anything.pdf").exists()
    assert warehouse.stored_rounds(drop.url) == ()


def test_a_round_that_is_not_clear_is_not_guessed(drop: Dropping) -> None:
    drop.lay("นักเรียน.csv", GOOD)
    drop.turn()
    drop.turn()
    assert "--year" in drop.report("refused", "นักเรียน.csv")


def test_a_file_that_is_being_written_is_left_alone(drop: Dropping) -> None:
    file = drop.lay("2568-1.csv", GOOD[:500])
    drop.turn()
    file.write_bytes(GOOD)
    os.utime(file, (drop.now.timestamp() + 1,) * 2)
    assert drop.turn(2) == 0
    assert drop.turn(2) == 0, "nobody wrote to it, but only since four seconds"
    assert drop.turn(5) == 1
    for name in (".hidden", "~$2568-1.xlsx", "2568-1.csv.part"):
        drop.lay(name, GOOD)
    (drop.folder / "link.csv").symlink_to(drop.folder / "done" / "2568-1.csv")
    drop.turn()
    assert drop.turn() == 0


def test_the_same_name_again_takes_nobodys_place(drop: Dropping) -> None:
    for _ in range(2):
        drop.lay("2568-1.csv", GOOD)
        drop.turn()
        assert drop.turn() == 1
    files = sorted(path.name for path in (drop.folder / "done").iterdir())
    assert len(files) == 4
    again = next(name for name in files if name.endswith("-2568-1.csv.txt"))
    assert "ไม่มีอะไรเปลี่ยน" in drop.report("done", again.removesuffix(".txt"))


def test_an_office_may_have_clean_files_opened_at_once(
    tmp_path: Path, importer: Importer, entries: Mapping[str, Loaded]
) -> None:
    drop = Dropping(tmp_path, importer, entries, opens=True)
    drop.lay("2568-1.csv", GOOD)
    drop.turn()
    drop.turn()
    drop.lay("2568-1.csv", text(obec(SCHOOLS, 30)).encode())  # six times as many pupils
    drop.turn()
    drop.turn()
    newest, first = warehouse.stored_rounds(drop.url)
    assert (first.status, newest.status) == ("open", "closed"), "a person looks at large changes"


def test_reports_about_persons_tell_nothing_of_them(drop: Dropping) -> None:
    table = rows()
    table[2][3] = SECRET
    drop.lay("2568-1-student.xlsx", xlsx(table))
    drop.turn()
    drop.turn()
    report = drop.report("refused", "2568-1-student.xlsx")
    assert "แถว 3 คอลัมน์ D ชั้น" in report
    assert SECRET not in report
    assert ID not in report


def test_a_file_that_was_taken_back_leaves_nothing_behind(
    tmp_path: Path, importer: Importer, entries: Mapping[str, Loaded]
) -> None:
    drop = Dropping(tmp_path, importer, entries)
    file = drop.lay("2568-1.csv", GOOD)

    class Late:
        """Reads when the file is gone."""

        rest, stop = importer.rest, importer.stop

        def read(self, path: Path, wanted: Wanted) -> Outcome | Failed:
            path.unlink()
            return importer.read(path, wanted)

    habits = Habits(drop.folder, drop.url, Calendar(), "Asia/Bangkok")
    drop.drops = DropFolder(habits, Late(), entries)
    drop.turn()
    assert drop.turn() == 1
    assert not file.exists()
    assert list(drop.folder.iterdir()) == []
