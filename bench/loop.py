"""How fast the loop is beside the bare floor of its libraries, in one run on one machine.

`.venv/bin/python -m bench.loop [--mails 500] [--rounds 3] [--idle SECONDS]` needs Dovecot and what
`run.py test` installs. Times run from the moment that the mails lie in the mailbox of a waiting
daemon (floor: from its connect) to the second mail of the last request being accepted by the sink.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import mails
from tests.e2e.daemon import CODE, Daemon, decide
from tests.e2e.dovecot import PASSWORD, Dovecot, wait_until
from tests.e2e.smtpd import Sink

_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def lean_sink(folder: Path) -> Iterator[tuple[int, Path]]:
    """A sink in a process of its own; gives its port and its log."""
    log = folder / f"sink{time.monotonic_ns()}"
    command = [sys.executable, "-m", "bench.sink", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), log
        finally:
            process.terminate()


def accepted(log: Path) -> list[float]:
    """When each mail was accepted, in order."""
    return [float(line.split()[0]) for line in log.read_text().splitlines()]


def drop(dovecot: Dovecot, user: str, batch: list[bytes]) -> float:
    """Puts mails into the Maildir at one moment, as a delivery agent does; gives that moment."""
    maildir = dovecot.maildir(user)
    owner = maildir.stat()
    staged = []
    for number, mail in enumerate(batch):
        file = maildir / "tmp" / f"{time.time_ns()}.{number}.bench"
        file.write_bytes(mail)
        os.chown(file, owner.st_uid, owner.st_gid)
        staged.append(file)
    moment = time.time()
    for file in staged:
        file.rename(maildir / "new" / file.name)
    return moment


def floor(dovecot: Dovecot, folder: Path, batch: list[bytes]) -> tuple[float, float]:
    """Mails per second and CPU milliseconds per mail of the bare floor."""
    user = f"floor{time.monotonic_ns()}"
    with dovecot.open(user):
        pass
    drop(dovecot, user, batch)
    with lean_sink(folder) as (port, log):
        database = folder / f"{user}.sqlite"
        arguments = [str(dovecot.plain_port), str(port), user, PASSWORD, str(database)]
        command = [sys.executable, "-m", "bench.floor", *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout)
        assert told["mails"] == len(batch)
        times = accepted(log)
    assert len(times) == 2 * len(batch)
    return len(batch) / (times[-1] - told["started"]), told["cpu"] / len(batch) * 1000


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += tree(int(entry.parent.name))
    return found


def cpu(pid: int) -> float:
    """CPU seconds of a process and all below it, also of children that ended."""
    used = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        used += sum(int(field) for field in fields[11:15])
    return used / _TICKS


def pss(pid: int) -> float:
    """Proportional memory of all processes, in MB."""
    total = 0
    for each in tree(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


def loop(dovecot: Dovecot, folder: Path, batch: list[bytes]) -> tuple[float, float]:
    """Mails per second and CPU milliseconds per mail of this program."""
    with lean_sink(folder) as (port, log):
        daemon = office(dovecot, folder, port)
        try:
            drop(dovecot, daemon.user, mails.requests(1, seed=99))
            wait_until(lambda: len(accepted(log)) == 2, 30, "the first request")
            before = cpu(daemon.process.pid) if daemon.process else 0
            moment = drop(dovecot, daemon.user, batch)
            wanted = 2 + 2 * len(batch)
            wait_until(lambda: len(accepted(log)) >= wanted, 300, "all mails")
            used = (cpu(daemon.process.pid) if daemon.process else 0) - before
        finally:
            daemon.stop()
        times = accepted(log)
    assert len(times) == wanted
    assert daemon.verdicts() == {"opened": 1 + len(batch)}
    return len(batch) / (times[-1] - moment), used / len(batch) * 1000


def office(dovecot: Dovecot, folder: Path, smtp_port: int, hold: int = 0) -> Daemon:
    """A waiting daemon with its people."""
    user = f"office{time.monotonic_ns()}"
    daemon = Daemon(folder / user, dovecot, smtp_port, user)
    daemon.imap_port, daemon.imap_tls = dovecot.plain_port, "none"
    daemon.hold = hold
    daemon.write_settings()
    daemon.slip = daemon.enrol()
    daemon.start()
    return daemon


def hold_to_mail(dovecot: Dovecot, folder: Path, count: int = 7) -> list[float]:
    """Seconds from the end of the hold to the dataset being accepted, the first one cold."""
    sink = Sink()
    sink.start()
    daemon = office(dovecot, folder, sink.port, hold=1)
    daemon.sink = sink
    found = []
    try:
        for number in range(count):
            drop(dovecot, daemon.user, mails.requests(1, seed=number))
            link = daemon.letter("approval", number + 1).link
            first = {"slip": daemon.slip, "new_code": CODE, "new_code_again": CODE}
            decide(link, "approve", **({"code": CODE} if number else first))
            decided, offset = time.time(), time.time() - time.monotonic()
            taken = daemon.letter("dataset", number + 1)
            found.append(taken.at + offset - decided - daemon.hold)
    finally:
        daemon.stop()
        sink.stop()
    return found


def idle(dovecot: Dovecot, folder: Path, seconds: float) -> tuple[float, float, int]:
    """Share of a core and memory (MB) of a daemon that worked once and then waits; processes."""
    with lean_sink(folder) as (port, log):
        daemon = office(dovecot, folder, port)
        try:
            assert daemon.process is not None
            drop(dovecot, daemon.user, mails.requests(5, seed=3))
            wait_until(lambda: len(accepted(log)) == 10, 30, "five requests")
            time.sleep(seconds)
            before, began = cpu(daemon.process.pid), time.monotonic()
            time.sleep(60)
            share = (cpu(daemon.process.pid) - before) / (time.monotonic() - began)
            return share, pss(daemon.process.pid), len(tree(daemon.process.pid))
        finally:
            daemon.stop()


def table(rounds: list[tuple[float, float, float, float]], held: list[float]) -> list[str]:
    """The figures as a Markdown table; ratios are of medians within this run."""
    floors, floor_cpu, ours, our_cpu = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    warm = statistics.median(held[1:])
    return [
        "| | bare floor | mailproc | ratio |",
        "|---|---|---|---|",
        f"| requests per second, mailbox to two mails accepted | {floors:.0f} | {ours:.0f} "
        f"| **{ours / floors:.2f}** |",
        f"| CPU per request, all processes | {floor_cpu:.1f} ms | {our_cpu:.1f} ms "
        f"| {our_cpu / floor_cpu:.1f} |",
        f"| end of hold to dataset accepted, builder warm | | {warm:.2f} s | |",
        f"| the same, builder cold | | {held[0]:.2f} s | |",
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=float, default=0, help="seconds to wait before measuring")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # Dovecot's own user must reach its mail
        dovecot = Dovecot(folder / "dovecot")
        dovecot.start()
        try:
            rounds = []
            for number in range(chosen.rounds):
                batch = mails.requests(chosen.mails, seed=1000 + number)
                rounds.append((*floor(dovecot, folder, batch), *loop(dovecot, folder, batch)))
                print("round", number + 1, [round(value, 1) for value in rounds[-1]], flush=True)
            held = hold_to_mail(dovecot, folder)
            print("\n".join(table(rounds, held)))
            if chosen.idle:
                share, memory, count = idle(dovecot, folder, chosen.idle)
                print(
                    f"| idle, after {chosen.idle:.0f} s | | {share:.2%} of a core, "
                    f"{memory:.0f} MB in {count} processes | |"
                )
        finally:
            dovecot.stop()


if __name__ == "__main__":
    main()
