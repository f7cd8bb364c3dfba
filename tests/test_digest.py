from __future__ import annotations

from mailproc.digest import canonical, digest


def test_canonical_text_is_the_same_for_equal_values() -> None:
    assert canonical({"b": [1, "ก"], "a": None}) == '{"a":null,"b":[1,"ก"]}'
    assert canonical({"a": None, "b": (1, "ก")}) == canonical({"b": [1, "ก"], "a": None})


def test_a_digest_is_that_of_the_canonical_text() -> None:
    """SHA-256 of «{"a":1}», computed with sha256sum."""
    assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
