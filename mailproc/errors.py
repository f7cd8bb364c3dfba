"""What can go wrong, by what the caller can do about it.

Each docstring is fit to be shown; `problem` says what happened and `remedy` what to do. Where a
person at the command line meets the error, `key` and `values` find its text in Thai and English.
"""


class MailprocError(Exception):
    """Something went wrong."""

    def __init__(
        self, problem: str = "", remedy: str = "", /, *, key: str = "", **values: object
    ) -> None:
        self.problem = problem or key or (self.__doc__ or "").strip()
        self.remedy = remedy
        self.key, self.values = key, values
        super().__init__(" ".join(part for part in (self.problem, remedy) if part))


class ConfigError(MailprocError):
    """The settings are wrong: every fault is in `faults`."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class TryAgain(MailprocError):
    """The other side could not do it now; the same call may work later."""


class NeedsPerson(MailprocError):
    """Only a person can settle this."""


class Stale(MailprocError):
    """Somebody else changed the request first; read it again."""


class AuthFailed(MailprocError):
    """The server refused the login; more tries may lock the account."""


class LoginRests(AuthFailed):
    """No try was made: the last ones were refused, and more would lock the account.

    `lasting`: a person has to mend it; else it is a pause of seconds.
    """

    lasting = False


class LoginEnded(AuthFailed):
    """The identity server no longer lets us in; somebody has to log in again."""


class LinkLost(TryAgain):
    """The connection to the mail server ended."""


class FolderGone(LinkLost):
    """The folder of the mailbox was deleted or renamed."""


class Untrusted(LinkLost):
    """The mail server's certificate is not good."""


class Unencrypted(LinkLost):
    """The mail server does not offer to encrypt the connection; nothing was said in clear."""


class NotFiled(TryAgain):
    """The server takes no copy into the folder of sent mail; it is full, or not ours to write."""
