"""What the store needs of the office to write a decision down: people, keys, addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailproc.model import Person, Request

CODE_DIGITS = 8  # of the code that opens files


@dataclass(frozen=True, slots=True)
class Desk:
    """Frozen per transaction; `people` holds those whose role is valid now."""

    link_key: bytes
    domain: str  # right side of our Message-IDs
    people: dict[str, tuple[Person, ...]]  # by audience: director, officer
    link_life: timedelta = timedelta(days=60)
    download_life: timedelta = timedelta(days=14)  # of a link to a file
    keep: timedelta = timedelta(days=3650)  # how long personal data stays

    def token(self, link_id: str, purpose: str, version: int) -> str:
        """The secret of a link, 256 bits, base64url; recomputed, never stored (docs/adr/0006)."""
        text = f"{link_id}|{purpose}|{version}".encode()
        return _base64(hmac.digest(self.link_key, text, "sha256"))

    def status_link(self, request_id: int) -> str:
        """The id of the one status link of a request."""
        return self._derived(f"status|{request_id}")

    def download_code(self, request: Request) -> str:
        """Eight digits that open the files of all requests of one mail; recomputed, never stored.

        Digits alone: typing them needs no change of the keyboard's language.
        """
        mail = (request.requester_addr.casefold(), request.thread, request.received_at.isoformat())
        text = "|".join(("code", *mail)).encode()
        number = int.from_bytes(hmac.digest(self.link_key, text, "sha256"), "big")
        return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

    def thread_root(self, request_id: int) -> str:
        """A Message-ID that all mails to the office about a request refer to."""
        return f"<{self._derived(f'thread|{request_id}')}.mailproc@{self.domain}>"

    def bundle(self, *same: str) -> str:
        """A name for letters that are alike in all of this; it tells nothing of it."""
        return self._derived("bundle|" + "|".join(same))

    def new_message_id(self) -> str:
        """Unguessable, so that naming it in a reply proves who got our mail."""
        return f"<{secrets.token_hex(16)}.mailproc@{self.domain}>"

    def _derived(self, text: str) -> str:
        return hmac.digest(self.link_key, text.encode(), "sha256").hex()[:32]


def token_digest(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it was found by its token."""

    id: str
    purpose: str
    request_id: int
    request_version: int
    content_hash: str
    person_id: int | None
    created_at: datetime
    expires_at: datetime
    voided_at: datetime | None
    file_id: int | None = None
