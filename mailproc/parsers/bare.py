"""Answers that name no field: numbers of a list, "
"lines in the order of the questions, single words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mailproc import thai
from mailproc.model import Form, Item, Known, Question
from mailproc.parsers import conditions, dataset, picking, values, years
from mailproc.parsers import form as forms
from mailproc.parsers.fields import Stated

LONGEST = 400  # characters; longer is a letter, not an answer
_LINES = 60
_GREETING = re.compile(
    r"^\s{0,20}(?:เรียน|สวัสดี|dear |hello|hi\b|ขอแสดงความนับถือ|"
    r"ขอบคุณ|ขอบพระคุณ|ขอขอบ|(?:kind |best )?regards|"
    r"thank|จึงเรียนมา|ด้วยความเคารพ|กรอกให้|ตอบ(?:ดังนี้|ด้านล่าง|ตามนี้|ไว้)|"
    r"แจ้งเพิ่มเติม(?:ดังนี้|ตามนี้)|ขอแจ้ง(?:ข้อมูล)?(?:เพิ่มเติม)?ดังนี้|as follows)",
    re.I,
)
_CLOSING = re.compile(
    r"^\s{0,20}(?:ขอแสดงความนับถือ|(?:kind |best |warm )?regards|sincerely|yours|ด้วยความเคารพ)", re.I
)
_POLITE = re.compile(r"\s{0,3}(?:(?<!ฐา)นะ)?(?:ครับ(?:ผม)?|คับ|ค่ะ|คะ|จ้า|จ้ะ|ค่า)[\s.!]{0,9}$")
_OPENING = re.compile(
    r"^(?:(?:ขอ(?:เป็น|แก้เป็น|เลือก)?|ต้องการ|เลือก|เอา|"
    r"คือ|เป็น|ตอบ|i (?:would like|want|need|choose)|please|"
    r"it is|the)\s{0,3}[:：]?\s{1,3}|(?:ขอเลือก|เลือก|ตอบ|เอา)(?=\s{0,3}(?:ข้อ|#|[0-9๐-๙]|ตัวเลือก)))",
    re.I,
)
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s,;]))(?:ข้อ(?:ที่)?\s{0,2}|#)?\(?([0-9]{1,2})(?:[.):]|\s?[-–=]\s)\s{0,3}(?=[^\s0-9.]|[0-9]{1,4}(?:[\s,;]|$))"
)
_BEFORE_DATASET = re.compile(
    r"^(?:ขอ(?:เป็น|เลือก|เปลี่ยนเป็น)?|ต้องการ|เอา|เลือก|คือ|เป็น)?(?:ชุด)?(?:ข้อมูล)?\s{0,3}", re.I
)
_USE = re.compile(
    r"(?:เพื่อ(?!น)|สำหรับ(?:ใช้|ทำ|งาน)|(?:จะ)?(?:เอาไป|นำไป)(?:ใช้|ทำ|ประกอบ|จัดทำ|"
    r"เสนอ)|ใช้(?:ใน|ทำ|ประกอบ|เพื่อ|สำหรับ)|\bto be used for\b|\bfor use in\b)[^\n]{3,300}",
    re.I,
)
_TAKEN = re.compile(r"^(?:จะ)?(?:เอาไป|นำไป)(?=ทำ|จัดทำ|ประกอบ|เสนอ|ใช้)")
_PURPOSE = re.compile(
    r"^(?:เพื่อ|สำหรับ|ใช้(?:ใน|เพื่อ|สำหรับ|ประกอบ|ทำ|วิจัย)|นำไป(?:ใช้|"
    r"ประกอบ)|ประกอบการ|ทำวิจัย|(?:for|to be used|to use|used for|we use)\b)",
    re.I,
)
_PERSON = re.compile(
    r"^(?:นาย|นาง(?:สาว)?|น\.?\s?ส\.|ด\.?ร\.|ดร\.?|ว่าที่|ผศ\.|รศ\.|ศ\.|ส\.ต|พ\.ต|ร\.ต|พระ|ครู|(?:mr|mrs|ms|miss|dr|prof)\b\.?)\s{0,3}\S",
    re.I,
)
_OFFICE = re.compile(
    r"^(?:โรงเรียน|ร\.?ร\.|สพป|สพม|สพฐ|สำนักงาน|สำนัก|มหาวิทยาลัย|วิทยาลัย|บริษัท|หจก|มูลนิธิ|สมาคม|กระทรวง|กรม|กอง|ศูนย์|เทศบาล|อบต|อบจ|องค์การ|"
    r"โรงพยาบาล|สถาบัน|คณะ|กลุ่ม|หน่วย|ที่ว่าการ)|(?:school|university|college|"
    r"office|company|co\.,? ?ltd|foundation|ministry|department|institute)\b",
    re.I,
)
_OFFICE_BEHIND = re.compile(
    r"\s(?=(?:โรงเรียน|ร\.?ร\.|สพป|สพม|ศธจ|สำนักงาน|มหาวิทยาลัย|วิทยาลัย|บริษัท|มูลนิธิ|เทศบาล|อบต|อบจ|"
    r"โรงพยาบาล|คณะ|กลุ่ม|ศูนย์)\S)"
)
_OFFICE_ENDS = re.compile(r"\s(?=ใช้|เพื่อ|จะ|ปี|เอาไป|นำไป|ขอ|โทร|เบอร์)")
_POSITION = re.compile(
    r"\s(?:ตำแหน่ง|ครู|ผู้อำนวยการ|ผอ\.?|รอง|นักวิชาการ|เจ้าหน้าที่|อาจารย์|นักศึกษา|นักวิจัย|ธุรการ|เลขา)"
)
_ONLY_YEARS = re.compile(
    r"(?:ปี)?(?:การศึกษา)?\s{0,3}(?:พ\.?\s?ศ\.?)?\s{0,3}[0-9]{2,4}(?:\s{0,3}(?:-|–|,|/|และ|กับ|ถึง|to|and)\s{0,3}(?:ปี)?(?:การศึกษา)?\s{0,3}[0-9]{2,4}){0,9}"
)
_YEARS_SAID = re.compile(
    r"(?:ปี(?:การศึกษา)?|academic years?)\s{0,3}(?:พ\.?\s?ศ\.?)?\s{0,3}[0-9]{2,4}(?:\s{0,3}(?:-|"
    r"–|,|/|และ|กับ|ถึง|to|and)\s{0,3}(?:ปี)?(?:การศึกษา)?\s{0,3}[0-9]{2,4}){0,9}(?![0-9])",
    re.I,
)
_SELF = {
    "requester_name": re.compile(
        r"^(?:(?:ดิฉัน|ผม|กระผม|ข้าพเจ้า|หนู|ฉัน)\s?(?:ชื่อ)?|ชื่อ|my name is|i am|i'm)\s{1,3}(?=\S)|"
        r"^(?:(?:ดิฉัน|ผม|กระผม|ข้าพเจ้า|หนู)ชื่อ|(?:ดิฉัน|กระผม|ข้าพเจ้า)(?=นาย|นาง))",
        re.I,
    ),
    "organisation": re.compile(
        r"^(?:(?:ทำงาน|สังกัด|ปฏิบัติงาน)?อยู่(?:ที่)?|ทำงานที่|สังกัด|จาก)\s{0,3}(?=โรงเรียน|ร\.?ร|สพป|สำนัก|\s)|"
        r"^(?:from|i work at)\s",
        re.I,
    ),
    "purpose": re.compile(r"^(?:จะ)?เอาไป(?:ใช้)?(?=\S)"),
}
# Words that a use begins with, and a name or an office never.
_USES = re.compile(
    r"^(?:วางแผน|จัดทำ|ทำ(?:แผน|รายงาน|วิจัย|วิทยานิพนธ์|สื่อ|โครงการ)|ประกอบ|วิเคราะห์|วิจัย|เสนอ|รายงาน|ประชุม|"
    r"พัฒนา|ศึกษา|สำรวจ|ติดตาม|บริหาร|เตรียม|จัดสรร|ประเมิน|ปรับปรุง|planning|research|reporting|to\s)",
    re.I,
)
_TWO_WORDS = re.compile(r"[A-Za-zก-๎.]{2,30}(?:\s{1,3}[A-Za-zก-๎.]{2,30}){1,2}")
_WISH = re.compile(  # no name of a person or an office begins so; «ขอนแก่น» does
    r"ขอ(?!นแก่น|ง)|เฉพาะ|เอา|อยาก|ต้องการ|ช่วย|รบกวน|เปลี่ยน|แก้(?:ไข|เป็น)|ยกเว้น|ไม่|ทำไม|"
    r"(?:please|i (?:want|need|would)|only|can|could|why|what)\b",
    re.I,
)
_NOT_A_NAME = re.compile(r"[0-9๐-๙?@]")
_NOT_TEXT = re.compile(r"[\d\s.,/()-]+")
_SEPARATORS = re.compile(r"\s{0,3}[,，;；|]\s{0,3}|\s/\s")
_LETTER = re.compile(r"[^\W\d_]")
_FREE = frozenset({"requester_name", "organisation", "purpose", "position", "dataset", "filters"})
PUZZLED = re.compile(
    r"[?？]|งง|ไม่(?:ค่อย)?(?:เข้าใจ|ทราบ|แน่ใจ|รู้)|คืออะไร|หมายถึง(?:อะไร|อย่างไร|ยังไง)|หมายความว่า|(?:ทำ|กรอก|ตอบ|เลือก|ระบุ)(?:อย่างไร|ยังไง)|"
    r"อย่างไร(?:ครับ|คะ|ค่ะ|บ้าง|$)|ยังไง|อะไร(?:ครับ|คะ|ค่ะ|บ้าง|$)|(?:หรือเปล่า|หรือไม่|ไหม|มั้ย|เหรอ|หรือ)(?:ครับ|คะ|ค่ะ|$)|ช่วย(?:อธิบาย|แนะนำ)|ขอ(?:คำแนะนำ|คำอธิบาย)|"
    r"\b(?:confused|don'?t (?:understand|know)|not sure|unsure|what "
    r"(?:is|does|do)|which (?:one|is)|how (?:do|should|can)|unclear)\b",
    re.I,
)


def lines(text: str) -> list[str]:
    """The lines that can answer, without greeting and what stands below a closing phrase."""
    kept = []
    for line in text.split("\n")[:_LINES]:
        if _CLOSING.match(line):
            break
        if line.strip() and not _GREETING.match(line):
            kept.append(line.strip()[: LONGEST + 1])  # longer answers nothing
    return kept


def parted(said: Sequence[str], asked: Sequence[Question]) -> list[str]:
    """The lines, with «สมศรี ใจดี ครู โรงเรียนบ้านดง» as a line for each of the things asked."""
    if not {"requester_name", "organisation"} <= {question.field for question in asked}:
        return list(said)
    parts = []
    for line in said:
        office = None if _SEPARATORS.search(line) else _OFFICE_BEHIND.search(line)
        name = line[: office.start()].strip() if office else ""
        if office and 4 <= len(name) < 90 and not _NOT_A_NAME.search(name):
            position = _POSITION.search(name)
            name = name[: position.start()].strip() if position and position.start() else name
            parts += [name, *_OFFICE_ENDS.split(line[office.start() :].strip(), maxsplit=1)]
        else:
            parts.append(line)
    return parts


def words(text: str) -> str:
    """One line's answer without polite particles, quotation marks and «ขอเป็น»."""
    said = _POLITE.sub("", text.strip()).strip(" .\"'“”«»•*-–")
    return _OPENING.sub("", said, count=1).strip()


