"""The demo in a real browser, as its people use it: mouse, keyboard, phone, and without scripts."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from mailproc.demo.stage import Ready

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE = {"width": 390, "height": 844}
DECIDED = "บันทึกผลแล้ว: "

pytestmark = pytest.mark.skipif(
    not CHROMIUM and os.environ.get("CI") != "true", reason="no chromium on this machine"
)


@pytest.fixture
def demo() -> Iterator[Ready]:
    """The demo as a process of its own, as people start it; the same sample twice in one demo
    would be linked to the first."""
    command = [sys.executable, "-m", "mailproc", "demo", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Ready(**json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ours instead of the plugin's, which lasts for the whole run: while it lives, no other test
    of the process can run an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM or "chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def inbox(page: Page, demo: Ready) -> Page:
    """The viewer, as it is opened first."""
    page.set_default_timeout(20_000)
    page.goto(demo.inbox_url)
    return page


def newest(page: Page, account: str) -> str:
    """The path of that person's newest mail, or "" where there is none."""
    mails = page.locator(f'a[href^="/mail/{account}/"]')
    return (mails.first.get_attribute("href") or "") if mails.count() else ""


def opens_new(page: Page, demo: Ready, account: str, before: str) -> Page:
    """Waits for a mail newer than `before` and opens it."""
    page.goto(demo.inbox_url)
    mail = page.locator(f'a[href^="/mail/{account}/"]:not([href="{before}"])').first
    expect(mail).to_be_visible(timeout=20_000)
    page.wait_for_function(
        "([account, before]) => {const a = document.querySelector(`a[href^='/mail/${account}/']`);"
        " return a && a.getAttribute('href') !== before}",
        arg=[account, before],
    )
    mail.click()
    return page


def asks(inbox: Page, demo: Ready, sample: str) -> Page:
    """Sends a sample and gives the decision page that its mail leads to."""
    before = newest(inbox, "director")
    inbox.get_by_role("button", name=sample).click()
    return decision_page(inbox, demo, before)


def decision_page(inbox: Page, demo: Ready, before: str) -> Page:
    opens_new(inbox, demo, "director", before)
    button = inbox.frame_locator("iframe").get_by_role("link", name="เปิดหน้าพิจารณา").first
    button.scroll_into_view_if_needed()
    with inbox.context.expect_page() as opened:
        button.click()
    page: Page = opened.value
    page.wait_for_load_state()
    return page


def approves(page: Page, demo: Ready) -> None:
    page.get_by_label("อนุญาต", exact=False).first.check()
    page.get_by_label("รหัสอนุมัติ").fill(demo.director_code)
    page.get_by_role("button", name="บันทึกผลการพิจารณา").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{DECIDED}อนุญาต")


