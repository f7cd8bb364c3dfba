"""Who writes a letter: the head, «ข้าพเจ้า …», the signed name, the line on how to reach him."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mailproc.model import Known
from mailproc.parsers import values
from mailproc.parsers.plain import OFFICE, POST, TITLE

_WORD = r"[ก-ฮเ-ไ][ก-๙.]{1,29}"
_LATIN = r"[A-Z][A-Za-z'.-]{0,24}"
_NAME = rf"(?:{TITLE}\s{{0,2}})?{_WORD}\s{{1,3}}{_WORD}"
_TITLED = rf"{TITLE}\s{{0,2}}{_WORD}\s{{1,3}}(?:ณ\s)?{_WORD}"
SELF_WORDS = re.compile(r"ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู|ด้วย|my name is|i am|i'm", re.I)
_SELF = re.compile(
    rf"(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู|เนื่องด้วย|ด้วย)\s{{0,3}}(?:ชื่อ)?\s{{0,3}}(?P<name>{_TITLED})"
    rf"|(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู)เป็น[^\n]{{3,80}}?\sชื่อ\s{{0,3}}(?P<later>{_TITLED})"
    rf"|ข้าพเจ้า\s{{0,3}}\(?(?:นาย|นาง|นางสาว|น\.ส\.)(?:\s?/\s?(?:นาย|นางสาว|นาง|"
    rf"น\.ส\.)){{1,3}}\)?\s{{0,3}}(?P<choice>{_NAME})"
    rf"|(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู)\s{{0,3}}ชื่อ\s{{0,3}}(?P<plain>{_NAME})"
    rf"|(?i:my name is|i am|i'm)\s(?P<en>(?:(?:Mr|Mrs|Ms|Miss|Dr|"
    rf"Prof)\.?\s)?{_LATIN}(?:\s{_LATIN}){{1,2}})"
)
_ASKING = re.compile(
    r"\s{0,9}(?:มีความประสงค์|ประสงค์|ใคร่|ขอ(?!นแก่น|ง)|ต้องการ|อยาก|กำลัง|ได้รับ|ได้จัด|จะ|มีความจำเป็น|"
    r"ทำวิจัย|ซึ่ง|โทร|เบอร์|อีเมล|เลขที่|อายุ|รบกวน|สนใจ|\s(?:ศึกษา|เรียน|ทำ|มา|ได้|มี|เพื่อ))"
    r"|[.;\n]\s|\n|\s(?:and i|i would|i am|would|writing|who|requesting)\s",
    re.I,
)
_POSITION = re.compile(
    rf"\s{{0,3}}(?:,\s?)?(?:(?:ดำรง)?ตำแหน่ง|เป็น|ปฏิบัติหน้าที่|"
    rf"อาชีพ)?\s{{0,3}}(?P<post>{POST}[^\n,()]{{0,60}})",
    re.I,
)
_OFFICE_AT = re.compile(
    rf"(?:^|(?<=\s)|(?<=ครู)|(?<=ผู้อำนวยการ)|(?<=ผู้จัดการ)|(?<=ผอ\.)|(?<=จาก)|(?<=สังกัด)|(?<=ที่)){OFFICE}"
)
_OFFICE_END = re.compile(
    r"\s(?:สังกัด|ตำบล|อำเภอ|จังหวัด|ต\.|อ\.|จ\.|โทร|เบอร์|เลขที่|ได้|และ|ปฏิบัติ|ตั้งอยู่)|[,;()\n]|\s{2,}"
)
_HEAD_OF_SCHOOL = re.compile(
    r"^((?:รอง)?ผู้อำนวยการ|รักษาการ(?:ในตำแหน่ง)?ผู้อำนวยการ|(?:รอง)?ผอ\.)\s?(โรงเรียน[^\n]*)$"
)
_BY_OFFICE = re.compile(
    rf"(?:^|(?<=\s)|(?<=ด้วย)|(?<=ทาง))(?P<office>{OFFICE}[^\s0-9๐-๙/]{{1,60}}?(?:\s(?!ที่|ลงวันที่|มี|"
    rf"ขอ|ได้|จะ|กำลัง)(?:[0-9๐-๙]{{1,3}}(?=\s)|[^\s0-9๐-๙/]{{1,40}}?(?=\s|จึง|มี|ประสงค์|ใคร่|ขอ|ต้อง|"
    rf"กำลัง|จะ|ได้|ดำเนิน|กำหนด))){{0,4}}?)"
    r"\s{0,3}(?:จึง)?(?:มี(?:ความ(?:ประสงค์|จำเป็น)|โครงการ|ภารกิจ)|ประสงค์|ใคร่ขอ|ขอความ(?:อนุเคราะห์|"
    r"กรุณา|ร่วมมือ)|ขอ(?:รับ|ใช้)?(?:บริการ)?ข้อมูล|ขอ(?:ทราบ|จำนวน|รายชื่อ|ทำเนียบ|สถิติ)|ต้องการ|กำลัง|"
    r"จะ(?:ดำเนิน|จัด|ทำ|มี|ออก|ใช้|ส่ง|เข้า|เปิด|ร่วม|สร้าง|มอบ)|ได้(?:ดำเนิน|จัด|รับ|มี|กำหนด)|ดำเนินการ|กำหนดจัด)",
    re.M,
)
CLOSING = re.compile(
    r"^[ \t]*(?:ขอแสดงความนับถือ|ด้วยความ(?:เคารพ|นับถือ)|จึงเรียนมา|ขอขอบ(?:คุณ|พระคุณ)|ขอบ(?:คุณ|พระคุณ)|"
    r"ลงชื่อ|\(ลงชื่อ|"
    r"(?:kind |best |warm |with )?regards|yours|sincerely|respectfully|thank|best wishes)",
    re.I | re.M,
)
_FORMAL = re.compile(
    r"ขอแสดงความนับถือ|ด้วยความ(?:เคารพ|นับถือ)|regards|yours|sincerely|respectfully|best wishes", re.I
)
_IN_BRACKETS = re.compile(
    rf"^[ \t]*(?:ลงชื่อ[\s.…_]{{0,60}})?[(（][\s.]{{0,10}}(?P<name>{_NAME})[\s.]{{0,10}}[)）]"
    r"(?P<rest>[^\n]{0,60})$"
)
_OTHERS = re.compile(r"เจ้าหน้าที่|ผู้อนุญาต|ผู้อนุมัติ|ผู้ตรวจ|พยาน|ผู้รับรอง|ผู้ประสาน|ผู้จัดทำ")
_TITLED_LINE = re.compile(rf"^[ \t]*(?P<name>{_TITLED})(?P<rest>\s[^\n]{{0,80}})?$")
_PLAIN_LINE = re.compile(rf"^[ \t]*(?P<name>{_WORD} {{1,2}}{_WORD})[ \t]*$")
_LATIN_LINE = re.compile(
    rf"^[ \t]*(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s)?{_LATIN}(?:\s{_LATIN}){{1,2}})[ \t]*$"
)
_POST_LINE = re.compile(
    rf"^[ \t]*(?:ตำแหน่ง\s{{0,3}}:?)?\s{{0,3}}(?P<post>{POST}[^\n]{{0,80}})$", re.I
)
_OFFICE_LINE = re.compile(rf"^[ \t]*(?P<office>{OFFICE}[^\n]{{1,80}})$")
_ENGLISH_POST = re.compile(
    r"^,?\s{0,9}(?:(?:and )?(?:i am |i'm )?(?:an? |the )?)(?P<post>[a-z][a-z -]{2,40}?)\s(?:at|"
    r"from|of|in|with)\s(?:the\s)?(?P<office>[A-Z][^,.;\n]{2,80})"
)
_LETTER = re.compile(
    r"^[ \t]*ที่\s{1,4}(?P<no>[ก-ฮ]{1,4}\.?\s{0,3}[0-9๐-๙][^\s]{2,20}"
    r"(?:\s?/\s?(?:ว\s?)?[0-9๐-๙]{1,7})?)",
    re.M,
)
_REFERRED = re.compile(
    r"(?:อ้างถึง|ตาม)\s{0,6}(?:หนังสือ)?(?P<words>[^\n]{0,120}?(?:ที่|"
    r"เลขที่)\s{0,3}[ก-ฮ]{1,4}\.?\s{0,3}[0-9๐-๙.]{2,14}\s?/\s?(?:ว\s?)?[0-9๐-๙]{1,7}"
    r"(?:\s{0,3}ลงวันที่[^\n]{4,40})?)"
)
_DATE_LINE = re.compile(
    r"^[ \t]*(?:วันที่\s{0,2})?[0-9๐-๙]{1,2}\s{0,2}(?:เดือน)?[ก-๙.]{3,14}\s{0,2}"
    r"(?:พ\.?ศ\.?)?\s{0,2}[0-9๐-๙]{2,4}[ \t]*$",
    re.M,
)
_DATE_BESIDE = re.compile(
    r"[ \t]{1,9}(?:ลง)?วันที่\s{0,3}[0-9๐-๙]{1,2}\s{0,2}[ก-๙.]{3,14}\s{0,2}"
    r"(?:พ\.?ศ\.?)?\s{0,2}[0-9๐-๙]{2,4}"
)
_PHONE = re.compile(
    r"(?:โทร(?:ศัพท์)?\.?|เบอร์(?:โทร(?:ศัพท์)?)?(?:ติดต่อ)?|มือถือ|ติดต่อ(?:กลับ)?(?:ผม|ดิฉัน|หนู)?(?:ได้)?(?:ที่)?|(?:phone|"
    r"mobile|telephone)(?: number)?(?: is)?|tel\.?|call me (?:at|on))"
    r"\s{0,3}[:.]?\s{0,3}(?P<no>\(?\+?[0๐6][0-9๐-๙() .\-–]{7,22}[0-9๐-๙](?:\s?(?:ต่อ|"
    r"ext\.?)\s?[0-9๐-๙]{1,6})?)",
    re.I,
)
_OTHERS_PHONE = re.compile(r"(?:ผู้ประสาน|ติดต่อ(?:คุณ|นาย|นาง)|ธุรการ|โรงเรียน|สำนักงาน)[^\n]{0,60}$")
_LINE = re.compile(
    r"(?:line\s?id|ไลน์\s?(?:ไอดี|id)|ไอดีไลน์|id\s?line|ไลน์|"
    r"line)\s{0,3}[:：]?\s{0,3}(?P<id>@?[A-Za-z][A-Za-z0-9._-]{2,30})(?![@A-Za-z0-9])",
    re.I,
)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,60}){1,5}")
_BLOCK_LINE = re.compile(
    rf"^[ \t]*(?P<name>(?:{TITLE}\s{{0,2}})?{_WORD} {{1,2}}{_WORD})"
    rf"(?P<rest> {{1,2}}(?:{POST}|{OFFICE})[^\n0-9๐-๙]{{0,80}}?)?"
    r"(?:\s{1,2}(?:โทร\.?\s?)?(?P<phone>[0๐][0-9๐-๙-]{8,12}))?[ \t]*$"
)
_NO_NAME = re.compile(
    rf"{POST}|{OFFICE}|จึง|ขอ|ด้วย|เพื่อ|ใช้|จำนวน|ข้อมูล|ปี|ราย|ชื่อ|เรื่อง|เรียน|ไฟล์|โทร|เบอร์|ส่ง|หน่วยงาน|"
    r"ตำแหน่ง|ป\.ล|สวัสดี|ทั้งนี้|และ|ที่|ทาง|จะ|ตาม|ต้องการ|รบกวน|กรุณา|นำ|เอา|ไม่|ได้|มี|ทำ|ผู้|ประสาน|ติดต่อ|"
    r"หัวหน้า|แยก|คุณ|ถึง|ฝาก|สำเนา|พร้อม|ขึ้น|สำหรับ|เฉพาะ|ทุก|รอบ|รูปแบบ|วัตถุ",
    re.I,
)
_NICKNAMED = re.compile(
    rf"^(?:ครู|ผอ\.|ธุรการ)[ก-๙]{{1,12}}\s{{1,2}}(?P<office>{OFFICE}[^\s]{{2,40}})$"
)
_THANKS_NAME = re.compile(
    rf"^(?:(?i:many thanks|thanks|thank you)),\s(?!Best|Kind|Warm|Very|With|Dear|Khun|Mrs?\b|Ms|Dr)"
    rf"(?P<name>{_LATIN}\s{_LATIN})\.?$"
)
_WE_ARE = re.compile(r"\b[Ww]e are [^.\n()]{3,60}\((?P<office>[A-Z][^()\n]{3,60})\)")
_NAME_ALONE = re.compile(
    rf"^ชื่อ\s(?!{OFFICE}|{POST})(?P<name>(?:{TITLE}\s?)?{_WORD}\s{_WORD})$", re.M
)
_SCHOOL_ALONE = re.compile(r"^(?:โรงเรียน|หน่วยงาน)\s(?P<office>[ก-ฮเ-ไ][^\s]{2,40})$", re.M)
_SIGNATURE_LINES = 6
_HEAD = 1_200


def person(text: str, at: int) -> dict[str, Any]:
    """requester_name, position and organisation, where the writer says who he is."""
    found = introduced(text) or {}
    office = found.get("organisation") or _by_office(text) or _of_ourselves(text)
    for name, value in (_signature(text, at) | _spaced(text)).items():
        found.setdefault(name, value)
    if office:
        found["organisation"] = office
    return found


def _spaced(text: str) -> dict[str, Any]:
    """«ชื่อ มานะ ใจดี» and «โรงเรียน บ้านตัวอย่าง», each alone on its line."""
    name, office = _NAME_ALONE.search(text), _SCHOOL_ALONE.search(text)
    found = {"requester_name": values.tidy(name["name"])} if name else {}
    return found | ({"organisation": office["office"]} if name and office else {})


def _of_ourselves(text: str) -> str:
    """«We are a textbook distributor (Sample Books Ltd.)»."""
    match = _WE_ARE.search(text)
    return match["office"].strip() if match else ""


def introduced(text: str) -> dict[str, Any]:
    """«กระผมนายมานพ แก้วใส ผู้อำนวยการโรงเรียนบ้านท่าเรือน้อย ขอข้อมูล…»."""
    match = _SELF.search(text)
    if not match:
        return {}
    name = next(words for words in match.groups() if words)
    if match["plain"] and re.match(rf"{POST}|{OFFICE}", name):
        return {}
    rest = text[match.end() : match.end() + 240]
    found = {"requester_name": values.tidy(name)}
    if match["later"]:
        said = match[0][match[0].index("เป็น") + 4 : match.start("later") - match.start()]
        return found | _post_and_office(said.rpartition("ชื่อ")[0])
    if match["en"]:
        told = _ENGLISH_POST.match(rest)
        return found | _english(told)
    stop = _ASKING.search(rest)
    return found | _post_and_office(rest[: stop.start()] if stop else rest)


def _english(told: re.Match[str] | None) -> dict[str, Any]:
    if not told:
        return {}
    return {"position": told["post"].strip(), "organisation": told["office"].strip()}


def _post_and_office(words: str) -> dict[str, Any]:
    """«ตำแหน่ง ครู โรงเรียนบ้านตัวอย่าง» in its two halves."""
    words = words.strip(" ,;")
    found: dict[str, Any] = {}
    head = _HEAD_OF_SCHOOL.match(words)
    if head:
        return {"position": f"{head[1]}โรงเรียน", "organisation": _office(head[2])}
    office = _OFFICE_AT.search(words)
    post = _POSITION.match(words)
    if post and (not office or office.start() > post.start("post")):
        end = office.start() if office else len(words)
        said = re.sub(
            r"\s{0,9}(?:สังกัด|จาก|ที่|ประจำ)\s{0,9}$", "", words[post.start("post") : end]
        ).strip(" ,")
        if office or len(said.split()) <= 4:
            found["position"] = said
    if office:
        found["organisation"] = _office(words[office.start() :])
    return {name: value for name, value in found.items() if value}


def _office(words: str) -> str:
    cut = _OFFICE_END.search(words, 3)
    return (words[: cut.start()] if cut else words).strip(" .,")


def _by_office(text: str) -> str:
    """The office in whose name the letter asks: «ด้วย โรงเรียน… มีความประสงค์ขอ…»."""
    match = _BY_OFFICE.search(text)
    return re.sub(r"\s{1,9}(?:โดย|ซึ่ง).*$", "", match["office"]).strip(" ,") if match else ""


def _signature(text: str, at: int) -> dict[str, Any]:
    """The signed name with the position below it; only below the request."""
    closing = [match for match in CLOSING.finditer(text, at)]
    if not closing:
        return _unclosed(text, at)
    lines = text[closing[0].start() :].split("\n")[:40]
    formal = bool(_FORMAL.search("\n".join(lines[:12])))
    for number, line in enumerate(lines):
        match = _signed_name(line, formal and number > 0)
        if match is None or _OTHERS.search(line):
            continue
        found = {"requester_name": values.tidy(match["name"])}
        rest = (match.groupdict().get("rest") or "").strip()
        below = lines[number + 1 : number + 1 + _SIGNATURE_LINES]
        for words in ([rest] if rest else []) + below:
            for name, value in _below(words).items():
                found.setdefault(name, value)
        return found
    return _unclosed(text, at)


def _unclosed(text: str, at: int) -> dict[str, Any]:
    """The name block that ends a note without a closing phrase: a name, with post or office."""
    start = text.find("\n", at)
    lines = [line.strip() for line in text[start:].split("\n") if line.strip()] if start > 0 else []
    lines = lines[-_SIGNATURE_LINES:]
    for number, line in enumerate(lines):
        match = _BLOCK_LINE.match(line)
        if match is None or _NO_NAME.match(match["name"]) or _OTHERS.search(line):
            continue
        below = lines[number + 1] if number + 1 < len(lines) else ""
        told = _below((match["rest"] or below).strip())
        if told:
            found = {"requester_name": values.tidy(match["name"])} | told
            number_said = values.phone(match["phone"]) if match["phone"] else None
            return found | ({"phone": number_said} if number_said else {})
    return _alone(lines)


def _alone(lines: list[str]) -> dict[str, Any]:
    """«Thanks, Dan Miller» and «ครูเอก รร.บ้านดอนตูม», as a note's last line."""
    last = lines[-1] if lines else ""
    if thanks := _THANKS_NAME.match(last):
        return {"requester_name": thanks["name"]}
    nick = _NICKNAMED.match(last)
    return {"organisation": _office(nick["office"])} if nick else {}


