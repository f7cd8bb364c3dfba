"""Which dataset of the catalogue is meant by the words a person used."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from mailproc import thai
from mailproc.model import Known

_CLOSE = 0.82  # similarity that a spelling variant reaches
_CLEAR = 0.06  # distance to the next dataset, below which it is a guess
_LONGEST = 160
_LIST = re.compile(r"\s*[,;،]\s*|\s*และ\s*|\s+กับ\s*|\s+and\s+")
_MAX_PHRASES = 10
_SLIP = 2  # letters in a row that a misspelling changes
_JOINING = frozenset("และ ตาม ราย ของ แยก and by of the".split())
_HARMLESS = re.compile(  # what may follow a dataset's name, folded, without making it another
    r"$|\n|[0-9]|(?:ประจำ)?ปี|รอบ|ล่าสุด|ทั้ง|ทุก|เพื่อ|ชั้น|ระดับ|เฉพาะ|โรงเรียน|อำเภอ|สพป|สำนักงานเขต|จาก|ครับ|ค่ะ|คะ|นะ|"
    r"หน่อย|ด้วย|(?:จำแนก|แยก)?(?:ตาม|ราย)(?:ชั้น|เพศ|โรงเรียน|อำเภอ|กลุ่ม)|"
    r"ของ(?:โรงเรียน|เขต|สพป|สำนักงาน|ปี|อำเภอ)|ใน(?:สังกัด|เขต|อำเภอ|จังหวัด|ปี)|"
    r"for|from|in|by|of|at|as|please|academic|year|round|latest"
)
_TELLING = 10  # letters that tell a dataset although they are not the beginning of its name
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


def find(text: str, known: Known) -> tuple[tuple[str, str], ...]:
    """(words used, dataset id) of each dataset asked for in one phrase of running text."""
    text = text[:20_000]
    for found in islice(_REQUEST.finditer(text), _MAX_PHRASES):
        words = _END.split(found[1], maxsplit=1)[0].strip(" -–—:*") or found[1]
        asked = each(words, known) or _named(found[1], known)
        if asked:
            return asked
    for found in islice(_REQUEST_ENGLISH.finditer(text), _MAX_PHRASES):
        asked = _named(found[0], known)
        if asked:
            return asked
    return ()


def each(words: str, known: Known) -> tuple[tuple[str, str], ...]:
    """(words, dataset id) of the dataset meant, or of every one in «ก, ข และ ค»; else nothing."""
    whole = match(words, known)
    if whole:
        return ((words, whole),)
    parts = [part for part in _LIST.split(words[: 4 * _LONGEST]) if part.strip()]
    found = [(part, match(part, known)) for part in parts[:_MAX_PHRASES]]
    asked = tuple((part, dataset_id) for part, dataset_id in found if dataset_id)
    return asked if 1 < len(asked) == len(parts) else ()


def _named(text: str, known: Known) -> tuple[tuple[str, str], ...]:
    """(catalogue name, dataset id) that the text names and does not narrow to something else."""
    key = thai.fold(text)
    for folded, dataset_id, name in _folded(known):
        if len(folded) >= _SHORTEST and _holds(key, folded):
            return ((name, dataset_id),)
    return ()


def _holds(key: str, name: str) -> bool:
    """Whether the words hold the name: «จำนวนนักเรียนพิการ» does not hold «จำนวนนักเรียน»."""
    at = key.find(name)
    return at >= 0 and bool(_HARMLESS.match(key, at + len(name)))


def _without_opening(key: str) -> str:
    for opening in _OPENING:
        if key.startswith(opening) and len(key) > len(opening) + 3:
            return key.removeprefix(opening)
    return key


def _contained(key: str, names: tuple[tuple[str, str, str], ...]) -> str | None:
    """One name holds the words, or the words hold the names of one dataset only."""
    around = {dataset_id: name for name, dataset_id, _ in names if key in name}
    if len(around) == 1:
        dataset_id, name = around.popitem()
        if len(key) >= _TELLING or (len(key) >= _SHORTEST and name.startswith(key)):
            return dataset_id
    rest, inside = key, set()
    for name, dataset_id, _ in names:  # longest first, so a name inside a name does not count
        if len(name) >= _SHORTEST and rest.startswith(name) and _holds(rest, name):
            inside.add(dataset_id)
            rest = rest.replace(name, "\n")
    return inside.pop() if len(inside) == 1 else None


def _similar(key: str, names: tuple[tuple[str, str, str], ...]) -> str | None:
    """A spelling variant: close as a whole, and no difference as large as a word."""
    best: dict[str, float] = {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    for name, dataset_id, _ in names:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() < _CLOSE or matcher.quick_ratio() < _CLOSE:
            continue
        if matcher.ratio() >= _CLOSE and _only_slips(matcher, name, key):
            best[dataset_id] = max(best.get(dataset_id, 0.0), matcher.ratio())
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    clear = len(ranked) == 1 or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] >= _CLEAR)
    return ranked[0][0] if clear else None


def _only_slips(matcher: SequenceMatcher[str], name: str, key: str) -> bool:
    """Whether the two differ by slips of one or two letters, or a joining word."""
    for change, a, b, c, d in matcher.get_opcodes():
        if change != "equal" and max(b - a, d - c) > _SLIP and name[a:b] + key[c:d] not in _JOINING:
            return False
    return True
