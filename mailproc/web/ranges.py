"""Parts of a file over HTTP (RFC 9110, sections 8.8.3, 13 and 14), so that a download can go on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.I)
_LONGEST = 18  # digits; more is no size of a file


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: bytes `first` to `last` of the file, both included; none with 304 and 416."""

    status: int
    first: int = 0
    last: int = -1

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def headers(self, size: int, etag: str) -> dict[str, str]:
        told = {"ETag": etag, "Accept-Ranges": "bytes", "Content-Length": str(self.length)}
        if self.status == 206:
            told["Content-Range"] = f"bytes {self.first}-{self.last}/{size}"
        elif self.status == 416:
            told["Content-Range"] = f"bytes */{size}"
        elif self.status == 304:
            del told["Content-Length"]
        return told


def answer(asked: Mapping[str, str], size: int, etag: str) -> Answer:
    """What the header fields ask for; several ranges, which nobody needs here, give the whole."""
    if _names(asked.get("if-none-match", ""), etag):
        return Answer(304)
    whole = Answer(200, 0, size - 1)
    same = asked.get("if-range", etag).strip() == etag  # a weak tag or a date is not the same
    found = _ONE_RANGE.fullmatch(asked.get("range", "").strip())
    if found is None or not same or max(map(len, found.groups())) > _LONGEST:
        return whole
    first, last = found.groups()
    if first:
        return _part(int(first), min(int(last) if last else size, size - 1), size)
    return _part(max(size - int(last), 0), size - 1, size) if last else whole


def _part(first: int, last: int, size: int) -> Answer:
    if first >= size:
        return Answer(416)
    return Answer(206, first, last) if first <= last else Answer(200, 0, size - 1)


def _names(tags: str, etag: str) -> bool:
    """Weak comparison: an `If-None-Match` lists tags, or says «*»."""
    listed = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    return etag in listed or "*" in listed
