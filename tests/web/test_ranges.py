"""Which part of a file an HTTP request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import pytest

from mailproc.web.ranges import Answer, answer

_TAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, Answer(200, 0, 99)),
        ({"range": "bytes=0-"}, Answer(206, 0, 99)),
        ({"range": "bytes=40-"}, Answer(206, 40, 99)),
        ({"range": "bytes=40-49"}, Answer(206, 40, 49)),
        ({"range": "bytes=40-4000"}, Answer(206, 40, 99)),
        ({"range": "bytes=-10"}, Answer(206, 90, 99)),
        ({"range": "bytes=-1000"}, Answer(206, 0, 99)),
        ({"range": "bytes=100-"}, Answer(416)),
        ({"range": "bytes=-0"}, Answer(416)),
        ({"range": "bytes=50-40"}, Answer(200, 0, 99)),
        ({"range": "bytes=0-1,5-6"}, Answer(200, 0, 99)),
        ({"range": "bytes=-"}, Answer(200, 0, 99)),
        ({"range": "lines=1-2"}, Answer(200, 0, 99)),
        ({"range": f"bytes={'9' * 5000}-"}, Answer(200, 0, 99)),
        ({"range": "bytes=40-", "if-range": _TAG}, Answer(206, 40, 99)),
        ({"range": "bytes=40-", "if-range": '"other"'}, Answer(200, 0, 99)),
        ({"range": "bytes=40-", "if-range": f"W/{_TAG}"}, Answer(200, 0, 99)),
        ({"if-none-match": _TAG}, Answer(304)),
        ({"if-none-match": f'"x", W/{_TAG}'}, Answer(304)),
        ({"if-none-match": '"x"'}, Answer(200, 0, 99)),
    ],
)
def test_each_way_to_ask_has_its_answer(asked: dict[str, str], expected: Answer) -> None:
    assert answer(asked, 100, _TAG) == expected


def test_the_header_fields_say_which_part_it_is() -> None:
    part = Answer(206, 40, 49).headers(100, _TAG)
    assert part["Content-Range"] == "bytes 40-49/100"
    assert (part["Content-Length"], part["ETag"], part["Accept-Ranges"]) == ("10", _TAG, "bytes")
    assert Answer(416).headers(100, _TAG)["Content-Range"] == "bytes */100"
    assert "Content-Length" not in Answer(304).headers(100, _TAG)
