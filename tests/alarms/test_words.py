from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailproc.alarms import words
from mailproc.store.alarms import Alarm
from tests.factories import NOW

_PACKAGE = Path(__file__).parents[2] / "mailproc"
_NAMED = re.compile(r'(?:raise_alarm\(\s*connection,|Fault\()\s*"([a-z_]+)"')
_THAI = re.compile(r"[\u0e00-\u0e7f]")


@pytest.mark.parametrize("name", sorted(words.names()))
def test_every_alarm_says_what_it_means_and_what_to_do(name: str) -> None:
    for language in ("th", "en"):
        said = words.said(Alarm(name, NOW, {}), language)
        assert said.title
        assert said.what
        assert said.remedy
        assert bool(_THAI.search(said.title + said.what + said.remedy)) == (language == "th")


def test_every_alarm_of_the_code_has_words() -> None:
    raised = {
        name
        for file in _PACKAGE.rglob("*.py")
        for name in _NAMED.findall(file.read_text(encoding="utf-8"))
    }
    assert raised - words.names() == set()


def test_facts_stand_in_the_words_and_one_that_lacks_is_a_dash() -> None:
    known = words.said(Alarm("disk_low", NOW, {"free_mb": 90, "need_mb": 200}), "en")
    assert "90 MB are free" in known.what
    assert "– MB are free" in words.said(Alarm("disk_low", NOW, {}), "en").what


def test_an_alarm_without_words_is_told_by_its_name_and_facts() -> None:
    said = words.said(Alarm("odd_thing", NOW, {"count": 3}), "en")
    assert "odd_thing" in said.title
    assert said.what == "count 3"
    assert "python3 run.py check" in said.plain


def test_a_time_is_written_as_readers_of_each_language_do() -> None:
    fact = words.at(NOW, "Asia/Bangkok")
    alarm = Alarm("backup_old", NOW, {"since": fact})
    assert fact not in words.said(alarm, "th").what
    assert " น." in words.said(alarm, "th").what
    assert f"{NOW.year}" in words.said(alarm, "en").what
    assert not _THAI.search(words.said(alarm, "en").what)
