"""The words of which commands are made: what each turns on, and what may stand around it.

`ANCHORS` say what is wanted; `AROUND` are the things it is wanted of, `COURTESY` says nothing by
itself. A sentence that holds an anchor and nothing beyond these words is the command and no more.
"""

from __future__ import annotations

import re

_NUMBER = r"(?:เลขที่|ที่|หมายเลข|no\.?|number|ref\.?|#)?\s{0,3}\(?[0-9]{2,4}/[0-9]{1,6}\)?"
_FILE = r"(?:ไฟล์|ข้อมูล|เอกสาร|เมล์?|อีเมล์?|ชุดข้อมูล|จดหมาย|ลิงก์|ลิ้งค์?|ลิงค์)"
_AGAIN = r"(?:ใหม่|อีก(?:สัก)?(?:ครั้ง|รอบ|ที|หน|ชุด|ฉบับ)|ซ้ำ|อีกครั้ง)"
_GAP = r"(?:(?!ส่ง|แนบ)[^\n]){0,30}?"
_REQUESTED = r"(?:request|application|order)"
_GOOD = r"(?:the |this |that |my |our |your |any |it\b)?(?:data|file|dataset|request|information)?"

ANCHORS: dict[str, re.Pattern[str]] = {
    "cancel": re.compile(
        r"(?<!ไม่)(?<!อย่า)(?<!ไม่ได้)(?:ยกเลิก|แคนเซิล|แคนเซล|เพิกถอน|ระงับ|ล้มเลิก|ถอน(?=คำ|เรื่อง|การ|$|[\s]))"
        r"|ไม่(?:ต้องการ|เอา|ขอ(?:รับ)?|ใช้|ประสงค์(?:จะ)?(?:ขอ|รับ)|ต้อง(?:ส่ง|จัดส่ง|จัดทำ|ทำ|หา|ดำเนินการ)|"
        rf"จำเป็นต้อง(?:ใช้|ขอ))(?:ต่อ|{_FILE}|คำขอ|มา|ให้|นี้|ดังกล่าว){{0,3}}\s?แล้ว"
        r"|(?<!not )\b(?:cancel(?:l?ed|l?ing|lation)?|withdraw(?:ing|"
        r"n|al)?|disregard|never ?mind)\b"
        rf"|\bno longer (?:need(?:ed)?|require[d]?|want(?:ed)?)\b"
        rf"|(?:don'?t|do not|does not|not) (?:need|want|"
        rf"require)(?:ed)? {_GOOD}\s?(?:any ?more|any longer)"
        rf"|\b(?:stop|drop|ignore|call off)(?: process(?:ing)?)? (?:my|"
        rf"our|this|the) (?:data )?{_REQUESTED}",
        re.I,
    ),
    "status": re.compile(
        r"สถานะ(?!ภาพ|ภาวะ)|ความ(?:คืบหน้า|ก้าวหน้า)|คืบหน้า|ถึง(?:ขั้น)?(?:ตอน)?ไหน|ติดตาม|ผลการพิจารณา|"
        r"ตาม(?=เรื่อง|งาน|ผล|คำขอ|ข้อมูล)(?!คำขอ(?:เลข|ที่)?\s?[0-9])|"
        r"(?:เสร็จ|เรียบร้อย|ได้|อนุมัติ|อนุญาต|ส่ง|ดำเนินการ)(?:แล้ว)?(?:หรือ)?(?:ยัง|รึยัง)|"
        r"(?:เสร็จ|ได้|ได้รับ|ส่ง)(?:ข้อมูล|ไฟล์)?(?:ประมาณ)?(?:เมื่อไหร่|เมื่อไร|เมื่อใด|วันไหน|ตอนไหน)|"
        rf"ยังไม่(?:ได้รับ|ได้|เห็น|มี)(?:{_FILE}|การ(?:ตอบ(?:กลับ|รับ)?|ติดต่อ)|คำตอบ)?(?:เลย|ตอบกลับ)?|"
        r"\bstatus\b|\bprogress\b|\b(?:news|updates?)\b|where is|how far|\bwhen (?:will|can|could|"
        r"do|should|may)\b|\bready\b|\bapproved\b|follow(?:ing)? up|still waiting|"
        r"(?:have(?:n'?t| not)|did(?:n'?t| not))(?: yet)? (?:receive|"
        r"get|got|hear)\w*|what(?:'s| is) "
        r"happening",
        re.I,
    ),
    # To have those who decide reminded; what asks how it stands is «status».
    "nudge": re.compile(
        r"(?<!การ)ติดตาม(?!\s?(?:สถานะ|ผล|ความ|ว่า))|ทวง(?:ถาม)?|(?:ช่วย|ขอ|โปรด|กรุณา|รบกวน)?\s?เร่ง(?:รัด|ดำเนินการ|พิจารณา|เรื่อง|ให้|หน่อย|ด้วย|$|(?=\s|ครับ|ค่ะ|คะ))|"
        r"(?:ช่วย|ขอ|โปรด|กรุณา|รบกวน)\s?เตือน|"
        r"\bremind(?:er|ing)?\b|\bnudge\b|\bhurry\b|\bexpedite\b|\bspeed (?:it|this|things) up\b",
        re.I,
    ),
    "resend": re.compile(
        rf"(?:(?:จัด)?ส่ง|แนบ)(?={_GAP}{_AGAIN})|(?:ขอ|ดาวน์โหลด)(?:รับ)?\s?{_FILE}(?={_GAP}{_AGAIN})|"
        rf"ขอ(?:รับ)?{_AGAIN}|"
        r"\bre-?sen[dt]\b|\bsend\b(?=[^\n.]{0,40}\b(?:again|"
        r"once more|one more time|a second time))|"
        r"\b(?:another|new|fresh) (?:copy|link)\b|\b(?:have|get|"
        r"receive)\b(?=[^\n.]{0,30}\bagain\b)",
        re.I,
    ),
    "form": re.compile(
        r"(?:ตัวอย่าง)?(?:แบบ(?:ฟอร์ม|คำ(?:ร้อง)?ขอ|คำร้อง)|ใบคำ(?:ร้อง)?ขอ|ฟอร์ม)|^(?:ขอ)?(?:ความ)?ช่วยเหลือ|"
        r"(?:วิธี|ขั้นตอน)(?:การ)?(?:ใช้(?:งาน)?|ขอ(?:ใช้|รับ)?(?:ข้อมูล)?)?|"
        r"ขอ(?:ใช้|รับ)?(?:ข้อมูล)?\s?(?:ต้อง)?(?:ทำ|ใช้)\s?(?:อะไร|อย่างไร|ยังไง|ไง)|"
        r"(?:รายการ|รายชื่อ|บัญชี)(?:ชุด)?ข้อมูล(?:ที่มี)?|(?:มี|ให้)(?:ชุด)?ข้อมูล(?:อะไร|ใด|ไหน)|"
        r"^\W{0,3}(?:please )?help(?: me)?(?:,? please)?\W{0,3}$|"
        r"\b(?:request |application |data |blank |the |a )form\b|^form\b|"
        r"\b(?:list|catalogu?e) of (?:the )?(?:available )?data(?:sets?)?\b|"
        r"\bdata ?set list\b|^(?:list|catalogu?e)\b|"
        r"\b(?:what|which)(?: kinds? of)? data(?:sets?)?\b|\bhow (?:do|"
        r"can|to|may|should)(?: i| we)? "
        r"(?:request|ask|apply|get|order)\b",
        re.I,
    ),
}
COURTESY = (
    r"ขอบ(?:พระ)?คุณ(?:มาก|ล่วงหน้า)?|ขออภัย|ขอโทษ|(?:ขอ)?แสดงความนับถือ|ขอ(?:ความ)?(?:กรุณา|อนุเคราะห์|อนุญาต)|(?:ขอ)?ความ(?:กรุณา|อนุเคราะห์)|กรุณา|โปรด|รบกวน|ช่วย|ได้โปรด|"
    r"อยาก(?:จะ|ให้|ได้)?|ต้องการ|(?:มี)?(?:ความ)?ประสงค์(?:จะ)?|ใคร่|กระผม|ดิฉัน|ผม|หนู|ข้าพเจ้า|(?:พวก|ทาง)?เรา|"
    r"(?:คุณ|ท่าน|พี่|เจ้าหน้าที่|แอดมิน)|ครับผม|ครับ|คับ|ค่ะ|คะ|ค่า|จ้า|จ้ะ|น่ะ|นะ|ด้วย|หน่อย|เลย|ก่อน|"
    r"จึง|เลย|จะ|ขอ(?![งบ])|ให้|มา|ไป|ไว้|แล้ว|ได้|ไหม|มั้ย|หรือไม่|หรือเปล่า|รึเปล่า|บ้าง|ที(?=$|\s|ค|น)|และ|ก็|"
    r"อภัย|สวัสดี|เรียน|ทราบ|แจ้ง|สอบถาม|ถาม|ว่า|ไม่ทราบ(?=ว่า)|"
    r"ในความไม่สะดวก|ที่(?:ทำให้)?(?:เสียเวลา|รบกวน)|ๆ|ฝาก|เพิ่มเติม|อีกที(?=$|\s)"
)
COURTESY_ENGLISH = (
    r"please|pls|kindly|could|can|would|will|may|you|i'd|i'm|i|we'd|we|us|me|my|our|your|the|this|"
    r"that|it|them|an?|to|like|want|wish|hello|hi|dear|sir|madam|officer|thanks?|thank|many|much|"
    r"very|so|sorry|for|trouble|inconvenience|now|just|also|and|of|on|with|in|at|all|be|am|"
    r"regards|best|asap|soon|possible|as|if"
)
_REQUEST = (
    rf"{_NUMBER}|คำขอ|คำร้อง(?:ขอ)?|การขอ(?:ใช้|รับ)?(?:บริการ)?|(?:เรื่อง|รายการ|งาน|ฉบับ|ครั้ง)(?:นี้|ดังกล่าว|เดิม)?|"
    r"(?:ชุด)?ข้อมูล|ไฟล์|ใช้บริการ|บริการ|นี้|ดังกล่าว|ข้างต้น|เดิม|ทั้งหมด|ที่(?:ได้)?(?:ขอ|ส่ง|ยื่น)|(?:ขอ|ส่ง|ยื่น)(?:ไว้|ไป)|"
    r"ของ|เลขที่|หมายเลข|เมื่อ(?:วาน(?:นี้|ซืน)?|เช้า|กี้|สักครู่)|ของ(?:ทาง)?โรงเรียน|request|ทาง(?:เมล|อีเมล)(?:นี้)?"
)
_REQUEST_ENGLISH = (
    r"requests?|application|order|data|files?|dataset|figures|information|number|no|ref|which|"
    r"sent|made|submitted|yesterday|today|last|week|earlier|above"
)
AROUND: dict[str, tuple[str, str]] = {
    "cancel": (
        _REQUEST + r"|ต่อ|ดำเนินการ|จัดทำ|ส่ง|ยื่น|ข้อมูล",
        _REQUEST_ENGLISH + r"|any ?more|any|longer|no|need(?:ed)?|further|processing|process",
    ),
    "status": (
        _REQUEST + r"|ไหน|หรือ|ยัง|อย่างไร|ยังไง|เป็น|ตรวจสอบ|เช็[คก]|ดู|ผล|อยู่|ขั้นตอน|ดำเนินการ|การ|มี|"
        r"ใด|ตาม|ติด|ผอ\.?|ผู้อำนวยการ|ท่าน|ประมาณ|ตอบ|กลับ|รับ|พิจารณา|อนุมัติ|อนุญาต",
        _REQUEST_ENGLISH + r"|know|tell|give|check|is|are|has|have|had|been|what's|what|how|there|"
        r"about|when|ready|done|got|get|receive[d]?|expect|yet|still|waiting|processed|approved|"
        r"any|anything|let|update|current|news|hear|back|from|happening",
    ),
    "nudge": (
        _REQUEST + r"|เรื่อง|การ|พิจารณา|ดำเนินการ|อนุมัติ|อนุญาต|ผู้(?:พิจารณา|มีอำนาจอนุญาต|อำนวยการ)|"
        r"ผอ\.?|ท่าน|ตาม|อีก(?:ครั้ง)?|ผล|ตอบ|กลับ|รอ|อยู่|รัด|โดย|เร็ว|ด่วน|ใหม่",
        _REQUEST_ENGLISH + r"|director|approver|head|those|who|decides?|up|him|her|again|about|to|"
        r"decision|process(?:ing)?|send|still|waiting|a|for|on|reminder",
    ),
    "resend": (
        rf"{_FILE}|แนบ|สำเนา|ครั้ง|รอบ|อีก|สัก|ใหม่|ทาง|นี้|ดังกล่าว|เดิม|ทั้งหมด|ที่ส่ง|(?:ตาม|ของ)?คำขอ\s?{_NUMBER}|"
        r"(?:ตาม|ของ)คำขอ|คำขอ(?:เลขที่|ที่)|ส่ง|จัด|รับ|ซ้ำ",
        r"files?|data|dataset|mail|e-?mail|attachment|link|copy|excel|pdf|csv|new|another|once|more|"
        r"one|time|again|have|get|receive|back|send|requested",
    ),
    "form": (
        r"เปล่า|ตัวอย่าง|การ|สำหรับ|คำ|ใช้บริการ|รับบริการ|บริการ|(?:ชุด)?ข้อมูล(?:ข่าวสาร|สารสนเทศ)?|ดาวน์โหลด|จัด|ส่ง|รับ|"
        r"กรอก|เอา|มี|ทาง|อีเมล|เมล|ที่|อยู่|ไหน|ใด|อะไร|ถ้า|หาก|ต้อง|ใช้|ทำ|อย่างไร|ยังไง|ไง|เป็น|ตรง|จาก|นี้|ดู|"
        r"ทั้งหมด|ใน(?:การ)?|ขั้นตอน|วิธี|เขต|ราย(?:ชื่อ|การ)|บัญชี|ร้อง|หรือ|ยื่น|สพป\.?|สำนักงาน|ขอ(?=บ้าง)",
        r"blank|empty|request(?:ing)?|data|send|give|have|where|find|get|download|application|copy|"
        r"available|do|does|are|is|there|which|order|need|show|offer|exist|datasets?|apply|form|"
        r"office|list|catalogu?e|from|area",
    ),
}
# What turns the words around: a condition for the one, something done for the other.
NOT_IF: dict[str, re.Pattern[str]] = {
    "cancel": re.compile(r"ถ้า|หาก(?!เป็นไปได้)|\bif\b(?! possible)|\bunless\b", re.I),
    "form": re.compile(
        r"(?:กรอก|ได้รับ|ส่ง|ยื่น|แนบ|ทำ|เขียน)[^\n]{0,40}แล้ว|และ|"
        r"\b(?:and|filled|attached|here is)\b",
        re.I,
    ),
}
# What a person says of himself or of a file beside a command: it asks for nothing.
STATES = re.compile(
    r"ได้|แล้ว|ไม่|หาย|ลบ|เสีย|พัง|เปลี่ยน(?!เป็น)|ซ้ำ|ผิด|พลาด|เลื่อน|เลิก|พบ|เจอ|หมดอายุ|เข้าใจ|ครบ|ตั้งแต่|เมื่อ|ส่ง|ยื่น|"
    r"\b(?:lost|delet\w+|found|got|have|has|had|was|were|is|can'?t|cannot|unable|already|mistake|"
    r"wrong|duplicate|chang\w+|receiv\w+|accident|didn'?t|expired|corrupt\w*|missing)\b",
    re.I,
)
