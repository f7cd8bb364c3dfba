"""Do our mails get into the folder of sent mail, and by whom? Nothing is made or written."""

from __future__ import annotations

from collections.abc import Iterator

from mailproc.cli.finding import Finding, found
from mailproc.config import Config
from mailproc.errors import MailprocError
from mailproc.mail.mailbox import Mailbox
from mailproc.mail.sent_folder import NEW
from mailproc.office import keeps_copies


def findings(config: Config) -> Iterator[Finding]:
    """Which folder it is, or why there are no copies of ours."""
    if config.mailbox.sent_copies == "never":
        yield found("sent", "ok", "sent_never")
        return
    if not keeps_copies(config):
        yield found("sent", "ok", "sent_by_server", host=config.smtp.host)
        return
    try:
        there, marked = _folders(config)
    except MailprocError:
        return  # why the mailbox does not answer was said already
    yield _judged(config.mailbox.sent_folder, config.mailbox.folder, there, marked)


def _folders(config: Config) -> tuple[list[str], str | None]:
    """All folders, and that of sent mail."""
    box = config.mailbox
    mailbox = Mailbox(box.server(), config.mailbox_login(), box.folder)
    try:
        return mailbox.folders(), mailbox.sent_folder()
    finally:
        mailbox.close()


def _judged(chosen: str, watched: str, there: list[str], marked: str | None) -> Finding:
    folder = chosen or marked
    if folder is None:
        return found("sent", "note", "sent_new", folder=NEW)
    if folder.casefold() == watched.casefold():
        return found("sent", "fault", "sent_watched", folder=folder)
    if folder not in there:
        return found("sent", "fault", "sent_gone", folder=folder, folders=", ".join(there))
    return found("sent", "ok", "sent_fine", folder=folder)
