"""A real Dovecot in a folder of its own, on free loopback ports, as root or as any user.

Any name may log in with PASSWORD; its Maildir is made at the first login.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme
from imapclient import IMAPClient, SocketTimeout

PASSWORD = "for-tests-only"
PROGRAM = "/usr/sbin/dovecot"
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
mail_fsync = never
mail_max_userip_connections = 100
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service imap {{
  process_limit = 100
}}
service anvil {{
  {chroot}
}}
service stats {{
  {chroot}
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


@dataclass(frozen=True)
class Kept:
    """A mail as it lies on the server."""

    uid: int
    flags: frozenset[bytes]
    internal_date: datetime


class Dovecot:
    """Start it, append mails, look at them, break it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tls_port, self.plain_port = free_port(), free_port()
        self.ca_file = folder / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._prepare()

    def _prepare(self) -> None:
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir(parents=True)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        for number, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(str(self.folder / "cert.pem"), append=number > 0)
        certificate.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        self._open_the_way()
        (self.folder / "dovecot.conf").write_text(
            _CONFIG.format(
                folder=self.folder,
                password=PASSWORD,
                plain_port=self.plain_port,
                tls_port=self.tls_port,
                **_users(),
            )
        )

    def _open_the_way(self) -> None:
        """As root Dovecot works under users of its own, who must reach the folder."""
        if os.geteuid() != 0:
            return
        uid, gid = int(_users()["uid"]), int(_users()["gid"])
        os.chown(self.folder / "mail", uid, gid)
        self.folder.chmod(0o711)

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Answers when this returns."""
        command = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait_until(self._answers, 15, f"Dovecot answers; see {self.folder}/dovecot.log")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.tls_port), 1):
                pass
            with socket.create_connection(("127.0.0.1", self.plain_port), 1) as link:
                return b"OK" in link.recv(100)
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def kick(self, user: str) -> None:
        """Ends the user's sessions: BYE, then the end of the stream."""
        config = str(self.folder / "dovecot.conf")
        subprocess.run(["doveadm", "-c", config, "kick", user], check=True, capture_output=True)

    def sessions(self, user: str) -> list[int]:
        """The processes that serve the user."""
        config = str(self.folder / "dovecot.conf")
        who = subprocess.run(
            ["doveadm", "-c", config, "who", "-1", user],
            check=False,
            capture_output=True,
            text=True,
        )
        return [int(line.split()[2]) for line in who.stdout.splitlines()[1:]]

    def renumber(self, user: str) -> None:
        """A restore from backup: the same mails under another UIDVALIDITY."""
        for list_file in self.maildir(user).rglob("dovecot*"):
            list_file.unlink()

    def maildir(self, user: str) -> Path:
        return self.folder / "mail" / user

    # ------------------------------------------------------------ mails

    @contextlib.contextmanager
    def open(self, user: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """A colleague's mail program."""
        timeout = SocketTimeout(connect=10, read=30)
        with IMAPClient("127.0.0.1", self.plain_port, ssl=False, timeout=timeout) as client:
            client.normalise_times = False
            client.login(user, PASSWORD)
            client.select_folder(folder)
            yield client

    def append(
        self, user: str, *mails: bytes, flags: Sequence[bytes] = (), when: datetime | None = None
    ) -> None:
        with self.open(user) as client:
            for start in range(0, len(mails), 100):
                batch: list[dict[str, object]] = [
                    {"msg": mail, "flags": flags} | ({"date": when} if when else {})
                    for mail in mails[start : start + 100]
                ]
                client.multiappend("INBOX", batch)

    def kept(self, user: str) -> dict[int, Kept]:
        """Every mail in the INBOX by its UID."""
        with self.open(user) as client:
            found = client.fetch(client.search("ALL"), ["FLAGS", "INTERNALDATE"])
        return {
            uid: Kept(uid, frozenset(row[b"FLAGS"]) - {rb"\Recent"}, row[b"INTERNALDATE"])
            for uid, row in found.items()
        }


def _users() -> dict[str, str]:
    """As root Dovecot gives its rights away; as anybody else it stays who it is."""
    if os.geteuid() == 0:
        mail = pwd.getpwnam("mail")
        users = {"internal": "dovecot", "group": "dovecot", "login": "dovenull", "chroot": ""}
        return users | {"uid": str(mail.pw_uid), "gid": str(mail.pw_gid)}
    me = pwd.getpwuid(os.geteuid())
    users = {"internal": me.pw_name, "login": me.pw_name, "chroot": "chroot ="}
    group = grp.getgrgid(me.pw_gid).gr_name
    return users | {"group": group, "uid": str(me.pw_uid), "gid": str(me.pw_gid)}


def why_missing() -> str:
    """Why there is no Dovecot 2.3 to test with; empty where there is one."""
    program = shutil.which(PROGRAM)
    if program is None:
        return f"{PROGRAM} is not installed (apt install dovecot-imapd)"
    asked = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    version = asked.stdout
    return "" if version.startswith("2.3.") else f"needs Dovecot 2.3, found {version.strip()}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(happened: Callable[[], bool], seconds: float, what: str) -> None:
    """Returns as soon as it happened. Raises AssertionError with `what` where it does not."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.02)
