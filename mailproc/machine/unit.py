"""The systemd units as text: the daemon with a watchdog in a sandbox, and a daily backup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NAME = "mailproc"
SERVICE, BACKUP, TIMER = f"{NAME}.service", f"{NAME}-backup.service", f"{NAME}-backup.timer"
_WATCHDOG = 180  # seconds without a sign that all loops turn

# Run under the ban on writable code and this filter of system calls: the whole loop of the demo,
# PDF files, passkeys, imports and backups, with the libraries of requirements.lock.
_SANDBOX = """\
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
MemoryDenyWriteExecute=yes
"""

_DAEMON = """\
[Unit]
Description=mailproc: data requests by e-mail
Documentation=file:{root}/docs/operation.md
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
Type=notify
NotifyAccess=main
User={user}
Group={user}
WorkingDirectory={root}
ExecStart={python} {root}/run.py serve --config {config}
# Fed only while every loop turns; a daemon that is stuck is ended and started again.
WatchdogSec={watchdog}
TimeoutStartSec=300
# The daemon ends its children itself, after the mail that is being sent.
KillMode=mixed
TimeoutStopSec=120
Restart=on-failure
RestartSec=10
{sandbox}
[Install]
WantedBy=multi-user.target
"""

_DAILY = """\
[Unit]
Description=mailproc: the daily backup
Documentation=file:{root}/docs/operation.md

[Service]
Type=oneshot
User={user}
Group={user}
WorkingDirectory={root}
ExecStart={python} {root}/run.py backup --config {config}
Nice=10
IOSchedulingClass=idle
{sandbox}"""

_WHEN = """\
[Unit]
Description=mailproc: a backup each night

[Timer]
OnCalendar=*-*-* 02:30
RandomizedDelaySec=30min
# After a night in which the machine was off.
Persistent=yes

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the program lies, whose it is, and where it may write."""

    root: Path
    python: Path
    config: Path
    user: str
    writable: tuple[Path, ...]


def units(place: Place) -> dict[str, str]:
    """The text of each unit, by the name of its file. Raises ValueError for a path that a unit
    can't say."""
    paths = (place.root, place.python, place.config, *place.writable)
    if strange := [str(path) for path in paths if not _is_plain(str(path))]:
        raise ValueError(", ".join(strange))
    values = {
        "root": place.root,
        "python": place.python,
        "config": place.config,
        "user": place.user,
        "watchdog": _WATCHDOG,
    }
    sandbox = _SANDBOX.format(
        writable=" ".join(str(path) for path in place.writable),
        home="read-only" if _under_home(paths) else "yes",
    )
    return {
        SERVICE: _DAEMON.format(**values, sandbox=sandbox),
        BACKUP: _DAILY.format(**values, sandbox=sandbox),
        TIMER: _WHEN,
    }


def _is_plain(path: str) -> bool:
    """Spaces, quotes, % and $ mean something to systemd."""
    return path.startswith("/") and not set(path) & set(" \t\n\"'%$\\;:")


def _under_home(paths: Iterable[Path]) -> bool:
    return any(path.parts[1:2] in (("home",), ("root",)) for path in paths)
