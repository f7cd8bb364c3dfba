"""What one correspondent may get from us, and when it is too much for all together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailproc import robots
from mailproc.workflow import manners
from mailproc.workflow.manners import Correspondence, Manners
from tests.factories import NOW

_MINUTE = timedelta(minutes=1)
_OURS = Manners(own=frozenset({"data@example.org"}))


def _ago(*minutes: float) -> tuple[datetime, ...]:
    return tuple(NOW - n * _MINUTE for n in minutes)


@pytest.mark.parametrize(
    ("sent", "heard", "room"),
    [
        ((), (), True),
        ((3, 2), (), True),
        ((3, 2, 1), (), False),
        ((60 * 24, 2, 1), (), True),  # a day ago is over
        ((3, 2, 1), (4,), False),
        ((3, 2, 1), (2.5,), True),  # two since a person wrote
        ((3, 2, 1), (60 * 24 + 1,), False),
        ((9, 8, 7, 3, 2), (10, 4), True),
        ((9, 8, 7, 3, 2, 1), (10, 4), False),
        ((9, 8, 7, 3, 2, 1), (60, 50, 40), False),  # long answered: they excuse nothing now
    ],
)
def test_three_mails_without_a_human_mail_between(
    sent: tuple[float, ...], heard: tuple[float, ...], room: bool
) -> None:
    assert manners.has_room(_ago(*sent), _ago(*heard), NOW, 3) is room


@pytest.mark.parametrize("count", [1, 5, 40])
def test_who_writes_many_requests_at_once_gets_a_receipt_for_each(count: int) -> None:
    heard = _ago(5) * count
    sent: tuple[datetime, ...] = ()
    while manners.has_room(sent, heard, NOW, 3):
        sent += (NOW,)
    assert len(sent) == count + 2, "each its answer, and two more"


def test_a_robot_whose_answers_all_look_like_a_person_s_comes_to_an_end() -> None:
    hundred = _ago(*range(1, 101))
    loop = Correspondence(sent=hundred, heard=hundred)
    assert manners.has_room(loop.sent, loop.heard, NOW, 3)
    assert manners.limit(loop, None, None, NOW, _OURS) == "too_many"
    assert manners.limit(replace(loop, sent=hundred[1:]), None, None, NOW, _OURS) == ""


def test_what_was_decided_is_not_counted_and_goes_all_the_same() -> None:
    full = Correspondence(sent=_ago(3, 2, 1))
    assert manners.limit(full, None, None, NOW, _OURS) == "too_many"
    assert manners.limit(full, manners.STRANGER, None, NOW, _OURS) == "too_many"
    assert manners.limit(full, manners.DECISION, None, NOW, _OURS) == ""
    assert not manners.is_automatic(manners.DECISION)


def test_a_suspected_robot_gets_nothing_but_what_a_person_orders() -> None:
    robot = Correspondence(sent=_ago(3, 2, 1), suspected=True)
    assert manners.limit(robot, manners.DECISION, None, NOW, _OURS) == "too_many"
    assert manners.limit(robot, manners.HAND, None, NOW, _OURS) == ""


def test_a_straggler_of_a_bundle_that_was_counted_may_go() -> None:
    full = Correspondence(sent=_ago(3, 2, 1), bundles=frozenset({"b"}))
    assert manners.limit(full, None, "b", NOW, _OURS) == ""
    assert manners.limit(full, None, "c", NOW, _OURS) == "too_many"


@pytest.mark.parametrize(
    ("kind", "event", "believed", "standing"),
    [
        ("receipt", "DataPrepared", True, None),
        ("confirm", "Opened", False, manners.STRANGER),
        ("confirm_recipient", "DataPrepared", True, manners.STRANGER),
        ("dataset", "DataBuilt", True, manners.DECISION),
        ("refused", "Refused", True, manners.DECISION),
        ("ask", "Answered", True, None),
        ("ask", "Returned", True, manners.DECISION),
        ("ask", "PersonSettled", True, manners.DECISION),
    ],
)
def test_who_stands_behind_a_letter(
    kind: str, event: str, believed: bool, standing: str | None
) -> None:
    assert manners.standing(kind, event, believed=believed) == standing


# ---------------------------------------------------------------- whom never


@pytest.mark.parametrize(
    "address",
    """noreply@example.org no-reply@example.org no_reply@example.org donotreply@example.org
    do-not-reply@example.org school.noreply@example.org noreply+12@example.org
    mailer-daemon@example.org MAILER-DAEMON@example.org postmaster@example.org
    double-bounce@example.org bounces@example.org teachers-bounces@lists.example.org
    bounce+a=b@example.org teachers-request@lists.example.org teachers-unsubscribe@example.org
    owner-teachers@example.org majordomo@example.org listserv@example.org mailman@example.org
    prvs=0123=somsri@example.org SRS0=ab=cd=example.com=x@example.org
    list-return-12-x=example.com@example.org
    notifications@example.org""".split(),
)
def test_machines_and_lists_are_never_answered(address: str) -> None:
    assert robots.is_never_answered(address)
    assert manners.never(address, None, _OURS) == "no_reply_address"
    assert manners.never(address, manners.DECISION, _OURS) == "no_reply_address"
    assert manners.never(address, manners.HAND, _OURS) == "", "unless a person says so"


@pytest.mark.parametrize(
    "address",
    """somsri@school.example.org admin@school.example.org school-admin@example.org it@example.org
    plan.officer@example.org data+forms@example.org noraporn@example.org replya@example.org
    nopporn.r@example.org mailee@example.org listening@example.org ownerless@example.org
    bouncy.castle@example.org requests@example.org alertness.k@example.org""".split(),
)
def test_people_are_answered(address: str) -> None:
    assert manners.never(address, None, _OURS) == ""


@pytest.mark.parametrize("standing", [None, manners.HAND, manners.DECISION, manners.STRANGER])
def test_our_own_address_gets_nothing_even_by_hand(standing: str | None) -> None:
    assert manners.never("Data@Example.org", standing, _OURS) == "own_address"


# ---------------------------------------------------------------- the breaker


@pytest.mark.parametrize(
    ("mails", "heard", "tripped"),
    [(50, 0, False), (51, 0, True), (51, 10, True), (51, 11, False), (3000, 1000, False)],
)
def test_the_breaker_needs_many_mails_and_few_people(mails: int, heard: int, tripped: bool) -> None:
    assert manners.is_tripped(mails, heard, _OURS) is tripped
