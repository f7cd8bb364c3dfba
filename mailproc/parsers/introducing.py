"""Who a writer says he is in running text: «ดิฉัน … ครูโรงเรียน…», "I am a lecturer at …"."""

from __future__ import annotations

import re
from typing import Any

from mailproc.parsers import values
from mailproc.parsers.plain import OFFICE, POST, TITLE

WORD = r"[ก-ฮเ-ไ][ก-๙.]{1,29}"
LATIN = r"[A-Z](?:\.|[A-Za-z'’-]{1,24})"
NAME = rf"(?:{TITLE}\s{{0,2}})?{WORD}\s{{1,3}}{WORD}"
TITLED = rf"{TITLE}\s{{0,2}}{WORD}\s{{1,3}}(?:ณ\s)?{WORD}"
SELF_WORDS = re.compile(r"ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู|ด้วย|my name is|i am|i'm|this is", re.I)
_SELF = re.compile(
    rf"(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู|เนื่องด้วย|ด้วย)\s{{0,3}}(?:ชื่อ)?\s{{0,3}}(?P<name>{TITLED})"
    rf"|(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู)เป็น[^\n]{{3,80}}?\sชื่อ\s{{0,3}}(?P<later>{TITLED})"
    rf"|ข้าพเจ้า\s{{0,3}}\(?(?:นาย|นาง|นางสาว|น\.ส\.)(?:\s?/\s?(?:นาย|นางสาว|นาง|"
    rf"น\.ส\.)){{1,3}}\)?\s{{0,3}}(?P<choice>{NAME})"
    rf"|ผู้ขอ(?:ข้อมูล|รับบริการ|ใช้บริการ)?(?:คือ)?\s{{1,3}}(?P<asker>{TITLED})"
    rf"|(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู)\s{{0,3}}ชื่อ\s{{0,3}}(?P<plain>{NAME})"
    rf"|(?i:this is)\s(?P<this>{LATIN}\s{LATIN})(?=\s(?:from|at|of|with)\s)"
    rf"|(?i:my name is|i am|i'm)\s(?P<en>(?:(?:Mr|Mrs|Ms|Miss|Dr|"
    rf"Prof)\.?\s)?{LATIN}(?:\s{LATIN}){{1,2}})"
)
_ASKING = re.compile(
    r"\s{0,9}(?:มีความประสงค์|ประสงค์|ใคร่|ขอ(?!นแก่น|ง)|ต้องการ|อยาก|กำลัง|ได้รับ|ได้จัด|จะ|มีความจำเป็น|"
    r"ทำวิจัย|ซึ่ง|โทร|เบอร์|อีเมล|เลขที่|อายุ|รบกวน|สนใจ|\s(?:ศึกษา(?!นิเทศ)|เรียน|ทำ|มา|ได้|มี|เพื่อ))"
    r"|[.;\n]\s|\n|\s(?:and i|i would|i am|would|writing|who|requesting)\s",
    re.I,
)
_POSITION = re.compile(
    rf"\s{{0,3}}(?:,\s?)?(?:(?:ดำรง)?ตำแหน่ง|เป็น|ปฏิบัติหน้าที่|"
    rf"อาชีพ)?\s{{0,3}}(?P<post>{POST}[^\n,()]{{0,60}})",
    re.I,
)
_OFFICE_AT = re.compile(
    rf"(?:^|(?<=\s)|(?<=ครู)|(?<=ผู้อำนวยการ)|(?<=ผู้จัดการ)|(?<=ผอ\.)|(?<=จาก)|(?<=สังกัด)|(?<=ที่)|"
    rf"(?<=นักศึกษา)|(?<=นิสิต)|(?<=นักเรียน)|(?<=อาจารย์)|(?<=เจ้าหน้าที่)|(?<=พนักงาน)|(?<=ธุรการ)){OFFICE}"
)
_OFFICE_END = re.compile(
    r"\s(?:สังกัด|ตำแหน่ง|ตำบล|อำเภอ|จังหวัด|ต\.|อ\.|จ\.|โทร|เบอร์|เลขที่|ได้|และ|ปฏิบัติ|ตั้งอยู่|โดย|ตอนนี้|กำลัง|ทำ|อยาก|เลย|จะ|ซึ่ง|ขอ(?!นแก่น)|มี|เพื่อ|ใช้|พอดี|รบกวน|ต้องการ|ค่ะ|ครับ|นะ)|[,;()\n]|\s{2,}"
)
_SAID_POLITELY = re.compile(r"(?:(?<![ชาธ])นะ)?(?:ครับ|คับ|ค่ะ|คะ|จ้า)$|(?<![ชาธ])นะ$")
_HEAD_OF_SCHOOL = re.compile(
    r"^((?:รอง)?ผู้อำนวยการ|รักษาการ(?:ในตำแหน่ง)?ผู้อำนวยการ|(?:รอง)?ผอ\.)\s?(โรงเรียน[^\n]*)$"
)
_BY_OFFICE = re.compile(
    rf"(?:^|(?<=\s)|(?<=ด้วย)|(?<=ทาง)|(?<=เนื่องจาก)|(?<=ในนาม))(?P<office>{OFFICE}(?:(?<=บริษัท)\s)?[^\s0-9๐-๙/]{{1,60}}?(?:\s(?!ที่|ลงวันที่|ตำแหน่ง|โทร|เบอร์|มี|"
    rf"ขอ|ได้|จะ|กำลัง)(?:[0-9๐-๙]{{1,3}}(?=\s)|[^\s0-9๐-๙/]{{1,40}}?(?=\s|จึง|มี|ประสงค์|ใคร่|ขอ|ต้อง|"
    rf"กำลัง|จะ|ได้|ดำเนิน|กำหนด))){{0,4}}?)"
    r"(?:ครับ|ค่ะ|คะ)?\s{0,3}(?:จึง)?(?:อยาก(?:ได้|ขอ)|มี(?:ความ(?:ประสงค์|จำเป็น)|โครงการ|ภารกิจ)|ประสงค์|ใคร่ขอ|ขอความ(?:อนุเคราะห์|"
    r"กรุณา|ร่วมมือ)|ขอ(?:รับ|ใช้)?(?:บริการ)?ข้อมูล|ขอ(?:ทราบ|จำนวน|รายชื่อ|ทำเนียบ|สถิติ|สนับสนุน|ไฟล์|ยอด)|ต้องการ|กำลัง|"
    r"จะ(?:ดำเนิน|จัด|ทำ|มี|ออก|ใช้|ส่ง|เข้า|เปิด|ร่วม|สร้าง|มอบ)|ได้(?:ดำเนิน|จัด|รับ|มี|กำหนด)|ดำเนินการ|กำหนดจัด|อยู่(?:ใน)?ระหว่าง)",
    re.M,
)
_ENGLISH_POST = re.compile(
    r"^,?\s{0,9}(?:(?:and )?(?:i am |i'm )?(?:an? |the )?)(?P<post>[a-z][a-z -]{2,40}?)\s(?:at|"
    r"from|of|in|with)\s(?:the\s)?(?P<office>[A-Z][^,.;\n]{2,80})"
)
_ENGLISH_OFFICE = (
    r"[A-Z][\w'&.-]+(?:(?:\s(?:of|and|for|the|&)){0,2}\s(?!(?:Co|Ltd|Inc|PLC)\b)[A-Z][\w'&-]+){0,7}"
    r"(?:,?\s(?:Co|Ltd|Inc|PLC)\b\.?){0,3}"
)
_I_AM_A = re.compile(
    rf"\b(?:I am|I'm|We are|we are)\s(?:an?|the)\s(?P<post>[a-z][A-Za-z' -]{{2,50}}?)\s(?:at|"
    rf"from|of|in|with|for)\s"
    rf"(?:the\s)?(?P<office>{_ENGLISH_OFFICE})"
)
_OUR_OFFICE = re.compile(
    rf"(?:\b(?:(?i:on behalf of)|[Ww]e at|I work (?:at|for|in)|"
    rf"[Rr]epresenting|I study at|I teach at)|"
    rf"\b(?:[Mm]y name is|I am|I'm|[Tt]his is)\s(?:{LATIN}\s){{1,3}}(?:from|"
    rf"of|at|with)|\bmy [^.\n]{{2,60}}?\sat)\s"
    rf"(?:the\s)?(?P<office>{_ENGLISH_OFFICE})"
)
_CALLED = re.compile(  # «ชื่อผม สมพงษ์ ทองคำ»
    rf"(?:^|\s)ชื่อ(?:ของ)?(?:ผม|ดิฉัน|หนู|เรา)\s{{0,3}}(?:คือ)?\s{{0,3}}(?P<name>{NAME})"
)
_WORKS_AT = re.compile(
    rf"(?:ทำงาน(?:อยู่)?(?:ที่)?|(?:เรียน|ศึกษา)อยู่(?:ที่)?|ปฏิบัติงาน(?:อยู่)?ที่|สังกัด|(?:^|\s)(?:มา)?จาก|(?:^|\s|ดิฉัน|ผม|หนู)(?:ครู|ธุรการ|ผอ\.?)"
    rf"[ก-๙]{{1,12}}\s)\s{{0,3}}(?P<office>{OFFICE}[^\s,;()]{{2,60}})",
    re.M,
)
_BEING = re.compile(  # «ผมเป็นเจ้าหน้าที่แผนงานของ อบต.ห้วยทราย»
    rf"(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู|เรา)เป็น(?P<post>{POST}[ก-๙]{{0,30}}?)(?:ของ|ที่|จาก|ใน|ประจำ|สังกัด|อยู่)*\s?"
    rf"(?P<office>{OFFICE}[^\s,;()]{{2,60}})"
)
_POST_AND_NAME = re.compile(  # «ดิฉันครูสมศรี ใจดี โรงเรียนบ้านดง»
    rf"(?:ข้าพเจ้า|กระผม|ดิฉัน|ผม|หนู)\s{{0,3}}(?P<post>ครู|ผอ\.|อาจารย์|ธุรการ|ศน\.)\s{{0,2}}"
    rf"(?P<name>{WORD}\s{{1,3}}(?!{OFFICE}|ขอ|จาก|ที่|เป็น){WORD})(?=\s{{1,3}}(?:จาก|ที่|สังกัด)?{OFFICE})"
)
_HOLDS = re.compile(rf"(?:^|\s)ตำแหน่ง\s{{0,3}}(?P<post>{POST}[^\s,;()]{{0,40}})")
_WE_ARE = re.compile(r"\b[Ww]e are [^.\n()]{3,60}\((?P<office>[A-Z][^()\n]{3,60})\)")
_NAME_ALONE = re.compile(rf"^ชื่อ\s(?!{OFFICE}|{POST})(?P<name>(?:{TITLE}\s?)?{WORD}\s{WORD})$", re.M)
_SCHOOL_ALONE = re.compile(r"^(?:โรงเรียน|หน่วยงาน)\s(?P<office>[ก-ฮเ-ไ][^\s]{2,40})$", re.M)