def is_block(line: str) -> bool:
    """Whether a line is one of a signed name block, which no sentence runs into."""
    match = _BLOCK_LINE.match(line)
    if match and match["rest"] and not _NO_NAME.match(match["name"]):
        return bool(_below(match["rest"].strip()))
    return bool(_NICKNAMED.match(line))


def _signed_name(line: str, formal: bool) -> re.Match[str] | None:
    match = _IN_BRACKETS.match(line) or _TITLED_LINE.match(line)
    if match is None and formal:
        match = _LATIN_LINE.match(line) or _PLAIN_LINE.match(line)
        if match and re.match(rf"\s{{0,9}}(?:{POST}|{OFFICE}|จึง|ขอ|ด้วย|สำนัก)", match["name"], re.I):
            return None
    return match


def _below(words: str) -> dict[str, Any]:
    """A line below the signed name: a position, an office, or both."""
    if not words.strip() or _OTHERS.match(words.strip()):
        return {}
    if _POST_LINE.match(words):
        return _post_and_office(words)
    office = _OFFICE_LINE.match(words)
    return {"organisation": _office(office["office"])} if office else {}


def closed(text: str) -> str:
    """A signature below a closing phrase; one that a program adds may be another person's."""
    return text if CLOSING.search(text, 0, 200) else ""


