"""How a request is named in mails and pages: who asks, for which data, of which year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from mailproc import english, thai
from mailproc.changes import asked_back, changed_fields, changed_words, corrected_words, day_words
from mailproc.defang import Shown, defang_line
from mailproc.model import BY_RULE, ENTERED, Calendar, Catalogue, Dataset, Round, Trust
from mailproc.texts import Texts
from mailproc.workflow.conditions import coarser

_NAME = 60  # letters of a name in a subject line
_SEVERAL_LINES = frozenset({"purpose", "reason", "text", "remark"})
# Our own words, and addresses that were checked to be plain ones.
_PLAIN = frozenset(
    {
        "requester_addr",
        "deliver_to",
        "from_addr",
        "to_addr",
        "number",
        "title_th",
        "title_en",
        "columns",
        "flags",
    }
)
_HANDED = ("line", "pickup", "smart_office")
_PRINTED = ("paper",)
_ENTERED = frozenset(ENTERED)
# «แบบคำขอ (zip)»: a name with a harmless dot would be read as part of it.
_ENDING = re.compile(r"(?:\[\.\]|\.)([0-9A-Za-z]{1,5})$")
_STATUS = re.compile(r"(?<![0-9.])[45]\.([0-9]\.[0-9]{1,3})(?![0-9.])")
# Detail codes of a failure (RFC 3463), and their subjects for all others.
_BOUNCES = dict.fromkeys(("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.0", "2.1"), "no_address")
_BOUNCES |= {"2.2": "full", "2.3": "too_large", "3.4": "too_large"}
_BOUNCES |= {"7.": "blocked", "4.": "unreachable"}
# «สมศรี ใจดี»: two Thai words, of which the first is no title, no post and no office.
_UNTITLED = re.compile(
    r"^((?!นาย|นาง|น\.|ด\.|ดร|คุณ|ครู|ผู้|ผอ|รอง|ว่าที่|พระ|พล|พัน|ร้อย|สิบ|จ่า|ศ|ผศ|รศ|หม่อม|ม\.|ท่าน|อาจารย์|เด็ก|แม่ชี|"
    r"โรงเรียน|รร|สำนัก|สพ|กลุ่ม|งาน|ฝ่าย|ธุรการ|ศูนย์|เทศบาล|มหา|วิทยาลัย|บริษัท|คณะ|หน่วย|กอง|กรม|เจ้าหน้าที่)"
    r"[ก-๎]{2,30}\s[ก-๎]{2,40}(?:\s[ก-๎]{2,40})?)$"
)
_SHORT = 140  # letters of a purpose, where it is told in short
_QUOTES = {ord("«"): '"', ord("»"): '"', ord("“"): '"', ord("”"): '"'}
_MOST_NUMBERED = 120  # columns that a mail numbers
_FEW = 12  # columns that are listed one by one
# Grounds of an order that can be appealed (Official Information Act 2540, section 18).
_BY_LAW = ("s14", "s15")


def request_words(texts: Texts, catalogue: Catalogue) -> dict[str, Callable[..., Any]]:
    """The functions that templates call with a request, in one language."""
    titles = _titles(texts, catalogue)
    offers = {} if texts.language == "th" else _offers(texts, catalogue)
    return {
        "person_name": lambda request: (
            request.form.requester_name or texts.get("phrases", "somebody")
        ),
        "polite": lambda name: _UNTITLED.sub(r"คุณ\1", name or ""),
        "asker": lambda request: _asker(request, texts),
        "title_of_dataset": lambda dataset_id: titles.get(dataset_id, dataset_id),
        "dataset_title": lambda request: _dataset_title(request, texts.language, titles),
        "data_asked": lambda request: _data_asked(request, texts, titles),
        "period": lambda request: _period(request, texts),
        "decider": lambda request: _decider(request, texts),
        "yeses": lambda request, needed: _yeses(request, needed, texts),
        "narrowed": lambda request: _narrowed(request.conditions, texts),
        "waits_for": lambda outlook, group: _waits_for(outlook, texts, group),
        "asked_one": lambda asked, group: _asked_one(asked, texts, group),
        "data_size": lambda prepared, short=False: _data_size(prepared, texts, short=short),
        "offer_text": lambda offer: offers.get(offer, offer),
        "column_list": lambda columns: _column_list(columns, texts),
        "other_email": _other_email,
        "recipient": lambda request: request.deliver_to or request.requester_addr,
        "sender_check": lambda request: _sender_check(request, texts),
        "oddities": lambda request: _oddities(request, texts),
        "belonging": lambda request: _belonging(request, texts),
        "entered": lambda request: _entered(request, texts),
        "past_words": lambda request: _past(request, texts),
        "in_short": _in_short,
        "said_text": lambda question: _said(question, texts, offers),
        "bounce_why": lambda said: _bounce_why(said, texts),
        "way": lambda request: _way(request, texts),
        "goes_by_mail": lambda request: not _by_hand(request),
        "year": lambda request: _year(request, texts),
        "file_name": lambda name: _ENDING.sub(r" (\1)", name),
        "one_line": lambda request: _one_line(request, texts, titles),
        "filter_words": lambda filters: _filter_words(filters, texts),
        "source_words": lambda source: english.phrases(
            source, texts.sections.get("source_words", {})
        ),
        "datasets_offered": lambda: _offered(catalogue, texts),
        "asked_back": asked_back,
        "changed_fields": changed_fields,
        "changed_words": lambda request: changed_words(request, texts),
        "corrected_words": lambda request: corrected_words(request, texts, titles),
        "grounds_numbered": lambda: _numbered(texts.sections.get("grounds", {}).values()),
        "columns_to_leave": lambda request: _numbered(_leavable(request)),
        "coarser_levels": lambda request: _coarser(request, catalogue),
        "ground_text": lambda ground: _ground(ground, texts),
        "is_by_law": lambda ground: ground.startswith(_BY_LAW) or not ground,
    }


def _said(question: Any, texts: Texts, offers: Mapping[str, str]) -> str:
    """What a question quotes; a period or level as it was understood is no quotation, and stands
    in the language of the letter."""
    words = str(question.said)
    if question.field not in ("academic_years", "round", "level"):
        return words
    words = offers.get(words, words)
    for phrase, word in texts.sections.get("said_words", {}).items():
        words = words.replace(phrase, word)
    return words


def _bounce_why(said: str, texts: Texts) -> str:
    """What the status code in a server's words means; empty where it says nothing."""
    found = _STATUS.search(said)
    key = "" if found is None else _BOUNCES.get(found[1], "") or _BOUNCES.get(found[1][0] + ".", "")
    return texts.get("bounces", key) if key else ""


