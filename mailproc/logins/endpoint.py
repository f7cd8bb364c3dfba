"""Asks an OAuth 2.0 endpoint, and says what a refusal means (RFC 6749, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from mailproc.errors import LinkLost, LoginEnded
from mailproc.logins.token import LOG_IN, Granted

SECONDS = 20.0  # to connect, and between two pieces of the answer
# Only a person can mend these; whatever else is said may pass by itself.
_FINAL = frozenset(
    "invalid_grant invalid_client unauthorized_client access_denied invalid_scope "
    "interaction_required consent_required login_required expired_token".split()
)


def ask(url: str, values: Mapping[str, str], ca_file: str = "") -> dict[str, Any]:
    """The answer to a POST. Raises LoginEnded or LinkLost."""
    try:
        answer = requests.post(
            url, data=dict(values), timeout=SECONDS, verify=ca_file or True, allow_redirects=False
        )
        said = answer.json()
    except (requests.RequestException, OSError) as error:
        # The error's own text may hold what was sent.
        raise LinkLost(f"The identity server did not answer: {type(error).__name__}.") from None
    if not isinstance(said, dict) or not (answer.ok or "error" in said):
        raise LinkLost(f"The identity server answered {answer.status_code}.")
    return said


def granted(said: Mapping[str, Any]) -> Granted:
    """The token of an answer. Raises LoginEnded or LinkLost."""
    if error := str(said.get("error", "")):
        raise refusal(error, str(said.get("error_description", "")))
    try:
        return Granted(
            str(said["access_token"]),
            int(said["expires_in"]),
            str(said.get("refresh_token") or ""),
        )
    except (KeyError, ValueError):
        raise LinkLost("The identity server gave no token.") from None


def refusal(error: str, description: str) -> LoginEnded | LinkLost:
    """What the caller can do about it; the server's words in one line."""
    told = " ".join(description.split())[:300]
    problem = f"The identity server refused: {error}. {told}".strip()
    return LoginEnded(problem, LOG_IN) if error in _FINAL else LinkLost(problem)
