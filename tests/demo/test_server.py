"""The embedded mail server, talked to by the clients that the daemon uses."""

from __future__ import annotations

import asyncio
import gc
import logging
import smtplib
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8

import aiosmtplib
import imapclient
import pytest
from imapclient.exceptions import IMAPClientError, LoginError

from mailproc.demo.server import EmbeddedMail
from mailproc.demo.smtp import LARGEST, account_of

OFFICE, REQUESTER = "data@example.org", "somsri@example.org"
ACCOUNTS = {"office": (OFFICE, "office-secret"), "requester": (REQUESTER, "requester-secret")}


@pytest.fixture
def mail() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(ACCOUNTS, imap_port=0, smtp_port=0) as server:
        yield server


@contextmanager
def imap(mail: EmbeddedMail, name: str = "office") -> Iterator[imapclient.IMAPClient]:
    host, port = mail.imap
    timeout = imapclient.SocketTimeout(connect=10, read=10)
    with imapclient.IMAPClient(host, port, ssl=False, timeout=timeout) as client:
        client.login(*ACCOUNTS[name])
        client.select_folder("INBOX")
        yield client


def smtp(mail: EmbeddedMail) -> smtplib.SMTP:
    return smtplib.SMTP(*mail.smtp, local_hostname="client.example.org", timeout=10)


def letter(subject: str = "ขอข้อมูลนักเรียน", to: str = OFFICE) -> bytes:
    message = EmailMessage()
    message["From"] = REQUESTER
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<1@example.org>"
    message.set_content("เรียน ผู้อำนวยการ\n.บรรทัดที่ขึ้นต้นด้วยจุด\n", cte="8bit")
    return message.as_bytes(policy=SMTP_POLICY)


def deliver(mail: EmbeddedMail, raw: bytes, *to: str) -> dict[str, tuple[int, bytes]]:
    with smtp(mail) as client:
        return client.sendmail(REQUESTER, to or (OFFICE,), raw)


def newest(client: imapclient.IMAPClient) -> dict[bytes, object]:
    uid = max(client.search("ALL"))
    fetched = client.fetch([uid], ["BODY.PEEK[]", "RFC822.SIZE", "INTERNALDATE", "FLAGS"])
    return dict(fetched[uid])


def test_what_is_sent_is_what_is_fetched(mail: EmbeddedMail) -> None:
    raw = letter()
    deliver(mail, raw)
    with imap(mail) as client:
        got = newest(client)
    body = got[b"BODY[]"]
    assert isinstance(body, bytes)
    trace, _, rest = body.partition(b"From: ")
    assert b"From: " + rest == raw
    assert got[b"RFC822.SIZE"] == len(body)
    assert got[b"FLAGS"] in ((), (b"\\Recent",))
    lines = trace.decode().split("\r\n")
    assert lines[0] == f"Return-Path: <{REQUESTER}>"
    assert lines[1] == f"Delivered-To: {OFFICE}"
    assert lines[2].startswith("Received: from client.example.org ([127.0.0.1])")


def test_the_internal_date_is_the_time_of_delivery(mail: EmbeddedMail) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    deliver(mail, letter())
    with imap(mail) as client:
        client.normalise_times = False
        received = newest(client)[b"INTERNALDATE"]
    assert isinstance(received, datetime)
    assert before <= received <= datetime.now(UTC) + timedelta(seconds=1)


@pytest.mark.parametrize("raw", [b"Subject: only headers\r\n", b"\r\n", b"Subject: x\r\n\r\n.\r\n"])
def test_odd_mails_keep_every_byte(mail: EmbeddedMail, raw: bytes) -> None:
    deliver(mail, raw)
    with imap(mail) as client:
        body = newest(client)[b"BODY[]"]
    assert isinstance(body, bytes)
    assert body.endswith((raw, raw + b"\r\n"))


def test_a_waiting_client_is_woken_by_a_new_mail(mail: EmbeddedMail) -> None:
    with imap(mail) as client:
        client.idle()
        deliver(mail, letter())
        assert (1, b"EXISTS") in client.idle_check(timeout=10)
        client.idle_done()


