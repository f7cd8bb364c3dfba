"""The pages: complete without JavaScript, every word of a stranger harmless."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.model import Rules, State
from mailproc.promise import stages
from mailproc.promise.stages import Step
from mailproc.web.render import Pages
from tests.factories import NOW, a_catalogue, a_form, a_person, a_prepared, a_request, an_office
from tests.test_defang import AUTO_LINK, PAYLOADS

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
MESSAGES = ("gone", "not_found", "forbidden", "not_understood", "changed", "error")


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(an_office(), (TEMPLATES,), a_catalogue())


FIELDS = {"csrf", "choice", "until", "question", "ground", "reason", "private_note"}


def fields_of(html: str) -> set[str]:
    return set(re.findall(r'<(?:input|textarea|select)[^>]*\sname="(\w+)"', html))


def seen(html: str) -> str:
    body = html.partition("</head>")[2]
    return re.sub(r"<[^>]+>", " ", body)


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_clock_of_a_request_says_whose_turn_it_is(pages: Pages, language: str) -> None:
    steps = (Step(NOW + timedelta(minutes=2), State.AWAITING_DECISION),)
    clock = stages.read(NOW, steps, Rules(), NOW + timedelta(minutes=65))
    html = pages.render("stages", language, clock=clock)
    assert html.count('<tr class="now">') == 1
    turn = "ผู้พิจารณาอนุญาต" if language == "th" else "approver"
    assert turn in html.partition('<tr class="now">')[2].partition("</th>")[0]
    assert ("1 ชั่วโมง 3 นาที" if language == "th" else "1 hour 3 minutes") in html


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_page_is_strict_about_what_it_loads(pages: Pages, language: str) -> None:
    request = a_request(state=State.DELIVERED, decided_by="นายธงชัย", decided_at=NOW)
    made = [
        pages.render(name, language, request=request, base="/x") for name in ("decided", "status")
    ]
    made += [pages.render("message", language, message=key) for key in MESSAGES]
    made += [
        pages.render("decision", language, request=a_request(), csrf="t", first_use=first)
        for first in (True, False)
    ]
    assert pages.faults() == []
    for html in made:
        assert html.startswith("<!DOCTYPE html>")
        assert f'<html lang="{language}">' in html
        assert not re.search(
            r"(?i)<(script|style|img|iframe|object)\b|\sstyle=|\son\w+=|https?:", html
        )
        assert re.findall(r"<link[^>]*>", html) in (
            ['<link rel="stylesheet" href="/x/static/site.css">'],
            ['<link rel="stylesheet" href="/static/site.css">'],
        )
        assert html.count("<h1") == 1
        assert "None" not in html
        assert len(html.encode()) < 50_000


def test_the_decision_page_shows_all_and_asks_for_choice_and_code(pages: Pages) -> None:
    request, columns = a_request(), a_prepared().columns
    narrow = {"columns": columns, "levels": ("district",), "shown_columns": len(columns)}
    html = pages.render(
        "decision.html", "th", request=request, person=a_person(), csrf="tok", **narrow
    )
    assert fields_of(html) == {*FIELDS, "column", "level", "code"}
    assert '<form method="post" id="decide" novalidate>' in html
    assert 'value="tok"' in html
    assert not re.search(r'type="radio"[^>]* checked', html)  # nothing is chosen beforehand
    assert html.count(' name="column"') == html.count(" checked") == len(columns)
    for words in (
        "นางสมศรี ตั้งใจสอน",
        "โรงเรียนบ้านดอนแก้ว",
        "เพื่อวางแผนจัดชั้นเรียน",
        "37 แถว 7 คอลัมน์",
        "somsri@school.example.org",
        "โรงเรียนวัดสันทราย",
        "ผู้ขอจะได้อ่านข้อความนี้",
    ):
        assert words in html, words


def test_every_field_has_its_label_and_its_hint(pages: Pages) -> None:
    for first in (True, False):
        html = pages.render(
            "decision", "th", request=a_request(), first_use=first, error="code_wrong"
        )
        ids = set(re.findall(r'\sid="([^"]+)"', html))
        named = re.findall(r'<(?:input|textarea|select) id="(\w+)"', html)
        assert set(re.findall(r'<label for="(\w+)"', html)) == set(named)
        for described in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html):
            assert set(described.split()) <= ids


def test_first_use_asks_for_the_slip_and_a_new_code_twice(pages: Pages) -> None:
    html = pages.render("decision", "th", request=a_request(), csrf="t", first_use=True)
    assert fields_of(html) == {*FIELDS, "slip", "new_code", "new_code_again"}


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ("code_wrong", "code"),
        ("code_missing", "code"),
        ("slow_down", "code"),
        ("reason_missing", "reason"),
        ("choice_missing", "choice"),
        ("slip_wrong", "slip"),
        ("code_short", "new_code"),
        ("codes_differ", "new_code_again"),
    ],
)
def test_an_error_stands_beside_its_field_and_is_linked_from_the_top(
    pages: Pages, error: str, name: str
) -> None:
    first = name in ("slip", "new_code", "new_code_again")
    html = pages.render("decision", "th", request=a_request(), first_use=first, error=error)
    assert f'<a href="#{name}">' in html
    assert f'id="{name}-fault"' in html
    assert f'id="{name}"' in html
    assert 'role="alert"' in html


def test_words_that_are_no_known_error_are_shown_at_the_top(pages: Pages) -> None:
    html = pages.render("decision", "th", request=a_request(), error="ปิดปรับปรุง <b>")
    assert "ปิดปรับปรุง &lt;b&gt;" in html
    assert "-fault" not in html


def test_what_was_typed_stays_and_codes_never_do(pages: Pages) -> None:
    typed = {
        "choice": "refuse",
        "reason": '</textarea>"x\nบรรทัดสอง',
        "slip": "AB-12",
        "code": "135790",
    }
    html = pages.render("decision", "th", request=a_request(), error="code_wrong", typed=typed)
    assert re.search(r'value="refuse" checked', html)
    assert "&lt;/textarea&gt;&#34;x\nบรรทัดสอง</textarea>" in html
    assert "135790" not in html


def test_the_decided_page_tells_what_was_decided_by_whom_and_when(pages: Pages) -> None:
    request = a_request(
        state=State.REFUSED, decided_by="นายธงชัย มั่นคง", decided_at=NOW, reason="ระบุตัวเด็กได้"
    )
    html = pages.render("decided", "th", request=request)
    for words in ("ไม่อนุญาต", "นายธงชัย มั่นคง", "22 พฤศจิกายน 2569 เวลา 09:05 น.", "ระบุตัวเด็กได้"):
        assert words in html
    assert "<form" not in html


def test_an_approval_can_be_taken_back_with_the_code_while_it_is_held(pages: Pages) -> None:
    request = a_request(state=State.APPROVED, decided_by="นายธงชัย มั่นคง", decided_at=NOW)
    html = pages.render("decided", "th", request=request, csrf="tok", may_undo=True)
    assert fields_of(html) == {"csrf", "choice", "code"}
    assert '<input type="hidden" name="choice" value="undo">' in html
    wrong = pages.render("decided", "th", request=request, may_undo=True, error="code_wrong")
    assert 'id="code-fault"' in wrong
    assert "<form" not in pages.render("decided", "th", request=request)


@pytest.mark.parametrize("state", list(State))
def test_the_status_page_has_words_for_every_state(pages: Pages, state: State) -> None:
    for language in ("th", "en"):
        html = pages.render("status", language, request=a_request(state=state, resume=None))
        assert "2569/00012" in html
        assert "0 2000 1234" in html
        assert ("ยกเลิก" in html or "cancel" in html) == (
            state not in (State.DELIVERED, State.REFUSED, State.EXPIRED)
        )
        assert "somsri" not in html  # a status link shows no address and no purpose
        assert "เพื่อวางแผน" not in html


def test_a_stranger_s_words_bring_no_link_to_a_page(pages: Pages) -> None:
    for payload in (*PAYLOADS, "{{77*77}}", "</blockquote><h1>x</h1>"):
        form = a_form(purpose=payload, requester_name=payload, organisation=payload, email=payload)
        request = a_request(form=form, state=State.REFUSED, reason=payload, decided_at=NOW)
        for name in ("decision", "decided", "status"):
            html = pages.render(name, "th", request=request)
            assert html.count("<h1") == 1
            assert "5929" not in html
            text = seen(html).replace("somsri@school.example.org", "")
            assert not AUTO_LINK.search(text), AUTO_LINK.search(text)


def test_colours_hold_the_contrast_that_people_need() -> None:
    css = (ROOT / "mailproc/web/static/site.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    )
    pairs = [(ink, ground) for ink in ("ink", "soft") for ground in ("ground", "card")]
    pairs += [("yes", "card"), ("no", "card"), ("focus", "card"), ("on", "yes"), ("on", "no")]
    pairs += [(ink, tint) for ink in ("ink", "soft") for tint in ("yes-ground", "no-ground")]
    pairs += [("yes", "yes-ground"), ("no", "no-ground")]
    for colours in (light, dark):
        for ink, ground in pairs:
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["edge"], colours["card"]) >= 3


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
