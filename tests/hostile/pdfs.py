"""PDF files: bombs, circles, huge tables, scripts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import partial

from tests.hostile.wrap import Make, many, with_file

_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"


def pdf(
    objects: Mapping[int, bytes], trailer: bytes = b"/Root 1 0 R", at: int | None = None
) -> bytes:
    """A file of these objects with a sound table, unless `at` says where it is."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out) if at is None else at
    size = max(objects) + 1
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table)
    return bytes(out)


def _stream(data: bytes, head: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(data), data)


def with_form(fields: Mapping[int, bytes], kids: bytes, catalog: bytes = b"") -> bytes:
    """One page and an AcroForm."""
    root = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>%s>>" % (kids, catalog)
    return pdf({1: root, 2: _PAGES, 3: _PAGE, **fields})


def text_field(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    return b"<</FT/Tx/T(%s)/V(%s)%s>>" % (name, value, more)


def _objects(scale: float) -> bytes:
    more = {n: b"<</A %d 0 R>>" % (n + 1) for n in range(4, many(100_000, scale) + 4)}
    return with_form(
        {4: text_field(b"name", b"a"), **{n + 1: v for n, v in more.items()}}, b"4 0 R"
    )


def _fields(scale: float) -> bytes:
    fields = {n: text_field(b"f%d" % n, b"v" * 50) for n in range(4, many(10_000, scale) + 4)}
    return with_form(fields, b" ".join(b"%d 0 R" % n for n in fields))


def _circle(scale: float) -> bytes:
    fields = {
        4: b"<</T(a)/Kids[5 0 R 4 0 R]/Parent 5 0 R>>",
        5: b"<</T(b)/Kids[4 0 R 5 0 R]/Parent 4 0 R>>",
    }
    return with_form(fields, b"4 0 R 5 0 R 4 0 R")


def _tree(scale: float) -> bytes:
    """Each field has the next one twice as a child: 2^n to walk."""
    fields = {n: b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (n + 1, n + 1) for n in range(4, 64)}
    return with_form({**fields, 64: text_field(b"a", b"b")}, b"4 0 R")


def _deep(scale: float) -> bytes:
    count = many(20_000, scale)
    fields = {
        n: b"<</T(a)/Kids[%d 0 R]/Parent %d 0 R>>" % (n + 1, n - 1) for n in range(4, count + 4)
    }
    return with_form(fields, b"4 0 R")


def _pages(scale: float) -> bytes:
    """A tree of pages that holds itself."""
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 1000000000/Parent 3 0 R>>",
            3: b"<</Type/Pages/Kids[2 0 R]/Count -1/Parent 2 0 R>>",
        }
    )


def _pages_twice(scale: float) -> bytes:
    nodes = {
        n: b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>" % (n + 1, n + 1) for n in range(2, 60)
    }
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", **nodes, 60: _PAGE})


def _zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(max(1, count >> 20)))
    return data + packer.flush()


def _bomb(scale: float) -> bytes:
    page = _PAGE[:-2] + b"/Contents 4 0 R>>"
    root = b"<</Type/Catalog/Pages 2 0 R>>"
    content = _stream(_zeros(many(2_000_000_000, scale)), b"/Filter/FlateDecode")
    return pdf({1: root, 2: _PAGES, 3: page, 4: content})


def _bomb_in_a_bomb(scale: float) -> bytes:
    content = zlib.compress(_zeros(many(2_000_000_000, scale)), 9)
    page = _PAGE[:-2] + b"/Contents 4 0 R>>"
    head = b"/Filter[/FlateDecode/FlateDecode/ASCIIHexDecode]"
    root = b"<</Type/Catalog/Pages 2 0 R>>"
    return pdf({1: root, 2: _PAGES, 3: page, 4: _stream(content, head)})


def _bomb_of_objects(scale: float) -> bytes:
    """An object stream that unpacks without end, on the way to the form."""
    root = b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>"
    head = b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode"
    return pdf(
        {1: root, 2: _PAGES, 3: _PAGE, 5: b"5 0 R", 6: _stream(_zeros(many(10**9, scale)), head)}
    )


def _xref_stream_bomb(scale: float) -> bytes:
    """A table that says it has a billion rows."""
    data = _zeros(many(1_000_000_000, scale))
    head = b"/Type/XRef/Size 1000000000/W[1 8 8]/Index[0 1000000000]/Root 1 0 R/Filter/FlateDecode"
    body = b"%PDF-1.7\n"
    return body + b"1 0 obj\n%s\nendobj\nstartxref\n9\n%%%%EOF\n" % _stream(data, head)


def _table(scale: float) -> bytes:
    """A table of 500,000 rows, and none is right."""
    rows = b"0000000000 00000 n \n" * many(500_000, scale)
    head = b"%PDF-1.4\n"
    count = len(rows) // 20
    table = b"xref\n0 %d\n" % count
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n9\n%%%%EOF\n" % count
    return head + table + rows + end