def _narrowed(conditions: Any, texts: Texts) -> list[str]:
    """What an approver narrowed, a line for each; columns are our own words, Thai in both."""
    until = day_words(conditions.until, texts)
    said = {
        "without": ("{columns}", ", ".join(conditions.without)),
        "level": ("{level}", conditions.level and texts.get("levels", conditions.level)),
        "until": ("{day}", until),
    }
    return [
        texts.get("narrowed", key).replace(place, words)
        for key, (place, words) in said.items()
        if words
    ]


def _titles(texts: Texts, catalogue: Catalogue) -> dict[str | None, str]:
    return {d.id: d.title(texts.language) for d in catalogue.datasets}


def _asker(request: Any, texts: Texts) -> str:
    """«name/organisation», each only if stated, as the director's subject has it."""
    stated = (request.form.requester_name, request.form.organisation)
    parts = [part if len(part) <= _NAME else part[: _NAME - 1] + "…" for part in stated if part]
    return "/".join(parts) or texts.get("phrases", "somebody")


def _decider(request: Any, texts: Texts) -> str:
    """Who decided, ahead or on the day, and for whom: «… ในฐานะผู้รักษาราชการแทน …»."""
    if request.decided_by == BY_RULE:
        return texts.get("pages", "by_rule")
    if request.standing_id:
        return texts.get("pages", "by_standing").replace("{name}", str(request.decided_by))
    if request.approvals and request.decided_at_hash:
        names = (_acting(one.name, one.for_name, texts) for one in request.approvals)
        return ", ".join(dict.fromkeys(names))
    return _acting(request.decided_by, request.decided_for, texts)


def _acting(name: object, for_name: object, texts: Texts) -> str:
    if not for_name:
        return str(name)
    phrase = texts.get("phrases", "acting_for")
    return phrase.replace("{name}", str(name)).replace("{for_name}", str(for_name))


