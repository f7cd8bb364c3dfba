"""Findings in words, and what is allowed beforehand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from mailproc.datasets import gate
from mailproc.datasets.gate import Allowed, Exempt, Finding
from mailproc.datasets.gate.finding import as_json, kept
from mailproc.datasets.gate.persons import TOLD, is_of_a_person, phone_kind
from mailproc.datasets.gate.places import Area, reference

_SOURCES = Path(gate.__file__).parent
_TEXTS = Path(__file__).parents[3] / "templates" / "texts" / "gate.toml"


def test_every_kind_that_the_code_names_has_its_sentence() -> None:
    texts = tomllib.loads(_TEXTS.read_text("utf-8"))
    code = "\n".join(path.read_text("utf-8") for path in _SOURCES.glob("*.py"))
    named = set(re.findall(r'Finding\(\s*"([a-z0-9_]+)"', code)) | set(TOLD.values())
    named |= {f"not_read_{why}" for why in re.findall(r'NotRead\("([a-z_]+)"\)', code)}
    assert len(named) > 40
    assert named <= set(texts)
    assert all({"th", "en"} <= set(texts[one]) for one in named)


def test_equal_kinds_of_a_sheet_are_told_together() -> None:
    found = [Finding("phone", "ก", f"A{row}", cls="personal") for row in range(1, 10)]
    (one,) = kept(found, Allowed())
    assert (one.count, one.at) == (9, "A1, A2, A3, A4, A5, A6 …")
    assert one.said()[0].startswith("ก A1, A2")
    assert as_json(one)["cell"] == one.at


@pytest.mark.parametrize(("cls", "passes"), [("open", 0), ("internal", 0), ("personal", 1)])
def test_an_approved_class_is_no_finding_but_hidden_things_are(cls: str, passes: int) -> None:
    found = [Finding("phone", "ก", "A1", cls="personal"), Finding("macro")]
    assert len(kept(found, Allowed(cls=cls))) == 2 - passes


def test_an_exception_holds_for_its_range_and_kinds_alone() -> None:
    place = reference("'ข้อมูล 1'!$C$5:$C$9")
    assert place == ("ข้อมูล 1", Area(5, 3, 9, 3))
    allowed = Allowed(exempt=(Exempt("ข้อมูล 1", place[1], frozenset({"phone"})),))
    inside = Finding("phone", "ข้อมูล 1", "C5:C9", cls="personal")
    outside = Finding("phone", "ข้อมูล 1", "C5:C10", cls="personal")
    number = Finding("national_id", "ข้อมูล 1", "C5", cls="personal")
    elsewhere = Finding("phone", "อื่น", "C5", cls="personal")
    assert kept([inside], allowed) == ()
    assert len(kept([outside, number, elsewhere], allowed)) == 3


@pytest.mark.parametrize("number", ["0105561111117", "9786160000005"])
def test_companies_and_books_are_no_persons(number: str) -> None:
    assert not is_of_a_person(number)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("081-234-5678", "mobile"),
        ("+66812345678", "mobile"),
        ("0-4261-1234", "landline"),
        ("02 123 4567", "landline"),
        ("0 2345 1234", ""),  # figures side by side
        ("0.812345678", ""),
        ("57030025", ""),
    ],
)
def test_telephones_are_known_by_their_groups(written: str, kind: str) -> None:
    assert phone_kind(written) == kind


def test_the_name_of_a_printer_is_told_and_holds_nothing_back() -> None:
    assert not Finding("printer", "xl/printerSettings/printerSettings1.bin").blocks
