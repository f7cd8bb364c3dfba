"""What ends the daemon, sent as a shell, systemd and an impatient admin send it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

# Signals go on while it is told, as two at a time once stopped a daemon halfway for good.
_PROGRAM = """
import signal
from mailproc.cli.stopping import Stopping
stopping = Stopping()
assert not stopping.wait(0.01)
print("waits", flush=True)
assert stopping.wait()
for _ in range(20_000):
    assert stopping.wait(0)
for number in (signal.SIGINT, signal.SIGTERM):  # the interpreter gives its own back as it ends
    signal.signal(number, signal.SIG_IGN)
print("ended")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_on_the_heels_of_one_another_end_it(number: signal.Signals) -> None:
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        for _ in range(5_000):
            process.send_signal(number)
        try:
            told, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, told) == (0, "ended\n")
