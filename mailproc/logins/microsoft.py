"""Tokens from Microsoft's identity platform: the only importer of msal.

A device code lets a person consent in any browser; with client credentials the daemon is an
application of its own, to which an admin gave the mailbox. See docs/providers.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import msal
import requests

from mailproc.errors import LinkLost
from mailproc.logins.endpoint import SECONDS, granted
from mailproc.logins.token import Granted

AUTHORITY = "https://login.microsoftonline.com"
# For the mailbox as a person: one token for both servers; msal itself adds offline_access.
_AS_USER = [
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
]
_AS_APP = ["https://outlook.office365.com/.default"]


@dataclass(frozen=True, slots=True)
class Application:
    """As it is registered in the directory `tenant`; `secret` for client credentials alone."""

    tenant: str
    client_id: str
    authority: str = AUTHORITY
    ca_file: str = ""
    secret: str = field(default="", repr=False)

    @property
    def mark(self) -> str:
        return f"{self.authority}/{self.tenant}\n{self.client_id}\n{self.secret}"


@dataclass(frozen=True, slots=True)
class Device:
    """A `Grant` by the refresh token of whoever consented."""

    application: Application

    @property
    def mark(self) -> str:
        return self.application.mark

    @property
    def needs_login(self) -> bool:
        return True

    def fetch(self, refresh: str, now: datetime) -> Granted:
        return _asked(
            lambda: _public(self.application).acquire_token_by_refresh_token(refresh, _AS_USER)
        )

    def log_in(self, tell: Callable[[str, str], None]) -> Granted:
        """Waits until a person has consented; `tell` gets the address and the code.

        Raises LoginEnded or LinkLost.
        """
        found: list[Any] = []

        def begin() -> dict[str, Any]:
            found.append(_public(self.application))
            return cast("dict[str, Any]", found[0].initiate_device_flow(_AS_USER))

        flow = _answered(begin)
        if "user_code" not in flow:
            return granted(flow)  # raises what the server said
        tell(flow["verification_uri"], flow["user_code"])
        return _asked(lambda: found[0].acquire_token_by_device_flow(flow))


@dataclass(frozen=True, slots=True)
class Client:
    """A `Grant` by the secret of the application."""

    application: Application

    @property
    def mark(self) -> str:
        return self.application.mark

    @property
    def needs_login(self) -> bool:
        return False

    def fetch(self, refresh: str, now: datetime) -> Granted:
        return _asked(lambda: _confidential(self.application).acquire_token_for_client(_AS_APP))


class _Session(requests.Session):
    """Each call has an end, and trusts our authority although REQUESTS_CA_BUNDLE names another."""

    def __init__(self, ca_file: str) -> None:
        super().__init__()
        self._ca_file = ca_file

    def request(self, *args: Any, **values: Any) -> requests.Response:
        ours: dict[str, Any] = {"timeout": SECONDS, "verify": self._ca_file or True}
        return super().request(*args, **(values | ours))


def _public(of: Application) -> Any:
    return msal.PublicClientApplication(of.client_id, **_common(of))


def _confidential(of: Application) -> Any:
    return msal.ConfidentialClientApplication(
        of.client_id, client_credential=of.secret, **_common(of)
    )


def _common(of: Application) -> dict[str, Any]:
    return {
        "authority": f"{of.authority.rstrip('/')}/{of.tenant}",
        "instance_discovery": False,  # the authority stands in the settings, which we trust
        "http_client": _Session(of.ca_file),
    }


def _asked(ask: Callable[[], dict[str, Any]]) -> Granted:
    return granted(_answered(ask))


def _answered(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What msal brought back. Raises LinkLost where the server can't be reached."""
    try:
        return ask()
    except (requests.RequestException, msal.exceptions.MsalError, ValueError, OSError) as error:
        raise LinkLost(f"The identity server did not answer: {type(error).__name__}.") from None