def _yeses(request: Any, needed: int, texts: Texts) -> str:
    """How many have to approve, and who has; empty where one yes is enough."""
    if needed < 2:
        return ""
    names = ", ".join(
        _acting(one.name, one.for_name, texts)
        for one in request.approvals
        if one.content_hash == request.content_hash
    )
    words = texts.get("phrases", "yeses" if names else "yeses_none")
    return words.replace("{count}", str(needed)).replace("{names}", names)


def _waits_for(outlook: Any, texts: Texts, group: str) -> str:
    """Role and name of everybody who is asked now; empty where nobody is named."""
    if not outlook:
        return ""
    return "; ".join(_asked_one(asked, texts, group) for asked in outlook.asked)


def _asked_one(asked: Any, texts: Texts, group: str) -> str:
    mine = _post(asked.position, asked.role, texts, group)
    if not asked.for_name:
        return f"{mine} ({asked.name})"
    theirs = _post(asked.for_position, asked.for_role, texts, group)
    words = texts.get("phrases", "deputy_asked")
    return words.replace("{post}", theirs).replace("{name}", asked.name)


def _post(position: str, role: str, texts: Texts, group: str) -> str:
    """A post is written down in Thai: who reads English is told the role instead."""
    if position and (texts.language == "th" or position.isascii()):
        return position
    return texts.get("roles", role).replace("{group}", group)


def _other_email(request: Any) -> str:
    """The address in the form, where it is not the one that the file goes to."""
    stated = request.form.email or ""
    used = defang_line(request.deliver_to or request.requester_addr)
    return "" if stated.casefold() == used.casefold() else str(stated)


def _sender_check(request: Any, texts: Texts) -> str:
    """How sure it is that the sender is who he says."""
    if request.confirmed:
        return texts.get("vouched", "confirmed")
    if request.trust == Trust.UNSTAMPED and request.vouched:
        return texts.get("vouched", request.vouched)
    return texts.get("trust", request.trust)


def _oddities(request: Any, texts: Texts) -> str:
    """What looks odd about the sender, in words; empty for nearly all."""
    words = [texts.get("flags", flag) for flag in request.flags if flag != "reply_to"]
    if request.reply_to:
        words.append(f"{texts.get('flags', 'reply_to')} {', '.join(request.reply_to)}")
    return " · ".join(words)


def _belonging(request: Any, texts: Texts) -> str:
    """Whether the requester belongs to the area; empty where nobody has looked yet."""
    if request.inside is None:
        return ""
    return texts.get("belonging", "inside" if request.inside else "outside")


def _entered(request: Any, texts: Texts) -> str:
    """By which way it came and who wrote it down; empty where the requester wrote."""
    if not request.entered_by:
        return ""
    way = texts.get("channels", request.channel if request.channel in _ENTERED else "other")
    words = texts.get("phrases", "entered_by")
    return words.replace("{way}", way).replace("{name}", str(request.entered_by))


def _past(request: Any, texts: Texts) -> str:
    """«ครั้งที่ 4 …: ได้รับข้อมูล 2 ไม่อนุญาต 1»; empty where nobody has looked yet."""
    past = request.past
    if past is None or not request.requester_addr:
        return ""
    if not past.times:
        return texts.get("past", "first")
    counts = {name: getattr(past, name) for name in ("delivered", "refused", "ended", "open")}
    told = [texts.get("past", name).replace("{n}", str(n)) for name, n in counts.items() if n]
    words = texts.get("past", "many" if past.more else "nth").replace("{n}", str(past.times + 1))
    return words.replace("{count}", str(past.times)).replace("{told}", ", ".join(told))


def _in_short(text: str, most: int = _SHORT) -> str:
    """The beginning of a person's words on one line, for within quotation marks of ours."""
    line = " ".join(text.split()).translate(_QUOTES)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _by_hand(request: Any) -> bool:
    if not (request.deliver_to or request.requester_addr):
        return True
    return request.form.delivery in _HANDED or request.item.format in _PRINTED


