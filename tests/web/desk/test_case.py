"""The page of one request: all its mails as harmless text, states, decisions, papers."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mailproc.model import Doubts, State
from mailproc.store import messages, schema
from mailproc.store.messages import Arrived
from mailproc.store.opens import Open
from mailproc.store.opens import note as note_open
from mailproc.workflow import events as e
from tests.factories import a_form
from tests.web.conftest import CODE, Room
from tests.web.desk.conftest import HERE

_TEXTS = Path(__file__).parents[3] / "templates" / "texts"


def a_mail(subject: str = "ขอข้อมูล", text: str = "เรียน เจ้าหน้าที่", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = headers.get("sender", "Suda <suda@example.org>")
    mail["To"] = "data@example.org"
    mail["Subject"] = subject
    mail["Message-ID"] = headers.get("message_id", "<one@example.org>")
    mail.set_content(text)
    return bytes(mail)


def stored(room: Room, mail: bytes, **values: Any) -> int:
    """A mail with its verdict, as intake leaves it; gives its id."""
    with room.database.write() as connection:
        uid = len(connection.execute(schema.messages.select()).all()) + 1
        now = room.clock()
        arrived = Arrived("office", "INBOX", 1, uid, now, len(mail), mail, "note")
        messages.store(connection, [arrived], now)
        table = schema.messages
        row = table.update().where(table.c.uid == uid)
        connection.execute(row.values(**{"verdict": "opened", "due_at": None} | values))
        return int(connection.scalars(table.select().where(table.c.uid == uid)).one())


def _page(client: TestClient, request_id: int) -> str:
    answer = client.get(f"/desk/requests/{request_id}")
    assert answer.status_code == 200
    assert len(answer.content) < 50_000
    return answer.text


def test_the_page_tells_all_of_a_request(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    stored(room, a_mail(text="ขอข้อมูลนักเรียนรายชั้น"), request_id=request_id)
    with room.database.write() as connection:
        link = connection.scalars(
            schema.links.select().where(schema.links.c.purpose == "decide")
        ).first()
        note_open(connection, str(link), Open(room.clock(), "10.0.0.1", "Mozilla", "person"))
    page = _page(officer, request_id)
    request = room.request(request_id)
    said = (
        request.form.requester_name,
        request.form.organisation,
        request.requester_addr,
        "ขอข้อมูลนักเรียนรายชั้น",
        "เปิดเป็นคำขอ",
        "เตรียมข้อมูลแล้ว",  # history
        "ขออนุญาต",  # a letter
        "เวลาที่ใช้",  # the clock of the stages
        "เปิดโดยบุคคล",
    )
    assert [words for words in said if words and words not in page] == []


def test_decisions_are_told_with_their_proof(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    with room.browser() as browser:
        path = str(browser.get(room.link(request_id)).url).removeprefix(room.public_url)
        fields = {"choice": "refuse", "ground": "s15_6", "reason": "ข้อมูล <b>ส่วนบุคคล</b>"}
        grounds = room.pages.keys("grounds", "th")
        fields["ground"] = grounds[0]
        browser.post(path, data=room.form(browser, path, code=CODE, **fields))
    page = _page(officer, request_id)
    assert "ไม่อนุญาต" in page
    assert "รหัสอนุมัติ" in page
    assert "&lt;b&gt;ส่วนบุคคล" in page


def test_words_of_mails_do_nothing(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    evil = "<script>alert(1)</script> http://evil.example/x javascript:alert(1)"
    stored(room, a_mail(subject=evil, text=evil), request_id=request_id)
    page = _page(officer, request_id)
    assert "<script" not in page
    assert "http://evil" not in page
    assert "hxxp[:]//evil" in page


def test_many_long_mails_leave_the_page_small(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    for number in range(25):
        text = f"ฉบับที่ {number} " + "ขอเรียนถามเรื่องข้อมูลนักเรียนรายชั้น " * 100
        raw = a_mail(text=text, message_id=f"<{number}@example.org>")
        stored(room, raw, request_id=request_id)
    page = _page(officer, request_id)
    assert "ฉบับที่ 24" in page
    assert page.count('class="mail"') == 20


def test_a_request_at_its_worst_leaves_the_page_small(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    request = room.request(request_id)
    assert request.prepared is not None
    long = "เพื่อการวางแผนอัตรากำลัง " * 200
    columns = tuple(f"ชั้นประถมศึกษาปีที่ {i} ชาย" for i in range(60))
    sample = tuple(tuple("123,456" for _ in columns) for _ in range(10))
    room.put(
        request_id,
        state=State.NEEDS_PERSON,
        reason="words " * 200,
        remark=long,
        form=replace(request.form, purpose=long),
        doubts=Doubts(unclear=(("purpose", long),) * 5, scans=("scan.jpg",) * 5),
        prepared=replace(request.prepared, columns=columns, sample=sample),
    )
    for number in range(60):
        room.happens(request_id, e.Noted(by="requester", note=f"{number} " + long[:1500]))
        room.clock.pass_by(minutes=1)
    _page(officer, request_id)


def test_a_mail_that_was_purged_is_said_to_be(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    stored(room, a_mail(), request_id=request_id, raw=None)
    assert "ต้นฉบับถูกลบ" in _page(officer, request_id)


def test_a_file_is_given_to_who_is_logged_in_and_belongs_to_the_request(
    room: Room, officer: TestClient, director: TestClient
) -> None:
    one, other = room.opened(2)
    row: dict[str, Any] = {
        "request_id": one,
        "filename": "ข้อมูล 2569.xlsx",
        "media_type": "text/html",
    }
    row |= {"content": b"<b>x", "sha256": "0", "result_digest": "0", "built_at": room.clock()}
    with room.database.write() as connection:
        connection.execute(schema.files.insert().values(row))
    page = _page(officer, one)
    path = f"/desk/requests/{one}/files/1"
    assert path in page
    for client in (officer, director):
        answer = client.get(path)
        assert answer.content == b"<b>x"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert officer.get(f"/desk/requests/{other}/files/1").status_code == 404
    officer.cookies.clear()
    assert "login" in str(officer.get(path).url)


def test_papers_and_hand_overs_are_listed(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    mine = {"request_id": request_id, "person_id": room.officer}
    paper: dict[str, Any] = {
        "kind": "signed_form",
        "filename": "scan.pdf",
        "media_type": "application/pdf",
    }
    paper |= {"content": b"%PDF", "sha256": "0", "added_at": room.clock()}
    handed = {"way": "pickup", "at": room.clock(), "taken_by": "<b>นางสุดา", "note": "รับเอง"}
    with room.database.write() as connection:
        connection.execute(schema.papers.insert().values(mine | paper))
        connection.execute(schema.handovers.insert().values(mine | handed))
    page = _page(officer, request_id)
    assert "แบบคำขอที่ลงนาม" in page
    assert f"/desk/requests/{request_id}/papers/1" in page
    assert "&lt;b&gt;นางสุดา" in page


def test_who_only_looks_is_told_so(room: Room, director: TestClient) -> None:
    (request_id,) = room.opened()
    assert "เป็นของเจ้าหน้าที่" in _page(director, request_id)


def test_looking_changes_nothing(room: Room, officer: TestClient) -> None:
    (request_id,) = room.opened()
    mail = stored(room, a_mail(), request_id=request_id)
    before = room.everything()
    for path in ("/desk", f"/desk/requests/{request_id}", "/desk/mails", f"/desk/mails/{mail}"):
        assert officer.get(path).status_code == 200
        assert officer.head(path).status_code == 200
    assert room.everything() == before


@pytest.mark.parametrize("path", ["/desk/requests/99", "/desk/requests/x", "/desk/mails/99"])
def test_what_is_not_there_has_a_page(officer: TestClient, path: str) -> None:
    answer = officer.get(path)
    assert answer.status_code == 404
    assert "<h1>" in answer.text


def test_every_event_and_letter_has_its_words() -> None:
    events = {one.__name__ for one in e.Event.__subclasses__()}
    sources = (_TEXTS.parents[1] / "mailproc" / "workflow").rglob("*.py")
    said = "".join(path.read_text(encoding="utf-8") for path in sources)
    kinds = set(re.findall(r'Send\(\s*"(\w+)"', said))
    for language in ("th", "en"):
        texts = tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
        assert set(texts["desk_events"]) >= events
        assert set(texts["desk_letters"]) >= kinds
        assert set(texts["desk_verdicts"]) == set(messages.VERDICTS)


def test_an_erased_request_still_has_its_page(room: Room, officer: TestClient) -> None:
    from mailproc.store import erase

    (request_id,) = room.opened()
    room.put(request_id, state=State.DELIVERED)
    with room.database.write() as connection:
        assert erase.erase(connection, request_id, room.clock() + timedelta(days=1))
    assert "สิ้นสุด" in officer.get("/desk").text
    assert "ประวัติ" in _page(officer, request_id)
    assert HERE in str(officer.get(f"/desk/requests/{request_id}").url)


def test_a_letter_that_came_back_is_told_above_until_the_address_is_right(
    room: Room, officer: TestClient
) -> None:
    (one,) = room.opened()
    back = {"state": "bounced", "audience": "requester", "problem": "5.1.1 No such mailbox"}
    with room.database.write() as connection:
        address = room.request(one).requester_addr
        connection.execute(schema.outbox.update().values(to_addr=address, **back))
    told = f"เมลส่งไม่ถึงผู้ขอ {address}: ไม่มีที่อยู่อีเมลนี้ (No such mailbox)"
    assert told in officer.get(f"/desk/requests/{one}").text
    with room.database.write() as connection:
        connection.execute(schema.outbox.update().values(to_addr="before@school.example.org"))
    assert "เมลส่งไม่ถึงผู้ขอ" not in officer.get(f"/desk/requests/{one}").text


def test_the_officers_own_question_is_told_as_one(room: Room, officer: TestClient) -> None:
    (one,) = room.opened()
    room.happens(one, e.OfficerAsked(by="เจ้าหน้าที่", note="รวมโรงเรียนสาขาด้วยหรือไม่"))
    asked = officer.get(f"/desk/requests/{one}").text.partition("สิ่งที่ถามผู้ขอไว้")[2]
    assert "<li> «รวมโรงเรียนสาขาด้วยหรือไม่»</li>" in asked.partition("</ul>")[0]


def test_what_the_clock_did_is_told_as_done_by_the_program(room: Room, officer: TestClient) -> None:
    (one,) = room.opened(form=a_form(delivery="pickup"))
    room.happens(one, e.Approved(by="x", content_hash=room.request(one).content_hash, person_id=1))
    room.happens(one, e.HoldElapsed("clock"))
    assert "โดย ระบบ" in officer.get(f"/desk/requests/{one}").text.partition('id="past"')[2]
    assert "clock" not in officer.get(f"/desk/requests/{one}").text.partition('id="past"')[2]
