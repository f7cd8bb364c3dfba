"""Tokens from Google, by the JSON file of its console: the only importer of google-auth.

A service account acts for the mailbox by domain-wide delegation; an Internal OAuth client lets a
person of the domain consent in a browser. Google's device flow does not give access to mail.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from google.auth import crypt, jwt

from mailproc.errors import LoginEnded, MailprocError
from mailproc.logins.endpoint import ask, granted
from mailproc.logins.token import LOG_IN, Granted

SCOPE = "https://mail.google.com/"  # IMAP and SMTP take no narrower one
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523
_JWT_SECONDS = 3600  # the longest that Google takes
_ACCOUNT = ("client_email", "private_key", "private_key_id", "token_uri")
_CLIENT = ("client_id", "client_secret", "auth_uri", "token_uri")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A `Grant` by a key that signs; `subject` is the mailbox."""

    key: dict[str, str] = field(repr=False)
    subject: str
    ca_file: str = ""

    @property
    def mark(self) -> str:
        return json.dumps(self.key, sort_keys=True)

    @property
    def needs_login(self) -> bool:
        return False

    def fetch(self, refresh: str, now: datetime) -> Granted:
        values = {"grant_type": _JWT_BEARER, "assertion": self._assertion(now)}
        return granted(ask(self.key["token_uri"], values, self.ca_file))

    def _assertion(self, now: datetime) -> str:
        issued = int(now.timestamp())
        claims = {
            "iss": self.key["client_email"],
            "sub": self.subject,
            "scope": SCOPE,
            "aud": self.key["token_uri"],
            "iat": issued,
            "exp": issued + _JWT_SECONDS,
        }
        try:
            signer = crypt.RSASigner.from_service_account_info(self.key)  # type: ignore[no-untyped-call]
        except ValueError:
            raise LoginEnded("The service account's key can't be read.", LOG_IN) from None
        return bytes(jwt.encode(signer, claims)).decode("ascii")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a browser is sent to, and what has to come back from it (RFC 7636, RFC 8252)."""

    url: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InternalClient:
    """A `Grant` by the refresh token of whoever consented in a browser."""

    client: dict[str, str] = field(repr=False)
    subject: str
    ca_file: str = ""

    @property
    def mark(self) -> str:
        return f"{self.client['client_id']}\n{self.client['client_secret']}"

    @property
    def needs_login(self) -> bool:
        return True

    def fetch(self, refresh: str, now: datetime) -> Granted:
        return self._token({"grant_type": "refresh_token", "refresh_token": refresh})

    def log_in(self, port: int, wait: Callable[[Consent], str]) -> Granted:
        """`wait` shows the address and gives the one that the browser came back to.

        Raises LoginEnded or LinkLost.
        """
        consent = self._consent(port)
        came = parse_qs(urlsplit(wait(consent)).query)
        if not secrets.compare_digest(_first(came, "state"), consent.state):
            raise LoginEnded("What came back does not belong to this login.", LOG_IN)
        if error := _first(came, "error"):
            raise LoginEnded(f"The login was refused: {error[:100]}.", LOG_IN)
        given = self._token(
            {
                "grant_type": "authorization_code",
                "code": _first(came, "code"),
                "code_verifier": consent.verifier,
                "redirect_uri": consent.redirect,
            }
        )
        if not given.refresh:
            raise LoginEnded("Google gave no refresh token.", LOG_IN)
        return given

    def _consent(self, port: int) -> Consent:
        redirect = f"http://127.0.0.1:{port}"
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        asked = {
            "client_id": self.client["client_id"],
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "code_challenge": digest.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",  # else a second login gives no refresh token
            "login_hint": self.subject,
        }
        return Consent(f"{self.client['auth_uri']}?{urlencode(asked)}", redirect, state, verifier)

    def _token(self, values: dict[str, str]) -> Granted:
        own = {key: self.client[key] for key in ("client_id", "client_secret")}
        return granted(ask(self.client["token_uri"], own | values, self.ca_file))


def read_key(file: Path, subject: str, ca_file: str = "") -> ServiceAccount | InternalClient:
    """What the console's JSON file is for. Raises MailprocError where it is for neither."""
    try:
        values: Any = json.loads(file.read_text(encoding="utf-8-sig"))
        if values.get("type") == "service_account":
            return ServiceAccount(_texts(values, _ACCOUNT), subject, ca_file)
        return InternalClient(_texts(values["installed"], _CLIENT), subject, ca_file)
    except OSError as error:
        raise MailprocError(key="google_key_missing", file=file, problem=error.strerror) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise MailprocError(key="google_key_odd", file=file) from None


def _texts(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(values[name]) for name in names}


def _first(came: dict[str, list[str]], name: str) -> str:
    return came.get(name, [""])[0]
