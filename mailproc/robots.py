"""Addresses behind which no person reads: by their name, as systems really use them."""

from __future__ import annotations

import re

_DAEMONS = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|post-?_?master|mail ?deliver|mailerdaemon|double-?bounce|"
    r"mmdf|mail-?admin|"
    r"microsoftexchange[0-9a-f]{20,})",
    re.I,
)
_NO_REPLY = re.compile(
    r"(?:.{0,40}[._-])?(?:no-?_?\.?reply|do-?not-?reply|donotreply|not-?reply|auto-?reply|autoresponder|"
    r"bounces?|mailer|notifications?|alerts?)(?:[._+-].{0,40})?@",
    re.I,
)
# RFC 2142 and the habits of Mailman, ezmlm, Sympa, Majordomo and LISTSERV.
_LISTS = re.compile(
    r"(?:(?:owner-.{1,60}|listserv|majordomo|mailman|sympa|listmaster|list-?manager|ezmlm)"
    r"|.{1,60}-(?:request|bounces?|subscribe|unsubscribe|return-.{1,60}))@",
    re.I,
)
# Return addresses that name a mail and no person: VERP, BATV (prvs, btv1), SRS.
_RETURN_PATHS = re.compile(
    r"(?:prvs=|btv1=|srs[01][=+-]|bounce[+=-]|[^@]{1,60}=[^@=]{1,60}\.[a-z]{2,20}@)", re.I
)


def is_daemon(address: str) -> bool:
    """True for the mail systems themselves: mailer-daemon, postmaster and the like."""
    return bool(_DAEMONS.match(address))


def is_no_reply(address: str) -> bool:
    """True for an address that says of itself that it is not read."""
    return bool(_NO_REPLY.match(address))


def is_never_answered(address: str) -> bool:
    """True where a mail would reach no person: daemons, no-reply, lists, return paths."""
    return is_daemon(address) or any(p.match(address) for p in (_NO_REPLY, _LISTS, _RETURN_PATHS))
