from __future__ import annotations

from dataclasses import asdict

import pytest

from mailproc.digest import canonical, digest
from tests.factories import a_form, a_prepared


def test_canonical_text_is_the_same_for_equal_values() -> None:
    assert canonical({"b": [1, "ก"], "a": None}) == '{"a":null,"b":[1,"ก"]}'
    assert canonical({"a": None, "b": (1, "ก")}) == canonical({"b": [1, "ก"], "a": None})


def test_a_digest_is_that_of_the_canonical_text() -> None:
    """SHA-256 of «{"a":1}», computed with sha256sum."""
    assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


def test_a_noun_has_the_digest_of_its_fields_by_name() -> None:
    for noun in (a_form(), a_prepared()):
        assert digest({"of": noun}) == digest({"of": asdict(noun)})
    with pytest.raises(TypeError):
        digest(object())
