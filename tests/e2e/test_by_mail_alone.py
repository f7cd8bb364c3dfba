"""An office that no telephone can reach: everything is decided by mail, over SMTP and IMAP."""

from __future__ import annotations

import email
import email.policy
import imaplib
import itertools
import smtplib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mailproc.demo.inbox import TEMPLATES, load_samples
from mailproc.demo.letters import begun_links
from mailproc.demo.stage import Demo
from mailproc.model import Person
from mailproc.store import absences, onetime, people

_PATIENCE = 60.0
_IDS = itertools.count(1)


class Office:
    """The demo without pages, and what people do in it."""

    def __init__(self, folder: Path) -> None:
        self.demo = Demo(folder, by_mail=True)
        self.ready = self.demo.ready

    def send(self, account: str, to: str, subject: str, body: str) -> None:
        address, password = self.ready.accounts[account]
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = address, to, subject
        mail["Message-ID"] = f"<{next(_IDS)}.{time.time_ns()}@{address.partition('@')[2]}>"
        mail.set_content(body)
        with smtplib.SMTP(*self.ready.smtp, timeout=10) as smtp:
            smtp.login(address, password)
            smtp.send_message(mail)

    def ask(self) -> None:
        sample, address = load_samples(TEMPLATES)[0], self.ready.accounts["requester"][0]
        office = self.ready.accounts["office"][0]
        body = sample.body.format(address=address)
        self.send("requester", office, f"{sample.subject} (ขอใหม่)", body)

    def wait(self, account: str, words: str) -> EmailMessage:
        """The newest mail whose subject or text has these words."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            for mail in self._mails(account):
                if words in f"{mail['Subject']}\n{_text(mail)}":
                    return mail
        raise AssertionError(f"nothing with «{words}» came to the {account}")

    def _mails(self, account: str) -> list[EmailMessage]:
        with imaplib.IMAP4(*self.ready.imap, timeout=10) as imap:
            imap.login(*self.ready.accounts[account])
            imap.select("INBOX", readonly=True)
            found = []
            for number in reversed(imap.search(None, "ALL")[1][0].split()):
                # The server may tell of flags first (RFC 3501, 7.4.2).
                parts = imap.fetch(number.decode(), "(BODY.PEEK[])")[1]
                part = next(one for one in parts if isinstance(one, tuple))
                parsed = email.message_from_bytes(part[1], policy=email.policy.default)
                assert isinstance(parsed, EmailMessage)
                found.append(parsed)
            return found

    def press(self, account: str, approval: EmailMessage, at: int, **typed: str) -> None:
        """Presses the link that begins a reply, types behind its labels and sends it."""
        link = urlsplit(begun_links(_html(approval))[at])
        fields = parse_qs(link.query)
        body = fields["body"][0]
        for label, words in typed.items():
            assert f"{label}: " in body
            body = body.replace(f"{label}: ", f"{label}: {words}")
        self.send(account, unquote(link.path), fields["subject"][0], body)


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def _html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    return str(part.get_content()) if part else ""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Not started yet."""
    office = Office(tmp_path / "demo")
    yield office
    office.demo.stop()


def test_request_approval_refusal_and_return_by_mail_alone(office: Office) -> None:
    codes = office.ready.director_codes
    office.demo.start()
    office.ask()
    approval = office.wait("director", "ขออนุญาต")
    for part in (_text(approval), _html(approval)):
        assert "http" not in part
    office.press("director", approval, 0, รหัส=codes[0])
    dataset = office.wait("requester", "ส่งข้อมูลตามคำขอ")
    assert [file.get_filename() for file in dataset.iter_attachments()] != []
    assert "http" not in _html(dataset)
    office.wait("director", "บันทึกแล้ว: ท่าน «อนุญาต»")

    office.ask()
    approval = office.wait("director", "/00002)")
    why = {"เหตุข้อที่": "14", "เหตุผล": "เผยแพร่บนเว็บไซต์แล้ว"}
    office.press("director", approval, 1, **why, รหัส=codes[1])
    assert "เผยแพร่บนเว็บไซต์แล้ว" in _text(office.wait("requester", "เผยแพร่บนเว็บไซต์แล้ว"))

    office.ask()
    approval = office.wait("director", "/00003)")
    office.send(
        "director",
        office.ready.accounts["office"][0],
        parse_qs(urlsplit(begun_links(_html(approval))[0]).query)["subject"][0],
        f"ส่งกลับ\nคำถาม: ใช้กับโรงเรียนใดบ้าง\nรหัส: {codes[2]}\n",
    )
    office.wait("requester", "ใช้กับโรงเรียนใดบ้าง")


def test_a_deputy_decides_by_mail_while_the_director_is_away(office: Office) -> None:
    """The officer stands in."""
    now, config = datetime.now(UTC), office.demo.config
    with office.demo.service.database.write() as connection:
        (director,) = people.in_role(connection, "group_director", now)
        address = office.ready.accounts["officer"][0]
        person = Person(0, "นายตัวอย่าง ผู้รักษาราชการแทน", address, "deputy")
        deputy = people.add(connection, person, now)
        pepper = config.secret("pepper")
        codes = onetime.new_list(connection, deputy, pepper, now)
        until = now + timedelta(days=1)
        absences.begin(connection, director.id, deputy, now, until, "command", now)
    office.demo.start()
    office.ask()
    approval = office.wait("officer", "ขออนุญาต")
    office.press("officer", approval, 0, รหัส=codes[0])
    dataset = office.wait("requester", "ส่งข้อมูลตามคำขอ")
    assert list(dataset.iter_attachments()) != []