def _long_chain(scale: float) -> bytes:
    """Tables that each name the one before, the first names the last."""
    out = bytearray(b"%PDF-1.4\n")
    before = len(out) + 60
    for _ in range(many(20_000, scale)):
        at = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 1/Root 1 0 R/Prev %010d>>\n" % before
        before = at
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % before


def _prev_circle(scale: float) -> bytes:
    return b"%PDF-1.4\nxref\n0 0\ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n"


def _nested(piece: bytes) -> Make:
    def make(scale: float) -> bytes:
        return pdf(
            {1: b"<</Type/Catalog/Pages 2 0 R/X %s>>" % (piece * many(200_000, scale)), 2: _PAGES}
        )

    return make


def _script(scale: float) -> bytes:
    action = b"/OpenAction<</S/JavaScript/JS(app.alert(1); while(true){})>>"
    action += b"/AA<</WC<</S/Launch/F(/bin/sh)>>>>/Names<</JavaScript 4 0 R>>"
    return with_form({4: text_field(b"name", b"a")}, b"4 0 R", action)


def _outside(scale: float) -> bytes:
    fields = {4: text_field(b"a", b"b", b"/A<</S/URI/URI(http://127.0.0.1:9/x)>>")}
    more = b'/AcroForm2<</XFA(<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>)>>'
    return with_form(fields, b"4 0 R", more)


def _encrypted(scale: float) -> bytes:
    lock = b"/Encrypt 4 0 R/ID[<00><00>]"
    key = b"<</Filter/Standard/V 5/R 6/Length 256/O<%s>/U<%s>/P -1/OE<00>/UE<00>/Perms<00>>>"
    root = b"<</Type/Catalog/Pages 2 0 R>>"
    return pdf(
        {1: root, 2: _PAGES, 3: _PAGE, 4: key % (b"00" * 48, b"00" * 48)}, b"/Root 1 0 R" + lock
    )


def _encrypted_oddly(scale: float) -> bytes:
    lock = b"/Encrypt<</Filter/Standard/V -9/R 99/Length 999999999/O(a)/U(b)/P(x)>>"
    root = b"<</Type/Catalog/Pages 2 0 R>>"
    return pdf({1: root, 2: _PAGES, 3: _PAGE}, b"/Root 1 0 R" + lock)


def _numbers(scale: float) -> bytes:
    fields = {
        4: b"<</FT/Tx/T(a)/V %s>>" % (b"9" * 100_000),
        5: b"<</FT/Btn/T(b)/V/%s>>" % (b"#41" * 100_000),
        6: b"<</FT/Ch/T(c)/V[%s]>>" % (b"(x)" * 100_000),
        7: b"<</FT/Tx/T(d)/V %s>>" % (b"(" * 50_000 + b")" * 50_000),
        8: b"<</FT/Tx/T 8 0 R/V 8 0 R>>",
    }
    return with_form(fields, b"4 0 R 5 0 R 6 0 R 7 0 R 8 0 R 99 0 R null (x) 7")


def _long_values(scale: float) -> bytes:
    value = b"\xfe\xff" + "ก".encode("utf-16-be") * many(5_000_000, scale)
    value = value.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return with_form({4: text_field(b"name", value)}, b"4 0 R")


_BUILDERS: dict[str, Make] = {
    "100,000 objects": _objects,
    "10,000 fields": _fields,
    "fields in a circle": _circle,
    "fields twice at each level": _tree,
    "fields 20,000 deep": _deep,
    "pages in a circle": _pages,
    "pages twice at each level": _pages_twice,
    "a stream of 2 GB": _bomb,
    "a stream packed twice": _bomb_in_a_bomb,
    "objects in a bomb": _bomb_of_objects,
    "a table in a bomb": _xref_stream_bomb,
    "a table of 500,000 rows": _table,
    "a chain of 20,000 tables": _long_chain,
    "tables in a circle": _prev_circle,
    "arrays 200,000 deep": _nested(b"["),
    "dictionaries 200,000 deep": _nested(b"<</A"),
    "open strings": _nested(b"("),
    "a script": _script,
    "references to elsewhere": _outside,
    "encrypted": _encrypted,
    "encrypted with odd numbers": _encrypted_oddly,
    "odd values": _numbers,
    "a value of 10 MB": _long_values,
    "only a head": lambda scale: b"%PDF-1.7\n",
    "only an end": lambda scale: (
        b"%PDF-1.7\n" + b"\n" * many(10**7, scale) + b"startxref\n-1\n%%EOF"
    ),
    "a million ends": lambda scale: b"%PDF-1.7\n" + b"startxref\n9\n%%EOF\n" * many(10**6, scale),
    "a million object heads": lambda scale: b"%PDF-1.7\n" + b"1 0 obj\n" * many(10**6, scale),
    "noise": lambda scale: b"%PDF-1.7\n" + bytes(range(256)) * many(20_000, scale),
}


def _attached(build: Make, scale: float) -> bytes:
    return with_file(build(scale), "a.pdf", "application/pdf")


CASES: dict[str, Make] = {name: partial(_attached, build) for name, build in _BUILDERS.items()}
