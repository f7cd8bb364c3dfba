"""A token is renewed before it ends, once for all, and its file is never half there."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from mailproc.errors import LoginEnded
from mailproc.logins import keep
from mailproc.logins.token import Granted, Token
from tests.logins.conftest import Clock
from tests.logins.identity import OFFICE


@dataclass
class Counting:
    """A grant that gives a token of `seconds`, and counts."""

    seconds: int = 3600
    given: list[str] = field(default_factory=list)
    mark: str = "m"
    needs_login: bool = False

    def fetch(self, refresh: str, now: datetime) -> Granted:
        self.given.append(refresh)
        return Granted(f"access-{len(self.given)}", self.seconds)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secret" / "mailbox-token.json"


@pytest.mark.parametrize(("seconds", "before"), [(3600, 300), (60, 15)])
def test_it_is_renewed_some_minutes_or_a_quarter_before_its_end(
    file: Path, clock: Clock, seconds: int, before: int
) -> None:
    token = Token(OFFICE, file, Counting(seconds))
    first = token.credentials(clock())
    clock.wind(seconds - before - 1)
    assert token.is_at_hand(clock())
    assert token.credentials(clock()) == first
    clock.wind(1)
    assert first.good_until == clock()
    assert not token.is_at_hand(clock())
    assert token.credentials(clock()).password == "access-2"


def test_eight_at_once_ask_once(file: Path, clock: Clock) -> None:
    grant, found = Counting(), []
    threads = [
        threading.Thread(
            target=lambda: found.append(Token(OFFICE, file, grant).credentials(clock()))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(grant.given) == 1
    assert len({one.password for one in found}) == 1


def test_the_file_is_for_us_alone_and_nothing_else_stays(file: Path, clock: Clock) -> None:
    Token(OFFICE, file, Counting()).credentials(clock())
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in file.parent.iterdir()) == [
        ".mailbox-token.json.lock",
        "mailbox-token.json",
    ]


def test_a_write_that_fails_leaves_the_old_file(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Token(OFFICE, file, Counting()).credentials(clock())
    before = file.read_text()

    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("mailproc.logins.keep.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        keep.write(file, "half")
    assert file.read_text() == before
    assert len(list(file.parent.iterdir())) == 2


def test_the_refresh_token_stays_where_no_new_one_comes(file: Path, clock: Clock) -> None:
    grant = Counting(needs_login=True)
    token = Token(OFFICE, file, grant)
    token.logged_in(Granted("first", 60, "by a person"), clock())
    for _ in range(3):
        clock.wind(3600)
        token.credentials(clock())
    assert grant.given == ["by a person"] * 3


def test_nobody_is_asked_before_a_person_has_logged_in(file: Path, clock: Clock) -> None:
    grant = Counting(needs_login=True)
    with pytest.raises(LoginEnded):
        Token(OFFICE, file, grant).credentials(clock())
    assert grant.given == []


def test_a_token_from_a_wrong_clock_is_not_believed(file: Path, clock: Clock) -> None:
    token = Token(OFFICE, file, Counting())
    clock.wind(36_000)
    token.credentials(clock())
    clock.wind(-36_000)
    assert token.credentials(clock()).password == "access-2"


def test_a_token_that_the_server_refuses_is_replaced_once(file: Path, clock: Clock) -> None:
    token = Token(OFFICE, file, Counting())
    first = token.credentials(clock())
    clock.wind(60)
    second = token.other(first, clock())
    assert second == token.credentials(clock())
    assert second is not None
    assert second.password == "access-2"
    assert token.other(second, clock()) is None, "a new one that is refused stays refused"
    assert token.other(first, clock()) == second, "somebody else has renewed it meanwhile"


def test_the_mark_stays_while_tokens_come_and_go(file: Path, clock: Clock) -> None:
    token = Token(OFFICE, file, Counting(needs_login=True))
    token.logged_in(Granted("first", 60, "by a person"), clock())
    before = token.mark
    clock.wind(3600)
    token.credentials(clock())
    assert token.mark == before
    token.logged_in(Granted("again", 60, "by a person"), clock())
    assert token.mark != before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"access": "a"}', '{"access": 1, "issued_at": 2}']
)
def test_a_file_that_is_no_token_counts_as_none(file: Path, clock: Clock, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    assert Token(OFFICE, file, Counting()).credentials(clock()).password == "access-1"
