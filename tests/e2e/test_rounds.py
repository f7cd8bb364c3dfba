"""Rounds that come while the daemon runs: who waits goes on; what was corrected is shown anew."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl

from tests.datasets.importing.conftest import SCHOOLS, obec, text
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Daemon, decide, read_page
from tests.e2e.letters import REQUESTER

_NAME = "57030000-2568-2-schoolmis.csv"


def _file(folder: Path, pupils: int, name: str = _NAME) -> Path:
    path = folder / name
    path.write_bytes(text(obec(SCHOOLS, pupils)).encode("cp874"))
    return path


def _waiting(office: Daemon) -> None:
    """A request for a round that is not open, whose sender waits."""
    body = letters.body().replace("รอบข้อมูล: 1", "รอบข้อมูล: 2")
    office.dovecot.append(office.user, letters.mail(body))
    ask = office.letter("ask")
    assert "10 พฤศจิกายน 2568" in ask.text
    office.dovecot.append(office.user, letters.reply("รอได้ค่ะ", ask.message_id, quoted=ask.text))
    assert office.letter("waiting").to == REQUESTER
    assert office.states() == ["waiting"]


def _figures(content: bytes) -> dict[str, Any]:
    """The last figure of each school."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    return {str(row[0]): row[-1] for row in rows if str(row[0]).isdigit()}


def test_who_waits_goes_on_when_the_round_is_imported_and_a_correction_is_decided_anew(
    office: Daemon, tmp_path: Path
) -> None:
    _waiting(office)
    office.cli("data", "import", str(_file(tmp_path, 5)), "--yes", "--json")
    first = office.letter("approval")
    assert "รอบที่ 2" in first.text
    assert "รอบที่ 2" in read_page(first.link)[1]
    office.cli("data", "import", str(_file(tmp_path, 7)), "--yes", "--json")
    anew = office.letter("approval", 2)
    assert "มีฉบับแก้ไข" in anew.text
    assert "<form" not in read_page(first.link)[1]
    assert decide(anew.link, "approve", code=CODE)[0] == 200
    ((_, content),) = office.letter("dataset").files
    assert _figures(content) == {row[2]: int(row[-2]) for row in obec(SCHOOLS, 7)[1:-1]}
    office.until(lambda: office.states() == ["delivered"], "delivered")
    assert office.verify()["faults"] == []


def test_a_round_of_the_drop_folder_counts_once_an_officer_has_opened_it(
    make: Make, tmp_path: Path
) -> None:
    office = make()
    drop = tmp_path / "drop"
    drop.mkdir()
    with office.config.open("a", encoding="utf-8") as settings:
        settings.write(f'\n[datasets]\ndrop = "{drop}"\n')
    office.start()
    _waiting(office)
    _file(drop, 5)
    office.until((drop / "done" / _NAME).exists, "the file is imported", 60)
    assert office.states() == ["waiting"]
    (closed,) = [one for one in office.cli("data", "rounds", "--json") if one["state"] == "closed"]
    office.cli("data", "open", closed["digest"])
    assert "รอบที่ 2" in office.letter("approval").text
