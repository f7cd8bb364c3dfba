"""What a reply adds to a form: labelled lines, bare answers, values filled in inside the quote.

What is surer wins: a change asked for in words, labels as written, bare words, the quoted mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from itertools import pairwise, takewhile

from mailproc import thai
from mailproc.model import Form, Item, Known, Question, Reading
from mailproc.parsers import (
    asking,
    automatic,
    bare,
    conditions,
    dataset,
    details,
    fields,
    ours,
    picking,
    refusing,
    values,
)
from mailproc.parsers import form as forms
from mailproc.parsers.fields import Stated

_CHANGE = re.compile(
    r"(?:เปลี่ยน|แก้(?:ไข)?|ปรับ|แทน(?:ที่)?|ขอเป็น|เป็น(?:ปี|ไฟล์|ราย|รอบ)|\bchange|\binstead\b|\brather\b)",
    re.I,
)
_WANTS = re.compile(
    r"(?:ขอ|เอา|อยากได้|ต้องการ|เลือก)\s?(?:แค่|เฉพาะ|เพียง|เป็น)?|\b(?:only|want|need)\b", re.I
)
_ASKED_FOR = re.compile(
    r"(?:และ|แล้วก็)?\s?(?:ขอ(?:เป็น|ไฟล์|แบบ|ให้(?:เป็น|ส่ง)|รับ)|เอาเป็น|อยากได้(?:เป็น|ไฟล์|แบบ))|"
    r"(?:also\b[ :,]{0,3}|and )?(?:as|in|csv|pdf|excel|please send)\b",
    re.I,
)
_TO = re.compile(
    r"(?:เปลี่ยน|แก้(?:ไข)?|ปรับ)[^\n]{0,80}?(?:เป็น|ให้เป็น)|(?:change|switch)[^\n]{0,80}?\b(?:to|into)\b",
    re.I,
)
_YEAR = re.compile(
    r"(?:ปี(?:การศึกษา)?(?:\s?พ\.?ศ\.?)?|เป็น|year|to)\s{0,3}((?:25[0-9]{2}|20[0-9]{2})(?:\s{0,3}(?:-|–|,|และ|ถึง|to|and)\s{0,3}(?:25[0-9]{2}|20[0-9]{2})){0,5})(?![0-9/])"
)
_NOT = re.compile(
    r"(?:ไม่ใช่|ไม่เอา|จาก|แทน|not|from|instead "
    r"of)\s{0,3}(?:ปี(?:การศึกษา)?|รูปแบบ|ไฟล์)?\s{0,3}[^\s,]{1,30}",
    re.I,
)
_FORMAT = re.compile(
    r"(?:ไฟล์|รูปแบบ|เป็น|as|to|in)\s{0,3}(?:ไฟล์|แบบ|an?|the)?\s{0,3}\.?(excel|xlsx?|csv|pdf|เอ็กเซล|กระดาษ)"
    r"|\b(csv|pdf|excel)(?=\s?(?:please|file|instead|ด้วย|แทน|ครับ|ค่ะ|$))",
    re.I,
)
_LEVEL = re.compile(
    r"(?:ราย|ระดับ|แยก(?:ตาม|เป็น)?(?:ราย)?|by )\s{0,3}(?:โรงเรียน|"
    r"กลุ่มโรงเรียน|กลุ่ม|อำเภอ|เขต(?:พื้นที่)?|school|district|area|group)",
    re.I,
)
_ROUND = re.compile(r"(?:รอบ|round)\s{0,3}(?:ที่)?\s{0,3}([1-3])(?![0-9])", re.I)
_ABOUT = frozenset({"requester_name", "organisation", "position", "purpose"})
_WISH = re.compile(  # where an answer ends and a wish begins
    r"[\s,.;]+(?:(?:และ|แล้วก็|อีกอย่าง)?\s?(?:ขอ(?:เป็น|เฉพาะ|ไฟล์|แบบ|เพิ่ม|ให้|ข้อมูล|รับ|เลือก|เปลี่ยน)|เอา(?!ไป)|อยากได้|ไม่ต้อง|ไม่เอา)|"
    r"(?:also|please|as i said|and by|csv|pdf|excel|i (?:want|need|would))\b)",
    re.I,
)
_OF_ANOTHER = "∅"  # stands for an offer that was made for another request
_NUMBERS = 99
_GO_WITH = {
    "dataset": ("dataset", "dataset_id"),
    "academic_years": ("academic_years", "latest", "round"),
}
_ABSENCE = 1_500  # characters in which a robot says that nobody is there
_LONGEST = 5_000  # characters of a reply that are looked at for changes
_THANKS = re.compile(
    r"(?:(?:ได้รับ|รับทราบ|ทราบ|ขอบคุณ|ขอบพระคุณ|ขอขอบ|เรียบร้อย|ยินดี|สวัสดี|"
    r"ตกลง|โอเค|ok(?:ay)?|thanks?|thank you|received|noted|got it)[^\n]{0,80})",
    re.I,
)


def read_answer(reading: Reading, questions: tuple[Question, ...], known: Known) -> Form:
    """What the reply states; an empty form where it states nothing.

    One reply may answer for several requests (`Question.first`): then a number counts where the
    mail showed it, and of its dataset each request takes only what it was asked.
    """
    if not any(question.first for question in questions):
        return _read_answer(reading, questions, known)
    answer = _read_answer(reading, tuple(_as_shown(q) for q in questions), known)
    items = tuple(_of_one(item, questions) for item in answer.items)
    return replace(answer, items=tuple(item for item in items if item != Item()))


def with_conditions(
    before: Form, after: Form, reading: Reading, questions: tuple[Question, ...], known: Known
) -> Form:
    """The form after a reply, with the conditions that a sentence of it changes.

    Under a label they take the place of all that were stated, in a sentence of their own kind.
    """
    text = refusing.wanted(thai.mend(reading.text))
    labelled = any(item.filters for item in forms.read(text, known).form.items)
    if labelled or not before.items or any(q.field == "filters" for q in questions):
        return after
    said, gone = _conditions([one for line in bare.lines(text) for one in _before_label(line)])
    if not said and not gone:
        return after
    filters = conditions.changed(before.items[0].filters, said, gone)
    return replace(after, items=tuple(replace(item, filters=filters) for item in after.items))


def labelled(reading: Reading, name: str) -> bool:
    """Whether the writer's own text states the field under its label."""
    return any(one.name == name and one.value for one in fields.find(reading.text))


