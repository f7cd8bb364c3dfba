"""Clauses of a letter that say what for, how and by when."""

from __future__ import annotations

import re

from mailproc.parsers import signed, values
from mailproc.parsers.items import note

_PURPOSE = re.compile(
    r"เพื่อ(?!โปรด|ทราบ|ขอ(?:ความ|ให้|โปรด|ข้อมูล|รับข้อมูล|ทราบ|ใช้)|พิจารณา|ประสาน|ความสะดวก|ดำเนินการ(?:ต่อ|ใน)|ให้)[^\n]{3,240}"
    r"|สำหรับ(?:ใช้|จัดทำ|ทำ|การ|ประกอบ|นำ|วางแผน|งาน|วิจัย)[^\n]{2,240}"
    r"|(?:(?:จะ)?(?:นำ|เอา)(?:ข้อมูล)?(?:ไป|มา)?)?(?:ไป|มา|จะ)?ใช้(?:ข้อมูล)?(?:ใน|ทำ|จัด|ประกอบ|สำหรับ|"
    r"เป็น|วาง|เขียน|วิเคราะห์|เสนอ|รายงาน|กับ)[^\n]{2,240}"
    r"|จะใช้(?!ข้อมูลภายใน|ภายใน|วันที่|ในวัน)[^\n]{4,240}"
    r"|(?:จะ)?(?:เอา|นำ)(?:ข้อมูล)?ไป(?=[ก-ฮเ-ไ])(?!ให้|แล้ว|ส่งต่อ)[^\n]{2,240}"
    r"|(?<=\s)ประกอบการ(?=ตัดสิน|พิจารณา|วางแผน|จัดทำ|ทำ|ศึกษา|เขียน|วิจัย)[^\n]{3,240}"
    r"|(?:วัตถุ|จุด)ประสงค์(?:[^\n:]{0,30}?(?:คือ|เพื่อ)|\s?:|\s)\s?(?P<aim>[^\n]{3,240})"
)
_PURPOSE_ENGLISH = re.compile(
    r"\b(?:be used|used|(?:use|using|need|want|require) (?:it|them|these|the data|"
    r"this data|this)|needed?|required)\s(?:for|to|in|"
    r"as)\s(?P<use>[^\n.;]{3,200})"
    r"|\b(?P<aim>(?:in order )?to (?:prepare|plan|write|support|study|analy[sz]e|compare|draw up|"
    r"develop|complete)[^\n.;]{3,200})"
    r"|\bfor (?P<work>(?:my|our|a|an|the|use in)\s(?:[\w'’-]{1,20}\s){0,3}?(?:thesis|dissertation|"
    r"research|study|project|report|plan|planning|paper|survey|"
    r"analysis|article|news)[^\n.;]{0,150})"
    r"|\bfor (?P<doing>(?!meeting|following|during|using|everything|"
    r"something)[a-z]{3,14}ing\s[^\n.;]{3,150})"
    r"|\b(?:the )?purpose(?: (?:is|of this request is)(?: to)?|:)\s(?P<is>[^\n.;]{3,200})",
    re.I,
)
_PURPOSE_END = re.compile(
    r"\s{0,3}(?:\*{2,}|จึง(?:ใคร่)?(?:ขอ|เรียน|มี)|ทั้งนี้|โดย\s?(?:ขอ|ส่ง|จัดส่ง|ประสาน|ให้|มี)|"
    r"(?:จึง)?ขอ(?:รับ|ได้|ให้|บพระ|บคุณ|เป็น|ความ|ข้อมูล)|\sขอ(?=ก่อน|ภายใน|ไฟล์|แบบ|จำนวน|รายชื่อ|\s?[A-Za-z])|และขอ(?:รับ)?|"
    r"ภายในวันที่|ภายใน(?:วัน|สัปดาห์|เดือน)|ต้องการ(?:ใช้|รับ|ข้อมูล|ภายใน|เป็น)|\s(?:ด่วน|อยาก)|รบกวน|กรุณา|"
    r"หวังเป็นอย่างยิ่ง|\s?ดัง(?:นี้|ต่อไปนี้|รายการ)|\sผู้ประสาน|(?:(?<!ฐา)(?<!ช)นะ)?(?:ครับ|คับ|ค่ะ|คะ)(?:[\s.,!]|$)|"
    r"(?:ส่ง|จัดส่ง)(?:ข้อมูล|ไฟล์|มา|ให้|ทาง|กลับ)|(?:มี)?ความประสงค์|ในรูปแบบ\s?(?:ไฟล์|[A-Za-z])|เป็นไฟล์|"
    r"ติดต่อ(?:กลับ|ได้|ที่|สอบถาม)|\sติดต่อ(?=\s)|\s(?:รายละเอียด)?ผู้ขอ\s|\sรายละเอียด(?:ดัง|ตาม)|\s(?:หาก|ถ้า|โทร|เบอร์|อีเมล))"
)
_REASON = re.compile(  # «ด้วยโรงเรียนจะจัดทำแผน… จึงขอ…»
    r"จะ(?P<use>[ก-ฮเ-ไ][^\n]{3,120}?)\s{0,3}(?:ดังนั้น)?(?:จึง|ก?็?เลย)(?:ใคร่)?(?:ขอ|มีความ|อยาก|รบกวน|ต้องการ)"
)
_AT_WORK = re.compile(  # «กำลังทำวิจัยเรื่อง…», where nothing else says what for
    r"(?:กำลัง(?:จะ)?|ได้รับมอบหมายให้|อยู่(?:ใน)?ระหว่าง(?:การ)?)(?P<use>(?:ทำ|จัดทำ|เขียน|ศึกษา(?!อยู่)|ดำเนินการ|วางแผน|เตรียม|รวบรวม)[^\n]{3,120}?)"
    r"(?=\s{0,3}(?:ดังนั้น|จึง|มีความ|เลย|และ(?:ขอ|ต้อง)|ขอ(?!ง)|อยาก|ต้องการ|รบกวน|จำเป็น|ค่ะ|ครับ|(?<!ฐา)(?<!ช)นะ|\sนั้น)|\n|$)"
)
_PURPOSE_START = re.compile(r"^(?:(?:จะ)?(?:นำ|เอา)(?:ข้อมูล)?(?:ไป|มา)?|จะ|มา|ไป)(?=[ก-ฮเ-ไ])|^จะ")
_MEANS = re.compile(
    r"(?:ขอรับ|รับ|ส่ง|จัดส่ง|ตอบกลับ|ได้รับ)(?:ข้อมูล|ไฟล์|เอกสาร|เป็นไฟล์|ผล|กลับ|มา|ให้|ไป|"
    r"ไฟล์ข้อมูล)*[^\n]{0,40}?"
    r"(?:ทาง|ผ่าน|มาที่|ไปที่|มาทาง|กลับทาง|ที่|เข้า|ด้วย)\s?(?:ระบบ)?\s?(อีเมล|อิเมล|อี-เมล|e-?mail|เมล|ไปรษณีย์อิเล็กทรอนิกส์|"
    r"ไลน์|line|smart\s?office|สมาร์ท|amss)"
    r"|(ไป|มา|ขอ|เข้า)รับ(?:ข้อมูล|เอกสาร|ไฟล์)?\s?(?:ด้วย(?:ตน|ตัว)เอง|เอง|ที่(?:เขต|สำนักงาน|สพป|กลุ่ม))"
    r"|(?:(?<=ทาง)|(?<=ส่ง)|(?<=ส่งมา)|(?<=ส่งที่))(อีเมล|เมล|ไลน์|line)(?=ล?์?นี้|\s[a-z0-9._+-]{1,40}@)"
    r"|\b(?:send|sent|deliver(?:ed)?|reply|receive|file|copy)\b[^\n.]{0,60}\b(?:by|"
    r"via|to|through)\s(?:this |my |the |"
    r"our )?(e-?mail|line)\b",
    re.I,
)
_DEADLINE = re.compile(
    r"(?:ภายใน|ไม่เกิน|ก่อน|ต้องการใช้(?:ข้อมูล)?|ต้องใช้|ขอรับ(?:ข้อมูล)?)\s?(?:ใน)?(?:วันที่|วัน[ก-๙]{2,10}ที่|"
    r"วัน|สัปดาห์|เดือน|สิ้น|พรุ่งนี้)[^\n]{0,40}"
    r"|(?:ภายใน|ไม่เกิน|ก่อน)\s?[0-9๐-๙]{1,2}\s?[^\n]{3,30}"
    r"|\b(?:by|before|no later than|not later than|until)\s(?:\w{3,9},? )?(?:[0-9]{1,2}(?:st|nd|"
    r"rd|th)? |[a-z]{3,9}\.? [0-9]{1,2}|[0-9]{4}-)[^\n.]{0,30}"
    r"|\b(?:by|before) (?:this |next |the end of )?(?:monday|tuesday|wednesday|thursday|friday|"
    r"week|month|tomorrow)[^\n.]{0,20}",
    re.I,
)
_FILE_SAID = re.compile("ในรูปแบบ|เป็นไฟล์|ไฟล์|แบบ")
_DEADLINE_UNCLEAR = re.compile(
    r"(?:ภายใน|ไม่เกิน|ก่อน|ต้องการใช้|by|before)\s?(?:วัน(?:จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|นี้|พรุ่ง)|พรุ่งนี้|สัปดาห์|"
    r"เดือนนี้|สิ้นเดือน|อาทิตย์|"
    r"this|next|the end|monday|tuesday|wednesday|thursday|friday|tomorrow)[^\s,]{0,20}",
    re.I,
)


