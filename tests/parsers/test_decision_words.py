from __future__ import annotations

import pytest

from mailproc.parsers import Said, decision

NAMES = ("นางสาวสมศรี ใจดี", "นายบุญส่ง พร้อมเพรียง")
C = "123456"


@pytest.mark.parametrize(
    "text",
    [
        "อนุญาต\nรหัส: 123456",
        "อนุญาตครับ ๑๒๓๔๕๖",
        "อนุญาติค่ะ\n123 456",
        "อนุมัติ รหัส 123456",
        "อนุญาต (123456)",
        "**อนุญาต**\nรหัส: *123456*",
        "อนุญาต 👍\n123456",
        "อนุญาตตามที่เสนอ\n\nรหัส: 123456",
        "อนุญาต\nรหัส: ลำดับที่ 7 123456",
        "อนุญาต รหัส 7) 123456",
        "- ทราบ\n- อนุญาต\n7. 123456",
        "123456\nอนุญาต",
        "เรียน คุณดาวเรือง\n\nอนุญาตค่ะ\n123456\n\nขอบคุณค่ะ\nสมศรี ใจดี",
        "อนุญาตครับ\nรหัส: 123456\nสมศรี\nผอ.กลุ่มนโยบายและแผน\nโทร. 02 123 4567",
        "อนุญาต\nรหัส: 123456\nส่งจากสมาร์ทโฟนของฉัน",
        "อนุ\u200bญาต\nรหัส: 123456",
        "อนุญาต ตามเสนอ\n123456",
        "อนุญาตตามที่เจ้าหน้าที่เสนอค่ะ 123456",
        "อนุญาต\n123456\n\n(นายบุญส่ง พร้อมเพรียง)\nผอ.กลุ่มนโยบายและแผน\nสพป.เชียงรายเขต 3",
        "อนุญาต\n123456\nด้วยความเคารพ\nสพป.ตัวอย่าง\nถ.สายหลัก ต.ในเมือง อ.เมือง จ.ตัวอย่าง 57000",
        "อนุญาต\n123456\nทราบแล้วครับ\nจากมือถือ Android ของฉัน",
        "Approve 123456",
        "Approved.\nCode: 123-456\nThank you",
        "I approve\n123456\nBest regards",
    ],
)
def test_a_word_that_fills_its_line_approves(text: str) -> None:
    assert decision(text, NAMES) == Said("approve", "", C, speaks=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ไม่อนุญาต\nเหตุผล: เผยแพร่แล้ว\nรหัส: 123456", "เผยแพร่แล้ว"),
        ("ไม่อนุญาต เพราะเผยแพร่แล้ว รหัส 123456", "เพราะเผยแพร่แล้ว"),
        ("ไม่อนุมัติ 123456 เผยแพร่แล้ว", "เผยแพร่แล้ว"),
        ("ไม่อนุญาตครับ\n123456\nเป็นข้อมูลส่วนบุคคล\nตามมาตรา 15(5)", "เป็นข้อมูลส่วนบุคคล\nตามมาตรา 15(5)"),
        ("ไม่อนุญาต\nกลุ่มอื่นเป็นเจ้าของข้อมูล\nรหัส: 123456\nนางสาวสมศรี", "กลุ่มอื่นเป็นเจ้าของข้อมูล"),
        ("ไม่อนุญาต: ไม่ระบุปีหรือรอบ\n123456", "ไม่ระบุปีหรือรอบ"),
        ("Refuse: already public\ncode 123456", "already public"),
        ("Not approved\nReason: already public\n123456", "already public"),
        ("ไม่อนุญาต\nเหตุผล:\nรหัส: 123456", ""),
    ],
)
def test_a_refusal_has_its_reason(text: str, reason: str) -> None:
    assert decision(text, NAMES) == Said("refuse", reason, C, speaks=True)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("ส่งกลับ\nจะใช้กับโรงเรียนใด\n123456", "จะใช้กับโรงเรียนใด"),
        ("ส่งกลับ\nคำถาม: จะใช้กับโรงเรียนใด\nรหัส: 123456", "จะใช้กับโรงเรียนใด"),
        ("ขอแก้ไข: ระบุปีให้ชัด\nรหัส:123456", "ระบุปีให้ชัด"),
        ("Return\nWhich year?\n123456", "Which year?"),
    ],
)
def test_a_return_has_its_question(text: str, question: str) -> None:
    assert decision(text, NAMES) == Said("return", question, C, speaks=True)


