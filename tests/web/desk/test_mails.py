"""Mails that wait for a person."""

from __future__ import annotations

import json

from starlette.testclient import TestClient

from mailproc.store import schema
from tests.web.conftest import Room
from tests.web.desk.test_case import a_mail, stored

_GUESS = [{"request": "2569/00001", "score": 0.8, "because": ["sender", "subject"]}]
_NEW = [{"request": "", "score": 0.4, "because": ["words"]}]


def _unplaced(room: Room, raw: bytes, guess: object = _NEW) -> int:
    return stored(room, raw, verdict="unplaced", guess=json.dumps(guess))


def test_what_waits_is_listed_with_its_best_guess(room: Room, officer: TestClient) -> None:
    room.opened()
    mine = _unplaced(room, a_mail(subject="สอบถาม", text="ขอตัวเลขนักเรียน"), _GUESS)
    not_ours = stored(room, a_mail(), verdict="unplaced", guess=None)
    aside = stored(room, a_mail(), verdict="quarantined", problem="took too long")
    page = officer.get("/desk/mails").text
    assert f"/desk/mails/{mine}" in page
    assert f"/desk/mails/{aside}" in page
    assert f"/desk/mails/{not_ours}" not in page
    assert "คำขอเลขที่ 2569/00001" in page
    assert "ขอตัวเลขนักเรียน" in page
    assert "ใช้เวลานานเกินกำหนด" in page
    assert "<b>2</b>" in officer.get("/desk").text


def test_one_mail_is_shown_whole_and_harmless(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    evil = "<script>x</script> https://evil.example"
    mail = _unplaced(room, a_mail(subject=evil, text=f"ขอข้อมูล {evil}"), _GUESS)
    page = officer.get(f"/desk/mails/{mail}").text
    assert "<script" not in page
    assert "https://evil" not in page
    assert f"/desk/requests/{request_id}" in page
    assert "ผู้ส่งคนเดียวกัน" in page
    assert "Message-ID[:]" in page or "Message-ID:" in page


def test_a_mail_that_was_put_aside_is_not_read_again(room: Room, officer: TestClient) -> None:
    mail = stored(room, a_mail(text="ระเบิดเวลา"), verdict="quarantined", problem="ValueError")
    page = officer.get(f"/desk/mails/{mail}").text
    assert "ระบบอ่านจดหมายนี้ไม่สำเร็จ" in page
    assert "ระเบิดเวลา" not in page
    assert "ต้นฉบับตามที่ได้รับ" in page


def test_a_huge_mail_leaves_the_page_small(room: Room, officer: TestClient) -> None:
    raw = a_mail(text="ขอข้อมูลนักเรียนรายชั้นปีการศึกษา " * 20_000)
    mail = _unplaced(room, raw)
    assert len(officer.get(f"/desk/mails/{mail}").content) < 50_000
    for _ in range(30):
        _unplaced(room, a_mail(text="ขอข้อมูลนักเรียน " * 500))
    first = officer.get("/desk/mails")
    assert len(first.content) < 50_000
    assert "/desk/mails?page=2" in first.text
    assert f"/desk/mails/{mail}" in officer.get("/desk/mails?page=2").text


def test_the_original_is_kept_as_a_file(room: Room, officer: TestClient) -> None:
    raw = a_mail()
    mail = _unplaced(room, raw)
    answer = officer.get(f"/desk/mails/{mail}/raw")
    assert answer.content == raw
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"] == f"attachment; filename=mail-{mail}.eml"
    with room.database.write() as connection:
        connection.execute(schema.messages.update().values(raw=None))
    assert officer.get(f"/desk/mails/{mail}/raw").status_code == 404
    assert "ต้นฉบับถูกลบ" in officer.get(f"/desk/mails/{mail}").text
