"""What servers and lines do to a mailbox that is watched day and night."""

from __future__ import annotations

import os
import signal
import time

from imapclient import SocketTimeout

from mailproc.clock import utc_now
from mailproc.collect import Limits
from mailproc.config import load
from mailproc.mail.login import Credentials, Server
from mailproc.mail.mailbox import Mailbox
from mailproc.store.database import Database
from mailproc.watch import Watcher
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import Daemon
from tests.e2e.dovecot import PASSWORD, Dovecot, wait_until
from tests.e2e.wires import Wire


def _cpu_seconds(office: Daemon) -> float:
    assert office.process is not None
    with open(f"/proc/{office.process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _idles(office: Daemon) -> bool:
    return len(office.dovecot.sessions(office.user)) == 1


def test_a_kicked_daemon_comes_back_and_rests(office: Daemon) -> None:
    office.until(lambda: _idles(office), "one session")
    for number in range(3):
        office.dovecot.kick(office.user)
        office.dovecot.append(office.user, letters.request(number))
        office.letter("receipt", number + 1, seconds=20)
    spent, began = _cpu_seconds(office), time.monotonic()
    office.until(lambda: time.monotonic() - began > 4, "four quiet seconds")
    assert _cpu_seconds(office) - spent < 1, "it spins"
    assert office.health()["alive"]


def test_a_session_killed_during_idle_is_opened_again(office: Daemon) -> None:
    office.until(lambda: _idles(office), "one session")
    for process in office.dovecot.sessions(office.user):
        os.kill(process, signal.SIGKILL)  # the end of the stream without BYE
    office.dovecot.append(office.user, letters.request())
    office.letter("receipt", seconds=20)


def test_mail_that_came_while_the_server_was_away_is_answered(
    make: Make, own_dovecot: Dovecot
) -> None:
    office = make(own_dovecot)
    office.start()
    own_dovecot.stop()
    office.until(lambda: "mailbox_lost" in office.log.read_text(), "the loss is noticed")
    own_dovecot.start()
    own_dovecot.append(office.user, letters.request())
    office.letter("receipt", seconds=20)
    assert office.stop() == 0


def test_a_renumbered_mailbox_brings_only_the_new_mails(make: Make, own_dovecot: Dovecot) -> None:
    office = make(own_dovecot)
    old = [letters.request(number) for number in range(30)]
    without_id = letters.mail(letters.body(31), message_id="")
    own_dovecot.append(office.user, *old, without_id, letters.private(1))
    office.start()
    office.letter("approval", 31, seconds=60)
    office.until(lambda: None not in office.verdicts(), "every verdict")
    own_dovecot.stop()
    own_dovecot.renumber(office.user)
    own_dovecot.start()
    own_dovecot.append(office.user, *(letters.request(100 + number) for number in range(5)))
    office.letter("approval", 36, seconds=60)
    office.until(lambda: sum(office.verdicts().values()) == 32 + 37, "all were looked at again")
    office.until(lambda: None not in office.verdicts() and office.is_quiet(), "every verdict")
    assert office.verdicts()["opened"] == 36
    assert len(office.letters("receipt")) == 36
    assert "uid_validity_changed" in office.log.read_text()


def test_a_wrong_password_is_tried_three_times_and_then_seldom(make: Make) -> None:
    office = make()
    office.password = "not-the-password"
    office.start(ready=False)
    office.until(lambda: office.log.read_text().count("mailbox_login_refused") == 3, "3 tries")
    began = time.monotonic()
    office.until(lambda: time.monotonic() - began > 7, "seven seconds more")
    assert office.log.read_text().count("mailbox_login_refused") == 3
    assert not office.is_dead
    query = "SELECT name FROM alarms WHERE mended_at IS NULL"
    office.until(lambda: ("login_refused",) in map(tuple, office.rows(query)), "the alarm", 60)


def test_a_line_that_goes_dead_during_idle_is_noticed_and_replaced(make: Make) -> None:
    office = make()
    dovecot, user = office.dovecot, office.user
    database = Database(load(office.config).database_url)
    with Wire(dovecot.tls_port) as wire:
        server = Server("127.0.0.1", wire.port, "ssl", str(dovecot.ca_file))
        watcher = Watcher(
            lambda: Mailbox(
                server, Credentials(user, PASSWORD), "INBOX", SocketTimeout(connect=5, read=1)
            ),
            database,
            Limits(utc_now(), 1_000_000),
            1.0,
            lambda: None,
            utc_now,
        )
        watcher.start()
        try:
            wait_until(lambda: watcher.polled_at is not None, 10, "the first poll")
            wire.hole()
            dovecot.append(user, letters.request())
            office.until(lambda: sum(office.verdicts().values()) == 1, "the mail is stored")
            assert wire.connections == 2
        finally:
            watcher.stop()
            watcher.join(10)
            database.close()
    assert not watcher.alive


def test_a_second_daemon_on_the_same_state_gives_way(office: Daemon, make: Make) -> None:
    second = make()
    second.folder = office.folder  # and so the same settings
    second.start(ready=False)
    second.until(lambda: second.is_dead, "the second gives way")
    assert "Another mailproc already serves" in second.log.read_text()
    assert office.health()["alive"]