def _way(request: Any, texts: Texts) -> str:
    """How the file reaches the requester: «อีเมล», or «LINE (LINE ID …) โดยเจ้าหน้าที่»."""
    if not _by_hand(request):
        return texts.get("deliveries", "email")
    if request.form.delivery not in _HANDED:
        printed = request.item.format in _PRINTED
        way = (
            texts.get("formats", str(request.item.format))
            if printed
            else texts.get("deliveries", "pickup")
        )
    elif request.form.delivery == "pickup" and request.item.format in _PRINTED:
        way = texts.get("phrases", "printed_pickup")
    else:
        way = texts.get("deliveries", str(request.form.delivery))
        if request.form.delivery == "line" and request.form.line_id:
            way += f" ({request.form.line_id})"
    return texts.get("phrases", "by_officer").replace("{way}", way)


def _dataset_title(request: Any, language: str, titles: Mapping[str | None, str]) -> str:
    """The catalogue's title, else the words that the requester used."""
    if request.prepared is not None:
        return str(request.prepared.title_th if language == "th" else request.prepared.title_en)
    return titles.get(request.item.dataset_id) or str(request.item.dataset)


def _data_asked(request: Any, texts: Texts, titles: Mapping[str | None, str]) -> str:
    """Title and period as one phrase: «… ปีการศึกษา 2568 รอบที่ 1»."""
    title, period = _dataset_title(request, texts.language, titles), _period(request, texts)
    if not period:
        return title
    phrase = texts.get("phrases", "of_year" if _is_dated(request) else "of_latest")
    return phrase.replace("{data}", title).replace("{period}", period).strip()


def _is_dated(request: Any) -> bool:
    return request.prepared is not None or bool(request.item.academic_years or request.item.round)


def _one_line(request: Any, texts: Texts, titles: Mapping[str | None, str]) -> str:
    """A request in a list to choose from: «ข้อมูล… (คำขอเลขที่ 2569/00012)»."""
    asked = _data_asked(request, texts, titles) or texts.get("fields", "dataset")
    return f"{asked} ({texts.get('pages', 'request_no')} {request.number})"


def _data_size(prepared: Any, texts: Texts, *, short: bool) -> str:
    """«139 แถว 50 คอลัมน์»; of a ready-made file its name, size and pages."""
    file = prepared.file
    if file is None:
        phrase = texts.get("phrases", "data_rows" if short else "data_size")
        values = {"rows": f"{prepared.rows:,}", "columns": f"{len(prepared.columns):,}"}
    else:
        phrase = texts.get("phrases", f"file_{file.unit}" if file.count else "file_size")
        values = {"name": str(file.name), "size": _bytes(file.size), "count": f"{file.count:,}"}
    for place, value in values.items():
        phrase = phrase.replace(f"{{{place}}}", value)
    return phrase