def test_a_mail_that_came_just_before_waiting_is_announced_at_once(mail: EmbeddedMail) -> None:
    # Without a library: imapclient may read the announcement together with the answer to IDLE.
    with socket.create_connection(mail.imap, timeout=10) as connection:
        lines = connection.makefile("rwb")

        def ask(command: str, until: bytes) -> None:
            lines.write(command.encode() + b"\r\n")
            lines.flush()
            while until not in lines.readline():
                pass

        ask(f"a LOGIN {OFFICE} office-secret", b"a OK")
        ask("b SELECT INBOX", b"b OK")
        deliver(mail, letter())
        ask("c IDLE", b"* 1 EXISTS")
        ask("DONE", b"c OK")


def test_every_mail_of_a_burst_is_announced(mail: EmbeddedMail) -> None:
    with imap(mail) as client, smtp(mail) as sender:
        client.idle()
        for number in range(20):
            sender.sendmail(REQUESTER, [OFFICE], letter(str(number)))
        seen: list[object] = []
        while (20, b"EXISTS") not in seen:
            answers = client.idle_check(timeout=10)
            assert answers, f"nothing more was announced after {seen}"
            seen += answers
        client.idle_done()


def test_flags_append_and_move_work(mail: EmbeddedMail) -> None:
    deliver(mail, letter())
    with imap(mail) as client:
        (uid,) = client.search("UNSEEN")
        client.add_flags([uid], [imapclient.SEEN])
        assert client.search("UNSEEN") == []
        client.append("Sent", letter("สำเนา"), [imapclient.SEEN])
        client.create_folder("Done")
        assert client.has_capability("MOVE")
        client.move([uid], "Done")
        assert client.search("ALL") == []
        assert client.select_folder("Done", readonly=True)[b"EXISTS"] == 1
        assert client.select_folder("Sent", readonly=True)[b"EXISTS"] == 1


def test_reading_without_marking_leaves_the_mail_unseen(mail: EmbeddedMail) -> None:
    deliver(mail, letter())
    with imap(mail) as client:
        newest(client)
        assert len(client.search("UNSEEN")) == 1


@pytest.mark.parametrize("login", [(OFFICE, "wrong"), ("nobody@example.org", "office-secret")])
def test_a_wrong_login_is_refused_on_both_sides(mail: EmbeddedMail, login: tuple[str, str]) -> None:
    host, port = mail.imap
    with imapclient.IMAPClient(host, port, ssl=False, timeout=10) as client:
        with pytest.raises(LoginError):
            client.login(*login)
        with pytest.raises(IMAPClientError):
            client.select_folder("INBOX")
    with smtp(mail) as sender, pytest.raises(smtplib.SMTPAuthenticationError):
        sender.login(*login)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_mail_sent_with_a_login_says_so(mail: EmbeddedMail, mechanism: str) -> None:
    async def send() -> None:
        host, port = mail.smtp
        async with aiosmtplib.SMTP(hostname=host, port=port, start_tls=False) as client:
            await client.ehlo()
            if mechanism == "PLAIN":
                await client.auth_plain(*ACCOUNTS["office"])
            else:
                await client.auth_login(*ACCOUNTS["office"])
            await client.sendmail(OFFICE, [REQUESTER], letter(to=REQUESTER))

    asyncio.run(send())
    with imap(mail, "requester") as client:
        body = newest(client)[b"BODY[]"]
    assert isinstance(body, bytes)
    assert b"with ESMTPA" in body


def test_unknown_recipients_are_refused_one_by_one(mail: EmbeddedMail) -> None:
    refused = deliver(mail, letter(), OFFICE, "nobody@example.org", "data@example.com")
    assert {address: code for address, (code, _) in refused.items()} == {
        "nobody@example.org": 550,
        "data@example.com": 550,
    }
    with imap(mail) as client:
        assert len(client.search("ALL")) == 1


