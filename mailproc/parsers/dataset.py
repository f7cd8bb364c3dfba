"""Which dataset of the catalogue is meant by the words a person used."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from mailproc import thai
from mailproc.model import Known

_CLOSE = 0.82  # similarity that a spelling variant reaches
_CLEAR = 0.06  # distance to the next dataset, below which it is a guess
_LONGEST = 160
_SHORTEST = 6  # letters; a shorter word is in too many names
_OPENING = tuple(
    thai.fold(words)
    for words in "ขอข้อมูลสารสนเทศ ขอข้อมูล ข้อมูลสารสนเทศ ข้อมูล สถิติ รายงาน ตาราง รายชื่อและ ไฟล์".split()
)
_REQUEST = re.compile(
    r"(?:ขอ(?:ความอนุเคราะห์|รับ|ใช้|ทราบ)?(?:บริการ)?|ต้องการ|ประสงค์(?:จะ)?ขอ(?:รับ)?)\s?ข้อมูล(?:สารสนเทศ|สถิติ)?(?:ทางการศึกษา)?\s*[-–—:]?\s*"
    r"([^\n]{4,200})"
)
_REQUEST_ENGLISH = re.compile(
    r"\brequest(?:ing|s)?\b[^\n.]{0,40}?\b(?:data|dataset|statistics|list|number)\b[^\n]{0,120}",
    re.I,
)
_END = re.compile(
    r"\s*(?:ประจำ)?\s*ปีการศึกษา|\s+(?:ประจำ)?ปี\s?(?:พ\.?ศ\.?)?\s?[0-9๐-๙]|\s*เพื่อ|\s*ของ(?:โรงเรียน|เขต|สพป)|\s*รอบ(?:ที่|ข้อมูล)|\s*จาก(?:ท่าน|สพป|สำนักงาน)|\s+(?:for|from|in|to)\s|"
    r"\s*(?:ครับ|ค่ะ|คะ|นะ|ด้วย|หน่อย)(?:\s|$)|[,.;()\"“”]"
)


@lru_cache(maxsize=8)
def _folded(known: Known) -> tuple[tuple[str, str, str], ...]:
    """(folded name, dataset id, name), longest first."""
    names = {
        (thai.fold(name), dataset_id, name) for dataset_id, all_ in known.datasets for name in all_
    }
    return tuple(sorted((n for n in names if n[0]), key=lambda n: (-len(n[0]), n)))


def match(words: str, known: Known) -> str | None:
    """The id of the one dataset clearly meant; None where none is, or it could be two."""
    key = thai.fold(words[: 2 * _LONGEST])
    if not key or len(key) > _LONGEST:
        return None
    names = _folded(known)
    for candidate in (key, _without_opening(key)):
        exact = {dataset_id for name, dataset_id, _ in names if name == candidate}
        if exact:
            return exact.pop() if len(exact) == 1 else None
    return _contained(_without_opening(key), names) or _similar(_without_opening(key), names)


def find(text: str, known: Known) -> tuple[str, str] | None:
    """(words used, dataset id) of a dataset asked for in running text."""
    for pattern in (_REQUEST, _REQUEST_ENGLISH):
        for found in list(pattern.finditer(text[:20_000]))[:10]:
            phrase = found[found.lastindex or 0]
            words = _END.split(phrase, maxsplit=1)[0].strip(" -–—:*") or phrase
            dataset_id = match(words, known)
            if dataset_id:
                return words, dataset_id
            named = _named(phrase, known)
            if named:
                return named
    return None


def mentions(text: str, known: Known) -> tuple[str, str] | None:
    """(catalogue name, dataset id) of the one dataset that a text names in full."""
    return _named(text[:5_000], known)


def _named(text: str, known: Known) -> tuple[str, str] | None:
    key = thai.fold(text)
    for folded, dataset_id, name in _folded(known):
        if len(folded) >= _SHORTEST and folded in key:
            return name, dataset_id
    return None


def _without_opening(key: str) -> str:
    for opening in _OPENING:
        if key.startswith(opening) and len(key) > len(opening) + 3:
            return key.removeprefix(opening)
    return key


def _contained(key: str, names: tuple[tuple[str, str, str], ...]) -> str | None:
    """One name holds the words, or the words hold the names of one dataset only."""
    if len(key) >= _SHORTEST:
        around = {dataset_id for name, dataset_id, _ in names if key in name}
        if len(around) == 1:
            return around.pop()
    rest, inside = key, set()
    for name, dataset_id, _ in names:  # longest first, so a name inside a name does not count
        if len(name) >= _SHORTEST and name in rest:
            inside.add(dataset_id)
            rest = rest.replace(name, "\n")
    return inside.pop() if len(inside) == 1 else None


def _similar(key: str, names: tuple[tuple[str, str, str], ...]) -> str | None:
    best: dict[str, float] = {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    for name, dataset_id, _ in names:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() < _CLOSE - _CLEAR or matcher.quick_ratio() < _CLOSE - _CLEAR:
            continue
        best[dataset_id] = max(best.get(dataset_id, 0.0), matcher.ratio())
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] < _CLOSE:
        return None
    clear = len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _CLEAR
    return ranked[0][0] if clear else None
