"""«เปิดโดยโปรแกรมอัตโนมัติ 09:01 โดยบุคคล 09:07»: who opened a link, in words."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from mailproc.store.opens import PERSON, ROBOT, Open
from mailproc.texts import Texts


def told(looks: Sequence[Open], texts: Texts, timezone: str) -> str:
    """The first look of each kind with its time, and how many there were; empty where none was."""
    kinds = {kind: [x for x in looks if x.visitor == kind] for kind in (ROBOT, PERSON, "")}
    words = [
        texts.get("looks", kind or "unknown").replace("{times}", _times(found, texts, timezone))
        for kind, found in kinds.items()
        if found
    ]
    return texts.get("looks", "opened").replace("{looks}", " ".join(words)) if words else ""


def _times(looks: Sequence[Open], texts: Texts, timezone: str) -> str:
    first = looks[0].at.astimezone(ZoneInfo(timezone))
    time = f"{first:%H:%M}" if texts.language == "en" else f"{first:%H:%M} น."
    time = f"{first.day}/{first.month} {time}"
    if len(looks) == 1:
        return time
    phrase = texts.get("looks", "count")
    return phrase.replace("{time}", time).replace("{count}", str(len(looks)))
