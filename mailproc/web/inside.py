"""Who may speak to the internal listener: by which name it was called, and from which page."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request as HttpRequest

from mailproc.web.common import Site


def host(http: HttpRequest) -> str:
    """The name that the browser called us by, without its port; empty where that is none."""
    return _parts(f"//{http.headers.get('host', '')}").hostname or ""


def is_our_name(site: Site, http: HttpRequest) -> bool:
    """A page elsewhere may give its own name our address (DNS rebinding): only addresses, this
    machine's own name and the names of `public_url` and `desk_url` are taken."""
    name, office = host(http), site.office
    chosen = (urlsplit(url).hostname for url in (office.public_url, office.desk_url))
    return bool(name) and (name in ("localhost", *chosen) or _is_address(name))


def is_own_origin(http: HttpRequest) -> bool:
    """Whether nothing says that a POST comes from a page of another address."""
    origin, site = http.headers.get("origin"), http.headers.get("sec-fetch-site")
    if origin is None:
        return site in (None, "same-origin")
    return _parts(origin).netloc == http.headers.get("host", "")


def is_surely_own(http: HttpRequest) -> bool:
    """Whether the browser itself says that a POST comes from our own page; all of today's do."""
    told = {"origin", "sec-fetch-site"} & set(http.headers)
    return bool(told) and is_own_origin(http)


def is_encrypted(site: Site, http: HttpRequest) -> bool:
    """Whether a proxy of ours took the request by https."""
    peer = http.client.host if http.client else ""
    told = http.headers.get("x-forwarded-proto", "").split(",")[-1].strip()
    return http.url.scheme == "https" or (peer in site.trusted_proxies and told == "https")


def address(site: Site, http: HttpRequest) -> str:
    """Where the browser sees us, without a path, while keys of `public_url` are good there: it
    must have the same name. Empty where they are not."""
    public = urlsplit(site.office.public_url).hostname
    if public and public != host(http):
        return ""
    scheme = "https" if is_encrypted(site, http) else "http"
    return f"{scheme}://{http.headers.get('host', '')}"


def is_private(site: Site, http: HttpRequest) -> bool:
    """Whether a code may be typed: on this machine alone, over TLS, or where the office has chosen
    `plain_http` for its own network."""
    here = host(http)
    loopback = here == "localhost" or (_is_address(here) and ip_address(here).is_loopback)
    return loopback or is_encrypted(site, http) or site.plain_http


def _parts(url: str) -> SplitResult:
    """Empty where it is no address at all, as «[»."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
