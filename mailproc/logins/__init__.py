"""How the office logs in to its mail servers: by password, or by tokens that end and are renewed.

account   one login as `mail.login.Login`, guarded against too many tries
tries     what was refused lately, kept over restarts, shared by processes
password  a password from its file, read for each connection
token     an access token from its file, renewed before it ends
microsoft, google, endpoint   where tokens come from
loopback  hears a browser come back from a login
keep      secret files: for us alone, whole or not at all, one writer at a time
providers what is known of the mail services that offices use
"""

from mailproc.logins.account import Account
from mailproc.logins.chosen import Chosen, account

__all__ = ["Account", "Chosen", "account"]
