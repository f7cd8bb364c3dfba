"""Only the stamp of our own server says who wrote a mail (RFC 8601)."""

from __future__ import annotations

import pytest

from mailproc.mail.sender import trust
from mailproc.model import Trust

OURS = "mx.office.example.org"
PASS = f"{OURS}; spf=pass smtp.mailfrom=a@school.example.org; dmarc=pass (p=none) header.from=x"
FAIL = f"{OURS}; dmarc=fail (p=reject dis=none) header.from=school.example.org"
NONE = f"{OURS}; none"
FORGED = "mx.attacker.example.org; dmarc=pass header.from=school.example.org"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([PASS], Trust.VERIFIED),
        ([FAIL], Trust.FAILED),
        ([NONE], Trust.UNSTAMPED),
        ([], Trust.UNSTAMPED),
        ([f"{OURS}; dmarc=none header.from=x"], Trust.UNSTAMPED),
        ([f"{OURS}; dmarc=temperror header.from=x"], Trust.FAILED),
        ([f"{OURS} 1; dmarc=pass header.from=x"], Trust.VERIFIED),  # with a version
        ([f" {OURS.upper()};\r\n\tspf=pass;\r\n\tDMARC = PASS header.from=x"], Trust.VERIFIED),
        ([f"(by us) {OURS}; dmarc=pass header.from=x"], Trust.VERIFIED),
    ],
)
def test_the_stamp_of_our_server_counts(fields: list[str], expected: Trust) -> None:
    assert trust(fields, OURS) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([FORGED], Trust.UNSTAMPED),
        ([FORGED, FAIL], Trust.FAILED),
        ([FAIL, FORGED], Trust.FAILED),
        # Our server writes on top; what lies below under its name came with the mail.
        ([FAIL, PASS], Trust.FAILED),
        ([NONE, PASS], Trust.UNSTAMPED),
        ([f"{OURS}.attacker.example.org; dmarc=pass header.from=x"], Trust.UNSTAMPED),
        ([f"attacker.example.org {OURS}; dmarc=pass header.from=x"], Trust.UNSTAMPED),
        ([f"{OURS}; spf=fail reason=(; dmarc=pass)"], Trust.UNSTAMPED),
        ([f'{OURS}; spf=fail reason="; dmarc=pass"'], Trust.UNSTAMPED),
        ([f"{OURS}; spf=fail (a (; dmarc=pass ;) b)"], Trust.UNSTAMPED),
        ([f"{OURS}; spf=fail (a ; dmarc=pass (b) c)"], Trust.UNSTAMPED),
        ([f"{OURS}; spf=fail (a \\) ; dmarc=pass )"], Trust.UNSTAMPED),
        ([f'{OURS}; spf=fail reason="a \\" ; dmarc=pass "'], Trust.UNSTAMPED),
        ([f"{OURS}; dmarc=fail header.from=x; dmarc=pass header.from=y"], Trust.FAILED),
        ([f"{OURS}; x-dmarc=pass header.from=x"], Trust.UNSTAMPED),
        ([f"{OURS}; dmarc=passed header.from=x"], Trust.FAILED),
        ([f"; {OURS}; dmarc=pass"], Trust.UNSTAMPED),
        (["", ";", " \r\n"], Trust.UNSTAMPED),
    ],
)
def test_a_forged_stamp_counts_nowhere(fields: list[str], expected: Trust) -> None:
    assert trust(fields, OURS) is expected


@pytest.mark.parametrize("fields", [[PASS], [FORGED], ["; dmarc=pass"], []])
def test_without_a_name_of_our_server_no_stamp_counts(fields: list[str]) -> None:
    assert trust(fields, "") is Trust.UNSTAMPED
