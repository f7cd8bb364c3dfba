"""Passkeys from enrolment to decision, and in a real browser with a virtual authenticator."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fido2.utils import websafe_decode
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.testclient import TestClient

from mailproc.deciding.passkeys import over
from mailproc.model import State
from mailproc.store import people_log, schema
from mailproc.workflow import events as e
from tests.authenticator import Authenticator
from tests.web.conftest import Room, a_config, csrf_of
from tests.web.test_browser import CHROMIUM, FLAGS
from tests.web.test_me import Me

URL = "https://data.example.org"
_WITH_SCRIPT = "script-src 'self'"


@pytest.fixture
def secure(room: Room) -> Room:
    """The office at an https address."""
    return room.at(URL)


def _offer(page: Any) -> dict[str, Any]:
    (told,) = re.findall(r'data-passkey="([^"]+)"', page.text)
    offer: dict[str, Any] = json.loads(unescape(told))
    return offer


def _enrol(me: Me, phone: Authenticator) -> Any:
    challenge = websafe_decode(_offer(me.page)["challenge"])
    return me.does("add_passkey", passkey=phone.create(challenge), label="โทรศัพท์ของฉัน")


def _decision(room: Room, client: TestClient, request_id: int) -> Any:
    return client.get(room.link(request_id))


def _signed(page: Any, phone: Authenticator, choice: str) -> dict[str, str]:
    """The form as the script fills it."""
    offer = _offer(page)
    signature = phone.sign(websafe_decode(offer["challenges"][choice]))
    sent = f"{offer['until']} {signature}"
    return {"csrf": csrf_of(page.text), "choice": choice, "passkey": sent}


def test_a_passkey_is_added_behind_the_code_and_decides(secure: Room) -> None:
    phone = Authenticator()
    one, another = secure.opened(2)
    with secure.browser() as client:
        me = Me(secure, client)
        assert "เพิ่มเครื่องนี้แล้ว" in _enrol(me, phone).text
        assert me.events() == ["passkey_added"]
        page = _decision(secure, client, one)
        assert _WITH_SCRIPT in page.headers["content-security-policy"]
        answer = client.post(page.url.path, data=_signed(page, phone, "approve"))
        assert answer.status_code == 200
        assert secure.request(one).state is State.APPROVED
        (row,) = secure.rows(schema.decisions)
        assert (row.device, row.via, row.verdict) == ("passkey", "page", "approved")
        # The code decides as before, with the field of the script left empty.
        page = _decision(secure, client, another)
        form = {"csrf": csrf_of(page.text), "choice": "approve", "passkey": "", "code": "482915"}
        assert client.post(page.url.path, data=form).status_code == 200
        assert secure.request(another).state is State.APPROVED


def test_the_undo_takes_a_signature_of_its_own(secure: Room) -> None:
    phone = Authenticator()
    (one,) = secure.opened()
    with secure.browser() as client:
        _enrol(Me(secure, client), phone)
        page = _decision(secure, client, one)
        sent = _signed(page, phone, "approve")
        decided = client.post(page.url.path, data=sent)
        undo = client.post(page.url.path, data=_signed(decided, phone, "undo"))
        assert undo.status_code == 200
        assert secure.request(one).state is State.AWAITING_DECISION
        # Whoever recorded the first answer can't send it again.
        again = client.post(page.url.path, data=sent)
        assert again.status_code == 403
        assert secure.request(one).state is State.AWAITING_DECISION


def test_a_wrong_signature_says_so_and_is_no_wrong_code(secure: Room) -> None:
    (one,) = secure.opened()
    with secure.browser() as client:
        _enrol(Me(secure, client), Authenticator())
        page = _decision(secure, client, one)
        for _ in range(12):
            sent = _signed(page, Authenticator(), "approve")
            answer = client.post(page.url.path, data=sent)
            assert answer.status_code == 403
        assert "ยืนยันด้วยเครื่องนี้ไม่สำเร็จ" in answer.text
        assert secure.rows(schema.code_tries) == [], "rubbish locks nobody out"
        form = {"csrf": csrf_of(page.text), "choice": "approve", "code": "482915"}
        assert client.post(page.url.path, data=form).status_code == 200


def test_a_revoked_passkey_is_offered_no_more(secure: Room) -> None:
    phone = Authenticator()
    (one,) = secure.opened()
    with secure.browser() as client:
        me = Me(secure, client)
        _enrol(me, phone)
        before = _decision(secure, client, one)
        (key,) = secure.rows(schema.passkeys)
        assert "เลิกใช้เครื่องนั้นแล้ว" in me.does("end_passkey", passkey_id=key.id).text
        assert me.events() == ["passkey_added", "passkey_revoked"]
        answer = client.post(before.url.path, data=_signed(before, phone, "approve"))
        assert (answer.status_code, "เลิกใช้เครื่องยืนยันแทนรหัสแล้ว" in answer.text) == (403, True)
        after = _decision(secure, client, one)
        assert "data-passkey" not in after.text
        assert "script" not in after.headers["content-security-policy"]


def test_an_enrolment_can_be_neither_repeated_nor_forged(secure: Room) -> None:
    phone = Authenticator()
    with secure.browser() as client:
        me = Me(secure, client)
        challenge = websafe_decode(_offer(me.page)["challenge"])
        made = phone.create(challenge)
        assert me.does("add_passkey", passkey=made).status_code == 200
        assert me.does("add_passkey", passkey=made).status_code == 422
        for bad in ("", "x", Authenticator().create(b"0" * 32)):
            assert me.does("add_passkey", passkey=bad).status_code == 422
    assert len(secure.rows(schema.passkeys)) == 1


def test_without_https_there_is_no_script_and_no_passkey(room: Room) -> None:
    (one,) = room.opened()
    with room.browser() as client:
        for page in (Me(room, client).page, _decision(room, client, one)):
            assert "<script" not in page.text
            assert "script-src" not in page.headers["content-security-policy"]


# ---------------------------------------------------------------- several at once


def _signed_list(page: Any, phone: Authenticator, choice: str, ticked: list[str]) -> dict[str, Any]:
    """The form of the list as the script fills it."""
    offer = _offer(page)
    seen = [(link_id, offer["seen"][link_id]) for link_id in ticked]
    signature = phone.sign(over(websafe_decode(offer["challenges"][choice]), seen))
    versions = ",".join(str(version) for _, version in seen)
    sent = f"{offer['until']} {versions} {signature}"
    return {"csrf": csrf_of(page.text), "choice": choice, "passkey": sent, "take": ticked}


def _ticks(page: Any) -> list[str]:
    return re.findall(r'name="take" value="(\w+)"', page.text)


def test_one_signature_decides_what_is_ticked_and_nothing_else(secure: Room) -> None:
    phone = Authenticator()
    ids = secure.opened(3)
    with secure.browser() as client:
        _enrol(Me(secure, client), phone)
        page = client.get(secure.queue())
        assert _WITH_SCRIPT in page.headers["content-security-policy"]
        sent = _signed_list(page, phone, "approve", _ticks(page)[:2])
        for bent in ({"take": _ticks(page)}, {"take": _ticks(page)[:1]}, {"choice": "refuse"}):
            reason = {"ground": "s15_3", "reason": "ไม่อยู่ในอำนาจ"}
            assert client.post(page.url.path, data=sent | reason | bent).status_code == 403
        done = client.post(page.url.path, data=sent)
    assert "บันทึกแล้ว: อนุญาต 2 เรื่อง" in done.text
    assert [secure.verdicts(one) for one in ids] == [["approved"], ["approved"], []]
    rows = secure.rows(schema.decisions)
    assert {(row.device, row.via) for row in rows} == {("passkey", "queue")}


def test_what_moved_after_it_was_signed_is_told_and_the_rest_is_decided(secure: Room) -> None:
    phone = Authenticator()
    one, another = secure.opened(2)
    with secure.browser() as client:
        _enrol(Me(secure, client), phone)
        page = client.get(secure.queue())
        sent = _signed_list(page, phone, "approve", _ticks(page))
        secure.happens(another, e.Nudged(by="requester"))
        done = client.post(page.url.path, data=sent)
        assert "อนุญาต 1 เรื่อง" in done.text
        assert "มีความเคลื่อนไหวของคำขอหลังจากเปิดหน้านี้" in done.text
        # Taken back, it is not approved again by whoever recorded the signature.
        mine = client.get(secure.link(one))
        form = {"csrf": csrf_of(mine.text), "choice": "undo", "code": "482915"}
        assert client.post(mine.url.path, data=form).status_code == 200
        assert "ไม่มีการบันทึกผล" in client.post(page.url.path, data=sent).text
    assert secure.verdicts(one) == ["approved", "undone"]
    assert secure.verdicts(another) == []


@pytest.mark.parametrize("sent", ["", "x", "9 9 {}", "9" * 300, "๑ ๑ {}"])
def test_rubbish_in_place_of_a_signature_decides_no_list(secure: Room, sent: str) -> None:
    (one,) = secure.opened()
    with secure.browser() as client:
        _enrol(Me(secure, client), Authenticator())
        page = client.get(secure.queue())
        form = {"csrf": csrf_of(page.text), "choice": "approve", "take": _ticks(page)}
        answer = client.post(page.url.path, data=form | {"passkey": sent})
    assert answer.status_code in (403, 409, 422)
    assert secure.verdicts(one) == []


# ---------------------------------------------------------------- a real browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM and os.environ.get("CI") != "true":
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        path = CHROMIUM or shutil.which("chromium") or "chromium"
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _phone(page: Page) -> str:
    """A virtual authenticator with a finger that is always right; gives its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(made["authenticatorId"])


