"""Who wrote a mail: machines that say so, machines that do not, and people who look like them."""

import pytest

from mailproc.parsers import read
from mailproc.parsers.kind import AUTOMATIC
from tests.parsers.known import KNOWN, OUR_ID, mail

AWAY = "ขณะนี้ข้าพเจ้าอยู่ระหว่างลาพักผ่อน จะกลับมาปฏิบัติงานวันที่ 15 มิถุนายน\nกรณีเร่งด่วนติดต่อ 042-000-000"
AWAY_EN = "I am out of office until 15 June with limited access to email."
TH = "สมหญิง ใจงาม <somying@school.example.org>"
ICS = "text/calendar; charset=utf-8; method="
MACHINES: list[tuple[str, str, str, str]] = [  # header lines, sender, subject, text
    ("Auto-Submitted: auto-replied\n", TH, "ไม่อยู่สำนักงาน: ขอข้อมูล", AWAY),
    (
        "Auto-Submitted: auto-replied\nPrecedence: bulk\nX-Autoreply: yes\n",
        TH,
        "ลาพักร้อน Re: x",
        AWAY,
    ),
    ("Precedence: bulk\n", TH, "Re: ขอข้อมูลเพิ่มเติม คำขอเลขที่ 2569/0001", AWAY),
    ("", TH, "ตอบกลับอัตโนมัติ: ขอข้อมูลเพิ่มเติม", AWAY),
    ("", TH, "การตอบกลับอัตโนมัติ: ขอข้อมูลเพิ่มเติม", AWAY),
    ("X-Auto-Response-Suppress: All\n", TH, "Automatic reply: data", AWAY_EN),
    ("", TH, "Out of Office: data", AWAY_EN),
    ("", TH, "OOO: data", AWAY_EN),
    ("", TH, "แจ้งลาพักร้อน", AWAY),
    ("", TH, "แจ้งลาพักผ่อน 8-12 มิ.ย.", AWAY),
    ("", TH, "Re: แจ้งไม่อยู่ที่สำนักงาน", AWAY),
    ("", TH, "ไม่อยู่ที่ทำงาน", "จะกลับมาวันที่ 15 มิถุนายน"),
    ("", TH, "ไปราชการ", "ข้าพเจ้าอยู่ระหว่างเดินทางไปราชการ จะติดต่อกลับโดยเร็ว"),
    ("", TH, "วันหยุดราชการ", "สำนักงานปิด จะตอบกลับเมื่อเปิดทำการ"),
    ("", TH, "Vacation", AWAY_EN),
    ("", TH, "On leave until Monday", AWAY_EN),
    ("", TH, "Re: ขอข้อมูล", f"ข้อความนี้เป็นการตอบกลับอัตโนมัติ\n{AWAY}"),
    ("", TH, "Re: ขอข้อมูล", "นี่คือข้อความตอบกลับอัตโนมัติ กรุณารอเจ้าหน้าที่"),
    ("", TH, "Re: data", "This is an automated response. We have received your message."),
    ("", TH, "Re: data", "This is an automatic reply to your message."),
    ("", TH, "ได้รับเรื่องของท่านแล้ว", "อีเมลนี้เป็นการแจ้งเตือนโดยระบบอัตโนมัติ กรุณาอย่าตอบกลับ"),
    ("", TH, "Ticket opened", "Please do not reply to this email. Your ticket is 123."),
    ("X-Autorespond: x\n", TH, "Re: x", "ขอบคุณที่ติดต่อเรา"),
    ("X-Vacation: yes\n", TH, "Re: x", "ลา"),
    ("X-POST-Mark: 1\nAuto-Submitted: auto-generated\n", TH, "รายงานประจำวัน", "ยอดวันนี้"),
    ("Auto-Submitted: auto-notified\n", TH, "มีไฟล์ใหม่", "มีการแชร์ไฟล์"),
    ("", "no-reply@line.example.com", "LINE: มีการเข้าสู่ระบบ", "มีการเข้าสู่ระบบใหม่"),
    ("", "LINE WORKS <no_reply@works.example.com>", "การแจ้งเตือนใหม่", "มีโพสต์ใหม่"),
    ("", "noreply+a1@groups.example.com", "คำขอเข้ากลุ่ม", "มีสมาชิกใหม่"),
    ("", "calendar-notification@mail.example.com", "แจ้งเตือน: ประชุม", "พรุ่งนี้ 9:00 น."),
    ("", "notification@social.example.com", "คุณมีการแจ้งเตือนใหม่ 3 รายการ", "ดูเลย"),
    ("", "donotreply@shop.example.com", "โปรโมชัน 6.6", "ลดทั้งร้าน"),
    ("", "newsletter@shop.example.com", "ข่าวสารประจำสัปดาห์", "ลดทั้งร้าน"),
    ("List-Unsubscribe: <https://shop.example.com/u>\n", "hello@shop.example.com", "6.6", "ลดราคา"),
    ("List-Id: <talk.example.org>\nPrecedence: list\n", TH, "[talk] ประชุม", "พบกันวันศุกร์"),
    ("Mailing-List: contact talk-help@example.org\n", TH, "[talk] x", "x"),
    ("X-Campaign: 77\n", "hello@shop.example.com", "ข่าวดี", "ลดราคา"),
    ("", "scanner@school.example.org", "Message from KM_C258", "Scan"),
    ("", "scan-to-email@school.example.org", "Scanned document", "เอกสารสแกน"),
    ("", "office.printer@school.example.org", "Toner low", "หมึกใกล้หมด"),
    ("", "copier2@school.example.org", "Attached Image", ""),
    ("", "ricoh@school.example.org", "Scan data", ""),
    ("", "root@server.example.org", "Cron <root@server> backup", "done"),
    ("X-Cron-Env: <SHELL=/bin/sh>\n", "www@server.example.org", "Cron <www@server> x", "done"),
    ("", "nagios@server.example.org", "** PROBLEM alert - disk **", "CRITICAL"),
    ("", "zabbix@server.example.org", "Problem: CPU", "CPU 99 %"),
    ("", "alerts@cloud.example.com", "Your service is down", "down"),
    ("", "admin@school.example.org", "แจ้งเตือน: พื้นที่กล่องจดหมายใกล้เต็ม", "ท่านใช้ไป 95 %"),
    ("", "support@mail.example.org", "กล่องจดหมายของท่านเต็ม", "กรุณาลบเมลเก่า"),
    ("", "system@mail.example.org", "Mailbox almost full", "95 %"),
    ("", "postmaster@mail.example.org", "Mailbox quota warning", "95 %"),
    ("", "webmaster@mail.example.org", "รหัสผ่านของท่านใกล้หมดอายุ", "เปลี่ยนรหัสผ่าน"),
    ("", "MAILER-DAEMON@mx.example.or.th", "ส่งไม่สำเร็จ", "ไม่สามารถส่งถึงผู้รับ user unknown"),
    ("", "postmaster@mx.example.in.th", "ไม่สามารถส่งได้: ขอข้อมูล", "ไม่พบผู้รับ"),
    ("Return-Path: <>\n", "mail@mx.example.co.th", "จดหมายตีกลับ", "กล่องจดหมายของผู้รับเต็ม"),
    ("X-Failed-Recipients: a@b.example\n", TH, "Mail failure", "failed"),
    ("", TH, "อ่านแล้ว: ขอข้อมูลเพิ่มเติม", "ข้อความของท่านถูกอ่านเมื่อ 8 มิถุนายน 10:00 น."),
    ("", TH, "Read: data", "Your message was read on Monday."),
    ("", TH, "Return Receipt: data", ""),
    ("", TH, "ตอบรับแล้ว: ประชุมกลุ่มนโยบาย", "ตอบรับคำเชิญในปฏิทิน"),
    ("", TH, "Accepted: planning @ Mon", "This person has accepted this calendar invitation."),
    ("", TH, "ปฏิเสธ: ประชุม", "ปฏิทิน: ปฏิเสธคำเชิญ"),
    (
        "",
        TH,
        "Please confirm your message",
        "Your message is waiting. Verify you are human: click.",
    ),
    ("", TH, "โปรดยืนยันตัวตน", "ข้อความของท่านถูกกักไว้ กดเพื่อยืนยันว่าไม่ใช่สแปม"),
    ("X-BoxTrapper: x\n", TH, "Your email requires verification", "click"),
]
FORM = "แบบคำขอใช้บริการข้อมูล\nชื่อ: มะลิ ใจดี\nหน่วยงาน: โรงเรียนบ้านตัวอย่าง\nวัตถุประสงค์: วางแผน\n"
ASK = "ขอข้อมูลจำนวนห้องเรียน ปีการศึกษา 2568 ค่ะ"
PEOPLE: list[tuple[str, str, str, str]] = [
    ("", TH, "ขอข้อมูล", ASK),
    ("X-Auto-Response-Suppress: All\n", TH, "ขอข้อมูล", ASK),
    ("X-Auto-Response-Suppress: DR, OOF, AutoReply\nX-MS-Has-Attach: yes\n", TH, "ขอข้อมูล", ASK),
    ("Auto-Submitted: no\n", TH, "ขอข้อมูล", ASK),
    ("X-Autoreply: no\n", TH, "ขอข้อมูล", ASK),
    ("Precedence: normal\n", TH, "ขอข้อมูล", ASK),
    ("Precedence: first-class\n", TH, "ขอข้อมูล", ASK),
    ("Importance: high\nX-Priority: 1\n", TH, "ด่วนที่สุด ขอข้อมูล", ASK),
    ("Disposition-Notification-To: somying@school.example.org\n", TH, "ขอข้อมูล", ASK),
    ("Return-Receipt-To: somying@school.example.org\n", TH, "ขอข้อมูล", ASK),
    ("Return-Path: <somying@school.example.org>\n", TH, "ขอข้อมูล", ASK),
    ("X-Mailer: Microsoft Outlook 16.0\nThread-Index: Adc\n", TH, "ขอข้อมูล", ASK),
    ("X-Mailer: iPhone Mail (22A3354)\n", TH, "ขอข้อมูล", ASK),
    ("X-Forwarded-For: a@b.example c@d.example\n", TH, "Fwd: ขอข้อมูล", ASK),
    ("Resent-From: a@b.example\n", TH, "ขอข้อมูล", ASK),
    ("X-Spam-Flag: NO\nX-Spam-Status: No\n", TH, "ขอข้อมูล", ASK),
    ("Feedback-ID: x:gmail\n", TH, "ขอข้อมูล", ASK),
    ("X-Google-Original-From: a@b.example\n", TH, "ขอข้อมูล", ASK),
    ("Received: from mailer.example.org\n", TH, "ขอข้อมูล", ASK),
    ("Sender: office@school.example.org\n", TH, "ขอข้อมูล", ASK),
    ("", TH, "รายงานจำนวนนักเรียน", "ขอข้อมูลเพื่อรายงานผู้บริหารค่ะ"),
    ("", TH, "รายงานผลการส่งข้อมูล", "ส่งรายงานตามแนบค่ะ"),
    ("", TH, "แจ้งขอข้อมูล", ASK),
    ("", TH, "แจ้งเปลี่ยนเบอร์โทร", "ขอแจ้งเบอร์ใหม่ 081-000-0000"),
    ("", TH, "แจ้งเตือนครั้งที่ 2 ขอข้อมูล", ASK),
    ("", TH, "แจ้งลาออกจากกลุ่มไลน์", "ขอแจ้งค่ะ"),
    ("", TH, "ขอส่งใหม่ เนื่องจาก mail ตีกลับ", FORM),
    ("", TH, "ส่งเมลไม่ได้", "เมื่อวานส่งเมลไม่ได้ ตีกลับค่ะ ขอข้อมูลจำนวนห้องเรียน"),
    ("", TH, "mail ตีกลับ", "เมลถึงท่านตีกลับว่า user unknown ขอที่อยู่ใหม่ค่ะ"),
    ("", TH, "Undeliverable: ขอข้อมูล", "เมลนี้เด้งกลับมาค่ะ ขอส่งใหม่ตามนี้"),
    ("", TH, "Delivery failure?", "Did you get my request? It came back to me."),
    ("", TH, "กล่องจดหมายเต็ม", "กล่องจดหมายของโรงเรียนเต็ม รบกวนส่งไฟล์ใหม่ค่ะ"),
    ("", TH, "ไฟล์ถูก block โดยระบบ", "รบกวนส่งลิงก์แทนค่ะ"),
    ("", TH, "ไม่อยู่สำนักงานช่วงบ่าย ขอรับข้อมูลทางเมล", ASK),
    ("", TH, "ไปราชการ ขอข้อมูลล่วงหน้า", "ข้าพเจ้าจะกลับมาวันศุกร์ จึงขอข้อมูลจำนวนห้องเรียนก่อน"),
    ("", TH, "วันหยุดภาคเรียน", "ขอข้อมูลวันหยุดของโรงเรียน"),
    ("", TH, "Vacation days per school", "I would like to request the number of classrooms."),
    ("", TH, "หยุดเรียน", "ขอทราบจำนวนโรงเรียนที่หยุดเรียน"),
    ("", TH, "Re: Automatic reply: data", "Thank you, I will wait."),
    ("", TH, "ขอข้อมูลระบบตอบกลับอัตโนมัติ", "ระบบของท่านตอบอะไรมา ไม่เข้าใจค่ะ"),
    ("", TH, "Re: ขอข้อมูลเพิ่มเติม", "2568 ค่ะ"),
    (f"In-Reply-To: {OUR_ID}\n", TH, "Re: ขอข้อมูลเพิ่มเติม", "2568 ค่ะ"),
    (f"In-Reply-To: {OUR_ID}\nX-Auto-Response-Suppress: All\n", TH, "ตอบกลับ: ขอข้อมูลเพิ่มเติม", "1"),
    (f"In-Reply-To: {OUR_ID}\n", TH, "RE: ขอข้อมูลเพิ่มเติม", "ขอเป็นปีล่าสุดนะคะ"),
    ("", "info@school.example.org", "ขอข้อมูล", ASK),
    ("", "admin@school.example.org", "ขอข้อมูล", ASK),
    ("", "support@company.example.com", "เสนอราคา", "ขอเสนอราคาเครื่องพิมพ์"),
    ("", "webmaster@school.example.org", "ขอข้อมูลทำเว็บไซต์", ASK),
    ("", "it@school.example.org", "ขอข้อมูล", ASK),
    ("", "reply.somchai@example.org", "ขอข้อมูล", ASK),
    ("", "noree@example.org", "ขอข้อมูล", ASK),
    ("", "robotics.club@school.example.org", "ขอข้อมูล", ASK),
    ("", "faxai@example.org", "ขอข้อมูล", ASK),
    ("", "marketing@press.example.com", "สั่งหนังสือ", "สนใจสั่งหนังสือไหมคะ"),
    ("", "director@school.example.org", "", ASK),
    ("", TH, "ยอมรับเงื่อนไขการใช้ข้อมูล", "ยอมรับเงื่อนไขค่ะ ขอข้อมูลจำนวนห้องเรียน"),
    ("", TH, "ปฏิเสธการรับข้อมูล", "ไม่ขอรับข้อมูลชุดนี้"),
    ("", TH, "อ่านไฟล์ไม่ได้", "เปิดไฟล์ไม่ได้ค่ะ รบกวนส่งใหม่"),
    ("", TH, "อ่านแล้ว: ยังไม่เข้าใจ", "อธิบายเพิ่มได้ไหมคะ ปีไหนบ้าง"),
    ("", TH, "ยืนยันคำขอ", "ยืนยันค่ะ"),
    ("", TH, "Re: โปรดยืนยันคำขอข้อมูล", "ยืนยันว่าเป็นคำขอของดิฉันจริงค่ะ"),
    ("", TH, "ขอข้อมูล", f"{ASK}\n\n-- \nกรุณาอย่าตอบกลับที่เบอร์เก่า"),
    ("Content-Language: th-TH\nX-Originating-IP: [192.0.2.1]\n", TH, "ขอทำเนียบโรงเรียน", FORM),
]


