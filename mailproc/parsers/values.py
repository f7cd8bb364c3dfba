"""What a person wrote behind a label, as the value the form holds.

Each reader gives None where the words do not say one clear value: a field that is not stated must
not be made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailproc import thai
from mailproc.parsers.years import is_latest, round_number, years

MAX_VALUE = 1_000  # characters; longer is no value but a text
_LEADERS = re.compile(r"^[\s.…_·•*:：\-–—]+|[\s…_·*:：]+$|[.…_]{2,}$")
_POLITE = re.compile(r"\s{0,9}(?:นะ)?(?:ครับผม|ครับ|คับ|ค่ะ|ค๊ะ|คะ)[\s.!]*$")
_PARTICLES = ("ครับ", "ครับผม", "คับ", "ค่ะ", "ค๊ะ", "คะ")
_TO_TIDY = re.compile(r"[(\[…]|\.\.|__")
_LEADER_RUNS = re.compile(r"\.{3,}|…+|_{3,}")
_SPACES = re.compile(r"\s{1,9}")
_EMPTY = re.compile(r"^[\s.…_\-–—/*()\[\]]*$|^\((?:โปรด)?(?:ระบุ|กรอก)[^()]*\)$")
_EXAMPLE = re.compile(
    r"[(\[]\s{0,9}(?:(?:เช่น|ตัวอย่าง|e\.?g\.?|for example|example)[^()\[\]]{0,200}|ตัวบรรจง|ถ้ามี|"
    r"(?:โปรด|กรุณา)?ระบุ)\s{0,9}[)\]]",
    re.I,
)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])"
)
_SPACED_EMAIL = re.compile(r"(?<=[A-Za-z0-9])\s{0,3}[@＠]\s{0,3}(?=[A-Za-z0-9])")
_SPACED_DOT = re.compile(r"(@[A-Za-z0-9.-]{1,80}?)(?:\s\.\s?|\.\s)(?=[a-z]{2,10}(?![A-Za-z@]))")
_PHONE = re.compile(r"\(?\+?[0-9][0-9 ().\-–]{5,22}[0-9]")
_EXTENSION = re.compile(r"(?:ต่อ|กด|ext(?:ension)?\.?|#)\s{0,9}([0-9]{1,6})", re.I)
_LETTER_O = re.compile(r"(?<![A-Za-z0-9])[oO](?=[689][0-9-])")
_LETTER = re.compile(
    r"((?:(?<![ก-๙])|(?<=ที่))[ก-ฮ]{2,4}\.?\s{0,3}[0-9][0-9.]{0,12}\s?/\s?(?:ว\.?\s?|"
    r"พิเศษ\s?)?[0-9]{1,7})"
)
_LETTER_START = re.compile(
    r"^\s{0,9}(?:หนังสือ)?(?:ที่|เลขที่)\s{0,9}|\s{0,9}(?:ลงวันที่|ลว\.?|dated).*$", re.I
)
_LINE_START = re.compile(r"(?:line\s?)?(?:id|ไอดี)(?:\s{0,9}[:：]\s{0,9}|\s{1,9})", re.I)
_NOTE_BEHIND = re.compile(r"\s{1,9}[(\[][^()\[\]]{1,60}[)\]]$")
_UNWANTED = re.compile(
    r"(?:ไม่(?:เอา|ต้องการ|ใช่|รับ)|แทน(?:ที่)?(?:ไฟล์)?|not|instead of)\s{0,3}[^\s,]{2,20}", re.I
)
_LEADS_TO_LIST = re.compile(
    r"[\s.:：-]{0,9}(?:ได้แก่|(?:มี)?ดัง(?:นี้|ต่อไปนี้|รายการ(?:ต่อไปนี้)?)|"
    r"คือ|ประกอบด้วย|มี|as follows|(?:the )?following|"
    r"namely)(?:\s?(?:ดังนี้|คือ|ได้แก่))?[\s.:：-]{0,9}",
    re.I,
)
_FILTER_SPLIT = re.compile(
    r"\s{0,9}[,;،、]\s{0,9}|\s{1,9}และ\s{0,9}|\s{0,9}(?<![ก-๙])และ\s{1,9}|\s{1,9}and\s{1,9}|\n+"
)
_BULLET = re.compile(
    r"\s{0,9}(?:(?:ข้อ|รายการ|ลำดับ)(?:ที่)?\s{0,2}[0-9๐-๙]{1,2}\s{0,2}[.:)]?\s{0,9}|"
    r"[0-9๐-๙]{1,2}(?:\.[0-9๐-๙]{1,2})?[.)](?![0-9๐-๙])\s?|"
    r"[0-9๐-๙]{1,2}(?:\.[0-9๐-๙]{1,2}){1,2}\s{1,9}(?=[ก-๙A-Za-z])|"
    r"[0-9]\ufe0f?\u20e3\s?|\([0-9๐-๙]{1,2}(?:\.[0-9๐-๙]{1,2})?\)\s?|\([ก-ฮa-h]\)\s?|[ก-ฮa-h]\)\s?|[กขคง]\.\s{1,9}(?=[ก-๙A-Za-z])|"
    r"[-–—•*·▪●○►➤➢✦★◆▶👉📌]\s{1,9}|[-–•·▪►➤➢](?=[ก-๙A-Za-z]))"
)
_NO = re.compile(r"ไม่ยินยอม|ไม่ยอมรับ|ไม่ตกลง|do not|don't|disagree|^no\b|^ไม่")
_YES = re.compile(r"ยินยอม|ยอมรับ|ตกลง|รับทราบ|agree|accept|^yes|^ใช่|consent|[☑✓✔☒]")

_LEVELS = (
    (
        "school",
        "รายโรงเรียน|ระดับโรงเรียน|แยกโรงเรียน|แยกรายโรงเรียน|รายสถานศึกษา|ระดับสถานศึกษา|แต่ละโรงเรียน|"
        "แต่ละสถานศึกษา|"
        "จำแนกโรงเรียน|ตามโรงเรียน|รายโรง|แยกโรง|รายรร|แยกรร|โรงเรียนต่อโรงเรียน|school",
    ),
    ("group", "กลุ่มโรงเรียน|เครือข่าย|ศูนย์เครือข่าย|กลุ่มสถานศึกษา|schoolgroup|bygroup|cluster"),
    ("district", "อำเภอ|district|amphoe"),
    (
        "area",
        "ภาพรวม|ทั้งเขต|ระดับเขต|รวมเขต|รายเขต|เขตพื้นที่|ระดับสพป|รวมทั้งหมด|ยอดรวม|servicearea|wholearea|"
        "overall|area",
    ),
)
_LEVEL_ALONE = {
    "โรงเรียน": "school",
    "สถานศึกษา": "school",
    "เขต": "area",
    "สพป": "area",
    "รร": "school",
}
_FORMATS = (
    (
        "xlsx",
        "excel|exel|execl|xlsx|xls|เอกเซล|เอ็กเซล|เอกเซ|เอ็กเซ|เอ็กซ์เซล|เอ็กซเซล|เอกซ์เซล|เอกซเซล|"
        "เอ๊กเซล|สเปรดชีต|spreadsheet",
    ),
    ("csv", "csv|ซีเอสวี"),
    ("pdf", "pdf|พีดีเอฟ|พีดีเอ็ฟ|รวมเล่ม|เล่มเดียว|booklet"),
    ("paper", "เอกสาร|กระดาษ|paper|hardcopy|printed|printout|สิ่งพิมพ์|ฉบับพิมพ์|ปริ้น|ปริ๊น|รูปเล่ม"),
)
_DELIVERIES = (
    (
        "smart_office",
        "smartoffice|สมาร์ทออฟฟิศ|สมาร์ตออฟฟิศ|สมาร์ทออฟฟิต|amss|smartarea|สารบรรณ|eoffice|myoffice",
    ),
    (
        "pickup",
        "รับด้วยตนเอง|รับด้วยตัวเอง|ด้วยตนเอง|ด้วยตัวเอง|รับเอง|มารับ|ไปรับ|มาเอา|pickup|inperson|collectin|"
        "collectat|รับที่|walkin",
    ),
    ("email", "อีเมล|อิเมล|อีเมว|email|เมล|mail|ไปรษณีย์อิเล็กทรอนิกส์|จดหมายอิเล็กทรอนิกส์"),
    ("line", "line|ไลน์|ไลน"),
)
# How somebody reached the office, as whole values: «โทรศัพท์» in a sentence says something else.
_CHANNELS = (
    ("phone", "โทรศัพท์|โทร|โทรเข้ามา|โทรศัพท์เข้ามา|phone|telephone|bytelephone|byphone|phonecall|call"),
    (
        "counter",
        "เคาน์เตอร์|เคาเตอร์|เค้าน์เตอร์|เคาท์เตอร์|หน้าเคาน์เตอร์|ที่เคาน์เตอร์|ติดต่อที่เคาน์เตอร์|ติดต่อด้วยตนเอง|มาติดต่อด้วยตนเอง|"
        "มาด้วยตนเอง|มาติดต่อที่สำนักงาน|มาสำนักงาน|counter|atthecounter|walkin|visit",
    ),
    ("paper", "หนังสือ|หนังสือราชการ|แบบคำขอกระดาษ|เอกสาร|กระดาษ|paper|letter|paperform"),
    ("line", "line|ไลน์|ไลน"),
    ("smart_office", "smartoffice|amss|สมาร์ทออฟฟิศ|สมาร์ตออฟฟิศ|smartarea"),
)
_CHANNEL_START = re.compile(r"^(?:ทาง|ผ่าน(?:ทาง)?|โดย|by|via)\s{0,3}", re.I)
_TYPES = (
    (
        "internal",
        "ในสังกัด|บุคลากรในเขต|ภายใน|internal|withinthearea|staffofthearea|inthearea|บุคลากรสพป|"
        "เจ้าหน้าที่สพป",
    ),
    (
        "government",
        "หน่วยงานรัฐ|หน่วยงานของรัฐ|ภาครัฐ|ส่วนราชการ|หน่วยงานราชการ|รัฐวิสาหกิจ|ราชการ|"
        "องค์กรปกครองส่วนท้องถิ่น|อปท|government|publicagency|stateagency|publicsector",
    ),
    ("private", "เอกชน|บริษัท|private|company"),
    (
        "public",
        "บุคคลทั่วไป|ประชาชน|บุคคลภายนอก|นักศึกษา|นักเรียน|นักวิจัย|นิสิต|generalpublic|public|"
        "individual|citizen|student|researcher",
    ),
)


def tidy(text: str) -> str:
    """The words without leaders, examples and doubled spaces; empty where nothing was filled in."""
    text = thai.mend(text[:MAX_VALUE])
    if _TO_TIDY.search(text):
        text = _LEADER_RUNS.sub(" ", _EXAMPLE.sub(" ", text))
    text = _LEADERS.sub("", _LEADERS.sub("", " ".join(text.split())))
    if text.rstrip(" .!").endswith(_PARTICLES):
        text = _POLITE.sub("", text).strip()
    return "" if not text or _EMPTY.match(text) else text.strip()


def leads_to_list(text: str) -> bool:
    """Whether the words only announce what stands below: «ได้แก่», «ดังนี้»."""
    return bool(_LEADS_TO_LIST.fullmatch(text))


def unbulleted(text: str) -> str:
    """The words without a list number or dash in front."""
    bullet = _BULLET.match(text)
    return (text[bullet.end() :] if bullet else text).strip()


def is_bulleted(text: str) -> bool:
    """Whether a list number or dash stands in front."""
    return bool(_BULLET.match(text))


def email(text: str) -> str | None:
    """The address; signs of a keyboard left in Thai before it fall away, spaces within it too."""
    found = _EMAIL.search(text)
    if found is None or _SPACED_DOT.search(text):
        found = _EMAIL.search(_SPACED_DOT.sub(r"\1.", _SPACED_EMAIL.sub("@", text[:MAX_VALUE])))
    return found[0] if found else None


def phone(text: str) -> str | None:
    """«081-234-5678», «042-611-234», «02-123-4567 ต่อ 12»; as written where no number fits."""
    text = _LETTER_O.sub("0", thai.to_arabic(text))
    numbers = [n for n in (_one_phone(m[0]) for m in _PHONE.finditer(text)) if n]
    if not numbers:
        return text if re.search(r"[0-9]", text) else None
    extension = _EXTENSION.search(text)
    return ", ".join(dict.fromkeys(numbers)) + (f" ต่อ {extension[1]}" if extension else "")


def is_phone(text: str) -> bool:
    """Whether the words are one telephone number, perhaps with an extension, and nothing else."""
    bare = _EXTENSION.sub("", _LETTER_O.sub("0", thai.to_arabic(text))).strip()
    found = _PHONE.fullmatch(bare)
    return bool(found and _one_phone(found[0]))


def _one_phone(text: str) -> str | None:
    digits = re.sub(r"[^0-9]", "", text)
    if text.lstrip("(").startswith("+66") or (digits.startswith("66") and len(digits) in (10, 11)):
        digits = "0" + digits[2:].removeprefix("0")
    mobile = digits[:2] in ("06", "08", "09")
    if len(digits) == 10 and mobile:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if len(digits) == 10 and digits[0] == "0" and re.search(r"[-–][0-9]$", text):
        digits = digits[:9]  # «042-611234-5»: the last number of a range of lines
    if len(digits) != 9 or digits[0] != "0" or mobile:
        return None
    if digits.startswith("02"):
        return f"{digits[:2]}-{digits[2:5]}-{digits[5:]}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def line_id(text: str) -> str | None:
    """The account, without «ID:» before it or a note in brackets behind it."""
    opening = _LINE_START.match(text)
    text = text[opening.end() :] if opening else text
    return _NOTE_BEHIND.sub("", text).strip() or None


def level(text: str) -> str | None:
    """area, district, group or school; «ทั้งเขต รายโรงเรียน» is by school."""
    key = thai.fold(text)
    if key in _LEVEL_ALONE:
        return _LEVEL_ALONE[key]
    said = [name for name, words in _LEVELS if any(word in key for word in words.split("|"))]
    if "group" in said and "school" in said and not re.search("(?:ราย|แยก|แต่ละ)โรงเรียน", key):
        said.remove("school")
    if len(said) == 2 and "area" in said:
        said.remove("area")
    return said[0] if len(said) == 1 else None


def file_format(text: str) -> str | None:
    """xlsx, csv, pdf or paper; of two the first named, of more none."""
    said = _named(_UNWANTED.sub(" ", text), _FORMATS)
    if len(said) > 1 and "paper" in said:
        said.remove("paper")  # «เอกสาร PDF» is a file
    return said[0] if 0 < len(said) <= 2 and "?" not in text else None


def delivery(text: str) -> str | None:
    """email, line, pickup or smart_office; of two the first named, of more none."""
    said = _named(re.sub("(?i)on-?line|ออนไลน์", " ", text), _DELIVERIES)
    return said[0] if 0 < len(said) <= 2 and "?" not in text else None


def channel(text: str) -> str | None:
    """phone, counter, paper, line or smart_office: how a request reached whoever typed it."""
    key = thai.fold(_CHANNEL_START.sub("", text.strip()))
    return next((name for name, words in _CHANNELS if key in words.split("|")), None)


def came_by(words: str) -> str | None:
    """What «ช่องทาง: โทรศัพท์» says: no way to send a file, but one by which somebody asked."""
    came = channel(words)
    return came if came in ("phone", "counter") and delivery(words) is None else None


def requester_type(text: str) -> str | None:
    """internal, government, private or public."""
    said = _named(text, _TYPES)
    return said[0] if len(said) == 1 else None


def answers(name: str, words: str) -> bool:
    """Whether the words are one of the few values that the field can have."""
    if len(words) >= 40:
        return False
    if name == "academic_years":
        return bool(years(words)) or is_latest(words)
    return name in _CODED and READERS[name](words) is not None


def _named(text: str, table: tuple[tuple[str, str], ...]) -> list[str]:
    """The values whose words occur, in the order in which the text names them."""
    key = thai.fold(text)
    places = []
    for name, words in table:
        at = min((key.find(word) for word in words.split("|") if word in key), default=-1)
        if at >= 0:
            places.append((at, name))
    return [name for _, name in sorted(places)]


def iso_date(text: str) -> str | None:
    """The date in ISO form; None where the words name no day, or several."""
    found = thai.dates(text)
    return found[0].isoformat() if len(set(found)) == 1 else None


def letter_number(text: str) -> str | None:
    """«ศธ 04110/123», with Arabic digits; other spellings as written."""
    text = thai.to_arabic(text)
    found = _LETTER.search(text)
    return _SPACES.sub(" ", found[1]) if found else _LETTER_START.sub("", text).strip() or None


def consent(text: str) -> bool | None:
    """True or False where the words agree or refuse."""
    if _NO.search(text.lower()):
        return False
    return True if _YES.search(text.lower()) else None


def filters(text: str) -> tuple[str, ...]:
    """The words used, one filter each."""
    parts = (tidy(unbulleted(part)) for part in _FILTER_SPLIT.split(text[:MAX_VALUE]))
    return tuple(part for part in parts if part)


_CODED = frozenset({"level", "format", "delivery", "requester_type", "round"})
READERS: dict[str, Callable[[str], object]] = {
    "phone": phone,
    "email": email,
    "line_id": line_id,
    "letter_no": letter_number,
    "letter_date": iso_date,
    "needed_by": iso_date,
    "delivery": delivery,
    "channel": channel,
    "requester_type": requester_type,
    "consent": consent,
    "round": round_number,
    "level": level,
    "format": file_format,
}
