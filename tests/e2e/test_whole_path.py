"""The whole path of a request against a real Dovecot over TLS."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

import mailproc.datasets
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, DIRECTOR, Daemon, decide, read_page
from tests.e2e.letters import REQUESTER

_SAMPLE = Path(mailproc.datasets.__file__).parent / "sample" / "students-2568-1.csv"


def _sample() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_SAMPLE.read_text(encoding="utf-8-sig"))))


def _request(**changes: str) -> bytes:
    return letters.request(0, sender=REQUESTER, **changes)


def _cells(content: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [tuple(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def test_a_request_becomes_a_dataset_once_the_director_used_the_slip(
    make: Make, enrolled: tuple[Path, str]
) -> None:
    office = make(code="")
    office.start()
    began = time.monotonic()
    office.dovecot.append(office.user, _request())
    receipt = office.letter("receipt")
    print(f"APPEND to receipt taken: {receipt.at - began:.2f} s")
    assert receipt.to == REQUESTER
    year = datetime.now(ZoneInfo("Asia/Bangkok")).year + 543
    assert f"{year}/00001" in str(receipt.mail["Subject"])
    approval = office.letter("approval")
    assert approval.to == DIRECTOR
    status, _ = decide(
        approval.link, "approve", slip=enrolled[1], new_code=CODE, new_code_again=CODE
    )
    assert status == 200
    dataset = office.letter("dataset")
    assert dataset.to == REQUESTER
    ((filename, content),) = dataset.files
    assert filename == f"{year}-00001_student_count_2568-1.xlsx"
    codes = {str(row[0]) for row in _cells(content)}
    assert {row["รหัสโรงเรียน"] for row in _sample()} <= codes
    office.until(lambda: office.states() == ["delivered"], "delivered")
    assert office.verify()["faults"] == []
    assert office.stop() == 0
    kinds = [office.kind(mail) for mail in office.sink.taken]
    assert kinds.count("security") == 1, "the director is told that a code was set"
    assert [k for k in kinds if k != "security"] == ["receipt", "approval", "dataset"]


def test_the_numbers_of_a_filtered_workbook_are_those_of_the_source(office: Daemon) -> None:
    office.dovecot.append(office.user, _request(filters="ป.1-ป.3, โรงเรียนขนาดเล็ก"))
    assert decide(office.letter("approval").link, "approve", code=CODE)[0] == 200
    cells = _cells(office.letter("dataset").files[0][1])
    grades = ("ป.1", "ป.2", "ป.3")
    wanted = {}
    for row in _sample():
        if int(row["รวม ชาย"]) + int(row["รวม หญิง"]) <= 120:
            pairs = [(int(row[f"{grade} ชาย"]), int(row[f"{grade} หญิง"])) for grade in grades]
            pairs.append((sum(boys for boys, _ in pairs), sum(girls for _, girls in pairs)))
            counts = [n for boys, girls in pairs for n in (boys, girls, boys + girls)]
            wanted[row["รหัสโรงเรียน"]] = counts
    found = {str(row[0]): list(row[2:]) for row in cells if str(row[0]).isdigit()}
    assert len(wanted) > 10
    assert found == wanted


def test_a_refusal_reaches_the_requester_with_its_reason(office: Daemon) -> None:
    office.dovecot.append(office.user, _request())
    link = office.letter("approval").link
    reason = "ข้อมูลชุดนี้เผยแพร่บนเว็บไซต์สำนักงานแล้ว"
    why = {"ground": "s15_3", "reason": reason}
    assert decide(link, "refuse", **why, code="999999")[0] == 403
    assert office.states() == ["awaiting_decision"]
    assert decide(link, "refuse", **why, code=CODE)[0] == 200
    refused = office.letter("refused")
    assert refused.to == REQUESTER
    assert reason in refused.text
    assert office.states() == ["refused"]
    assert refused.files == []


def test_opening_the_link_decides_nothing(office: Daemon) -> None:
    office.dovecot.append(office.user, _request())
    link = office.letter("approval").link
    for _ in range(5):
        assert read_page(link)[0] == 200
    assert office.states() == ["awaiting_decision"]
    assert office.rows("SELECT count(*) FROM decisions") == [(0,)]


def test_what_is_missing_is_asked_once_and_completed_by_a_reply(office: Daemon) -> None:
    office.dovecot.append(office.user, _request(purpose=""))
    ask = office.letter("ask")
    assert ask.to == REQUESTER
    assert office.states() == ["incomplete"]
    answer = letters.reply("วัตถุประสงค์: เพื่อจัดทำแผนพัฒนาโรงเรียน", ask.message_id, quoted=ask.text)
    office.dovecot.append(office.user, answer)
    approval = office.letter("approval")
    assert "เพื่อจัดทำแผนพัฒนาโรงเรียน" in approval.text
    assert office.states() == ["awaiting_decision"]
    assert len(office.letters("ask")) == 1
    assert office.verdicts() == {"opened": 1, "merged": 1}


def test_the_requester_cancels_by_a_reply(office: Daemon) -> None:
    office.dovecot.append(office.user, _request())
    receipt, approval = office.letter("receipt"), office.letter("approval")
    office.dovecot.append(
        office.user, letters.reply("ยกเลิก", receipt.message_id, quoted=receipt.text)
    )
    assert office.letter("cancelled").to == REQUESTER
    assert office.states() == ["cancelled"]
    status, _ = read_page(approval.link)
    assert status in (200, 410)
    assert office.states() == ["cancelled"]


def test_a_mail_in_windows_874_is_read_and_answered(office: Daemon) -> None:
    text = letters.body(purpose="เพื่อทำแผน “ประจำปี” – ร่าง")
    office.dovecot.append(office.user, letters.mail(text, dress=("windows-874", "cp874", "8bit")))
    approval = office.letter("approval")
    assert "เพื่อทำแผน “ประจำปี” – ร่าง" in approval.text
    assert "นางสาวสมหญิง ใจดี" in str(approval.mail["Subject"])


def test_a_mail_that_a_colleague_has_read_is_answered_all_the_same(office: Daemon) -> None:
    office.dovecot.append(office.user, _request(), flags=[rb"\Seen"])
    assert office.letter("receipt").to == REQUESTER


def test_our_mail_is_marked_as_read_and_a_private_one_stays_as_it_was(office: Daemon) -> None:
    office.dovecot.append(office.user, letters.private(1), letters.private(2))
    office.dovecot.append(office.user, letters.private(3), flags=[rb"\Flagged", b"$Later"])
    before = office.dovecot.kept(office.user)
    office.dovecot.append(office.user, _request())
    office.letter("approval")
    office.until(lambda: office.dovecot.kept(office.user)[4].flags == {rb"\Seen"}, "ours is marked")
    after = office.dovecot.kept(office.user)
    assert {uid: after[uid] for uid in before} == before
    assert office.verdicts() == {"unplaced": 2, "ignored_automatic": 1, "opened": 1}
    assert {mail.to for mail in office.sink.taken} == {REQUESTER, DIRECTOR}


def test_robots_and_our_own_mail_are_never_answered(office: Daemon) -> None:
    office.dovecot.append(office.user, _request())
    receipt, _ = office.letter("receipt"), office.letter("approval")
    office.dovecot.append(
        office.user,
        receipt.raw,
        letters.auto_reply(receipt.message_id),
        letters.bounce(receipt.raw),
        letters.mail("จดหมายจากเราเอง", sender=office.address),
    )
    office.until(lambda: sum(office.verdicts().values()) == 5, "all are stored")
    office.until(lambda: None not in office.verdicts(), "all have a verdict")
    assert office.verdicts() == {
        "opened": 1,
        "ignored_own": 2,
        "ignored_automatic": 1,
        "delivery_report": 1,
    }
    office.until(office.is_quiet, "all is sent")
    assert len(office.sink.taken) == 2
    assert office.states() == ["awaiting_decision"]


def test_mail_from_before_the_first_start_is_never_answered(make: Make) -> None:
    office = make()
    office.start()
    old = datetime(2026, 1, 5, tzinfo=UTC)
    office.dovecot.append(office.user, _request(), when=old)
    office.until(lambda: office.verdicts() == {"before_start": 1}, "before_start")
    assert office.sink.taken == []


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_the_mailbox_is_also_reached_without_tls_on_loopback_and_by_starttls(
    make: Make, tls: str
) -> None:
    office = make()
    office.imap_tls, office.imap_port = tls, office.dovecot.plain_port
    office.write_settings()
    office.start()
    office.dovecot.append(office.user, _request())
    assert office.letter("receipt").to == REQUESTER
