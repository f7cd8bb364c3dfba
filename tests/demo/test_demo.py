"""The demo as a stranger starts it: one line of JSON, everything ended by Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mailproc.cli.demo import _play
from mailproc.demo.actors import Actors
from mailproc.demo.stage import ADDRESSES, Ready
from mailproc.errors import MailprocError

ROOT = Path(__file__).parents[2]
KEYS = (
    "imap smtp inbox_url public_url internal_url accounts director_code state director_codes "
    "officer_code"
).split()


@contextmanager
def running(*options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`demo` with these options; ended at the latest here."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mailproc", "demo", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,  # so that what it leaves behind can be found
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    values: dict[str, Any] = json.loads(line)
    return values


def ended(session: int) -> bool:
    """True once all have gone; the last notices a closed pipe a moment after the demo has ended."""
    until = time.monotonic() + 10
    while left_over(session):
        if time.monotonic() > until:
            return False
        os.sched_yield()
    return True


def left_over(session: int) -> list[str]:
    """Processes of that session that still live."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(status.parent.name)
    return found


def listens(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex(address) == 0


def ports(values: dict[str, Any]) -> list[tuple[str, int]]:
    urls = [values[name].rpartition("/")[2] for name in KEYS if name.endswith("_url")]
    web = [(url.partition(":")[0], int(url.partition(":")[2])) for url in urls]
    return [(host, port) for host, port in (values["imap"], values["smtp"])] + web


def test_two_demos_run_side_by_side_and_ctrl_c_ends_all_of_each() -> None:
    with running("--json") as first, running("--json") as second:
        values = [ready(first), ready(second)]
        for one in values:
            assert list(one) == KEYS
            assert {name: address for name, (address, _) in one["accounts"].items()} == ADDRESSES
            assert one["director_code"].isdecimal()
            assert all(listens(address) for address in ports(one))
        assert not set(ports(values[0])) & set(ports(values[1]))
        assert values[0]["state"] != values[1]["state"]
        for process, one in zip((first, second), values, strict=True):
            assert len(left_over(process.pid)) > 1  # the builder is warm
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
            assert (process.returncode, out, err) == (0, "", "")
            assert ended(process.pid)
            assert not any(listens(address) for address in ports(one))


def test_auto_plays_to_the_workbook_whatever_the_environment_says() -> None:
    """Settings of a real office in the environment must not reach the demo."""
    real = {"MAILPROC_SMTP__HOST": "mail.example.invalid", "MAILPROC_PASSWORD": "real"}
    with running("--auto", "--json", **real) as process:
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
        assert ended(process.pid)
    first, *steps = map(json.loads, out.splitlines())
    assert [step["step"] for step in steps] == (
        "sent receipt approval approved dataset saved".split()
    )
    assert [s["seconds"] for s in steps] == sorted(s["seconds"] for s in steps)
    path = Path(steps[-1]["detail"])
    assert path.parent == Path(first["state"])
    assert path.is_relative_to(ROOT / "state")
    book = openpyxl.load_workbook(path)
    first_sheet, *others = book.sheetnames
    assert first_sheet == "จำนวนนักเรียนจำแนกตามชั้นและเพศ"
    assert others == ["แผนภูมิ", "คำอธิบายคอลัมน์", "ที่มาของข้อมูล"]


def test_auto_also_plays_an_office_without_any_page() -> None:
    with running("--auto", "--json", "--by-mail") as process:
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
    first, *steps = map(json.loads, out.splitlines())
    assert first["public_url"] == ""
    assert len(first["director_codes"]) == 50
    assert steps[-1]["step"] == "saved"


@pytest.fixture
def nowhere() -> Ready:
    """A demo whose servers are gone."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = taken.getsockname()
    accounts = {name: (address, "x") for name, address in ADDRESSES.items()}
    url = f"http://127.0.0.1:{gone[1]}"
    return Ready(gone, gone, url, url, url, accounts, "482915", "/nowhere", ("271828",), "314159")


def test_a_step_that_fails_is_named_and_ends_with_one(
    nowhere: Ready, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _play(nowhere, as_json=True) == 1
    told = capsys.readouterr()
    assert "«sent»" in told.err
    assert told.out == ""


def test_a_refused_login_is_named_too(nowhere: Ready) -> None:
    with running("--json") as process:
        values = ready(process)
        there = replace(nowhere, smtp=tuple(values["smtp"]), imap=tuple(values["imap"]))
        with pytest.raises(MailprocError, match="step «sent» failed"):
            list(Actors(there).play())
        accounts = {**there.accounts, "requester": tuple(values["accounts"]["requester"])}
        half = replace(there, accounts=accounts, imap=nowhere.imap)
        steps = Actors(half).play()
        assert next(steps).name == "sent"
        with pytest.raises(MailprocError, match="step «receipt» failed"):
            next(steps)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