def width_of(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


# ---------------------------------------------------------------- the whole way


def test_from_the_request_to_the_workbook_with_the_mouse(inbox: Page, demo: Ready) -> None:
    before = newest(inbox, "requester")
    page = asks(inbox, demo, "คำขอครบถ้วน")
    approves(page, demo)
    inbox.goto(demo.inbox_url)
    attached = inbox.locator('a[href^="/mail/requester/"]', has_text="xlsx").first
    expect(attached).to_be_visible(timeout=20_000)
    assert attached.get_attribute("href") != before
    attached.click()
    with inbox.expect_download() as download:
        inbox.locator(".attached a").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert len(book.worksheets) == 4  # table, chart, columns, source
    assert all(sheet.max_row > 10 for sheet in book.worksheets)


def test_a_refusal_reaches_the_requester_with_its_reason(inbox: Page, demo: Ready) -> None:
    page = asks(inbox, demo, "คำขอครบถ้วน")
    before = newest(_inbox(inbox, demo), "requester")
    expect(page.get_by_label("เหตุผลที่ไม่อนุญาต")).to_be_hidden()
    page.get_by_label("ไม่อนุญาต", exact=False).first.check()
    page.get_by_label("เหตุที่ไม่อนุญาต").select_option("s15_5")
    page.get_by_label("เหตุผลที่ไม่อนุญาต").fill("ขอหนังสือจากต้นสังกัด")
    page.get_by_label("รหัสอนุมัติ").fill("918273")
    page.get_by_role("button", name="บันทึกผลการพิจารณา").click()
    expect(page.get_by_role("alert")).to_contain_text("รหัสอนุมัติไม่ถูกต้อง")
    page.get_by_label("รหัสอนุมัติ").fill(demo.director_code)
    page.get_by_role("button", name="บันทึกผลการพิจารณา").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{DECIDED}ไม่อนุญาต")
    opens_new(inbox, demo, "requester", before)
    body = inbox.frame_locator("iframe").locator("body")
    expect(body).to_contain_text("ขอหนังสือจากต้นสังกัด")
    expect(body).to_contain_text("อุทธรณ์")


def test_the_answer_to_a_question_brings_the_request_to_the_director(
    inbox: Page, demo: Ready
) -> None:
    asked, before = newest(inbox, "requester"), newest(inbox, "director")
    inbox.get_by_role("button", name="คำขอที่ลืมบอกวัตถุประสงค์").click()
    opens_new(inbox, demo, "requester", asked)
    expect(inbox.get_by_role("heading", level=1)).to_contain_text("ขอข้อมูลเพิ่มเติม")
    inbox.get_by_label("ตอบกลับเมลนี้").fill("วัตถุประสงค์: เพื่อจัดทำแผนของโรงเรียน")
    inbox.get_by_role("button", name="ส่งคำตอบ").click()
    page = decision_page(inbox, demo, before)
    expect(page.locator("blockquote").first).to_have_text("เพื่อจัดทำแผนของโรงเรียน")


def _inbox(page: Page, demo: Ready) -> Page:
    page.goto(demo.inbox_url)
    return page


# ---------------------------------------------------------------- other ways to use it


def test_the_keyboard_alone_approves(inbox: Page, demo: Ready) -> None:
    page = asks(inbox, demo, "คำขอครบถ้วน")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator('[value="approve"]')).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("รหัสอนุมัติ")).to_be_focused()
    page.keyboard.type(demo.director_code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{DECIDED}อนุญาต")


def test_without_scripts_all_works_alike(browser: Browser, demo: Ready) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.inbox_url)
    before = newest(page, "director")
    page.get_by_role("button", name="คำขอครบถ้วน").click()
    mail = page.locator(f'a[href^="/mail/director/"]:not([href="{before}"])').first
    expect(mail).to_be_visible(timeout=20_000)  # the page reloads itself
    while newest(page, "director") == before:
        page.reload()
    page.goto(demo.inbox_url + newest(page, "director"))
    with context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="เปิดหน้าพิจารณา").first.click()
    approves(opened.value, demo)
    context.close()


def test_a_phone_shows_everything_without_scrolling_sideways(browser: Browser, demo: Ready) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    inbox = context.new_page()
    inbox.set_default_timeout(20_000)
    inbox.goto(demo.inbox_url)
    page = asks(inbox, demo, "คำขอเฉพาะ ป.1-ป.3")
    seen = [inbox, page]
    _phone_sized(seen)
    inbox.goto(inbox.url + "/html")  # the mail alone, as a phone shows it
    _phone_sized(seen)
    approves(page, demo)
    inbox.goto(demo.inbox_url)
    _phone_sized(seen)
    page.goto(demo.public_url + "/d/nothing")
    _phone_sized(seen)
    context.close()


def _phone_sized(pages: list[Page]) -> None:
    for page in pages:
        assert width_of(page) <= PHONE["width"], page.url


def test_no_page_shuts_anybody_out(context: BrowserContext, inbox: Page, demo: Ready) -> None:
    accessible(inbox)
    page = asks(inbox, demo, "คำขอครบถ้วน")
    accessible(page)
    accessible(inbox)
    page.get_by_role("button", name="บันทึกผลการพิจารณา").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page)
    approves(page, demo)
    accessible(page)
    requester = _inbox(inbox, demo).locator('a[href^="/mail/requester/"]').first
    requester.click()
    accessible(inbox)
    with context.expect_page() as opened:
        inbox.frame_locator("iframe").get_by_role("link", name="ดูสถานะคำขอ").click()
    accessible(opened.value)
    page.goto(demo.public_url + "/d/nothing")
    accessible(page)


def test_a_robot_in_a_browser_that_presses_everything_approves_nothing(
    inbox: Page, demo: Ready
) -> None:
    page = asks(inbox, demo, "คำขอครบถ้วน")
    url = page.url
    for guess in ("", "123456", "000000"):
        page.goto(url)
        for box in page.locator("input[type=radio]").all():
            box.check()
            for field in page.locator("input:not([type=hidden]):not([type=radio]):visible").all():
                if field.get_attribute("type") == "checkbox":
                    field.check()
                else:
                    field.fill(guess)
            page.locator("button").first.click()
    page.goto(url)
    expect(page.locator("#decide")).to_be_visible()