@pytest.mark.parametrize(
    "text", ["ยกเลิกการอนุญาต\n123456", "Withdraw approval\n123456", "undo 123456"]
)
def test_an_approval_is_taken_back_by_its_word(text: str) -> None:
    assert decision(text, NAMES) == Said("undo", "", C, speaks=True)


@pytest.mark.parametrize(
    "text",
    [
        "อนุญาตหรือไม่อนุญาตดีครับ\n123456",
        "อนุญาต หรือ ไม่อนุญาต 123456",
        "อนุญาต\nไม่อนุญาต\n123456",
        "ไม่อนุญาต อนุญาตเฉพาะยอดรวม\n123456",
        "ไม่อนุญาตให้ส่งเบอร์ แต่อนุญาตที่เหลือ\n123456",
        "ยังไม่อนุญาต 123456",
        "ขออนุญาตลาครับ\n123456",
        "ขอแก้ไขข้อมูลปีเป็น 2568\nรหัส 123456",
        "อนุญาต\n123456\n654321",
        "เห็นด้วยครับ\n123456",
        "โอเค 123456",
        "123456",
        "ถ้าครบแล้ว อนุญาต 123456",
        "ขอคุยก่อน\nอนุญาต\n123456",
        "please approve 123456",
    ],
)
def test_what_is_unsure_decides_nothing(text: str) -> None:
    assert decision(text, NAMES).choice == ""


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("อนุญาต แต่ตัดเบอร์โทรออก 123456", ("แต่ตัดเบอร์โทรออก",)),
        ("อนุญาต\nแต่ตัดเบอร์โทรออก\n123456", ("แต่ตัดเบอร์โทรออก",)),
        ("อนุญาตแต่ตัดเบอร์โทร\n123456", ("แต่ตัดเบอร์โทร",)),
        ("อนุญาต\n123456\nเฉพาะอำเภอเมือง", ("เฉพาะอำเภอเมือง",)),
        ("อนุญาต\n123456\nกลุ่มอื่นขอดูด้วย", ("กลุ่มอื่นขอดูด้วย",)),
        ("อนุญาต\n123456\nสำนักงานส่งเป็น PDF", ("สำนักงานส่งเป็น PDF",)),
        ("อนุญาต\n123456\nอย่าส่งเบอร์", ("อย่าส่งเบอร์",)),
        ("อนุญาต\n123456\nรายเขต", ("รายเขต",)),
        ("อนุญาต\n123456\nแค่ตำบลเดียวในอำเภอเมือง 57000", ("แค่ตำบลเดียวในอำเภอเมือง 57000",)),
        ("อนุญาต\n123456\nเอาโรงเรียนรหัส 57030", ("เอาโรงเรียนรหัส 57030",)),
        ("อนุญาต\n123456\nกลุ่มเมืองก็พอ", ("กลุ่มเมืองก็พอ",)),
        ("Approve 123456\nthe schools of district 57100", ("the schools of district 57100",)),
        ("อนุญาต\n123456\nจากโทรศัพท์ที่คุยกัน เอาแค่ ป.1", ("จากโทรศัพท์ที่คุยกัน เอาแค่ ป.1",)),
        ("อนุญาต\nเงื่อนไข: ระดับอำเภอ / ตัดคอลัมน์ 3\n123456", ("ระดับอำเภอ / ตัดคอลัมน์ 3",)),
        (
            "อนุญาต\nเงื่อนไข:\n- กลุ่มโรงเรียน\n- ตัดคอลัมน์ 3\n123456\nกลุ่มนโยบายและแผน",
            ("กลุ่มโรงเรียน", "ตัดคอลัมน์ 3"),
        ),
        ("อนุญาตโดยมีเงื่อนไข: ตัดคอลัมน์ 3\nรหัส 123456\nผอ.สมศรี", ("ตัดคอลัมน์ 3",)),
        ("Approve\nConditions: without column 3\n123456", ("without column 3",)),
    ],
)
def test_what_stands_behind_a_yes_is_a_condition(text: str, wishes: tuple[str, ...]) -> None:
    said = decision(text, NAMES)
    assert (said.choice, said.wishes, said.code) == ("conditions", wishes, C)


