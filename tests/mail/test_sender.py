"""Only the stamp of our own server says who wrote a mail (RFC 8601)."""

from __future__ import annotations

import pytest

from mailproc.mail.sender import MICROSOFT, stamp_of, trust
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


def test_a_pass_below_another_servers_stamp_is_the_senders_own() -> None:
    assert trust([FORGED, PASS], OURS) is Trust.UNSTAMPED
    assert trust([NONE, FORGED, PASS], OURS) is Trust.UNSTAMPED


def test_a_pass_for_another_from_than_the_one_we_read_is_none() -> None:
    stamp = f"{OURS}; dmarc=pass header.from=school.example.org"
    assert trust([stamp], OURS, "a@school.example.org") is Trust.VERIFIED
    assert trust([stamp], OURS, "a@SCHOOL.example.org") is Trust.VERIFIED
    assert trust([stamp], OURS, "director@office.example.org") is Trust.UNSTAMPED


def test_microsoft_stamps_without_a_name() -> None:
    stamp = (
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=school.example.org; dkim=pass"
        " header.d=school.example.org;dmarc=pass action=none header.from=school.example.org;"
    )
    assert trust([stamp], MICROSOFT, "a@school.example.org") is Trust.VERIFIED
    assert trust([FORGED, stamp], MICROSOFT, "a@school.example.org") is Trust.UNSTAMPED
    assert trust([stamp], OURS, "a@school.example.org") is Trust.UNSTAMPED


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (f"Received: x\r\nAuthentication-Results: {PASS}\r\n", OURS),
        (f"Authentication-Results: (by) {OURS.upper()}\r\n\t; none\r\n", OURS),
        ("Authentication-Results: spf=none; dmarc=none\r\n", MICROSOFT),
        ("Subject: Authentication-Results: x\r\n", ""),
    ],
)
def test_the_topmost_stamp_of_a_mail_has_a_name(head: str, name: str) -> None:
    assert stamp_of(f"{head}\r\nAuthentication-Results: body; none".encode()) == name
