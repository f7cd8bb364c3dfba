"""Five tasks of a director on a phone of 360 px that keeps nothing: taps are counted and printed.

Run with -rP to read them. A tap is a touch; typing a code or a sentence counts as typed besides.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from mailproc.model import State
from mailproc.store import schema
from tests.factories import a_person
from tests.web.conftest import CODE, Room

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SHOTS = os.environ.get("MAILPROC_TEST_SHOTS", "")  # a folder for pictures of each page

pytestmark = pytest.mark.skipif(
    not CHROMIUM and os.environ.get("CI") != "true", reason="no chromium on this machine"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM or "chromium", args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Phone:
    """Counts what a stranger's thumb does."""

    page: Page
    url: str
    name: str
    taps: int = 0
    typed: int = 0
    began: float = field(default_factory=time.monotonic)

    def opens(self, path: str) -> None:
        """The link in the mail, one tap."""
        self.taps += 1
        self.page.goto(self.url + path)
        self.shot("1")

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def types(self, what: Locator, text: str) -> None:
        """Into a field: a tap, and the typing."""
        self.taps += 1
        self.typed += 1
        what.tap()
        what.fill(text)

    def chooses(self, what: Locator, value: str) -> None:
        """From a list that opens: two taps."""
        self.taps += 2
        what.select_option(value)

    def ends(self, said: str, most: int) -> None:
        """The page says what was done; nothing is wider than the screen."""
        expect(self.page.get_by_text(said).first).to_be_visible()
        self.shot("2")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        seconds = time.monotonic() - self.began
        print(f"{self.name}: {self.taps} taps, {self.typed} typed, {seconds:.1f} s")
        assert wide <= 360
        assert self.taps <= most

    def shot(self, mark: str) -> None:
        """Pictures at phone and desk width, by day and by night, where a folder is named."""
        if not SHOTS:
            return
        for width in (360, 1280):
            for scheme in ("light", "dark"):
                self.page.set_viewport_size({"width": width, "height": 800})
                self.page.emulate_media(color_scheme=scheme)
                file = Path(SHOTS) / f"{self.name}-{mark}-{width}-{scheme}.png"
                self.page.screenshot(path=file, full_page=True)
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def phone(browser: Browser, room: Room, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """A new phone at the office's pages."""
    with room.served_at_localhost() as url:
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, has_touch=True, java_script_enabled=True
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        yield Phone(page, url, request.node.name.removeprefix("test_"))
        context.close()


def test_approve(room: Room, phone: Phone) -> None:
    (one,) = room.opened()
    phone.opens(room.link(one))
    phone.tap(phone.page.locator(".choice.approve"))
    phone.types(phone.page.locator("#code"), CODE)
    phone.tap(phone.page.locator("form#decide button[type=submit]"))
    phone.ends("บันทึกผลแล้ว: อนุญาต", most=4)  # the mail's link, the choice, the code, save
    assert room.request(one).state is State.APPROVED


def test_refuse_with_a_ground(room: Room, phone: Phone) -> None:
    (one,) = room.opened()
    page = phone.page
    phone.opens(room.link(one))
    phone.tap(page.locator(".choice.refuse"))
    phone.chooses(page.locator("#ground"), _first_ground(page))
    phone.types(page.locator("#reason"), "ขอหนังสือจากต้นสังกัด")
    phone.types(page.locator("#code"), CODE)
    phone.tap(page.locator("form#decide button[type=submit]"))
    phone.ends("บันทึกผลแล้ว: ไม่อนุญาต", most=7)
    assert room.request(one).ground


def test_return_with_a_question(room: Room, phone: Phone) -> None:
    (one,) = room.opened()
    page = phone.page
    phone.opens(room.link(one))
    phone.tap(page.locator(".choice.return"))
    phone.types(page.locator("#question"), "จะใช้ข้อมูลของปีใด")
    phone.types(page.locator("#code"), CODE)
    phone.tap(page.locator("form#decide button[type=submit]"))
    phone.ends("ส่งกลับ", most=5)
    assert room.request(one).state is State.RETURNED


def test_decide_three_at_once(room: Room, phone: Phone) -> None:
    ids = room.opened(3)
    page = phone.page
    phone.opens(room.queue())
    for tick in page.locator("label.pick").all():
        phone.tap(tick)
    phone.tap(page.locator(".choice.approve"))
    phone.types(page.locator("#code"), CODE)
    phone.tap(page.get_by_role("button", name="บันทึกผลทุกเรื่องที่เลือก"))
    phone.ends("บันทึกแล้ว: อนุญาต 3 เรื่อง", most=7)
    assert {room.request(one).state for one in ids} == {State.APPROVED}


def test_name_a_deputy(room: Room, phone: Phone) -> None:
    deputy = room.add(
        a_person(id=0, name="นางรอง ใจดี", address="d@example.org", role="deputy", has_code=False)
    )
    page = phone.page
    day = room.clock().date() + timedelta(days=3)
    phone.opens(room.queue())
    phone.tap(page.get_by_role("link", name="ตั้งผู้ทำการแทน"))
    phone.types(page.locator("#code"), CODE)
    phone.tap(page.get_by_role("button", name="เปิดหน้าของท่าน"))
    phone.types(page.locator("#until"), day.isoformat())
    phone.tap(page.get_by_role("button", name="ตั้งผู้ทำการแทน"))
    phone.ends("ตั้งผู้ทำการแทนแล้ว", most=6)
    (row,) = room.rows(schema.absences)
    assert (row.person_id, row.deputy_id) == (room.director, deputy)


def _first_ground(page: Page) -> str:
    value = page.locator("#ground option").nth(1).get_attribute("value")
    assert value
    return value
