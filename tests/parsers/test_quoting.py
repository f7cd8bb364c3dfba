import pytest

from mailproc.parsers import quoting

OLD = "เรียน คุณมะลิ\nปีการศึกษา:"


def _marked(text: str) -> str:
    return "\n".join("> " + line for line in text.split("\n"))


SENDER = "ศูนย์ข้อมูล <data@example.org>"
QUOTES = {
    "gmail in Thai": f"เมื่อ จ. 23 พ.ย. 2026 เวลา 09:10 {SENDER} เขียนว่า:\n\n{_marked(OLD)}",
    "gmail, wrapped": f"ในวันที่ จ. 23 พ.ย. 2026 เวลา 09:10 {SENDER}\nเขียนว่า:\n{_marked(OLD)}",
    "gmail in English": f"On Mon, Nov 23, 2026 at 9:10 AM {SENDER}\nwrote:\n\n{_marked(OLD)}",
    "apple in Thai": f"เมื่อวันที่ 23 พ.ย. 2569 เวลา 09:10 {SENDER} เขียน:\n{OLD}",
    "outlook in Thai": f"{'_' * 32}\nจาก: {SENDER}\nส่งเมื่อ: 23 พ.ย. 2569\nถึง: มะลิ\nเรื่อง: x\n\n{OLD}",
    "outlook in English": f"From: {SENDER}\nSent: Monday\nTo: Mali\nSubject: x\n\n{OLD}",
    "original message": f"-----Original Message-----\nFrom: Data\n\n{OLD}",
    "original message in Thai": f"-----ข้อความต้นฉบับ-----\nจาก: x\n\n{OLD}",
    "date and sender": f"2026-11-23 9:10 GMT+07:00 {SENDER}:\n{_marked(OLD)}",
    "marks alone": _marked(OLD),
}


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES.keys())
def test_the_quoted_mail_is_cut_off_and_kept_apart(quote: str) -> None:
    written = quoting.split(f"2568 ค่ะ\n\n{quote}")
    assert written.text == "2568 ค่ะ"
    assert written.quoted.endswith("ปีการศึกษา:")


def test_answers_between_quoted_lines_stay() -> None:
    text = "On Mon, Data <d@example.org> wrote:\n> ปีการศึกษา?\n2568\n> วัตถุประสงค์?\nวางแผน\n"
    written = quoting.split(text)
    assert written.text == "2568\nวางแผน"
    assert "ปีการศึกษา?\nวัตถุประสงค์?" in written.quoted


@pytest.mark.parametrize(
    "line", ["-- ", "--", "Sent from my iPhone", "ส่งจาก iPhone ของฉัน", "Get Outlook for Android"]
)
def test_a_signature_is_left_out(line: str) -> None:
    assert quoting.split(f"ขอข้อมูล\n{line}\nโทร. 1").text == "ขอข้อมูล"


def test_a_forwarded_mail_is_the_writers_own_text() -> None:
    text = "ส่งต่อค่ะ\n-- \nธุรการ\n\n---------- Forwarded message ---------\nFrom: a\n\nชื่อ: มะลิ"
    written = quoting.split(text)
    assert written.forwarded
    assert "ชื่อ: มะลิ" in written.text
    assert "ธุรการ" not in written.text


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "ส่งต่อ: x"])
def test_the_subject_tells_a_forwarded_mail(subject: str) -> None:
    text = "From: Mali <m@example.org>\nSent: x\nTo: y\nSubject: z\n\nชื่อ: มะลิ"
    assert "ชื่อ: มะลิ" in quoting.split(text, subject).text


@pytest.mark.parametrize(
    "text",
    [
        "เรื่อง: ขอข้อมูล\nเรียน: ผู้อำนวยการ\nจาก: โรงเรียนบ้านตัวอย่าง",
        "จาก: โรงเรียนบ้านตัวอย่าง\nถึง: กลุ่มนโยบายและแผน\nวันนี้ขอข้อมูล",
        "On the other hand we need it.\nThank you:",
        "เมื่อวันที่ 10 มิถุนายน โรงเรียนส่งข้อมูลแล้ว\nขอบคุณค่ะ",
    ],
)
def test_a_letter_that_only_looks_like_a_quote_stays_whole(text: str) -> None:
    assert quoting.split(text).text == text
