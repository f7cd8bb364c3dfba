"""Several equal daemons on one PostgreSQL watch one mailbox; the database decides who does what."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import Server
from tests.e2e import letters
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.dovecot import Dovecot
from tests.e2e.smtpd import Sink

_MAILS = 60


def _daemon(folder: Path, dovecot: Dovecot, sink: Sink, url: str) -> Daemon:
    daemon = Daemon(folder, dovecot, sink.port, "shared")
    daemon.sink = sink
    daemon.settings = {"MAILPROC_STORE__DATABASE_URL": url}
    daemon.write_settings()
    return daemon


def _count(engine: sa.Engine, query: str) -> dict[str, int]:
    with engine.connect() as connection:
        return {str(name): int(count) for name, count in connection.execute(sa.text(query))}


@pytest.mark.timeout(180)
def test_two_daemons_share_one_mailbox_and_nothing_happens_twice(
    postgres: Server, own_dovecot: Dovecot, sink: Sink, tmp_path: Path
) -> None:
    url = postgres.new()
    first = _daemon(tmp_path / "first", own_dovecot, sink, url)
    second = _daemon(tmp_path / "second", own_dovecot, sink, url)
    engine = sa.create_engine(url)
    try:
        slip = first.enrol()
        first.start()
        shutil.copytree(first.folder / "state" / "secret", second.folder / "state" / "secret")
        second.start()
        own_dovecot.append("shared", *(letters.request(number) for number in range(_MAILS)))
        first.until(lambda: len(sink.taken) >= 2 * _MAILS, "two mails for each request", 90)
        link = next(mail.link for mail in sink.taken if mail.link)
        answer, _ = decide(link, "approve", slip=slip, new_code=CODE, new_code_again=CODE)
        assert answer == 200
        first.until(lambda: any(mail.files for mail in sink.taken), "the dataset")
        first.until(lambda: len(sink.taken) >= 2 * _MAILS + 2, "the dataset, and word of the code")
        assert len({mail.message_id for mail in sink.taken}) == len(sink.taken) == 2 * _MAILS + 2
        query = "SELECT verdict, count(*) FROM messages GROUP BY verdict"
        assert _count(engine, query) == {"opened": _MAILS}
        query = "SELECT kind, count(*) FROM outbox WHERE state = 'sent' GROUP BY kind"
        sent = _count(engine, query)
        assert sent.pop("dataset", 1) == sent.pop("security", 1) == 1
        assert sent == {"receipt": _MAILS, "approval": _MAILS}
        assert first.verify()["faults"] == []
    finally:
        first.kill()
        second.kill()
        engine.dispose()
        postgres.drop(url)