def _bytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{max(1, size // 1000):,} kB"


def _filter_words(filters: Iterable[str], texts: Texts) -> list[str]:
    sections = texts.sections
    said, letters = sections.get("filters_said", {}), sections.get("grade_letters", {})
    return english.conditions(filters, said, letters)


def _numbered(words: Iterable[str]) -> list[str]:
    return [f"{number}. {one}" for number, one in enumerate(words, 1)]


def _leavable(request: Any) -> tuple[str, ...]:
    """The columns that an approver may leave out by number; none of a ready-made file."""
    prepared = request.prepared if request else None
    if prepared is None or prepared.file is not None or len(prepared.columns) > _MOST_NUMBERED:
        return ()
    return tuple(prepared.columns)


def _coarser(request: Any, catalogue: Catalogue) -> tuple[str, ...]:
    """The levels that an approver may choose in place of the one that was asked for."""
    if not request or request.prepared is None:
        return ()
    return coarser(request.prepared, catalogue.get(request.item.dataset_id))


def _ground(ground: str, texts: Texts) -> str:
    """A ground of a refusal as the requester reads it, with its section where there is one."""
    full = texts.sections.get("grounds_full", {})
    return texts.get("grounds_full" if ground in full else "grounds", ground)


def _offered(catalogue: Catalogue, texts: Texts) -> list[tuple[str, str]]:
    """(title, years) of each dataset that can be had now."""
    return [
        (
            _offered_title(dataset, texts),
            ", ".join(dict.fromkeys(str(loaded.academic_year) for loaded in dataset.rounds)),
        )
        for dataset in catalogue.datasets
        if dataset.rounds
    ]


def _offered_title(dataset: Dataset, texts: Texts) -> str:
    title = dataset.title(texts.language)
    return (
        title
        if dataset.who_may_ask == "anyone"
        else texts.get("phrases", "kept_inside").replace("{title}", title)
    )


def _year(request: Any, texts: Texts) -> str:
    if request.prepared is not None:
        return _year_words(request.prepared.academic_year, texts)
    if request.item.academic_years:
        return ", ".join(_year_words(year, texts) for year in request.item.academic_years)
    return texts.get("phrases", "latest") if request.item.latest else ""


def _period(request: Any, texts: Texts) -> str:
    year = _year(request, texts)
    source = request.prepared if request.prepared is not None else request.item
    if not source.round:
        return year
    phrase = texts.get("phrases", "year_round" if year else "round")
    return phrase.replace("{year}", year).replace("{round}", str(source.round))


def _year_words(year: int, texts: Texts) -> str:
    return texts.get("phrases", "year").replace("{year}", str(year))


def shown(noun: Any) -> Shown | None:
    """A request, question or person as templates may show it: every word of others is harmless."""
    return None if noun is None else Shown(noun, _SEVERAL_LINES, _PLAIN)


# ---------------------------------------------------------------- offers in English


def _offers(texts: Texts, catalogue: Catalogue) -> dict[str, str]:
    """What the workflow offers in Thai, in the other language: titles, rounds, levels, filters."""
    known = {words: texts.get("levels", level) for level, words in thai.LEVELS.items()}
    for dataset in catalogue.datasets:
        known[dataset.title_th] = dataset.title_en
        known |= dict(zip(dataset.filters_th, dataset.filters_en, strict=False))
        known |= dict(_rounds(dataset, texts))
        known |= dict(_to_come(dataset, catalogue.calendar, texts))
    return {defang_line(said): defang_line(meant) for said, meant in known.items()}


def _rounds(dataset: Dataset, texts: Texts) -> Iterable[tuple[str, str]]:
    for loaded in dataset.rounds:
        said = thai.round_title(loaded.academic_year, loaded.round, loaded.as_of)
        yield said, _round_words(loaded, texts)


def _to_come(dataset: Dataset, calendar: Calendar, texts: Texts) -> Iterable[tuple[str, str]]:
    """Rounds that may be waited for, and the offers to do so."""
    newest = dataset.rounds[0].academic_year if dataset.rounds else 0
    for year in (newest, newest + 1) if newest else ():
        for number, _, _ in calendar.rounds:
            day = calendar.collected_on(year, number)
            said, meant = (
                thai.round_title(year, number, day),
                _round_words(Round(year, number, day, "", ""), texts),
            )
            yield said, meant
            offer = texts.get("phrases", "wait_offer").replace("{round}", meant)
            yield f"{thai.WAIT_FOR} {said}", offer


def _round_words(loaded: Round, texts: Texts) -> str:
    phrase = texts.get("phrases", "round_offer")
    fill = {
        "{year}": _year_words(loaded.academic_year, texts),
        "{round}": str(loaded.round),
        "{day}": thai.long_date(date.fromisoformat(loaded.as_of), texts.language),
    }
    for place, value in fill.items():
        phrase = phrase.replace(place, value)
    return phrase


# ---------------------------------------------------------------- columns


def _column_list(columns: tuple[str, ...], texts: Texts) -> str:
    """All columns; where there are many, those that repeat as «อ.1 ถึง ม.6 (ชาย, หญิง, รวม)»."""
    if len(columns) <= _FEW:
        return ", ".join(columns)
    parted = [(head, tail) for head, _, tail in (column.rpartition(" ") for column in columns)]
    grouped = [
        (head, tuple(tail for _, tail in group))
        for head, group in groupby(parted, key=lambda pair: pair[0])
    ]
    told: list[str] = []
    for tails, alike in groupby(grouped, key=lambda pair: pair[1]):
        heads = [head for head, _ in alike]
        told += _alike(heads, tails, texts)
    return ", ".join(told)


def _alike(heads: list[str], tails: tuple[str, ...], texts: Texts) -> list[str]:
    if len(tails) < 2 or not heads[0]:
        return [f"{head} {tail}".strip() for head in heads for tail in tails]
    spoken = heads[0] if len(heads) == 1 else texts.get("phrases", "from_to")
    spoken = spoken.replace("{first}", heads[0]).replace("{last}", heads[-1])
    return [f"{spoken} ({', '.join(tails)})"]
