"""The monthly table at the desk: shown, chosen, downloaded, by everybody who may look."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from mailproc.promise import month as months_of
from mailproc.promise.month import Month
from tests.web.conftest import Room


@pytest.fixture
def here(room: Room) -> Month:
    return months_of.of(room.clock(), room.office.timezone)


def test_a_month_is_shown_with_figures_that_nobody_is_named_in(
    room: Room, officer: TestClient, here: Month
) -> None:
    room.opened(3)
    room.clock.pass_by(minutes=1)
    page = officer.get(f"/desk/months?month={here.buddhist}").text
    assert f"{here.year + 543}</h1>" in page
    assert re.search(r'<tr class="total">\s*<th scope="row">รวม</th>\s*<td>3</td>', page)
    assert "สมศรี" not in page
    assert "None" not in page


def test_without_a_choice_it_is_the_month_that_is_over(officer: TestClient, here: Month) -> None:
    page = officer.get("/desk/months").text
    assert f'<option value="{here.before.buddhist}" selected>' in page
    assert f'href="/desk/months/{here.before.buddhist}.xlsx"' in page


def test_the_director_may_look_and_download(room: Room, director: TestClient, here: Month) -> None:
    room.opened(1)
    assert director.get("/desk/months").status_code == 200
    file = director.get(f"/desk/months/{here.buddhist}.xlsx")
    assert file.content.startswith(b"PK")
    named = f'attachment; filename="mailproc_{here.buddhist}.xlsx"'
    assert file.headers["content-disposition"] == named


def test_what_is_no_month_is_said_so(officer: TestClient) -> None:
    answer = officer.get("/desk/months?month=next<b>")
    assert answer.status_code == 422
    assert "อ่านเดือนไม่ได้" in answer.text
    assert "next<b>" not in answer.text
    assert officer.get("/desk/months/next.xlsx").url.path == "/desk/months"


def test_a_stranger_has_to_log_in(stranger: TestClient) -> None:
    assert stranger.get("/desk/months").url.path == "/desk/login"
    assert stranger.get("/desk/months/2569-01.xlsx").url.path == "/desk/login"
