"""The office's mailbox over IMAP: the only importer of imapclient.

Reads with BODY.PEEK[] from a folder opened read-only, so a mail that is not for us stays as it
was. Every wait has an end: without explicit time-outs imapclient hangs for ever on a dead link.
"""

from __future__ import annotations

import imaplib
import select
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from mailproc.errors import AuthFailed, FolderGone, LinkLost, Unencrypted, Untrusted
from mailproc.mail import sent_names, server_time
from mailproc.mail.login import Credentials, Login, Server

TIMEOUT = SocketTimeout(connect=15, read=60)
_BATCH_MAILS, _BATCH_BYTES = 100, 8_000_000  # fetched at once: fast, and memory stays bounded
# The server's own trouble says nothing of the password (RFC 5530, 3).
_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[CONTACTADMIN]")
_TELLING = "HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO REFERENCES X-MAILPROC-ABOUT)"
LOST = (imaplib.IMAP4.abort, OSError, EOFError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class Sized:
    """A mail on the server before it is fetched."""

    uid: int
    size: int
    internal_date: datetime


class Mailbox:
    """One open connection with one selected folder. Raises LinkLost or AuthFailed, then is done."""

    def __init__(
        self,
        server: Server,
        login: Login,
        folder: str,
        timeout: SocketTimeout = TIMEOUT,
    ) -> None:
        self.account = f"{login.username}@{server.host}"
        self.folder, self._timeout = folder, timeout
        with as_our_errors():
            # Before the connection: a login that has to rest makes none.
            given = login.credentials()
            self._client = _connect(server, timeout)
            try:
                self.good_until = self._log_in(login, given)
                self._open()
            except BaseException:
                self.close()
                raise
        self.can_idle = self._client.has_capability("IDLE")
        self.is_behind = False

    def _log_in(self, login: Login, given: Credentials) -> datetime | None:
        """Gives until when the session may last, where there is an end."""
        given = _authenticate(self._client, login, given)
        login.accepted()
        return given.good_until

    def _open(self) -> None:
        """Raises FolderGone where the server knows the login and not the folder."""
        try:
            self._select(readonly=True)
        except LOST:
            raise
        except IMAPClientError as error:
            raise FolderGone(f"The folder can't be opened: {error}", folder=self.folder) from error

    @property
    def certificate_ends(self) -> datetime | None:
        """When the certificate of the server ends; None without TLS."""
        connection = self._client.socket()
        told = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
        ends = str(told.get("notAfter", "")) if told else ""
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None

    def _select(self, *, readonly: bool) -> None:
        info = self._client.select_folder(self.folder, readonly=readonly)
        self.uid_validity = int(info[b"UIDVALIDITY"])

    def server_time(self, by: datetime) -> datetime | None:
        """The mail server's own time, or `by` where that is near; None where it does not tell,
        and where there are not two mails to ask about."""
        if not self._client.has_capability("WITHIN"):
            return None
        with as_our_errors():
            try:
                uids = {self._client.search([place])[-1] for place in ("1", "*")}
                dates = self._client.fetch(list(uids), ["INTERNALDATE"])
                return server_time.agreed([self._by_age(uid, dates[uid], by) for uid in dates])
            except LOST:
                raise
            except (IMAPClientError, IndexError, KeyError):
                return None  # an empty folder, a mail that goes meanwhile, a server that errs

    def _by_age(self, uid: int, row: Any, by: datetime) -> datetime | None:
        def younger(seconds: int) -> bool:
            return bool(self._client.search(["UID", str(uid), "YOUNGER", str(seconds)]))

        return server_time.by_age(_aware(row[b"INTERNALDATE"]), younger, by)

    def new_since(self, last_uid: int) -> list[Sized]:
        """Mails with a greater UID, in the order of their UIDs.

        `is_behind` tells afterwards whether more came during the search: the server tells of them
        once, and not again in IDLE (RFC 3501, 7).
        """
        self._client._imap.untagged_responses.pop("EXISTS", None)
        with as_our_errors():
            found = self._client.search(["UID", f"{last_uid + 1}:*"])
            # «n:*» always matches the last mail, even below n (RFC 3501 6.4.8).
            uids = sorted(uid for uid in found if uid > last_uid)
            sized: list[Sized] = []
            for start in range(0, len(uids), 500):
                sized += self._sizes(uids[start : start + 500])
        self.is_behind = "EXISTS" in self._client._imap.untagged_responses
        return sized

    def _sizes(self, uids: list[int]) -> Iterator[Sized]:
        answers = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in uids:
            if uid in answers:  # else somebody removed it meanwhile
                row = answers[uid]
                yield Sized(uid, int(row[b"RFC822.SIZE"]), _aware(row[b"INTERNALDATE"]))

    def fetch(self, mails: Sequence[Sized]) -> Iterator[list[tuple[Sized, bytes]]]:
        """The raw bytes in batches; mails that vanished meanwhile are left out."""
        for batch in _batches(mails):
            yield self._bodies(batch, b"BODY[]", "BODY.PEEK[]")

    def header(self, mail: Sized) -> bytes:
        """The header section alone; empty where the mail vanished."""
        found = self._bodies([mail], b"BODY[HEADER]", "BODY.PEEK[HEADER]")
        return found[0][1] if found else b""

    def _bodies(self, batch: list[Sized], key: bytes, item: str) -> list[tuple[Sized, bytes]]:
        with as_our_errors():
            answers = self._client.fetch([mail.uid for mail in batch], [item])
        return [(mail, answers[mail.uid][key] or b"") for mail in batch if mail.uid in answers]

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Sets \\Seen on our own mails; mails that vanished are no error."""
        with as_our_errors():
            self._select(readonly=False)
            try:
                self._client.add_flags(list(uids), [b"\\Seen"], silent=True)
            finally:
                self._select(readonly=True)

    def start_idle(self) -> None:
        """Asks the server to tell of changes (RFC 2177). End it within 9 minutes."""
        with as_our_errors():
            self._client.idle()

    def heard(self, seconds: float) -> bool:
        """True as soon as there is something to read, within the time: end IDLE to learn what.

        Looks and takes nothing: imapclient's own idle_check reports an ended connection as silence,
        misses what came together with the answer to IDLE, and loses a line that is half there.
        """
        with as_our_errors():
            return self._something_read() or _readable(self._client.socket(), seconds)

    def _something_read(self) -> bool:
        """Whether bytes of the server wait on our side of the socket, where poll can't see them."""
        connection = self._client.socket()
        connection.setblocking(False)
        try:
            return bool(self._client._imap.file.peek(1))
        except ssl.SSLWantReadError:
            return False
        finally:
            connection.settimeout(self._timeout.read)

    def stop_idle(self) -> None:
        """Ends IDLE; raises LinkLost where the link is not alive."""
        with as_our_errors():
            self._client.idle_done()
            self._client.noop()

    def check_alive(self) -> None:
        """A NOOP; also lets the server tell of new mail where there is no IDLE."""
        with as_our_errors():
            self._client.noop()

    def folders(self) -> list[str]:
        """The names of all folders."""
        with as_our_errors():
            return [str(name) for _, _, name in self._client.list_folders()]

    def sent_folder(self) -> str | None:
        """The folder of sent mail, as the server marks it (RFC 6154) or usually names it."""
        with as_our_errors():
            folders = self._client.list_folders()
        return sent_names.choose(folders)

    def headers_since(self, when: datetime) -> Iterator[bytes]:
        """The fields of every mail that tell of others, since that day (RFC 3501: days alone)."""
        with as_our_errors():
            uids = self._client.search(["SINCE", when.date()])
            for start in range(0, len(uids), 500):
                answers = self._client.fetch(uids[start : start + 500], [f"BODY.PEEK[{_TELLING}]"])
                for row in answers.values():
                    yield row.get(b"BODY[" + _TELLING.encode() + b"]") or b""

    def close(self) -> None:
        """Ends the connection at once; never waits for a server that may be gone."""
        try:
            self._client.shutdown()
        except (IMAPClientError, *LOST):
            pass  # it is gone already


def _connect(server: Server, timeout: SocketTimeout) -> IMAPClient:
    context = server.context()
    client = IMAPClient(
        server.host,
        server.port,
        ssl=server.tls == "ssl",
        ssl_context=context,
        timeout=timeout,
        use_uid=True,
    )
    client.normalise_times = False
    try:
        if server.tls == "starttls":
            if not client.has_capability("STARTTLS"):
                raise Unencrypted("The mail server does not offer STARTTLS.")
            client.starttls(context)  # raises where it is refused: never in clear
    except BaseException:
        client.shutdown()
        raise
    return client


def _authenticate(client: IMAPClient, login: Login, given: Credentials) -> Credentials:
    """What the server took. Raises LoginError once it refused all that we have."""
    while True:
        try:
            if given.bearer:
                client.oauth2_login(given.username, given.password)
            else:
                client.login(given.username, given.password)
            return given
        except LoginError as error:
            if any(code in str(error).upper() for code in _NOT_NOW):
                raise LinkLost("The mail server can't check logins now.") from error
            other = login.refused(given)
            if other is None:
                raise
            given = other


def _readable(connection: socket.socket, seconds: float) -> bool:
    """Waits for bytes, or the end of the stream; unlike select it takes any file number."""
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def _aware(when: Any) -> datetime:
    stamp: datetime = when
    return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _batches(mails: Sequence[Sized]) -> Iterator[list[Sized]]:
    batch: list[Sized] = []
    weight = 0
    for mail in mails:
        if batch and (len(batch) >= _BATCH_MAILS or weight + mail.size > _BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(mail)
        weight += mail.size
    if batch:
        yield batch


class as_our_errors:  # noqa: N801 - reads as a statement
    """Turns what imapclient raises into what the caller can do about it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, LoginError):
            raise AuthFailed(
                "The mail server refused the login.", "Check the username and password."
            ) from error
        if isinstance(error, ssl.SSLCertVerificationError):
            raise Untrusted(f"The certificate is not good: {error.verify_message}") from error
        if isinstance(error, LOST):
            raise LinkLost(f"The connection to the mail server failed: {error}") from error
        if isinstance(error, IMAPClientError):
            raise LinkLost(f"The mail server answered unexpectedly: {error}") from error