def spaced(text: str) -> dict[str, Any]:
    """«ชื่อ มานะ ใจดี» and «โรงเรียน บ้านตัวอย่าง», each alone on its line."""
    name, office = _NAME_ALONE.search(text), _SCHOOL_ALONE.search(text)
    found = {"requester_name": values.tidy(name["name"])} if name else {}
    return found | ({"organisation": office["office"]} if name and office else {})


def of_ourselves(text: str) -> str:
    """The office of «We are a textbook distributor (Sample Books Ltd.)» or «I work at …»."""
    match = _WE_ARE.search(text) or _OUR_OFFICE.search(text)
    return match["office"].strip(" ,") if match else ""


def said(text: str) -> dict[str, Any]:
    """Single clauses on oneself: «ชื่อผม …», «ทำงานที่ …», «ตำแหน่ง …», "I am a lecturer at …"."""
    if in_english := _I_AM_A.search(text):
        return {
            "position": in_english["post"].strip(),
            "organisation": in_english["office"].strip(" ,"),
        }
    if being := _BEING.search(text):
        return {"position": being["post"], "organisation": being["office"]}
    clauses = (
        ("requester_name", _CALLED.search(text), "name"),
        ("organisation", _WORKS_AT.search(text), "office"),
        ("position", _HOLDS.search(text), "post"),
    )
    found = {name: values.tidy(match[group]) for name, match, group in clauses if match}
    if "organisation" in found:
        found["organisation"] = office_of(found["organisation"])
    if "requester_name" not in found and (named := _POST_AND_NAME.search(text)):
        found |= {"requester_name": values.tidy(named["name"]), "position": named["post"]}
    if "requester_name" not in found:
        found.pop("position", None)
    return found


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
        return found | post_and_office(said.rpartition("ชื่อ")[0])
    if match["en"] or match["this"]:
        told = _ENGLISH_POST.match(rest)
        return found | _english(told)
    stop = _ASKING.search(rest)
    return found | post_and_office(rest[: stop.start()] if stop else rest)


def _english(told: re.Match[str] | None) -> dict[str, Any]:
    if not told:
        return {}
    return {"position": told["post"].strip(), "organisation": told["office"].strip()}


def post_and_office(words: str) -> dict[str, Any]:
    """«ตำแหน่ง ครู โรงเรียนบ้านตัวอย่าง» in its two halves."""
    words = words.strip(" ,;")
    found: dict[str, Any] = {}
    head = _HEAD_OF_SCHOOL.match(words)
    if head:
        return {"position": f"{head[1]}โรงเรียน", "organisation": office_of(head[2])}
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
        found["organisation"] = office_of(words[office.start() :])
    return {name: value for name, value in found.items() if value}


def office_of(words: str) -> str:
    cut = _OFFICE_END.search(words, 3)
    return _SAID_POLITELY.sub("", words[: cut.start()] if cut else words).strip(" .,")


def by_office(text: str) -> str:
    """The office in whose name the letter asks: «ด้วย โรงเรียน… มีความประสงค์ขอ…»."""
    match = _BY_OFFICE.search(text)
    words = match["office"] if match else ""
    return office_of(re.sub(r"\s{1,9}(?:โดย|ซึ่ง).*$", "", words).strip(" ,"))
