"""Plays requester and director over the same roads as people: SMTP, IMAP and the web page."""

from __future__ import annotations

import email
import email.policy
import http.client
import imaplib
import re
import smtplib
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape
from pathlib import Path

from mailproc.demo.inbox import TEMPLATES, load_samples
from mailproc.demo.stage import Ready
from mailproc.errors import MailprocError

_PATIENCE = 60.0  # seconds for one step; the whole takes some three
_LINK = re.compile(r"https?://\S+/d/[A-Za-z0-9_-]+")
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, and how long after the start, in seconds."""

    name: str
    at: float
    detail: str = ""


class Actors:
    """One request from its mail to the workbook. Raises MailprocError with the step."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    def play(self) -> Iterator[Step]:
        """Each step as it is done; the last one's detail is the path of the workbook."""
        began = time.monotonic()
        by_mail = not self._ready.public_url

        def done(name: str, detail: str = "") -> Step:
            return Step(name, time.monotonic() - began, detail)

        with _step("sent"):
            self._send_request()
        yield done("sent")
        with _step("receipt"):
            receipt = self._wait("requester", lambda mail: True)
        yield done("receipt", str(receipt["Subject"]))
        with _step("approval"):
            approval = self._wait("director", lambda mail: by_mail or bool(_links(mail)))
        yield done("approval", str(approval["Subject"]))
        with _step("approved"):
            if by_mail:
                self._reply(approval)
            else:
                self._approve(_links(approval)[0])
        yield done("replied" if by_mail else "approved")
        with _step("dataset"):
            mail = self._wait("requester", lambda mail: any(mail.iter_attachments()))
        yield done("dataset", str(mail["Subject"]))
        with _step("saved"):
            path = self._save(mail)
        yield done("saved", str(path))

    def _send_request(self) -> None:
        address, password = self._ready.accounts["requester"]
        sample = load_samples(TEMPLATES)[0]
        mail = EmailMessage()
        mail["From"] = email.headerregistry.Address(sample.from_name, addr_spec=address)
        mail["To"] = self._ready.accounts["office"][0]
        mail["Subject"] = sample.subject
        mail["Message-ID"] = f"<demo.{time.time_ns()}@school.example.org>"
        mail.set_content(sample.body.format(address=address))
        self._send(mail, address, password)

    def _wait(self, account: str, wanted: Callable[[EmailMessage], bool]) -> EmailMessage:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            for mail in self._mails(account):
                if wanted(mail):
                    return mail
            time.sleep(0.1)
        raise MailprocError(f"nothing came within {_PATIENCE:.0f} seconds")

    def _mails(self, account: str) -> Iterator[EmailMessage]:
        with imaplib.IMAP4(*self._ready.imap, timeout=10) as imap:
            imap.login(*self._ready.accounts[account])
            imap.select("INBOX", readonly=True)
            for number in imap.search(None, "ALL")[1][0].split():
                part = imap.fetch(number.decode(), "(BODY.PEEK[])")[1][0]
                if isinstance(part, tuple):
                    yield _parsed(part[1])

    def _approve(self, link: str) -> None:
        """Opens the page as a person would and sends its form with the code."""
        with urllib.request.urlopen(link, timeout=10) as page:  # noqa: S310 - our own loopback page
            found, address = _CSRF.search(page.read().decode()), page.geturl()
        if found is None:
            raise MailprocError("the page has no form")
        fields = {
            "csrf": unescape(found[1]),
            "choice": "approve",
            "code": self._ready.director_code,
        }
        body = urllib.parse.urlencode(fields).encode()
        answer: http.client.HTTPResponse
        with urllib.request.urlopen(address, body, timeout=30) as answer:  # noqa: S310
            if answer.status != 200:
                raise MailprocError(f"the page answered {answer.status}")

    def _reply(self, approval: EmailMessage) -> None:
        """Answers as a person would: the word, and the first code of the printed list."""
        address, password = self._ready.accounts["director"]
        mail = EmailMessage()
        mail["From"], mail["To"] = address, self._ready.accounts["office"][0]
        mail["Subject"] = f"Re: {approval['Subject']}"
        mail["Message-ID"] = f"<demo.{time.time_ns()}@office.example.org>"
        mail["In-Reply-To"] = approval["Message-ID"]
        mail.set_content(f"อนุญาต\nรหัส: {self._ready.director_codes[0]}\n")
        self._send(mail, address, password)

    def _send(self, mail: EmailMessage, address: str, password: str) -> None:
        with smtplib.SMTP(*self._ready.smtp, timeout=10) as smtp:
            smtp.login(address, password)
            smtp.send_message(mail)

    def _save(self, mail: EmailMessage) -> Path:
        file = next(mail.iter_attachments())
        path = Path(self._ready.state) / Path(file.get_filename() or "dataset.xlsx").name
        content = file.get_content()
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Says which step an error belongs to."""
    try:
        yield
    except (MailprocError, OSError, imaplib.IMAP4.error) as error:
        raise MailprocError(f"step «{name}» failed: {error}") from error


def _parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def _links(mail: EmailMessage) -> list[str]:
    body = mail.get_body(("plain",))
    return _LINK.findall(str(body.get_content())) if body else []
