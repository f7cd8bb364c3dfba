"""A person's own page: behind the code, and nothing of it known twice."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient

from mailproc.model import Standing
from mailproc.people_letters import tell
from mailproc.store import devices, onetime, people, people_log, schema, standing
from mailproc.store.codec import load_letter
from tests.factories import a_person
from tests.web.conftest import CODE, Room, csrf_of


class Me:
    """The director's page, opened by the code."""

    def __init__(self, room: Room, client: TestClient) -> None:
        self.room, self.client = room, client
        self.path = client.get(room.queue()).url.path + "/me"
        closed = client.get(self.path)
        self.page = client.post(self.path, data={"csrf": csrf_of(closed.text), "code": CODE})
        assert self.page.status_code == 200

    def does(self, action: str, **fields: str) -> Any:
        (key,) = set(re.findall(r'name="key" value="([^"]+)"', self.page.text))
        body = {"csrf": csrf_of(self.page.text), "key": unescape(key), "action": action}
        answer = self.client.post(self.path, data=body | fields)
        if answer.status_code == 200:
            self.page = answer
        return answer

    def events(self) -> list[str]:
        with self.room.database.read() as connection:
            entries = people_log.listed(connection, self.room.director)
        return [entry.event for entry in reversed(entries)]


def _deputy(room: Room, name: str = "นางรอง ใจดี", address: str = "d@example.org") -> int:
    return room.add(a_person(id=0, name=name, address=address, role="deputy", has_code=False))


def test_the_page_shows_nothing_before_the_code(room: Room) -> None:
    _deputy(room)
    with room.browser() as client:
        path = client.get(room.queue()).url.path + "/me"
        closed = client.get(path)
        assert "นางรอง" not in closed.text
        for code in ("", "918273"):
            answer = client.post(path, data={"csrf": csrf_of(closed.text), "code": code})
            assert answer.status_code in (403, 422)
            assert "นางรอง" not in answer.text
            assert answer.text.count("ยังเปิดไม่ได้:") == 2, "title and alert: nothing was to be saved"
        evil = client.post(path, data={"csrf": "0" * 64, "code": CODE})
        assert evil.status_code == 403


def test_a_stand_in_is_named_with_dates_and_taken_back(room: Room) -> None:
    deputy = _deputy(room)
    with room.browser() as client:
        me = Me(room, client)
        today = room.clock().date()
        first, last = today + timedelta(days=3), today + timedelta(days=7)
        answer = me.does(
            "away", deputy=str(deputy), since=first.isoformat(), until=last.isoformat()
        )
        assert "ตั้งผู้ทำการแทนแล้ว" in answer.text
        assert "นางรอง ใจดี" in answer.text
        (row,) = room.rows(schema.absences)
        assert (row.person_id, row.deputy_id, row.source) == (room.director, deputy, "page")
        assert (row.until - row.since) == timedelta(days=5)  # both days are meant
        back = me.does("back", absence=str(row.id))
        assert "กลับมาแล้ว" in back.text
        assert "ไม่อยู่ตั้งแต่" not in back.text
    assert me.events() == ["away_set", "away_ended"]


def test_dates_are_understood_in_thai_too(room: Room) -> None:
    deputy = _deputy(room)
    with room.browser() as client:
        me = Me(room, client)
        year = room.clock().year + 544
        me.does("away", deputy=str(deputy), since=f"๑ ธ.ค. {year}", until=f"5/12/{year}")
    (row,) = room.rows(schema.absences)
    assert (row.until - row.since) == timedelta(days=5)


@pytest.mark.parametrize(
    "fields",
    [
        {"deputy": ""},
        {"deputy": "999"},
        {"since": "yesterday"},
        {"until": "soon"},
        {"since": "2001-01-01", "until": "2001-01-02"},
    ],
)
def test_what_cannot_be_meant_is_told_and_enters_nothing(
    room: Room, fields: dict[str, str]
) -> None:
    deputy = _deputy(room)
    with room.browser() as client:
        me = Me(room, client)
        day = room.clock().date().isoformat()
        answer = me.does("away", **({"deputy": str(deputy), "since": day, "until": day} | fields))
    assert answer.status_code == 422
    assert "ยังบันทึกไม่ได้" in answer.text
    assert room.rows(schema.absences) == []


def test_two_who_stand_in_for_each_other_are_refused(room: Room) -> None:
    deputy = _deputy(room)
    room.away(deputy, room.director)
    with room.browser() as client:
        me = Me(room, client)
        answer = me.does("away", deputy=str(deputy), since=room.clock().date().isoformat())
    assert answer.status_code == 422
    assert "เลือกผู้อื่น" in answer.text


def test_an_app_is_shown_as_picture_and_text_and_proved_by_its_number(room: Room) -> None:
    with room.browser() as client:
        me = Me(room, client)
        shown = me.does("app", was="")
        assert "<svg" in shown.text
        assert "style=" not in shown.text  # the policy allows none
        secret = re.findall(r'class="secret">([A-Z2-7 ]+)<', shown.text)[0].replace(" ", "")
        app = pyotp.TOTP(secret)
        wrong = me.does("prove_app", secret=secret, app_code="000000")
        assert wrong.status_code == 422
        assert secret[:4] in wrong.text
        right = me.does("prove_app", secret=secret, app_code=app.at(room.clock()))
        assert "ตั้งแอปเรียบร้อยแล้ว" in right.text
        assert "secret" not in right.text.replace('class="secret"', "")
        assert "ตั้งไว้แล้ว" in right.text
        assert me.does("app", was="").status_code == 422  # loading it twice makes no second app
    assert me.events() == ["app_enrolled"]


