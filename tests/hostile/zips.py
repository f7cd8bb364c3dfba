"""Zip files written by hand, since no library writes what these hold."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: `packed` as it is stored; sizes may lie."""

    name: str
    packed: bytes
    size: int  # as declared, unpacked
    crc: int = 0
    method: int = 8
    flags: int = 0
    at: int = -1  # offset of another's data; -1 writes its own


def entry(name: str, content: bytes, **changes: int) -> Entry:
    """An honest member."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    fields = {"size": len(content), "crc": zlib.crc32(content)} | changes
    return Entry(name, packed, **fields)


def zeros(name: str, count: int, declared: int | None = None, byte: bytes = b"\x00") -> Entry:
    """A member that unpacks to `count` bytes, made without ever holding them."""
    block = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(byte * block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    size = max(1, count // block) * block
    return Entry(name, once * (size // block) + end, size if declared is None else declared)


def pack(entries: Iterable[Entry], comment: bytes = b"", count: int | None = None) -> bytes:
    """The archive; `count` in its end record may lie."""
    out, directory, number = bytearray(), bytearray(), 0
    for each in entries:
        number += 1
        name = each.name.encode("utf-8")
        at = len(out) if each.at < 0 else each.at
        size = min(each.size, 0xFFFFFFFE)
        common = struct.pack(
            "<HHHHHIIIHH", 20, each.flags | 0x800, each.method, 0, 0x5B76, each.crc,
            len(each.packed), size, len(name), 0,
        )  # fmt: skip
        if each.at < 0:
            out += b"PK\x03\x04" + common + name + each.packed
        directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
    number = min(number if count is None else count, 0xFFFF)
    end = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, number, number, len(directory), len(out), len(comment)
    )
    return bytes(out + directory) + end + comment
