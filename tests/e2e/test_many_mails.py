"""A mailbox of 1,000 mails: requests in every dress, private mail, copies, and mails that break
the reader. Each gets one verdict, and none delays the others."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import pytest

from mailproc.config import ROOT
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import DIRECTOR, Daemon
from tests.e2e.dovecot import Kept

_LAUNCHER = ("-m", "tests.e2e.crashing_serve")
_REQUESTS, _PRIVATE, _COPIES, _ALL = 890, 50, 30, 1000
_POISON = {"raise": 6, "exit": 5, "segv": 4, "memory": 2, "hang": 2, "spin": 1}  # 20 in all
_SHARED = ROOT.parent / "shared" / "mails" / "requests"


def _hostile() -> list[bytes]:
    """Mails that are slow or impossible to take apart, without being broken by us."""
    plain = letters.body(1)
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(2000)
    )
    parameters = b"".join(b"; p%d=v" % number for number in range(20_000))
    rest = (
        b"X-Long: " + b"a " * 300_000 + b"\r\n\r\nhello",
        b"MIME-Version: 1.0\r\n" + deep,
        b"Content-Type: text/plain" + parameters + b"\r\n\r\nhello",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary at all",
        b"Content-Transfer-Encoding: base64\r\n\r\n=====",
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
        b"Cc: " + b"a@home.example.org, " * 20_000 + b"\r\n\r\nhello",
    )
    return [
        *(
            b"From: a@home.example.org\r\nSubject: %d\r\n" % number + tail + b"\r\n"
            for number, tail in enumerate(rest)
        ),
        b"\r\n\r\n",
        letters.mail(plain, message_id="", sender="noid@school.example.org"),
        letters.mail(plain.replace("ตำแหน่ง", "ตำแหน่ง\x00"), sender="nul@school.example.org"),
    ]


def _mails() -> list[bytes]:
    """All in an order that mixes them, the same each time."""
    requests = [letters.request(number) for number in range(_REQUESTS)]
    private = [letters.private(number) for number in range(_PRIVATE)]
    poison = [
        letters.request(5000 + number, extra=f"X-Poison: {kind}")
        for number, kind in enumerate(
            itertools.chain.from_iterable([kind] * count for kind, count in _POISON.items())
        )
    ]
    mixed = [*requests, *private, *poison, *_hostile(), *requests[:_COPIES]]
    assert len(mixed) == _ALL
    random.Random(3).shuffle(mixed)
    return mixed


@pytest.mark.timeout(300)
def test_a_thousand_mails_get_one_verdict_each_and_poison_delays_none(make: Make) -> None:
    office = make()
    office.mailbox = "max_bytes = 2000000"
    office.write_settings()
    mails = _mails()
    office.dovecot.append(office.user, *mails)
    too_big = letters.request(7000) + b"a" * 2_000_000
    office.dovecot.append(office.user, too_big)
    before = office.dovecot.kept(office.user)
    office.start(_LAUNCHER)
    office.until(lambda: len(office.letters("receipt")) >= _REQUESTS + 2, "all receipts", 150)
    done = office.rows("SELECT count(*) FROM messages WHERE verdict IS NOT NULL")[0][0]
    office.until(lambda: None not in office.verdicts(), "every verdict", 150)
    assert sum(office.verdicts().values()) == _ALL + 1
    _check_verdicts(office)
    _check_mailbox(office, mails, before)
    assert done > _ALL - sum(_POISON.values()) - 10, "the poison came before the others"


def _check_verdicts(office: Daemon) -> None:
    verdicts = Counter(office.verdicts())
    assert verdicts["opened"] == _REQUESTS + 2  # two of the hostile ones are requests
    assert verdicts["quarantined"] == sum(_POISON.values())
    assert verdicts["duplicate"] == _COPIES
    assert verdicts["too_big"] == 1
    office.until(office.is_quiet, "all is sent", 60)
    receipts = Counter(mail.to for mail in office.letters("receipt"))
    assert set(receipts.values()) == {1}
    aside = office.rows("SELECT tries, raw, problem FROM messages WHERE verdict = 'quarantined'")
    assert {tries for tries, _, _ in aside} == {3}
    assert all(b"X-Poison" in raw for _, raw, _ in aside)
    assert len({problem for _, _, problem in aside}) >= 3
    everybody = {mail.to for mail in office.sink.taken}
    assert not {address for address in everybody if "home." in address or "shop." in address}
    assert len(office.letters("officer_quarantined")) == sum(_POISON.values())
    assert len(office.letters("officer_unplaced")) <= 1, "one notice an hour of what waits"
    assert len([m for m in office.sink.taken if m.to == DIRECTOR]) == _REQUESTS + 2


def _check_mailbox(office: Daemon, mails: list[bytes], before: dict[int, Kept]) -> None:
    """Only what opened a request is marked; the rest is as it was."""
    opened = {uid for (uid,) in office.rows("SELECT uid FROM messages WHERE verdict = 'opened'")}
    office.until(
        lambda: not office.rows("SELECT 1 FROM messages WHERE mark IS NOT NULL"), "all is marked"
    )
    after = office.dovecot.kept(office.user)
    assert after.keys() == before.keys()
    assert {uid for uid, mail in after.items() if mail.flags} == opened
    untouched = after.keys() - opened
    assert {uid: after[uid] for uid in untouched} == {uid: before[uid] for uid in untouched}


def test_the_same_mail_twice_is_one_request(office: Daemon) -> None:
    mail = letters.request()
    office.dovecot.append(office.user, mail, b"Received: from another way\r\n" + mail)
    office.until(lambda: office.verdicts() == {"opened": 1, "duplicate": 1}, "both verdicts")
    office.letter("approval")
    assert len(office.letters("receipt")) == 1


def test_each_shared_request_is_answered_exactly_once(make: Make) -> None:
    if not _SHARED.is_dir():
        pytest.skip(f"{_SHARED} is not there")
    office = make()
    office.start()
    mails = [_at_home(file.read_bytes()) for file in sorted(_SHARED.glob("*.eml"))[:150]]
    office.dovecot.append(office.user, *mails)
    office.until(lambda: sum(office.verdicts().values()) == len(mails), "all are stored")
    office.until(lambda: None not in office.verdicts(), "every verdict", 90)
    assert office.verdicts().keys() <= {"opened", "duplicate", "unplaced"}, office.verdicts()
    assert office.verdicts()["opened"] > len(mails) * 0.9
    office.until(office.is_quiet, "all is sent", 60)
    rows = office.rows(
        "SELECT message_id FROM outbox WHERE state = 'sent' AND bundled_into IS NULL"
    )
    assert sorted(mail.message_id for mail in office.sink.taken) == sorted(i for (i,) in rows)


def _at_home(raw: bytes) -> bytes:
    """With the line ends that a server keeps."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_there_are_as_many_kinds_of_poison_as_the_launcher_knows() -> None:
    launcher = Path(__file__).with_name("crashing_serve.py").read_text()
    assert all(f'b"{kind}"' in launcher for kind in _POISON)
