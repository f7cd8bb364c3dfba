"""Words of a stranger in every field: no new link, no changed layout, text shown as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from playwright.sync_api import Browser, Page

from mailproc.defang import defang
from mailproc.mail.compose import Composer
from mailproc.model import Form, Item, State, Trust
from mailproc.texts import LANGUAGES
from tests.factories import a_catalogue, a_form, an_item, an_office
from tests.mail.test_compose import KINDS, LINKS, TEMPLATES, bodies
from tests.mail.test_injection import a_poisoned_letter
from tests.robots import boxes, mails, payloads
from tests.web.conftest import Room, a_config

# As the linkifiers of mail programs, LINE and browsers read plain text: wider than any of them.
AUTO_LINK = re.compile(
    r"\b[a-z][a-z0-9+.-]*://|\bwww\d?\.|\\\\\w|[^\s@]@[^\s@]"
    r"|\b(?:javascript|vbscript|data|mailto|tel|sms|smsto|callto|file|skype|line|intent|geo|sip|sips"
    r"|xmpp|magnet|blob|tg|viber|whatsapp|news|ldap|ms-\w+|view-source|about|bitcoin|market):\S"
    r"|[^\s.]\.(?:[a-z]{2,}|[^\W\d_\u0e00-\u0e7fa-z]{2,}|ไทย|คอม)|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"https://data\.example\.org\S*|(?:data|somsri)@[\w.]*example\.org|mailto:data\S*"
)
_WIDTHS = (360, 1280)
_INVISIBLE = "\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u034f"

pytestmark = pytest.mark.timeout(300)


# Where each payload stands alone; elsewhere some stand together, which is six times as fast.
_ALONE = frozenset({"approval", "receipt", "ask", "officer_note", "officer_unplaced"})
_TOGETHER = 6


def _words(place: str) -> list[str]:
    """What is put into every field of the place, one after the other."""
    step = 1 if place in _ALONE else _TOGETHER
    found = payloads.ALL
    return [" \n".join(found[at : at + step]) for at in range(0, len(found), step)]


def _autolinks(text: str) -> set[str]:
    return set(AUTO_LINK.findall(_OWN.sub("", text)))


def _hidden(text: str) -> set[str]:
    """Characters that show nothing, or turn a line round."""
    kinds = {c: unicodedata.category(c) for c in set(text) - set("\n\r\t")}
    odd = {c for c, kind in kinds.items() if kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    return odd | (set(_INVISIBLE) & kinds.keys()) | {c for c in kinds if _selects(c)}


def _selects(c: str) -> bool:
    return "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(an_office(), (TEMPLATES,), a_catalogue())


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(java_script_enabled=True)
    page.set_default_timeout(20_000)
    yield page
    page.close()


# ---------------------------------------------------------------- plain words


@pytest.mark.parametrize("payload", payloads.ALL)
def test_no_payload_comes_out_as_a_link_or_unseen(payload: str) -> None:
    for words in (payload, f"ขอ{payload}ค่ะ", f"x {payload} y"):
        text = defang(words)
        assert _autolinks(text) == set(), text
        assert _hidden(text) == set(), ascii(text)
        assert not re.search("[^\\w\\s\\x00-\\x7f]{40}", text) or not _piled(text)


def _piled(text: str) -> bool:
    """More than four marks on one letter."""
    run = 0
    for c in text:
        run = run + 1 if unicodedata.category(c) in ("Mn", "Me") else 0
        if run > 4:
            return True
    return False


# ---------------------------------------------------------------- mails


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_full_of_payloads_leads_nowhere_new(
    composer: Composer, kind: str, language: str
) -> None:
    def composed(words: str) -> tuple[str, str]:
        return bodies(composer.compose(a_poisoned_letter(kind, language, words), LINKS))

    text, html = composed(payloads.HARMLESS)
    known, own, usual = mails.references(html), _autolinks(text), mails.tags(html)
    for payload in _words(kind):
        text, html = composed(payload)
        assert mails.references(html) == known
        assert _autolinks(text) <= own
        assert _hidden(text) == set()
        assert _hidden(html) == set()
        assert mails.tags(html) - usual <= {"br"}, payload[:60]
        assert "49" not in text or "49" in payload


@pytest.mark.parametrize("kind", ["approval", "receipt", "ask", "officer_note", "refused"])
def test_a_mail_full_of_payloads_looks_as_any_other(
    composer: Composer, page: Page, kind: str
) -> None:
    def drawn(words: str) -> tuple[object, object]:
        _, html = bodies(composer.compose(a_poisoned_letter(kind, "th", words), LINKS))
        page.set_content(html)
        found = boxes.facts(page)
        assert (found["wide"], found["cut"], found["handlers"]) == (0, [], 0), words[:60]
        return boxes.layout(page), found["links"]

    page.set_viewport_size({"width": 360, "height": 800})
    usual = drawn(payloads.HARMLESS)
    for payload in _words(kind):
        assert drawn(payload) == usual, payload[:60]


# ---------------------------------------------------------------- pages


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(a_config(tmp_path_factory.mktemp("payloads")))
    yield room.with_code()
    room.database.close()


_OURS = {"requester_type", "delivery", "needed_by", "letter_date", "consent", "items"}
_ITEM_OURS = {"dataset_id", "academic_years", "latest", "round", "level", "format", "wait"}


def poisoned(words: str) -> Form:
    """A form with the words in every field that is free text."""
    names = [one.name for one in fields(Form) if one.name not in _OURS]
    item = an_item(dataset=words, filters=(words,))
    return a_form(**dict.fromkeys(names, words), items=(item,))


def _asked_with(room: Room, words: str) -> int:
    """A request with these words before the director."""
    (one,) = room.opened()
    request = room.request(one)
    form, prepared = poisoned(words), request.prepared
    assert prepared is not None
    room.put(
        one,
        form=form,
        subject=words,
        reason=words,
        trust=Trust.VERIFIED,
        reply_to=(words,),
        prepared=replace(prepared, filters=(words,)),
    )
    return one


def test_every_free_field_of_a_form_gets_the_payload() -> None:
    assert {one.name for one in fields(Item)} - _ITEM_OURS == {"dataset", "filters"}
    assert "X" in (poisoned("X").purpose or "")


@pytest.mark.parametrize("purpose", ["decide", "status"])
def test_a_page_full_of_payloads_looks_as_any_other(room: Room, page: Page, purpose: str) -> None:
    one = _asked_with(room, payloads.HARMLESS)
    with room.served() as url:

        def drawn(words: str, state: State, width: int) -> tuple[object, ...]:
            request = room.request(one)
            filters = replace(request.prepared, filters=(words,)) if request.prepared else None
            changes = {"subject": words, "reason": words, "reply_to": (words,), "state": state}
            room.put(one, form=poisoned(words), prepared=filters, **changes)
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(url + room.link(one, purpose))
            found = boxes.facts(page)
            assert (found["wide"], found["cut"], found["handlers"]) == (0, [], 0), words[:60]
            assert _hidden(page.inner_text("body")) == set()
            return boxes.layout(page), found["links"], found["tags"], found["fields"]

        for state, place in ((State.AWAITING_DECISION, "approval"), (State.REFUSED, "refused")):
            usual = {width: drawn(payloads.HARMLESS, state, width) for width in _WIDTHS}
            for number, payload in enumerate(_words(place)):
                width = _WIDTHS[number % 2]
                assert drawn(payload, state, width) == usual[width], payload[:60]


def test_words_are_shown_as_words(room: Room, page: Page) -> None:
    one = _asked_with(room, "x")
    with room.served() as url:
        for payload in (*payloads.MARKUP, *payloads.TEMPLATES):
            room.put(one, form=poisoned(payload))
            page.goto(url + room.link(one))
            quoted = page.locator("blockquote").first.inner_text()
            assert "".join(quoted.split()) == "".join(defang(payload).split())