def test_a_plus_address_belongs_to_its_account_and_is_kept(mail: EmbeddedMail) -> None:
    deliver(mail, letter(), "Data+r123@Example.org", OFFICE)
    with imap(mail) as client:
        assert len(client.search("ALL")) == 1  # one mail, though the account was named twice
        body = newest(client)[b"BODY[]"]
    assert isinstance(body, bytes)
    assert b"Delivered-To: Data+r123@Example.org\r\n" in body


@pytest.mark.parametrize("address", ["data", "", "data@", "+x@example.org"])
def test_what_is_no_address_belongs_to_nobody(address: str) -> None:
    assert account_of(address, {OFFICE: ""}) is None


def test_a_mail_that_is_too_big_is_refused_before_it_is_sent(mail: EmbeddedMail) -> None:
    with smtp(mail) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(LARGEST)
        code, _ = client.mail(REQUESTER, [f"size={LARGEST + 1}"])
    assert code == 552


def test_thai_headers_may_travel_as_they_are(mail: EmbeddedMail) -> None:
    message = EmailMessage()
    message["From"], message["To"] = REQUESTER, OFFICE
    message["Subject"] = "ขอข้อมูล"
    raw = message.as_bytes(policy=SMTPUTF8)
    with smtp(mail) as client:
        client.ehlo()
        assert client.has_extn("smtputf8")
        client.sendmail(REQUESTER, [OFFICE], raw, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    with imap(mail) as reader:
        body = newest(reader)[b"BODY[]"]
    assert isinstance(body, bytes)
    assert "Subject: ขอข้อมูล".encode() in body


def test_two_hundred_mails_arrive_in_order(mail: EmbeddedMail) -> None:
    with smtp(mail) as client:
        for number in range(200):
            client.sendmail(REQUESTER, [OFFICE], letter(f"number {number}"))
    with imap(mail) as reader:
        uids = reader.search("ALL")
        fetched = reader.fetch(uids, ["ENVELOPE"])
    subjects = [fetched[uid][b"ENVELOPE"].subject.decode() for uid in sorted(uids)]
    assert subjects == [f"number {number}" for number in range(200)]


def test_a_port_in_use_is_stepped_around() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with EmbeddedMail(ACCOUNTS, imap_port=port, smtp_port=port) as mail:
            assert len({port, mail.imap[1], mail.smtp[1]}) == 3
            with imap(mail) as client:
                assert client.search("ALL") == []


def test_stopping_ends_everything_even_what_is_in_use(
    mail: EmbeddedMail, caplog: pytest.LogCaptureFixture
) -> None:
    threads = threading.active_count()
    caplog.set_level(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with imap(mail) as waiting, smtp(mail) as idle, smtp(mail) as halfway:
            waiting.idle()
            idle.ehlo()
            halfway.ehlo()
            halfway.docmd("MAIL", f"FROM:<{REQUESTER}>")
            halfway.docmd("RCPT", f"TO:<{OFFICE}>")
            halfway.docmd("DATA")
            mail.stop()
            with pytest.raises(smtplib.SMTPServerDisconnected):
                idle.noop()
            with pytest.raises(smtplib.SMTPServerDisconnected):
                halfway.getreply()
            waiting.socket().close()
        gc.collect()
    for address in (mail.imap, mail.smtp):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)
    assert threading.active_count() == threads - 1
    assert caplog.records == []
    mail.stop()


def test_a_client_that_says_goodbye_leaves_nothing_behind(mail: EmbeddedMail) -> None:
    for _ in range(3):
        with imap(mail) as client:
            client.noop()
        deliver(mail, letter())
    with imap(mail) as client:
        assert len(client.search("ALL")) == 3
    assert [thread.name for thread in threading.enumerate()].count("embedded-mail") == 1


def test_a_server_that_cannot_listen_says_so() -> None:
    mail = EmbeddedMail(ACCOUNTS, imap_port=-1, smtp_port=0)
    with pytest.raises((OSError, OverflowError)):
        mail.start()
    mail.stop()
