"""Made-up tables of the kind that an education office sends every day, full of look-alikes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from mailproc.datasets.gate.persons import is_national_id

_FIRST = "บ้าน วัด ชุมชน อนุบาล นิคม ไทยรัฐวิทยา ตชด. ร่มเกล้า".split()
# Places whose names begin as titles of persons do.
_PLACES = (
    "นางรอง นายายอาม นายูง นางแดด นางัว หนองนางเลิง เด็กพัฒนา ดอนนาย ป่าซาง ห้วยไร่ โคกสูง ท่าข้าม สันทราย "
    "คลองใหญ่ หนองบัว ดงมูล โนนสะอาด ศรีสุข บึงแก ทุ่งกว้าง"
).split()
_LAST = ("", "วิทยา", "(ประชานุกูล)", "พิทยาคม", "มิตรภาพที่ ๘๖", " 1")
_DISTRICTS = ("นางรอง", "นายายอาม", "นายูง", "เมือง", "ปากชม")
GRADES = [f"ป.{n}" for n in range(1, 7)]
Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Made:
    """A table: a title, one or two rows of headings, the rows."""

    kind: str
    title: str
    heads: list[list[str]]
    rows: list[list[Cell]]
    notes: list[str] = field(default_factory=list)


def not_an_id(chance: random.Random) -> int:
    """Thirteen digits, as budget codes and receipts have, whose last checks nothing."""
    while is_national_id(str(number := chance.randrange(10**12, 10**13))):
        pass
    return number


def school(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)}{chance.choice(_PLACES)}{chance.choice(_LAST)}"


def code(chance: random.Random) -> str:
    """SMIS (8 digits) or the ministry's (10 digits)."""
    eight = f"{chance.randrange(10, 97)}{chance.randrange(1, 5):02}{chance.randrange(1, 400):04}"
    return eight if chance.random() < 0.7 else f"10{eight}"


def by_grade(chance: random.Random) -> Made:
    """Pupils by grade and sex, with grouped headings."""
    top = ["รหัสโรงเรียน", "ชื่อโรงเรียน"] + [
        g if s == "ชาย" else "" for g in GRADES for s in ("ชาย", "หญิง")
    ]
    low = ["", ""] + [s for _ in GRADES for s in ("ชาย", "หญิง")]
    rows: list[list[Cell]] = [
        [code(chance), school(chance), *(chance.randrange(0, 60) for _ in range(12))]
        for _ in range(chance.randrange(5, 60))
    ]
    return Made("by_grade", "จำนวนนักเรียนจำแนกตามชั้นและเพศ ปีการศึกษา 2568", [top, low], rows)


def budget(chance: random.Random) -> Made:
    """Amounts up to billions, budget codes of 13 digits that are nobody's, receipts."""
    rows: list[list[Cell]] = [
        [
            chance.choice(("ค่าอาหารกลางวัน", "ค่าหนังสือเรียน", "เงินอุดหนุนรายหัว", "ค่าซ่อมแซม")),
            str(not_an_id(chance)) if chance.random() < 0.6 else not_an_id(chance),
            chance.randrange(10_000, 900_000_000),
            round(chance.random() * 100, 2),
            f"{chance.randrange(1, 9_999):,}.50",
        ]
        for _ in range(chance.randrange(4, 40))
    ]
    head = ["รายการ", "รหัสงบประมาณ", "จำนวนเงิน (บาท)", "ร้อยละการเบิกจ่าย", "คงเหลือ"]
    return Made("budget", "ผลการเบิกจ่ายงบประมาณ ปีงบประมาณ 2568", [head], rows)


def long_form(chance: random.Random) -> Made:
    """One row for each year, district and sex: columns of dimensions."""
    rows: list[list[Cell]] = [
        [year, district, sex, grade, chance.randrange(0, 900)]
        for year in (2566, 2567, 2568)
        for district in _DISTRICTS
        for sex in ("ชาย", "หญิง")
        for grade in chance.sample(GRADES, 3)
    ]
    head = ["ปีการศึกษา", "อำเภอ", "เพศ", "ชั้น", "จำนวนนักเรียน"]
    return Made("long_form", "จำนวนนักเรียนรายอำเภอ", [head], rows)


def religions(chance: random.Random) -> Made:
    """Counts by religion and disability: a heading of sensitive words, and no person."""
    kinds = chance.choice(
        (
            ("ศาสนา", ("พุทธ", "อิสลาม", "คริสต์", "อื่น ๆ")),
            ("ประเภทความพิการ", ("ทางการเห็น", "ทางการได้ยิน", "ทางสติปัญญา", "ออทิสติก")),
            ("กลุ่มเลือด", ("A", "B", "O", "AB")),
            ("เชื้อชาติ", ("ไทย", "ลาว", "เมียนมา", "กัมพูชา")),
        )
    )
    rows: list[list[Cell]] = [
        [kind, chance.randrange(10, 900), chance.randrange(10, 900)] for kind in kinds[1]
    ]
    head = [kinds[0], "จำนวนนักเรียนชาย", "จำนวนนักเรียนหญิง"]
    return Made("religions", f"จำนวนนักเรียนจำแนกตาม{kinds[0]}", [head], rows)