def _names(cases: list[tuple[str, str, str, str]]) -> list[str]:
    return [f"{number} {case[2]}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(("head", "sender", "subject", "text"), MACHINES, ids=_names(MACHINES))
def test_what_a_machine_wrote_is_automatic(head: str, sender: str, subject: str, text: str) -> None:
    assert read(mail(text, head=head, sender=sender, subject=subject), KNOWN).kind in AUTOMATIC


@pytest.mark.parametrize(("head", "sender", "subject", "text"), PEOPLE, ids=_names(PEOPLE))
def test_what_a_person_wrote_is_a_persons(head: str, sender: str, subject: str, text: str) -> None:
    assert read(mail(text, head=head, sender=sender, subject=subject), KNOWN).kind not in AUTOMATIC


@pytest.mark.parametrize("method", ["REQUEST", "REPLY", "CANCEL", "COUNTER"])
def test_what_a_calendar_sends_is_a_report(method: str) -> None:
    body = f"BEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n"
    assert read(mail(body, content_type=ICS + method), KNOWN).kind == "report"


def test_a_calendar_file_that_a_person_attaches_is_no_report() -> None:
    body = (
        "--b\nContent-Type: text/plain; charset=utf-8\n\nขอข้อมูลจำนวนห้องเรียนค่ะ\n--b\n"
        "Content-Type: text/calendar; method=REQUEST\n"
        "Content-Disposition: attachment; filename=a.ics\n\n"
        "BEGIN:VCALENDAR\n--b--\n"
    )
    assert read(mail(body, content_type="multipart/mixed; boundary=b"), KNOWN).kind == "request"


def test_an_abuse_report_is_a_report() -> None:
    body = (
        "--b\n\nspam\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    )
    content_type = "multipart/report; report-type=feedback-report; boundary=b"
    assert read(mail(body, content_type=content_type), KNOWN).kind == "report"


@pytest.mark.parametrize(
    ("text", "clear"), [(FORM, True), (ASK, True), ("พบกันวันศุกร์", False), ("ข่าวสารประจำเดือน", False)]
)
def test_a_clear_request_through_a_list_is_marked(text: str, clear: bool) -> None:
    reading = read(mail(text, head="List-Id: <plan.example.org>\nPrecedence: list\n"), KNOWN)
    assert (reading.kind, reading.clear_sign, reading.form) == ("list", clear, None)
