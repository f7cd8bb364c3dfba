"""Word documents: paragraphs, tables, content controls, old form fields, text boxes.

Read from the XML itself, since python-docx leaves out content controls and text boxes. Headers,
footers, deleted, hidden and struck-out text say nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailproc.parsers.attachments import draft, hints, markup
from mailproc.parsers.attachments.content import Content, NotRead
from mailproc.parsers.attachments.draft import Draft
from mailproc.parsers.attachments.grid import Cell, Rows
from mailproc.parsers.attachments.markup import Element
from mailproc.parsers.naming import sensed

MAX_ROWS, MAX_COLUMNS = 2_000, 50
_MAX_CONTROLS = 2_000
_SKIPPED = frozenset(
    "del moveFrom delText instrText delInstrText pPr rPr tblPr trPr tblGrid sectPr sdtPr sdtEndPr "
    "Fallback proofErr annotationRef footnoteReference endnoteReference".split()
)
_TICKED = frozenset({"fe", "fc", "52", "fd", "78", "50", "54", "51", "53", "fb"})
_EMPTY = frozenset({"a8", "6f", "a3", "71", "a1", "72", "2a"})
_OFF = frozenset({"0", "false", "off", "none"})
_MAIN = "word/document.xml"


def read(archive: zipfile.ZipFile, name: str) -> Content:
    """What the document says; raises NotRead."""
    body = markup.tree(archive, _main_part(archive)).find("body")
    if body is None:
        raise NotRead("damaged")
    reader = _Document(name)
    reader.blocks(body)
    content = reader.draft.done()
    draft.add_named(content, reader.controls, name)
    return content


def _main_part(archive: zipfile.ZipFile) -> str:
    """The part that the package's relations name; `word/document.xml` in nearly all."""
    if "_rels/.rels" in archive.namelist():
        for relation in markup.tree(archive, "_rels/.rels"):
            if relation.get("Type", "").endswith("/officeDocument"):
                target = relation.get("Target", "").lstrip("/")
                if target in archive.namelist():
                    return target
    return _MAIN


@dataclass(slots=True)
class _Text:
    """The words of a paragraph as they are put together, and what hangs from it."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)


class _Document:
    def __init__(self, name: str) -> None:
        self.draft = Draft(name)
        self.controls: list[tuple[str, str, str]] = []

    def blocks(self, parent: Element) -> None:
        """Paragraphs and tables below an element, in order."""
        for child in parent:
            if child.tag == "p":
                self._paragraph(child)
            elif child.tag == "tbl":
                self._table(child)
            elif child.tag == "sdt":
                self._block_control(child)
            elif child.tag not in _SKIPPED:
                self.blocks(child)

    def _paragraph(self, paragraph: Element) -> None:
        text = _Text()
        self._inline(paragraph, text)
        is_list = _is_listed(paragraph)
        words = _with_colon("".join(text.pieces), _bold_lead(paragraph))
        self.draft.line(f"- {words}" if is_list and words.strip() else words)
        for box in text.boxes:
            self.blocks(box)

    def _table(self, table: Element) -> None:
        nested: list[Element] = []
        self.draft.table(self._rows(table, nested))
        for inner in nested:
            self.blocks(inner)

    def _rows(self, table: Element, nested: list[Element]) -> Rows:
        rows: Rows = []
        for at, row in enumerate(_below(table, "tr")):
            if at >= MAX_ROWS:
                break
            column, cells = _grid_before(row), []
            for tc in _below(row, "tc"):
                width = _span(tc)
                if column >= MAX_COLUMNS:
                    break
                if not _goes_on_from_above(tc):
                    cells.append(Cell(column, self._cell(tc, nested), width=width, row=at))
                column += width
            rows.append(cells)
        return rows

    def _cell(self, tc: Element, nested: list[Element]) -> str:
        lines: list[str] = []
        for child in _blocks_of(tc):
            if child.tag == "tbl":
                holder = Element("cell")
                holder.append(child)
                nested.append(holder)
                continue
            text = _Text()
            self._inline(child, text)
            lines.append("".join(text.pieces))
            nested += text.boxes
        return "\n".join(lines).strip()

    def _block_control(self, control: Element) -> None:
        content = control.find("sdtContent")
        if content is None or _is_placeholder(control):
            return
        before = len(self.draft.content.stated)
        self.blocks(content)
        words = " ".join("".join(part.itertext()) for part in content.iter("t")).strip()
        if len(words) < draft.MAX_TEXT and len(self.draft.content.stated) == before:
            self._control(control, words)

    def _inline(self, parent: Element, text: _Text) -> None:
        """The words below a paragraph or run."""
        for child in parent:
            tag = child.tag
            if tag in _SKIPPED or (tag == "r" and _is_unsaid(child)):
                continue
            if tag == "t":
                text.pieces.append(child.text or "")
            elif tag in _SIGNS:
                text.pieces.append(_SIGNS[tag])
            elif tag == "sym":
                text.pieces.append(_symbol(child))
            elif tag == "fldChar":
                text.pieces.append(self._old_field(child))
            elif tag == "sdt":
                text.pieces.append(self._inline_control(child, text))
            elif tag == "txbxContent":
                text.boxes.append(child)
            elif len(child):
                self._inline(child, text)

    def _inline_control(self, control: Element, text: _Text) -> str:
        if _is_placeholder(control):
            return ""
        box = control.find("sdtPr/checkbox/checked")
        if box is not None:
            return "☐" if box.get("val", "1") in _OFF else "☑"
        content = control.find("sdtContent")
        if content is None:
            return ""
        inner = _Text()
        self._inline(content, inner)
        text.boxes += inner.boxes
        words = "".join(inner.pieces)
        self._control(control, words)
        return words

    def _control(self, control: Element, words: str) -> None:
        names = [control.find(f"sdtPr/{tag}") for tag in ("tag", "alias")]
        tag, alias = ("" if one is None else one.get("val", "") for one in names)
        if (tag or alias) and words.strip() and len(self.controls) < _MAX_CONTROLS:
            self.controls.append((tag or alias, alias, words.strip()))

    def _old_field(self, mark: Element) -> str:
        """Check boxes and drop-downs of older Word; a text field's words are runs of its own."""
        box = mark.find("ffData/checkBox")
        if box is not None:
            state = box.find("checked")
            state = box.find("default") if state is None else state
            on = state is not None and state.get("val", "1") not in _OFF
            return "☑ " if on else "☐ "
        choices = mark.find("ffData/ddList")
        if choices is None:
            return ""
        chosen = choices.find("result")
        options = [entry.get("val", "") for entry in choices.findall("listEntry")]
        number = chosen.get("val", "0") if chosen is not None else "0"
        words = options[int(number)] if number.isdecimal() and int(number) < len(options) else ""
        name = mark.find("ffData/name")
        if name is not None and words and len(self.controls) < _MAX_CONTROLS:
            self.controls.append((name.get("val", ""), "", words))
        return words


