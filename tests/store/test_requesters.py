"""Requesters of before, found while somebody is on the telephone."""

from __future__ import annotations

import pytest

from mailproc.store import erase, requesters
from mailproc.store.database import Database
from mailproc.workflow import events as e
from tests.factories import a_form
from tests.walk import Walk


def _walk(database: Database) -> Walk:
    walk = Walk(database)
    walk.open(
        form=a_form(
            requester_name="นายสมชาย ใจดี", phone="081-234-5678", organisation="โรงเรียนบ้านดอนแก้ว"
        )
    )
    walk.open(
        form=a_form(requester_name="นางมานี มีนา", phone="042-611-234", organisation='ร้าน "50%_"')
    )
    walk.open(
        form=a_form(requester_name="นายสมชาย ใจดี", phone="081-234-5678", organisation="ย้ายแล้ว")
    )
    return walk


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("สมชาย", [3]),
        ("ดอนแก้ว", [1]),
        ("0812", [3]),
        ("081-23", [3]),
        ("๐๔๒", [2]),
        ("มี", [2]),
        ('"50%_', [2]),
        ("%%", []),
        ("__", []),
        ("\\", []),
        ("234", []),  # numbers are known by their beginning
        ("ส", []),
        ("", []),
    ],
)
def test_by_name_organisation_or_first_digits_each_once(
    database: Database, words: str, ids: list[int]
) -> None:
    walk = _walk(database)
    with walk.database.read() as connection:
        assert [one.request_id for one in requesters.called(connection, words)] == ids


def test_a_whole_number_brings_the_newest_form(database: Database) -> None:
    walk = _walk(database)
    with walk.database.read() as connection:
        known = requesters.by_phone(connection, "081 234 5678")
        assert known is not None
        assert known.form.organisation == "ย้ายแล้ว"
        assert requesters.by_phone(connection, "0812") is None
        assert [one.request_id for one in requesters.lately(connection)] == [3, 2]


def test_who_was_erased_is_offered_no_more(database: Database) -> None:
    walk = _walk(database)
    walk.happen(2, e.Cancelled(by="x"))
    with walk.database.write() as connection:
        erase.erase(connection, 2, walk.now)
    with walk.database.read() as connection:
        assert requesters.called(connection, "มานี") == ()
        assert requesters.of_request(connection, 2) is None
