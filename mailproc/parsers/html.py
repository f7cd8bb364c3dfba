"""HTML to the text a reader sees: blocks on lines, a table row as «label: value».

Quotes and signatures that the mail program marked are taken out first, since the structure tells
them more surely than any pattern over the text.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 1_000_000  # characters
MAX_TAGS = 20_000  # depth costs the tree builder its square
_SKIPPED = frozenset("script style head title template noscript svg object iframe select".split())
_BLOCKS = frozenset(
    "p div br tr table ul ol li h1 h2 h3 h4 h5 h6 blockquote pre hr section article header footer "
    "form fieldset dl dt dd center address tbody thead".split()
)
_CELLS = frozenset({"td", "th"})
_PAIRED = frozenset({"span", "label", "b", "strong"})
_BOXES = frozenset({"div", "p", "li"})
_MAX_CELLS_DEEP = 20
_QUOTES = (
    "blockquote[type=cite], .gmail_quote, .gmail_extra, .yahoo_quoted, .moz-cite-prefix, "
    "#OLK_SRC_BODY_SECTION, .protonmail_quote, .zmail_extra, .tutanota_quote, "
    ".qt-quote, #isForwardContent, .OutlookQuote"
)
_TAIL_STARTS = (
    "#zwchr, .OutlookMessageHeader, #appendonsend, #divRplyFwdMsg, "
    "#mail-editor-reference-message-container, #reply-intro"
)
_SIGNATURES = (
    ".gmail_signature, .moz-signature, #Signature, #signature, .protonmail_signature_block, "
    "#ms-outlook-mobile-signature, .yahoo-signature, #AppleMailSignature"
)
_OUTLOOK_RULE = re.compile(
    r"border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)\s+1\.0pt|border:\s*none;\s*border-top:\s*solid", re.I
)
_HIDDEN = re.compile(r"display:\s*none|font-size:\s*0(?:px)?\s*(?:;|$)|mso-hide:\s*all", re.I)
_FORWARD = re.compile(r"forwarded message|ส่งต่อ|begin forwarded", re.I)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLANKS = re.compile(r"\n{3,}")
_MAX_QUOTES = 100
_LABEL_MAX = 60
_CELL_MAX = 500


def to_text(source: str, forwarded: bool = False) -> tuple[str, str]:
    """(what the writer wrote, what was quoted); a forwarded mail's content counts as written."""
    tree = LexborHTMLParser(_cut(source))
    root = tree.body or tree.root
    if root is None:
        return "", ""
    quoted = [] if forwarded else _take_quotes(tree)
    for node in tree.css(_SIGNATURES)[:_MAX_QUOTES]:
        node.remove()
    text = _render(root)
    return text, "\n".join(part for part in quoted if part)


def is_too_long(source: str) -> bool:
    """Whether only the beginning of it is read."""
    return len(source) > MAX_HTML or source.count("<") > MAX_TAGS


def _cut(source: str) -> str:
    source = source[:MAX_HTML]
    if not is_too_long(source):
        return source
    at = -1
    for _ in range(MAX_TAGS):
        at = source.find("<", at + 1)
    return source[:at]


def _take_quotes(tree: LexborHTMLParser) -> list[str]:
    taken = []
    tails = tree.css(_TAIL_STARTS) or [
        node
        for node in tree.css("div[style]")
        if _OUTLOOK_RULE.search(node.attributes.get("style") or "")
    ]
    if tails:
        taken.append(_take_from(tails[0]))
    for node in tree.css(_QUOTES)[:_MAX_QUOTES]:
        text = _render(node)
        if not _FORWARD.search(text[:200]):
            if not any(text in outer for outer in taken):
                taken.append(text)
            node.remove()
    return taken


def _take_from(start: LexborNode) -> str:
    """Removes a node and all that follows it up to the end of the mail; gives their text."""
    taken = []
    node: LexborNode | None = start
    if _FORWARD.search(_render(start)[:200]):
        return ""
    while node is not None and node.tag not in ("body", "html"):
        parent = node.parent
        following = node.next
        first = node is start
        while following is not None:
            after = following.next
            taken.append(_render(following))
            following.remove()
            following = after
        if first:
            taken.insert(0, _render(node))
            node.remove()
        node = parent
    return "\n".join(taken)


