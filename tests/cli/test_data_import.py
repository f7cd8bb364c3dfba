"""`data import` and its kin, as an officer types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mailproc.cli import cli
from mailproc.cli import data_import as module
from mailproc.errors import MailprocError
from mailproc.model import State
from mailproc.store import schema
from mailproc.workflow import events as e
from mailproc.workflow import manners
from tests.cli.test_commands import Run, _lines, run, settings, walk
from tests.datasets.importing.conftest import SCHOOLS, obec, text
from tests.factories import a_prepared
from tests.walk import Walk, data_prepared

__all__ = ["run", "settings", "walk"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return _file(tmp_path, "57030000-2568-1-schoolmis.csv")


def _file(folder: Path, name: str, pupils: int = 5) -> Path:
    path = folder / name
    path.write_bytes(text(obec(SCHOOLS, pupils)).encode("cp874"))
    return path


def _imported(run: Run, *words: str) -> dict[str, Any]:
    (line,) = _lines(run("data", "import", *words, "--json"))
    return line


def test_a_guess_without_a_terminal_needs_to_be_confirmed(run: Run, file: Path) -> None:
    refused = run("data", "import", str(file))
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    assert run("data", "rounds").stdout == ""
    assert run("data", "import", str(file), "--yes", "--by", "somchai").exit_code == 0
    (stored,) = _lines(run("data", "rounds", "--json"))
    assert (stored["state"], stored["imported_by"], stored["current"]) == ("open", "somchai", True)


def test_named_rounds_are_imported_closed_and_opened_by_hand(run: Run, file: Path) -> None:
    about = _imported(run, str(file), "--year", "68", "--round", "1", "--as-of", "2568-06-12")
    assert about["round"] == {"year": 2568, "round": 1, "as_of": "2025-06-12", "guessed": False}
    (one,) = about["imports"]
    assert one["state"] == "closed"
    digest = one["digest"][:12]
    assert run("data", "open", digest).exit_code == 0
    (stored,) = _lines(run("data", "rounds", "--json"))
    assert stored["state"] == "open"
    listed = {row["id"]: row for row in _lines(run("data", "list", "--json"))}
    assert listed["student_count"]["newest"] == "2568/1"
    assert listed["student_count"]["state"] == "overdue", "of June 2025, and every 200 days due"
    assert run("data", "close", digest).exit_code == 0
    with pytest.raises(MailprocError) as unknown:
        run("data", "open", "beef")
    assert unknown.value.key == "no_round"


def test_the_same_file_again_says_so(run: Run, file: Path) -> None:
    run("data", "import", str(file), "--yes")
    again = run("data", "import", str(file), "--yes")
    assert again.exit_code == 0
    assert "ไม่มีอะไรเปลี่ยน" in again.stdout
    assert len(_lines(run("data", "rounds", "--json"))) == 1


def test_a_bad_file_is_told_line_by_line_and_the_good_one_goes_in(
    run: Run, file: Path, tmp_path: Path
) -> None:
    bad = _file(tmp_path, "2567-1.csv")
    bad.write_bytes(bad.read_bytes().replace(b"57030002,", b"5.70E+07,"))
    done = run("data", "import", str(bad), str(file), "--yes")
    assert done.exit_code == 1
    assert "แถว 3 คอลัมน์ C รหัสโรงเรียน" in done.stderr
    assert [r["year"] for r in _lines(run("data", "rounds", "--json"))] == [2568]


def test_wrong_words_are_wrong_use(run: Run, file: Path) -> None:
    for words in (("--year", "12"), ("--as-of", "29/02/2568"), ("--round", "4")):
        assert run("data", "import", str(file), *words).exit_code == 2
    with pytest.raises(MailprocError) as unknown:
        run("data", "import", str(file), "--dataset", "nothing")
    assert unknown.value.key == "no_dataset"


def test_on_a_terminal_the_guess_and_the_opening_are_asked_for(
    settings: Path, file: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(module, "is_terminal", lambda: True)
    words = ["data", "import", str(file), "--config", str(settings)]
    done = CliRunner().invoke(cli, words, input="\n\n\ny\n")
    assert done.exit_code == 0, done.output
    assert "[2568]" in done.stderr
    (stored,) = _lines(run("data", "rounds", "--json"))
    assert (stored["state"], stored["as_of"]) == ("open", "2025-06-10")


def test_who_was_sent_a_corrected_round_is_told_once(
    run: Run, walk: Walk, file: Path, tmp_path: Path
) -> None:
    old = _imported(run, str(file), "--yes")["imports"][0]["digest"]
    request = walk.open()
    prepared = a_prepared(round_digest=old)
    walk.happen(request.id, data_prepared(request, prepared))
    delivered = walk.get(request.id)
    walk.happen(request.id, e.Approved(by="x", content_hash=delivered.content_hash))
    walk.happen(request.id, e.HoldElapsed())
    walk.happen(request.id, e.DataBuilt(file_id=1))
    walk.happen(request.id, e.AllSent())
    assert walk.get(request.id).state is State.DELIVERED
    other = walk.built()  # of another round
    again = _imported(run, str(_file(tmp_path, "2568-1.csv", 6)), "--yes")["imports"][0]
    assert again["corrects"] == old
    assert again["recipients"] == again["untold"] == [request.number]
    assert other.number not in again["in_work"]
    told = run("data", "notify", again["digest"][:12], "--note", "แก้ไขชั้น ป.1", "--yes")
    assert told.exit_code == 0, told.output
    (letter,) = walk.rows(schema.outbox, schema.outbox.c.kind == "correction")
    assert (letter.to_addr, letter.standing) == (request.requester_addr, manners.HAND)
    assert (letter.request_id, letter.state) == (request.id, "recorded")
    assert "แก้ไขชั้น ป.1" in json.loads(letter.letter)["note"]
    assert "ไม่มีผู้ใดต้องแจ้ง" in run("data", "notify", again["digest"][:12], "--yes").stdout
    assert len(walk.rows(schema.outbox, schema.outbox.c.kind == "correction")) == 1
