"""The demo's inbox in the browser, over a real embedded mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from starlette.testclient import TestClient

from mailproc.demo import letters
from mailproc.demo.boxes import Boxes
from mailproc.demo.inbox import (
    COLUMNS,
    TEMPLATES,
    DemoPages,
    inbox_app,
    linked,
    load_samples,
    open_links_outside,
    stage,
)
from mailproc.demo.letters import File, Shown, show
from mailproc.demo.server import EmbeddedMail
from mailproc.model import Known
from mailproc.parsers import intent
from mailproc.parsers.reader import read

ACCOUNTS = {
    "office": ("data@office.example.org", "a"),
    "director": ("director@office.example.org", "b"),
    "officer": ("officer@office.example.org", "c"),
    "requester": ("somying@school.example.org", "d"),
}
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
WORKBOOK = bytes(range(256)) * 10


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(ACCOUNTS, imap_port=0, smtp_port=0) as server:
        yield server


@pytest.fixture
def boxes(mail: EmbeddedMail) -> Boxes:
    return Boxes(mail)


@pytest.fixture
def viewer(mail: EmbeddedMail) -> Iterator[TestClient]:
    app = inbox_app(mail, DemoPages("482915", internal_url="http://127.0.0.1:8081/"))
    with TestClient(app, base_url="http://127.0.0.1:8090") as client:
        yield client


def from_office(
    boxes: Boxes, account: str, subject: str, *, html: str = "", file: str = ""
) -> None:
    message = EmailMessage()
    message["From"] = "กลุ่มนโยบายและแผน <data@office.example.org>"
    message["To"] = boxes.address(account)
    message["Subject"] = subject
    message["Message-ID"] = "<ask-1@office.example.org>"
    message["Reply-To"] = "data+r7@office.example.org"
    message.set_content("โปรดแจ้งวัตถุประสงค์\nดู http://127.0.0.1:8080/s/abc.\n")
    if html:
        message.add_alternative(html, subtype="html")
    if file:
        message.add_attachment(WORKBOOK, maintype="application", subtype="zip", filename=file)
    boxes.send("office", boxes.address(account), message.as_bytes())


def test_the_first_page_says_what_to_do_and_shows_everybody(viewer: TestClient) -> None:
    page = viewer.get("/")
    assert page.status_code == 200
    assert 'aria-current="step"' in page.text
    for words in (
        "ส่งคำขอตัวอย่าง",
        "ผู้ขอข้อมูล",
        "ผู้อำนวยการกลุ่มนโยบายและแผน",
        "เจ้าหน้าที่ผู้รับผิดชอบ",
        "482915",
    ):
        assert words in page.text
    assert page.text.count("ยังไม่มีเมล") == len(ACCOUNTS)


def test_the_page_refreshes_itself_without_scripts_too(viewer: TestClient) -> None:
    page = viewer.get("/").text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert viewer.get("/refresh.js").headers["content-type"].startswith("text/javascript")
    assert viewer.get("/style.css").headers["content-type"].startswith("text/css")
    assert viewer.get("/samples.toml").status_code == 404


@pytest.mark.parametrize("sample", load_samples(TEMPLATES), ids=lambda sample: sample.id)
def test_a_sample_request_reaches_the_office(
    viewer: TestClient, boxes: Boxes, sample: object
) -> None:
    wanted = next(s for s in load_samples(TEMPLATES) if s == sample)
    answer = viewer.post("/send", data={"sample": wanted.id}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/?sent={wanted.id}")
    (request,) = boxes.mails("office")
    assert request.subject == wanted.subject
    assert (request.from_name, request.from_addr) == (wanted.from_name, boxes.address("requester"))
    assert request.text.strip().replace("\r", "") == (
        wanted.body.replace("{address}", boxes.address("requester")).strip()
    )
    assert "ส่งคำขอแล้ว" in viewer.get("/?sent=complete").text


def test_a_sample_sent_twice_says_that_it_is_meant_anew(viewer: TestClient, boxes: Boxes) -> None:
    """Without that word the office tells of the first one, true but puzzling in a demo."""
    sample = load_samples(TEMPLATES)[0]
    for _ in range(2):
        viewer.post("/send", data={"sample": sample.id})
    subjects = {mail.subject for mail in boxes.mails("office")}
    assert {sample.subject, f"{sample.subject} (ขอใหม่)"} <= subjects
    assert intent.asks_anew(f"{sample.subject} (ขอใหม่)", sample.body)


@pytest.mark.parametrize(
    ("sample_id", "missing", "filters"),
    [
        ("complete", (), ()),
        ("incomplete", ("purpose",), ()),
        ("filtered", (), ("ป.1-ป.3", "โรงเรียนขนาดเล็ก")),
    ],
)
def test_the_samples_are_read_as_they_are_meant(
    boxes: Boxes, sample_id: str, missing: tuple[str, ...], filters: tuple[str, ...]
) -> None:
    (sample,) = (sample for sample in load_samples(TEMPLATES) if sample.id == sample_id)
    sender = boxes.sender("requester", sample.from_name)
    body = sample.body.replace("{address}", sender.address)
    raw = letters.request(sender, boxes.address("office"), sample.subject, body)
    titles = ("จำนวนนักเรียนจำแนกตามชั้นและเพศ",)
    reading = read(raw, Known(datasets=(("student_count", titles),)))
    assert (reading.kind, reading.missing) == ("request", missing)
    assert reading.form is not None
    (item,) = reading.form.items
    assert (item.dataset_id, item.academic_years) == ("student_count", (2568,))
    assert item.filters == filters


def test_an_unknown_sample_sends_nothing(viewer: TestClient, boxes: Boxes) -> None:
    assert viewer.post("/send", data={"sample": "other"}).status_code == 400
    assert boxes.mails("office") == []


@pytest.mark.parametrize("path", ["/send", "/reply"])
def test_a_page_from_elsewhere_can_send_nothing(
    viewer: TestClient, boxes: Boxes, path: str
) -> None:
    form = {"sample": "complete", "account": "requester", "uid": "101", "text": "x"}
    for origin in ("https://example.com", "null"):
        assert viewer.post(path, data=form, headers={"Origin": origin}).status_code == 403
    assert boxes.mails("office") == []
    own = {"Origin": "http://127.0.0.1:8090"}
    assert viewer.post("/send", data=form, headers=own).status_code == 200


def test_only_this_computer_by_its_own_names_is_answered(viewer: TestClient) -> None:
    assert viewer.get("/", headers={"Host": "localhost:8090"}).status_code == 200
    assert viewer.get("/", headers={"Host": "demo.example.com"}).status_code == 400


def test_opening_pages_sends_nothing(viewer: TestClient, boxes: Boxes) -> None:
    for path in ("/send", "/send?sample=complete", "/reply"):
        assert viewer.get(path).status_code in (404, 405)
    assert boxes.mails("office") == []


def test_a_mail_opens_in_a_frame_that_can_do_nothing(viewer: TestClient, boxes: Boxes) -> None:
    html = "<html><head lang=th></head><body><a href='http://127.0.0.1:1/d'>เปิด</a></body></html>"
    from_office(boxes, "director", "ขออนุญาต", html=html)
    page = viewer.get("/mail/director/101").text
    assert "482915" in page
    frame = re.search(r'<iframe[^>]* sandbox="([^"]*)"[^>]* src="([^"]*)"', page)
    assert frame is not None
    assert "allow-scripts" not in frame[1]
    assert "allow-same-origin" not in frame[1]
    inner = viewer.get(frame[2])
    assert '<head lang=th><base target="_blank">' in inner.text
    policy = inner.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups ")
    assert "default-src 'none'" in policy


def test_a_mail_can_be_read_as_text_with_its_links(viewer: TestClient, boxes: Boxes) -> None:
    from_office(boxes, "requester", "ถามเพิ่ม", html="<p>สวย</p>")
    page = viewer.get("/mail/requester/101?text").text
    assert "<iframe" not in page
    assert '<a href="http://127.0.0.1:8080/s/abc" target="_blank"' in page


def test_a_mail_without_html_is_shown_as_text(viewer: TestClient, boxes: Boxes) -> None:
    from_office(boxes, "requester", "ถามเพิ่ม")
    assert '<pre class="text">' in viewer.get("/mail/requester/101").text
    assert viewer.get("/mail/requester/101/html").status_code == 404


def test_an_attachment_comes_as_it_was_sent(viewer: TestClient, boxes: Boxes) -> None:
    from_office(boxes, "requester", "ส่งข้อมูล", file="จำนวนนักเรียน 2568.xlsx")
    assert "ไฟล์แนบ: จำนวนนักเรียน 2568.xlsx" in viewer.get("/").text
    assert "/mail/requester/101/file/0" in viewer.get("/mail/requester/101").text
    file = viewer.get("/mail/requester/101/file/0")
    assert file.content == WORKBOOK
    disposition = file.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%E0%B8%88")
    assert viewer.get("/mail/requester/101/file/1").status_code == 404


def test_what_a_stranger_wrote_is_never_markup(viewer: TestClient, boxes: Boxes) -> None:
    sender = boxes.sender("requester", "<b>หนา</b>")
    raw = letters.request(sender, boxes.address("office"), "<script>x</script>", "<i>เอียง</i>")
    boxes.send("requester", boxes.address("office"), raw)
    for path in ("/", "/mail/office/101"):
        page = viewer.get(path).text
        for markup in ("<b>หนา", "<script>x", "<i>เอียง"):
            assert markup not in page
        assert "&lt;script&gt;x" in page


def test_a_reply_goes_to_the_reply_address_and_threads(viewer: TestClient, boxes: Boxes) -> None:
    viewer.post("/send", data={"sample": "incomplete"})
    from_office(boxes, "requester", "Re: ขอข้อมูลเพิ่มเติม")
    form = {"account": "requester", "uid": "101", "text": "วัตถุประสงค์: เพื่อวางแผน\r\n"}
    assert viewer.post("/reply", data=form, follow_redirects=False).status_code == 303
    answer = boxes.mails("office")[0]
    assert answer.subject == "Re: ขอข้อมูลเพิ่มเติม"
    assert answer.references == ("<ask-1@office.example.org>",)
    assert (answer.from_name, answer.to) == ("สมหญิง ใจดี", ("data+r7@office.example.org",))
    raw = letters.reply(boxes.sender("requester"), boxes.mail("requester", 101), "ค่ะ")
    assert read(raw, Known()).text == "ค่ะ"  # the reader cuts what is quoted
    lines = answer.text.replace("\r", "").split("\n")
    assert lines[0] == "วัตถุประสงค์: เพื่อวางแผน"
    assert "> โปรดแจ้งวัตถุประสงค์" in lines
    assert answer.text.index("<data@office.example.org> wrote:") < answer.text.index("> โปรด")


def test_an_empty_reply_is_not_sent(viewer: TestClient, boxes: Boxes) -> None:
    from_office(boxes, "requester", "ถามเพิ่ม")
    form = {"account": "requester", "uid": "101", "text": " \n"}
    answer = viewer.post("/reply", data=form)
    assert answer.status_code == 400
    assert "โปรดพิมพ์ข้อความก่อนส่ง" in answer.text
    assert boxes.mails("office") == []


def test_a_reply_that_nobody_can_receive_is_kept_and_told(viewer: TestClient, boxes: Boxes) -> None:
    sender = replace(boxes.sender("requester"), address="away@example.com")
    raw = letters.request(sender, boxes.address("officer"), "ถาม", "สวัสดี")
    boxes.send("requester", boxes.address("officer"), raw)
    form = {"account": "officer", "uid": "101", "text": "คำตอบของฉัน"}
    answer = viewer.post("/reply", data=form)
    assert answer.status_code == 400
    assert "away@example.com ไม่ได้" in answer.text
    assert "คำตอบของฉัน</textarea>" in answer.text


@pytest.mark.parametrize(
    ("account", "uid", "status"),
    [("office", "101", 403), ("nobody", "101", 404), ("requester", "x", 404), ("", "", 404)],
)
def test_replies_that_make_no_sense_are_refused(
    viewer: TestClient, boxes: Boxes, account: str, uid: str, status: int
) -> None:
    viewer.post("/send", data={"sample": "complete"})
    form = {"account": account, "uid": uid, "text": "x"}
    assert viewer.post("/reply", data=form).status_code == status
    assert len(boxes.mails("office")) == 1


@pytest.mark.parametrize("path", ["/mail/nobody/1", "/mail/requester/999", "/nothing"])
def test_what_is_not_there_is_said_in_thai(viewer: TestClient, path: str) -> None:
    page = viewer.get(path)
    assert page.status_code == 404
    assert "ไม่พบสิ่งที่ต้องการเปิด" in page.text


def test_pages_are_not_kept_and_run_only_our_own_files(viewer: TestClient) -> None:
    headers = viewer.get("/").headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'self';")
    # With no-referrer a browser posts our own forms with «Origin: null».
    assert headers["referrer-policy"] == "same-origin"


def at(minute: int, *, answers: str = "", file: bool = False) -> Shown:
    shown = show(1, NOW + timedelta(minutes=minute), b"Subject: x\r\n\r\n")
    files = (File("a.xlsx", "application/zip", b""),) if file else ()
    return replace(shown, references=(answers,) if answers else (), files=files)


@pytest.mark.parametrize(
    ("office", "requester", "director", "expected"),
    [
        ([], [], [], 1),
        ([at(0)], [], [], 2),
        ([at(0)], [at(1)], [], 2),
        ([at(0)], [at(1)], [at(1)], 3),
        ([at(0)], [at(2, file=True)], [at(1)], 4),
        ([at(0), at(3, answers="<1@example.org>")], [at(2, file=True)], [at(1)], 4),
        ([at(0), at(3)], [at(2, file=True)], [at(1)], 2),
        ([at(0), at(3)], [at(2, file=True)], [at(1), at(4)], 3),
    ],
)
def test_the_step_follows_the_newest_request(
    office: list[Shown], requester: list[Shown], director: list[Shown], expected: int
) -> None:
    boxes = {"office": office, "requester": requester, "director": director, "officer": []}
    assert stage(boxes) == expected


def test_every_column_has_its_own_list(viewer: TestClient, boxes: Boxes) -> None:
    for account in COLUMNS:
        from_office(boxes, account, f"ถึง {account}")
    page = viewer.get("/").text
    for account in COLUMNS:
        part = page.split(f'id="box-{account}"')[1].split("</section>")[0]
        assert re.findall(r"ถึง (\w+)", part) == [account]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ดู https://example.org/a?b=1&c=2.", "https://example.org/a?b=1&amp;c=2"),
        ("<http://example.org/x>", "http://example.org/x"),
    ],
)
def test_addresses_in_text_become_links(text: str, expected: str) -> None:
    assert f'<a href="{expected}" target="_blank" rel="noreferrer">{expected}</a>' in linked(text)


def test_other_text_stays_text() -> None:
    assert str(linked("javascript:alert(1) <b>")) == "javascript:alert(1) &lt;b&gt;"


def test_links_open_outside_even_without_a_head() -> None:
    assert open_links_outside("<p>x</p>") == '<base target="_blank"><p>x</p>'


def test_a_link_that_begins_a_reply_fills_the_form_in(viewer: TestClient, boxes: Boxes) -> None:
    link = "mailto:data@office.example.org?subject=Re&amp;body=%E0%B8%AD%0D%0Acode%3A%20%0D%0A"
    html = f'<p><a href="{link}" style="x">ตอบว่า อนุญาต</a></p>'
    from_office(boxes, "director", "ขออนุญาต", html=html)
    uid = boxes.mails("director")[0].uid
    framed = viewer.get(f"/mail/director/{uid}/html").text
    assert f'href="/mail/director/{uid}?reply=0#text" target="_top"' in framed
    assert "mailto:" not in framed
    page = viewer.get(f"/mail/director/{uid}?reply=0").text
    assert re.search(r"<textarea[^>]*>อ\s+code: ", page)
    for other in ("1", "x", "-1", "²"):
        assert "code: " not in viewer.get(f"/mail/director/{uid}?reply={other}").text
