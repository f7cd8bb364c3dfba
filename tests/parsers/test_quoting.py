from pathlib import Path

import pytest

from mailproc.parsers import attribution, quoting

OLD = "เรียน คุณมะลิ\nปีการศึกษา:"


def _marked(text: str) -> str:
    return "\n".join("> " + line for line in text.split("\n"))


SENDER = "ศูนย์ข้อมูล <data@example.org>"
QUOTES = {
    "gmail in Thai": f"เมื่อ จ. 23 พ.ย. 2026 เวลา 09:10 {SENDER} เขียนว่า:\n\n{_marked(OLD)}",
    "gmail, wrapped": f"ในวันที่ จ. 23 พ.ย. 2026 เวลา 09:10 {SENDER}\nเขียนว่า:\n{_marked(OLD)}",
    "gmail in English": f"On Mon, Nov 23, 2026 at 9:10 AM {SENDER}\nwrote:\n\n{_marked(OLD)}",
    "gmail, unmarked": f"เมื่อ จ. 23 พ.ย. 2026 เวลา 09:10 {SENDER} เขียนว่า:\n\n{OLD}",
    "gmail android": f"เมื่อ จ. 23 พ.ย. 2569 09:10 น.\n{SENDER}\nเขียนว่า:\n\n{_marked(OLD)}",
    "apple in Thai": f"เมื่อวันที่ 23 พ.ย. 2569 เวลา 09:10 {SENDER} เขียน:\n{OLD}",
    "apple, other words": f"{SENDER} เขียนว่า:\n\n{_marked(OLD)}",
    "apple in English": f"On 23 Nov 2569 BE, at 09:10, {SENDER} wrote:\n\n{_marked(OLD)}",
    "yahoo in Thai": f"เมื่อ วันจันทร์ที่ 23 พฤศจิกายน ค.ศ. 2026 ณ เวลา "
    f"09:10:00 GMT+7, {SENDER} เขียนว่า:\n{OLD}",
    "yahoo in English": f"On Monday, November 23, 2026 at 09:10:00 "
    f"AM GMT+7, {SENDER} wrote:\n{OLD}",
    "thunderbird in Thai": f"ในวันที่ 23/11/2569 09:10, ศูนย์ข้อมูล เขียนว่า:\n{_marked(OLD)}",
    "thunderbird in English": f"On 23/11/2026 09:10, ศูนย์ข้อมูล wrote:\n{_marked(OLD)}",
    "outlook in Thai": f"{'_' * 32}\nจาก: {SENDER}\nส่งเมื่อ: 23 พ.ย. 2569\nถึง: มะลิ\nเรื่อง: x\n\n{OLD}",
    "outlook mobile in Thai": f"{'_' * 32}\nจาก: {SENDER}\nส่ง: 23 พ.ย. 2569\n"
    f"ถึง: มะลิ\nชื่อเรื่อง: x\n\n{OLD}",
    "outlook web in Thai": f"จาก: {SENDER}\nวันที่: 23 พ.ย. 2569\nถึง: "
    f"มะลิ\nสำเนา: ข\nหัวเรื่อง: x\n\n{OLD}",
    "outlook in English": f"From: {SENDER}\nSent: Monday\nTo: Mali\nSubject: x\n\n{OLD}",
    "outlook, bold": f"*From:* {SENDER}\n*Sent:* Monday\n*To:* Mali\n*Subject:* x\n\n{OLD}",
    "outlook, name alone": f"จาก: ศูนย์ข้อมูล\nส่ง: 23 พ.ย. 2569\nถึง: มะลิ\nเรื่อง: x\n\n{OLD}",
    "original message": f"-----Original Message-----\nFrom: Data\n\n{OLD}",
    "original message in Thai": f"-----ข้อความต้นฉบับ-----\nจาก: x\n\n{OLD}",
    "line works": '-----Original Message-----\nFrom: "ศูนย์" <d@example.org>\nTo: <m@x.org>\n'
    f"Cc:\nSent: 2026-11-23 (Mon)\n\n{OLD}",
    "samsung in Thai": f"-------- ข้อความต้นฉบับ --------\nจาก: ศูนย์\nวันที่: "
    f"23/11/26\nถึง: มะลิ\nหัวเรื่อง: x\n{OLD}",
    "samsung in English": f"-------- Original message --------\nFrom: "
    f"Data\nDate: 23/11/26\nTo: Mali\n{OLD}",
    "zimbra": f"----- ข้อความต้นฉบับ -----\nจาก: {SENDER}\nถึง: มะลิ\nส่งแล้ว: วันจันทร์\nเรื่อง: x\n\n{OLD}",
    "zoho": f"---- On Mon, 23 Nov 2026 09:10:00 +0700 {SENDER} wrote ----\n\n{OLD}",
    "date and sender": f"2026-11-23 9:10 GMT+07:00 {SENDER}:\n{_marked(OLD)}",
    "another language": f"man. 23. nov. 2026 kl. 09:10 sendte {SENDER}:\n{_marked(OLD)}",
    "marks alone": _marked(OLD),
    "marks of marks": _marked(_marked(OLD)),
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


BELOW = "มะลิ ใจดี\nครูชำนาญการ\nโทร. 081-000-0000"


@pytest.mark.parametrize(
    "line",
    [
        *("-- ", "--", "—", "Sent from my iPhone", "ส่งจาก iPhone ของฉัน", "Get Outlook for Android"),
        *("ส่งจาก Samsung Mobile", "ส่งจากมือถือ", "ส่งจากโทรศัพท์ของฉัน", "ส่งจาก Yahoo Mail บน Android"),
        *("ดาวน์โหลด Outlook สำหรับ iOS", "รับ Outlook สำหรับ Android", "Sent from Outlook for iOS"),
        *(
            "Sent from my Samsung Galaxy smartphone.",
            "Sent from Mail for Windows",
            "Sent from TypeApp",
        ),
        *("ขอแสดงความนับถือ", "   ขอแสดงความนับถืออย่างสูง", "ด้วยความเคารพ", "ด้วยความเคารพอย่างสูงค่ะ"),
        *(
            "Best regards,",
            "Kind regards",
            "Regards,",
            "Yours sincerely,",
            "Sincerely",
            "Yours faithfully,",
        ),
        "ข้อความในอีเมลฉบับนี้เป็นความลับ หากท่านมิใช่ผู้รับที่ระบุไว้ โปรดลบทิ้ง",
        "อีเมลฉบับนี้มีข้อมูลที่เป็นความลับและใช้เฉพาะผู้รับ",
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
        "CONFIDENTIALITY NOTICE: this message is intended for the recipient only.",
    ],
)
def test_a_signature_is_left_out_and_kept_apart(line: str) -> None:
    written = quoting.split(f"ขอข้อมูล\n\n{line}\n{BELOW}")
    assert written.text == "ขอข้อมูล"
    assert written.signature == f"{line.rstrip()}\n{BELOW}"


@pytest.mark.parametrize(
    "text",
    [
        "ขอแสดงความนับถือ\nชื่อ: มะลิ\nหน่วยงาน: โรงเรียนบ้านตัวอย่าง\nวัตถุประสงค์: วางแผน",
        "ขอข้อมูลค่ะ\n--\nชุดข้อมูล: ทำเนียบโรงเรียน\nปีการศึกษา: 2568",
        "ส่งจากโรงเรียนบ้านตัวอย่าง\nขอข้อมูลค่ะ",
        "ขอแสดงความนับถือต่อท่าน และขอข้อมูลจำนวนห้องเรียน",
        "With regards to the data, we need it by school.",
        "This e-mail is about classrooms.",
    ],
)
def test_what_only_looks_like_a_signature_stays(text: str) -> None:
    assert quoting.split(text).text == text


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


BODIES = Path(__file__).parents[2].parent / "shared" / "mails" / "bodies"


@pytest.mark.skipif(not BODIES.is_dir(), reason="the shared test mails are not here")
def test_no_quote_is_left_in_the_bodies_that_others_test_with() -> None:
    paths = [path for path in BODIES.rglob("*") if path.is_file()]
    left = []
    for path in paths:
        written = quoting.split(path.read_text("utf-8", "replace").replace("\r\n", "\n"))
        lines = written.text.split("\n")
        starts = (line.lstrip().startswith(">") for line in lines)
        begun = (attribution.begins_quote(lines, at) for at in range(len(lines)))
        if not written.forwarded and (any(starts) or any(begun)):
            left.append(path.name)
    assert len(left) <= len(paths) // 100, left
