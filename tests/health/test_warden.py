"""What the warden sees counts at once, also where the database has failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from mailproc.alarms.webhook import Webhook
from mailproc.health.fault import Fault, by_name
from mailproc.health.pulse import Beat
from mailproc.health.warden import BELL, Warden, takes_no_mail, with_the_warden
from mailproc.store.alarms import Alarm, News
from tests.factories import NOW


class Hook:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, News]] = []
        self.answers = True

    def send(self, alarm: Alarm, news: News) -> bool:
        self.told.append((alarm.name, news))
        return self.answers


class Scene:
    """A warden and what it sees."""

    def __init__(self) -> None:
        self.beats = {BELL: Beat(), "intake": Beat()}
        self.faults: list[Fault] = []
        self.seconds, self.hook = 0.0, Hook()
        self.warden = Warden(
            lambda: self.beats,
            (self._look,),
            lambda: NOW,
            cast(Webhook, self.hook),
            lambda: self.seconds,
        )

    def _look(self) -> Iterator[Fault]:
        yield from self.faults

    def passes(self, seconds: float) -> list[str]:
        self.seconds += seconds
        self.warden.turn()
        return [alarm.name for alarm in self.warden.alarms]


def test_a_fault_is_seen_within_seconds_and_gone_as_soon() -> None:
    scene = Scene()
    assert scene.passes(6) == []
    scene.faults = [Fault("disk_low")]
    assert scene.passes(1) == []  # not each second
    assert scene.passes(6) == ["disk_low"]
    assert scene.warden.holds_intake() == "disk_low"
    scene.faults = []
    assert scene.passes(6) == []
    assert scene.warden.holds_intake() == ""


def test_other_faults_hold_nothing_back() -> None:
    scene = Scene()
    scene.faults = [Fault("smtp_unreachable"), Fault("clock_wrong"), Fault("certificate_ends")]
    scene.passes(6)
    assert scene.warden.holds_intake() == ""
    assert not scene.warden.holds_all()


def test_a_second_daemon_stands_still() -> None:
    scene = Scene()
    scene.faults = [Fault("second_daemon", {"other": "x"})]
    scene.passes(6)
    assert scene.warden.holds_all()


def test_while_alarms_are_written_down_the_webhook_is_the_bells() -> None:
    scene = Scene()
    scene.faults = [Fault("disk_low")]
    scene.passes(600)
    assert scene.hook.told == []


def test_where_nothing_can_be_written_the_webhook_hears_it_all_the_same() -> None:
    scene = Scene()
    readonly = "OperationalError: attempt to write a readonly database"
    scene.beats[BELL] = Beat(failing=90.0, error=readonly)
    assert scene.passes(6) == ["database_readonly"]
    assert scene.hook.told == [("database_readonly", "raised")]
    scene.passes(3600)
    assert len(scene.hook.told) == 1
    scene.beats[BELL] = Beat()
    scene.passes(6)
    assert scene.hook.told[1:] == [("database_readonly", "mended")]


def test_a_webhook_that_does_not_answer_is_called_again_later() -> None:
    scene = Scene()
    scene.hook.answers = False
    scene.beats[BELL] = Beat(busy=300.0)
    scene.passes(6)
    scene.passes(60)
    assert len(scene.hook.told) == 1
    scene.passes(1800)
    assert len(scene.hook.told) == 2
    scene.beats[BELL] = Beat()
    scene.passes(6)
    assert len(scene.hook.told) == 2  # nobody heard of it, so nobody hears that it is over


def test_a_look_that_fails_is_a_fault_itself() -> None:
    scene = Scene()

    def broken() -> Iterator[Fault]:
        raise OSError(5, "Input/output error")

    scene.warden = Warden(lambda: scene.beats, (broken,), lambda: NOW)
    scene.warden.look()
    assert [alarm.name for alarm in scene.warden.alarms] == ["look_failed"]


@pytest.mark.parametrize(
    ("name", "facts", "takes_none"),
    [
        ("disk_low", {}, True),
        ("database_failing", {}, True),
        ("mailbox_folder", {"folder": "INBOX"}, True),
        ("certificate_bad", {"part": "IMAP"}, True),
        ("certificate_bad", {"part": "SMTP"}, False),
        ("certificate_bad", {"part": "IMAP, SMTP"}, True),
        ("encryption_gone", {"part": "IMAP"}, True),
        ("encryption_gone", {"part": "SMTP"}, False),
        ("login_refused", {"part": "IMAP"}, True),
        ("login_refused", {"part": "SMTP"}, False),
        ("clock_wrong", {}, False),
    ],
)
def test_what_keeps_new_mail_out_is_told_from_what_does_not(
    name: str, facts: dict[str, str], takes_none: bool
) -> None:
    assert takes_no_mail(Alarm(name, NOW, facts)) is takes_none


def test_one_certificate_of_both_ways_is_one_alarm_that_names_both() -> None:
    """Else the second would hide that no mail comes in."""
    of_mail, of_sending = (
        ("certificate_bad", {"part": "IMAP"}),
        ("certificate_bad", {"part": "SMTP"}),
    )
    found = by_name(Fault(*one) for one in (of_mail, of_sending))
    assert found == {"certificate_bad": Fault("certificate_bad", {"part": "IMAP, SMTP"})}
    soon = by_name(
        Fault("certificate_ends", {"part": p, "days": d}) for p, d in (("A", 9), ("B", 5))
    )
    assert soon["certificate_ends"].facts == {"part": "A, B", "days": 5}


def test_the_death_of_the_warden_itself_is_told() -> None:
    seen = (Alarm("disk_low", NOW, {}), Alarm("loop_stuck", NOW, {"loop": "jobs"}))
    assert with_the_warden(seen, Beat(), NOW) == seen
    told = with_the_warden(seen, Beat(alive=False), NOW)
    assert [alarm.name for alarm in told] == ["disk_low", "loop_stuck"]
    assert told[1].facts["loop"] == "warden"