def numbered(said: Sequence[str], count: int) -> dict[int, str]:
    """«1) 2  2) 2568»: the words for each question "
    "by its number; empty where it is no such list."""
    found: dict[int, str] = {}
    for line in said:
        line = thai.to_arabic(line)
        marks = list(_NUMBERED.finditer(line))
        if not marks or line[: marks[0].start()].strip():
            return {}
        ends = [mark.start() for mark in marks[1:]] + [len(line)]
        for mark, end in zip(marks, ends, strict=True):
            found[int(mark[1])] = line[mark.end() : end].strip(" ,;")
    in_range = all(1 <= number <= count for number in found)
    return found if len(found) > 1 and in_range else {}


def in_order(said: Sequence[str], questions: Sequence[Question], known: Known) -> Form | None:
    """The lines, or the parts of one line, as answers in turn; None unless each one fits."""
    parts = list(said)
    if len(parts) == 1 and len(questions) > 1:
        parts = [part for part in _SEPARATORS.split(parts[0]) if part.strip()]
    if len(parts) != len(questions) or len(parts) < 2:
        return None
    return _all(zip(parts, questions, strict=True), known)


def by_number(found: dict[int, str], questions: Sequence[Question], known: Known) -> Form:
    """What a numbered list of answers says; what does not fit is left out."""
    answer = Form()
    for number, part in found.items():
        value = one(part, questions[number - 1], known)
        answer = forms.spread(answer, value) if value else answer
    return answer


