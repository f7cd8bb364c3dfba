import pytest

from mailproc.parsers import OUR_MESSAGE_ID, read
from tests.parsers.known import KNOWN, OUR_ID, mail

REQUEST = "แบบคำขอใช้บริการข้อมูล\nชื่อ: มะลิ\n"


def _kind(raw: bytes) -> str:
    return read(raw, KNOWN).kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Auto-Submitted: auto-replied\n", "auto_reply"),
        ("Auto-Submitted: auto-generated (x)\n", "auto_reply"),
        ("X-Autoreply: yes\n", "auto_reply"),
        ("X-Autorespond: x\n", "auto_reply"),
        ("Precedence: auto_reply\n", "auto_reply"),
        ("Precedence: bulk\n", "auto_reply"),
        ("Precedence: junk\n", "auto_reply"),
        ("Return-Path: <>\n", "auto_reply"),
        ("X-Failed-Recipients: a@example.org\n", "bounce"),
        ("List-Id: <x.example.org>\n", "list"),
        ("List-Unsubscribe: <mailto:x@example.org>\n", "list"),
        ("Precedence: list\n", "list"),
        ("X-Mailproc: 1\n", "own"),
        ("Auto-Submitted: no\n", "request"),
        ("X-Auto-Response-Suppress: All\n", "request"),
        ("Precedence: normal\n", "request"),
        ("Return-Path: <mali@school.example.org>\n", "request"),
        (f"In-Reply-To: {OUR_ID}\n", "reply"),
        (f"References: <a@b>\n {OUR_ID}\n", "reply"),
        ("In-Reply-To: <someone@else.example.org>\n", "request"),
    ],
)
def test_header_fields_tell_what_wrote_a_mail(head: str, kind: str) -> None:
    assert _kind(mail(REQUEST, head=head)) == kind


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Automatic reply: ขอข้อมูล", "auto_reply"),
        ("Out of Office: x", "auto_reply"),
        ("ตอบกลับอัตโนมัติ: x", "auto_reply"),
        ("ไม่อยู่สำนักงาน", "request"),  # above a form
        ("Re: Automatic reply: x", "request"),  # a person answers the robot
        ("ขอข้อมูล", "request"),
    ],
)
def test_subjects_of_automatic_answers(subject: str, kind: str) -> None:
    assert _kind(mail(REQUEST, subject=subject)) == kind


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("data@area.example.org", "own"),
        ("Data <DATA@area.example.org>", "own"),
        ("data+abc@area.example.org", "own"),
        ("noreply@shop.example.com", "auto_reply"),
        ("no-reply@shop.example.com", "auto_reply"),
        ("MAILER-DAEMON@mx.example.org", "auto_reply"),
        ("norepa@school.example.org", "request"),
    ],
)
def test_senders_that_no_person_is(sender: str, kind: str) -> None:
    assert _kind(mail(REQUEST, sender=sender)) == kind


@pytest.mark.parametrize(
    "text",
    ["Undeliverable: user unknown", "Delivery to the following recipient failed permanently"],
)
def test_a_daemon_that_speaks_of_failure_bounces(text: str) -> None:
    raw = mail(
        f"{text}\n\nMessage-ID: {OUR_ID}\n", sender="MAILER-DAEMON <>", subject="failure notice"
    )
    reading = read(raw, KNOWN)
    assert reading.kind == "bounce"
    assert OUR_ID in reading.references


def test_a_bounce_names_the_mail_that_came_back() -> None:
    body = (
        "--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OUR_ID}\nSubject: x\n\ny\n--b--\n"
    )
    reading = read(mail(body, content_type="multipart/report; boundary=b"), KNOWN)
    assert (reading.kind, reading.references) == ("bounce", (OUR_ID,))


def test_a_bounce_says_in_the_words_of_the_server_why() -> None:
    status = "Status: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox\n full\n"
    body = (
        "--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\n"
        f"Final-Recipient: rfc822; a@example.org\nAction: failed\n{status}\n--b--\n"
    )
    reading = read(mail(body, content_type="multipart/report; boundary=b"), KNOWN)
    assert reading.diagnosis == "5.2.2 552 5.2.2 Mailbox full"
    bare = read(mail("user unknown", sender="MAILER-DAEMON <>", subject="failure notice"), KNOWN)
    assert bare.diagnosis == "user unknown"
    assert read(mail(REQUEST), KNOWN).diagnosis == ""


def test_an_answer_to_an_invitation_is_a_report() -> None:
    body = "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n"
    assert _kind(mail(body, content_type="text/calendar; method=REPLY")) == "report"


@pytest.mark.parametrize(
    ("address", "kind"),
    [("data+abc@area.example.org", "reply"), ("other+abc@area.example.org", "request")],
)
def test_a_reply_address_of_ours_makes_a_reply(address: str, kind: str) -> None:
    assert _kind(mail(REQUEST, head=f"Cc: {address}\n")) == kind


@pytest.mark.parametrize(
    "raw",
    [
        mail("x", content_type="application/pkcs7-mime; smime-type=enveloped-data"),
        mail("--b\n\nx\n--b--", content_type="multipart/encrypted; boundary=b"),
        mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n"),
        mail(
            "x",
            head="Content-Disposition: attachment; filename=smime.p7m\n",
            content_type="application/octet-stream",
        ),
    ],
)
def test_what_is_encrypted_says_so(raw: bytes) -> None:
    assert _kind(raw) == "encrypted"


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        (REQUEST, True),
        ("ชื่อ: มะลิ\nหน่วยงาน: ก\nวัตถุประสงค์: ข", True),
        ("ขอข้อมูลจำนวนห้องเรียนค่ะ", True),
        ("ชื่อ: มะลิ\nโทร: 0812345678\nหน่วยงาน: ก", False),  # a signature
        ("ขอข้อมูลหน่อยค่ะ", False),
        ("จำนวนห้องเรียนของเราพอแล้ว", False),
        ("ข้อมูลข่าวสารประจำเดือน", False),
    ],
)
def test_only_a_clear_sign_makes_a_request(text: str, clear: bool) -> None:
    reading = read(mail(text), KNOWN)
    assert (reading.clear_sign, reading.kind) == (clear, "request" if clear else "other")


SIGNED = "multipart/signed; protocol=application/pkcs7-signature; boundary=b"
ENCLOSED = "multipart/mixed; boundary=b"


@pytest.mark.parametrize(
    ("content_type", "part"),
    [
        (SIGNED, "application/pkcs7-signature; name=smime.p7s"),
        (SIGNED.replace("pkcs7", "pgp"), "application/pgp-signature; name=signature.asc"),
        (ENCLOSED, "application/pkcs7-mime; name=old.p7m"),
    ],
)
def test_what_is_signed_or_only_encloses_sealed_files_is_read(content_type: str, part: str) -> None:
    body = (
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{REQUEST}\n--b\nContent-Type: {part}\n\nx\n--b--\n"
    )
    assert _kind(mail(body, content_type=content_type)) == "request"


def test_our_message_ids_have_their_shape() -> None:
    assert OUR_MESSAGE_ID.fullmatch(OUR_ID)
    assert not OUR_MESSAGE_ID.fullmatch(OUR_ID.replace("a", "A"))
    assert not OUR_MESSAGE_ID.fullmatch("<x.mailproc@area.example.org>")
