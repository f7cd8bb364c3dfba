from __future__ import annotations

from datetime import timedelta

import pytest

from mailproc.errors import Stale
from mailproc.store import claims, jobs, schema
from mailproc.workflow import events as e
from tests.factories import a_built
from tests.walk import DESK, Walk


def test_a_finished_job_is_not_due_again(walk: Walk) -> None:
    walk.open()
    with walk.database.write() as connection:
        assert jobs.is_due(connection, walk.now)
        rows = jobs.claim(connection, walk.now, "a", 10)
        jobs.finish(connection, rows, walk.now)
        assert not jobs.is_due(connection, walk.now + timedelta(days=1))
    (row,) = walk.rows(schema.jobs)
    assert (row.done_at, row.problem) == (walk.now, None)


def test_a_job_that_was_taken_over_ends_once(walk: Walk) -> None:
    walk.open()
    with walk.database.write() as connection:
        slow = jobs.claim(connection, walk.now, "slow", 10)
        quick = jobs.claim(connection, walk.now + claims.LEASE, "quick", 10)
        assert [row.id for row in slow] == [row.id for row in quick]
    with pytest.raises(Stale), walk.database.write() as connection:
        jobs.finish(connection, slow, walk.now)
    with walk.database.write() as connection:
        jobs.finish(connection, quick, walk.now)


def test_a_failed_job_comes_back_after_its_pause(walk: Walk) -> None:
    request = walk.open()
    with walk.database.write() as connection:
        jobs.finish(connection, jobs.claim(connection, walk.now, "a", 10), walk.now, "x")
    walk.happen(request.id, e.StepFailed(problem="x"))
    with walk.database.read() as connection:
        assert not jobs.is_due(connection, walk.now)
        assert jobs.is_due(connection, walk.now + timedelta(seconds=5))


def test_a_file_is_kept_as_it_was_built(walk: Walk) -> None:
    request = walk.delivering()
    with walk.database.write() as connection:
        key = jobs.keep_file(connection, request.id, a_built(), DESK, walk.now)
        assert jobs.file(connection, key) == a_built()
        assert jobs.file(connection, key + 1) is None
        connection.execute(schema.files.update().values(content=None))
        assert jobs.file(connection, key) is None, "purged"
