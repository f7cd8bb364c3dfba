"""Sets the demo up: mail server, people, daemon and inbox viewer, all in this process."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mailproc.clock import utc_now
from mailproc.config import ROOT, Config, build
from mailproc.demo.inbox import DemoPages, inbox_app
from mailproc.demo.server import LOOPBACK, NEIGHBOURS, EmbeddedMail
from mailproc.demo.smtp import HOST
from mailproc.errors import MailprocError
from mailproc.model import Person
from mailproc.office import open_database
from mailproc.service import Service
from mailproc.store import onetime, people
from mailproc.web.server import WebThread, listen

ADDRESSES = {
    "office": "data@office.example.org",
    "director": "director@office.example.org",
    "officer": "officer@office.example.org",
    "requester": "teacher@school.example.org",
}
_PREFERRED = {"public": 8025, "internal": 8026, "inbox": 8027}
_SETTING = re.compile(rf"MAILPROC_(PASSWORD|BASE|({'|'.join(Config.model_fields)})(__.*)?)", re.I)
# Made-up people; their names show that they are.
_DIRECTOR = Person(
    0,
    "นางสาวตัวอย่าง ผู้อนุญาต",
    ADDRESSES["director"],
    "group_director",
    "040 000 002",
    "ผู้อำนวยการกลุ่มนโยบายและแผน",
)
_OFFICER = Person(
    0,
    "นายตัวอย่าง ผู้ให้บริการ",
    ADDRESSES["officer"],
    "officer",
    "040 000 001",
    "นักวิเคราะห์นโยบายและแผน",
)


@dataclass(frozen=True, slots=True)
class Ready:
    """Where everything is; what `--json` prints."""

    imap: tuple[str, int]
    smtp: tuple[str, int]
    inbox_url: str
    public_url: str
    internal_url: str
    accounts: dict[str, tuple[str, str]]
    director_code: str
    state: str
    director_codes: tuple[str, ...]  # a printed list, for a reply by mail
    officer_code: str  # for the desk, on the internal pages

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Demo:
    """Everything that the demo starts; `stop` ends all of it.

    `by_mail`: as an office without an address that telephones can reach, so without any page.
    """

    def __init__(self, folder: Path, *, by_mail: bool = False) -> None:
        _forget_settings()
        self.folder, self._lock = _fresh(folder)
        accounts = {name: (at, secrets.token_hex(4)) for name, at in ADDRESSES.items()}
        self.mail = EmbeddedMail(accounts)
        self.mail.start()
        listeners = {name: _listen_near(port) for name, port in _PREFERRED.items()}
        urls = {name: "http://{}:{}".format(*at.getsockname()) for name, at in listeners.items()}
        public = "" if by_mail else urls["public"]
        code, officer_code = _new_code(), _new_code()
        config = _config(self.folder, self.mail, public, urls["internal"], accounts)
        self.config = config
        _keep_password(config, accounts["office"][1])
        codes = _enrol(config, code, officer_code)
        self.service = Service(config, listeners=(listeners["public"], listeners["internal"]))
        pages = DemoPages(code, urls["internal"], codes=codes, officer_code=officer_code)
        self._inbox = WebThread([(listeners["inbox"], inbox_app(self.mail, pages))])
        self.ready = Ready(
            self.mail.imap,
            self.mail.smtp,
            urls["inbox"],
            public,
            urls["internal"],
            accounts,
            code,
            str(self.folder),
            codes,
            officer_code,
        )

    def start(self) -> None:
        """Starts the daemon and the viewer; both answer when this returns."""
        self.service.start()
        self._inbox.start()
        self.service.warm()

    def stop(self) -> None:
        """Ends everything that was started."""
        self._inbox.stop()
        self.service.stop()
        self._inbox.join(10)
        self.mail.stop()
        self._lock.close()


def _config(
    folder: Path,
    mail: EmbeddedMail,
    public_url: str,
    desk_url: str,
    accounts: dict[str, tuple[str, str]],
) -> Config:
    servers = {
        name: {"host": host, "port": port, "tls": "none"}
        for name, (host, port) in (("mailbox", mail.imap), ("smtp", mail.smtp))
    }
    values: dict[str, Any] = {
        "office": {
            "name_th": "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง",
            "name_en": "Example Primary Educational Service Area Office",
            "address": accounts["office"][0],
            "phone": "040 000 000",
        },
        "web": {"public_url": public_url, "desk_url": desk_url},
        "workflow": {"hold_seconds": 0},
        "store": {"state": str(folder)},
        **servers,
    }
    values["mailbox"]["authserv_id"] = HOST  # the embedded server says who a sender is
    return build(values, ROOT, "demo")


def _forget_settings() -> None:
    """The environment wins over all other settings, and may name a real office's server."""
    for name in [name for name in os.environ if _SETTING.fullmatch(name)]:
        del os.environ[name]


def _keep_password(config: Config, password: str) -> None:
    """Where `Config.password` looks for it."""
    file = config.state / "secret" / "password"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    file.write_text(password)


def _new_code() -> str:
    return f"{secrets.randbelow(900_000) + 100_000}"


def _enrol(config: Config, code: str, officer_code: str) -> tuple[str, ...]:
    """Adds officer and director, whose slips are redeemed for their codes at once. Gives the codes
    of the director's printed list."""
    database, now, pepper = open_database(config), utc_now(), config.secret("pepper")
    with database.write() as connection:
        for person, own in ((_OFFICER, officer_code), (_DIRECTOR, code)):
            added = people.add(connection, person, now)
            slip = people.new_slip(connection, added, now)
            people.redeem_slip(connection, added, slip, own, pepper, now)
        codes = onetime.new_list(connection, added, pepper, now)  # of the director, added last
    database.close()
    return codes


def _fresh(folder: Path) -> tuple[Path, IO[str]]:
    """An empty folder for this run; a second demo at the same time takes the next name."""
    for number in range(1, 10):
        place = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / "demo.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _empty(place)
        return place, lock
    raise MailprocError(key="too_many_demos")


def _empty(folder: Path) -> None:
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != "demo.lock":
            old.unlink()


def _listen_near(port: int) -> socket.socket:
    """A listener on the port, or on the next one that is free."""
    for candidate in range(port, port + NEIGHBOURS):
        try:
            return listen(f"{LOOPBACK}:{candidate}")
        except MailprocError:
            continue
    return listen(f"{LOOPBACK}:0")