def by_fit(said: Sequence[str], questions: Sequence[Question], known: Known) -> Form:
    """Lines in any order: each answers the one question that it alone fits, and that no other line
    fits; one line and one question that are left over belong together."""
    lines, left = list(said[:20]), list(questions)
    answer = Form()
    for line, question in _only_fits(lines, left, known):
        lines.remove(line)
        left.remove(question)
        answer = forms.spread(answer, one(line, question, known) or Form())
    if len(lines) == len(left) == 1:
        answer = forms.spread(answer, one(lines[0], left[0], known) or Form())
    return answer


def _only_fits(
    lines: Sequence[str], questions: Sequence[Question], known: Known
) -> Iterator[tuple[str, Question]]:
    fits = [
        (line, question) for line in lines for question in questions if _fits(line, question, known)
    ]
    by_line = Counter(line for line, _ in fits)
    by_question = Counter(question for _, question in fits)
    for line, question in fits:
        if by_line[line] == by_question[question] == 1 and one(line, question, known):
            yield line, question


def _fits(line: str, question: Question, known: Known) -> bool:
    """Whether the line may well answer the question: by its words, its place or its shape."""
    said = words(line)
    if tells(line, question, known) or (question.offers and picking.points(said)):
        return True
    if PUZZLED.search(line):
        return False
    if question.field == "purpose":
        return bool(_USES.match(said))
    if question.field == "requester_name":
        other = _USES.match(said) or _OFFICE.match(said) or _PURPOSE.match(said)
        return bool(_TWO_WORDS.fullmatch(said)) and not other
    return False


