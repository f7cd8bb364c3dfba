"""Which letters go in one mail, and which files are too big for any: pure over what it is told.

See docs/adr/0011 for bundles and docs/adr/0013 for links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

LARGEST = 10_000_000  # bytes of a mail; Postfix takes 10,240,000 unless told otherwise
OVERHEAD = 100_000  # bytes of a mail besides its files: texts, header, links
TOO_BIG = "too_big"  # why a letter is held
Row = sa.Row[Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server and the office allow."""

    largest: int = LARGEST  # bytes of a mail on the wire
    may_link: bool = True  # files can be fetched from our page


def wire_size(size: int) -> int:
    """Bytes of a file in a mail: base64 in lines of 76 and CRLF (RFC 2045, 6.8)."""
    return -(-size // 57) * 78


def together(rows: Sequence[Row]) -> list[list[Row]]:
    """The letters of each mail, in the order of their first letters."""
    mails: dict[str, list[Row]] = {}
    for row in rows:
        name = row.bundle or f"{row.id}"
        while any(other.request_id == row.request_id for other in mails.get(name, ())):
            name += "+"  # one mail never speaks twice of one request
        mails.setdefault(name, []).append(row)
    return list(mails.values())


def too_big(row: Row, sizes: Mapping[int, int], limits: Limits) -> bool:
    """Whether the letter's file fits into no mail, or was refused as too big before."""
    if row.file_id is None:
        return False
    linked = row.link_id is not None and row.audience == "requester"
    return linked or is_big(sizes.get(row.file_id, 0), limits)


def is_big(size: int, limits: Limits) -> bool:
    """Whether a file of so many bytes fits into no mail."""
    return wire_size(size) > limits.largest - OVERHEAD


def by_size(mail: Sequence[Row], weights: Mapping[int, int], largest: int) -> Iterator[list[Row]]:
    """The mail, or several where its files together are too big for one.

    `weights`: bytes on the wire by the letter's id; none for a letter without a file.
    """
    filled, number = 0, 0
    numbered = []
    for row in mail:
        weight = weights.get(row.id, 0)
        if filled and filled + weight > largest - OVERHEAD:
            number, filled = number + 1, 0
        filled += weight
        numbered.append((number, row))
    for _, part in groupby(numbered, key=lambda one: one[0]):
        yield [row for _, row in part]