class _Writer:
    """Collects text of nested cells; each open cell has its own buffer."""

    def __init__(self) -> None:
        self.buffers: list[list[str]] = [[]]
        self.rows: list[list[str]] = []
        self.cells = 0
        self.pre = 0

    def text(self, text: str) -> None:
        if not self.pre:
            text = _SPACE.sub(" ", text)
        if text:
            self.buffers[-1].append(text)

    def open(self, tag: str) -> None:
        if tag == "pre":
            self.pre += 1
        if tag == "tr":
            self.rows.append([])
        elif tag in _CELLS:
            self.cells += 1
            if self.cells <= _MAX_CELLS_DEEP:
                self.buffers.append([])
        if tag == "br":
            self.buffers[-1].append("\n")
        elif tag in _BLOCKS:
            self._break()
        if tag == "li":
            self.buffers[-1].append("- ")

    def close(self, tag: str) -> None:
        if tag == "pre":
            self.pre -= 1
        if tag in _CELLS:
            self._close_cell()
        elif tag == "tr" and self.rows:
            self.buffers[-1].append(_row(self.rows.pop()))
        if tag in _BLOCKS and tag != "br":
            self._break()

    def _close_cell(self) -> None:
        self.cells -= 1
        if self.cells >= _MAX_CELLS_DEEP:
            return
        cell = _tidy("".join(self.buffers.pop()))
        if self.rows:
            self.rows[-1].append(cell)
        else:
            self.buffers[-1].append(cell)

    def part(self) -> None:
        """Parts a value from its label, where the two would touch."""
        buffer = self.buffers[-1]
        while buffer and not buffer[-1].strip():
            buffer.pop()
        if buffer and not buffer[-1].rstrip().endswith((":", "：")):
            buffer.append("\t")

    def gap(self) -> None:
        """A blank line, as browsers show between paragraphs."""
        self.buffers[-1].append("\n\n")

    def _break(self) -> None:
        buffer = self.buffers[-1]
        while buffer and buffer[-1] == " ":  # the source's own line breaks between blocks
            buffer.pop()
        if buffer and not buffer[-1].endswith("\n"):
            buffer.append("\n")


def _row(cells: list[str]) -> str:
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or len(cells) == 2:
        cells = filled
    if len(cells) < 2 or any(len(cell) > _CELL_MAX for cell in cells):
        return "\n".join(cells)
    first = cells[0]
    if len(cells) == 2 and "\n" not in first and len(first) <= _LABEL_MAX:
        return f"{first} {cells[1]}" if first.endswith(":") else f"{first}: {cells[1]}"
    return "\t".join(cells)


def _render(root: LexborNode) -> str:
    """The text below a node; a depth count and no recursion, since mails nest thousands deep."""
    writer = _Writer()
    node, depth = root, 0
    while True:
        tag = node.tag or ""
        if tag == "-text":
            writer.text(node.text_content or "")
        elif tag not in _SKIPPED and not _is_hidden(node):
            if _is_value_of_pair(node):
                writer.part()
            writer.open(tag)
            if node.child is not None:
                node, depth = node.child, depth + 1
                continue
            writer.close(tag)
        while depth and node.next is None and node.parent is not None:
            node, depth = node.parent, depth - 1
            writer.close(node.tag or "")
            if node.tag == "p" and not (node.attributes.get("class") or "").startswith("Mso"):
                writer.gap()
        if not depth or node.next is None:
            return _tidy("".join(part for buffer in writer.buffers for part in buffer))
        node = node.next


def _is_value_of_pair(node: LexborNode) -> bool:
    """Whether this is the second of two elements with classes of their own, all that a box holds.

    So pages set a label and its value side by side: `<div><span class=a>…<span class=b>…`.
    """
    if node.tag not in _PAIRED or node.parent is None or node.parent.tag not in _BOXES:
        return False
    first = _beside(node, back=True)
    if first is None or first.tag not in _PAIRED or _beside(node) or _beside(first, back=True):
        return False
    mine, other = node.attributes.get("class"), first.attributes.get("class")
    return bool(mine and other) and mine != other and len(first.text()) <= _LABEL_MAX


def _beside(node: LexborNode, *, back: bool = False) -> LexborNode | None:
    """The nearest node before or behind that is not blank."""
    other = node.prev if back else node.next
    while other is not None and other.tag == "-text" and not (other.text_content or "").strip():
        other = other.prev if back else other.next
    return other


def _is_hidden(node: LexborNode) -> bool:
    style = node.attributes.get("style") if node.tag not in ("-comment", "br") else None
    return bool(style and _HIDDEN.search(style))


def _tidy(text: str) -> str:
    lines = "\n".join(line.strip(" \t") for line in text.split("\n"))
    return _BLANKS.sub("\n\n", lines).strip("\n")
