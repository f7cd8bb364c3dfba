"""The list of what there is to do: groups, search, filters, pages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from mailproc.model import State
from mailproc.store import desk_lists, schema
from mailproc.store.desk_lists import GROUPS, Wanted
from mailproc.store.erase import erase
from mailproc.workflow import events as e
from tests.factories import a_form, an_item
from tests.web.conftest import Room


def _counts(room: Room) -> dict[str, int]:
    with room.database.read() as connection:
        counts = desk_lists.counts(connection)
        listed = {name: len(desk_lists.listed(connection, Wanted(name), 100)) for name in GROUPS}
    assert counts == listed
    return {name: number for name, number in counts.items() if number}


def _found(room: Room, **wanted: str) -> list[int]:
    with room.database.read() as connection:
        return [one.id for one in desk_lists.listed(connection, Wanted(**wanted), 100)]


def test_every_state_has_its_group(room: Room) -> None:
    (request_id,) = room.opened()
    for state in State:
        if state is not State.NEW:
            room.put(request_id, state=state, reason="")
            assert sum(_counts(room).values()) == 1, state


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("handover", "handover"),
        ("too_big", "handover"),
        ("bounced", "undelivered"),
        ("dataset_unknown", "undelivered"),
        ("ask_rejected", "undelivered"),
        ("approval_held", "undelivered"),
        ("scan", "mine"),
        ("unbounced words of a person", "mine"),
        ("", "mine"),
    ],
)
def test_what_needs_a_person_is_told_apart_by_its_reason(
    room: Room, reason: str, group: str
) -> None:
    (request_id,) = room.opened()
    room.put(request_id, state=State.NEEDS_PERSON, reason=reason)
    assert _counts(room) == {group: 1}


def test_a_letter_that_is_perhaps_not_delivered_is_listed_whatever_its_request(room: Room) -> None:
    (request_id,) = room.opened()
    with room.database.write() as connection:
        table = schema.outbox
        connection.execute(table.update().values(state="unknown"))
    assert _counts(room) == {"undelivered": 1, "director": 1}
    assert _found(room, group="undelivered") == [request_id]


def test_an_open_request_whose_letter_came_back_is_listed_until_the_address_is_right(
    room: Room,
) -> None:
    (one,) = room.opened()
    address = room.request(one).requester_addr
    with room.database.write() as connection:
        letter = schema.outbox.update().values(
            state="bounced", audience="requester", to_addr=address
        )
        connection.execute(letter)
    assert _counts(room) == {"undelivered": 1, "director": 1}
    with room.database.write() as connection:
        right = schema.requests.update().values(requester_addr="right@school.example.org")
        connection.execute(right)
    assert _counts(room) == {"director": 1}


@pytest.mark.on_postgres
def test_words_are_found_in_what_the_requester_said_and_nowhere_else(room: Room) -> None:
    form = a_form(requester_name="นางสาวสุดา พากเพียร", organisation="โรงเรียนบ้านหนองนา 100%")
    (one,) = room.opened(form=form, requester_addr="Suda@school.example.org")
    (other,) = room.opened()
    for words in ("สุดา", "หนองนา", "suda@", "SUDA", f"2569/{one:05d}", "สุดา หนองนา", "100%"):
        assert _found(room, words=words) == [one], words
    assert _found(room, words="สุดา ไม่มีคำนี้") == []
    assert _found(room, words="requester_name") == []
    assert _found(room, words="_" * 5) == []
    assert _found(room, words="2569/") == [other, one]


def test_a_request_is_found_by_its_telephone_however_it_is_written(room: Room) -> None:
    (one,) = room.opened(form=a_form(phone="081-234-5678"))
    room.opened(form=a_form(phone="081-999-0000"))
    for words in ("0812345678", "081-234-5678", "081 234 5678", "๐๘๑๒๓๔", "(081)234"):
        assert _found(room, words=words) == [one], words


def test_words_of_an_erased_request_find_nothing_and_its_number_still_does(room: Room) -> None:
    (one,) = room.opened(form=a_form(requester_name="นางสาวสุดา พากเพียร"))
    with room.database.write() as connection:
        assert erase(connection, one, room.clock())
    assert _found(room, words="สุดา") == []
    assert _found(room, words=f"2569/{one:05d}") == [one]


def test_what_was_put_right_is_what_finds_the_request(room: Room) -> None:
    (one,) = room.opened(form=a_form(requester_name="นายเดิม ชื่อเก่า"))
    form = replace(room.request(one).form, requester_name="นายใหม่ ชื่อจริง")
    room.happens(one, e.OfficerCorrected(form=form))
    assert _found(room, words="ชื่อเก่า") == []
    assert _found(room, words="ชื่อจริง") == [one]


def test_a_search_looks_in_all_requests_wherever_it_is_typed(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened(form=a_form(requester_name="นางสาวสุดา พากเพียร"))
    form = officer.get("/desk").text.partition('role="search"')[2].partition("</form>")[0]
    assert 'type="hidden"' not in form
    page = officer.get("/desk", params={"q": "สุดา", "group": "all", "dataset": ""}).text
    assert f"/desk/requests/{one}" in page
    assert "ผลการค้นหา" in page
    narrowed = officer.get("/desk", params={"q": "สุดา", "group": "ended"}).text
    assert f"/desk/requests/{one}" not in narrowed
    assert 'value="ended" selected' in narrowed


def test_who_has_to_be_told_by_a_person_is_counted_beside_the_groups(
    room: Room, officer: TestClient
) -> None:
    assert "/desk/handovers#tell" not in officer.get("/desk").text
    (one,) = room.opened()
    room.put(one, state=State.INCOMPLETE, requester_addr="")
    with room.database.write() as connection:
        connection.execute(schema.requests.update().values(requester_addr=""))
    assert re.search(
        r'/desk/handovers#tell"><span>[^<]+</span> <b>1</b>', officer.get("/desk").text
    )


@pytest.mark.on_postgres
def test_filters_narrow_and_unknown_ones_do_not(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    room.put(one, channel="phone")
    (other,) = room.opened()
    assert _found(room, channel="phone") == [one]
    assert _found(room, channel="email") == [other]
    dataset = room.request(one).item.dataset_id or ""
    assert _found(room, dataset=dataset, group="director") == [one, other]
    assert _found(room, dataset="none") == []
    page = officer.get("/desk?group=director&dataset=nothing&channel=<b>").text
    assert f"2569/{one:05d}" in page
    assert "<b>" not in page.partition("<h1>")[0]


def test_the_first_page_is_what_waits_for_the_officer(room: Room, officer: TestClient) -> None:
    mine, theirs = room.opened(2)
    room.put(mine, state=State.NEEDS_PERSON, reason="scan")
    page = officer.get("/desk").text
    assert f"/desk/requests/{mine}" in page
    assert f"/desk/requests/{theirs}" not in page
    assert f"/desk/requests/{theirs}" in officer.get("/desk?group=all").text
    assert f"/desk/requests/{theirs}" in officer.get(f"/desk?q=2569/{theirs:05d}").text


def test_a_long_list_goes_over_pages_and_each_stays_small(room: Room, officer: TestClient) -> None:
    purpose = "เพื่อใช้ประกอบการวางแผนจัดสรรอัตรากำลังครูของโรงเรียน " * 40
    form = replace(a_form(), purpose=purpose, organisation="โรงเรียน" + "ยาว" * 200)
    ids = room.opened(60, form=form)
    seen: list[int] = []
    path = "/desk?group=director"
    for _ in range(4):
        page = officer.get(path)
        assert len(page.content) < 50_000
        seen += [one for one in ids if f'/desk/requests/{one}"' in page.text]
        if 'rel="next"' not in page.text:
            break
        link = page.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        path = link.replace("&amp;", "&")
    assert seen == ids


def test_what_a_requester_writes_does_nothing_on_the_page(room: Room, officer: TestClient) -> None:
    form = a_form(requester_name="<script>x</script> www.evil.example", items=(an_item(),))
    room.opened(form=form)
    page = officer.get("/desk?group=all").text
    assert "<script" not in page
    assert "www.evil.example" not in page


def test_a_page_far_behind_the_last_is_empty(officer: TestClient) -> None:
    assert officer.get("/desk?group=all&page=999999999").status_code == 200
    assert officer.get("/desk?group=all&page=-1").status_code == 200
    assert officer.get("/desk?q=%00%27%22%5C%25&group=%00").status_code == 200
