"""What mails are made of: their letters with files, and with links that are stored nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from mailproc.composing import Draft
from mailproc.errors import MailprocError
from mailproc.mail.delivery import Outcome
from mailproc.model import Built, Linked, Rules
from mailproc.outgoing import Sorted
from mailproc.promise import agenda
from mailproc.sandbox import Failed
from mailproc.store import (
    doubts,
    downloads,
    jobs,
    links,
    onetime,
    outbox,
    person_links,
    requests,
    tasks,
)
from mailproc.store.codec import dump_letter, load_letter
from mailproc.store.database import Database
from mailproc.store.desk import Desk
from mailproc.workflow import roundup

_LISTING = (roundup.KIND, "list_decided")  # letters that number requests
_WITH_CODE = ("receipt", "status", "waiting")  # never a mail that carries a link to a file
Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as bytes, or why it can't be sent; `rows` are its letters, its own first."""

    rows: tuple[Row, ...]
    content: bytes = b""
    problem: str = ""
    outcome: Outcome = "rejected"  # where there is a problem


class Composes(Protocol):
    """What is needed of `composing.Composing`."""

    def compose(self, drafts: Sequence[Draft]) -> Iterator[bytes | Failed]: ...


class Drafting:
    """Makes the mails of one turn, and has them composed; sends nothing."""

    def __init__(
        self,
        database: Database,
        composing: Composes,
        rules: Rules,
        public_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._composing, self._rules = database, composing, rules
        self._public_url, self._clock = public_url, clock

    def renew(self, rules: Rules) -> None:
        """From now on these rules."""
        self._rules = rules

    def mails(self, found: Sorted, desk: Desk) -> Iterator[Mail]:
        """First what is held, then the mails in order, composed while those before are sent."""
        for row, reason in found.held:
            yield Mail((row,), problem=reason, outcome="held")
        for row in found.doubtful:
            yield Mail((row,), problem=doubts.REASON, outcome="unknown")
        mails = [mail for rows in found.going for mail in self._draft(rows, found, desk)]
        composed = iter(self._composing.compose([draft for _, draft in mails if draft]))
        for mail, draft in mails:
            content = next(composed) if draft else Failed(mail.problem)
            if not isinstance(content, Failed):
                yield replace(mail, content=content)
            elif draft is None or len(mail.rows) == 1:
                yield replace(mail, problem=content.problem)
            else:  # one letter spoils it: each for itself
                alone = Sorted(going=[(row,) for row in mail.rows], apart=found.apart)  # no booklet
                yield from self.mails(alone, desk)

    def _draft(
        self, rows: tuple[Row, ...], found: Sorted, desk: Desk
    ) -> list[tuple[Mail, Draft | None]]:
        """What the mail is made of; letters whose file is not right are left out of it."""
        good: list[tuple[Row, tuple[Built, ...]]] = []
        bad: list[tuple[Mail, Draft | None]] = []
        for row in rows:
            try:
                good.append((row, () if row.id in found.apart else self._files(row, found)))
            except MailprocError as error:
                bad.append((Mail((row,), problem=error.problem), None))
        if not good:
            return bad
        letters = [self._filled(row) for row, _ in good]
        files = tuple(dict.fromkeys(file for _, files in good for file in files))
        links = self._links(good[0][0], desk)
        for row, _ in good[1:]:
            mine = self._links(row, desk)
            links |= {f"{name} {row.request_id}": url for name, url in mine.items()}
        linked = tuple(self._linked(row, desk) for row, _ in good if _is_linked(row, found.apart))
        mail = Mail(tuple(row for row, _ in good))
        others = (*letters[1:], *self._listed(good[0][0]))
        return [*bad, (mail, Draft(letters[0], links, files, others, linked))]

    def _filled(self, row: Row) -> str:
        """The letter; a morning's list with what waits now."""
        if row.kind != agenda.KIND:
            return str(row.letter)
        with self._database.read() as connection:
            sections = tasks.sections(connection, self._rules, self._clock())
        return dump_letter(replace(load_letter(row.letter), sections=sections))

    def _linked(self, row: Row, desk: Desk) -> Linked:
        """The link in place of the file. Its token is made again here; it is stored nowhere."""
        with self._database.read() as connection:
            file = downloads.offered(connection, row.file_id)
            until = downloads.until(connection, row.link_id)
        token = desk.token(row.link_id, downloads.PURPOSE, row.request_version)
        name, size = (file.filename, file.size) if file else ("", 0)
        return Linked(name, size, f"{self._public_url}/f/{token}", until)

    def _files(self, row: Row, found: Sorted) -> tuple[Built, ...]:
        """The attachment, its digest checked once more. Raises MailprocError."""
        if row.file_id is None:
            return ()
        with self._database.read() as connection:
            file = jobs.file(connection, found.books.get(row.id, row.file_id))
        if file is None or hashlib.sha256(file.content).hexdigest() != file.sha256:
            raise MailprocError("the file is gone or is not the one that was approved")
        return (file,)

    def _links(self, row: Row, desk: Desk) -> dict[str, str]:
        """Tokens are made again here; they are stored nowhere."""
        if row.audience != "requester":
            queue = self._queue_link(row, desk) if self._public_url else {}
            return queue | self._to_decide(row, desk)
        if self._public_url and row.request_id is not None:
            token = desk.token(desk.status_link(row.request_id), "status", 1)
            return {"status": f"{self._public_url}/s/{token}"} | _code(row, desk)
        return {}

    def _to_decide(self, row: Row, desk: Desk) -> dict[str, str]:
        """The page of a request, and which codes its approver has for a reply: app, list."""
        if row.kind in _LISTING:
            return {"codes": self._codes(row)}
        if row.link_id is None or row.request_id is None:
            return {}
        token = desk.token(row.link_id, "decide", row.request_version)
        page = {"decide": f"{self._public_url}/d/{token}"} if self._public_url else {}
        return page | {"codes": self._codes(row)}

    def _codes(self, row: Row) -> str:
        with self._database.read() as connection:
            kept = onetime.kept(connection, row.person_id) if row.person_id else onetime.Kept()
        has = ((onetime.APP, kept.app), (onetime.LIST, kept.left))
        return " ".join(name for name, there in has if there)

    def _queue_link(self, row: Row, desk: Desk) -> dict[str, str]:
        """The page of all that waits for who decides."""
        if row.audience != "director" or row.person_id is None:
            return {}
        with self._database.read() as connection:
            link = person_links.newest(connection, row.person_id)
        if link is None:
            return {}
        return {"queue": f"{self._public_url}/q/{person_links.token(link, desk)}"}

    def _listed(self, row: Row) -> tuple[str, ...]:
        """The requests as they are now, for a letter that lists them."""
        if row.kind not in _LISTING:
            return ()
        letter = load_letter(row.letter)
        with self._database.read() as connection:
            named = [links.get(connection, link_id) for link_id in letter.listed]
            known = requests.get_many(connection, [link.request_id for link in named if link])
        told = [known[link.request_id] for link in named if link]
        return tuple(
            dump_letter(replace(letter, request=outbox.without_query(one))) for one in told
        )


def _is_linked(row: Row, apart: set[int]) -> bool:
    return row.id in apart and row.link_id is not None and row.file_id is not None


def _code(row: Row, desk: Desk) -> dict[str, str]:
    """The code that opens a file, for the mails that carry it."""
    if row.kind not in _WITH_CODE:
        return {}
    try:
        letter = load_letter(row.letter)
    except ValueError:  # composing it says what is wrong
        return {}
    if letter.request is None:
        return {}
    others = {f"code {one.id}": desk.download_code(one) for one in letter.others}
    mine = desk.download_code(letter.request)
    return {"code": mine, f"code {letter.request.id}": mine} | others
