"""Papers of a request: printed, signed, scanned and attached."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from mailproc.store import schema
from mailproc.workflow import events as e
from tests.web.conftest import Room, csrf_of
from tests.web.desk.test_entry import CALL, enter

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n%%EOF\n"


def scan(client: TestClient, name: str, content: bytes, page: str = "/desk/entry/1") -> object:
    csrf = csrf_of(client.get(page).text)
    files = {"scan": (name, content, "application/octet-stream")}
    return client.post("/desk/requests/1/papers", data={"csrf": csrf}, files=files)


def words(content: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s", "", text)


def ready(room: Room) -> None:
    """Its file is built and waits to be handed over."""
    while room.fulfil.turn(room.desk(), room.clock()):
        pass
    shown = room.request(1)
    room.happens(1, e.Approved(by="ผู้อำนวยการ", content_hash=shown.content_hash))
    room.happens(1, e.HoldElapsed())
    while room.fulfil.turn(room.desk(), room.clock()):
        pass


def test_the_form_is_printed_as_it_was_told(room: Room, officer: TestClient) -> None:
    enter(officer, requester_type="government", level="school")
    page = officer.get("/desk/requests/1/form").text
    number = room.request(1).number
    for said in (CALL["requester_name"], CALL["purpose"], CALL["phone"], number):
        assert said in page
    assert page.count("☑") == 4, "type, data, level, delivery"
    answer = officer.get("/desk/requests/1/form.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    text = words(answer.content)
    assert number in text
    assert CALL["phone"] in text
    assert not PdfReader(io.BytesIO(answer.content)).get_fields()


def test_the_cover_says_what_is_handed_over_and_has_a_line_for_who_took_it(
    room: Room, officer: TestClient
) -> None:
    enter(officer)
    assert "ยังไม่มีไฟล์" in officer.get("/desk/requests/1/cover").text
    ready(room)
    page = officer.get("/desk/requests/1/cover").text
    assert room.request(1).number in page
    assert re.search(r"\.xlsx 1 ไฟล์ [0-9]+ แผ่นงาน", page)
    assert "ผู้รับข้อมูล" in page
    assert "วันที่และเวลา" in page
    assert room.request(1).number in words(officer.get("/desk/requests/1/cover.pdf").content)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("แบบคำขอ.pdf", PDF, "application/pdf"),
        ("../../photo.JPG", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        ("scan", PNG, "image/png"),
    ],
)
def test_the_signed_page_is_kept_with_the_request(
    room: Room, officer: TestClient, name: str, content: bytes, media_type: str
) -> None:
    enter(officer)
    scan(officer, name, content)
    (row,) = room.rows(schema.papers)
    assert (row.kind, row.media_type, row.person_id) == ("signed_form", media_type, room.officer)
    assert "/" not in row.filename
    given = officer.get(f"/desk/requests/1/papers/{row.id}")
    assert given.content == content
    assert given.headers["content-type"] == media_type
    assert "sandbox" in given.headers["content-security-policy"]
    assert given.headers["content-disposition"].startswith("attachment")
    assert given.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "content", [b"", b"<html><script>1</script>", b"PK\x03\x04", b"GIF89a", b" %PDF-1.7"]
)
def test_what_is_no_scan_is_refused_at_its_field(
    room: Room, officer: TestClient, content: bytes
) -> None:
    enter(officer)
    answer = scan(officer, "scan.pdf", content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'id="scan-fault"' in answer.text  # type: ignore[attr-defined]
    assert room.rows(schema.papers) == []


def test_papers_are_for_those_who_are_logged_in_and_belong_to_one_request(
    room: Room, officer: TestClient, director: TestClient
) -> None:
    enter(officer)
    enter(officer, dataset="school_directory")
    scan(officer, "scan.png", PNG)
    assert director.get("/desk/requests/1/papers/1").content == PNG
    assert officer.get("/desk/requests/2/papers/1").status_code == 404
    officer.cookies.clear()
    for path in ("papers/1", "form", "form.pdf", "cover", "cover.pdf"):
        answer = officer.get(f"/desk/requests/1/{path}", follow_redirects=False)
        assert answer.status_code == 303, path
        assert "/desk/login" in answer.headers["location"]


def test_who_may_only_look_adds_no_paper(
    room: Room, officer: TestClient, director: TestClient
) -> None:
    enter(officer)
    assert 'type="file"' not in director.get("/desk/entry/1").text
    files = {"scan": ("scan.png", PNG, "image/png")}
    assert director.post("/desk/requests/1/papers", files=files).status_code == 403
    assert room.rows(schema.papers) == []


def test_data_on_paper_is_ticked_on_the_form_and_offered_only_there(
    room: Room, officer: TestClient
) -> None:
    enter(officer, delivery="paper")
    enter(officer, dataset="school_directory")
    assert "☑ เอกสาร" in officer.get("/desk/requests/1/form").text
    assert "☐ เอกสาร" not in officer.get("/desk/requests/2/form").text


@pytest.mark.parametrize("path", ["form", "form.pdf", "cover", "cover.pdf", "papers", "papers/9"])
def test_papers_of_no_request_are_not_found(officer: TestClient, path: str) -> None:
    assert officer.get(f"/desk/requests/99/{path}").status_code == 404
