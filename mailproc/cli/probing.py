"""Looks at a web address as a browser would: its name, its certificate, what answers there.

Everything ends within seconds, also without a network.
"""

from __future__ import annotations

import http.client
import json
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import SplitResult

_SECONDS = 5.0  # for each step; a whole look takes at most some of them
_WHOLE = 15.0
_MOST = 64 * 1024  # octets of an answer
# X509_V_ERR_… of OpenSSL (x509_vfy.h): 18, 19 self-signed, 20, 21 no issuer, 10 over, 62, 64 name.
_CERTIFICATE = {10: "expired", 9: "early", 62: "name", 64: "name"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found behind one address."""

    address: str
    problem: str = ""  # why nothing answered
    certificate: str = ""  # what is wrong with it: expired | early | name | untrusted
    said: str = ""  # by the TLS library
    own_ca: bool = False  # good by the office's own authority alone
    until: datetime | None = None  # when the certificate ends
    status: int = 0
    location: str = ""  # where it sends the browser on
    answer: Mapping[str, Any] | None = None  # where it is JSON


def within(seconds: float, work: Callable[[], _T]) -> _T:
    """The result of `work`, which may hang. Raises TimeoutError, or what `work` raises."""
    results: queue.Queue[tuple[_T | None, Exception | None]] = queue.Queue()

    def run() -> None:
        try:
            results.put((work(), None))
        except Exception as error:
            results.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        result, error = results.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # it was put there without an error


def resolve(host: str, seconds: float = _SECONDS) -> tuple[str, ...]:
    """The addresses of a name, each once. Raises OSError, TimeoutError among them."""
    found = within(seconds, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def look(
    url: SplitResult, address: str, path: str, headers: Mapping[str, str], ca_file: str = ""
) -> Seen:
    """What a browser gets that asks this address for the path of the site. Never raises."""
    seen = Seen(address)
    try:
        return within(_WHOLE, lambda: _look(url, address, path, headers, ca_file))
    except (OSError, http.client.HTTPException) as error:
        problem = getattr(error, "strerror", "") or str(error) or type(error).__name__
        return replace(seen, problem=problem)


def _look(
    url: SplitResult, address: str, path: str, headers: Mapping[str, str], ca_file: str
) -> Seen:
    seen = Seen(address)
    if url.scheme != "https":
        return _ask(seen, _connected(url, address), url, path, headers)
    host = url.hostname or ""
    try:
        secured = _secured(url, address, ssl.create_default_context(), host)
    except ssl.SSLCertVerificationError as error:
        wrong = _CERTIFICATE.get(error.verify_code, "untrusted")
        seen = replace(seen, certificate=wrong, said=error.verify_message)
        seen, context = _by_own_ca(seen, url, address, host, ca_file)
        secured = _secured(url, address, context, host)
    seen = replace(seen, until=_until(secured) or seen.until)
    return _ask(seen, secured, url, path, headers)


def _by_own_ca(
    seen: Seen, url: SplitResult, address: str, host: str, ca_file: str
) -> tuple[Seen, ssl.SSLContext]:
    """Whether the office's own authority vouches for it; else what is behind it all the same."""
    if ca_file and seen.certificate == "untrusted":
        own = ssl.create_default_context(cafile=ca_file)
        try:
            _secured(url, address, own, host).close()
        except ssl.SSLCertVerificationError as error:
            seen = replace(seen, said=error.verify_message)
        else:
            return replace(seen, certificate="", own_ca=True), own
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    return seen, blind


def _connected(url: SplitResult, address: str) -> socket.socket:
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    return socket.create_connection((address, port), _SECONDS)


def _secured(url: SplitResult, address: str, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    plain = _connected(url, address)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _until(secured: ssl.SSLSocket) -> datetime | None:
    """When the certificate ends; known where it was verified."""
    certificate = secured.getpeercert() or {}
    ends = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None


def _ask(
    seen: Seen, link: socket.socket, url: SplitResult, path: str, headers: Mapping[str, str]
) -> Seen:
    connection = http.client.HTTPConnection(url.hostname or "", timeout=_SECONDS)
    connection.sock = link
    try:
        connection.request("GET", path, headers={"Host": url.netloc, **headers})
        answer = connection.getresponse()
        content = answer.read(_MOST)
    finally:
        connection.close()
    location = answer.headers.get("location", "")
    return replace(seen, status=answer.status, location=location, answer=_json(content))


def _json(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
