"""The mailbox against a server that says what real ones say at the worst moment, and against the
embedded one. The same on a real Dovecot: tests/e2e/test_links_break.py."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from imapclient import IMAPClient, SocketTimeout

from mailproc.demo.server import EmbeddedMail
from mailproc.errors import AuthFailed, LinkLost
from mailproc.mail.login import Credentials, Server
from mailproc.mail.mailbox import Mailbox
from tests.mail.scripted import Scripted

LOGIN = Credentials("data@example.org", "office-secret")
SOON = SocketTimeout(connect=5, read=5)


@pytest.fixture(params=["none", "ssl"])
def tls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ssl.SSLContext | None, str]:
    """Kind, the server's side of it, the client's authority."""
    if request.param == "none":
        return "none", None, ""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return "ssl", context, str(tmp_path / "ca.pem")


Tls = tuple[str, ssl.SSLContext | None, str]


def _open(server: Scripted, tls: Tls, timeout: SocketTimeout = SOON) -> Mailbox:
    kind, _, ca_file = tls
    assert kind in ("none", "ssl")
    address = Server("127.0.0.1", server.port, "ssl" if kind == "ssl" else "none", ca_file)
    return Mailbox(address, LOGIN, "INBOX", timeout)


def _idling(server: Scripted, tls: Tls) -> Mailbox:
    mailbox = _open(server, tls)
    mailbox.start_idle()
    return mailbox


def test_silence_is_silence_and_the_link_lives_on(tls: Tls) -> None:
    with Scripted(context=tls[1]) as server:
        mailbox = _idling(server, tls)
        assert not mailbox.heard(0.05)
        assert not mailbox.heard(0)
        mailbox.stop_idle()
        mailbox.start_idle()
        mailbox.stop_idle()
        mailbox.close()


def test_news_is_heard_and_taken_with_the_end_of_idle(tls: Tls) -> None:
    with Scripted(context=tls[1]) as server:
        mailbox = _idling(server, tls)
        server.say("* 1 EXISTS\r\n* 1 RECENT\r\n")
        assert mailbox.heard(5)
        mailbox.stop_idle()
        mailbox.close()


def test_news_in_one_packet_with_the_answer_to_idle_is_heard_at_once(tls: Tls) -> None:
    with Scripted("+ idling\r\n* 1 EXISTS\r\n", context=tls[1]) as server:
        mailbox = _idling(server, tls)
        assert mailbox.heard(0)
        mailbox.stop_idle()
        mailbox.close()


def test_a_line_that_comes_in_halves_breaks_nothing(tls: Tls) -> None:
    with Scripted(context=tls[1]) as server:
        mailbox = _idling(server, tls)
        server.say("* 1 EXI")
        assert mailbox.heard(5)
        assert mailbox.heard(0)
        server.say("STS\r\n")
        mailbox.stop_idle()
        mailbox.close()


@pytest.mark.parametrize("last_words", ["", "* BYE shutting down\r\n", "* 1 EXI"])
def test_an_ended_connection_is_lost_however_it_ended(tls: Tls, last_words: str) -> None:
    with Scripted(context=tls[1]) as server:
        mailbox = _idling(server, tls)
        server.say(last_words)
        server.hang_up()
        assert mailbox.heard(5)  # there is something to learn
        with pytest.raises(LinkLost):
            mailbox.stop_idle()
        mailbox.close()


def test_a_server_that_never_answers_is_given_up(tls: Tls) -> None:
    with Scripted(context=tls[1], answers={"NOOP": []}) as server:
        mailbox = _open(server, tls, SocketTimeout(connect=5, read=0.2))
        with pytest.raises(LinkLost):
            mailbox.check_alive()
        mailbox.close()
        mailbox.close()  # twice is no fault


def test_a_refused_login_is_told_from_a_lost_link(tls: Tls) -> None:
    refusing = Scripted(context=tls[1], answers={"LOGIN": ["{tag} NO wrong"]})
    with refusing as server, pytest.raises(AuthFailed):
        _open(server, tls)
    with pytest.raises(LinkLost):
        _open(server, tls)  # nobody listens any more


def test_a_server_without_starttls_is_refused_and_never_told_the_password() -> None:
    with Scripted() as server, pytest.raises(LinkLost):
        Mailbox(Server("127.0.0.1", server.port, "starttls"), LOGIN, "INBOX", SOON)


def test_a_certificate_of_nobody_we_know_is_refused(tls: Tls) -> None:
    with Scripted(context=tls[1]) as server, pytest.raises(LinkLost):
        Mailbox(Server("127.0.0.1", server.port, "ssl"), LOGIN, "INBOX", SOON)


# ---------------------------------------------------------------- mails


@pytest.fixture
def embedded() -> Iterator[EmbeddedMail]:
    accounts = {"office": (LOGIN.username, LOGIN.password)}
    with EmbeddedMail(accounts, imap_port=0, smtp_port=0) as server:
        yield server


def _append(embedded: EmbeddedMail, *mails: bytes) -> None:
    with IMAPClient(*embedded.imap, ssl=False, timeout=SOON) as client:
        client.login(LOGIN.username, LOGIN.password)
        for mail in mails:
            client.append("INBOX", mail, msg_time=datetime(2026, 11, 22, 9, tzinfo=UTC))


def test_new_mails_come_in_order_with_their_bytes_and_stay_unread(embedded: EmbeddedMail) -> None:
    mails = [b"Subject: %d\r\n\r\n" % number + b"x" * number * 1000 for number in range(5)]
    _append(embedded, *mails)
    mailbox = Mailbox(Server(*embedded.imap, "none"), LOGIN, "INBOX", SOON)
    found = mailbox.new_since(0)
    assert [mail.uid for mail in found] == sorted(mail.uid for mail in found)
    assert [mail.size for mail in found] == [len(mail) for mail in mails]
    assert {mail.internal_date for mail in found} == {datetime(2026, 11, 22, 9, tzinfo=UTC)}
    fetched = [pair for batch in mailbox.fetch(found) for pair in batch]
    assert fetched == list(zip(found, mails, strict=True))
    assert mailbox.header(found[2]) == b"Subject: 2\r\n\r\n"
    assert mailbox.new_since(found[-1].uid) == []
    assert _flags(embedded) == [()] * 5
    mailbox.mark_seen([found[1].uid, 9999])
    assert _flags(embedded) == [(), (rb"\Seen",), (), (), ()]
    assert mailbox.new_since(found[3].uid) == found[4:]
    mailbox.close()


def _flags(embedded: EmbeddedMail) -> list[tuple[bytes, ...]]:
    with IMAPClient(*embedded.imap, ssl=False, timeout=SOON) as client:
        client.login(LOGIN.username, LOGIN.password)
        client.select_folder("INBOX", readonly=True)
        found = client.get_flags(client.search())
    return [
        tuple(flag for flag in flags if flag != rb"\Recent") for _, flags in sorted(found.items())
    ]
