import pytest

from mailproc.parsers import values, years


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("68", (2568,)),
        ("2568", (2568,)),
        ("๒๕๖๘", (2568,)),
        ("พ.ศ. 2568", (2568,)),
        ("พ.ศ.๒๕๖๘", (2568,)),
        ("2025", (2568,)),
        ("ค.ศ. 2025", (2568,)),
        ("2567 และ 2568", (2567, 2568)),
        ("2566-2568", (2566, 2567, 2568)),
        ("๒๕๖๖ ถึง ๒๕๖๘", (2566, 2567, 2568)),
        ("66–68", (2566, 2567, 2568)),
        ("2566, 2568", (2566, 2568)),
        ("1/2568", (2568,)),
        ("2025/2026", (2568,)),
        ("2025/26", (2568,)),
        ("ปี 2568 (ล่าสุด)", (2568,)),
        ("ล่าสุด", ()),
        ("1234", ()),
        ("12", ()),
        ("0812345678", ()),
    ],
)
def test_academic_years_are_buddhist_however_written(words: str, expected: tuple[int, ...]) -> None:
    assert years.years(words) == expected


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("1", 1),
        ("๒", 2),
        ("รอบที่ 3", 3),
        ("รอบ ๑", 1),
        ("10 มิถุนายน", 1),
        ("10 มิ.ย.", 1),
        ("รอบ 10 มิ.ย. 2568", 1),
        ("10 พฤศจิกายน 2568", 2),
        ("๑๐ พ.ย.", 2),
        ("10 พ.ย. 68", 2),
        ("สิ้นปีการศึกษา", 3),
        ("รอบที่ 1 (10 มิถุนายน)", 1),
        ("round 2", 2),
        ("10 June", 1),
        ("June 10", 1),
        ("10 November", 2),
        ("end of year", 3),
        ("1/2568", 1),
        ("ภาคเรียนที่ 2", 2),
        ("4", None),
        ("รอบที่ 1 และ รอบที่ 2", None),
        ("15 มิถุนายน", None),
        ("", None),
    ],
)
def test_a_round_is_known_by_number_or_by_its_date(words: str, number: int | None) -> None:
    assert years.round_number(words) == number


@pytest.mark.parametrize(
    ("words", "phone"),
    [
        ("0812345678", "081-234-5678"),
        ("081-234-5678", "081-234-5678"),
        ("081 234 5678", "081-234-5678"),
        ("๐๘๑-๒๓๔-๕๖๗๘", "081-234-5678"),
        ("+66 81 234 5678", "081-234-5678"),
        ("(081) 2345678", "081-234-5678"),
        ("0-4261-1234", "042-611-234"),
        ("02-123-4567", "02-123-4567"),
        ("042611234 ต่อ 12", "042-611-234 ต่อ 12"),
        ("0812345678, 042611234", "081-234-5678, 042-611-234"),
        ("12345", "12345"),
        ("ไม่มี", None),
    ],
)
def test_phones_are_written_in_one_way(words: str, phone: str | None) -> None:
    assert values.phone(words) == phone


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("ภาพรวมเขต", "area"),
        ("รายอำเภอ", "district"),
        ("รายกลุ่มโรงเรียน", "group"),
        ("กลุ่มโรงเรียน", "group"),
        ("รายโรงเรียน", "school"),
        ("by school", "school"),
        ("By district", "district"),
        ("whole area", "area"),
        ("? ภาพรวมเขต ? รายอำเภอ ? รายโรงเรียน", None),
        ("อื่น ๆ", None),
    ],
)
def test_levels(words: str, level: str | None) -> None:
    assert values.level(words) == level


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Excel", "xlsx"),
        ("ไฟล์ Excel (.xlsx)", "xlsx"),
        ("ไฟล์เอกเซล", "xlsx"),
        ("csv", "csv"),
        ("เอกสาร PDF", "pdf"),
        ("เอกสาร", "paper"),
        ("Excel หรือ CSV", "xlsx"),
        ("? Excel ? CSV ? PDF ? เอกสาร", None),
        ("Word", None),
    ],
)
def test_formats(words: str, name: str | None) -> None:
    assert values.file_format(words) == name


@pytest.mark.parametrize(
    ("words", "channel"),
    [
        ("อีเมล", "email"),
        ("e-Mail", "email"),
        ("ทางอีเมล์", "email"),
        ("LINE", "line"),
        ("ไลน์", "line"),
        ("รับด้วยตนเอง", "pickup"),
        ("Smart Office", "smart_office"),
        ("AMSS++", "smart_office"),
        ("โทรสาร", None),
    ],
)
def test_deliveries(words: str, channel: str | None) -> None:
    assert values.delivery(words) == channel


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("บุคลากรในสังกัด", "internal"),
        ("หน่วยงานรัฐ", "government"),
        ("ภาคเอกชน", "private"),
        ("บุคคลทั่วไป", "public"),
        ("อื่น ๆ", None),
    ],
)
def test_requester_types(words: str, kind: str | None) -> None:
    assert values.requester_type(words) == kind


@pytest.mark.parametrize(
    ("words", "tidy"),
    [
        ("....มะลิ....", "มะลิ"),
        (" - ", ""),
        ("________", ""),
        ("(ระบุ)", ""),
        ("(โปรดระบุชื่อ)", ""),
        ("(เช่น 2568)", ""),
        ("2567 (เช่น 2568)", "2567"),
        ("บริษัท ตัวอย่าง จำกัด.", "บริษัท ตัวอย่าง จำกัด."),
        ("นํ้าทิพย์", "น้ำทิพย์"),
        ("เพื่อวางแผนค่ะ", "เพื่อวางแผน"),
        ("ว่าที่ ร.ต.มะลิ\u00a0 ดอกแก้ว", "ว่าที่ ร.ต.มะลิ ดอกแก้ว"),
    ],
)
def test_what_is_not_part_of_a_value_falls_away(words: str, tidy: str) -> None:
    assert values.tidy(words) == tidy


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("mali@example.org", "mali@example.org"),
        ("ิmali@example.org", "mali@example.org"),  # keyboard left in Thai
        ("mali@example.org (ส่วนตัว)", "mali@example.org"),
        ("<mali@example.org>", "mali@example.org"),
        ("mali at example", None),
    ],
)
def test_an_address_is_found_among_the_words(words: str, address: str | None) -> None:
    assert values.email(words) == address


@pytest.mark.parametrize(
    ("words", "filters"),
    [
        ("โรงเรียนบ้านตัวอย่าง, ชั้น ป.1 และ ป.2", ("โรงเรียนบ้านตัวอย่าง", "ชั้น ป.1", "ป.2")),
        ("เฉพาะอำเภอเมือง", ("เฉพาะอำเภอเมือง",)),
        ("grade 1 and grade 2", ("grade 1", "grade 2")),
        ("- ป.1\n- ป.2", ("ป.1", "ป.2")),
    ],
)
def test_filters_are_the_words_used(words: str, filters: tuple[str, ...]) -> None:
    assert values.filters(words) == filters


def test_a_letter_has_its_number_and_a_buddhist_date() -> None:
    assert values.letter_number("ที่ ศธ ๐๔๑๑๐/ว๑๒๓") == "ศธ 04110/ว123"
    assert values.iso_date("๒๙ กุมภาพันธ์ ๒๕๖๗") == "2024-02-29"
    assert values.iso_date("29 กุมภาพันธ์ 2568") is None


def test_consent_is_yes_no_or_not_said() -> None:
    said = [values.consent(words) for words in ("ยินยอม", "ไม่ยินยอม", "I agree", "x")]
    assert said == [True, False, True, None]
