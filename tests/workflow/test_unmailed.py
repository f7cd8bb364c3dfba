"""Mails that are owed to nobody, since the requester has no address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailproc.workflow import unmailed
from mailproc.workflow.effects import Send, StartJob, VoidLinks
from tests.factories import a_question, a_request

_FLOW = Path(unmailed.__file__).parent
_SENT = re.compile(r'Send\(\s*"(\w+)",\s*"requester"')


def test_every_letter_to_a_requester_is_told_by_voice_or_known_not_to_need_it() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in _FLOW.rglob("*.py"))
    sent = set(_SENT.findall(code))
    assert len(sent) > 10
    assert sent <= unmailed.TOLD | unmailed.KNOWN
    assert not unmailed.TOLD & unmailed.KNOWN


def test_who_has_an_address_is_mailed() -> None:
    effects = (Send("ask", "requester"), StartJob("prepare"))
    assert unmailed.by_voice(a_request(), effects) == effects


@pytest.mark.parametrize("kind", sorted(unmailed.TOLD | unmailed.KNOWN))
def test_nobody_is_mailed_without_an_address(kind: str) -> None:
    questions = (a_question(),)
    letter = Send(kind, "requester", questions=questions, reason="x", attach=kind == "dataset")
    owed = unmailed.by_voice(a_request(requester_addr=""), (letter, VoidLinks()))
    told = Send("officer_tell", "officer", questions=questions, reason=kind, note="x")
    assert owed == ((told, VoidLinks()) if kind in unmailed.TOLD else (VoidLinks(),))


def test_letters_to_the_office_stay() -> None:
    effects = (Send("approval", "director"), Send("officer_note", "officer"))
    assert unmailed.by_voice(a_request(requester_addr=""), effects) == effects
