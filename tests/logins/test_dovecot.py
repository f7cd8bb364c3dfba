"""The same on a real Dovecot that takes tokens alone and asks the identity server about each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from imapclient import SocketTimeout

from mailproc import logins
from mailproc.clock import utc_now
from mailproc.errors import AuthFailed, LoginRests
from mailproc.logins import Chosen
from mailproc.mail.login import Credentials, Login, Server
from mailproc.mail.mailbox import Mailbox
from tests.e2e.dovecot import Dovecot, why_missing
from tests.logins.conftest import Clock
from tests.logins.identity import OFFICE, Identity

_MISSING = why_missing()
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=_MISSING)
_ASKING = """
introspection_url = {url}/introspect?token=
introspection_mode = get
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
tls_ca_cert_file = {ca_file}
"""


@pytest.fixture
def dovecot(identity: Identity) -> Iterator[Dovecot]:
    # In a folder that Dovecot's own users may enter, unlike pytest's.
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        server = Dovecot(Path(folder))
        _takes_tokens(server, identity)
        server.start()
        yield server
        server.stop()


def _takes_tokens(server: Dovecot, identity: Identity) -> None:
    """In place of the password that any name may show."""
    asking = server.folder / "oauth2.conf"
    asking.write_text(_ASKING.format(url=identity.url, ca_file=identity.ca_file))
    config = server.folder / "dovecot.conf"
    text = config.read_text().replace("plain login", "xoauth2 oauthbearer")
    before, _, after = text.partition("passdb {")
    passdb = (
        f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {asking}\n}}"
    )
    # It has to read the authority in our own folder.
    user = "service auth {\n  user = root\n}\n" if os.geteuid() == 0 else ""
    config.write_text(before + passdb + after.partition("}")[2] + user)


def _open(dovecot: Dovecot, login: Login) -> Mailbox:
    place = Server("127.0.0.1", dovecot.tls_port, "ssl", str(dovecot.ca_file))
    return Mailbox(place, login, "INBOX", SocketTimeout(connect=10, read=20))


def test_a_token_opens_the_mailbox_and_a_withdrawn_one_is_replaced(
    dovecot: Dovecot, google: Chosen, identity: Identity, clock: Clock
) -> None:
    account = logins.account(google, "imap", clock)
    identity.seconds = 36_000
    mailbox = _open(dovecot, account)
    assert mailbox.new_since(0) == []
    assert mailbox.can_idle
    mailbox.close()
    identity.withdraw()
    clock.wind(60)
    _open(dovecot, account).close()
    assert len(identity.asked) == 2
    assert not (google.secrets / "logins.json").read_text().count('"times": 1')


def test_what_is_no_token_is_refused_and_tried_seldom(
    dovecot: Dovecot, microsoft: Chosen, clock: Clock
) -> None:
    with pytest.raises(AuthFailed):
        _open(dovecot, Credentials(OFFICE, "guessed", bearer=True))
    by_password = replace(microsoft, auth="password")
    by_password.secrets.mkdir(exist_ok=True)
    by_password.password_file.write_text("a password", "utf-8")
    refused = 0
    for _ in range(30):
        clock.wind(10)
        try:
            _open(dovecot, logins.account(by_password, "imap", clock))
        except LoginRests:
            continue
        except AuthFailed:
            refused += 1
    assert refused == 3


def test_a_daemon_by_the_real_time_is_let_in(
    dovecot: Dovecot, google: Chosen, identity: Identity
) -> None:
    _open(dovecot, logins.account(google, "imap", utc_now)).close()
    assert len(identity.asked) == 1