_AT_WORK_ENGLISH = re.compile(
    r"\b(?:we're|we are|i'm|i am) (?:currently )?(?P<use>(?:preparing|"
    r"planning|writing|doing|working on|conducting|"
    r"studying|researching)[^\n.]{3,120}?)(?=,? and (?:need|would|want)|[.,;\n]|$)",
    re.I,
)
_GOING_TO = re.compile(  # «… จะส่งหนังสือเชิญประชุมค่ะ», «ทำโครงงานคณิตศาสตร์ อยากขอ…»
    r"(?:(?<=\s)|^)(?:ทาง[^\s]{0,24}?)?(?:จะ(?P<use>(?:ส่งหนังสือ|ส่งแคต|จัด|ทำ|วาง|เขียน|สร้าง|มอบ|ออก|เปิด|เตรียม|นำเสนอ|"
    r"รายงาน)[^\n]{2,120}?)|(?P<work>(?:ทำ|จัดทำ|เขียน)(?:โครงงาน|วิจัย|วิทยานิพนธ์|รายงาน|แผน|การบ้าน|โครงการ)[^\n]{0,100}?))"
    r"(?=\s{0,3}(?:ดังนั้น|จึง|มีความ|เลย|ขอ(?!ง)|อยาก|ต้องการ|รบกวน|จำเป็น|ค่ะ|ครับ|(?<!ฐา)(?<!ช)นะ|\sนั้น)|\n|$)",
    re.M,
)
_BEFORE = 400  # characters before a request in which its reason may stand


