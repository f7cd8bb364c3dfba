"""The words that steer a request, as people write them, and words that only look like them."""

import pytest

from mailproc.parsers import command, read
from tests.parsers.known import KNOWN, OUR_ID, mail

CANCEL = [
    "ยกเลิก",
    "ขอยกเลิกคำขอ",
    "ขอยกเลิกค่ะ",
    "ขอยกเลิกคำขอค่ะ",
    "ยกเลิกคำขอนี้ครับ",
    "ขอยกเลิกคำขอนี้นะคะ เนื่องจากได้ข้อมูลแล้ว",
    "Please cancel my request.",
    "cancel this request because we have the data",
    "ยกเลิก ครับ ได้ข้อมูลจากกลุ่มส่งเสริมแล้ว",
    "ยกเลิกการขอข้อมูลด้วยนะครับ",
    "ขอความกรุณายกเลิกคำขอเลขที่ 2569/0040 ด้วยครับ",
    "ไม่ต้องการข้อมูลแล้วครับ",
    "ขอถอนคำขอ",
    "เรียน เจ้าหน้าที่\nขอยกเลิกคำขอครับ\nขอบคุณครับ",
    "cancel",
    "CANCEL!",
    "withdraw my request please",
    "ยกเลิกคำร้องขอข้อมูล",
    "ขอยกเลิกคำขอข้อมูลเลขที่ ๒๕๖๙/๐๐๔๐ ค่ะ",
    "สวัสดีค่ะ\nยกเลิกนะคะ",
]
STATUS = [
    "สถานะ",
    "ถึงไหนแล้ว",
    "status",
    "สอบถามสถานะคำขอเลขที่ 2569/0040 ครับ",
    "เรื่องที่ขอไปถึงไหนแล้วคะ",
    "ขอทราบความคืบหน้าค่ะ",
    "ขอทราบสถานะคำขอค่ะ",
    "ดำเนินการถึงไหนแล้วครับ",
    "Status?",
    "What is the status of my request?",
    "any update?",
    "ข้อมูลได้หรือยังคะ",
    "ติดตามผลการขอข้อมูลครับ",
    "คำขอเลขที่ 2569/0040 ถึงไหนแล้วครับ",
    "ตรวจสอบสถานะคำขอ",
]
RESEND = [
    "ขอส่งใหม่",
    "ส่งไฟล์ให้อีกครั้ง",
    "resend",
    "ขอส่งใหม่อีกครั้งค่ะ ไฟล์เปิดไม่ได้",
    "รบกวนส่งไฟล์ให้อีกครั้งค่ะ",
    "ช่วยส่งข้อมูลมาใหม่ด้วยครับ",
    "ขอไฟล์อีกครั้งค่ะ",
    "please resend the file",
    "Please send the data again.",
    "ส่งเมลมาให้ใหม่อีกครั้งหน่อยครับ",
    "ขอให้ส่งไฟล์ใหม่",
    "ส่งใหม่อีกทีค่ะ",
    "could you resend it?",
]
FORM = [
    "ขอแบบฟอร์ม",
    "แบบฟอร์มคำขอ",
    "help",
    "ช่วยเหลือ",
    "ขอรายการข้อมูล",
    "มีข้อมูลอะไรบ้าง",
    "มีข้อมูลอะไรบ้างคะ",
    "ขอแบบฟอร์มขอใช้บริการข้อมูลด้วยค่ะ\nขอบคุณค่ะ",
    "รบกวนขอแบบฟอร์มขอข้อมูลหน่อยครับ",
    "ขอรายชื่อชุดข้อมูลทั้งหมดค่ะ",
    "Help",
    "please send me the form",
    "what data do you have?",
    "ขอแบบคำขอข้อมูล",
    "วิธีขอข้อมูล",
    "ขอดาวน์โหลดแบบฟอร์มครับ",
    "list of datasets",
]
NONE = [
    "ยกเลิกไม่ได้หรือคะ",
    "ขอไม่ยกเลิก",
    "> ยกเลิก",
    "ยกเลิกเงื่อนไข ป.1 ขอทุกชั้น",
    "อย่ายกเลิกคำขอนะครับ",
    "please cancel the meeting",
    "ข้อมูลโรงเรียนที่ยกเลิก",
    "ไม่ได้ยกเลิก",
    "ขอข้อมูลโรงเรียนที่ยกเลิก",
    "ขอยกเลิกคำขอเดิม และขอข้อมูลจำนวนห้องเรียนแทน",
    "ยกเลิกครับ ขอเปลี่ยนเป็นปี 2567 แทน",
    "ยกเลิก\nขอข้อมูลทำเนียบโรงเรียน",
    "แบบฟอร์มขอข้อมูล\nชื่อ: มะลิ\nหน่วยงาน: โรงเรียน",
    "ขอสถานะครูรายโรงเรียน",
    "สถานะภาพสมรสของครู",
    "ขอรายการข้อมูลจำนวนนักเรียน",
    "ขอส่งใหม่ เนื่องจาก mail ตีกลับ\nชื่อ: มะลิ\nวัตถุประสงค์: วางแผน",
    "ส่งแบบฟอร์มมาพร้อมนี้",
    "I need help with the form: which year should I put?",
    "ขอสถานะภาวะโภชนาการ",
    "helpful",
    "ข้อมูลอะไรบ้างที่ต้องกรอก",
    "ยกเลิกเฉพาะข้อ 2 ครับ",
    "การยกเลิกโรงเรียนขนาดเล็ก",
    "ติดตามเด็กออกกลางคัน",
    "ขอข้อมูลติดตามนักเรียน",
]
COMMANDS = {"cancel": CANCEL, "status": STATUS, "resend": RESEND, "form": FORM}
CASES = [(name, text) for name, texts in COMMANDS.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), CASES, ids=[text for _, text in CASES])
def test_a_command_is_understood_as_people_write_it(name: str, text: str) -> None:
    assert command.find(text) == name
    assert command.find(f"\n{text}\n\nขอบคุณค่ะ") == name


