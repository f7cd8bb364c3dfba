"""Browsers that a person lets us remember, so that they need no code for some weeks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc.deciding.proving import Proved
from mailproc.model import Person
from mailproc.store import devices, people_log
from mailproc.web.common import Site

DEVICE = "device"  # the cookie


def remember(
    site: Site,
    connection: Connection,
    http: HttpRequest,
    person: Person,
    proved: Proved,
    now: datetime,
) -> str:
    """The secret of a browser that is remembered from now on, for `keep`. Empty where it is one
    already, or where others could read it on the way."""
    if proved.device.startswith("device") or not site.is_private:
        return ""
    label = site.visitor(http).device
    token = devices.remember(connection, person.id, label, now)
    people_log.note(connection, person.id, "device_remembered", person.name, now, device=label)
    return token


def keep(site: Site, answer: Response, token: str) -> Response:
    """The answer, by which the browser gets the secret, if there is one."""
    if token:
        life = int(devices.LIFE.total_seconds())
        site.set_cookie(answer, DEVICE, token, f"{site.base}/", life)
    return answer
