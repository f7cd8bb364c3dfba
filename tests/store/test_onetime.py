from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest

from mailproc.store import onetime, people, schema
from mailproc.store.database import Database
from tests.factories import NOW, a_person
from tests.walk import Walk

PEPPER = b"p" * 32
MINUTE = timedelta(minutes=1)


class Holder:
    """A person with codes on a real store."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as connection:
            self.id = people.add(connection, a_person(), NOW)

    def app(self) -> pyotp.TOTP:
        with self.database.write() as connection:
            return pyotp.TOTP(onetime.new_app(connection, self.id, PEPPER, NOW))

    def codes(self) -> tuple[str, ...]:
        with self.database.write() as connection:
            return onetime.new_list(connection, self.id, PEPPER, NOW)

    def redeem(self, code: str, at: datetime = NOW, pepper: bytes = PEPPER) -> onetime.Redeemed:
        with self.database.write() as connection:
            return onetime.redeem(connection, self.id, code, pepper, at, onetime.BY_MAIL, at)

    @property
    def kept(self) -> onetime.Kept:
        with self.database.read() as connection:
            return onetime.kept(connection, self.id)


@pytest.fixture
def holder(database: Database) -> Holder:
    return Holder(database)


def test_the_codes_are_those_of_any_authenticator_app(holder: Holder) -> None:
    app = holder.app()
    assert (app.digits, app.interval) == (onetime.DIGITS, onetime.STEP.total_seconds())
    assert holder.redeem(app.at(NOW)).kind == onetime.APP


@pytest.mark.parametrize(
    ("minutes", "problem"), [(-9, ""), (9, ""), (-11, "old"), (11, "old"), (-300, "wrong")]
)
def test_a_mail_may_travel_ten_minutes(holder: Holder, minutes: int, problem: str) -> None:
    app = holder.app()
    redeemed = holder.redeem(app.at(NOW + minutes * MINUTE))
    assert redeemed == onetime.Redeemed("" if problem else onetime.APP, problem)


def test_a_code_of_the_app_counts_once_and_none_older_afterwards(holder: Holder) -> None:
    app = holder.app()
    assert holder.redeem(app.at(NOW)).kind == onetime.APP
    assert holder.redeem(app.at(NOW)) == onetime.Redeemed(problem="used")
    assert holder.redeem(app.at(NOW - MINUTE)) == onetime.Redeemed(problem="used")
    assert holder.redeem(app.at(NOW + MINUTE)).kind == onetime.APP


def test_a_list_is_used_from_its_top(holder: Holder) -> None:
    codes = holder.codes()
    assert len(codes) == onetime.LIST_LENGTH
    assert holder.kept == onetime.Kept(next=1, left=50)
    assert holder.redeem(codes[0]).kind == onetime.LIST
    assert holder.redeem(codes[0]).problem == "used"
    assert holder.kept == onetime.Kept(next=2, left=49)


def test_some_may_be_skipped_and_no_more(holder: Holder) -> None:
    codes, most = holder.codes(), onetime.SKIPS
    assert holder.redeem(codes[most + 1]).problem == "wrong", "one too many"
    assert holder.redeem(codes[most]).kind == onetime.LIST
    assert holder.kept.next == most + 2


def test_mails_that_overtake_each_other_both_count_once(holder: Holder) -> None:
    codes = holder.codes()
    assert holder.redeem(codes[1]).kind == onetime.LIST
    assert holder.redeem(codes[0]).kind == onetime.LIST
    assert holder.redeem(codes[0]).problem == "used"
    assert holder.redeem(codes[1]).problem == "used"


def test_a_number_far_behind_the_newest_is_worth_nothing(holder: Holder) -> None:
    codes = holder.codes()
    for code in (codes[onetime.SKIPS], codes[onetime.SKIPS + 1]):
        assert holder.redeem(code).kind == onetime.LIST
    assert holder.redeem(codes[0]).problem == "used", "its turn has passed"
    assert holder.redeem(codes[1]).kind == onetime.LIST


def test_a_list_ends_with_its_last_code(holder: Holder) -> None:
    for code in holder.codes():
        assert holder.redeem(code).kind == onetime.LIST
    assert holder.kept == onetime.Kept()
    assert not holder.kept.any


def test_a_new_list_or_app_ends_the_one_before(holder: Holder) -> None:
    old_codes, old_app = holder.codes(), holder.app()
    codes, app = holder.codes(), holder.app()
    assert holder.redeem(old_codes[0]).problem == "wrong"
    assert holder.redeem(old_app.at(NOW)).problem == "wrong"
    assert (holder.redeem(codes[0]).kind, holder.redeem(app.at(NOW)).kind) == ("list", "app")


def test_the_database_alone_makes_no_code(holder: Holder) -> None:
    codes, app = holder.codes(), holder.app()
    rows = Walk(holder.database).rows(schema.onetime)
    stored = " ".join(str(value) for row in rows for value in row)
    assert app.secret not in stored
    assert not [code for code in codes if code in stored.split()]
    assert holder.redeem(codes[0], pepper=b"q" * 32).problem == "wrong"
    assert holder.redeem(app.at(NOW), pepper=b"q" * 32).problem == "wrong"


def test_the_codes_of_one_person_are_not_those_of_another(holder: Holder) -> None:
    codes = holder.codes()
    other = Holder(holder.database)
    other.codes()
    assert other.redeem(codes[0]).problem == "wrong"
    assert holder.redeem(codes[0]).kind == onetime.LIST


@pytest.mark.parametrize("code", ["", "12345", "1234567", "๑๒๓๔๕๖", "12345a", "-12345"])
def test_what_is_not_six_digits_is_wrong(holder: Holder, code: str) -> None:
    holder.codes()
    assert holder.redeem(code).problem == "wrong"


def test_the_first_use_is_noted(holder: Holder) -> None:
    codes = holder.codes()
    holder.redeem(codes[0], NOW)
    holder.redeem(codes[1], NOW + MINUTE)
    (row,) = Walk(holder.database).rows(schema.onetime)
    assert row.proved_at == NOW


def test_ended_codes_are_worth_nothing(holder: Holder) -> None:
    codes = holder.codes()
    with holder.database.write() as connection:
        onetime.end(connection, holder.id)
    assert holder.redeem(codes[0]).problem == "wrong"


def test_an_app_learns_the_secret_from_its_uri() -> None:
    uri = onetime.uri("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "director@example.org", "สพป.ตัวอย่าง")
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer) == (
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "director@example.org",
        "สพป.ตัวอย่าง",
    )
