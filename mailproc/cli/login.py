"""`run.py login`: logs in to a mail account anew, and tries it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click

from mailproc.cli.finding import Finding, found
from mailproc.cli.output import config_option
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import Config, load
from mailproc.errors import AuthFailed, LoginEnded, LoginRests, MailprocError
from mailproc.logins import Chosen, google, keep, microsoft
from mailproc.logins import chosen as choosing
from mailproc.logins.loopback import Returning
from mailproc.logins.token import Granted
from mailproc.mail.delivery import Delivery
from mailproc.mail.mailbox import Mailbox

_BROWSER_SECONDS = 600.0


@click.command()
@click.argument("account", type=click.Choice(["mailbox", "smtp"]), default="mailbox")
@click.option("--paste", is_flag=True, help="Google: the browser is on another machine.")
@config_option
def login(account: Literal["mailbox", "smtp"], paste: bool, config_file: Path) -> None:
    """Logs in to a mail account: by its password, or through Microsoft or Google."""
    config = load(config_file)
    chosen = config.account(account)
    if account != chosen.name:
        _say("login_shared")
    _get_in(chosen, paste=paste)
    choosing.tries_of(chosen).forget()
    faults = list(_tried(config, chosen))
    for fault in faults:
        click.echo(f"{fault.th}\n{fault.en}", err=True)
    if faults:
        sys.exit(1)
    _say("login_done")


def _get_in(chosen: Chosen, *, paste: bool) -> None:
    """What only a person can give is kept afterwards. Raises MailprocError."""
    if chosen.auth in ("password", "app_password"):
        typed = _asked("login_password", username=chosen.username)
        keep.write(chosen.own_password_file, typed)
        return
    if chosen.auth == "microsoft" and chosen.flow == "client_credentials":
        keep.write(chosen.client_secret_file, _asked("login_client_secret"))
    given = _granted(chosen, paste=paste)
    choosing.token(chosen).logged_in(given, utc_now())


def _granted(chosen: Chosen, *, paste: bool) -> Granted:
    grant = choosing.grant(chosen)
    if isinstance(grant, microsoft.Device):
        return grant.log_in(
            lambda url, code: _say("login_device", url=url, code=code, username=chosen.username)
        )
    if isinstance(grant, google.InternalClient):
        return _in_browser(grant, paste=paste)
    return grant.fetch("", utc_now())


def _in_browser(grant: google.InternalClient, *, paste: bool) -> Granted:
    with Returning(" · ".join(words("login_returned"))) as returning:

        def wait(consent: google.Consent) -> str:
            key = "login_paste" if paste else "login_browser"
            _say(key, url=consent.url, username=grant.subject)
            return _asked("login_pasted") if paste else returning.wait(_BROWSER_SECONDS)

        return grant.log_in(returning.port, wait)


def _tried(config: Config, chosen: Chosen) -> Iterator[Finding]:
    """Why a server did not let us in, for each that uses the account."""
    if chosen.name == "mailbox":
        yield from _try_imap(config, chosen)
    if config.account("smtp").name == chosen.name:
        yield from _try_smtp(config, chosen)


def _try_imap(config: Config, chosen: Chosen) -> Iterator[Finding]:
    section = config.mailbox
    try:
        Mailbox(section.server(), config.mailbox_login(), section.folder).close()
    except AuthFailed as error:
        yield refused("imap", chosen, error)
    except MailprocError as error:
        yield _unreachable("imap", section.host, section.port, error.problem)


def _try_smtp(config: Config, chosen: Chosen) -> Iterator[Finding]:
    section = config.smtp

    async def opened() -> str:
        delivery = Delivery(section.server(), config.smtp_login(), config.office.address)
        closed = await delivery.open()
        await delivery.close()
        return (closed.text or str(closed.code)) if closed else ""

    try:
        if problem := asyncio.run(opened()):
            yield _unreachable("smtp", section.host, section.port, problem)
    except AuthFailed as error:
        yield refused("smtp", chosen, error)


def _unreachable(part: str, host: str, port: int, problem: str) -> Finding:
    return found(part, "fault", "server_fails", host=host, port=port, problem=problem)


def refused(part: str, chosen: Chosen, error: AuthFailed) -> Finding:
    """Why we were not let in, and what mends it."""
    told = {"account": chosen.name}
    if isinstance(error, LoginRests):
        return found(part, "fault", "login_rests", **told)
    if isinstance(error, LoginEnded):
        return found(part, "fault", "login_ended", problem=error.problem, **told)
    by_password = chosen.auth in ("password", "app_password")
    return found(part, "fault", "login_refused" if by_password else "login_token_refused", **told)


def _say(key: str, **values: object) -> None:
    for line in words(key, **values):
        click.echo(line)


def _asked(key: str, **values: object) -> str:
    """Typed by a person and not shown, or piped in; without the end of the line."""
    if not sys.stdin.isatty():
        typed = sys.stdin.readline().strip("\r\n")
    else:
        typed = click.prompt(" · ".join(words(key, **values)), hide_input=True)
    if not typed:
        raise MailprocError(key="login_nothing_typed")
    return str(typed)
