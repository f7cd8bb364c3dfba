"""The field of a label that no list holds, by the words that give it its sense.

Offices print their own labels: «ชื่อผู้วิจัย/ผู้ขอ», «ขอรับข้อมูลทาง», "Preferred file format". Each rule is
a telling word; the first that fits decides. Only for words that stand as a label; whoever asks
drops a closed field whose value does not read as one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailproc import thai
from mailproc.parsers.values import READERS
from mailproc.parsers.years import is_latest, years

_LONGEST = 60  # characters
_RULES = (
    ("consent", r"ยินยอม|ยอมรับ|รับรองว่า|คำรับรอง|ให้ความยินยอม|\bconsent|\bi agree|undertak"),
    ("email", r"อี-?\s?เมล|e-?\s?mail|^เมล|\bmail (?:to|address)|(?:ไปรษณีย์|จดหมาย)อิเล็ก"),
    (
        "letter_date",
        r"(?:หนังสือ|บันทึก)[^/]{0,12}(?:ลงวัน|วันที่|ลว\.?)|วันที่[^/]{0,8}หนังสือ|^ลงวันที่|"
        r"letter date|date of (?:the )?letter|^dated",
    ),
    (
        "letter_no",
        r"(?:เลข(?:ที่)?|ที่)\s?(?:ของ)?(?:หนังสือ|บันทึก)|(?:หนังสือ|บันทึก)[^/]{0,20}(?:เลข|"
        r"ที่)|อ้างถึง|letter (?:ref|no|num)|\b(?:our|your) ref|reference (?:no|num|letter)|"
        r"^ref(?:erence)?\.?$",
    ),
    (
        "needed_by",
        r"ภายใน|กำหนด(?:ส่ง|รับ|ใช้|วัน)|วันที่[^/]{0,10}(?:ต้องการ|ใช้|ขอรับ|จำเป็น|อยากได้)|"
        r"(?:ต้องการ|ใช้|อยากได้|จำเป็น)[^/]{0,14}(?:วันที่|วันใด|เมื่อใด|เมื่อไร|เมื่อไหร่)|"
        r"deadline|\bneed(?:ed)? by|required? by|due (?:date|by)|\bby when|"
        r"when (?:do you )?need|date (?:needed|required)",
    ),
    (
        "requester_type",
        r"ประเภท\s?(?:ของ)?(?:ผู้|หน่วยงาน|องค์กร|สมาชิก|บุคคล)|(?:ผู้ขอ|ผู้ร้อง|ท่าน|"
        r"คุณ)(?:ขอ)?เป็น|สถานะ(?:ของ)?ผู้|กลุ่มผู้(?:ขอ|ใช้|รับ)|type of (?:requester|"
        r"applicant|user|organi)|(?:requester|applicant|user) (?:type|category|group)|"
        r"^category$|you are",
    ),
    (
        "format",
        r"(?:ชนิด|ประเภท|รูปแบบ|สกุล|แบบ)[^/]{0,12}(?:ไฟล์|เอกสาร|แฟ้ม)|ไฟล์[^/]{0,12}(?:ชนิด|"
        r"ประเภท|แบบ|ใด|อะไร)|รูปแบบ(?!การรับ|การส่ง|การจัดส่ง)|(?:file|output|data|document|"
        r"preferred) (?:type|format)|^format|^ไฟล์|(?:เป็น|ของ)ไฟล์",
    ),
    (
        "delivery",
        r"(?:ช่องทาง|วิธี|ทาง)(?:การ|ใน|ที่)?[^/]{0,12}(?:รับ|ส่ง|มอบ)|(?:รับ|ส่ง|จัดส่ง|"
        r"มอบ)[^/]{0,16}(?:ทาง|ผ่าน|โดย|อย่างไร|วิธี)|ช่องทาง|^การ(?:รับ|ส่ง|จัดส่ง|ส่งมอบ)|"
        r"\bdeliver|(?:receive|send|collect)(?:d)? (?:by|via|through|it)|how (?:to |would |"
        r"do |shall )?(?:you )?(?:like )?(?:to )?(?:receive|get|deliver|send)|\bchannel",
    ),
    (
        "line_id",
        r"(?:ไอดี|บัญชี|ชื่อ|แอด|id|account)\s?(?:ผู้ใช้\s?)?(?:line|ไลน์)|(?:line|"
        r"ไลน์)\s?(?:id|ไอดี|account|@)|^(?:line|ไลน์)(?:\s?\(.{1,20}\))?(?: ผู้ขอ)?$",
    ),
    (
        "phone",
        r"โทร(?!สาร|เลข)|เบอร์|มือถือ|หมายเลข(?:ที่)?ติดต่อ|\b(?:tele)?phone|\btel\b|\bmobile|"
        r"\bcell|contact (?:no|num)",
    ),
    (
        "position",
        r"ตำแหน่ง|วิทยฐานะ|^อาชีพ|\bposition|job title|\brole\b|occupation|designation|post held",
    ),
    (
        "organisation",
        r"หน่วยงาน|สังกัด|องค์กร|องค์การ|สถาบัน|สถานศึกษา|(?:ที่|สถานที่)ทำงาน|ปฏิบัติงาน|"
        r"บริษัท|มหาวิทยาลัย|ส่วนราชการ|สำนักข่าว|ชื่อโรงเรียน|^โรงเรียน/|affiliat|"
        r"organi[sz]ation|institut|\bcompany|employer|\bagency|universit|workplace|"
        r"school (?:name|/)|^school /",
    ),
    (
        "academic_years",
        r"ปีการศึกษา|ปี\s?กศ|(?:ของ|ข้อมูล|ประจำ|ใน|ช่วง)\s?ปี|^ปี(?:ที่|ใด|ไหน|ข้อมูล)?|"
        r"พ\.\s?ศ\.|(?:academic|school|data|reference) years?|^years?\b|for year",
    ),
    (
        "round",
        r"รอบ|ภาคเรียน|ภาคการศึกษา|^เทอม|ครั้งที่(?:เก็บ|สำรวจ)|ณ\s?วันที่|\brounds?\b|"
        r"\bterm\b|semester|as (?:of|at)\b|cut-?off",
    ),
    (
        "level",
        r"ระดับ(?!ชั้น|การศึกษา)|ความละเอียด|ละเอียด(?:แค่|เพียง|ถึง)|"
        r"หน่วย(?:ของ)?(?:การ)?(?:วิเคราะห์|นับ)|การจำแนก|จำแนก(?:เป็น|ตาม|ถึง)|แยกตาม|"
        r"\blevel|granular|breakdown|aggregat|level of detail",
    ),
    (
        "purpose",
        r"วัตถุประสงค์|จุดประสงค์|จุดมุ่งหมาย|ความมุ่งหมาย|เป้าหมาย|เหตุผล|ความจำเป็น|"
        r"(?:จะ)?นำ(?:ข้อมูล|ไป)|เอาไป|ใช้(?:ข้อมูล)?(?:เพื่อ|ทำ|ใน|ประโยชน์|ประกอบ)|"
        r"เพื่อ(?:ใช้|นำ|การ|อะไร)|การใช้(?:ประโยชน์|ข้อมูล|งาน)|\bpurpose|\breason|\bwhy\b|"
        r"(?:intended|planned|proposed) use|use of (?:the )?data|used? for|objective|justif|"
        r"what will",
    ),
    (
        "filters",
        r"เงื่อนไข|ขอบเขต|ตัวกรอง|เฉพาะ|คอลัมน์|ตัวแปร|ระดับชั้น|อำเภอที่|โรงเรียนที่(?:ขอ|"
        r"ต้อง)|\bfilter|\bscope|condition|restrict|\bcolumns|variables",
    ),
    (
        "requester_name",
        r"^(?:ชื่อ)?\s?ผู้(?:ขอ|ยื่น|ประสงค์|ร้อง|ใช้|กรอก|ติดต่อ|วิจัย|ประสานงาน)|"
        r"ชื่อ[^/]{0,8}สกุล",
    ),
    (
        "dataset",
        r"ชุดข้อมูล|ชื่อข้อมูล|(?:รายการ|เรื่อง|ข้อมูล|สถิติ|สารสนเทศ|สิ่ง)[^/]{0,12}(?:ที่|"
        r"ซึ่ง|ขอ|ต้องการ|ประสงค์)|(?:ขอ|ต้องการ|ประสงค์)[^/]{0,12}(?:ข้อมูล|สถิติ|เรื่อง|"
        r"รายการ)|^ข้อมูล$|data ?sets?\b|(?:data|information|statistics?|"
        r"table)s? (?:requested|required|needed|wanted|you)|(?:requested|required|"
        r"needed) (?:data|information|statistics?)|what data|which data",
    ),
    (
        "requester_name",
        r"(?:ชื่อ|นาม)[^/]{0,14}(?:สกุล|ผู้|ครู|เต็ม|จริง|เจ้าของ|บุคลากร|เจ้าหน้าที่ผู้ขอ)|"
        r"^(?:ตัว)?ชื่อ$|(?:full|your|applicant|requester|contact)(?:'s)? ?(?:name|person)|"
        r"name of (?:the )?(?:applicant|requester|person|contact|researcher)|^name\b|"
        r"^applicant|requested by",
    ),
)
# Words of others, of the office's own part, or of a file: no field of the requester's.
_NOT = re.compile(
    r"ผู้(?:รับผิดชอบ|อนุ|อนุมัติ|ตรวจ|จัดทำ|ส่งมอบ|บริหาร|ปกครอง|บังคับบัญชา|รับรอง|"
    r"รับเรื่อง|รับคำ|เห็นชอบ|รับมอบ)|โทรสาร|\bfax|"
    r"เลขที่คำขอ|เลขคำขอ|คำขอเลข|request (?:no|num|id)|ความเห็น|ลงชื่อ|ลายมือชื่อ|signature|signed|"
    r"^เรียน\b|สิ่งที่ส่ง|สำเนา|หมายเหตุ|แนบ|ประชาชน|(?:id|identity) card|passport|"
    r"website|เว็บไซต์|^ที่อยู่(?!อีเมล|e-?mail)|(?<!mail )address$|"
    r"เจ้าหน้าที่(?!ผู้ขอ)|for office|official use|ครับ|ค่ะ|นะคะ|https?|www\.|"
    r"\.[a-z]{3,4}$|ได้รับ|ดังกล่าว|^ไม่|ไม่มี|ราคา|ค่าใช้จ่าย|ประชุม|รับสมัคร|ขอบคุณ|"
    r"คำตอบ|เรียนมา|"
    r"^(?:แบบ|ใบ)(?:ขอ|คำ|กรอก|ฟอร์ม)|คำชี้แจง|แสดงความจำนง",
    re.I,
)
_COMPILED = tuple((name, re.compile(pattern, re.I)) for name, pattern in _RULES)
_LABEL_LIKE = re.compile(r"[^\d\n\t:：=☐☑.…]{2,60}(?:\.[^\d\n\t:：=☐☑.…]{0,20})?")
CLOSED = frozenset(
    "email phone academic_years round level format delivery needed_by letter_date requester_type "
    "consent".split()
)


def fits(name: str, value: str) -> bool:
    """Whether a value may stand behind such a label: a closed field's must read as one."""
    value = value.strip(" .…_:")
    if not value:
        return True
    if name in ("email", "phone"):
        return READERS[name](value) is not None and (name == "email") is ("@" in value)
    if name == "academic_years":
        return bool(years(value)) or is_latest(value)
    return name not in CLOSED or READERS[name](value) is not None


@lru_cache(maxsize=4096)
def field_of(words: str) -> str | None:
    """The field that a label means, or None; `words` without bullets, marks and colon."""
    words = thai.mend(words).strip()
    if len(words) > _LONGEST or not _LABEL_LIKE.fullmatch(words) or _NOT.search(words):
        return None
    return next((name for name, pattern in _COMPILED if pattern.search(words)), None)
