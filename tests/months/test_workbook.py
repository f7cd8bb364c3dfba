"""The monthly table from a real store: it adds up, names nobody, holds no formula, and outlives
the personal data."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from mailproc import months
from mailproc.config import ROOT
from mailproc.months.layout import Layout
from mailproc.promise.month import Month
from mailproc.promise.monthly import Flow, Report
from mailproc.store import decisions, erase, people
from mailproc.store.database import Database
from mailproc.store.decisions import Row
from mailproc.texts import Texts, load_texts
from mailproc.workflow import events as e
from tests.factories import NOW, STUDENTS, a_catalogue, a_form, a_person, an_office
from tests.walk import RULES, Walk

_NOVEMBER = Month(2026, 11)
_PROMISE = timedelta(minutes=10)
_LATER = NOW + timedelta(days=60)
_TH = load_texts((ROOT / "templates",), "th")
_EN = load_texts((ROOT / "templates",), "en")


@pytest.fixture
def walk(database: Database) -> Walk:
    """One delivered by the stand-in's yes after six minutes, one refused by the director with a
    ground, one asked back and open, one cancelled; on Monday, 23 November, from 9:05."""
    walk = Walk(database, NOW + timedelta(days=1))
    with database.write() as connection:
        director = people.add(connection, a_person(id=0), walk.now - timedelta(days=9))
        deputy = a_person(id=0, name="รอง", address="deputy@example.org", role="deputy")
        stands_in = people.add(connection, deputy, walk.now - timedelta(days=9))
    first = walk.prepared(received_at=walk.now)
    walk.now += timedelta(minutes=6)
    _decided(walk, first.id, "approved", stands_in, director, via="reply")
    walk.happen(first.id, e.Approved(by="รอง", content_hash=first.content_hash))
    walk.happen(first.id, e.HoldElapsed())
    walk.happen(first.id, e.DataBuilt(file_id=1))
    walk.happen(first.id, e.AllSent())
    second = walk.prepared(received_at=walk.now, form=a_form(requester_type="government"))
    _decided(walk, second.id, "refused", director, None, via="page")
    walk.happen(second.id, e.Refused(by="ผอ.", reason="ความลับ", ground="s15_5"))
    asked = walk.prepared(received_at=walk.now)
    walk.happen(asked.id, e.Returned(by="ผอ.", reason="ใช้ทำอะไร"))
    gone = walk.open(received_at=walk.now, channel="phone")
    walk.happen(gone.id, e.Cancelled())
    return walk


def _decided(
    walk: Walk, request_id: int, verdict: str, who: int, stood_for: int | None, via: str
) -> None:
    version = walk.get(request_id).version + 1
    row = Row(request_id, version, who, verdict, "d" * 64, via, for_person_id=stood_for)
    with walk.database.write() as connection:
        decisions.record(connection, row, walk.now)


def _read(walk: Walk, month: Month = _NOVEMBER) -> Report:
    with walk.database.read() as connection:
        return months.read(connection, month, RULES, _PROMISE, _LATER)


def _book(report: Report) -> bytes:
    return months.workbook(report, _NOVEMBER, _TH, an_office(), a_catalogue(), _LATER)


def _cells(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell.value for sheet in book for row in sheet for cell in row if cell.value is not None]


def test_the_month_of_a_store_is_counted(walk: Walk) -> None:
    report = _read(walk)
    assert report.flow == Flow(received=4, delivered=1, refused=1, cancelled=1, open=1)
    assert report.times.within[-1] == (_PROMISE, 1, 1, 1)
    assert report.times.within[0] == (timedelta(minutes=5), 1, 0, 0), "six minutes for the decision"
    assert report.asked == (1, 1)
    assert report.grounds == (("s15_5", 1),)
    assert report.decided == (
        ("deputy", "reply", {"approved": 1}),
        ("group_director", "page", {"refused": 1}),
    )
    assert [line.key for line in report.by["channel"]] == ["email", "phone"]
    assert [line.key for line in report.by["requester_type"]] == ["internal", "government"]


def test_it_is_the_same_after_the_personal_data_was_erased(walk: Walk) -> None:
    before = _read(walk)
    with walk.database.write() as connection:
        for request_id in (1, 2, 4):
            assert erase.erase(connection, request_id, _LATER)
    assert _read(walk) == before


def test_months_without_anything_are_tables_of_nothing(walk: Walk) -> None:
    report = _read(walk, Month(2026, 10))
    assert report.flow == Flow()
    assert "รวม" in _cells(_book(report))


def test_the_workbook_names_nobody_and_holds_no_formula(walk: Walk) -> None:
    content = _book(_read(walk))
    said = json.dumps(_cells(content), ensure_ascii=False)
    for name in ("สมศรี", "ธงชัย", "ดอนแก้ว", "@school", 'รอง"', "2569/0"):
        assert name not in said
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = {n: book.read(n) for n in book.namelist() if n.startswith("xl/worksheets/sheet")}
        assert sum(n.startswith("xl/charts/chart") for n in book.namelist()) == 4
    assert len(sheets) == 4
    assert all(b"<f>" not in one for one in sheets.values())


def test_the_tables_of_the_workbook_add_up(walk: Walk) -> None:
    layout = Layout(_read(walk), _TH, an_office(), a_catalogue())
    for block in (*layout.summary(), *layout.by(), *layout.decided()):
        for at, kind in enumerate(block.kinds):
            if block.total and kind == "integer":
                *parts, total = (row[at] for row in block.rows)
                assert sum(map(int, parts)) == total, (block.title, block.heads[at])


def test_names_come_from_the_catalogue_and_the_texts(walk: Walk) -> None:
    layout = Layout(_read(walk), _TH, an_office(), a_catalogue())
    assert layout.named("dataset", STUDENTS) == "จำนวนนักเรียนจำแนกตามชั้นและเพศ"
    assert layout.named("dataset", "gone") == "gone"
    assert layout.named("channel", "phone") == "โทรศัพท์"
    assert layout.named("requester_type", "") == "ไม่ได้ระบุ"
    assert layout.title(_NOVEMBER) == "รายงานการให้บริการข้อมูล เดือนพฤศจิกายน 2569"
    english = Layout(_read(walk), _EN, an_office(), a_catalogue())
    assert english.title(_NOVEMBER) == "Data requests in November 2026"
    assert not [word for word in _words(english) if any("ก" <= letter <= "๙" for letter in word)]


def _words(layout: Layout) -> list[str]:
    blocks = (*layout.summary(), *layout.by(), *layout.decided())
    return [word for block in blocks for word in (block.title, block.note, *block.heads)]


def test_times_in_json_are_whole_seconds(walk: Walk) -> None:
    plain = json.loads(json.dumps(months.as_json(_read(walk), _NOVEMBER)))
    assert plain["month"] == "2026-11"
    assert plain["times"]["within"][0] == {"limit": 300, "ours": 1, "counted": 0, "wall": 0}
    assert plain["times"]["of"]["director"]["median"] == 361
    assert plain["asked"] == {"requests": 1, "times": 1}
    assert plain["decided"][0] == {"role": "deputy", "via": "reply", "verdicts": {"approved": 1}}


@pytest.mark.parametrize("texts", [_TH, _EN])
def test_every_channel_that_a_request_may_have_has_words(texts: Texts) -> None:
    named = {"email", "phone", "counter", "paper", "line", "smart_office"}
    assert named <= set(texts.sections["channels"])