@pytest.mark.parametrize(("name", "text"), [c for c in CASES if "\n" not in c[1]])
def test_the_subject_of_an_empty_mail_is_a_command(name: str, text: str) -> None:
    assert command.find("", text) == name
    assert command.find("", f"Re: {text}") is None
    assert command.find("ขอบคุณสำหรับข้อมูลครับ", text) is None


@pytest.mark.parametrize("text", NONE)
def test_what_says_more_or_something_else_is_no_command(text: str) -> None:
    assert command.find(text) is None


def test_with_a_file_only_a_cancel_is_a_command() -> None:
    assert command.find("ขอแบบฟอร์ม", files=True) is None
    assert command.find("ยกเลิก", files=True) == "cancel"


def test_a_greeting_before_it_is_passed_over() -> None:
    assert command.find("เรียน เจ้าหน้าที่\nสวัสดีค่ะ\nสถานะ") == "status"
    assert command.find("สวัสดีค่ะ", "ช่วยเหลือ") == "form"


@pytest.mark.parametrize("head", ["", f"In-Reply-To: {OUR_ID}\n"])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_reader_says_which_command_it_is(name: str, head: str) -> None:
    reading = read(mail(COMMANDS[name][0], head=head), KNOWN)
    assert (reading.kind, reading.command, reading.form) == ("command", name, None)


def test_a_signature_does_not_hide_a_command() -> None:
    text = (
        "ยกเลิก\n\nขอแสดงความนับถือ\nมะลิ ใจดี\nโทร. "
        "081-000-0000\n\nOn Mon, D <d@x.org> wrote:\n> ขอข้อมูล"
    )
    assert read(mail(text, head=f"In-Reply-To: {OUR_ID}\n"), KNOWN).command == "cancel"
