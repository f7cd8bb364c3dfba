"""The text files of both languages hold the same keys, and every noun has its words."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from mailproc.model import Form, Item, State, Trust
from mailproc.parsers.labels import lookup
from mailproc.texts import Texts, load_texts

TEMPLATES = Path(__file__).parents[1] / "templates"
THAI, ENGLISH = (load_texts((TEMPLATES,), language) for language in ("th", "en"))


def test_both_languages_hold_the_same_keys() -> None:
    foreign = {"filters_said", "source_words", "grade_letters", "said_words"}  # Thai of the data
    assert THAI.sections.keys() == ENGLISH.sections.keys() - foreign
    for name, section in THAI.sections.items():
        assert section.keys() == ENGLISH.sections[name].keys(), name


@pytest.mark.parametrize("texts", [THAI, ENGLISH], ids=["th", "en"])
def test_every_noun_has_its_words(texts: Texts) -> None:
    sections = texts.sections
    assert {f.name for noun in (Form, Item) for f in fields(noun)} == set(sections["fields"])
    assert {state.value for state in State} == set(sections["states"])
    assert {trust.value for trust in Trust} == set(sections["trust"])
    assert set(sections["problems"]) == {
        *(
            "missing",
            "unknown",
            "unavailable",
            "unclear",
            "not_open",
            "roster_only",
            "small_figures",
            "whole_file",
            "one_year",
            "own_words",
        )
    }
    assert set(sections["levels"]) == {"area", "district", "group", "school"}
    assert set(sections["formats"]) == {"xlsx", "csv", "pdf", "paper"}
    assert set(sections["deliveries"]) == {"email", "line", "pickup", "smart_office"}
    assert set(sections["sensitivities"]) == {"open", "internal", "personal", "special"}


@pytest.mark.parametrize("texts", [THAI, ENGLISH], ids=["th", "en"])
def test_the_reader_knows_every_label_that_a_requester_is_asked_to_fill_in(texts: Texts) -> None:
    asked = ("requester_name", "organisation", "purpose", "dataset", "academic_years", "round")
    for name in (*asked, "level", "format", "filters", "email", "phone", "delivery"):
        assert lookup(texts.get("fields", name)) == name


def test_a_key_without_words_is_shown_as_it_is() -> None:
    assert THAI.get("reasons", "the disk is full") == "the disk is full"
    assert THAI.get("levels", None) == ""


@pytest.mark.parametrize(
    "problem",
    [
        "kind other",
        "kind reply",
        "a request through a mailing list",
        "asks for personal data of pupils",
        "more than 20 requests in an hour",
        "the sender is not one plain address",
        "sender not authenticated (cancel)",
        "status of no request (status)",
    ],
)
def test_why_a_mail_waits_is_told_in_the_language_of_its_reader(problem: str) -> None:
    assert not any("a" <= letter <= "z" for letter in THAI.reason(problem))
