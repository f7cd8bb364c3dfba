"""`[approval]` of mailproc.toml: what it means, and every fault of it at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailproc import office as offices
from mailproc.cli import check_approval
from mailproc.clock import utc_now
from mailproc.config import Config, build
from mailproc.errors import ConfigError
from mailproc.model import Catalogue, Person
from mailproc.store import people
from tests.factories import a_dataset

_SERVER = {"host": "127.0.0.1", "port": 1, "tls": "none"}


def _config(folder: Path, **approval: Any) -> Config:
    values: dict[str, Any] = {
        "office": {"name_th": "สำนักงานตัวอย่าง", "address": "data@example.org", "phone": "0"},
        "mailbox": _SERVER,
        "smtp": _SERVER,
        "approval": approval,
    }
    return build(values, folder)


def _policy(**fields: Any) -> dict[str, Any]:
    return {"who": ["group_director"], **fields}


def _faults(folder: Path, *policies: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _config(folder, policy=list(policies))
    return list(caught.value.faults)


def test_each_kind_means_its_seats(tmp_path: Path) -> None:
    two = ["group_director", "deputy_area@example.org"]
    kinds = {"any": ((*two,),), "all": ((two[0],), (two[1],)), "in_order": ((two[0],), (two[1],))}
    for kind, seats in kinds.items():
        config = _config(tmp_path, policy=[{"kind": kind, "who": two, "sensitivity": ["personal"]}])
        rules = offices.make_rules(config, Catalogue((a_dataset(),)))
        (policy,) = rules.approval
        assert (policy.seats, policy.in_order) == (seats, kind == "in_order")
        assert policy.sensitivities == {"personal"}
    one = _config(tmp_path, policy=[_policy(datasets=["staff_count"])]).approval.policies()
    assert (one[0].seats, one[0].datasets) == ((("group_director",),), frozenset({"staff_count"}))


def test_without_the_section_one_yes_is_enough_and_open_and_internal_may_go_ahead(
    tmp_path: Path,
) -> None:
    rules = offices.make_rules(_config(tmp_path), Catalogue())
    assert (rules.approval, rules.standing) == ((), frozenset({"open", "internal"}))


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (_policy(who=["king"]), "'king' is neither an address nor one of the roles"),
        (_policy(who=[]), "who"),
        (_policy(who=["a@example.org", "A@example.org"], kind="all"), "stands there twice"),
        (_policy(who=["deputy", "group_director"], kind="one"), 'for a group use "any"'),
        (_policy(kind="in_order"), "names two or more"),
        (_policy(sensitivity=["secret"]), "sensitivity"),
        (_policy(kind="maybe"), "kind"),
        (_policy(person="x"), "there is no such setting"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, policy: dict[str, Any], said: str
) -> None:
    (fault,) = _faults(tmp_path, policy)
    assert "approval.policy.0" in fault
    assert said in fault


def test_all_faults_of_all_policies_are_told_at_once(tmp_path: Path) -> None:
    found = _faults(tmp_path, _policy(who=["king", "queen"]), _policy(kind="all"))
    assert len(found) == 2
    for word in ("king", "queen", "for a group"):
        assert word in found[0]


def test_a_policy_behind_one_that_fits_all_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, _policy(), _policy(sensitivity=["personal"]))
    assert "policy 1 fits every dataset" in fault


# ---------------------------------------------------------------- check


def _found(folder: Path, *policies: dict[str, Any]) -> list[tuple[str, str]]:
    config = _config(folder, policy=list(policies))
    return [(one.level, one.en) for one in check_approval.findings(config)]


def test_check_names_whom_nobody_is_and_datasets_that_there_are_not(tmp_path: Path) -> None:
    database = offices.open_database(_config(tmp_path))
    person = Person(0, "นายธงชัย มั่นคง", "director@example.org", "group_director")
    with database.write() as connection:
        people.add(connection, person, utc_now() - timedelta(minutes=1))
    database.close()
    strong = {"kind": "in_order", "who": ["group_director", "area_deputy"], "datasets": ["gold"]}
    found = _found(tmp_path, strong)
    assert [level for level, _ in found].count("fault") == 2
    assert any("no dataset gold" in text for _, text in found)
    assert any("nobody is area_deputy" in text for _, text in found)
    same = {"kind": "all", "who": ["group_director", "director@example.org"]}
    assert any("needs 2 different people" in text for _, text in _found(tmp_path, same))
    fine = _found(tmp_path, _policy(sensitivity=["personal"]))
    assert fine[-1] == ("ok", "1 approval policies, each with somebody for every seat")
    assert _found(tmp_path) == []