def test_a_director_decides_with_a_finger_in_a_real_browser(
    browser: Browser, tmp_path: Any
) -> None:
    room = Room(a_config(tmp_path), "http://localhost").with_code()
    with room.served_at_localhost() as url:
        (one,) = room.opened()
        context = browser.new_context(viewport={"width": 360, "height": 740})
        page = context.new_page()
        page.set_default_timeout(20_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda said: problems.extend([said.text] if said.type == "error" else [])
        )
        _phone(page)
        page.goto(url + room.queue())
        page.goto(page.url + "/me")
        page.locator("input[name=code]").fill("482915")
        page.locator("button[type=submit]").click()
        page.get_by_role("button", name="เพิ่มเครื่องนี้").click()
        expect(page.get_by_text("เพิ่มเครื่องนี้แล้ว")).to_be_visible()
        page.goto(url + room.link(one))
        page.locator("input[name=choice][value=approve]").check()
        page.get_by_role("button", name="ยืนยันด้วยลายนิ้วมือ").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("อนุญาต")
        room.opened(2)
        page.goto(url + room.queue())
        for tick in page.locator("input[name=take]").all():
            tick.check()
        page.locator("input[name=choice][value=approve]").check()
        page.get_by_role("button", name="ยืนยันด้วยลายนิ้วมือ").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("อนุญาต 2 เรื่อง")
        rows = room.rows(schema.decisions)
        assert [(row.verdict, row.device) for row in rows] == [("approved", "passkey")] * 3
        assert problems == []
        context.close()
    with room.database.read() as connection:
        (entry,) = people_log.listed(connection, room.director)
    assert entry.event == "passkey_added"
    room.database.close()