_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _is_listed(paragraph: Element) -> bool:
    style = paragraph.find("pPr/pStyle")
    named = style is not None and style.get("val", "").lower().startswith("list")
    return named or paragraph.find("pPr/numPr") is not None


def _below(parent: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also inside content controls."""
    for child in parent:
        if child.tag == tag:
            if not any(mark.tag == "del" for mark in child.findall("trPr/*")):
                yield child
        elif child.tag in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _below(child, tag)


def _blocks_of(tc: Element) -> Iterator[Element]:
    for child in tc:
        if child.tag in ("p", "tbl"):
            yield child
        elif child.tag == "sdt":
            if not _is_placeholder(child):
                yield from _blocks_of(child)
        elif child.tag in ("sdtContent", "customXml", "ins"):
            yield from _blocks_of(child)


def _grid_before(row: Element) -> int:
    skipped = row.find("trPr/gridBefore")
    return _number(skipped)


def _span(tc: Element) -> int:
    return max(1, min(_number(tc.find("tcPr/gridSpan")), MAX_COLUMNS))


def _number(element: Element | None) -> int:
    value = element.get("val", "") if element is not None else ""
    return int(value) if value.isdecimal() and len(value) < 4 else 0


def _goes_on_from_above(tc: Element) -> bool:
    merge = tc.find("tcPr/vMerge")
    return merge is not None and merge.get("val", "continue") != "restart"


def _bold_lead(paragraph: Element) -> str:
    """The bold words with which a paragraph begins."""
    lead = []
    for run in paragraph.findall("r"):
        bold = run.find("rPr/b")
        if bold is None or bold.get("val", "1") in _OFF:
            break
        lead += [part.text or "" for part in run.findall("t")]
    return "".join(lead)


def _with_colon(words: str, lead: str) -> str:
    """A bold label and the value behind it as «label: value»; other words as they are."""
    value = words[len(lead) :]
    if not lead.strip() or not value.strip() or not words.startswith(lead):
        return words
    if ":" in lead or value.lstrip(" ")[:1] in ":：\t" or len(lead) > 100:
        return words
    return f"{lead}: {value}" if hints.label(lead) or sensed(lead, value) else words


def _is_placeholder(control: Element) -> bool:
    shown = control.find("sdtPr/showingPlcHdr")
    return shown is not None and shown.get("val", "1") not in _OFF


def _is_unsaid(run: Element) -> bool:
    """Hidden or struck out."""
    for tag in ("vanish", "strike", "dstrike"):
        mark = run.find(f"rPr/{tag}")
        if mark is not None and mark.get("val", "1") not in _OFF:
            return True
    return False


def _symbol(element: Element) -> str:
    """A tick or box of Wingdings and its kin."""
    code = element.get("char", "").lower()[-2:]
    if not element.get("font", "").lower().startswith(("wingdings", "segoe", "ms gothic")):
        return ""
    return "☑" if code in _TICKED else "☐" if code in _EMPTY else ""
