"""The command line: one module per family, loaded when it is used, so that each starts at once."""

from __future__ import annotations

import errno
import importlib
import os
import sys

import click

from mailproc.cli.output import fail
from mailproc.errors import MailprocError

_COMMANDS = {
    "demo": "mailproc.cli.demo:demo",
    "init": "mailproc.cli.setup:init",
    "login": "mailproc.cli.login:login",
    "check": "mailproc.cli.check:check",
    "status": "mailproc.cli.status:status",
    "serve": "mailproc.cli.serve:serve",
    "parse": "mailproc.cli.parse:parse",
    "form": "mailproc.cli.form:form",
    "data": "mailproc.cli.data:data",
    "requests": "mailproc.cli.requests:requests",
    "outbox": "mailproc.cli.outbox:outbox",
    "quarantine": "mailproc.cli.quarantine:quarantine",
    "links": "mailproc.cli.links:links",
    "people": "mailproc.cli.people:people",
    "person": "mailproc.cli.person:person",
    "audit": "mailproc.cli.audit:audit",
    "report": "mailproc.cli.report:report",
    "service": "mailproc.cli.service:service",
    "backup": "mailproc.cli.backup:backup",
    "restore": "mailproc.cli.restore:restore",
    "upgrade": "mailproc.cli.upgrade:command",
}

# What the admin can mend by himself; of other faults the traceback is wanted.
_OF_FILES = {errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """mailproc: carries a data request all the way by e-mail."""


def main() -> None:
    """Runs a command; exit 0 done, 1 not done with the reason on stderr, 2 wrong use."""
    os.umask(0o077)  # what an office stores is personal: for its own user alone
    try:
        cli(prog_name="run.py", standalone_mode=True)
    except MailprocError as error:
        sys.exit(fail(error))
    except OSError as error:
        if error.errno not in _OF_FILES or not error.filename:
            raise
        told = MailprocError(key="file_refused", file=error.filename, problem=error.strerror)
        sys.exit(fail(told))
