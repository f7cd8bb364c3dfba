"""Free letters and short notes: what running text asks for, for certain; the rest is asked back.

Names of persons are taken only where the writer names himself or signs; the person addressed and
persons spoken of are never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mailproc import thai
from mailproc.model import Form, Item, Known
from mailproc.parsers import clauses, dataset, details, signed, values
from mailproc.parsers.form import Found, stated_names
from mailproc.parsers.items import MAX_ITEMS, Asked, note, segments

MAX_TEXT = 20_000
_WRAPPED_AT = 60
_LONGEST_PHRASE = 300
_MAX_REQUESTS = 12
_ADDRESSED = re.compile(
    r"^\s{0,9}(?:เรียน|กราบเรียน|ถึง|dear|to|attn\.?|cc|สำเนาเรียน)(?:\s|:|$)", re.I
)
_REQUEST = re.compile(
    r"(?:(?:มี)?(?:ความ)?ประสงค์(?:ที่)?(?:จะ)?(?:ขอ)?(?:รับ|ใช้|ทราบ|ข้อมูล(?=\s?ข้อมูล))?"
    r"|(?<!คำ)(?<!ผู้)(?<!ท่าน)(?<!ได้)(?<!แบบ)(?<!ที่)(?<!ร้อง)(?<!การ)ขอ"
    r"(?!ให้|บ|แสดง|ส่ง|แก้|เป็น|เชิญ|แจ้ง|ยกเลิก|อภัย|โทษ|นำ|รายงาน|เสนอ|ถาม|สอบ|เปลี่ยน|แบบ|ผู้|ง|เรียน|"
    r"สมัคร|ลา|ราย(?!ชื่อ)|ติดต่อ)"
    r"(?:ความ(?:อนุเคราะห์|กรุณา|ร่วมมือ))?(?:รับ|ใช้|ทราบ|คัดสำเนา)?(?:บริการ)?"
    r"|(?<!ที่)(?:ต้องการ|อยาก)(?:ขอ|ทราบ|ใช้|ได้|รู้)?|รบกวน(?:ขอ|ช่วยส่ง|ส่ง)|ช่วย(?:ขอ|ส่ง|จัดทำ|หา))"
    r"\s{0,3}(?P<data>(?:ไฟล์)?ข้อมูล)?(?P<kind>สารสนเทศ|สถิติ|ตัวเลข)?(?:ทางการศึกษา|ด้านการศึกษา)?(?:เกี่ยวกับ|"
    r"ในเรื่อง|เรื่อง|ด้าน|ของ)?"
    r"\s{0,2}[-–—:*\"“«]{0,3}\s{0,2}(?P<phrase>[^\n]{0,300})"
)
_REQUEST_ENGLISH = re.compile(
    r"(?:\brequest(?:ing|s|ed)?\b|\b(?:would like|want|wish|need|ask(?:ing)?)\b(?: to (?:have|"
    r"get|obtain|receive|ask for|request))?|"
    r"\b(?:please|kindly|could you(?: please)?|can you(?: please)?) (?:send|provide|share|"
    r"give)(?: me| us)?)"
    r"\s(?:for\s)?(?:(?:the|some|your|a copy of the)\s)?(?P<data>(?:latest\s)?(?:data|dataset|"
    r"statistics|information|figures)"
    r"(?:\s(?:on|of|about|for|regarding))?\s)?(?:the\s)?(?P<phrase>[^\n]{3,300})",
    re.I,
)
_PHRASE_END = re.compile(
    r"\s{0,9}(?:เพื่อ|สำหรับใช้|สำหรับ(?:จัดทำ|ทำ|การ|ประกอบ|นำ)|(?:โดย)?จะ(?:นำ|เอา|ใช้)|(?:นำ|"
    r"เอา)ไป(?:ใช้|ทำ)|ใช้(?:ทำ|ใน|ประกอบ|สำหรับ|จัด|เป็น)|"
    r"ดัง(?:นี้|ต่อไปนี้|รายการ|รายละเอียด)|ตาม(?:รายการ|รายละเอียด|แบบ|ไฟล์)|จาก(?:ท่าน|ทาง|สพป|สำนัก|เขต|"
    r"หน่วย)|โดย(?=ขอ|ส่ง|จัดส่ง|รับ|ให้)|"
    r"(?:นะ)?(?:ครับ|คับ|ค่ะ|คะ|จ้า)(?=[\s.,!)]|$)|หน่อย|ภายใน(?=วัน|สัปดาห์|เดือน|[0-9๐-๙ ])|"
    r"ต้องการ(?=ภายใน|ใช้|รับ)|ติดต่อ|\sโทร|ด้วย(?=\s|$|ครับ|ค่ะ|นะ)|และขอ(?:รับ)?|[;“”«»\"]|"
    r"(?<=[ก-๙A-Za-z0-9]{4})\.(?=\s|$)|\?)|\s(?:to be used|because|so that|which|please)\s"
)
_NARROWED = re.compile(
    r"\s{0,9}(?:ของ|ใน)(?:โรงเรียน(?:ใน|ทั้งหมด|ทุก)?|เขต|สพป|สำนักงานเขต|สังกัด|อำเภอ|จังหวัด|พื้นที่|"
    r"ทุกโรงเรียน)[^,]{0,60}$|"
    r"\s(?:in|of|from|for) (?:the|your|all|each) (?:schools?|area|office|district|"
    r"province)[^,]{0,40}$|\s{0,9}(?:ทั้งหมด|ทุกโรงเรียน)$"
)
_LISTED = re.compile(
    r"ดัง(?:นี้|ต่อไปนี้|รายการ)|ต่อไปนี้|ได้แก่|คือ|(?:รายการ|จำนวน\s?[0-9๐-๙]{1,2}\s?(?:รายการ|เรื่อง|ชุด))|"
    r"following|as follows|[:：]\s{0,9}$",
    re.I,
)
_PLACEHOLDER = re.compile(r"^(?:ข้อมูล|สารสนเทศ|ดัง|นี้|ตาม|ทั้งหมด|หน่อย|[\s0-9๐-๙.:,()-])*$")
_LATEST_FIRST = re.compile(r"(?:the )?(?:latest|most recent|newest|current)\s(?=[a-z])", re.I)
_ARTICLE = re.compile(r"^(?:the|a|an)\s", re.I)
_HAD = re.compile(
    r"(?:^|\n|มี|ได้รับ|ได้)\s{0,3}(?P<name>(?:ข้อมูล)?[^\s\d][^\n]{3,80}?)\s{0,2}(?:ได้รับ|มี|ได้|ส่งมา)"
    r"(?:อยู่|มา|ไป|ให้)?แล้ว"
    r"|(?:มี|ได้รับ|ได้)(?P<held>[^\n]{4,80}?)\s{0,2}(?:อยู่|มา|ไป)?แล้ว"
)
_BROAD = re.compile(r"(?:นักเรียน|ครู|บุคลากร|ครูและบุคลากร|โรงเรียน|สถานศึกษา|ห้องเรียน)")
_SHARED = ("academic_years", "round", "level", "format", "filters")


def read(text: str, known: Known, signature: str = "") -> Found:
    """What running text and its signature state; an empty form where it asks for no dataset."""
    text = unwrapped(thai.mend(text[:MAX_TEXT]))
    below = thai.mend(signature[:MAX_TEXT])
    found = Found()
    asked, at, end = _requests(text, known)
    if not asked:
        return found
    for one in asked:
        if words := one.own.pop("unclear", ""):
            note(found.problems, "academic_years", words)
    _share(asked, text, at, end)
    whole: dict[str, Any] = {}
    _put(whole, "purpose", clauses.purpose(text, at, end))
    _put(whole, "delivery", clauses.delivery(text))
    _put(whole, "needed_by", clauses.needed_by(text, found.problems))
    whole |= signed.person(f"{text}\n{below}", at) | signed.letter(text)
    for part in (text, signed.closed(below)):
        for name, value in signed.contact(part, known):
            whole.setdefault(name, value)
    found.form = Form(**whole, items=tuple(dict.fromkeys(_items(asked, known)))[:MAX_ITEMS])
    found.names = stated_names(found.form)
    return found


def writer(text: str) -> Form:
    """Who the writer of a form says he is in the words around it: «ดิฉัน นางสาว… ครูโรงเรียน…»."""
    if not signed.SELF_WORDS.search(text):
        return Form()
    return Form(**signed.introduced(unwrapped(thai.mend(text[:MAX_TEXT]))))


def _put(whole: dict[str, Any], name: str, value: Any) -> None:
    if value:
        whole[name] = value


def unwrapped(text: str) -> str:
    """The text with lines joined that a mail program broke; lines to the addressee are left out."""
    out: list[str] = []
    before = ""
    for line in _RUNS.sub("  ", text).split("\n"):
        words = line.strip()
        wide = len(before) >= _WRAPPED_AT and thai.columns(before) >= _WRAPPED_AT
        wrapped = wide and words and not values.is_bulleted(words)
        if _ADDRESSED.match(line) and len(words) < 120:
            out.append("")
        elif wrapped and out and out[-1] and not _BLOCK.match(words) and not signed.is_block(words):
            out[-1] += " " + words
        else:
            out.append(words)
        before = line
    return "\n".join(out)


_RUNS = re.compile(r"[^\S\n]{3,}")
_BLOCK = re.compile(
    r"จึงเรียน|ขอแสดง|ด้วยความ|เรื่อง|อ้างถึง|โทร|เบอร์|ติดต่อ|อีเมล|e-?mail|tel|ขอบ|thank|ลงชื่อ|\(|นาย|นาง|yours|"
    r"regards|sincerely",
    re.I,
)


def _requests(text: str, known: Known) -> tuple[list[Asked], int, int]:
    """(datasets asked for, where the request begins and ends): the first phrase that names any."""
    unknown: tuple[list[Asked], int, int] = ([], 0, 0)
    for pattern in (_REQUEST, _REQUEST_ENGLISH):
        at, tried = 0, 0
        while tried < _MAX_REQUESTS and (found := pattern.search(text, at)):
            at, tried = max(found.start("phrase"), found.start() + 1), tried + 1
            phrase = found["phrase"]
            asked = _listed(text, found, known) or _of_phrase(phrase, known)
            asked = asked or _of_the_same(text[: found.start()], phrase, known)
            if asked:
                return asked, found.start(), _end_of_line(text, found.end())
            if found["data"] and not unknown[0]:
                unknown = (_unmatched(phrase), found.start(), _end_of_line(text, found.end()))
    return unknown


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _of_phrase(phrase: str, known: Known) -> list[Asked]:
    """The datasets of a phrase, each with the details that follow it."""
    asked: list[Asked] = []
    phrase, newest = _without_latest(_ended(phrase))
    for part in segments(phrase, known):
        name, own = details.split(_ARTICLE.sub("", part))
        own = newest | own
        plain = _unopened(_NARROWED.sub("", name).strip(), known)
        if not plain or not dataset.match(plain, known):
            return []
        asked.append(Asked(plain, own))
    return asked[:MAX_ITEMS]


def _without_latest(phrase: str) -> tuple[str, dict[str, Any]]:
    """«latest school directory» without its first word, and what that word says."""
    found = _LATEST_FIRST.match(phrase)
    return (phrase[found.end() :], {"academic_years": "latest"}) if found else (phrase, {})


def _of_the_same(before: str, phrase: str, known: Known) -> list[Asked]:
    """«… ปี 2566 ได้รับแล้ว ขอของปี 2567 เพิ่ม»: the years asked for, of the dataset they have."""
    if not details.YEAR.match(phrase):
        return []
    for had in _HAD.finditer(before[-_LONGEST_PHRASE:]):
        name = _unopened(details.split(had["name"] or had["held"])[0].strip(), known)
        if dataset.match(name, known):
            return [Asked(name, details.read(phrase))]
    return []


def _unopened(name: str, known: Known) -> str:
    """The name without «ข้อมูล» before it, where it is known without."""
    short = name.removeprefix("ข้อมูล").strip()
    return short if short != name and dataset.match(short, known) else name


def _ended(phrase: str) -> str:
    cut = _PHRASE_END.search(phrase)
    return (phrase[: cut.start()] if cut else phrase).strip(" -–—:*,")


def _listed(text: str, found: re.Match[str], known: Known) -> list[Asked]:
    """Datasets on numbered lines below «ดังนี้», each with its own year and level."""
    line = text[found.start() : _end_of_line(text, found.end())]
    if not _LISTED.search(line):
        return []
    asked: list[Asked] = []
    lines = text[_end_of_line(text, found.end()) :].split("\n")[:80]
    for words in lines:
        if values.is_bulleted(words):
            name, own = details.split(values.tidy(_ended(values.unbulleted(words))))
            asked.append(Asked(_NARROWED.sub("", name).strip() or name, own, row=len(asked) + 1))
        elif words and asked:
            break
    said = details.read(line[:_LONGEST_PHRASE])
    for one in asked:
        one.own = said | one.own
    known_ones = [one for one in asked if dataset.match(one.words, known)]
    return asked[:MAX_ITEMS] if known_ones else []


def _unmatched(phrase: str) -> list[Asked]:
    """Words for data that the catalogue does not know, kept only where they also say a year."""
    name, own = details.split(_ended(phrase))
    name = name.strip()
    if _BROAD.fullmatch(name):
        return [Asked(f"ข้อมูล{name}", own)]
    if "academic_years" not in own or not 4 <= len(name) <= 80 or _PLACEHOLDER.match(name):
        return []
    return [Asked(name, own)]


def _share(asked: list[Asked], text: str, at: int, end: int) -> None:
    """What is said once holds for every dataset; what no phrase says is sought around it."""
    around = details.read(_beside_purpose(text, at, end))
    around.pop("unclear", None)
    for name in _SHARED:
        saying = [one for one in asked if name in one.own]
        inline = len(asked) > 1 and all(not one.row for one in asked)
        if len(saying) == 1 and inline and asked[-1] is saying[0]:
            value = saying[0].own[name]
        elif not saying and name in around:
            value = around[name]
        else:
            continue
        for one in asked:
            one.own.setdefault(name, value)


def _beside_purpose(text: str, at: int, end: int) -> str:
    """The text from the request on, without clauses of purpose, dates and letter numbers."""
    rest = text[at : end + 1_500]
    closing = signed.CLOSING.search(rest)
    rest = rest[: closing.start()] if closing else rest
    rest = "\n".join(clauses.without_purpose(line) for line in rest.split("\n"))
    return clauses.without_deadline(rest)


def _items(asked: list[Asked], known: Known) -> Iterator[Item]:
    """One item for each dataset and round."""
    for one in asked:
        own = dict(one.own)
        said = own.pop("academic_years", ())
        latest = said == "latest"
        rounds = own.pop("round", ()) or (None,)
        dataset_id = dataset.match(one.words, known)
        for number in rounds:
            yield Item(one.words, dataset_id, () if latest else said, latest, number, **own)
