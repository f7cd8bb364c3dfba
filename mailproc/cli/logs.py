"""Logs: one line per event on stderr, without bodies, addresses or tokens."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_TOKEN = re.compile(r"/([a-z]{1,2}(?:/open)?)/[A-Za-z0-9_-]{20,}")


def set_up_logs(level: str = "info") -> None:
    """Sends events of `level` and above to stderr, masked."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
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


class _Masked(logging.Formatter):
    """For what libraries log: their tracebacks as well."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def masked(text: str) -> str:
    """Without addresses and tokens."""
    return _TOKEN.sub(r"/\1/…", _ADDRESS.sub("…@…", text))


def mask(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes addresses and tokens out of every text, also out of tracebacks."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = masked(value)
    return event