def letter(text: str) -> dict[str, Any]:
    """letter_no and letter_date: of the letter itself, or else of the one it refers to."""
    head = _LETTER.search(text, 0, _HEAD)
    if head:
        found = {"letter_no": values.letter_number(head["no"])}
        dated = _DATE_BESIDE.match(text, head.end()) or _DATE_LINE.search(text, 0, _HEAD)
        date = values.iso_date(dated[0]) if dated else None
        return found | ({"letter_date": date} if date else {})
    referred = _REFERRED.search(text)
    if not referred:
        return {}
    words, _, day = referred["words"].partition("ลงวันที่")
    found = {"letter_no": values.letter_number(words)}
    date = values.iso_date(day) if day else None
    return found | ({"letter_date": date} if date else {})


def contact(text: str, known: Known) -> Iterator[tuple[str, str]]:
    """phone, email and line_id where running text gives them as the writer's."""
    for match in _PHONE.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        number = values.phone(match["no"].strip())
        if number and not _OTHERS_PHONE.search(line):
            yield "phone", number
            break
    own = {address.casefold() for address in known.own_addresses}
    addresses = {m[0] for m in _ADDRESS.finditer(text) if m[0].casefold() not in own}
    if len(addresses) == 1:
        yield "email", addresses.pop()
    account = _LINE.search(text)
    if account and account["id"].lower() not in ("official", "works", "group", "notify", "line"):
        yield "line_id", account["id"]
