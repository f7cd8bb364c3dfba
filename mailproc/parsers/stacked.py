"""Forms that put each label on a line of its own and the value below it, without a colon."""

from __future__ import annotations

import re

from mailproc.parsers import sense, ticks, values
from mailproc.parsers.naming import label, sensed, unmarked

_FEWEST = 4  # pairs that make it a layout
_LONGEST = 90  # characters of a label with its hint
_UNANSWERED = re.compile(r"[\s\-–—._…*]*|ไม่มีคำตอบ|no (?:answer|response)", re.I)
_INSIDE = re.compile(r"^\s*[\[(<]|[:：\t=→]|\.{3}|…|_{3}|>>")


def joined(lines: list[str]) -> list[str]:
    """The lines, each bare label with the value below it as «label: value».

    Unchanged unless most of the lines alternate so.
    """
    filled = [at for at, line in enumerate(lines) if line.strip()]
    bare = sum(1 for at in filled if _is_bare(lines[at]))
    if bare < 2 * _FEWEST or 2 * bare < len(filled):
        return lines
    pairs = _pairs([lines[at].strip() for at in filled])
    answered = sum(1 for _, below in pairs if below is not None)
    if answered < _FEWEST or 3 * answered < len(filled):
        return lines
    out = list(lines)
    for above, below in pairs:
        words = lines[filled[above]].strip().rstrip(":： *")
        value = "" if below is None else lines[filled[below]].strip()
        out[filled[above]] = f"{words}: {'-' if _UNANSWERED.fullmatch(value) else value}"
        if below is not None:
            out[filled[below]] = ""
    return out


def _is_bare(line: str) -> bool:
    words = line.strip().rstrip(":： *")
    return len(words) <= _LONGEST and not _INSIDE.search(words)


def _pairs(lines: list[str]) -> list[tuple[int, int | None]]:
    """(label, value) as places in the lines; a label that nothing answers has no value."""
    found: list[tuple[int, int | None]] = []
    at = 0
    while at < len(lines):
        name = _named(lines, at)
        if name is None:
            at += 1
            continue
        answered = at + 1 < len(lines) and not _is_label(lines, at + 1, name)
        found.append((at, at + 1 if answered else None))
        at += 2 if answered else 1
    return found


def _named(lines: list[str], at: int) -> str | None:
    """The field that a line names, as the line below it allows."""
    line = lines[at]
    if not _is_bare(line) or ticks.has_sign(line):
        return None
    words = unmarked(line.rstrip(":： *"))
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return label(words) or sensed(words, "" if _UNANSWERED.fullmatch(below) else below)


def _is_label(lines: list[str], at: int, above: str) -> bool:
    """Whether the line below a label is the next label: what follows it is none."""
    if values.answers(above, lines[at]) or _UNANSWERED.fullmatch(lines[at]):
        return False
    if lines[at].endswith((":", "：")) or label(unmarked(lines[at].rstrip(" *"))):
        return True
    if _named(lines, at) is None:
        return False
    if not sense.fits(above, lines[at]) or (above == "line_id" and not lines[at].isascii()):
        return True
    return at + 1 < len(lines) and _named(lines, at + 1) is None
