"""A backup comes back whole on an empty machine; what may have been sent waits for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailproc.config import load
from mailproc.datasets import warehouse
from mailproc.errors import MailprocError
from mailproc.machine import restore as restoring
from mailproc.machine import sealed, traces
from mailproc.model import State
from mailproc.store import alarms, audit, doubts, outbox, people_log, schema
from mailproc.store.database import Database
from mailproc.workflow import manners
from tests.factories import NOW
from tests.machine.conftest import Office

_O = schema.outbox
LATER = NOW + timedelta(hours=20)


def _restore(office: Office, folder: Path, *, look: bool = False) -> restoring.Report:
    file = office.backup().file
    target = folder / "new" / "mailproc.toml"
    return restoring.restore(file, office.secret, target, LATER, look=look)


def _opened(folder: Path) -> Database:
    return Database(load(folder / "new" / "mailproc.toml").database_url)


def test_all_of_the_office_comes_back(office: Office, tmp_path: Path) -> None:
    report = _restore(office, tmp_path)
    assert (report.requests, report.backup_at, report.looked) == (1, NOW, False)
    new, old = tmp_path / "new", office.file.parent
    for name in ("mailproc.toml", "roster.txt", "own/mail/footer.th.j2", "state/secret/links.key"):
        assert (new / name).read_bytes() == (old / name).read_bytes()
        assert (new / name).stat().st_mode & 0o077 == 0
    assert not (new / ".restoring").exists()
    database = _opened(tmp_path)
    with database.read() as connection:
        assert audit.verify(connection).faults == ()
        entry = people_log.listed(connection)[0]
        assert (entry.event, entry.facts["letters"]) == ("restored", 2)
        assert [one.name for one in alarms.open_alarms(connection)] == ["restored"]
    database.close()
    assert warehouse.stored_rounds(load(new / "mailproc.toml").warehouse_url)


def test_a_living_office_is_never_overwritten(office: Office) -> None:
    file = office.backup().file
    before = (office.config.state / "mailproc.sqlite").read_bytes()
    with pytest.raises(MailprocError) as refused:
        restoring.restore(file, office.secret, office.file, LATER)
    assert refused.value.key == "restore_not_empty"
    assert (office.config.state / "mailproc.sqlite").read_bytes() == before


def test_another_secret_on_the_machine_is_refused_and_its_settings_stay(
    office: Office, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    (new / "state" / "secret").mkdir(parents=True)
    (new / "mailproc.toml").write_text(office.file.read_text() + "# here\n", encoding="utf-8")
    (new / "state" / "secret" / "links.key").write_text("00" * 32)
    with pytest.raises(MailprocError) as refused:
        _restore(office, tmp_path)
    assert refused.value.key == "restore_files_differ"
    (new / "state" / "secret" / "links.key").unlink()
    report = _restore(office, tmp_path)  # a restore that was refused can begin again
    assert report.kept == (str(new / "mailproc.toml"),)
    assert (new / "mailproc.toml").read_text().endswith("# here\n")
    assert (new / "mailproc.toml.from-backup").read_text() == office.file.read_text()


def test_a_restore_that_was_cut_off_before_its_last_file_begins_again(
    office: Office, tmp_path: Path
) -> None:
    state = tmp_path / "new" / "state"
    _restore(office, tmp_path)
    (state / "mailproc.sqlite").unlink()
    Database(f"sqlite:///{state / 'mailproc.sqlite'}").migrate()  # as `check` does
    assert _restore(office, tmp_path).requests == 1
    with pytest.raises(MailprocError) as refused:
        _restore(office, tmp_path)
    assert refused.value.key == "restore_not_empty"


def test_a_wrong_key_or_a_newer_database_leaves_no_office(office: Office, tmp_path: Path) -> None:
    file, target = office.backup().file, tmp_path / "new" / "mailproc.toml"
    with pytest.raises(MailprocError) as refused:
        restoring.restore(file, sealed.new_key()[0], target, LATER)
    assert refused.value.key == "backup_unreadable"
    with office.walk.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MailprocError) as refused:
        _restore(office, tmp_path)
    assert refused.value.key == "database_newer"
    assert not (tmp_path / "new" / "state" / "mailproc.sqlite").exists()


def test_a_broken_chain_is_refused(office: Office, tmp_path: Path) -> None:
    with office.walk.database.write() as connection:
        connection.execute(sa.text("UPDATE history SET facts = '{}' WHERE version = 1"))
    with pytest.raises(MailprocError) as refused:
        _restore(office, tmp_path)
    assert refused.value.key == "restore_chain_broken"
    assert not (tmp_path / "new" / "state" / "mailproc.sqlite").exists()


def test_what_was_due_at_the_backup_is_unknown_and_its_request_waits_for_a_person(
    office: Office, tmp_path: Path
) -> None:
    office.walk.built()
    report = _restore(office, tmp_path)
    database = _opened(tmp_path)
    with database.read() as connection:
        rows = outbox.listed(connection)
        unknown = [row for row in rows if row.problem == doubts.REASON]
        states = set(connection.scalars(sa.select(schema.requests.c.state)))
    database.close()
    assert {row.kind for row in unknown} == {"receipt", "approval", "dataset"}
    assert report.waiting == len(unknown)
    assert {row.state for row in unknown} == {"unknown"}
    assert states == {State.AWAITING_DECISION.value, State.NEEDS_PERSON.value}
    recorded = {row.kind for row in rows if row.state == "recorded"}
    assert recorded == {"needs_person", "officer_needs_person"}


def test_ids_and_numbers_of_the_lost_days_are_given_to_nobody_else(
    office: Office, tmp_path: Path
) -> None:
    """A status link is made of a request's id: another's would open with it."""
    _restore(office, tmp_path)
    database = _opened(tmp_path)
    with database.read() as connection:
        counters = {row.name: row.last for row in connection.execute(sa.select(schema.counters))}
    database.close()
    assert counters == {"requests": 1000, "number:2569": 1000}


def test_a_restore_fits_either_database(
    office: Office, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = office.backup().file
    monkeypatch.setenv("MAILPROC_STORE__DATABASE_URL", empty_url)
    target = tmp_path / "new" / "mailproc.toml"
    assert restoring.restore(file, office.secret, target, LATER, look=False).requests == 1
    database = Database(empty_url)
    with database.write() as connection:
        assert audit.verify(connection).faults == ()
        people_log.note(connection, 1, "added", "command", LATER)  # ids go on
    database.close()


# ---------------------------------------------------------------- the gate afterwards


def _begin(office: Office, **facts: object) -> doubts.Restored:
    restored = replace(doubts.Restored(NOW, LATER), **facts)  # type: ignore[arg-type]
    with office.walk.database.write() as connection:
        doubts.begin(connection, restored)
    return restored


def _in_doubt(office: Office) -> set[str]:
    """The kinds of letters that would wait."""
    with office.walk.database.read() as connection:
        restored = doubts.current(connection)
        rows = connection.execute(sa.select(_O)).all()
        return {row.kind for row in rows if doubts.is_in_doubt(connection, row, restored)}


def test_letters_about_what_began_before_the_restore_are_in_doubt(office: Office) -> None:
    assert _in_doubt(office) == set()
    _begin(office)
    assert _in_doubt(office) == {"receipt", "approval"}
    with office.walk.database.write() as connection:
        connection.execute(_O.update().values(standing=manners.HAND))
    assert _in_doubt(office) == set(), "a person ordered them"


def test_what_began_after_it_goes(office: Office) -> None:
    with office.walk.database.write() as connection:
        connection.execute(_O.delete())
    _begin(office)
    office.walk.prepared(received_at=LATER + timedelta(minutes=1))
    assert _in_doubt(office) == set()


def test_a_full_folder_of_sent_mail_leaves_only_what_moved_on_in_doubt(office: Office) -> None:
    with office.walk.database.read() as connection:
        letter = connection.execute(sa.select(_O).where(_O.c.kind == "receipt")).one()
    _begin(office, complete=True, seen=frozenset({"<other@example.org>"}))
    assert _in_doubt(office) == set()
    _begin(office, complete=True, seen=frozenset({letter.message_id}))
    assert _in_doubt(office) == {"receipt", "approval"}


def test_a_person_lets_one_request_go_or_all(office: Office) -> None:
    first = office.walk.get(1)
    second = office.walk.prepared()
    _begin(office)
    with office.walk.database.write() as connection:
        ids = list(connection.scalars(sa.select(_O.c.id)))
        doubts.settle(connection, ids, "unknown", LATER)
        assert doubts.clear(connection, [first.id], LATER) == 2
        assert doubts.waiting(connection) == 2
    with office.walk.database.read() as connection:
        found = connection.execute(sa.select(_O.c.request_id, _O.c.state).distinct()).all()
    assert {tuple(row) for row in found} == {(first.id, "recorded"), (second.id, "unknown")}
    with office.walk.database.write() as connection:
        assert doubts.clear_all(connection, LATER) == 2
    assert _in_doubt(office) == set()


# ---------------------------------------------------------------- traces


def _head(own: str, *named: str) -> bytes:
    references = b"".join(b"References: %b\r\n %b\r\n" % (b"<x@y>", n.encode()) for n in named)
    return b"Message-ID: %b\r\n%b\r\n" % (own.encode(), references)


def test_the_folder_of_sent_mail_is_believed_where_it_holds_all_that_we_know_of() -> None:
    known = {f"<{n}@example.org>" for n in range(6)}
    full = [_head(one) for one in known]
    later = _head("<lost@example.org>", "<asked@school.example.org>")
    found = traces.judge([*full, later], [], sorted(known), known)
    assert found.complete
    assert found.later == {"<lost@example.org>", "<asked@school.example.org>", "<x@y>"}
    assert not traces.judge(full[1:], [], sorted(known), known).complete
    assert not traces.judge(full[:4], [], sorted(known)[:4], known).complete, "too few to tell"
    assert not traces.judge(None, [], sorted(known), known).complete


def test_an_answer_in_the_inbox_shows_that_a_mail_arrived() -> None:
    found = traces.judge(None, [_head("<re@school.example.org>", "<ours@example.org>")], [], set())
    assert "<ours@example.org>" in found.sent
    assert "<re@school.example.org>" not in found.sent


@pytest.mark.parametrize(("kept", "believed"), [("never", True), ("auto", False)])
def test_a_folder_with_copies_of_our_own_is_never_believed_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch, kept: str, believed: bool
) -> None:
    """A kill may have cost one of them: what has none may have been sent all the same."""
    known = {f"<{n}@example.org>" for n in range(6)}
    monkeypatch.setattr(traces, "_headers", lambda *_: ([_head(one) for one in known], []))
    box = office.config.mailbox.model_copy(update={"sent_copies": kept})
    config = office.config.model_copy(update={"mailbox": box})
    assert traces.look(config, NOW, sorted(known), known).complete is believed
