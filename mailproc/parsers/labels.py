"""The labels that people write before a value, and the titles and words that mark a request.

Keys are as `thai.fold` leaves them, so spacing, punctuation and digits of a label do not matter.
"""

from __future__ import annotations

import re

from mailproc import thai

_WRITTEN = {
    "requester_name": (
        "ชื่อ-สกุล|ชื่อ-นามสกุล|ชื่อ|ชื่อผู้ขอ|ชื่อผู้ขอข้อมูล|ชื่อผู้ขอรับบริการ|ชื่อ–สกุลผู้ขอรับบริการ|ชื่อ-สกุลผู้ขอ|"
        "ชื่อ-นามสกุลผู้ขอ|ชื่อ-นามสกุลผู้ขอรับบริการ|ชื่อสกุลผู้ขอข้อมูล|ชื่อ-นามสกุลผู้ขอข้อมูล|ชื่อและนามสกุล|ชื่อและสกุล|ผู้ขอ|"
        "ผู้ขอข้อมูล|ผู้ขอรับบริการ|ผู้ขอใช้บริการ|ผู้ยื่นคำขอ|ชื่อผู้ยื่นคำขอ|ชื่อผู้ใช้บริการ|ข้าพเจ้า|คำนำหน้าชื่อ-สกุล|"
        "คำนำหน้า ชื่อ-นามสกุล|คำนำหน้า ชื่อ-สกุล|ชื่อตัวชื่อสกุล|"
        "Name|Full name|Requester|Requester name|Requested by|Your name|Applicant|Applicant name|"
        "Name of requester|Contact name|First and last name|Name-surname|Name and surname"
    ),
    "prefix": "คำนำหน้า|คำนำหน้าชื่อ|คำนำหน้านาม|Title",
    "surname": "สกุล|นามสกุล|Surname|Last name|Family name",
    "position": "ตำแหน่ง|ตำแหน่งงาน|ตำแหน่งหน้าที่|ตำแหน่ง/วิทยฐานะ|วิทยฐานะ|อาชีพ|Position|Job title|Role|"
    "Occupation",
    "organisation": (
        "หน่วยงาน|หน่วยงาน/โรงเรียน|โรงเรียน/หน่วยงาน|สังกัด|หน่วยงานที่สังกัด|หน่วยงาน/สังกัด|สังกัด/หน่วยงาน|ชื่อหน่วยงาน|"
        "หน่วยงานผู้ขอ|หน่วยงานที่ขอ|หน่วยงานผู้ขอข้อมูล|องค์กร|หน่วยงาน/องค์กร|ชื่อหน่วยงาน/โรงเรียน|สถานศึกษา|สถานที่ทำงาน|"
        "โรงเรียน/สังกัด|หน่วยงานต้นสังกัด|ต้นสังกัด|ชื่อโรงเรียน|สถาบัน|มหาวิทยาลัย|บริษัท|"
        "Organisation|Organization|Organisation/school|Agency|Institution|Affiliation|Company|University|Department|Office"
    ),
    "requester_type": "ประเภทผู้ขอ|ประเภทผู้ขอข้อมูล|ประเภทผู้ขอรับบริการ|ประเภทผู้ใช้บริการ|สถานะผู้ขอ|"
    "Requester type|Type of requester",
    "phone": (
        "โทรศัพท์|เบอร์โทร|โทร.|โทร|เบอร์โทรศัพท์|หมายเลขโทรศัพท์|เบอร์|เบอร์ติดต่อ|เบอร์โทรติดต่อ|เบอร์มือถือ|มือถือ|โทรศัพท์มือถือ|"
        "โทรศัพท์เคลื่อนที่|โทรศัพท์ที่ติดต่อได้|เบอร์โทรศัพท์ที่ติดต่อได้|หมายเลขติดต่อ|โทรศัพท์ติดต่อ|เบอร์โทรศัพท์ติดต่อ|เบอร์ที่ติดต่อได้|"
        "หมายเลขโทรศัพท์ที่ติดต่อได้|โทรศัพท์/มือถือ|Phone|Telephone|Tel.|Tel|Mobile|Mobile phone|"
        "Phone number|Telephone number|"
        "Contact number|Cell|Cell phone|Tel. no."
    ),
    "email": (
        "อีเมล|E-mail|อีเมล์|Email|อีเมลล์|อีเมลติดต่อ|อีเมลที่ติดต่อได้|อีเมลผู้ขอ|อีเมลสำหรับรับข้อมูล|อีเมลที่ใช้รับข้อมูล|ที่อยู่อีเมล|"
        "ไปรษณีย์อิเล็กทรอนิกส์|จดหมายอิเล็กทรอนิกส์|เมล|เมล์|อีเมล (E-mail)|E-mail address|Email address|Mail|"
        "อี-เมล|อี-เมล์|อีเมลรับข้อมูล|ส่งไปที่อีเมล"
    ),
    "line_id": "LINE ID|ไอดีไลน์|ไลน์ไอดี|Line|ไลน์|ไอดี LINE|ID LINE|LINE ID ผู้ขอ|ไลน์ ID|ID ไลน์",
    "letter_no": (
        "เลขที่หนังสือ|ที่หนังสือ|หนังสือที่|หนังสือเลขที่|เลขหนังสือ|ตามหนังสือที่|อ้างถึงหนังสือที่|หนังสือราชการที่|หนังสือราชการเลขที่|"
        "อ้างถึงหนังสือ|Letter no.|Letter number|Reference letter|Letter ref"
    ),
    "letter_date": "ลงวันที่|หนังสือลงวันที่|วันที่หนังสือ|วันที่ของหนังสือ|วันที่ลงหนังสือ|Letter date|Letter dated|"
    "Date of letter",
    "purpose": (
        "วัตถุประสงค์|วัตถุประสงค์ในการนำไปใช้|เหตุผลที่ขอ|เหตุผล|วัตถุประสงค์การขอ|วัตถุประสงค์ในการขอ|วัตถุประสงค์ของการขอ|"
        "วัตถุประสงค์ในการขอข้อมูล|วัตถุประสงค์การขอข้อมูล|วัตถุประสงค์การใช้ข้อมูล|วัตถุประสงค์ในการใช้ข้อมูล|วัตถุประสงค์การนำไปใช้|"
        "วัตถุประสงค์ในการใช้งาน|วัตถุประสงค์การใช้งาน|วัตถุประสงค์ของการใช้ข้อมูล|เหตุผลความจำเป็น|เหตุผลและความจำเป็น|เหตุผลในการขอ|"
        "เหตุผลในการขอข้อมูล|เหตุผลการขอข้อมูล|นำไปใช้เพื่อ|นำข้อมูลไปใช้เพื่อ|ใช้เพื่อ|เพื่อใช้ในการ|เพื่อนำไปใช้|การนำไปใช้|การนำข้อมูลไปใช้|"
        "การนำไปใช้ประโยชน์|จุดประสงค์|จุดประสงค์ในการขอ|ความประสงค์|"
        "Purpose|Purpose of use|Reason|Reason for request|Purpose of request|Intended use|"
        "Use of data|Objective"
    ),
    "needed_by": (
        "วันที่ต้องการใช้|วันที่ต้องการ|วันที่ต้องการใช้ข้อมูล|วันที่ต้องการข้อมูล|วันที่ต้องการรับข้อมูล|ต้องการภายใน|ต้องการใช้ภายใน|"
        "ต้องการใช้วันที่|ต้องการภายในวันที่|ขอภายในวันที่|ใช้ภายในวันที่|ภายในวันที่|กำหนดวันที่ต้องการใช้|กำหนดส่ง|วันที่ใช้|"
        "Needed by|Required by|Deadline|Date needed|Date required|Due date|Need by"
    ),
    "delivery": (
        "ช่องทางรับข้อมูล|วิธีรับข้อมูล|ช่องทางการรับข้อมูล|ช่องทางการรับ|ช่องทางรับ|วิธีการรับข้อมูล|วิธีการรับ|ช่องทางที่รับข้อมูล|ช่องทางจัดส่ง|"
        "ช่องทางการจัดส่ง|วิธีจัดส่ง|วิธีส่ง|ช่องทางส่งข้อมูล|วิธีส่งข้อมูล|รับข้อมูลทาง|รับข้อมูลผ่าน|รับทาง|ช่องทาง|ช่องทางส่งมอบ|"
        "ช่องทางที่ต้องการรับข้อมูล|ช่องทางในการรับข้อมูล|การรับข้อมูล|การจัดส่ง|ส่งข้อมูลทาง|ช่องทางการส่งข้อมูล|"
        "Delivery|Delivery method|Delivery channel|Send by|Receive by|Receive via|Channel|"
        "Deliver by"
    ),
    "consent": (
        "ความยินยอม|การยินยอม|คำยินยอม|ยินยอม|คำรับรอง|การยอมรับเงื่อนไข|การรับทราบเงื่อนไข|Consent|"
        "Undertaking|I agree|"
        "Agreement"
    ),
    "dataset": (
        "ข้อมูลที่ต้องการ|รายการข้อมูลที่ขอ|ชุดข้อมูล|ข้อมูลที่ขอ|รายการข้อมูล|รายการข้อมูลที่ต้องการ|รายการที่ขอ|รายการที่ต้องการ|"
        "ชุดข้อมูลที่ขอ|ชุดข้อมูลที่ต้องการ|ชื่อชุดข้อมูล|ข้อมูล|ขอข้อมูล|มีความประสงค์ขอข้อมูล|เรื่องที่ขอ|ประเภทข้อมูล|ประเภทข้อมูลที่ขอ|"
        "ชื่อข้อมูล|ชื่อข้อมูลที่ขอ|ข้อมูลที่ประสงค์ขอ|ข้อมูลสารสนเทศที่ขอ|ข้อมูลสารสนเทศที่ต้องการ|ข้อมูลที่ร้องขอ|ข้อมูลที่ต้องการขอ|"
        "Dataset|Datasets|Data|Data requested|Requested data|Data set|Dataset requested|"
        "Requested dataset|Data needed|"
        "Dataset name|Data required|Information requested"
    ),
    "academic_years": (
        "ปีการศึกษา|ปี|ประจำปีการศึกษา|ปีการศึกษาที่ขอ|ปีการศึกษาที่ต้องการ|ปีข้อมูล|ปีที่ขอ|ปีที่ต้องการ|ข้อมูลปีการศึกษา|"
        "ปีของข้อมูล|ปี พ.ศ.|"
        "ปีการศึกษา (พ.ศ.)|ข้อมูลปี|ของปีการศึกษา|ข้อมูลประจำปีการศึกษา|"
        "Academic year|Academic years|Year|Years|School year|Academic year (B.E.)"
    ),
    "round": (
        "รอบข้อมูล|รอบที่|รอบ|รอบการเก็บข้อมูล|รอบการจัดเก็บ|รอบการจัดเก็บข้อมูล|รอบที่ขอ|รอบข้อมูลที่ขอ|รอบเวลา|ข้อมูลรอบ|รอบของข้อมูล|"
        "ภาคเรียน|ภาคเรียนที่|ข้อมูล ณ วันที่|ณ วันที่|ครั้งที่|รอบ DMC|"
        "Round|Data round|Collection round|Reporting round|Term|Semester"
    ),
    "level": (
        "ระดับรายละเอียด|ระดับข้อมูล|ระดับ|ระดับความละเอียด|ความละเอียด|ความละเอียดข้อมูล|ระดับรายละเอียดข้อมูล|ระดับของข้อมูล|"
        "ระดับรายละเอียดของข้อมูล|รายละเอียดระดับ|ระดับการแสดงผล|การจำแนก|"
        "Level|Level of detail|Detail|Detail level|Granularity|Data level"
    ),
    "format": (
        "รูปแบบไฟล์|รูปแบบ|รูปแบบข้อมูล|รูปแบบไฟล์ข้อมูล|รูปแบบไฟล์ที่ต้องการ|รูปแบบที่ต้องการ|ชนิดไฟล์|ประเภทไฟล์|นามสกุลไฟล์|ไฟล์|"
        "รูปแบบของไฟล์|รูปแบบของข้อมูล|รูปแบบข้อมูลที่ต้องการ|รูปแบบเอกสาร|รูปแบบการรับข้อมูล|"
        "Format|File format|File type|Output format|Data format"
    ),
    "filters": (
        "เงื่อนไข|คอลัมน์|ตัวกรอง|เฉพาะ|ขอบเขต|เงื่อนไข/คอลัมน์|เงื่อนไขข้อมูล|เงื่อนไขเพิ่มเติม|เงื่อนไขที่ต้องการ|ขอบเขตข้อมูล|ขอบเขตของข้อมูล|"
        "โรงเรียนที่ขอ|โรงเรียนที่ต้องการ|ชั้น|ระดับชั้น|ชั้นที่ขอ|ระดับชั้นที่ขอ|ระดับชั้นที่ต้องการ|อำเภอ|อำเภอที่ขอ|คอลัมน์ที่ต้องการ|เฉพาะโรงเรียน|"
        "เฉพาะชั้น|เฉพาะอำเภอ|กลุ่มโรงเรียน|กลุ่มโรงเรียนที่ขอ|กรองเฉพาะ|"
        "Filter|Filters|Schools|Condition|Conditions|Columns|Scope|Grade|Grades|Only|District|"
        "Restrict to"
    ),
    "school": "โรงเรียน|School",
}
LABELS: dict[str, str] = {
    thai.fold(label): name for name, labels in _WRITTEN.items() for label in labels.split("|")
}
_LOOSE = str.maketrans("", "", "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c")  # marks often left out
LOOSE_LABELS = {key.translate(_LOOSE): name for key, name in LABELS.items()} | LABELS
LONGEST_LABEL = 60  # characters as written; LABELS are shorter, brackets behind them are not

