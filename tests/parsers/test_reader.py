"""Whole mails: each pair in tests/data is a mail and what it means."""

import json
import random
from pathlib import Path

import pytest

from mailproc.model import Known, Reading
from mailproc.parsers import read, to_json
from tests.parsers.known import KNOWN, OUR_ID, mail

DATA = Path(__file__).parent.parent / "data"
PAIRS = sorted(DATA.glob("*.eml"))
BEYOND = ("command", "references", "recipients", "language", "clear_sign", "quoted")


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_mail_means_what_its_pair_says(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    beyond = expected.pop("beyond")
    reading = read(path.read_bytes(), KNOWN)
    assert to_json(reading) == expected
    assert {name: _plain(getattr(reading, name)) for name in BEYOND} == beyond


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def test_every_kind_has_a_mail() -> None:
    kinds = {read(path.read_bytes(), KNOWN).kind for path in PAIRS} | {read(b"", KNOWN).kind}
    assert kinds == set(
        "request reply command encrypted unreadable other auto_reply bounce report list own".split()
    )


def test_the_json_has_exactly_the_keys_of_the_interface() -> None:
    keys = (
        "kind from_name from_addr subject message_id text attachments form sources missing problems"
    )
    assert list(to_json(read(b"", Known()))) == keys.split()


def test_the_digest_does_not_see_how_a_mail_travelled() -> None:
    plain = mail("ขอข้อมูล")
    travelled = b"Received: from a by b\r\nX-Spam: no\r\nDelivered-To: x@example.org\r\n" + plain
    recoded = mail(
        b"=E0=B8=82=E0=B8=AD=E0=B8=82=E0=B9=89=E0=B8=AD=E0=B8=A1=E0=B8=B9=E0=B8=A5",
        head="Content-Transfer-Encoding: quoted-printable\n",
    )
    digests = {read(raw, KNOWN).digest for raw in (plain, travelled, recoded)}
    assert len(digests) == 1


@pytest.mark.parametrize(
    "other",
    [
        mail("ขอข้อมูลอื่น"),
        mail("ขอข้อมูล", subject="y"),
        mail("ขอข้อมูล", sender="Other <other@school.example.org>"),
        mail("ขอข้อมูล").replace(b"<1@", b"<2@"),
        mail("ขอข้อมูล", head="Date: Mon, 23 Nov 2026 09:00:00 +0700\n"),
    ],
)
def test_the_digest_sees_every_other_difference(other: bytes) -> None:
    assert read(other, KNOWN).digest != read(mail("ขอข้อมูล"), KNOWN).digest


def test_reading_twice_gives_the_same() -> None:
    for path in PAIRS:
        assert read(path.read_bytes(), KNOWN) == read(path.read_bytes(), KNOWN)


def test_what_comes_out_is_valid_text_without_control_characters() -> None:
    raw = mail(
        b"a\x00b\xed\xa0\x80\xe2\x80\xaec\x1b",
        sender="=?utf-8?q?ab=00=E2=80=AEc?= <mali@school.example.org>",
        subject="=?utf-8?q?a=0D=0ABcc:_x?=",
    )
    reading = read(raw, KNOWN)
    assert reading.subject == "a Bcc: x"
    assert reading.from_name == "ab\ufffdc"
    written = json.dumps(to_json(reading), ensure_ascii=False)
    assert not {"\x00", "\u202e", "\x1b"} & set(written)
    written.encode("utf-8")


def test_any_damage_to_a_mail_is_survived() -> None:
    chance = random.Random(7)
    pieces = [b"\0", b"=?", b'"', b"(", b"<", b"\n\n", b"--b", b"\xff", b";", b"*0*=", b"&#xD800;"]
    for _ in range(600):
        raw = bytearray(chance.choice(PAIRS).read_bytes())
        for _ in range(chance.randint(1, 10)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.choice((0, 1, 20))] = chance.choice(pieces)
        reading = read(bytes(raw), KNOWN)
        assert not [problem for problem in reading.problems if "could not be read" in problem]
        json.dumps(to_json(reading), ensure_ascii=False).encode("utf-8")


def test_a_step_that_fails_costs_only_its_own_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Reading:
        raise ZeroDivisionError

    monkeypatch.setattr("mailproc.parsers.sourcing.forms.assemble", broken)
    reading = read(mail("ชื่อ: มะลิ", subject="ขอข้อมูล"), KNOWN)
    assert reading.subject == "ขอข้อมูล"
    assert reading.text == "ชื่อ: มะลิ"
    assert reading.problems == ("form could not be read: ZeroDivisionError",)


def test_a_form_in_the_html_is_read_where_the_plain_text_has_none() -> None:
    parts = (
        "--b\nContent-Type: text/plain; charset=utf-8\n\nดูในรูปแบบ HTML\n"
        "--b\nContent-Type: text/html; charset=utf-8\n\n"
        "<p>แบบคำขอใช้บริการข้อมูล</p><p>ชื่อ: มะลิ</p><p>ข้อมูล: ทำเนียบโรงเรียน</p><p>ปี: 68</p>\n--b--\n"
    )
    reading = read(mail(parts, content_type="multipart/alternative; boundary=b"), KNOWN)
    assert reading.text == "ดูในรูปแบบ HTML"
    assert reading.form is not None
    assert reading.form.requester_name == "มะลิ"
    assert set(reading.sources.values()) == {"html"}


def test_a_year_in_the_subject_does_not_complete_a_form_in_the_body() -> None:
    body = "แบบคำขอใช้บริการข้อมูล\nชื่อ: มะลิ\nข้อมูล: ทำเนียบโรงเรียน\n"
    reading = read(mail(body, subject="ขอข้อมูลทำเนียบโรงเรียน ปีการศึกษา 2568"), KNOWN)
    assert reading.form is not None
    assert reading.form.items[0].academic_years == ()
    assert "academic_years" in reading.missing


def test_the_dataset_in_the_subject_of_a_reply_is_not_asked_for_again() -> None:
    raw = mail("ขอบคุณค่ะ", subject="Re: ขอข้อมูลทำเนียบโรงเรียน", head=f"In-Reply-To: {OUR_ID}\n")
    reading = read(raw, KNOWN)
    assert (reading.kind, reading.form, reading.missing) == ("reply", None, ())


def test_two_senders_are_noted() -> None:
    reading = read(mail("x", sender="a@example.org, b@example.org"), KNOWN)
    assert reading.from_addr == "a@example.org"
    assert reading.problems == ("more than one sender; the first was taken",)


def test_authentication_results_come_topmost_first() -> None:
    raw = mail("x", head="Authentication-Results: mx; dmarc=pass\nAuthentication-Results: old; x\n")
    assert read(raw, KNOWN).authentication_results == ("mx; dmarc=pass", "old; x")
