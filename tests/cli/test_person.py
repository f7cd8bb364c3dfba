"""«person show» and «person erase», as an admin types them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mailproc.errors import MailprocError
from mailproc.model import State
from mailproc.store import audit, people_log, schema
from mailproc.workflow import events as e
from tests.cli.test_commands import Run, run, settings, walk  # noqa: F401 - fixtures
from tests.factories import a_form
from tests.walk import Walk

WHO = "somsri@school.example.org"
WORDS = ("somsri", "สมศรี", "ดอนแก้ว", "08 0000 1234", "แผนจัดชั้นเรียน")


def _shown(run: Run, who: str = WHO) -> list[dict[str, Any]]:  # noqa: F811
    done = run("person", "show", who, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _delivered(walk: Walk) -> None:  # noqa: F811
    walk.happen(walk.built().id, e.AllSent(by="mail server"))


@pytest.mark.parametrize("who", [WHO, WHO.upper(), "นางสมศรี ตั้งใจสอน", "08 0000 1234"])
def test_all_that_is_held_about_a_person_is_shown(run: Run, walk: Walk, who: str) -> None:  # noqa: F811
    _delivered(walk)
    found = _shown(run, who)
    (request,) = [one for one in found if one["what"] == "request"]
    assert request["form"]["purpose"] == a_form().purpose
    assert {"history", "files"} <= {one["what"] for one in found}
    if "@" in who:
        assert "letters" in {one["what"] for one in found}
    assert "สมศรี" in run("person", "show", who).output


def test_whom_we_know_nothing_of_is_nobody(run: Run, walk: Walk) -> None:  # noqa: F811
    _delivered(walk)
    for who in ("nobody@example.org", "%", "_", "s"):
        done = run("person", "show", who)
        named = [line for line in done.stdout.splitlines() if not line.startswith("named in")]
        assert named == [], who
    assert run("person", "show", "nobody@example.org").exit_code == 1


def test_nobody_is_meant_by_no_word_at_all(run: Run, walk: Walk) -> None:  # noqa: F811
    """Whoever came to the counter may have no address: an empty one is not theirs."""
    walk.happen(walk.built(requester_addr="").id, e.AllSent(by="mail server"))
    for who in ("", " "):
        assert _shown(run, who) == []
        with pytest.raises(MailprocError) as caught:
            run("person", "erase", who, "--reason", "x", "--yes", "--force")
        assert caught.value.key == "person_nothing"
    assert walk.get(1).form.requester_name


def test_erasing_leaves_counts_a_chain_and_a_record(run: Run, walk: Walk) -> None:  # noqa: F811
    _delivered(walk)
    done = run("person", "erase", WHO, "--reason", "หนังสือลงวันที่ 1", "--yes")
    assert done.exit_code == 0, done.output
    tables = [table for table in schema.metadata.sorted_tables if table.name != "people"]
    left = "".join(str(tuple(row)) for table in tables for row in walk.rows(table))
    assert [word for word in WORDS if word in left] == []
    with walk.database.read() as connection:
        found = audit.verify(connection)
        (entry,) = people_log.listed(connection, 0)
    assert found.faults == ()
    assert found.erased == found.rows > 0
    assert (entry.event, entry.facts["requests"]) == ("requester_erased", 1)
    assert entry.facts["reason"] == "หนังสือลงวันที่ 1"
    (shown,) = _shown(run)
    assert shown["what"] == "erased"
    assert "erased on" in run("audit", "verify").output


def test_a_request_on_its_way_is_not_erased_unless_it_is_cancelled_first(
    run: Run,  # noqa: F811
    walk: Walk,  # noqa: F811
) -> None:
    request = walk.prepared()
    with pytest.raises(MailprocError) as caught:
        run("person", "erase", WHO, "--reason", "x", "--yes")
    assert caught.value.key == "person_open"
    assert walk.get(request.id).requester_addr == WHO
    assert run("person", "erase", WHO, "--reason", "x", "--yes", "--force").exit_code == 0
    after = walk.get(request.id)
    assert (after.state, after.requester_addr) == (State.CANCELLED, "")


def test_a_request_of_somebody_else_that_names_the_person_stays(run: Run, walk: Walk) -> None:  # noqa: F811
    other = walk.prepared(requester_addr="head@example.org", form=a_form(email="x@example.org"))
    who = "other@example.org"
    walk.prepared(requester_addr=who, form=a_form(requester_name="นายอื่น", phone="1", email=who))
    done = run("person", "erase", who, "--reason", "x", "--yes", "--force")
    assert done.exit_code == 0, done.output
    assert walk.get(other.id).requester_addr == "head@example.org"
