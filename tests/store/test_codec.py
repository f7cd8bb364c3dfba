from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.model import Form, Letter, Prepared, Request
from mailproc.store.codec import dump_letter, dump_request, load_letter, load_request
from tests.factories import a_letter, a_request

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - given a zone
    lambda naive: naive.replace(tzinfo=UTC)
)
st.register_type_strategy(str, _TEXT)
st.register_type_strategy(datetime, _INSTANTS)


@settings(max_examples=60, deadline=None)
@given(st.from_type(Request))
def test_any_request_comes_back_as_it_was(request: Request) -> None:
    assert load_request(dump_request(request)) == request


@settings(max_examples=30, deadline=None)
@given(st.from_type(Letter))
def test_any_letter_comes_back_as_it_was(letter: Letter) -> None:
    assert load_letter(dump_letter(letter)) == letter


def test_what_was_not_said_takes_no_room() -> None:
    assert "position" not in dump_request(a_request(form=Form()))


def test_a_request_of_an_older_version_is_still_read() -> None:
    """Fields that came later have defaults; fields that are gone are passed over."""
    text = dump_request(a_request(prepared=None))
    older = text.replace('"asks"', '"gone"').replace("{", '{"unknown_field":1,', 1)
    assert load_request(older).number == a_request().number


def test_letter_and_request_are_frozen_nouns_of_plain_values() -> None:
    assert isinstance(load_request(dump_request(a_request())).prepared, Prepared)
    assert load_letter(dump_letter(a_letter())) == a_letter()
