"""Values that speak for themselves, where a form leaves out the colon or asks for two things."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailproc import thai
from mailproc.parsers import ticks, values, years

TITLE = (
    r"(?:นางสาว|นาง|นาย|น\.ส\.|ดร\.|เด็กชาย|เด็กหญิง|ด\.[ชญ]\.|ผศ\.|รศ\.|ศ\.|ว่าที่\s?(?:ร้อย(?:ตรี|โท|"
    r"เอก)|"
    r"ร\.?\s?[ตทอ]\.?|พ\.?[ตทอ]\.?)(?:\s?หญิง)?|(?:สิบ|จ่าสิบ|พัน|ร้อย|พล)(?:ตรี|โท|เอก|ตำรวจตรี|ตำรวจโท|ตำรวจเอก)|"
    r"[สพรจ]\.?[สตทอ]\.(?:[ตทอ]\.)?|พระ(?:มหา|ครู|ครูปลัด)?|คุณ|ม\.ล\.|ม\.ร\.ว\.|"
    r"(?:mr|mrs|ms|miss|dr|prof|asst\.? prof|assoc\.? prof)\.?\s)"
)
OFFICE = (
    r"(?:โรงเรียน|โรง(?:พิมพ์|งาน|แรม)|ร้าน|ธนาคาร|สถานทูต|สหกรณ์|รร\.|ร\.ร\.|สำนัก(?:งาน)?|สพ[ปม]\.|มหาวิทยาลัย|ม\.[ก-ฮ]|วิทยาลัย|องค์การ|องค์กร|"
    r"อบ[ตจ]\.|ศธจ\.|ศธภ\.|เทศบาล|"
    r"ที่ว่าการ|ที่ทำการ|บริษัท|บจก\.|หจก\.|ห้างหุ้นส่วน|มูลนิธิ|สมาคม|สถาบัน|กรม|กอง(?!ทุน)|กระทรวง|คณะ(?!กรรม)|"
    r"กลุ่ม|ศูนย์|"
    r"โรงพยาบาล|รพ\.|รพ\.สต\.|สถานี|หนังสือพิมพ์|สำนักข่าว|ชมรม|เครือข่าย|สภา|จังหวัด|อำเภอ)"
)
POST = (
    r"(?:รองผู้อำนวยการ|ผู้อำนวยการ|รักษาการ|รอง\s?ผอ\.|ผอ\.|ครู|ศึกษานิเทศก์|นัก[ก-๙]|เจ้าหน้าที่|เจ้าพนักงาน|"
    r"ธุรการ|อาจารย์|"
    r"ผู้ช่วย|หัวหน้า|ปลัด|นายก|นิสิต|นักศึกษา|ผู้ประสานงาน|ผู้จัดการ|พนักงาน|ลูกจ้าง|วิศวกร|เลขา|ประธาน|กรรมการ|"
    r"ผู้สื่อข่าว|พยาบาล|บรรณาธิการ|"
    r"teacher|director|principal|officer|lecturer|student|researcher|analyst|manager|assistant)"
)
NAME = re.compile(rf"{TITLE}\s?[^\s,;:()]{{2,40}}(?:\s[^\s,;:()]{{2,40}}){{1,2}}", re.I)
_TWO_NAMES = re.compile(rf"(?!{OFFICE}|{POST})[ก-ฮเ-ไ][ก-๙]{{2,20}}\s[ก-ฮเ-ไ][ก-๙]{{2,24}}")
_OFFICE_START = re.compile(OFFICE)
_POST_START = re.compile(POST, re.I)
_SHORT_YEAR = re.compile(
    r"(?:(?:พ\.?\s?ศ\.?\s?|ค\.?\s?ศ\.?\s?)?[0-9๐-๙]{2,4}\s{0,2}(?:[-–,]|ถึง|และ|กับ|"
    r"$)?\s{0,2}){1,6}|ล่าสุด|latest",
    re.I,
)
_ONE_WAY = re.compile("0[0-9]{1,2}-[0-9]{3}-[0-9]{3,4}")  # as `values.phone` writes them
_SHORT_ROUND = re.compile(r"[1-3๑-๓](?:\s?\([^()]{2,40}\))?")
_USE = re.compile(
    r"เพื่อ|ใช้|จัดทำ|ประกอบ|นำ|ทำ|วิจัย|การ(?:วิจัย|บริหาร|วางแผน|จัด)|วางแผน|รายงาน|to |for |research|plan",
    re.I,
)
_THING = re.compile(
    r"จำนวน|ทำเนียบ|ทะเบียน|รายชื่อ|ข้อมูล|สถิติ|โรงเรียน|ผล|ครู|นักเรียน|นร\.|ห้องเรียน|ร้อยละ|อัตรา|บุคลากร|"
    r"ขนาด|แนวโน้ม|"
    r"number|list|school|student|teacher|staff|class|small",
    re.I,
)
_PARTS = re.compile(r"\s{0,9}[/|,;]\s{0,9}|\s{2,}")
_NUMBER = re.compile(
    r"(?:โทร(?:ศัพท์)?\.?|tel\.?)?\s{0,3}(\(?[+0๐][0-9๐-๙() .\-–]{7,22}(?:\s?ต่อ\s?[0-9๐-๙]{1,6})?)"
)
_LONGEST = 120


def speaks(name: str, label: str, rest: str) -> bool:
    """Whether a value speaks for itself, so that one space before it is enough."""
    if name in _OF_THEMSELVES and len(rest) <= _LONGEST and _OF_THEMSELVES[name](rest):
        return True
    telling = len(rest) <= _LONGEST and len(thai.fold(label)) >= _TELLING
    return telling and name in _BY_LABEL and _BY_LABEL[name](rest)


def _begins(pattern: re.Pattern[str], most: int) -> Callable[[str], bool]:
    return lambda rest: bool(pattern.match(rest)) and len(rest.split()) <= most


def _is_read(name: str, longest: int) -> Callable[[str], bool]:
    return lambda rest: len(rest) < longest and values.READERS[name](rest) is not None


_OF_THEMSELVES: dict[str, Callable[[str], bool]] = {
    "phone": lambda rest: bool(_ONE_WAY.match(values.phone(rest) or "")),
    "email": lambda rest: values.email(rest) == rest,
    "academic_years": lambda rest: bool(_SHORT_YEAR.fullmatch(rest)) or years.is_latest(rest),
    "round": lambda rest: bool(_SHORT_ROUND.fullmatch(rest)),
    "requester_name": _begins(NAME, 12),
    "organisation": _begins(_OFFICE_START, 6),
    "position": _begins(_POST_START, 5),
} | {name: _is_read(name, 40) for name in ("level", "format", "delivery", "requester_type")}
_BY_LABEL: dict[str, Callable[[str], bool]] = {
    "requester_name": lambda rest: bool(_TWO_NAMES.fullmatch(rest)),
    "needed_by": _is_read("needed_by", 60),
    "purpose": _begins(_USE, 40),
    "dataset": _begins(_THING, 40),
}
_TELLING = 8  # letters of a label that is no common word


def field_of_options(text: str) -> str | None:
    """The field whose values all options of a tick list are: «(/) Excel ( ) PDF» is a format."""
    options = [
        words for words in (part.strip() for part in ticks.MARK.split(text) if part) if words
    ]
    options = [words for words in options if not ticks.MARK.fullmatch(words)]
    if len(options) < 2:
        return None
    for name in ("format", "delivery", "level"):
        if all(len(o) < 60 and values.READERS[name](o) is not None for o in options):
            return name
    return None


def parted(names: tuple[str, ...], text: str) -> list[tuple[str, str]]:
    """(field, value) for a label of two things; nothing where it is not sure which is which."""
    found: list[tuple[str, str]] = []
    rest = text.strip()
    names_left = list(names)
    if "email" in names_left and (address := values.email(rest)):
        found.append(("email", address))
        rest = rest.replace(address, "  ")
        names_left.remove("email")
    if "phone" in names_left and (number := _NUMBER.search(rest)):
        found.append(("phone", number[1]))
        rest = rest[: number.start()] + "  " + rest[number.end() :]
        names_left.remove("phone")
    return found + _in_order(names_left, rest.strip(" ,;/|-–"))


def _in_order(names: list[str], text: str) -> list[tuple[str, str]]:
    if set(names) == {"academic_years", "round"}:
        return [(name, text) for name in names]  # both are read from «1/2568»
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) == len(names):
        return list(zip(names, parts, strict=True))
    if names == ["requester_name", "position"] and len(parts) == 1:
        return _name_and_post(text)
    return []


def _name_and_post(text: str) -> list[tuple[str, str]]:
    """«นายมานะ ใจดี ครูชำนาญการ» in its two halves."""
    words = text.split()
    for at in range(2, len(words)):
        if _POST_START.match(words[at]):
            return [("requester_name", " ".join(words[:at])), ("position", " ".join(words[at:]))]
    return [("requester_name", text)] if NAME.fullmatch(text) else []
