"""Logs: one line per event on stderr, without bodies, addresses or tokens."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_TOKEN = re.compile(r"/([a-z]{1,2}(?:/open)?)/[A-Za-z0-9_-]{20,}")
# What an error says may hold what people wrote: PostgreSQL shows the row that it refused.
_THAI = re.compile(r"[\u0e00-\u0e7f]+(?:[^\n]*[\u0e00-\u0e7f])?")
_DIGITS = re.compile(r"[0-9๐-๙]{6,}")
_LONGEST = 200
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up_logs(level: str = "info") -> None:
    """Sends events of `level` and above to stderr, masked."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(as_text),
            mask,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    logging.captureWarnings(True)
    sys.excepthook = lambda *told: _last_words(told)
    threading.excepthook = lambda told: _last_words(
        (told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)
    )


def _last_words(told: _ExcInfo) -> None:
    """What ended the process or a thread, in the log's own form."""
    thread = threading.current_thread().name
    structlog.get_logger().critical("died", thread=thread, exc_info=told)


class _Masked(logging.Formatter):
    """For what libraries log: their tracebacks as well."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - named by logging
        return as_text(ei)


def masked(text: str) -> str:
    """Without addresses and tokens."""
    return _TOKEN.sub(r"/\1/…", _ADDRESS.sub("…@…", text))


def mask(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes addresses and tokens out of every text, also out of tracebacks."""
    for name, value in event.items():
        if not isinstance(value, (bool, int, float, type(None))):
            event[name] = masked(value if isinstance(value, str) else str(value))
    return event


def as_text(exc_info: _ExcInfo) -> str:
    """A traceback, of what each error says the first line alone and no words of people."""
    shown = traceback.TracebackException(*exc_info)
    seen: list[traceback.TracebackException] = [shown]
    for one in seen:
        one._str = _harmless(one._str)  # type: ignore[attr-defined]
        one.__notes__ = None
        inner = (one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ()))
        seen += [other for other in inner if other is not None and other not in seen]
    return masked("".join(shown.format()).rstrip())


def _harmless(said: str) -> str:
    first = (said or "").partition("\n")[0][:_LONGEST]
    return _DIGITS.sub("…", _THAI.sub("…", first))
