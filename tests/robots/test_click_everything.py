"""A browser that opens every link of every mail, runs scripts, types and presses everything."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from mailproc.store import schema
from tests.e2e.daemon import CODE
from tests.robots import mails, stage
from tests.robots.clicker import Clicker
from tests.robots.office import Office, Seen
from tests.robots.poster import Poster

_SECONDS = 40  # for one walk over everything
_OPENS_KEPT = 50

pytestmark = pytest.mark.timeout(300)


def page_links(office: Office) -> list[mails.Found]:
    """One for each address that leads to a page of ours."""
    found = [one for one in office.links() if one.is_page]
    assert {urlsplit(one.url).netloc for one in found} == {urlsplit(office.public_url).netloc}
    return found


def test_the_mails_lead_to_pages_of_every_kind(office: Office) -> None:
    kinds = Counter(urlsplit(one.url).path.split("/")[1] for one in page_links(office))
    assert kinds["d"] >= 5
    assert kinds["s"] >= 5
    assert kinds["f"] >= 1
    assert kinds["q"] >= 1
    readers = {one.account for one in page_links(office)}
    assert readers >= {"director", "deputy", "requester"}


@pytest.mark.parametrize("keeps_cookies", [True, False], ids=["cookies", "no-cookies"])
def test_a_machine_that_presses_everything_changes_nothing(
    office: Office, browser: Browser, keeps_cookies: bool
) -> None:
    found = page_links(office)
    office.forget_tries()
    before = Seen(office)
    machine = Clicker(
        browser, keeps_cookies=keeps_cookies, seconds=_SECONDS, between=office.forget_tries
    )
    share = _SECONDS / len(found)
    began = machine.walk.until - _SECONDS
    for number, one in enumerate(found, 1):
        machine.walk.until = began + number * share  # every link gets its turn
        machine.open(one)
    machine.close()
    walk = machine.walk
    print(len(found), "links", walk.presses, "presses", walk.posts, "posts", walk.statuses)
    assert walk.posts > len(found)
    assert walk.downloads == 0
    assert before.changes() == {}
    assert max(office.opens().values()) <= _OPENS_KEPT


def test_a_machine_that_sends_every_word_it_can_read_changes_nothing(office: Office) -> None:
    found = page_links(office)
    before = Seen(office)
    machine = Poster(office.forget_tries)
    for turn, one in enumerate(found):
        machine.open(one, turn)
    print(len(found), "links", machine.posts, "posts", dict(machine.statuses))
    assert machine.posts > 30 * len(found) / 2
    assert before.changes() == {}
    assert max(office.opens().values()) <= _OPENS_KEPT


def test_the_same_machine_decides_once_it_is_given_the_code(
    office: Office, browser: Browser
) -> None:
    """So it can: the test above would see it."""
    asked = [one for one in page_links(office) if "/d/" in one.url and one.account == "deputy"]
    office.forget_tries()
    before = Seen(office)
    machine = Clicker(browser, keeps_cookies=True, seconds=30, typed=(CODE,), most_pages=1)
    machine.open(asked[0])
    machine.close()
    assert {"requests", "decisions", "history"} <= before.changes().keys()
    office.until(office.is_at_rest, "what was decided is told and filed")  # others compare too
    table = schema.decisions
    with office.database.read() as connection:
        newest = connection.execute(table.select().order_by(table.c.id.desc())).first()
    assert newest is not None
    assert newest.device


def test_the_stage_is_one_that_a_person_could_act_on(office: Office) -> None:
    """Every state that a mailed link may lead to is there."""
    wanted = {"delivered", "refused", "approved", "incomplete", "unconfirmed", "cancelled"}
    assert wanted <= set(office.states())
    assert stage.link_of(office.waits_for("deputy", "approval").text)
