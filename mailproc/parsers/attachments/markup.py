"""XML from strangers: a part of an office file as a stream of elements, within limits.

Any DOCTYPE ends the reading, so no entity is ever declared (expat tells of it before the first
one); elements, depth and bytes are counted.
"""

from __future__ import annotations

import zipfile
import zlib
from xml.etree import ElementTree

from mailproc.parsers.attachments.content import NotRead

MAX_ELEMENTS = 600_000
_MAX_DEPTH = 200
_CHUNK = 1 << 16
Element = ElementTree.Element


class Done(Exception):
    """The reader has what it wants; the rest of the part is not unpacked."""


class Target:
    """Gets the elements one by one; a reader overrides what it needs."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > _MAX_DEPTH:
            raise NotRead("bomb")
        self.opened(tag.rpartition("}")[2], attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1
        self.closed(tag.rpartition("}")[2])

    def data(self, text: str) -> None: ...

    def opened(self, tag: str, attributes: dict[str, str]) -> None: ...

    def closed(self, tag: str) -> None: ...

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise NotRead("doctype")

    def close(self) -> None: ...


class _Tree(Target):
    """Builds a tree; tags and attribute names without their namespaces."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = ElementTree.TreeBuilder()

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self.builder.start(tag, {k.rpartition("}")[2]: v for k, v in attributes.items()})

    def closed(self, tag: str) -> None:
        self.builder.end(tag)

    def data(self, text: str) -> None:
        self.builder.data(text)


def stream(archive: zipfile.ZipFile, name: str, target: Target) -> None:
    """Feeds a part to a target; raises NotRead for what is damaged or hostile."""
    parser = ElementTree.XMLParser(target=target)  # noqa: S314 - Target refuses DOCTYPE
    try:
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                parser.feed(chunk)
        parser.close()
    except Done:
        return
    except (ElementTree.ParseError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise NotRead("damaged") from error
    except (LookupError, ValueError, RuntimeError, OSError) as error:
        raise NotRead("damaged") from error


def tree(archive: zipfile.ZipFile, name: str) -> Element:
    """A part as a tree, without namespaces; raises NotRead."""
    target = _Tree()
    stream(archive, name, target)
    try:
        root: Element = target.builder.close()
    except AssertionError as error:
        raise NotRead("damaged") from error
    return root
