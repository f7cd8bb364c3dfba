"""The folder of sent mail: whether a mail lies there, and putting one in."""

from __future__ import annotations

from datetime import datetime, timedelta

from imapclient import SocketTimeout
from imapclient.exceptions import IMAPClientError

from mailproc.errors import FolderGone, NotFiled
from mailproc.mail.login import Login, Server
from mailproc.mail.mailbox import LOST, TIMEOUT, Mailbox, as_our_errors

NEW = "Sent"  # made where an account has none, as mail programs do


class SentFolder(Mailbox):
    """One open connection to it. Raises as Mailbox does; FolderGone also where it is `watched`."""

    def __init__(
        self,
        server: Server,
        login: Login,
        *,
        chosen: str = "",
        watched: str = "",
        timeout: SocketTimeout = TIMEOUT,
    ) -> None:
        """`chosen`: its name, where the office gave one; `watched`: never to be written into."""
        self._watched = watched
        super().__init__(server, login, chosen, timeout)

    def _open(self) -> None:
        self.folder = self.folder or self.sent_folder() or self._made()
        if self.folder.casefold() == self._watched.casefold():
            raise FolderGone("The folder of sent mail is the one that is read.", folder=self.folder)
        super()._open()

    def _made(self) -> str:
        """A new one, where the server keeps a person's own folders (RFC 2342)."""
        above = ""
        if self._client.has_capability("NAMESPACE"):
            personal = self._client.namespace().personal or (("", "/"),)
            above = str(personal[0][0] or "")
        try:
            self._client.create_folder(above + NEW)
            self._client.subscribe_folder(above + NEW)
        except LOST:
            raise
        except IMAPClientError as error:
            raise FolderGone(f"There is none, and none can be made: {error}", folder=NEW) from error
        return above + NEW

    def holds(self, message_id: str, sent_at: datetime) -> bool:
        """Whether a mail with this Message-ID lies there now, whoever put it there."""
        since = (sent_at - timedelta(days=2)).date()  # a day is the server's own, in its zone
        with as_our_errors():
            self._client.noop()  # else what came since the last command is not found
            return bool(self._client.search(["SINCE", since, "HEADER", "Message-ID", message_id]))

    def put(self, content: bytes, sent_at: datetime) -> None:
        """The mail, as read, with the time of its sending. Raises NotFiled where it is refused."""
        with as_our_errors():
            try:
                self._client.append(self.folder, content, [b"\\Seen"], sent_at)
            except LOST:
                raise
            except IMAPClientError as error:
                raise NotFiled(f"The copy was refused: {error}") from error
