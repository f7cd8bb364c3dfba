"""The commands on a real store, as an admin types them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from mailproc.cli import cli
from mailproc.errors import MailprocError
from mailproc.model import State
from mailproc.store import downloads, passkeys, people_log, schema
from mailproc.store.database import Database
from mailproc.store.passkeys import Passkey
from mailproc.workflow import events as e
from tests.factories import a_built
from tests.walk import DESK, Walk

_SETTINGS = """
[office]
name_th = "สำนักงานตัวอย่าง"
address = "data@example.org"
phone = "0 2000 1234"
[mailbox]
host = "127.0.0.1"
port = 9
tls = "none"
[smtp]
host = "127.0.0.1"
port = 9
tls = "none"
"""
Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "mailproc.toml"
    file.write_text(_SETTINGS, encoding="utf-8")
    return file


@pytest.fixture
def run(settings: Path) -> Run:
    """Runs a command; errors that a person meets come out as they are."""

    def command(*words: str) -> Result:
        done = CliRunner().invoke(cli, [*words, "--config", str(settings)])
        if isinstance(done.exception, MailprocError):
            raise done.exception
        return done

    return command


@pytest.fixture
def walk(settings: Path) -> Iterator[Walk]:
    database = Database(f"sqlite:///{settings.parent / 'state' / 'mailproc.sqlite'}")
    database.migrate()
    yield Walk(database)
    database.close()


def _lines(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def _add(run: Run, address: str = "head@example.org", role: str = "group_director") -> Result:
    return run("people", "add", address, "--name", "นางตัวอย่าง", "--role", role, "--json")


def test_passkeys_of_a_person_are_listed_and_ended(run: Run, walk: Walk) -> None:
    person = json.loads(_add(run).stdout)["id"]
    keys = [Passkey(name, person, b"x", 0, "โทรศัพท์", walk.now) for name in ("one", "two")]
    with walk.database.write() as connection:
        assert all(passkeys.add(connection, key) for key in keys)
    listed = _lines(run("people", "devices", str(person), "--json"))
    assert {(line["id"], line["passkey"]) for line in listed} == {("one", True), ("two", True)}
    assert (
        "1 revoked" in run("people", "devices", str(person), "--revoke", "--device", "one").stdout
    )
    with walk.database.read() as connection:
        assert [key.id for key in passkeys.listed(connection, person)] == ["two"]
        (entry, *_) = people_log.listed(connection, person)
    assert (entry.event, entry.by) == ("passkey_revoked", "command")


def test_init_never_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    first = CliRunner().invoke(cli, ["init", "--config", str(file)])
    assert first.exit_code == 0
    assert "«" in file.read_text(encoding="utf-8")
    file.write_text("mine", encoding="utf-8")
    again = CliRunner().invoke(cli, ["init", "--config", str(file)])
    assert isinstance(again.exception, MailprocError)
    assert file.read_text(encoding="utf-8") == "mine"


def test_who_decides_gets_a_slip_and_is_added_once(run: Run) -> None:
    (added,) = _lines(_add(run))
    assert added["slip"]
    with pytest.raises(MailprocError) as twice:
        _add(run, "HEAD@example.org")
    assert twice.value.key == "person_there"
    assert _lines(_add(run, role="officer"))[0]["slip"] == "", "another role is another matter"
    roles = [person["role"] for person in _lines(run("people", "list", "--json"))]
    assert roles == ["group_director", "officer"]
    (reset,) = _lines(run("people", "reset", "1", "--json"))
    assert reset["slip"] not in ("", added["slip"])
    assert run("people", "remove", "1").exit_code == 0
    with pytest.raises(MailprocError):
        run("people", "reset", "1")


def test_a_change_of_director_stands_in_the_register_without_any_slip(run: Run) -> None:
    (old,) = _lines(_add(run))
    (new,) = _lines(_add(run, "next@example.org", role="deputy"))
    (done,) = _lines(run("people", "succeed", str(old["id"]), str(new["id"]), "--json"))
    assert done["slip"] not in ("", new["slip"])
    roles = {one["id"]: one["role"] for one in _lines(run("people", "list", "--json"))}
    assert roles == {new["id"]: "group_director"}
    everything = run("people", "log", "--json")
    events = [entry["event"] for entry in _lines(run("people", "log", str(old["id"]), "--json"))]
    assert events == ["succeeded", "removed", "slip_printed", "added"]
    assert all(slip not in everything.output for slip in (old["slip"], new["slip"], done["slip"]))
    with pytest.raises(MailprocError):
        run("people", "succeed", str(old["id"]), str(new["id"]))


def test_wrong_use_and_missing_things_are_told_apart(run: Run) -> None:
    assert run("requests", "settle", "2569/00001").exit_code == 2
    assert run("people", "add", "a@example.org", "--name", "x", "--role", "king").exit_code == 2
    for words in (
        ("requests", "show", "1"),
        ("outbox", "resend", "1"),
        ("quarantine", "show", "1"),
    ):
        with pytest.raises(MailprocError) as error:
            run(*words)
        assert error.value.key


def test_a_request_is_listed_shown_and_cancelled(run: Run, walk: Walk) -> None:
    request = walk.prepared()
    (listed,) = _lines(run("requests", "list", "--state", "awaiting_decision", "--json"))
    assert listed["number"] == request.number
    (shown,) = _lines(run("requests", "show", request.number, "--json"))
    assert [row["event"] for row in shown["history"]] == ["Opened", "DataPrepared"]
    assert shown["prepared"]["sample"]
    assert (shown["stages"]["now"], shown["stages"]["spent"]["system"]["clock"]) == ("director", 1)
    as_read = run("requests", "show", request.number).stdout
    assert '"sample": "…"' in as_read
    assert "ผู้พิจารณาอนุญาต: " in as_read
    assert run("requests", "cancel", request.number).exit_code == 0
    assert walk.get(request.id).state is State.CANCELLED
    with pytest.raises(MailprocError):
        run("requests", "cancel", request.number)


def test_an_officer_s_remark_stays_with_the_request_until_it_is_decided(
    run: Run, walk: Walk
) -> None:
    request = walk.prepared()
    assert run("requests", "remark", request.number, "ตรวจหนังสือนำแล้ว").exit_code == 0
    noted = walk.get(request.id)
    assert (noted.remark, noted.state) == ("ตรวจหนังสือนำแล้ว", State.AWAITING_DECISION)
    assert noted.content_hash == request.content_hash, "the link that was mailed stays good"
    (shown,) = _lines(run("requests", "show", request.number, "--json"))
    assert [row["event"] for row in shown["history"]][-1] == "Remarked"
    assert run("requests", "remark", request.number, "").exit_code == 0
    assert walk.get(request.id).remark == ""
    walk.happen(request.id, e.Refused(reason="x"))
    with pytest.raises(MailprocError):
        run("requests", "remark", request.number, "สายไป")


def test_a_revoked_link_is_followed_by_a_reminder_with_a_new_one(run: Run, walk: Walk) -> None:
    _add(run)
    request = walk.prepared()
    assert "1 links revoked" in run("links", "revoke", request.number).stdout
    kinds = [row.kind for row in walk.rows(schema.outbox)]
    assert kinds.count("approval_reminder") == 1
    voided = [row.voided_at for row in walk.rows(schema.links, schema.links.c.purpose == "decide")]
    assert voided.count(None) == 1


def test_what_nobody_knows_is_settled_by_a_person(run: Run, walk: Walk) -> None:
    request = walk.built()
    (letter,) = walk.rows(schema.outbox, schema.outbox.c.kind == "dataset")
    with walk.database.write() as connection:
        connection.execute(schema.outbox.update().values(state="unknown", due_at=None))
    walk.happen(request.id, e.DeliveryFailed(problem="dataset_unknown"))
    unknown = _lines(run("outbox", "list", "--state", "unknown", "--json"))
    assert letter.id in [row["id"] for row in unknown]
    assert run("outbox", "settle", str(letter.id), "--as", "sent").exit_code == 0
    assert walk.get(request.id).state is State.DELIVERED
    with pytest.raises(MailprocError):
        run("outbox", "settle", str(letter.id), "--as", "sent")


def test_erasing_leaves_a_history_that_verifies_and_tampering_does_not(
    run: Run, walk: Walk
) -> None:
    open_yet, request = walk.prepared(), walk.prepared()
    with pytest.raises(MailprocError) as still_open:
        run("requests", "erase", open_yet.number, "--yes")
    assert still_open.value.key == "still_open"
    walk.happen(request.id, e.Refused(by="ก", reason="ข"))
    assert run("requests", "erase", request.number, "--yes").exit_code == 0
    (audit,) = _lines(run("audit", "verify", "--json"))
    assert (audit["faults"], audit["erased"]) == ([], 3)
    with walk.database.write() as connection:
        connection.execute(schema.history.delete().where(schema.history.c.version == 1))
    assert run("audit", "verify").exit_code == 1


def test_check_names_each_fault_with_what_to_do(run: Run) -> None:
    done = run("check", "--json")
    assert done.exit_code == 1
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        finding = json.loads(line)
        found.setdefault(finding["part"], []).append(finding["level"])
    assert found["people"] == ["fault", "fault"]
    assert found["imap"] == found["smtp"] == ["fault"]
    assert found["state"] == found["templates"] == ["ok"]
    assert found["datasets"] == ["ok", "note"], "the shipped figures are past their rhythm"


def test_a_file_that_was_built_is_saved_for_handing_over(
    run: Run, walk: Walk, tmp_path: Path
) -> None:
    waiting = walk.prepared()
    with pytest.raises(MailprocError, match="no_file_of"):
        run("requests", "file", waiting.number, "--out", str(tmp_path / "out"))
    built = walk.built(a_built(filename="data.xlsx", content=b"rows"))
    done = run("requests", "file", built.number, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "data.xlsx").read_bytes() == b"rows"


def test_what_was_delivered_is_taken_back_and_written_down(run: Run, walk: Walk) -> None:
    built = walk.built()
    table = schema.outbox
    with walk.database.write() as connection:
        letter = connection.execute(sa.select(table).where(table.c.kind == "dataset")).one()
        downloads.offer(connection, letter, DESK, walk.now)
    walk.happen(built.id, e.AllSent())
    assert "1 links revoked" in run("links", "revoke", built.number).stdout
    assert walk.get(built.id).revoked_at is not None
    events = [row.event for row in walk.rows(schema.history) if row.request_id == built.id]
    assert events[-1] == "AccessRevoked"
    assert walk.happen(built.id, e.Resend()).ignored


# ---------------------------------------------------------------- codes that are good once


def test_the_secret_of_an_app_is_shown_once_as_text_and_as_a_square(run: Run) -> None:
    _add(run, "director@example.org", "group_director")
    shown = run("people", "totp", "1").output
    assert "otpauth://totp/" in shown
    assert "█" in shown, "for the telephone's camera"
    (told,) = _lines(run("people", "totp", "1", "--json"))
    app = pyotp.parse_uri(told["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert (app.secret, app.name) == (told["secret"], "director@example.org")
    assert told["secret"] not in shown, "each is a new one"


def test_a_list_of_codes_is_printed_or_written_to_a_page(run: Run, tmp_path: Path) -> None:
    _add(run, "director@example.org", "group_director")
    (told,) = _lines(run("people", "codes", "1", "--json"))
    assert len(told["codes"]) == len(set(told["codes"])) == 50
    assert "50. " in run("people", "codes", "1").output
    page = tmp_path / "codes.html"
    shown = run("people", "codes", "1", "--out", str(page)).output
    written = re.findall(r'<li value="[0-9]+">([0-9]{3} [0-9]{3})</li>', page.read_text("utf-8"))
    assert len(written) == 50
    assert written[0] not in shown
    assert page.stat().st_mode & 0o077 == 0
    with pytest.raises(MailprocError):
        run("people", "codes", "1", "--out", str(page))


def test_codes_are_noted_in_the_register_without_telling_them(
    run: Run, settings: Path, tmp_path: Path
) -> None:
    _add(run, "director@example.org", "group_director")
    (told,) = _lines(run("people", "codes", "1", "--json"))
    run("people", "totp", "1")
    database = Database(f"sqlite:///{tmp_path / 'state' / 'mailproc.sqlite'}")
    with database.read() as connection:
        rows = connection.execute(sa.select(schema.people_log)).all()
    database.close()
    assert {"list_printed", "app_enrolled"} <= {row.event for row in rows}
    assert told["codes"][0] not in str(rows)


def test_nobody_gets_codes_who_is_not_there(run: Run) -> None:
    for what in ("totp", "codes"):
        with pytest.raises(MailprocError):
            run("people", what, "7")


def test_without_a_page_the_check_says_who_can_not_decide_by_mail(run: Run) -> None:
    _add(run, "director@example.org", "group_director")
    _add(run, "officer@example.org", "officer")
    lacking = run("check").output
    assert "people codes" in lacking
    run("people", "codes", "1")
    fine = run("check").output
    assert "people codes" not in fine
    assert "can't take decisions" not in lacking + fine


def test_the_table_of_a_month_is_a_workbook_or_figures(
    run: Run, walk: Walk, tmp_path: Path
) -> None:
    walk.open()
    done = run("report", "month", "2569-11", "--out", str(tmp_path / "tables"))
    assert done.exit_code == 0, done.output
    assert Path(done.stdout.strip()).read_bytes().startswith(b"PK")
    (figures,) = _lines(run("report", "month", "2026-11", "--json"))
    assert (figures["month"], figures["flow"]["received"], figures["flow"]["open"]) == (
        "2026-11",
        1,
        1,
    )
    with pytest.raises(MailprocError):
        run("report", "month", "next")
