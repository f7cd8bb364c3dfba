"""Which dataset of the catalogue is meant by the words a person used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from mailproc import thai
from mailproc.model import Known

_CLOSE = 0.82  # similarity that a spelling variant reaches
_ALIKE = 0.25  # share of letter pairs from which a dataset is worth offering
_CLEAR = 0.06  # distance to the next dataset, below which it is a guess
_LONGEST = 160
LIST = re.compile(
    r"\s{0,9}[,;،+]\s{0,9}(?:and\s{1,9})?(?:the\s{1,9})?|\s{0,9}และ\s{0,9}|\s{1,9}กับ\s{0,9}|\s{1,9}รวมทั้ง\s{0,9}|"
    r"\s{1,9}and\s{1,9}(?:the\s{1,9})?|\s{1,9}&\s{1,9}"
)
_ABBREVIATED = (
    (re.compile(r"(?<![ก-๙])นร(?![ก-๙])\.?|นร\.|(?<=จำนวน)นร(?![ก-๙])"), "นักเรียน"),
    (re.compile(r"(?<![ก-๙])ร\.?ร(?![ก-๙])\.?|รร\.|ร\.ร\."), "โรงเรียน"),
    (re.compile(r"(?<![ก-๙])นศ(?![ก-๙])\.?|นศ\."), "นักศึกษา"),
    (re.compile(r"ผู้เรียน(?!รู้)"), "นักเรียน"),
    (re.compile(r"นักเรียน นักศึกษา"), "นักเรียน"),
    (re.compile(r"ฯ"), ""),
)
_MAY_ABBREVIATE = re.compile("นร|ร\\.?ร|นศ|ผู้เรียน|นักศึกษา|ฯ")
_JOINTS = re.compile(
    r"(?:โดย)?(?:จำแนก|แยก)(?:ตาม|เป็น|ราย)?|ตาม(?:ราย)?|และ|ราย(?=ชั้น|เพศ|โรงเรียน|อำเภอ|กลุ่ม|ห้อง|"
    r"ตำแหน่ง|วิทย|ขนาด|ระดับ)|"
    r"(?<=[a-z])by(?=grade|sex|gender|school|level|rank|size|class)|(?<=[a-z])and(?=grade|sex|"
    r"gender|level|rank|size|class)"
)
_COUNTED = re.compile(r"^(?:จำนวน|ยอด|สถิติ|สรุป|ข้อมูล|ตาราง|รายงาน|numberof|countof)+")
_COUNTS = re.compile(
    r"^(?:(?:ยอด|สถิติ|สรุป|ตาราง|รายงาน)(?:จำนวน)?)+(?=นักเรียน|ครู|ห้อง|โรงเรียน|บุคลากร)"
)
_COMMON = frozenset(
    "ชั้น ชั้นเรียน ระดับชั้น ชาย หญิง ชายหญิง เพศ เพศชายหญิง โรงเรียน อำเภอ grade sex school".split()
)
_MAX_PHRASES = 10
_MAX_PARTS = 7
_LATIN = re.compile(r"[a-z]")
_SLIP = 2  # letters in a row that a misspelling changes
_JOINING = frozenset("และ ตาม ราย ของ แยก and by of the".split())
_HARMLESS = re.compile(  # what may follow a dataset's name, folded, without making it another
    r"(?:(?:โดย)?(?:จำแนก|แยก|แบ่ง)?(?:ตาม|ราย|เป็น|และ|แต่ละ|ทุก)?(?:ระดับ)?(?:ชั้นเรียน|ชั้น|เพศ|โรงเรียน|อำเภอ|"
    r"กลุ่มโรงเรียน|กลุ่ม)(?!เล็ก|พิการ|ด้อย|ขนาด)){0,6}"
    r"(?:$|\n|[0-9]|(?:ประจำ)?ปี|รอบ|ล่าสุด|ทั้ง|ทุก|เพื่อ|ระดับ|เฉพาะ|สพป|สำนักงานเขต|จาก|ครับ|ค่ะ|คะ|นะ|"
    r"หน่อย|ด้วย|"
    r"ของ(?:โรงเรียน|เขต|สพป|สำนักงาน|ปี|อำเภอ)|ใน(?:สังกัด|เขต|อำเภอ|จังหวัด|ปี|พื้นที่|โรงเรียน(?:ใน|ทั้ง|$))|"
    r"(?:and)?by(?:grade|sex|gender|school|level|district)|"
    r"(?:for|from|in|of|at|as)(?:the|all|academic|school|year|[0-9]|area|district|our|your|each|"
    r"every|an?excel|excel|csv|pdf|grade)|"
    r"(?:ชั้น)?(?:[ปมอ][0-9]|อนุบาล|ประถม|มัธยม)|data|dataset|statistics|figures|information|"
    r"please|academic|year|round|latest)"
)
_TELLING = 10  # letters that tell a dataset although they are not the beginning of its name
_SHORTEST = 6  # letters; a shorter word is in too many names
_WORD_BEFORE = re.compile(
    r"(?:^|และ|ตาม|แยก|จำนวน|ข้อมูล|สถิติ|ราย|รายชื่อ|ของ|การ|ผล|ประเมิน|ทดสอบ|คะแนน|สอบ|ยอด|สรุป|แนวโน้ม|อัตรา|ต่อ|"
    r"ประเภท|ขนาด|[a-z0-9])$"
)
_SHORTEST_PART = 3
_PART_BEFORE = re.compile(
    r"(?:^|จำนวน|ข้อมูล|สถิติ|ทำเนียบ|ทะเบียน|รายชื่อ|number of|numberof|listof|data)$"
)
_OPENING = tuple(
    thai.fold(words)
    for words in (
        "ขอข้อมูลสารสนเทศ|ขอข้อมูล|ข้อมูลสารสนเทศ|ข้อมูลเกี่ยวกับ|ข้อมูลด้าน|ข้อมูล|สารสนเทศ|สถิติ|รายงาน|ตาราง|"
        "รายชื่อและ|ไฟล์|ขอ|"
        "the number of|number of|numbers of|the list of|data on|data about|data of|statistics on|"
        "information on|the"
    ).split("|")
)
_REQUEST = re.compile(
    r"(?:ขอ(?:ความอนุเคราะห์|รับ|ใช้|ทราบ)?(?:บริการ)?|ต้องการ|"
    r"ประสงค์(?:จะ)?ขอ(?:รับ)?)\s?ข้อมูล(?:สารสนเทศ|สถิติ)?(?:ทางการศึกษา)?\s{0,9}[-–—:]?\s{0,9}"
    r"([^\n]{4,200})"
)
_REQUEST_ENGLISH = re.compile(
    r"\brequest(?:ing|s)?\b[^\n.]{0,40}?\b(?:data|dataset|statistics|list|number)\b[^\n]{0,120}",
    re.I,
)
_END = re.compile(
    r"\s{0,9}(?:ประจำ)?\s{0,9}ปีการศึกษา|\s{1,9}(?:ประจำ)?ปี\s?(?:พ\.?ศ\.?)?\s?[0-9๐-๙]|\s{0,9}เพื่อ|"
    r"\s{0,9}ของ(?:โรงเรียน|เขต|สพป)|\s{0,9}รอบ(?:ที่|ข้อมูล)|\s{0,9}จาก(?:ท่าน|สพป|สำนักงาน)|"
    r"\s{1,9}(?:for|from|in|to)\s|"
    r"\s{0,9}(?:ครับ|ค่ะ|คะ|นะ|ด้วย|หน่อย)(?:\s|$)|[,.;()\"“”]"
)


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """The names of a catalogue, made ready for comparing."""

    names: tuple[tuple[str, str, str], ...]  # (folded name, dataset id, name), longest first
    exact: dict[str, frozenset[str]]
    parts: dict[frozenset[str], frozenset[str]]  # whatever the order and the joining words
    attributes: dict[str, frozenset[str]]  # by what the names of a dataset tell apart
    pairs: tuple[tuple[frozenset[str], str, str], ...]  # (pairs of letters, folded name, id)


@lru_cache(maxsize=8)
def _index(known: Known) -> _Index:
    named = {(_key(name), dataset_id, name) for dataset_id, all_ in known.datasets for name in all_}
    names = tuple(sorted((n for n in named if n[0]), key=lambda n: (-len(n[0]), n)))
    exact: dict[str, frozenset[str]] = {}
    parts: dict[frozenset[str], frozenset[str]] = {}
    for key, dataset_id, _ in names:
        exact[key] = exact.get(key, frozenset()) | {dataset_id}
        parts[_parts(key)] = parts.get(_parts(key), frozenset()) | {dataset_id}
    pairs = tuple((_letter_pairs(key), key, dataset_id) for key, dataset_id, _ in names)
    return _Index(names, exact, parts, _attributes(names), pairs)


def _attributes(names: tuple[tuple[str, str, str], ...]) -> dict[str, frozenset[str]]:
    """By dataset the words behind «จำแนกตาม», «แยก», «by» in any of its names."""
    found: dict[str, set[str]] = {}
    for key, dataset_id, _ in names:
        parts = [part for part in _JOINTS.split(key) if part]
        found.setdefault(dataset_id, set()).update(parts[1:])
    return {dataset_id: frozenset(parts) for dataset_id, parts in found.items()}


def _letter_pairs(key: str) -> frozenset[str]:
    return frozenset(key[at : at + 2] for at in range(len(key) - 1))


def _key(words: str) -> str:
    """The folded words with abbreviations written out: «จำนวน นร.» is «จำนวนนักเรียน»."""
    if _MAY_ABBREVIATE.search(words):
        for pattern, full in _ABBREVIATED:
            words = pattern.sub(full, words)
    return thai.fold(words)


def _parts(key: str) -> frozenset[str]:
    """«จำนวนนักเรียนแยกเพศแยกชั้น» as {นักเรียน, เพศ, ชั้น}."""
    parts = [part for part in _JOINTS.split(key) if part]
    if len(parts) < 2:
        return frozenset({_COUNTS.sub("จำนวน", key)})
    return frozenset({_COUNTED.sub("", parts[0]) or parts[0], *parts[1:]})


def is_name(words: str, known: Known) -> bool:
    """Whether the words are a name of the catalogue, letter by letter."""
    return len(words) <= _LONGEST and _key(words) in _index(known).exact


def is_part_of_name(words: str, known: Known) -> bool:
    """Whether the words are a thing that names of the catalogue are about: «นักเรียน», «ครู»."""
    key = _key(words[:_LONGEST])
    return len(key) >= _SHORTEST_PART and any(
        _PART_BEFORE.search(name, 0, at) is not None and _HARMLESS.match(name, at + len(key))
        for name, _, _ in _index(known).names
        if (at := name.find(key)) >= 0
    )


def match(words: str, known: Known) -> str | None:
    """The id of the one dataset clearly meant; None where none is, or it could be two."""
    key = _key(words[: 2 * _LONGEST])
    if not key or len(key) > _LONGEST:
        return None
    index = _index(known)
    bare = _without_opening(key)
    nobody: frozenset[str] = frozenset()
    same = index.exact.get(key) or index.exact.get(bare) or index.parts.get(_parts(key), nobody)
    same = same or index.parts.get(_parts(bare), nobody)
    if same:
        return next(iter(same)) if len(same) == 1 else None
    return _by_attributes(bare, index) or _contained(bare, index.names) or _similar(bare, index)


def _by_attributes(key: str, index: _Index) -> str | None:
    """A name and further things by which it is told apart: «… จำแนกตามวิทยฐานะ», «แยกชาย-หญิง»."""
    for joint in islice(_JOINTS.finditer(key), _MAX_PARTS):
        head = key[: joint.start()]
        ids = index.exact.get(head) or index.parts.get(_parts(head)) or frozenset()
        told = [part for part in _JOINTS.split(key[joint.start() :]) if part]
        if len(ids) == 1 and told:
            (dataset_id,) = ids
            if all(part in index.attributes[dataset_id] | _COMMON for part in told):
                return dataset_id
    return None


def nearest(words: str, known: Known, limit: int = 5) -> tuple[str, ...]:
    """The ids of the datasets most like the words, most similar first, for a choice to offer."""
    key = _without_opening(_key(words[:_LONGEST]))
    pairs = _letter_pairs(key)
    best: dict[str, float] = {}
    for other, name, dataset_id in _index(known).pairs:
        shared = len(pairs & other)
        likeness = 2 * shared / (len(pairs) + len(other)) if pairs and other else 0.0
        if name in key or key in name:
            likeness += 0.2
        best[dataset_id] = max(best.get(dataset_id, 0.0), likeness)
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(dataset_id for dataset_id, likeness in ranked[:limit] if likeness >= _ALIKE)


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
    found = in_list(words[: 4 * _LONGEST], known)
    whole_list = found and all(dataset_id for _, dataset_id in found)
    return tuple((w, i) for w, i in found if i) if whole_list and len(found) > 1 else ()


def in_list(words: str, known: Known) -> list[tuple[str, str | None]]:
    """The parts of «ก, ข และ ค», joined again where a name holds «และ» itself."""
    cuts = [(0, 0), *((m.start(), m.end()) for m in islice(LIST.finditer(words), _MAX_PARTS))]
    cuts.append((len(words), len(words)))
    found: list[tuple[str, str | None]] = []
    at = 0
    while at < len(cuts) - 1:
        for end in range(len(cuts) - 1, at, -1):
            part = words[cuts[at][1] : cuts[end][0]].strip()
            dataset_id = match(part, known) if part else None
            if dataset_id or end == at + 1:
                break
        if part:
            found.append((part, dataset_id))
        at = end
    return found


def _named(text: str, known: Known) -> tuple[tuple[str, str], ...]:
    """(catalogue name, dataset id) that the text names and does not narrow to something else."""
    key = _key(text)
    for folded, dataset_id, name in _index(known).names:
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
        if _is_word_of(key, name) and (
            len(key) >= _TELLING or (len(key) >= _SHORTEST and name.startswith(key))
        ):
            return dataset_id
    rest, inside = key, set()
    for name, dataset_id, _ in names:  # longest first, so a name inside a name does not count
        if len(name) >= _SHORTEST and rest.startswith(name) and _holds(rest, name):
            inside.add(dataset_id)
            rest = rest.replace(name, "\n")
    return inside.pop() if len(inside) == 1 else None


def _is_word_of(key: str, name: str) -> bool:
    """Whether the words begin where a word of the name does: «ทางการศึกษา» is the end of one."""
    at = name.find(key)
    return at >= 0 and (key.isascii() or _WORD_BEFORE.search(name, 0, at) is not None)


def _similar(key: str, index: _Index) -> str | None:
    """A spelling variant: close as a whole, and no difference as large as a word."""
    best: dict[str, float] = {}
    pairs = _letter_pairs(key)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    for other, name, dataset_id in index.pairs:
        if abs(len(name) - len(key)) > 6 or 2 * len(pairs & other) < len(pairs):
            continue
        matcher.set_seq1(name)
        if matcher.ratio() >= _CLOSE and _only_slips(matcher, name, key):
            best[dataset_id] = max(best.get(dataset_id, 0.0), matcher.ratio())
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    clear = len(ranked) == 1 or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] >= _CLEAR)
    return ranked[0][0] if clear else None


def _only_slips(matcher: SequenceMatcher[str], name: str, key: str) -> bool:
    """Whether the two differ by slips of one or two letters, or a joining word."""
    for change, a, b, c, d in matcher.get_opcodes():
        if change == "equal" or name[a:b] + key[c:d] in _JOINING:
            continue
        if max(b - a, d - c) > _SLIP:
            return False
        if not name.isascii() and _LATIN.search(name[a:b] + key[c:d]):
            return False  # «O-NET» among Thai words is another test than «NT»
        if change == "insert" and d == len(key) and (d - c > 1 or key[c:d].isascii()):
            return False  # «จำนวนนักเรียน G» says more than its name
    return True