def purpose(text: str, at: int, end: int) -> str:
    """The clause of purpose in the request, behind it, or in the same line before it."""
    closing = signed.CLOSING.search(text, end)
    last = closing.start() if closing else min(len(text), end + 1_000)
    for pattern in (_PURPOSE, _PURPOSE_ENGLISH):
        found = pattern.search(text, at, last)
        if found is None:
            line = text.rfind("\n", 0, at) + 1
            found = pattern.search(text, line, at)
        if found:
            words = (
                next((w for w in found.groups() if w), found[0]) if found.re.groups else found[0]
            )
            words = _english_purpose(words) if pattern is _PURPOSE_ENGLISH else _thai_purpose(words)
            return values.tidy(words).strip(" ,;")
    reason = _REASON.search(text, text.rfind("\n", 0, at) + 1, last)
    for weaker in (_AT_WORK, _AT_WORK_ENGLISH, _GOING_TO):
        reason = reason or weaker.search(text, max(0, at - _BEFORE), last)
    words = next((w for w in reason.groups() if w), "") if reason else ""
    return values.tidy(words).strip(" ,;")


def _english_purpose(words: str) -> str:
    """Up to where the request begins: «a study on rural schools I would like to have …»."""
    return re.split(r",?\s(?:I|we|We|could you|please)\s|\sat (?=[A-Z])", words, maxsplit=1)[0]


def _thai_purpose(words: str) -> str:
    end = _PURPOSE_END.search(words, 4)
    words = words[: end.start()] if end else words
    stop = re.search(r"\.(?=\s|$)(?<![ก-ฮ]\.)", words)
    return _PURPOSE_START.sub("", words[: stop.start()] if stop else words).strip()


def delivery(text: str) -> str | None:
    """The channel that a sentence on sending names."""
    found = _MEANS.search(text)
    if not found:
        return None
    return "pickup" if found[2] else values.delivery(found[1] or found[3] or found[4])


def needed_by(text: str, problems: list[str]) -> str | None:
    """The date by which it is needed; «ภายในวันศุกร์นี้» is noted, since only a date is certain."""
    for found in _DEADLINE.finditer(text):
        date = values.iso_date(found[0])
        if date:
            return date
        unclear = _DEADLINE_UNCLEAR.match(found[0])
        if unclear:
            note(problems, "needed_by", unclear[0])
            return None
    return None


def without_purpose(line: str) -> str:
    found = _PURPOSE.search(line)
    if not found:
        return line
    end = _PURPOSE_END.search(line, found.start() + 4)
    return line[: found.start()] + " " + (line[end.start() :] if end else "")


def without_deadline(text: str) -> str:
    """The text without the words on when it is needed, whose numbers are no years of data."""
    return _DEADLINE.sub(lambda said: " " + _behind_date(said[0]), text)


def _behind_date(words: str) -> str:
    """What is said of the file behind the date: «ภายในวันที่ 30 มิ.ย. ในรูปแบบไฟล์ Excel»."""
    found = _FILE_SAID.search(words)
    return words[found.start() :] if found else ""
