"""An Office file as a package of parts: whether it may be opened, and what should not be in it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from xml.parsers import expat

from mailproc.datasets.gate.finding import Finding
from mailproc.parsers.attachments import archive, markup
from mailproc.parsers.attachments.content import NotRead
from mailproc.parsers.attachments.markup import Element

CAPS = archive.Caps(total=500_000_000, part=400_000_000, entries=4_000)  # bytes unpacked
_CHUNK = 1 << 17
# The first that fits names what the part is; what fits nothing must be known to its reader.
_UNWANTED = (
    ("macro", re.compile(r"vba|macrosheets|dialogsheets", re.I)),
    ("pivot", re.compile(r"pivot", re.I)),
    ("connection", re.compile(r"connections|querytable|/model/|slicer|timeline|mailmerge", re.I)),
    ("external", re.compile(r"externallink", re.I)),
    ("comment", re.compile(r"comment|persons?/|/people\.xml", re.I)),
    ("image", re.compile(r"/media/|thumbnail|\.(?:png|jpe?g|gif|emf|wmf|svg|tiff?|bmp)$", re.I)),
    ("embedded", re.compile(r"embeddings|activex|ctrlprops|oleobject|webext|afchunk", re.I)),
    ("printer", re.compile(r"printersettings", re.I)),
    ("custom_xml", re.compile(r"customxml|customproperty", re.I)),
    ("changes", re.compile(r"revisions|/userinfo", re.I)),
)
# The picture of an empty page in the template of python-docx.
_EMPTY_PAGE = "96367138"  # SHA-256


@dataclass(slots=True)
class Package:
    """The parts of a file, read when they are needed."""

    zip: zipfile.ZipFile
    names: tuple[str, ...]
    _trees: dict[str, Element] = field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes) -> Package:
        """Raises NotRead for what is encrypted, damaged or would unpack to too much."""
        opened = archive.opened(content, CAPS)
        return cls(opened, tuple(opened.namelist()))

    def tree(self, name: str) -> Element:
        """A small part. Raises NotRead where it is missing, damaged or hostile."""
        if name not in self._trees:
            self._trees[name] = markup.tree(self.zip, name)
        return self._trees[name]

    def has(self, name: str) -> bool:
        return name in self.names

    def feed(self, name: str, parser: expat.XMLParserType) -> None:
        """A large part, as a stream. Raises NotRead."""
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        try:
            with self.zip.open(name) as part:
                while chunk := part.read(_CHUNK):
                    parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise NotRead("damaged") from error
        except (KeyError, RuntimeError, ValueError) as error:
            raise NotRead("damaged") from error

    def relations(self, part: str) -> Mapping[str, tuple[str, str, bool]]:
        """Id → kind, target within the package, whether it is outside."""
        path = PurePosixPath(part)
        name = f"{path.parent / '_rels' / path.name}.rels".removeprefix("./")
        if not self.has(name):
            return {}
        found = {}
        for one in self.tree(name):
            target, outside = one.get("Target", ""), one.get("TargetMode") == "External"
            kind = one.get("Type", "").rpartition("/")[2]
            whole = target if outside else _joined(path.parent, target)
            found[one.get("Id", "")] = (kind, whole, outside)
        return found


def _refuse(*_: object) -> None:
    raise NotRead("doctype")


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = [] if target.startswith("/") else list(folder.parts)
    for one in target.split("/"):
        if one == "..":
            parts = parts[:-1]
        elif one not in ("", "."):
            parts.append(one)
    return "/".join(parts)


def unwanted(package: Package, known: re.Pattern[str]) -> Iterator[Finding]:
    """Parts that hold more than the pages show; `known` are those that the reader looks into."""
    for name in package.names:
        if name.endswith("/") or _is_harmless(package, name):
            continue
        kind = next((k for k, pattern in _UNWANTED if pattern.search(f"/{name}")), "")
        if not kind and known.fullmatch(name):
            continue
        yield Finding(kind or "unexpected", name, what=_said_in(package, name, kind))
    if len(set(package.names)) != len(package.names):
        yield Finding("unexpected", what="twice the same name")
    if package.zip.comment:
        yield Finding("unexpected", what="comment of the zip")


def _said_in(package: Package, name: str, kind: str) -> str:
    """How much a comment holds; not what, as that may be the leak."""
    if kind != "comment" or not name.endswith(".xml"):
        return ""
    try:
        words = "".join("".join(package.tree(name).itertext()).split())
    except NotRead:
        return ""
    return f"{len(words)} ตัวอักษร / characters" if words else ""


def _is_harmless(package: Package, name: str) -> bool:
    """What an empty document of a common program has: its list of no sources, its picture."""
    lower = name.lower()
    if lower.startswith("customxml/"):
        return lower.endswith(".rels") or _is_empty_store(package, name)
    if "thumbnail" in lower:
        return sha256(package.zip.read(name)).hexdigest().startswith(_EMPTY_PAGE)
    return False


def _is_empty_store(package: Package, name: str) -> bool:
    try:
        root = package.tree(name)
    except NotRead:
        return False
    names = {"Sources", "datastoreItem", "schemaRefs", "schemaRef"}
    return all(one.tag in names for one in root.iter()) and not "".join(root.itertext()).strip()


def macros_by_type(package: Package) -> Iterator[Finding]:
    """A file that says it may run something."""
    if not package.has("[Content_Types].xml"):
        raise NotRead("damaged")
    for one in package.tree("[Content_Types].xml"):
        kind = one.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            yield Finding("macro", one.get("PartName", "") or one.get("Extension", ""))


def outside(package: Package, shown: frozenset[str]) -> Iterator[Finding]:
    """Links out of the file; an address that the reader sees written is none."""
    for name in package.names:
        if not name.endswith(".rels"):
            continue
        for one in package.tree(name):
            target = one.get("Target", "")
            if one.get("TargetMode") == "External" and not _is_shown(target, shown):
                yield Finding("external", name, what=target[:40])


def _is_shown(target: str, shown: frozenset[str]) -> bool:
    bare = target.removeprefix("mailto:").rstrip("/")
    return target.startswith(("https://", "http://", "mailto:")) and bare in shown
