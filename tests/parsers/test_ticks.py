import pytest

from mailproc.parsers import ticks


@pytest.mark.parametrize(("lines", "chosen"), [
    (["☐ Excel  ☑ CSV"], ["CSV"]), (["( ) Excel (/) CSV"], ["CSV"]),
    (["Excel ☑   PDF ☐"], ["Excel"]),
    (["อีเมล[ ]  LINE[x]"], ["LINE"]), (["☑อีเมล ☐LINE"], ["อีเมล"]),
    (["[x] ก", "[ ] ข", "[√] ค"], ["ก", "ค"]), (["✓ Excel   PDF   CSV"], ["Excel"]),
    (["✓ Excel ✗ PDF"], ["Excel"]),
    (["☐ Excel ☒ PDF"], ["PDF"]), (["/ Excel    PDF    CSV"], ["Excel"]),
    (["☑ อื่น ๆ (โปรดระบุ) งบประมาณ"], ["งบประมาณ"]), (["☑ อื่น ๆ ระบุ ......"], ["......"]),
    (["☐ Excel ☐ PDF"], []), (["\uf0fe Excel \uf0a8 PDF"], ["Excel"]),
    (["? Excel ( ) PDF ( ) CSV"], ["Excel"]), (["? Excel (/) PDF ? CSV"], ["PDF"]),
])  # fmt: skip
def test_the_ticked_options_are_chosen(lines: list[str], chosen: list[str]) -> None:
    assert ticks.chosen(lines) == chosen


@pytest.mark.parametrize("text", ["Excel", "Excel / PDF", "ปีการศึกษา 2568", "? Excel ? PDF"])
def test_words_without_ticks_choose_nothing(text: str) -> None:
    assert ticks.chosen([text]) is None


@pytest.mark.parametrize(("text", "lost"), [
    ("? Excel  ? CSV  ? PDF", True), ("? Excel", True),
    ("? Excel ( ) PDF", False), ("มีไหม?", False),
])  # fmt: skip
def test_ticks_that_a_charset_lost_are_known_as_lost(text: str, lost: bool) -> None:
    assert ticks.lost(text) is lost
