"""The fields of a fillable PDF (ISO 32000-1, 12.7): names, alternate names, values, choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from mailproc.parsers import charset, values
from mailproc.parsers.attachments import hints
from mailproc.parsers.fields import Stated
from mailproc.parsers.naming import sensed

_MAX_FIELDS = 2_000
_MAX_DEPTH = 12
_MAX_WORDS = 4_000
_RADIO, _PUSH = 1 << 15, 1 << 16
_INDEX = re.compile(r"[\s_.\-#(\[]*([0-9]{1,2})[)\]]?$")
_GENERIC = re.compile(
    r"(?:yes|on|true|x|check(?:ed)?|ใช่|choice\s?[0-9]*|option\s?[0-9]*|button\s?[0-9]*|[0-9]{1,3}|off)?",
    re.I,
)
_PARTS = re.compile(r"[\s_.:：\-–/]+")
_CHOICES = ("format", "level", "delivery", "requester_type")


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `target` is the form field that its name or alternate name says."""

    key: int  # tells its widget
    name: str
    target: str | None
    words: str
    is_button: bool = False
    index: int = 0  # of dataset_2


def fields_of(form: DictionaryObject) -> list[Field]:
    """Every field of the form in order, filled in or not."""
    found: list[Field] = []
    seen: set[int] = set()
    for field in _list(form.get("/Fields")):
        _walk(field, "", {}, 0, seen, found)
    return found


def stated(found: list[Field], filename: str) -> Iterator[Stated]:
    """What the fields with telling names state; numbered ones together by their number."""
    for one in sorted(found, key=lambda one: one.index):
        if one.target is not None and one.words:
            lines = [line.strip() for line in one.words.split("\n") if line.strip()]
            source = f"{filename}#{one.name}"
            if one.target in ("dataset", "filters") and len(lines) > 1:
                yield Stated(one.target, "", lines, source)
            else:
                yield Stated(one.target, "  ".join(lines), source=source)


def is_on(widget: DictionaryObject) -> bool:
    """Whether this box or radio button is the chosen one."""
    state = widget.get("/AS", widget.get("/V"))
    return state is not None and str(state) not in ("/Off", "Off", "")


def text(value: Any) -> str:
    """A string of the file as text."""
    value = value.get_object() if hasattr(value, "get_object") else value
    if value is None:
        return ""
    if isinstance(value, StreamObject):
        return charset.decode(value.get_data()[:_MAX_WORDS])
    if isinstance(value, ArrayObject):
        return "\n".join(text(one) for one in list(value)[:50])
    if isinstance(value, bytes):
        utf16 = value.startswith((b"\xfe\xff", b"\xff\xfe"))
        return value.decode("utf-16", "replace") if utf16 else charset.decode(value)
    return str(value)[:_MAX_WORDS]


def _walk(
    node: Any,
    above: str,
    given: dict[str, Any],
    depth: int,
    seen: set[int],
    found: list[Field],
) -> None:
    node = node.get_object() if hasattr(node, "get_object") else node
    if not isinstance(node, DictionaryObject) or id(node) in seen or depth > _MAX_DEPTH:
        return
    seen.add(id(node))
    if len(seen) > 4 * _MAX_FIELDS or len(found) >= _MAX_FIELDS:
        return
    own = charset.clean(text(node.get("/T")))[:200]
    name = f"{above}.{own}" if above and own else own or above
    own_given = {k: node[k] for k in ("/FT", "/V", "/Ff", "/TU", "/Opt") if k in node}
    given = {**given, **own_given}
    kids = [_object(kid) for kid in _list(node.get("/Kids"))]
    below = [kid for kid in kids if isinstance(kid, DictionaryObject)]
    if any("/T" in kid for kid in below):
        for kid in below:
            _walk(kid, name, given, depth + 1, seen, found)
    elif given.get("/FT") is not None:
        found.append(_field(node, name, given, below))


def _field(
    node: DictionaryObject, name: str, given: dict[str, Any], kids: list[DictionaryObject]
) -> Field:
    own = re.sub(r"\[[0-9]{1,3}\]", "", name).rpartition(".")[2] or name
    alternate = charset.clean(text(given.get("/TU")))[:200]
    kind = str(_object(given.get("/FT")))
    if kind == "/Btn":
        return _button(node, own, alternate, given, kids)
    words = text(given.get("/V"))
    if kind == "/Ch":
        words = _shown(words, _list(given.get("/Opt")))
    target, index, _ = _target(own, alternate)
    words = charset.clean(words).strip()
    target = target or sensed(own, words) or sensed(alternate, words)
    return Field(id(node), own, target, words, index=index)


def _button(
    node: DictionaryObject,
    own: str,
    alternate: str,
    given: dict[str, Any],
    kids: list[DictionaryObject],
) -> Field:
    """A check box, or a group of radio buttons: the words of what is chosen."""
    flags = _object(given.get("/Ff"))
    flags = int(flags) if isinstance(flags, int) else 0
    if flags & _PUSH:
        return Field(id(node), own, None, "")
    chosen = next((kid for kid in kids if is_on(kid)), None) or node
    state = _object(chosen.get("/AS", given.get("/V")))
    state = "" if state is None else str(state).lstrip("/")
    on = state not in ("", "Off") and (bool(kids) or is_on(node))
    target, index, rest = _target(own, alternate)
    if not on:
        return Field(id(node), own, target, "", True, index)
    options = _list(given.get("/Opt"))
    words = _said(state, options, rest, charset.clean(text(chosen.get("/TU"))), alternate)
    if target == "consent":
        words = "☑ ยินยอม" if not values.consent(words) else words
    if target is None:
        target = _by_choice(words)
    return Field(id(node), own, target, words, True, index)


def _said(state: str, options: list[Any], rest: str, own: str, alternate: str) -> str:
    """The words of a ticked choice: its own, or the end of the field's name."""
    if state.isdecimal() and int(state) < len(options):
        return text(options[int(state)])
    if not _GENERIC.fullmatch(state):
        return charset.clean(state)
    return rest or own or alternate


def _target(own: str, alternate: str) -> tuple[str | None, int, str]:
    """(form field, number, words behind it) that a field's names say."""
    for name in (own, alternate):
        if not name:
            continue
        direct = hints.label(name)
        if direct:
            return direct, 0, ""
        match = _INDEX.search(name)
        if match and (direct := hints.label(name[: match.start()])):
            return direct, int(match[1]), ""
        cut = _cut(name)
        if cut:
            return cut[0], 0, cut[1]
    return None, 0, ""


def _cut(name: str) -> tuple[str, str] | None:
    """«format_xlsx» and «รูปแบบไฟล์: Excel» as label and choice."""
    for match in reversed(list(_PARTS.finditer(name))[:12]):
        label = hints.label(name[: match.start()])
        rest = name[match.end() :].strip()
        if label and rest and label in (*_CHOICES, "dataset", "round", "consent"):
            return label, rest
    return None


def _by_choice(words: str) -> str | None:
    """The field whose choice these words are, where the field itself has no telling name."""
    named = [name for name in _CHOICES if values.READERS[name](words) is not None]
    return named[0] if len(named) == 1 and len(words) < 60 else None


def _shown(words: str, options: list[Any]) -> str:
    """What a drop-down shows for the value it exports."""
    for option in options[:500]:
        pair = _list(option)
        if len(pair) > 1 and text(pair[0]) == words:
            return text(pair[1])
    return words


def _object(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _list(value: Any) -> list[Any]:
    value = _object(value)
    return list(value) if isinstance(value, ArrayObject) else []