ITEM_FIELDS = frozenset({"dataset", "academic_years", "round", "level", "format", "filters"})
FREE_TEXT = frozenset({"purpose", "dataset", "organisation", "filters"})  # may wrap over lines


def lookup(words: str) -> str | None:
    """The field that these words name, tone marks or not."""
    key = thai.fold(words)
    return LABELS.get(key) or LOOSE_LABELS.get(key.translate(_LOOSE))


def _spaced(label: str) -> str:
    """A pattern for the label as written, with or without spaces around its marks."""
    parts = re.split(r"[\s\-–/.()]+", label.strip(" ."))
    return r"[ \-–/.()]{0,3}".join(re.escape(part) for part in parts if part)


OPENING_LABEL = re.compile(
    r"(?:"
    + "|".join(
        _spaced(label)
        for label in sorted(
            {label for labels in _WRITTEN.values() for label in labels.split("|")},
            key=len,
            reverse=True,
        )
    )
    + r")(?=[\s:：.…_\-–=☐☑☒✓✔○●□■(\[]|$)",
    re.I,
)

FORM_TITLES = tuple(
    thai.fold(title)
    for title in (
        "แบบคำขอใช้บริการข้อมูล",
        "แบบคำร้องขอใช้บริการข้อมูล",
        "แบบคำขอข้อมูล",
        "แบบคำร้องขอข้อมูล",
        "แบบฟอร์มขอข้อมูล",
        "แบบฟอร์มคำขอข้อมูล",
        "แบบฟอร์มขอใช้บริการข้อมูล",
        "แบบฟอร์มการขอข้อมูล",
        "แบบขอข้อมูล",
        "แบบขอใช้บริการข้อมูล",
        "แบบขอรับบริการข้อมูล",
        "แบบคำขอรับบริการข้อมูล",
        "ใบคำขอข้อมูล",
        "Data request form",
        "Request form for data",
        "Data service request form",
        "Request for data form",
    )
)