def one(line: str, question: Question, known: Known) -> Form | None:
    """The answer to one question; None where the words are none."""
    said = words(line)
    if not said or len(said) > LONGEST or PUZZLED.search(line):
        return None
    if picked := picking.several(said, question):
        items = (item for one in picked for item in _of_offer(one, question, known).items)
        return Form(items=tuple(items))
    offer = picking.chosen(said, question)
    if offer is not None:
        return _of_offer(offer, question, known)
    if question.offers and picking.is_not_one(said):
        return None
    if question.field in _FREE and not _is_text(said, question, known):
        return None
    said = _about_self(said, question)
    if question.field == "filters" and conditions.is_all(said):
        said = ", ".join(conditions.find(said))  # «ทุกโรงเรียน» beside them says nothing
        if not said:
            return None
    found = forms.assemble([Stated(question.field, _dataset_named(said, question, known))], known)
    return found.form if found.names and not found.problems else None


def tells(line: str, question: Question, known: Known) -> bool:
    """Whether the words alone say that they answer this question."""
    said = thai.to_arabic(words(line))
    if not said or len(said) > LONGEST or PUZZLED.search(line):
        return False
    field = question.field
    if field == "academic_years":
        named = bool(_ONLY_YEARS.fullmatch(said)) and bool(years.years(said))
        return named or (len(said) < 40 and years.is_latest(said))
    if field in ("level", "format", "delivery", "requester_type", "consent"):
        return values.answers(field, said)
    if field == "round":
        return len(said) < 40 and bool(re.match("รอบ|round", said, re.I))
    if field == "dataset":
        return (
            dataset.match(said, known) is not None
            or (picking.named_offer(said, question) or picking.pointed(said, question)) is not None
        )
    patterns = {"purpose": _PURPOSE, "requester_name": _PERSON, "organisation": _OFFICE}
    return field in patterns and bool(patterns[field].search(said))