def _before_label(line: str) -> Iterator[str]:
    """The clauses before a label: «Only small schools, please. Purpose: research»."""
    return takewhile(lambda clause: ":" not in clause, refusing.clauses(line))


def _conditions(said: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The conditions that the sentences name and those that they lift, where they ask for them."""
    named: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()
    for line in said:
        for clause in refusing.clauses(line):
            if bare.PUZZLED.search(clause):
                continue
            if _CHANGE.search(clause) or _WANTS.search(clause) or conditions.is_all(clause):
                clause = _NOT.sub(" ", clause)
                named, gone = (*named, *conditions.find(clause)), gone | conditions.lifted(clause)
    return tuple(dict.fromkeys(named)), gone


def _as_shown(question: Question) -> Question:
    """The question with its offers at the numbers that they had in the mail."""
    before = (_OF_ANOTHER,) * (question.first - 1)
    behind = (_OF_ANOTHER,) * (_NUMBERS - len(before) - len(question.offers))
    return replace(question, offers=(*before, *question.offers, *behind), first=0)


def _of_one(item: Item, questions: tuple[Question, ...]) -> Item:
    asked = {name for q in questions for name in _GO_WITH.get(q.field, (q.field,))}
    if item.dataset == _OF_ANOTHER:
        asked -= set(_GO_WITH["dataset"])
    kept = {f.name: getattr(item, f.name) for f in dataclass_fields(Item) if f.name in asked}
    return Item(**kept)


def _read_answer(reading: Reading, questions: tuple[Question, ...], known: Known) -> Form:
    text = refusing.wanted(thai.mend(reading.text))
    answer = _filled_in(reading.quoted, questions, known)
    written = _chosen(forms.read(text, known).form, questions, known)
    written = forms.spread(written, _picked(text, questions, known))
    unlabelled = _unlabelled(text)
    asked = tuple(q for q in questions if not _states(written, q.field))
    if automatic.ABSENT.search(text[:_ABSENCE]):  # its dates and reasons are no answers
        unlabelled = [x for x in unlabelled if any(bare.tells(x, q, known) for q in asked)]
    if asked:
        answer = forms.spread(answer, _bare(unlabelled, asked, questions, known))
    answer = forms.spread(answer, written)
    return forms.merge(answer, changes(text, known))


def confused(reading: Reading, questions: tuple[Question, ...], known: Known) -> bool:
    """Whether the reply says something, answers nothing of what was asked, and is no mere thanks.

    Asking the same again would help nobody; an officer can.
    """
    said = bare.lines(reading.text)
    if not said or read_answer(reading, questions, known) != Form():
        return False
    puzzled = any(bare.PUZZLED.search(line) for line in said)
    return puzzled or not all(_THANKS.match(line) for line in said)


def thanks(text: str) -> bool:
    """Whether a text thanks or acknowledges and says nothing else."""
    said = [line.strip() for line in text.split("\n") if line.strip()]
    only = all(_THANKS.match(line) for line in said) and not any(map(asking.wishes, said))
    return bool(said) and len(said) <= 6 and only


def stated(text: str, known: Known) -> Form:
    """What a reply states in sentences, whatever was asked: changes, and a year with its use."""
    said = [line for line in _unlabelled(thai.mend(text)) if len(line) <= bare.LONGEST]
    answer = changes("\n".join(said), known)
    if answer.items:
        return _prose(said, (Question("purpose", "missing"),), answer)
    asked = (Question("academic_years", "missing"),)
    answer = _prose(said, asked, Form())
    return _prose(said, (Question("purpose", "missing"),), answer) if answer.items else answer


def changes(text: str, known: Known) -> Form:
    """What a sentence such as «ขอเปลี่ยนปีเป็น 2567» "
    "or «ขอเป็น PDF แทน» changes; without one, nothing."""
    item = Item()
    for line in thai.to_arabic(text[:_LONGEST]).split("\n"):
        if len(line) >= bare.LONGEST or bare.PUZZLED.search(line):
            continue
        wishes = (
            [line] if _CHANGE.search(line) else filter(_ASKED_FOR.match, refusing.clauses(line))
        )
        for wish in wishes:
            item = _changed(item, wish, known)
    return Form(items=(item,)) if item != Item() else Form()


def _changed(item: Item, line: str, known: Known) -> Item:
    """What one sentence changes; what it changes from is left out."""
    to = _TO.search(line)
    line = line[to.end() - 4 :] if to else _NOT.sub(" ", line)
    year, form, number = (p.search(line) for p in (_YEAR, _FORMAT, _ROUND))
    level = _LEVEL.search(line) or details.LEVEL.search(line)
    found: dict[str, object] = {}
    if year:
        found["academic_years"] = forms.prose_years(f"ปีการศึกษา {year[1]}")
    elif forms.prose_latest(line):
        found["latest"] = True
    if form:
        found["format"] = values.file_format(form[1] or form[2])
    if level:
        found["level"] = values.level(level[0])
    if number:
        found["round"] = int(number[1])
    named = dataset.find(line, known)
    if named and to:
        found["dataset"], found["dataset_id"] = named[0]
    return replace(item, **{name: value for name, value in found.items() if value})  # type: ignore[arg-type]


def _filled_in(quoted: str, questions: tuple[Question, ...], known: Known) -> Form:
    """Values behind the labels of the quoted mail, only for what was asked: the rest is ours."""
    asked = {question.field for question in questions}
    if not quoted or not asked:
        return Form()
    lines = [line for line in quoted.split("\n") if not ours.is_question(line)]
    quoted = "\n".join(lines)
    found = fields.find(quoted, lists=False)
    stated = [one for one in found if one.name in asked and not one.guessed]
    stated += _below_labels(quoted, questions, known)
    offers = {thai.fold(offer) for question in questions for offer in question.offers}
    offers |= {thai.fold(" ".join(question.offers)) for question in questions if question.offers}
    stated = [one for one in stated if one.value and thai.fold(one.value) not in offers]
    filled = _chosen(forms.assemble(stated, known).form, questions, known)
    return forms.spread(filled, _picked(quoted, questions, known))


def _picked(text: str, questions: tuple[Question, ...], known: Known) -> Form:
    """Offers that are picked by their number behind the label: «รอบข้อมูล: 2», «ระดับข้อมูล: ข้อ 1»."""
    found = Form()
    lists = {question.field: question for question in questions if question.offers}
    for line in text.split("\n")[: fields.MAX_LINES] if lists else ():
        label, _, tail = line.replace("：", ":").rpartition(":")
        said, question = bare.words(tail), lists.get(fields.label(label.strip()) or "")
        if question and (picking.points(said) or picking.several(said, question)):
            found = forms.spread(found, bare.one(said, question, known) or Form())
    return found


def _below_labels(quoted: str, questions: tuple[Question, ...], known: Known) -> list[Stated]:
    """Values on the line below an empty label, where they can be nothing else."""
    found = []
    lines = quoted.split("\n")[: fields.MAX_LINES]
    for label, below in pairwise(lines):
        name = fields.label(label.rstrip(" :：")) if label.rstrip().endswith((":", "：")) else None
        question = next((q for q in questions if q.field == name), None)
        if question and bare.tells(below, question, known) and not fields.label(below):
            found.append(Stated(question.field, bare.words(below)))
    return found


def _chosen(form: Form, questions: tuple[Question, ...], known: Known) -> Form:
    """The form with a bare number behind «ชุดข้อมูล» replaced by the offer of that number."""
    question = next((q for q in questions if q.field == "dataset"), None)
    if question is None or len(form.items) != 1 or not form.items[0].dataset:
        return form
    offer = picking.chosen(bare.words(form.items[0].dataset), question)
    if offer is None:
        return form
    return forms.merge(form, Form(items=(Item(offer, dataset.match(offer, known)),)))


def _unlabelled(text: str) -> list[str]:
    """The lines of the reply that carry no label and are not ours."""
    lines = [line for line in bare.lines(text) if not ours.is_question(line)]
    return [line for line in lines if not _is_labelled(line)]


def _is_labelled(line: str) -> bool:
    return any(one.value or line.endswith((":", "：")) for one in fields.find(line))


def _bare(
    said: Sequence[str], asked: tuple[Question, ...], questions: tuple[Question, ...], known: Known
) -> Form:
    """What the unlabelled lines answer: by number, "
    "alone, in the order of the questions, by themselves."""
    said = bare.parted(said, asked)
    if not said:
        return Form()
    numbers = bare.numbered(said, len(questions)) if len(questions) > 1 else {}
    if numbers:
        return bare.by_number(numbers, questions, known)
    if len(questions) == 1:
        return _alone(said, asked[0], known)
    turns = bare.in_order(said, asked, known)
    return _prose(said, asked, bare.by_fit(said, asked, known)) if turns is None else turns


def _alone(said: Sequence[str], question: Question, known: Known) -> Form:
    """The one thing asked: in the line that tells it, or in all lines together."""
    told = [line for line in said if bare.tells(line, question, known)]
    if not told and question.field == "purpose" and _THANKS.match(said[0]):
        return Form()
    words = told[0] if told else " ".join(said)
    answer = bare.one(_of_itself(words) if question.field in _ABOUT else words, question, known)
    return _prose(said, (question,), Form()) if answer is None else answer


def _of_itself(words: str) -> str:
    """The answer alone of «บุคคลทั่วไปค่ะ และขอเป็นภาพรวม»."""
    wish = _WISH.search(words)
    return words[: wish.start()] if wish else words


def _prose(said: Sequence[str], asked: tuple[Question, ...], answer: Form) -> Form:
    """A year or a use named as such in running text, "
    "where it was asked for and nothing gives it."""
    wanted = {question.field for question in asked}
    item = answer.items[0] if answer.items else Item()
    lines = [line for line in said if not bare.PUZZLED.search(line)]
    if "academic_years" in wanted and not (item.academic_years or item.latest):
        text = "\n".join(lines)
        found = Item(academic_years=bare.said_years(text), latest=forms.prose_latest(text))
        if found != Item() and len(rounds := details.read(text).get("round", ())) == 1:
            found = replace(found, round=rounds[0])
        answer = forms.merge(answer, Form(items=(found,))) if found != Item() else answer
    if "purpose" in wanted and not answer.purpose:
        use = next((use for line in lines if (use := bare.purpose(line))), None)
        answer = forms.merge(answer, Form(purpose=use))
    return answer


def _states(form: Form, name: str) -> bool:
    return name in forms.stated_names(form)
