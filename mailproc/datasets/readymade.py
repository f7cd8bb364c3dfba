"""Ready-made files of the catalogue: a yearly report as PDF, a workbook somebody made.

They lie beside their TOML file and leave byte for byte; each is a round by its own digest.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from mailproc.datasets.entry import Entry
from mailproc.datasets.shape import ReadyFile
from mailproc.digest import canonical
from mailproc.errors import NeedsPerson
from mailproc.model import Dataset, FileFacts, Item, Prepared, Question, Round
from mailproc.thai import fold

_EVERYTHING = frozenset(map(fold, ("-", "ไม่มี", "ทั้งหมด", "ทั้งเขต", "ทุกโรงเรียน", "all", "none")))
_KEPT = 32  # files whose digest and facts are remembered


def rounds(entry: Entry, folder: Path) -> tuple[Round, ...]:
    """One per file, newest first; a file that can't be read is not offered."""
    found = (_round(one, entry, folder) for one in entry.files)
    newest = sorted(filter(None, found), key=lambda r: (r.academic_year, r.round), reverse=True)
    return tuple(newest)


def _round(one: ReadyFile, entry: Entry, folder: Path) -> Round | None:
    path = folder / one.file
    try:
        state = path.stat()
    except OSError:
        return None
    digest = _digest(path, state.st_mtime_ns, state.st_size)
    source = one.source_th or entry.metadata.data_source_th
    return Round(one.academic_year, one.round, one.as_of.isoformat(), source, digest)


@lru_cache(maxsize=_KEPT)
def _digest(path: Path, _changed: int, _size: int) -> str:
    return sha256(path.read_bytes()).hexdigest()


def prepare(item: Item, dataset: Dataset, entry: Entry, chosen: Round) -> Prepared | Question:
    """What the director is shown of the file. It can't be narrowed: a condition is asked back.

    Raises NeedsPerson where the file is gone or another than the catalogue read.
    """
    if said := [words for words in item.filters if fold(words) not in _EVERYTHING]:
        return Question("filters", "whole_file", ", ".join(said))
    one = next(f for f in entry.files if (f.academic_year, f.round) == _key(chosen))
    path = Path(dataset.folder) / one.file
    content = _read(path, chosen.digest)
    kind = path.suffix.lower().lstrip(".")
    return Prepared(
        dataset_id=dataset.id,
        title_th=dataset.title_th,
        title_en=dataset.title_en,
        academic_year=chosen.academic_year,
        round=chosen.round,
        level=dataset.levels[0],
        filters=(),
        format=kind,
        query=canonical({"file": str(path), "sha256": chosen.digest}),
        rows=0,
        columns=(),
        hidden_cells=0,
        suppression="none",
        sensitivity=dataset.sensitivity,
        sample=(),
        as_of=chosen.as_of,
        source=chosen.source,
        round_digest=chosen.digest,
        dataset_digest=dataset.digest,
        result_digest=chosen.digest,
        file=facts(path.name, content, chosen.digest, kind),
    )


def content_of(prepared: Prepared) -> bytes:
    """The file that was prepared. Raises NeedsPerson where it is gone or another."""
    told = json.loads(prepared.query)
    return _read(Path(told["file"]), told["sha256"])


def _key(chosen: Round) -> tuple[int, int]:
    return chosen.academic_year, chosen.round


def _read(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NeedsPerson(f"{path.name}: {error.strerror}") from error
    if sha256(content).hexdigest() != digest:
        raise NeedsPerson(f"{path.name} is another file than the catalogue read; start it anew.")
    return content


def facts(name: str, content: bytes, digest: str, kind: str) -> FileFacts:
    """Size and length of a file, as whoever decides is shown it."""
    return FileFacts(name, len(content), *_counted(content, digest, kind))


_counts: dict[str, tuple[str, int]] = {}


def _counted(content: bytes, digest: str, kind: str) -> tuple[str, int]:
    """How many pages, sheets or rows; 0 where the file does not say."""
    if digest not in _counts:
        if len(_counts) >= _KEPT:
            _counts.clear()
        counted = {"pdf": _pages, "xlsx": _sheets, "csv": _rows, "docx": _unknown}[kind]
        _counts[digest] = counted(content)
    return _counts[digest]


def _pages(content: bytes) -> tuple[str, int]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return "pages", len(PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, OSError):
        return "pages", 0


def _sheets(content: bytes) -> tuple[str, int]:
    from mailproc.datasets.importing.problems import Unreadable
    from mailproc.datasets.importing.xlsxfile import Book

    try:
        return "sheets", len(Book(content).sheets)
    except Unreadable:
        return "sheets", 0


def _rows(content: bytes) -> tuple[str, int]:
    return "rows", max(0, len(content.splitlines()) - 1)


def _unknown(content: bytes) -> tuple[str, int]:
    """Word counts its pages as it prints them."""
    return "pages", 0


def faults(entry: Entry, folder: Path) -> Iterator[tuple[str, str]]:
    """(key, what is wrong) of a catalogue file that offers ready-made ones."""
    if not entry.files:
        yield "files", "missing: a dataset of files needs at least one [[files]]"
    for at, one in enumerate(entry.files):
        path = (folder / one.file).resolve()
        kind = path.suffix.lower().lstrip(".")
        if not path.is_relative_to(folder.resolve()):
            yield f"files.{at}.file", "must lie inside the catalogue folder"
        elif not path.is_file():
            yield f"files.{at}.file", f"no such file: {one.file}"
        if entry.formats != (kind,):
            yield f"files.{at}.file", f"formats must be [«{kind}»]: all files are of one kind"
    keys = [(one.academic_year, one.round) for one in entry.files]
    for year, number in sorted({key for key in keys if keys.count(key) > 1}):
        yield "files", f"two files for {year}, round {number}"
    yield from _out_of_place(entry)


def _out_of_place(entry: Entry) -> Iterator[tuple[str, str]]:
    given: Sequence[tuple[str, bool]] = (
        ("tables", bool(entry.tables)),
        ("measures", bool(entry.measures)),
        ("small_cells", entry.small_cells.policy != "none"),
    )
    for key, there in given:
        if there:
            yield key, "a ready-made file leaves as it is; it has none"
