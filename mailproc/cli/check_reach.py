"""What the director's phone can open: is the address right, trusted, and really ours?"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from mailproc.cli.finding import Finding, found
from mailproc.cli.probing import Seen, look, resolve
from mailproc.clock import utc_now
from mailproc.config import Config
from mailproc.mail.login import is_loopback
from mailproc.web.common import origin_of
from mailproc.web.reach import ASKING, PATH, proof, question

_SOON = 14  # days that a certificate should still have
_MOST = 4  # addresses that are looked at
_FORGED = "192.0.2.77"  # kept for documentation (RFC 5737): no visitor has it
_SHARED = ipaddress.ip_network("100.64.0.0/10")  # behind the provider's own router (RFC 6598)


def findings(config: Config, now: datetime | None = None) -> Iterator[Finding]:
    """Ends within half a minute, also without a network."""
    url = config.web.public_url
    if not url:
        yield found("public", "note", "public_empty")
        return
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not is_loopback(host):
        yield found("public", "note", "public_plain", url=url)
    try:
        addresses = resolve(host)[:_MOST]
    except OSError as error:
        problem = error.strerror or str(error)
        yield found("public", "fault", "public_unknown", host=host, problem=problem)
        return
    yield _who_can_open(url, addresses)
    yield from _Look(config, parts, addresses).findings(now or utc_now())


def _who_can_open(url: str, addresses: tuple[str, ...]) -> Finding:
    kinds = {_kind(address) for address in addresses}
    told = {"url": url, "addresses": ", ".join(addresses)}
    if kinds == {"public"}:
        return found("public", "ok", "public_everywhere", **told)
    key = f"public_{kinds.pop()}" if len(kinds) == 1 else "public_mixed"
    return found("public", "note", key, **told)


def _kind(address: str) -> str:
    """loopback | private | public."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if known.is_loopback:
        return "loopback"
    shared = known.version == 4 and known in _SHARED
    return "private" if shared or not known.is_global else "public"


class _Look:
    """One look at the site through all of its addresses, and at the daemon itself."""

    def __init__(self, config: Config, url: SplitResult, addresses: tuple[str, ...]) -> None:
        self._url, self._config = url, config
        self._addresses = addresses
        self._key, self._nonce = config.secret("links"), secrets.token_urlsafe(16)
        self._path = f"{url.path.rstrip('/')}{PATH}/{self._nonce}"
        self._headers = {
            ASKING: question(self._key, self._nonce),
            "X-Forwarded-For": _FORGED,
            "Origin": origin_of(config.web.public_url),
            "Cookie": f"check={self._nonce}",
        }

    def findings(self, now: datetime) -> Iterator[Finding]:
        url = self._config.web.public_url
        with ThreadPoolExecutor(_MOST) as pool:
            looks = list(pool.map(self._look, self._addresses))
        answering = [seen for seen in looks if not seen.problem]
        if not answering:
            yield self._silent(looks[0])
            return
        for seen in looks:
            if seen.problem:
                told = {"address": seen.address, "problem": seen.problem}
                yield found("public", "fault", "public_one_silent", url=url, **told)
        if self._url.scheme == "https":
            yield _certificate(answering[0], self._url.hostname or "", now)
        yield from self._instance(answering[0])

    def _look(self, address: str) -> Seen:
        ca_file = self._config.web.ca_file
        ca = str(self._config.path(ca_file)) if ca_file else ""
        return look(self._url, address, self._path, self._headers, ca)

    def _silent(self, seen: Seen) -> Finding:
        """Nothing answers there: is it the daemon, or the way to it?"""
        listen, url = self._config.web.public_listen, self._config.web.public_url
        if not self._runs():
            return found("public", "note", "public_not_running", url=url, listen=listen)
        told = {"url": url, "problem": seen.problem, "listen": listen}
        own_router = _kind(seen.address) == "public"
        return found("public", "fault", "public_hairpin" if own_router else "public_silent", **told)

    def _runs(self) -> bool:
        """Whether this instance answers on its own listener."""
        host, _, port = self._config.web.public_listen.rpartition(":")
        here = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104
        direct = urlsplit(f"http://{f'[{here}]' if ':' in here else here}:{port}")
        return self._is_ours(look(direct, here, self._path, self._headers))

    def _is_ours(self, seen: Seen) -> bool:
        said = str((seen.answer or {}).get("proof", ""))
        return hmac.compare_digest(said.encode(), proof(self._key, self._nonce).encode())

    # ------------------------------------------------------------ what answers

    def _instance(self, seen: Seen) -> Iterator[Finding]:
        url, listen = self._config.web.public_url, self._config.web.public_listen
        if self._is_ours(seen):
            yield found("public", "ok", "public_fine", url=url)
            yield from self._arrives(seen)
            yield from self._internal(seen.address)
        elif not self._runs():
            yield found("public", "note", "public_not_running", url=url, listen=listen)
        elif seen.location:
            told = {"url": url, "location": seen.location[:200]}
            yield found("public", "fault", "public_redirects", **told)
        else:
            told = {"url": url, "status": str(seen.status), "listen": listen}
            yield found("public", "fault", "public_other", **told)

    def _arrives(self, seen: Seen) -> Iterator[Finding]:
        """What the way does to a request: the visitor's address, its origin and cookies."""
        answer = seen.answer or {}
        if answer.get("origin") != self._headers["Origin"] or not answer.get("cookie"):
            yield found("public", "fault", "public_strips")
        peer, forwarded = str(answer.get("peer")), str(answer.get("forwarded"))
        if answer.get("client") == _FORGED:
            yield found("public", "fault", "public_forged", peer=peer)
        elif answer.get("trusted"):
            yield found("public", "ok", "public_visitors", peer=peer)
        elif forwarded != _FORGED:
            yield found("public", "note", "public_untrusted", peer=peer)
        elif _kind(seen.address) != "loopback" and _kind(peer) == "loopback":
            yield found("public", "note", "public_lost", peer=peer)

    def _internal(self, address: str) -> Iterator[Finding]:
        """The internal listener must not be reached from outside."""
        path = f"{self._url.path.rstrip('/')}/healthz"
        seen = look(self._url, address, path, {}, "")
        if "polled_at" in (seen.answer or {}):
            listen = self._config.web.internal_listen
            yield found("public", "fault", "public_internal", listen=listen)


def _certificate(seen: Seen, host: str, now: datetime) -> Finding:
    if seen.certificate:
        key = f"public_certificate_{seen.certificate}"
        return found("public", "fault", key, host=host, problem=seen.said)
    days = (seen.until - now).days if seen.until else 0
    told = {"host": host, "days": str(days)}
    if days < _SOON:
        return found("public", "note", "public_certificate_soon", **told)
    if seen.own_ca:
        return found("public", "note", "public_certificate_own", **told)
    return found("public", "ok", "public_certificate_fine", **told)