def founded(chance: random.Random) -> Made:
    """Days on which schools were founded, and places on the map."""
    rows: list[list[Cell]] = [
        [
            code(chance),
            school(chance),
            date(1920, 1, 1) + timedelta(days=chance.randrange(0, 30_000)),
            round(5 + chance.random() * 15, 6),
            round(97 + chance.random() * 8, 6),
            f"{chance.randrange(10_000, 96_000)}",
        ]
        for _ in range(chance.randrange(8, 50))
    ]
    head = ["รหัสโรงเรียน", "ชื่อสถานศึกษา", "วันที่ก่อตั้ง", "ละติจูด", "ลองจิจูด", "รหัสไปรษณีย์"]
    return Made("founded", "ข้อมูลพื้นฐานโรงเรียน", [head], rows)


def scores(chance: random.Random) -> Made:
    """National test: mean scores and quality levels, with negative changes and dashes."""
    rows: list[list[Cell]] = [
        [
            number,
            code(chance),
            school(chance),
            chance.choice(_DISTRICTS),
            round(30 + chance.random() * 50, 2),
            round(chance.random() * 20 - 10, 2),
            chance.choice(("ดีมาก", "ดี", "พอใช้", "ปรับปรุง", "-")),
        ]
        for number in range(1, chance.randrange(8, 80))
    ]
    head = ["ลำดับ", "รหัสโรงเรียน", "ชื่อสถานศึกษา", "อำเภอ", "คะแนนเฉลี่ย", "ผลต่าง", "ระดับคุณภาพ"]
    return Made("scores", "ผลการทดสอบ NT ชั้น ป.3", [head], rows, ["หมายเหตุ : - หมายถึง ไม่มีผู้เข้าสอบ"])


def staff(chance: random.Random) -> Made:
    """Teachers by rank: headings with words of persons, and counts."""
    head = ["ตำแหน่ง", "จำนวนผู้อำนวยการ", "จำนวนครู", "จำนวนบุคลากรทางการศึกษา", "รวม"]
    rows: list[list[Cell]] = [
        [rank, *(chance.randrange(0, 99) for _ in range(4))]
        for rank in ("ครูผู้ช่วย", "ชำนาญการ", "ชำนาญการพิเศษ", "เชี่ยวชาญ", "ผู้ปกครอง", "นักเรียน")
    ]
    return Made("staff", "จำนวนข้าราชการครูจำแนกตามวิทยฐานะ", [head], rows)


def signed(chance: random.Random) -> Made:
    """A report with the line of contact and the signature that all have."""
    made = by_grade(chance)
    notes = [
        "ที่มา : ระบบ DMC ข้อมูล ณ วันที่ 10 มิถุนายน 2568",
        f"ติดต่อ กลุ่มนโยบายและแผน โทร. 0-4261-{chance.randrange(1000, 9999)} ต่อ 12",
        "ผู้รับรองข้อมูล นายตัวอย่าง ใจดี ผู้อำนวยการกลุ่มนโยบายและแผน",
    ]
    return Made("signed", made.title, made.heads, made.rows, notes)


def companies(chance: random.Random) -> Made:
    """Firms by their registration number: thirteen digits with a right check, of no person."""
    rows: list[list[Cell]] = []
    for number in range(1, chance.randrange(4, 20)):
        first = (
            f"0{chance.randrange(10, 96)}55{chance.randrange(10, 68)}{chance.randrange(10**5):05}"
        )
        last = next(d for d in "0123456789" if is_national_id(first + d))
        rows.append(
            [number, f"บริษัท ตัวอย่าง {number} จำกัด", first + last, chance.randrange(9_999_999)]
        )
    head = ["ที่", "ผู้รับจ้าง", "เลขทะเบียนนิติบุคคล", "วงเงิน (บาท)"]
    return Made("companies", "สรุปผลการจัดซื้อจัดจ้าง", [head], rows)


def trend(chance: random.Random) -> Made:
    years = [str(year) for year in range(2560, 2569)]
    rows: list[list[Cell]] = [
        [district, *(chance.randrange(200, 9_000) for _ in years)] for district in _DISTRICTS
    ]
    return Made("trend", "แนวโน้มจำนวนนักเรียน 2560-2568", [["อำเภอ", *years]], rows)


def stamps(chance: random.Random) -> Made:
    """Rows with the moment of the last change, and 13 digits of milliseconds that check nothing."""
    rows: list[list[Cell]] = []
    for number in range(1, chance.randrange(6, 30)):
        while is_national_id(str(moment := 1_750_000_000_000 + chance.randrange(10**9))):
            pass
        rows.append(
            [number, school(chance), f"2025-09-20T0{chance.randrange(9)}:31:26.000+07:00", moment]
        )
    return Made("stamps", "ตารางรหัสโรงเรียน", [["id", "name_th", "updated_at", "stamp"]], rows)


KINDS = (
    *(by_grade, budget, long_form, religions, founded, scores, staff, signed, companies, trend),
    *(stamps,),
)


def made(seed: int) -> Made:
    """The table of that number."""
    return KINDS[seed % len(KINDS)](random.Random(seed))
