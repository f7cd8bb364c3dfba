"""Who is on the office's roster."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailproc.config import build
from mailproc.errors import ConfigError, MailprocError
from mailproc.model import Roster
from mailproc.office import make_roster

NEEDED = {
    "office": {"name_th": "สำนักงานตัวอย่าง", "address": "data@example.org", "phone": "0 2000 1234"},
    "mailbox": {"host": "127.0.0.1"},
    "smtp": {"host": "127.0.0.1"},
}


@pytest.mark.parametrize(
    ("address", "on_it"),
    [
        ("a@school.example.org", True),
        ("A@School.Example.Org", True),
        ("a@deep.below.example.net", True),
        ("a@example.net", False),  # the leading dot means: below it
        ("somsri@example.com", True),
        ("other@example.com", False),
        ("a@notschool.example.org", False),
        ("a@school.example.org.evil.example", False),
        ("", False),
    ],
)
def test_addresses_domains_and_all_below_a_domain(address: str, on_it: bool) -> None:
    roster = Roster(
        frozenset({"somsri@example.com"}), frozenset({"school.example.org", ".example.net"})
    )
    assert roster.holds(address) is on_it


def test_a_file_adds_members_and_may_hold_remarks(tmp_path: Path) -> None:
    (tmp_path / "members.txt").write_text(
        "# โรงเรียนในสังกัด\nSchool1.example.org\nครู\nteacher@example.com  # ครูประจำ\n\n",
        encoding="utf-8-sig",
    )
    section = {"members": ["school2.example.org"], "file": "members.txt"}
    roster = make_roster(build(NEEDED | {"roster": section}, tmp_path))
    assert roster.domains == {"school1.example.org", "school2.example.org"}
    assert roster.addresses == {"teacher@example.com"}


def test_what_is_neither_address_nor_domain_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        build(NEEDED | {"roster": {"members": ["โรงเรียน"]}}, tmp_path)
    assert "neither an address nor a domain" in caught.value.faults[0]
    config = build(NEEDED | {"roster": {"file": "nowhere.txt"}}, tmp_path)
    with pytest.raises(MailprocError):
        make_roster(config)