def test_a_list_is_shown_once_and_its_codes_open_the_page(room: Room) -> None:
    with room.browser() as client:
        me = Me(room, client)
        shown = me.does("list", was="")
        codes = [
            code.replace(" ", "") for code in re.findall(r"<li>(\d{3} \d{3})</li>", shown.text)
        ]
        assert len(codes) == 50
        assert me.does("list", was="").status_code == 422
        looked = me.does("look")
        assert "เหลือ 50 ชุด" in looked.text
        assert codes[0] not in looked.text.replace(" ", "")
        closed = client.get(me.path)
        again = client.post(me.path, data={"csrf": csrf_of(closed.text), "code": codes[0]})
        assert again.status_code == 200
        assert "เหลือ 49 ชุด" in again.text
        assert "ยังไม่มี" in me.does("end_codes").text
    assert me.events() == ["list_printed", "list_ended"]


def test_what_is_approved_ahead_is_given_and_ended_here(room: Room) -> None:
    last = (room.clock() + timedelta(days=30)).date().isoformat()
    asked = {"dataset": "student_count", "class": "government", "level": "school"}
    with room.browser() as client:
        me = Me(room, client)
        assert "จำนวนนักเรียน" in me.page.text
        for wrong in ({}, {"ahead_until": "2020-01-01"}, {"ahead_until": "2099-01-01"}):
            answer = me.does("ahead", **asked, **wrong)
            assert answer.status_code == 422
            assert 'id="ahead_until-fault"' in answer.text
        empty = me.does("ahead").text
        assert ('id="dataset-fault"' in empty, "เลือกชุดข้อมูลที่จะอนุญาตล่วงหน้า" in empty) == (True, True)
        assert me.does("ahead", dataset="none", ahead_until=last).status_code == 422
        given = me.does("ahead", **asked, ahead_until=last)
        assert "บันทึกการอนุญาตล่วงหน้าแล้ว" in given.text
        (one,) = room.rows(schema.standing_approvals)
        assert (one.requester_class, one.level, one.via) == ("government", "school", "page")
        assert tell(room.database, room.desk(), room.clock()) == 1
        (told,) = room.rows(schema.outbox, schema.outbox.c.kind == "security")
        assert load_letter(told.letter).standing.requester_class == "government"  # type: ignore[union-attr]
        assert me.does("end_ahead", standing=str(one.id)).status_code == 200
    assert me.events() == ["ahead_set", "ahead_ended"]
    assert room.rows(schema.standing_approvals)[0].ended_at is not None


def test_nobody_ends_what_another_has_approved_ahead(room: Room) -> None:
    deputy = _deputy(room)
    now = room.clock()
    given = Standing(0, "student_count", "roster", "", deputy, None, now, now + timedelta(days=9))
    with room.database.write() as connection:
        one = standing.add(connection, given, "command")
    with room.browser() as client:
        me = Me(room, client)
        assert "เลิกอนุญาตล่วงหน้า" not in me.page.text
        me.does("end_ahead", standing=str(one))
    assert room.rows(schema.standing_approvals)[0].ended_at is None


def test_who_has_a_list_and_no_code_of_her_own_is_asked_for_a_code_of_it(room: Room) -> None:
    officer = _deputy(room, "นางพิมพ์ ใจดี", "list@example.org")
    with room.database.write() as connection:
        pepper = room.config.secret("pepper")
        codes = onetime.new_list(connection, officer, pepper, room.clock())
    with room.browser() as client:
        path = client.get(room.queue(officer)).url.path + "/me"
        closed = client.get(path)
        assert 'name="slip"' not in closed.text
        body = {"csrf": csrf_of(closed.text), "code": codes[0]}
        assert client.post(path, data=body).status_code == 200


def test_a_remembered_device_is_listed_and_forgotten(room: Room) -> None:
    with room.database.write() as connection:
        token = devices.remember(connection, room.director, "Chrome, Android", room.clock())
        other = room.officer
        devices.remember(connection, other, "Firefox, Windows", room.clock())
    with room.browser() as client:
        me = Me(room, client)
        assert "Chrome, Android" in me.page.text
        assert "Firefox" not in me.page.text
        theirs = room.rows(schema.devices, schema.devices.c.person_id == other)[0].id
        me.does("revoke", device=theirs)
        mine = room.rows(schema.devices, schema.devices.c.person_id == room.director)[0].id
        assert "ไม่มีอุปกรณ์" in me.does("revoke", device=mine).text
    with room.database.read() as connection:
        assert devices.find(connection, token, room.director, room.clock()) is None
    assert [row.revoked_at for row in room.rows(schema.devices) if row.id == theirs] == [None]
    assert me.events() == ["device_revoked"]


def test_the_key_ends_after_a_quarter_of_an_hour_and_with_the_code(room: Room) -> None:
    with room.browser() as client:
        me = Me(room, client)
        room.clock.pass_by(minutes=16)
        late = me.does("list", was="")
        assert late.status_code == 403
        assert "15 นาที" in late.text
        me = Me(room, client)
        with room.database.write() as connection:
            people.new_slip(connection, room.director, room.clock())
        assert me.does("list", was="").status_code == 403
    assert room.rows(schema.onetime) == []


def test_a_page_stays_small(room: Room) -> None:
    for number in range(20):
        _deputy(room, f"นางรอง คนที่ {number}", f"d{number}@example.org")
    with room.browser() as client:
        me = Me(room, client)
        for page in (me.page, me.does("app", was="")):
            assert len(page.content) <= 50_000
