"""`run.py demo`: the whole loop on loopback."""

from __future__ import annotations

import json
import signal
import sys
import threading

import click

from mailproc.cli.logs import set_up_logs
from mailproc.config import ROOT
from mailproc.demo.actors import Actors
from mailproc.demo.stage import Demo, Ready
from mailproc.errors import MailprocError

_STEPS = {
    "sent": "ผู้ขอส่งคำขอ · the requester sends the form",
    "receipt": "ผู้ขอได้รับใบรับคำขอ · the requester has the receipt",
    "approval": "ผู้อำนวยการได้รับเมลขออนุญาต · the director has the approval mail",
    "approved": "ผู้อำนวยการอนุญาตบนหน้าเว็บ · the director approves on the page",
    "dataset": "ผู้ขอได้รับไฟล์ข้อมูล · the requester has the dataset",
    "saved": "บันทึกไฟล์ · the workbook is saved",
}


@click.command()
@click.option("--auto", is_flag=True, help="Plays requester and director too, then ends.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line when ready, for test clients.")
def demo(auto: bool, as_json: bool) -> None:
    """The whole loop on this machine, with a mail server of its own."""
    set_up_logs("warning")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stage = Demo(ROOT / "state" / "demo")
    try:
        stage.start()
        _say_ready(stage.ready, as_json=as_json)
        if auto:
            sys.exit(_play(stage.ready, as_json=as_json))
        stop.wait()
    finally:
        stage.stop()


def _say_ready(ready: Ready, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(ready.as_json(), ensure_ascii=False))
        return
    office, password = ready.accounts["office"]
    requester = ready.accounts["requester"]
    for line in (
        "",
        f"  เปิดกล่องจดหมายสาธิตในเบราว์เซอร์ · open the demo inbox:   {ready.inbox_url}",
        "  1 กด «ส่งคำขอ»  2 เปิดเมลของผู้อำนวยการ กดลิงก์  3 ใส่รหัส อนุญาต  4 เปิดไฟล์ในเมลของผู้ขอ",
        "  1 send a request  2 open the director's mail, click  3 enter the code  4 open the file",
        "",
        f"  รหัสอนุมัติของผู้อำนวยการ · the director's code:           {ready.director_code}",
        "  โปรแกรมเมลใดก็ได้ · any mail client:                      "
        f"IMAP {ready.imap[0]}:{ready.imap[1]}  SMTP {ready.smtp[0]}:{ready.smtp[1]}  (no TLS)",
        f"     ผู้ขอ · requester   {requester[0]}   {requester[1]}",
        f"     สำนักงาน · office   {office}   {password}",
        "",
        "  กด Ctrl-C เพื่อจบ · Ctrl-C ends everything.",
        "",
    ):
        click.echo(line)


def _play(ready: Ready, *, as_json: bool) -> int:
    """Prints each step with its time; 0 when the workbook is saved, 1 with the step that failed."""
    try:
        for step in Actors(ready).play():
            if as_json:
                line = {"step": step.name, "seconds": round(step.at, 3), "detail": step.detail}
                click.echo(json.dumps(line, ensure_ascii=False))
            else:
                click.echo(f"  {step.at:6.2f} s  {_STEPS[step.name]}  {step.detail}")
    except MailprocError as error:
        click.echo(error.problem, err=True)
        return 1
    except OSError as error:
        click.echo(f"the demo failed: {error}", err=True)
        return 1
    return 0
