"""A loop lives on, whatever its turn does, and says how it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailproc.errors import AuthFailed
from mailproc.loops import Loop
from mailproc.workflow import retry


@contextmanager
def _running(turn: Callable[[], int]) -> Iterator[Loop]:
    loop = Loop("intake", turn)
    assert loop.beat.alive, "not begun is not dead"
    loop.start()
    yield loop
    loop.stop()
    loop.join(10)
    assert not loop.alive
    assert loop.beat.alive, "told to stop is not dead"


def test_a_turn_that_fails_is_taken_again_and_seen_until_it_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "turn_pause", lambda failures: 0.0)
    failed, mend, worked = threading.Semaphore(0), threading.Event(), threading.Event()

    def turn() -> int:
        if not mend.is_set():
            failed.release()
            raise KeyError("x")
        worked.set()
        return 0

    with _running(turn) as loop:
        for _ in range(3):
            assert failed.acquire(timeout=10)
            loop.wake()
        assert loop.beat.failing > 0
        assert loop.beat.error == "KeyError"
        mend.set()
        loop.wake()
        assert worked.wait(10)
        loop.stop()
        loop.join(10)
        assert not loop.beat.failing


def test_a_turn_that_never_ends_is_seen_as_busy() -> None:
    begun, end = threading.Event(), threading.Event()

    def turn() -> int:
        begun.set()
        end.wait(10)
        return 0

    with _running(turn) as loop:
        assert begun.wait(10)
        first = loop.beat.busy
        assert 0 < first <= loop.beat.busy
        end.set()


def test_a_refused_login_is_a_pause_that_is_meant() -> None:
    refused = threading.Event()

    def turn() -> int:
        refused.set()
        raise AuthFailed("no")

    with _running(turn) as loop:
        assert refused.wait(10)
        assert loop.beat.busy < 5
        loop.stop()
        loop.join(10)
        assert loop.beat.refused


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_by_itself_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no except catches, such as a lack of memory in the midst of the loop itself."""
    loop = Loop("intake", lambda: 0)
    monkeypatch.setattr(loop, "_one_turn", lambda: (_ for _ in ()).throw(SystemExit()))
    loop.start()
    loop.join(10)
    assert not loop.beat.alive


def test_pauses_after_failures_grow_to_some_seconds() -> None:
    assert [retry.turn_pause(n) for n in range(1, 9)] == [0, 1, 2, 4, 8, 16, 20, 20]
