"""The second way out: a POST to a service of the office's choice, when mail itself may have failed.

The JSON tells what is wrong and how to mend it, and nothing of any person. A try that fails is
taken again with growing pauses; what was mended meanwhile is told as mended, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests
import structlog

from mailproc.alarms.words import said
from mailproc.store import alarms
from mailproc.store.alarms import Alarm, News
from mailproc.store.database import Database

log = structlog.get_logger()
_SECONDS = (5, 10)  # to connect, and for an answer


class Webhook:
    """One address that hears of every alarm; `url` is https, or http on loopback."""

    def __init__(self, url: str, office: str) -> None:
        self._url, self._office = url, office

    def turn(self, database: Database, now: datetime) -> int:
        """Tells what is owed; gives how many were taken."""
        with database.read() as connection:
            news = alarms.to_push(connection, now)
        return sum(self._push(database, alarm, what, now) for alarm, what in news)

    def _push(self, database: Database, alarm: Alarm, news: News, now: datetime) -> bool:
        with database.write() as connection:
            if not alarms.claim_push(connection, alarm.name, now):
                return False
        if not self.send(alarm, news):
            return False
        with database.write() as connection:
            alarms.pushed(connection, alarm.name, news, now)
        return True

    def send(self, alarm: Alarm, news: News) -> bool:
        """One POST. False where it was not taken; never raises."""
        try:
            answer = requests.post(
                self._url,
                json=payload(alarm, news, self._office),
                timeout=_SECONDS,
                allow_redirects=False,  # what we tell goes to nobody else
            )
        except (requests.RequestException, OSError) as error:
            log.warning("webhook_failed", alarm=alarm.name, error=type(error).__name__)
            return False
        if not 200 <= answer.status_code < 300:
            log.warning("webhook_refused", alarm=alarm.name, status=answer.status_code)
            return False
        return True


def payload(alarm: Alarm, news: News, office: str) -> Mapping[str, Any]:
    """What is sent. `text` alone is what most chat services show."""
    thai, english = said(alarm, "th"), said(alarm, "en")
    mark = "แก้ไขแล้ว · mended" if news == "mended" else "แจ้งเตือน · alarm"
    return {
        "text": f"[{mark}] {office}\n{thai.plain}\n{english.plain}",
        "alarm": alarm.name,
        "state": news,
        "title_th": thai.title,
        "title_en": english.title,
        "facts": dict(alarm.facts),
        "raised_at": alarm.raised_at.isoformat(),
        "mended_at": alarm.mended_at.isoformat() if alarm.mended_at else None,
    }
