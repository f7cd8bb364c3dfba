"""Axe in the browser under the strict CSP: every page a mail leads to, its error pages, the mails.

Wide and narrow, light and dark. Pages stay small whatever they show.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Response

from mailproc.datasets.query import prepare
from mailproc.model import Prepared, Request, State
from tests.factories import an_item
from tests.robots import mails
from tests.robots.office import Office
from tests.web.conftest import CODE, Room, a_config

_MOST = 50_000  # bytes of a page, its style sheets apart
_LOOKS = (
    {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
)
_STRICT = {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"}
_OF_THE_DESK = (
    *("?q=1&group=all", "/entry/ID", "/handovers", "/months", "/me", "/requests/ID/form"),
)
_BAD = ("serious", "critical")

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=_LOOKS, ids=["phone-dark", "desk-light"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(**request.param)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def faults(page: Page) -> list[str]:
    """What shuts somebody out, as axe names it, with the element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {one['id']} {one['impact']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in _BAD
        for node in one["nodes"]
    ]


def size_faults(response: Response | None) -> list[str]:
    """Too big, without the policy, or reaching over the edge of the window."""
    if response is None or "html" not in response.headers.get("content-type", ""):
        return []
    policy = {part.strip() for part in response.headers["content-security-policy"].split(";")}
    size = len(response.body())
    wrong = [f"{response.url} has {size} bytes"] if size > _MOST else []
    if not policy >= _STRICT or "unsafe" in str(policy) or "*" in str(policy):
        wrong.append(f"{response.url} has {policy}")
    return wrong


def edge_faults(page: Page) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{page.url} is {width} too wide"] if width > 0 else []


def look(page: Page, url: str) -> list[str]:
    """The page behind an address."""
    wrong = size_faults(page.goto(url))
    return wrong + faults(page) + edge_faults(page)


def press(page: Page, url: str, choice: int, word: str) -> list[str]:
    """The page that a form leads to which is sent with that choice and that word alone."""
    page.goto(url)
    if not page.locator("form button").count():
        return []
    boxes = page.locator("input[type=radio], input[type=checkbox]")
    for number in range(boxes.count()):
        if boxes.nth(number).get_attribute("type") == "checkbox" or number == choice:
            boxes.nth(number).evaluate("box => box.checked = true")
    for field in page.locator("input:not([type=hidden], [type=radio], [type=checkbox])").all():
        field.evaluate("(field, word) => field.value = word", word)
    with page.expect_navigation() as came:
        page.locator("form button").last.click()
    return size_faults(came.value) + faults(page) + edge_faults(page)


def _of_a_kind(office: Office) -> list[mails.Found]:
    """Mailed links, the newest six of each kind of page."""
    found = [one for one in office.links() if one.is_page]
    kinds = itertools.groupby(
        sorted(found, key=lambda one: urlsplit(one.url).path[:3]),
        lambda one: urlsplit(one.url).path[:3],
    )
    return [one for _, alike in kinds for one in list(alike)[:6]]


def test_every_page_that_a_mail_leads_to_is_open_to_everybody(office: Office, page: Page) -> None:
    wrong: list[str] = []
    for one in _of_a_kind(office):
        office.forget_tries()
        wrong += look(page, one.url)
        further = page.evaluate("[...document.querySelectorAll('main a')].map(a => a.href)")
        same = [url for url in further if url.startswith(office.public_url)]
        for word, choice in (("", -1), ("918273", 0), ("918273", 1)):
            wrong += press(page, one.url, choice, word)
        for url in list(dict.fromkeys(same))[:4]:
            wrong += look(page, url)
    for path in ("/d/nothing", "/s/nothing", "/f/nothing", "/q/nothing", "/nothing"):
        wrong += look(page, office.public_url + path)
    assert list(dict.fromkeys(wrong)) == []


def test_every_mail_is_open_to_everybody(office: Office, page: Page) -> None:
    kinds: dict[str, str] = {}
    for inbox in office.mails().values():
        for mail in inbox:
            kinds.setdefault(office.kind_of(mail), mail.html)
    assert len(kinds) > 6
    wrong: list[str] = []
    for kind, html in kinds.items():
        page.set_content(html)
        wrong += [f"{kind}: {one}" for one in faults(page) + edge_faults(page)]
    assert wrong == []


