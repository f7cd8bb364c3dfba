"""What an admin does about mail that is held, and about sending that was stopped."""

from __future__ import annotations

import pytest

from mailproc.errors import MailprocError
from mailproc.store import correspondence, outbox, schema
from mailproc.workflow import manners
from tests.cli.test_commands import Run, _lines, run, settings, walk
from tests.walk import Walk

__all__ = ["run", "settings", "walk"]
_O = schema.outbox


def test_a_held_letter_is_listed_and_sent_by_hand_with_all_of_its_mail(
    run: Run, walk: Walk
) -> None:
    requests = [walk.prepared() for _ in range(2)]
    lead, _, other, _ = walk.rows(_O)
    with walk.database.write() as connection:
        outbox.finish(connection, lead, "held", problem="too_many")
        follows = _O.update().where(_O.c.id == other.id)
        connection.execute(follows.values(state="held", bundled_into=lead.id))
    listed = _lines(run("outbox", "list", "--state", "held", "--json"))
    assert {row["id"] for row in listed} == {lead.id, other.id}
    assert {row["problem"] for row in listed} == {"too_many", None}
    assert run("outbox", "resend", str(lead.id)).exit_code == 0
    again = walk.rows(_O, _O.c.kind == "receipt")
    assert {(row.state, row.standing) for row in again} == {("recorded", manners.HAND)}
    assert len(again) == len(requests)


def test_stopped_sending_is_said_by_lists_and_check_and_resumed_by_hand(
    run: Run, walk: Walk
) -> None:
    with pytest.raises(MailprocError) as refused:
        run("outbox", "resume")
    assert refused.value.key == "not_stopped"
    with walk.database.write() as connection:
        correspondence.stop(connection, walk.now)
    for command in (("requests", "list"), ("outbox", "list")):
        done = run(*command)
        assert "outbox resume" in done.stderr
        assert "outbox resume" not in done.stdout
    found = [line for line in run("check").stdout.splitlines() if "outbox resume" in line]
    assert len(found) == 2, "in Thai and in English"
    assert run("outbox", "resume").exit_code == 0
    with walk.database.read() as connection:
        assert correspondence.stopped_at(connection) is None
    assert "outbox resume" not in run("requests", "list").stderr