@pytest.mark.parametrize(
    ("text", "ground", "reason"),
    [
        ("ไม่อนุญาต 2\nเหตุผล: ซ้ำ\n123456", "2", "ซ้ำ"),
        ("ไม่อนุญาต ๒ ซ้ำ ๑๒๓๔๕๖", "2", "ซ้ำ"),
        ("ไม่อนุญาต ข้อ 3 เผยแพร่แล้ว 123456", "3", "เผยแพร่แล้ว"),
        ("ไม่อนุญาต\nเหตุข้อที่: 2\nเหตุผล: ซ้ำ\nรหัส: 123456", "2", "ซ้ำ"),
        ("ไม่อนุญาต\nเหตุข้อที่: \nเหตุผล: ซ้ำ\nรหัส: 123456", "", "ซ้ำ"),
        ("ไม่อนุญาต\n2\nซ้ำ\n123456", "2", "ซ้ำ"),
        ("ไม่อนุญาต 7) 123456\nเหตุผล: ซ้ำ", "", "ซ้ำ"),
        ("ไม่อนุญาต\nเหตุผล: 2 โรงเรียนไม่ยินยอม\n123456", "", "2 โรงเรียนไม่ยินยอม"),
        ("Refuse 2 already public\n123456", "2", "already public"),
    ],
)
def test_a_refusal_names_its_ground_by_number(text: str, ground: str, reason: str) -> None:
    said = decision(text, NAMES)
    assert (said.choice, said.ground, said.reason, said.code) == ("refuse", ground, reason, C)


@pytest.mark.parametrize("text", ["ระงับไฟล์\n123456", "ขอยกเลิกลิงก์ 123456", "Take back file\n123456"])
def test_a_file_is_taken_back_by_its_word(text: str) -> None:
    assert decision(text, NAMES) == Said("revoke", "", C, speaks=True)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("ข้อมูลนี้เคยอนุญาตให้โรงเรียนอื่นไปแล้วหรือไม่ และใครเป็นผู้ใช้", True),
        ("ใครเป็นผู้ขอครับ", True),
        ("Who will use this?", True),
        ("ยกเลิก", False),
        ("ตกลงครับ", False),
        ("ขอดูก่อน\n123456", False),
        ("ขอบคุณครับ", False),
    ],
)
def test_words_to_the_office_are_told_from_a_try(text: str, asks: bool) -> None:
    assert decision(text, NAMES).asks is asks


@pytest.mark.parametrize("text", ["", "\n\n", "ขอบคุณครับ", "ทราบ", "อยู่ระหว่างลาพักผ่อน โทร 0812345678"])
def test_other_words_do_not_even_try(text: str) -> None:
    said = decision(text, NAMES)
    assert (said.choice, said.code, said.speaks) == ("", "", False)


@pytest.mark.parametrize("text", ["อนุญาต", "อนุญาต\nรหัส:", "อนุญาต\nรหัส: ......", "อนุญาต\nCode:"])
def test_a_word_without_a_code_is_seen_to_lack_it(text: str) -> None:
    assert decision(text, NAMES) == Said("approve", "", "", speaks=True)


def test_a_code_of_the_wrong_length_is_taken_for_a_code() -> None:
    assert decision("อนุญาต\nรหัส: 12345", NAMES).code == "12345"


def test_a_long_mail_is_read_in_no_time() -> None:
    for text in ("อนุญาต " * 50_000, "รหัส: " + "1 " * 100_000, "ไม่อนุญาต " + "เพราะ " * 50_000):
        assert decision(text, NAMES).code == ""


@pytest.mark.parametrize(
    ("text", "subject", "code"),
    [
        ("อนุญาต", "Re: ขออนุญาต (คำขอ 2569/00005) รหัส 128943", "128943"),
        ("อนุญาต", "Re: ขออนุญาต (คำขอ 2569/00005) ๑๒๘ ๙๔๓", "128943"),
        ("อนุญาต\n447115", "Re: ขออนุญาต รหัส 128943", "447115"),
        ("อนุญาต", "Re: ขออนุญาต ปี 2568 (คำขอ 2569/00005)", ""),
        ("อนุญาต", "Re: อนุญาต คำขอเลขที่ 2569/00001 [#471c0c220ae8f95bca130c36b8123456]", ""),
        ("ขอบคุณครับ", "Re: ขออนุญาต รหัส 128943", ""),
    ],
)
def test_a_code_may_stand_at_the_end_of_the_subject(text: str, subject: str, code: str) -> None:
    assert decision(text, (), subject).code == code
