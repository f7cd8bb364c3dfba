"""What a reply adds to a form: labelled lines, a bare answer, values filled in below."""

from __future__ import annotations

import re

from mailproc import thai
from mailproc.model import Form, Item, Known, Question, Reading
from mailproc.parsers import dataset, fields
from mailproc.parsers import form as forms
from mailproc.parsers.fields import Stated
from mailproc.parsers.labels import ITEM_FIELDS

_LONGEST_ANSWER = 400  # characters; longer is a letter, not an answer
_GREETING = re.compile(
    r"^\s*(?:เรียน|สวัสดี|dear |hello|hi\b|ขอแสดงความนับถือ|ขอบคุณ|ขอบพระคุณ|(?:kind |best )?regards|"
    r"thank|จึงเรียนมา|ด้วยความเคารพ)",
    re.I,
)
_CLOSING = re.compile(
    r"^\s*(?:ขอแสดงความนับถือ|(?:kind |best |warm )?regards|sincerely|yours|ด้วยความเคารพ)", re.I
)
_POLITE = re.compile(r"\s*(?:นะ)?(?:ครับ(?:ผม)?|ค่ะ|คะ|จ้า|จ้ะ)[\s.!]*$")
_OPENING = re.compile(
    r"^(?:ขอ(?:เป็น|แก้เป็น)?|ต้องการ|เลือก|เอา|คือ|เป็น|ตอบ|i (?:would like|want|need|choose)|please|"
    r"it is|the)\s*[:：]?\s+",
    re.I,
)
_CHOICE = re.compile(
    r"(?:ข้อ|ตัวเลือก|อันดับ|ลำดับ|รายการ|แบบ|no\.?|number|option|#)?\s*(?:ที่)?\s*\(?([0-9]{1,2})\)?\s*[.)]?",
    re.I,
)
_NOT_A_NAME = re.compile(r"[0-9๐-๙?@]")


def read_answer(reading: Reading, questions: tuple[Question, ...], known: Known) -> Form:
    """What the reply states; an empty form where it states nothing."""
    answer = _filled_in(reading.quoted, questions, known)
    written = forms.read(reading.text, known).form
    answer = forms.merge(answer, _chosen(written, questions, known))
    if written == Form() and len(questions) == 1:
        alone = _alone(reading.text, questions[0], known)
        answer = forms.merge(answer, alone)
    elif questions:
        answer = forms.merge(answer, _in_prose(reading.text, questions, answer))
    return answer


def _filled_in(quoted: str, questions: tuple[Question, ...], known: Known) -> Form:
    """Values behind the labels of the quoted mail, only for what was asked: the rest is ours."""
    asked = {question.field for question in questions}
    if not quoted or not asked:
        return Form()
    stated = [one for one in fields.find(quoted, lists=False) if one.name in asked]
    offers = {thai.fold(" ".join(question.offers)) for question in questions if question.offers}
    stated = [one for one in stated if thai.fold(one.value) not in offers]
    return _chosen(forms.assemble(stated, known).form, questions, known)


def _chosen(form: Form, questions: tuple[Question, ...], known: Known) -> Form:
    """The form with a bare number behind «ชุดข้อมูล» replaced by the offer of that number."""
    question = next((q for q in questions if q.field == "dataset"), None)
    if question is None or len(form.items) != 1:
        return form
    offer = _offer(form.items[0].dataset, question)
    if offer is None:
        return form
    return forms.merge(form, Form(items=(Item(offer, dataset.match(offer, known)),)))


def _alone(text: str, question: Question, known: Known) -> Form:
    """The one thing asked, answered without a label."""
    words = _answer_words(text)
    if not words or len(words) > _LONGEST_ANSWER:
        return Form()
    offer = _offer(words, question) if question.field != "round" else None
    if offer is not None:
        words = offer
    elif question.field == "dataset":
        named = dataset.find(text, known)
        words = named[0][0] if named and not dataset.match(words, known) else words
    elif question.field == "requester_name" and _NOT_A_NAME.search(words):
        return Form()
    return forms.assemble([Stated(question.field, words)], known).form


def _answer_words(text: str) -> str:
    """The lines that answer, without greeting, closing and polite particles."""
    lines = []
    for line in text.split("\n")[:30]:
        if _CLOSING.match(line):
            break
        if line.strip() and not _GREETING.match(line):
            lines.append(line.strip())
    words = _POLITE.sub("", " ".join(lines)).strip(" .\"'“”«»")
    return _OPENING.sub("", words, count=1)


def _offer(words: str, question: Question) -> str | None:
    """The offer picked by its number, or by its own words."""
    match = _CHOICE.fullmatch(thai.to_arabic(words.strip()))
    if match and 1 <= int(match[1]) <= len(question.offers):
        return question.offers[int(match[1]) - 1]
    key = thai.fold(words)
    return next((offer for offer in question.offers if thai.fold(offer) == key), None)


def _in_prose(text: str, questions: tuple[Question, ...], answer: Form) -> Form:
    """A year named as such in running text, where a year was asked for and no label gives it."""
    asked = {question.field for question in questions} & ITEM_FIELDS
    item = answer.items[0] if answer.items else Item()
    if "academic_years" not in asked or item.academic_years or item.latest:
        return Form()
    found = Item(academic_years=forms.prose_years(text), latest=forms.prose_latest(text))
    return Form(items=(found,)) if found != Item() else Form()
