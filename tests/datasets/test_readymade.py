"""Ready-made files: offered by their catalogue file, shown, looked into, and sent byte for byte."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from mailproc.datasets import gate
from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.changes import Changes
from mailproc.datasets.query import prepare
from mailproc.datasets.standing import outdated
from mailproc.datasets.workbook import build
from mailproc.errors import ConfigError, NeedsPerson
from mailproc.model import FileFacts, Item, Prepared
from tests.datasets.conftest import NOW, PROVENANCE

_ENTRY = """
id = "yearbook"
kind = "file"
title_th = "รายงานประจำปี"
title_en = "Yearbook"
description_th = "รายงานผลการดำเนินงานของสำนักงาน"
description_en = "What the office did"
formats = ["xlsx"]
sensitivity = "open"

[[files]]
file = "yearbook-2567.xlsx"
academic_year = 2567
as_of = 2024-06-10

[[files]]
file = "old/yearbook-2566.xlsx"
academic_year = 2566
as_of = 2023-06-10
"""


def _book(words: str, hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["รายงานประจำปี", words])
    second = book.create_sheet("ภาคผนวก")
    second.append(["จำนวนโรงเรียน", 139])
    second.sheet_state = "hidden" if hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old").mkdir()
    (tmp_path / "yearbook.toml").write_text(_ENTRY, encoding="utf-8")
    (tmp_path / "yearbook-2567.xlsx").write_bytes(_book("2567"))
    (tmp_path / "old" / "yearbook-2566.xlsx").write_bytes(_book("2566"))
    return tmp_path


def _asked(folder: Path, **changes: object) -> Prepared:
    answer = _answer(folder, **changes)
    assert isinstance(answer, Prepared), answer
    return answer


def _answer(folder: Path, **changes: object) -> object:
    url = f"sqlite:///{folder / 'w.sqlite'}"
    item = Item(**({"dataset_id": "yearbook", "latest": True} | changes))  # type: ignore[arg-type]
    return prepare(item, load_catalogue(folder, url), url)


def test_each_file_is_a_round_of_its_year(folder: Path) -> None:
    catalogue = load_catalogue(folder, f"sqlite:///{folder / 'w.sqlite'}")
    yearbook = catalogue.get("yearbook")
    assert yearbook is not None
    assert [(r.academic_year, r.round, r.as_of) for r in yearbook.rounds] == [
        (2567, 1, "2024-06-10"),
        (2566, 1, "2023-06-10"),
    ]
    content = (folder / "yearbook-2567.xlsx").read_bytes()
    assert yearbook.rounds[0].digest == sha256(content).hexdigest()


def test_the_director_is_shown_name_size_and_sheets_and_the_file_leaves_as_it_is(
    folder: Path,
) -> None:
    prepared = _asked(folder)
    content = (folder / "yearbook-2567.xlsx").read_bytes()
    assert prepared.file == FileFacts("yearbook-2567.xlsx", len(content), "sheets", 2)
    assert (prepared.rows, prepared.columns, prepared.sample) == (0, (), ())
    built = build(prepared, PROVENANCE, "sqlite://")
    assert built.content == content
    assert built.result_digest == prepared.result_digest
    assert built.filename.endswith("_yearbook_2567-1.xlsx")
    assert gate.inspect(built, prepared) == ()


def test_an_older_year_is_another_file(folder: Path) -> None:
    older = _asked(folder, latest=False, academic_years=(2566,), filters=("ทั้งหมด",))
    assert older.file is not None
    assert older.file.name == "yearbook-2566.xlsx"


def test_a_file_cannot_be_narrowed(folder: Path) -> None:
    answer = _answer(folder, filters=("ป.1",))
    assert isinstance(answer, tuple)
    assert [(q.field, q.problem, q.said) for q in answer] == [("filters", "whole_file", "ป.1")]


def test_what_was_hidden_in_a_file_is_held_back(folder: Path) -> None:
    (folder / "yearbook-2567.xlsx").write_bytes(_book("2567", hidden=True))
    prepared = _asked(folder)
    assert gate.inspect(build(prepared, PROVENANCE, "sqlite://"), prepared)


def test_a_number_of_a_person_in_a_file_is_held_back(folder: Path) -> None:
    (folder / "yearbook-2567.xlsx").write_bytes(_book("เลขประจำตัว 1-1018-00000-17-8"))
    prepared = _asked(folder)
    digits = "1101800000178"
    assert gate.is_national_id(digits)
    assert gate.inspect(build(prepared, PROVENANCE, "sqlite://"), prepared)


def test_a_file_that_was_exchanged_is_not_sent_but_prepared_anew(folder: Path) -> None:
    url = f"sqlite:///{folder / 'w.sqlite'}"
    prepared, before = _asked(folder), load_catalogue(folder, url)
    looks = Changes(url, folder)
    assert not looks.any(NOW)
    assert outdated(prepared, before, url) == ""
    (folder / "yearbook-2567.xlsx").write_bytes(_book("2567, แก้ไข"))
    with pytest.raises(NeedsPerson, match="another file"):
        build(prepared, PROVENANCE, url)
    assert looks.any(NOW)
    assert not looks.any(NOW)
    assert outdated(prepared, load_catalogue(folder, url), url) == "round"
    assert _asked(folder).result_digest != prepared.result_digest


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda s: s.replace("yearbook-2567", "nowhere"), "no such file"),
        (lambda s: s.replace("yearbook-2567", "../x"), "inside the catalogue folder"),
        (lambda s: s.replace('["xlsx"]', '["pdf"]'), "of one kind"),
        (lambda s: s.replace("2566\n", "2567\n"), "two files for 2567"),
        (lambda s: s.split("[[files]]")[0], "at least one"),
        (lambda s: s.replace('kind = "file"', 'kind = "query"'), "belong to kind"),
    ],
)
def test_the_faults_of_such_an_entry_are_named(
    folder: Path, change: Callable[[str], str], fault: str
) -> None:
    (folder / "yearbook.toml").write_text(change(_ENTRY), encoding="utf-8")
    with pytest.raises(ConfigError, match=fault):
        load_catalogue(folder, f"sqlite:///{folder / 'w.sqlite'}")
