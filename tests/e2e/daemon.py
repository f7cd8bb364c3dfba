"""The daemon as an office runs it: settings file, people, `serve` in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

from mailproc.config import ROOT
from tests.e2e.dovecot import PASSWORD, Dovecot, free_port, wait_until
from tests.e2e.smtpd import Sink, Taken

DIRECTOR, OFFICER = "director@office.example.org", "officer@office.example.org"
CODE = "730924"
_SETTINGS = """
[office]
name_th = "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง"
address = "{address}"
phone = "040 000 000"

[mailbox]
host = "127.0.0.1"
port = {imap_port}
tls = "{imap_tls}"
username = "{user}"
ca_file = "{ca_file}"
{mailbox}

[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"

[roster]
members = ["example.org", ".example.org"]  # this server stamps nothing

[store]
state = "state"

[web]
public_url = "{public_url}"
public_listen = "127.0.0.1:{public_port}"
internal_listen = "127.0.0.1:{internal_port}"

[workflow]
hold_seconds = {hold}
"""


class Daemon:
    """One office. `user` is its name on the IMAP server."""

    def __init__(self, folder: Path, dovecot: Dovecot, smtp_port: int, user: str) -> None:
        self.folder, self.user = folder, user
        self.address = f"{user}@office.example.org"
        self.dovecot, self.smtp_port = dovecot, smtp_port
        self.sink: Sink
        self.slip = ""  # the director's, for a first decision
        self.public_port, self.internal_port = free_port(), free_port()
        self.public_url = f"http://127.0.0.1:{self.public_port}"
        self.imap_port, self.imap_tls = dovecot.tls_port, "ssl"
        self.mailbox, self.hold = "", 0
        self.password = PASSWORD
        self.settings: dict[str, str] = {}  # as environment, over the file
        self.launcher: tuple[str, ...] = ("-m", "mailproc")
        self.options: tuple[str, ...] = ()  # of `serve`
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "daemon.log"

    # ------------------------------------------------------------ settings

    @property
    def config(self) -> Path:
        return self.folder / "mailproc.toml"

    def write_settings(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            _SETTINGS.format(
                ca_file=self.dovecot.ca_file,
                **{
                    name: getattr(self, name)
                    for name in (
                        "address user imap_port imap_tls mailbox public_url public_port "
                        "internal_port hold smtp_port"
                    ).split()
                },
            ),
            encoding="utf-8",
        )

    def enrol(self) -> str:
        """Adds director and officer through the command line; gives the director's slip."""
        officer = ("--name", "นายตัวอย่าง ผู้ให้บริการ", "--role", "officer")
        director = ("--name", "นางสาวตัวอย่าง ผู้อนุญาต", "--role", "group_director")
        self.cli("people", "add", OFFICER, *officer, "--json")
        added = self.cli("people", "add", DIRECTOR, *director, "--json")
        return str(added[0]["slip"])

    def cli(self, *arguments: str) -> list[dict[str, Any]]:
        """The JSON lines of a command. Raises AssertionError where it fails."""
        done = self._run(*arguments)
        assert done.returncode == 0, done.stderr
        return _json_lines(done.stdout)

    def text(self, *arguments: str) -> str:
        """What a command prints. Raises AssertionError where it fails."""
        done = self._run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def findings(self, part: str) -> list[dict[str, Any]]:
        """What `check` found of a part, also where that is a fault."""
        found = _json_lines(self._run("check", "--json").stdout)
        return [line for line in found if line["part"] == part]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mailproc", *arguments, "--config", str(self.config)]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=ROOT, env=self._environment
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MAILPROC_PASSWORD": self.password,
            "PYTHONUNBUFFERED": "1",
        } | self.settings

    # ------------------------------------------------------------ life

    def start(self, launcher: Sequence[str] = (), *, ready: bool = True) -> None:
        """`launcher` in place of `-m mailproc`. Polls its mailbox when this returns."""
        command = [sys.executable, *(launcher or self.launcher), "serve", *self.options, "--config"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.config)],
                stdin=subprocess.DEVNULL,
                stderr=log,
                stdout=log,
                cwd=ROOT,
                env=self._environment,
            )
        if ready:
            self.until(lambda: self.polled or self.is_dead, "the daemon polls")
            assert not self.is_dead, self.log.read_text()

    def until(self, happened: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Waits; where it does not happen the log is in the error."""
        try:
            wait_until(happened, seconds, what)
        except AssertionError as error:
            log = self.log.read_text()[-4000:] if self.log.exists() else ""
            raise AssertionError(f"{error}\n{self.verdicts()} {self.states()}\n{log}") from None

    @property
    def polled(self) -> bool:
        return self.health().get("polled_at") is not None

    def health(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.internal_port}/healthz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
        except OSError:
            return {}
        return found

    @property
    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """As the power does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        """As an admin does; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.process = None
        return code

    # ------------------------------------------------------------ database

    def rows(self, query: str, *values: object) -> list[Any]:
        """What the database holds now."""
        database = sqlite3.connect(f"file:{self.folder}/state/mailproc.sqlite?mode=ro", uri=True)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def verdicts(self) -> dict[str, int]:
        """How many mails have which verdict; None counts those without one."""
        return dict(self.rows("SELECT verdict, count(*) FROM messages GROUP BY verdict"))

    def states(self) -> list[str]:
        """The states of all requests, in their order."""
        return [state for (state,) in self.rows("SELECT state FROM requests ORDER BY id")]

    def kind(self, taken: Taken) -> str:
        """Which letter of ours a mail in the sink is."""
        found = self.rows("SELECT kind FROM outbox WHERE message_id = ?", taken.message_id)
        return str(found[0][0]) if found else ""

    def letters(self, kind: str) -> list[Taken]:
        """What arrived in the sink of a kind, in order."""
        ids = {i for (i,) in self.rows("SELECT message_id FROM outbox WHERE kind = ?", kind)}
        return [mail for mail in self.sink.taken if mail.message_id in ids]

    def letter(self, kind: str, count: int = 1, seconds: float = 60) -> Taken:
        """Waits for the `count`-th letter of a kind."""
        self.until(lambda: len(self.letters(kind)) >= count, f"letter {count} of {kind}", seconds)
        return self.letters(kind)[count - 1]

    def is_quiet(self) -> bool:
        """True where nothing is to be sent, built or read now."""
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        query = "SELECT 1 FROM {} WHERE due_at < ? OR owner IS NOT NULL"
        tables = ("outbox", "jobs", "messages")
        return not any(self.rows(query.format(table), now) for table in tables)

    def verify(self) -> dict[str, Any]:
        """`audit verify`, which must find nothing wrong."""
        return self.cli("audit", "verify", "--json")[0]

    # ------------------------------------------------------------ a clean start

    def copy_of(self, template: Path) -> None:
        """Takes over the state of another daemon that never ran with mail."""
        shutil.copytree(template / "state", self.folder / "state")
        self.write_settings()


def _json_lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


# ---------------------------------------------------------------- the director's browser


class Form(HTMLParser):
    """The form of a page, as a browser understands it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.action: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action", "")
        elif tag == "link":
            self.links.append(found.get("href", ""))
        elif tag in ("input", "textarea", "select") and "name" in found:
            if found.get("type") == "radio":
                self.choices.setdefault(found["name"], []).append(found["value"])
            elif found.get("type") != "checkbox" or "checked" in found:
                self.fields[found["name"]] = found.get("value", "")


def read_page(url: str, body: bytes | None = None) -> tuple[int, str]:
    """Status and text of a page."""
    try:
        with urllib.request.urlopen(url, body, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def decide(link: str, choice: str, **typed: str) -> tuple[int, str]:
    """Opens the page, fills in the form and sends it; gives status and text of the answer."""
    status, page = read_page(link)
    assert status == 200, page
    form = Form(page)
    assert form.action is not None, page
    assert choice in form.choices.get("choice", ()), "it was decided already"
    assert typed.keys() <= form.fields.keys()
    fields = form.fields | {"choice": choice} | typed
    return read_page(urljoin(link, form.action), urlencode(fields).encode())
