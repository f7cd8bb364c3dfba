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
    (
        "consent",
        r"ยินยอม|ยอมรับ|รับรองว่า|คำรับรอง|ให้ความยินยอม|การคุ้มครองข้อมูล|ความเป็นส่วนตัว|\bpdpa|"
        r"\bconsent|\bi (?:agree|accept)|undertak|privacy|data protection|accept the terms",
    ),
    (
        "email",
        r"อี-?\s?เมล|e-?\s?mail|^เมล|^mail\b|\bmail (?:to|address)|(?:ไปรษณีย์|จดหมาย)อิเล็ก|"
        r"electronic mail",
    ),
    ("phone", r"โทร(?!สาร|เลข)|เบอร์|มือถือ|หมายเลข(?:ที่)?ติดต่อ"),
    (
        "letter_date",
        r"(?:หนังสือ|บันทึก)[^/]{0,12}(?:ลงวัน|วันที่|ลว\.?)|วัน(?:ที่|เดือนปี|/?เดือน/?ปี)[^/]{0,8}(?:หนังสือ|"
        r"บันทึก)|^ลงวันที่|(?:letter|memo(?:randum)?)(?:'s)? date|"
        r"date (?:of|on) (?:(?:the|our|your|official) ){0,2}(?:letter|memo)|^dated",
    ),
    (
        "letter_no",
        r"(?:เลข(?:ที่|ทะเบียน)?|ที่)\s?(?:ของ)?(?:หนังสือ|บันทึก)|(?:หนังสือ|บันทึก)[^/]{0,20}(?:เลข|"
        r"ที่)|อ้างถึง|^ตามหนังสือ|(?:letter|memo(?:randum)?) (?:ref|no|num|#)|\b(?:our|your) ref|"
        r"reference (?:no|num|letter)|^ref(?:erence)?\.?(?: letter\b.{0,6})?$",
    ),
    (
        "needed_by",
        r"ภายใน|กำหนด(?:ส่ง|รับ|ใช้|วัน|แล้วเสร็จ)|วันที่[^/]{0,10}(?:ต้องการ|ใช้|ขอรับ|จำเป็น|อยากได้)|"
        r"(?:ต้องการ|ใช้|อยากได้|จำเป็น|รับ|ได้)[^/]{0,14}(?:วันที่|วันใด|วันไหน|เมื่อ)|^เมื่อ(?:ใด|ไร|ไหร่)|"
        r"ไม่เกิน|(?:ได้|ใช้|รับ|ส่ง)[^/]{0,6}ก่อน|วันสุดท้าย|วัน(?:ที่)?นัด|เดดไลน์|แล้วเสร็จ|เสร็จเมื่อ|"
        r"deadline|\bneed(?:ed)? by|required? by|due (?:date|by)|\bby when|when (?:do you )?"
        r"(?:need|want)|date (?:needed|required|wanted)|date (?:by|on) which|"
        r"(?:last|latest|expected|target) date|no[tr]? later|time (?:limit|frame)|"
        r"(?:want|need|requir|deliver|send|us)\S{0,4} (?:\w{1,8} ){0,2}before",
    ),
    (
        "requester_type",
        r"ประเภท\s?(?:ของ)?(?:ผู้|หน่วยงาน|องค์กร|สมาชิก|บุคคล)|(?:ผู้ขอ|ผู้ร้อง|ท่าน|คุณ)(?:ขอ)?(?:เป็น|คือ)|"
        r"สถานะ(?:ของ)?(?:ผู้|ท่าน)|(?:กลุ่ม|หมวด|จำพวก)\s?(?:ของ)?ผู้(?:ขอ|ใช้|รับ)|ในกลุ่ม(?:ใด)?$|"
        r"ผู้(?:ขอ|รับบริการ|ใช้บริการ)ประเภท|(?:type|kind|categor\S{1,3}|status|class) of (?:the )?"
        r"(?:requester|applicant|user|person|organi)|(?:requester|applicant|user) (?:type|category|"
        r"group|class|status)|^category$|you (?:are|belong)|who are you|^i am\b",
    ),
    (
        "format",
        r"(?:ชนิด|ประเภท|รูปแบบ|สกุล|แบบ)[^/]{0,12}(?:ไฟล์|เอกสาร|แฟ้ม)|ไฟล์[^/]{0,12}(?:ชนิด|"
        r"ประเภท|แบบ|ใด|อะไร)|รูปแบบ(?!การรับ|การส่ง|การจัดส่ง)|(?:file|output|data|document|"
        r"preferred|electronic) (?:type|format|kind|ext)|^format|^ไฟล์|(?:เป็น|ของ|ขอ)ไฟล์|แฟ้มข้อมูล|"
        r"(?:kind|sort|type|extension) of (?:the )?file|^extension|"
        r"^(?:(?:save|send|export|give) )?as(?: an?)?(?: file)?$",
    ),
    (
        "delivery",
        r"(?:ช่องทาง|วิธี|ทาง)(?:การ|ใน|ที่|ได้)?[^/]{0,12}(?:รับ|ส่ง|มอบ)|(?:รับ|ส่ง|จัดส่ง|คืน|ตอบ|"
        r"มอบ)[^/]{0,22}(?:ทาง|ผ่าน|โดย|อย่างไร|ยังไง|วิธี)|ช่องทาง|^การ(?:รับ|ส่ง|จัดส่ง|ส่งมอบ)|"
        r"\bdeliver|(?:receive|send|collect)(?:d)? (?:by|via|through|it)|how (?:to |would |"
        r"do |shall )?(?:you )?(?:like )?(?:to )?(?:receive|get|deliver|send)|\bchannel|"
        r"(?:way|means|mode|method)s? (?:of|to) (?:receiv|deliver|send|transmi|get|collect)|"
        r"(?:send|return|dispatch|ship|get|transmit)\S{0,3} (?:\w{1,8} ){0,3}(?:by|via|through)\b|"
        r"transmission|pick-?up or",
    ),
    (
        "line_id",
        r"(?:ไอดี|บัญชี|ชื่อ|แอด|id|account)\s?(?:ผู้ใช้\s?)?(?:line|ไลน์)|(?:line|ไลน์)\s?(?:id|ไอดี|"
        r"account|user|name|contact|ส่วนตัว|สำหรับ|@)|^(?:line|ไลน์)(?:\s?\(.{1,20}\))?(?: ผู้ขอ)?$",
    ),
    (
        "phone",
        r"\b(?:tele)?phone|\btel\b|\bmobile|\bcell|contact (?:no|"
        r"num)|\bcall\b|hotline|reach (?:me|you)",
    ),
    (
        "position",
        r"ตำแหน่ง|วิทยฐานะ|^อาชีพ|สายงาน|บทบาท|^ฐานะ|^(?:ปฏิบัติ)?หน้าที่|\bposition|job title|\brole\b|"
        r"occupation|designation|post held|(?:current|present) (?:post|"
        r"job)|profession\b|^function$|"
        r"^capacity$",
    ),
    (
        "organisation",
        r"หน่วยงาน|สังกัด|องค์กร|องค์การ|สถาบัน|สถานศึกษา|(?:ที่|สถานที่)(?:ทำงาน|ศึกษา)|ทำงานที่|ปฏิบัติงาน|"
        r"บริษัท|มหาวิทยาลัย|ส่วนราชการ|สำนักข่าว|ชื่อโรงเรียน|^โรงเรียน/|ในนาม|^สำนักงาน$|"
        r"(?:กอง|กรม|ฝ่าย|สำนัก|กระทรวง|กลุ่มงาน|กลุ่ม)\s?/\s?(?:กอง|กรม|ฝ่าย|สำนัก|กระทรวง|กลุ่ม|งาน)|affiliat|"
        r"organi[sz]ation|institut|\bcompany|employer|\bagency|universit|work ?place|"
        r"place of (?:work|study|employ)|work(?:ing)? (?:at|for|"
        r"in)\b|where (?:do )?you (?:work|study)|"
        r"school (?:name|/|or)|^school /|office ?/|(?:/|or) (?:office|"
        r"school)$|on behalf of|represent",
    ),
    (
        "academic_years",
        r"ปีการศึกษา|ปี\s?กศ|(?:ของ|ข้อมูล|ประจำ|ใน|ช่วง)\s?ปี|^ปี(?:ที่|ใด|ไหน|ข้อมูล|อะไร)?|"
        r"พ\.\s?ศ\.|ย้อนหลัง|(?:academic|school|data|reference|which|what|for|of) years?|"
        r"^years?\b|for year|time period|years? covered",
    ),
    (
        "round",
        r"รอบ|ภาคเรียน|ภาคการศึกษา|^เทอม|^งวด|ครั้งที่|ณ\s?วันที่|\brounds?\b|"
        r"\bterm\b|semester|as (?:of|at)\b|cut-?off|(?:reference|census|collection|snapshot) date|"
        r"^(?:data )?collection$|^snapshot$",
    ),
    (
        "level",
        r"ระดับ(?!ชั้น|การศึกษา)|ความละเอียด|ละเอียด(?:แค่|เพียง|ถึง)|"
        r"หน่วย(?:ของ)?(?:การ)?(?:วิเคราะห์|นับ)|การจำแนก|จำแนก(?:เป็น|ตาม|ถึง|ราย)|"
        r"(?:แยก|แสดง|สรุป|แสดงผล|จัด(?:กลุ่ม)?)(?:ข้อมูล)?(?:เป็น|ตาม|ราย)|แจกแจง|มิติ|"
        r"\blevel|granular|break ?down|aggregat|level of detail|(?:show|group|split|broken|"
        r"list)\S{0,3} (?:it )?(?:down )?by|^by\b|^per\b|depth|how detailed|unit of",
    ),
    (
        "purpose",
        r"วัตถุประสงค์|จุดประสงค์|จุดมุ่งหมาย|ความมุ่งหมาย|เป้าหมาย|เหตุผล|ความจำเป็น|สาเหตุ|มูลเหตุ|"
        r"(?:จะ)?นำ(?:ข้อมูล|ไป)|เอาไป|ใช้(?:ข้อมูล)?(?:เพื่อ|ทำ|ใน|ประโยชน์|ประกอบ|งานด้าน|กับ)|"
        r"เพื่อ(?:ใช้|นำ|การ|อะไร)|การใช้(?:ประโยชน์|ข้อมูล|งาน)|ประโยชน์(?:ที่|ใน|จาก)|โครงการที่|งานที่(?:จะ)?(?:ใช้|นำ)|"
        r"\bpurpose|\breason|\bwhy\b|(?:intended|planned|proposed) use|use of (?:the )?data|"
        r"used? for|will be used|objective|justif|what will|what for|use case|^aims?$|^goals?$",
    ),
    (
        "filters",
        r"เงื่อนไข|ขอบเขต|กรอง|เฉพาะ|คอลัมน์|ตัวแปร|ระดับชั้น|อำเภอที่|โรงเรียนที่(?:ขอ|ต้อง)|เจาะจง|"
        r"ข้อจำกัด|\bfilter|\bscope|condition|restrict|\bcolumns|variables|\blimit|^only|narrow|"
        r"subset|(?:specific|selected|particular) (?:school|grade|district|class)",
    ),
    (
        "requester_name",
        r"^(?:ชื่อ)?\s?ผู้(?:ขอ|ยื่น|ประสงค์|ร้อง|ใช้|กรอก|ติดต่อ|วิจัย|ประสานงาน|ต้องการ|เสนอคำ|แจ้งคำ)|"
        r"ชื่อ[^/]{0,8}สกุล",
    ),
    (
        "dataset",
        r"ชุดข้อมูล|ชื่อ(?:ข้อมูล|รายงาน|ตาราง)|(?:รายการ|เรื่อง|ข้อมูล|สถิติ|สารสนเทศ|สิ่ง|รายงาน|ตาราง|"
        r"ชุด)[^/]{0,12}(?:ที่|ซึ่ง|ขอ|ต้องการ|ประสงค์)|(?:ขอ|ต้องการ|ประสงค์|อยากได้)[^/]{0,12}(?:ข้อมูล|"
        r"สถิติ|เรื่อง|รายการ)|^อยากได้|^(?:ข้อมูล|สถิติ)(?:เรื่อง|ด้าน|เกี่ยวกับ)?$|(?:หมวด(?:หมู่)?|กลุ่ม)ข้อมูล|"
        r"^ตารางข้อมูล$|data ?sets?\b|(?:data|information|statistics?|table|report|material)s? "
        r"(?:requested|required|needed|wanted|sought|you)|(?:requested|required|needed|desired) "
        r"(?:data|information|statistics?|table|report)|(?:what|which) (?:data|information|i need)|"
        r"what (?:i|we|you) (?:need|want|ask)|^i (?:need|want)$|(?:name|title|topic) of (?:the )?"
        r"(?:data|table|report)|^(?:data )?topic$",
    ),
    (
        "requester_name",
        r"(?:ชื่อ|นาม)[^/]{0,14}(?:สกุล|ผู้|ครู|เต็ม|จริง|เจ้าของ|บุคลากร|เจ้าหน้าที่ผู้ขอ|ท่าน|คุณ|บุคคล|นักวิจัย|"
        r"นักศึกษา|นิสิต)|^(?:ตัว|ท่าน|คุณ)?ชื่อ$|(?:full|your|applicant|requester|contact)(?:'s)? ?(?:name|"
        r"person)|name of (?:the )?(?:applicant|requester|person|contact|researcher)|^name\b|"
        r"^applicant|requested by|(?:person|officer) (?:requesting|asking)|^requesting (?:person|"
        r"officer)|who is (?:asking|requesting)|^researcher$",
    ),
)
# Words of others, of the office's own part, or of a file: no field of the requester's.
_NOT = re.compile(
    r"ผู้(?:รับผิดชอบ|อนุ|อนุมัติ|ตรวจ|จัดทำ|ส่งมอบ|บริหาร|ปกครอง|บังคับบัญชา|รับรอง|"
    r"รับเรื่อง|รับคำ|เห็นชอบ|รับมอบ)|(?<!โทรศัพท์/)(?<!โทร/)โทรสาร|\bfax|"
    r"เลขที่คำขอ|เลขคำขอ|คำขอเลข|request (?:no|num|id)|ความเห็น|ลงชื่อ|ลายมือชื่อ|signature|signed|"
    r"^เรียน\b|สิ่งที่ส่ง|สำเนา|หมายเหตุ|แนบ|ประชาชน|(?:id|identity) card|passport|"
    r"website|เว็บไซต์|^ที่อยู่(?!อีเมล|e-?mail)|(?<!mail )address$|"
    r"เจ้าหน้าที่(?!ผู้ขอ)|for office|official use|ครับ|ค่ะ|นะคะ|https?|www\.|"
    r"\.[a-z]{3,4}$|(?<!จะ)(?<!วิธี)ได้รับ|ดังกล่าว|^ไม่|ไม่มี|ราคา|ค่าใช้จ่าย|ประชุม|รับสมัคร|ขอบคุณ|"
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


def is_label(words: str) -> bool:
    """Whether the words can be the label of a field of the requester's at all."""
    words = thai.mend(words).strip()
    fits_one = len(words) <= _LONGEST and _LABEL_LIKE.fullmatch(words) is not None
    return fits_one and not _NOT.search(words)


@lru_cache(maxsize=4096)
def field_of(words: str) -> str | None:
    """The field that a label means, or None; `words` without bullets, marks and colon."""
    words = thai.mend(words).strip()
    if not is_label(words):
        return None
    return next((name for name, pattern in _COMPILED if pattern.search(words)), None)