# ---------------------------------------------------------------- every state


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(a_config(tmp_path_factory.mktemp("axe"))).with_code()
    yield room
    room.database.close()


def test_the_pages_of_every_state_are_open_to_everybody(room: Room, page: Page) -> None:
    (one,) = room.opened()
    before = room.request(one)
    wrong: list[str] = []
    with room.served() as url:
        for state in State:
            if state is State.NEW:
                continue
            decided = state in (State.APPROVED, State.DELIVERED, State.REFUSED)
            room.put(
                one,
                state=state,
                reason="ขอหนังสือจากต้นสังกัด",
                resume=State.AWAITING_DECISION if state is State.NEEDS_PERSON else None,
                decided_at=before.received_at if decided else None,
                decided_by="นายธงชัย มั่นคง" if decided else "",
            )
            wrong += look(page, url + room.link(one))
            wrong += look(page, url + room.link(one, "status"))
    room.put(one, **_fields(before))
    assert list(dict.fromkeys(wrong)) == []


def _log_in(room: Room, page: Page, url: str) -> None:
    room.with_code(person=room.officer)
    page.goto(f"{url}/desk/login")
    page.select_option("#person", str(room.officer))
    page.fill("#code", CODE)
    page.click("main button[type=submit] >> nth=0")


def test_an_old_screen_shows_a_call_and_a_month_whole(room: Room, browser: Browser) -> None:
    """1,024 by 768: nothing of the entry lies below the fold, no figure beyond the edge."""
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    page = context.new_page()
    with room.served_inside() as url:
        _log_in(room, page, url)
        page.goto(f"{url}/desk/entry")
        box = page.locator(".entry button[type=submit]").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 768
        room.opened()
        page.goto(f"{url}/desk/months?month=2569-11")
        wide = (
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
        )
        assert page.evaluate(f"{wide}.length") == 0
    context.close()


def test_the_desk_and_its_acts_are_open_to_everybody(room: Room, page: Page) -> None:
    """With every form open, and with its faults told."""
    (one, other) = room.opened(2)
    with room.served_inside() as url:
        _log_in(room, page, url)
        case = f"{url}/desk/requests/{one}"
        wrong = [
            fault
            for path in _OF_THE_DESK
            for fault in look(page, f"{url}/desk{path.replace('ID', str(one))}")
        ]
        for act in ("paper", "ask", "correct", "attach"):
            page.goto(f"{case}?do={act}#acts")
            page.locator("details.act[open] button[type=submit]").first.click()
            wrong += faults(page) + edge_faults(page)
        page.goto(f"{url}/desk/entry")
        page.click(".entry button[type=submit]")
        wrong += faults(page) + edge_faults(page)
        room.put(other, state=State.NEEDS_PERSON, reason="scan")
        wrong += look(page, f"{url}/desk/requests/{other}")
    assert list(dict.fromkeys(wrong)) == []


def _fields(request: Request) -> dict[str, Any]:
    names = ("state", "reason", "resume", "decided_at", "decided_by")
    return {name: getattr(request, name) for name in names}


def test_the_widest_dataset_and_the_longest_words_keep_every_page_small(
    room: Room, page: Page
) -> None:
    (one,) = room.opened()
    widest = max(_offered(room), key=lambda found: len(found.columns))
    assert len(widest.columns) > 50
    form = replace(room.request(one).form, purpose="ก" * 2000, organisation="ข" * 500)
    room.put(one, prepared=widest, form=form)
    with room.served() as url:
        for path in (room.link(one), room.link(one, "status"), room.queue()):
            assert look(page, url + path) == []


def _offered(room: Room) -> Iterator[Prepared]:
    """Every dataset of the catalogue at every level."""
    for dataset in room.catalogue.datasets:
        for level in dataset.levels:
            words = {"dataset": dataset.title_th, "dataset_id": dataset.id, "level": level}
            item = an_item(filters=(), round=None, latest=True, academic_years=(), **words)
            found = prepare(item, room.catalogue, room.config.warehouse_url)
            if isinstance(found, Prepared):
                yield found


def test_axe_does_find_what_is_wrong(page: Page) -> None:
    page.set_content("<html lang=th><title>x</title><main><img src=x><input><button></button>")
    assert len(faults(page)) >= 3
