"""A table of many columns with long titles: small pages, nothing hidden, named by number."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.model import Prepared, State
from mailproc.web import wide
from tests.factories import a_form, a_prepared
from tests.web.conftest import CODE, Room, csrf_of

_LONG = "จำนวนนักเรียนที่อยู่ในความดูแลของโรงเรียนแยกตามเพศและชั้นเรียน ลำดับที่ {}"


def a_wide_one(columns: int = 120, title: str = _LONG) -> Prepared:
    titles = tuple(title.format(at + 1) for at in range(columns))
    rows = tuple(tuple(f"{row}{at:03}" for at in range(columns)) for row in range(5))
    return replace(a_prepared(), columns=titles, sample=rows)


def a_wide_request(room: Room, **of_it: Any) -> int:
    """One that was asked for with the longest words, too."""
    (one,) = room.opened(form=a_form(purpose="เพื่อวางแผน " * 160))
    request = room.request(one)
    assert request.prepared is not None
    there = a_wide_one(**of_it)
    room.put(one, prepared=replace(request.prepared, columns=there.columns, sample=there.sample))
    return one


def _columns_pages(client: TestClient, page: Any) -> list[Any]:
    """The pages of all columns, as their links lead from one to the next."""
    path = unescape(re.findall(r'href="([^"]+/columns)"', page.text)[0])
    found = [client.get(path)]
    while more := re.findall(r'href="([^"]+)">หน้าถัดไป', found[-1].text):
        found.append(client.get(unescape(more[0])))
    return found


def test_a_usual_table_is_told_whole(room: Room) -> None:
    (one,) = room.opened()
    prepared = room.request(one).prepared
    assert prepared is not None
    with room.browser() as client:
        page = client.get(room.link(one)).text
    assert not wide.is_wide(prepared)
    assert page.count('<th scope="col">') == page.count('name="column"') == len(prepared.columns)
    assert "/columns" not in page


@pytest.mark.parametrize("count", [120, 400])
def test_of_a_wide_table_every_column_is_one_link_away_and_no_page_is_big(
    room: Room, count: int
) -> None:
    one = a_wide_request(room, columns=count)
    with room.browser() as client:
        page = client.get(room.link(one))
        pages = _columns_pages(client, page)
    assert all(len(one.content) <= 50_000 for one in (page, *pages))
    assert f"ดูคอลัมน์ทั้ง {count} คอลัมน์" in page.text
    told = "".join(one.text for one in pages)
    numbers = [int(n) for n in re.findall(r"<li><b>(\d+)\. ", told)]
    assert numbers == list(range(1, count + 1))
    assert f"{_LONG.format(count)}</b><small>0{count - 1:03} · 1{count - 1:03}" in told


def test_columns_of_a_wide_table_are_left_out_by_number(room: Room) -> None:
    one = a_wide_request(room)
    prepared = room.request(one).prepared
    assert prepared is not None
    form = {"choice": "conditions", "code": CODE}
    with room.browser() as client:
        page = client.get(room.link(one))
        form["csrf"] = csrf_of(page.text)
        wrong = client.post(page.url.path, data=form | {"without": "3, 500"})
        assert wrong.status_code == 422
        assert "ไม่พบคอลัมน์ตามที่พิมพ์" in wrong.text
        assert 'value="3, 500"' in wrong.text
        empty = client.post(page.url.path, data=form)
        assert "ยังไม่ได้กำหนดเงื่อนไข" in empty.text
    assert room.request(one).state is State.AWAITING_DECISION


def test_the_numbers_are_those_of_the_page_of_columns(room: Room) -> None:
    """As the table itself has them, so that the data can be made anew without them."""
    (one,) = room.opened()
    request = room.request(one)
    assert request.prepared is not None
    columns = request.prepared.columns
    many = replace(request.prepared, sample=(("ก" * 600,) * len(columns),) * 3)
    room.put(one, prepared=many)
    with room.browser() as client:
        page = client.get(room.link(one))
        told = "".join(each.text for each in _columns_pages(client, page))
        assert f"<b>{len(columns)}. {columns[-1]}</b>" in told
        form = {"csrf": csrf_of(page.text), "choice": "conditions", "code": CODE}
        done = client.post(page.url.path, data=form | {"without": f"๕-7, {len(columns)}"})
    assert "บันทึกเงื่อนไขแล้ว" in done.text
    assert set(room.request(one).conditions.without) == {*columns[4:7], columns[-1]}


def test_the_page_of_columns_is_behind_the_link_alone(room: Room) -> None:
    one = a_wide_request(room)
    with room.browser() as client:
        page = client.get(room.link(one))
        path = re.findall(r'href="([^"]+/columns)"', page.text)[0]
        assert client.get(path, params={"page": "99"}).status_code == 200
        assert client.get(path, params={"page": "x"}).status_code == 200
        assert client.get("/d/open/x/columns").status_code == 404
        room.clock.pass_by(minutes=11)
        assert client.get(path).status_code == 200
        client.cookies.clear()
        assert client.get(path).status_code == 403


def test_one_title_that_fills_a_page_is_still_shown() -> None:
    there = a_wide_one(3, "ย" * 20_000 + "{}")
    assert wide.first(there) == 1
    assert [[one.number for one in part] for part in wide.parts(there)] == [[1], [2], [3]]
    assert wide.parts(replace(there, columns=(), sample=())) == [[]]