def said_years(text: str) -> tuple[int, ...]:
    """The years that a sentence names as such; the longer of two ways to read it."""
    found = _YEARS_SAID.search(thai.to_arabic(text))
    here = years.years(found[0]) if found else ()
    there = forms.prose_years(text)
    return here if len(here) > len(there) else there


def purpose(line: str) -> str | None:
    """The use that a sentence names: «ปีล่าสุดค่ะ เอาไปทำแผน»; None where it names none."""
    if PUZZLED.search(line):
        return None
    found = _USE.search(line)
    if found is None:
        return words(line) if _USES.match(words(line)) else None
    return words(_TAKEN.sub("", found[0], count=1))


def _of_offer(offer: str, question: Question, known: Known) -> Form:
    """An offer as a value; the title of a round says year and round."""
    title = picking.TITLE.search(offer)
    if title and question.field in ("academic_years", "round"):
        wait = offer.startswith(thai.WAIT_FOR)
        return Form(items=(Item(academic_years=(int(title[1]),), round=int(title[2]), wait=wait),))
    return forms.assemble([Stated(question.field, offer)], known).form


def _about_self(said: str, question: Question) -> str:
    """«ผมชื่อ สมศรี», «อยู่โรงเรียน…», «จะเอาไปทำแผน»: the answer without the words before it."""
    opening = _SELF.get(question.field)
    return opening.sub("", said, count=1) or said if opening else said


def _is_text(said: str, question: Question, known: Known) -> bool:
    """Whether words can be a name, an office, a purpose or a dataset at all."""
    if not _LETTER.search(said) or _NOT_TEXT.fullmatch(said):
        return question.field == "dataset"  # a number beyond the list is told back as it stands
    if question.field in ("requester_name", "organisation") and _WISH.match(said):
        return False
    if question.field == "requester_name":
        return len(said) < 90 and not _NOT_A_NAME.search(said) and not _PURPOSE.match(said)
    if question.field == "organisation":
        return len(said) < 150 and "@" not in said and not _PURPOSE.match(said)
    if question.field == "purpose":
        return len(said) >= 4 and not _PERSON.match(said) and not picking.is_yes_or_no(said)
    return True


def _dataset_named(said: str, question: Question, known: Known) -> str:
    """Of a sentence the name of the dataset in it."""
    if question.field != "dataset" or dataset.match(said, known):
        return said
    short = _BEFORE_DATASET.sub("", said, count=1)
    if short and dataset.match(short, known):
        return short
    named = dataset.find(said, known)
    return named[0][0] if named else said


def _all(pairs: Iterable[tuple[str, Question]], known: Known) -> Form | None:
    answer = Form()
    for part, question in pairs:
        value = one(part, question, known)
        if value is None:
            return None
        answer = forms.spread(answer, value)
    return answer
