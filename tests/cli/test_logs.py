"""What reaches the log, also when something breaks: no address, token, or words of a mail."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mailproc.cli.logs import masked
from mailproc.config import ROOT

ADDRESS, TOKEN = "somsri@school.example.org", "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
WORDS = "เพื่อวางแผนจัดชั้นเรียน"
# In a process of its own: logs are set up once, for good.
_BREAKING = """
import logging, sys, threading
import structlog
from mailproc.cli.logs import set_up_logs
from mailproc.store import schema
from mailproc.store.database import Database

url, address, token, words = sys.argv[1:]
set_up_logs("debug")
database = Database(url)
database.migrate()
log = structlog.get_logger()
log.debug("seen", path=f"/q/{token}", sender=address)
logging.getLogger("a.library").error("GET /d/%s from %s", token, address)
try:
    with database.write() as connection:
        row = {"to_addr": address, "letter": words, "kind": None}
        connection.execute(schema.outbox.insert().values(**row))
except Exception as error:
    log.error("turn_failed", exc_info=True)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=True)
thread = threading.Thread(target=lambda: {}[words])
thread.start()
thread.join()
database.close()
raise LookupError(f"{words} of {address}")
"""


def test_a_traceback_tells_no_address_token_or_words(empty_url: str) -> None:
    """PostgreSQL shows the row that it refused, in the second line of what it says."""
    done = subprocess.run(
        [sys.executable, "-c", _BREAKING, empty_url, ADDRESS, TOKEN, WORDS],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.stderr.count("Traceback") >= 4
    for event in ("seen", "turn_failed", "a.library", "ASGI", "thread='MainThread'", "LookupError"):
        assert event in done.stderr
    assert "NotNull" in done.stderr or "NOT NULL" in done.stderr, "what went wrong is told"
    assert [secret for secret in (ADDRESS, TOKEN, WORDS) if secret in done.stderr] == []


@pytest.mark.parametrize("letter", ["d", "s", "q", "f", "me", "q/open"])
def test_every_kind_of_token_is_masked(letter: str) -> None:
    assert masked(f"https://data.example.org/{letter}/{TOKEN}?x") == (
        f"https://data.example.org/{letter}/…?x"
    )
