"""Mails that wait for a person, and pictures that only a person can read, as an officer types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailproc.errors import MailprocError
from mailproc.model import Doubts, State
from mailproc.store import messages, schema
from mailproc.store.messages import Arrived, Settled
from tests.cli.test_commands import Run, run, settings, walk
from tests.factories import NOW, a_form
from tests.walk import Walk

__all__ = ["run", "settings", "walk"]  # fixtures
_M = schema.messages
_MAIL = """From: somsri@school.example.org
To: data@example.org
Subject: =?utf-8?b?4LiC4Lit4LiC4LmJ4Lit4Lih4Li54Lil?=
Message-ID: <1@school.example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

ขอข้อมูลหน่อยค่ะ
--b
Content-Type: image/jpeg
Content-Disposition: attachment; filename="../../แบบ คำขอ?.jpg"

JPEG
--b--
""".replace("\n", "\r\n").encode()
_GUESS = json.dumps([{"request": "2569/00001", "score": 0.8, "because": ["sender", "subject"]}])


def _waiting(walk: Walk, verdict: str = "unplaced", **values: object) -> int:
    """A stored mail that has its verdict."""
    with walk.database.write() as connection:
        messages.store(connection, [Arrived("a", "INBOX", 1, 1, NOW, len(_MAIL), _MAIL)], NOW)
        (row,) = messages.claim(connection, NOW, "me", 1)
        messages.settle(connection, [Settled(row, verdict, **values)], NOW)  # type: ignore[arg-type]
    return int(row.id)


def test_what_waits_is_listed_with_its_best_guess(run: Run, walk: Walk) -> None:
    _waiting(walk, guess=_GUESS, from_addr="somsri@school.example.org")
    line = run("quarantine", "list").stdout
    assert "2569/00001 80% (sender, subject)" in line
    shown = json.loads(run("quarantine", "list", "--json").stdout)
    assert shown["guesses"][0]["request"] == "2569/00001"


def test_what_is_not_for_us_is_not_listed(run: Run, walk: Walk) -> None:
    _waiting(walk)
    assert run("quarantine", "list").stdout == ""
    assert "unplaced" in run("quarantine", "list", "--verdict", "unplaced").stdout


def test_a_mail_is_shown_as_text(run: Run, walk: Walk) -> None:
    mail = _waiting(walk, guess=_GUESS)
    shown = run("quarantine", "show", str(mail), "--text").stdout
    assert "subject: ขอข้อมูล" in shown
    assert "ขอข้อมูลหน่อยค่ะ" in shown
    assert "guess: 2569/00001" in shown


@pytest.mark.parametrize(
    ("words", "placed", "due"),
    [(("--new",), "new", True), (("--not-for-us",), "not for us", False)],
)
def test_a_mail_is_placed(
    run: Run, walk: Walk, words: tuple[str, ...], placed: str, due: bool
) -> None:
    mail = _waiting(walk, guess="[]")
    assert run("quarantine", "place", str(mail), *words).exit_code == 0
    (row,) = walk.rows(_M)
    assert (row.placed, row.guess, row.due_at is not None) == (placed, None, due)
    assert (row.verdict is None) is due
    assert run("quarantine", "list").stdout == ""


def test_a_mail_is_placed_with_a_request(run: Run, walk: Walk) -> None:
    request = walk.prepared()
    mail = _waiting(walk, guess="[]")
    assert run("quarantine", "place", str(mail), "--request", request.number).exit_code == 0
    assert walk.rows(_M)[0].placed == request.number
    with pytest.raises(MailprocError):
        run("quarantine", "place", str(mail), "--request", "2569/99999")


def test_only_one_place_can_be_named_and_only_a_waiting_mail_placed(run: Run, walk: Walk) -> None:
    mail = str(_waiting(walk, "opened"))
    assert run("quarantine", "place", mail).exit_code == 2
    assert run("quarantine", "place", mail, "--new", "--not-for-us").exit_code == 2
    with pytest.raises(MailprocError) as error:
        run("quarantine", "place", mail, "--new")
    assert error.value.key == "not_unplaced"


def test_the_mails_of_a_request_are_saved_with_their_files(
    run: Run, walk: Walk, tmp_path: Path
) -> None:
    request = walk.prepared()
    folder = tmp_path / "out" / "mails"
    with pytest.raises(MailprocError):
        run("requests", "show", request.number, "--mail", str(folder))
    _waiting(walk, "opened", request_id=request.id)
    assert run("requests", "show", request.number, "--mail", str(folder)).exit_code == 0
    mail, picture = sorted(folder.iterdir(), key=lambda path: len(path.name))
    assert mail.read_bytes() == _MAIL
    assert picture.read_bytes() == b"JPEG"
    assert picture.parent == folder, "names of strangers stay inside"
    assert picture.suffix == ".jpg"


def test_an_officer_fills_in_what_a_picture_says(run: Run, walk: Walk) -> None:
    request = walk.open(form=a_form(purpose=None), doubts=Doubts(scans=("IMG_1.jpg",)))
    assert (request.state, request.reason) == (State.NEEDS_PERSON, "scan")
    with pytest.raises(MailprocError) as error:
        run("requests", "fill", request.number, "ไม่มีอะไร")
    assert error.value.key == "nothing_read"
    done = run("requests", "fill", request.number, "วัตถุประสงค์: ใช้ทำรายงาน")
    assert done.exit_code == 0, done.output
    filled = walk.get(request.id)
    assert filled.form.purpose == "ใช้ทำรายงาน"
    assert filled.state is not State.NEEDS_PERSON
    assert filled.doubts == Doubts()
