"""Who writes a letter: who he says he is, the office that asks, the signed name at the end."""

from __future__ import annotations

import re
from typing import Any

from mailproc.parsers import blocks, introducing, values
from mailproc.parsers.introducing import LATIN, NAME, TITLED, WORD, office_of, post_and_office
from mailproc.parsers.plain import OFFICE, POST

CLOSING = re.compile(
    r"^[ \t]*(?:ขอแสดงความนับถือ|ด้วยความ(?:เคารพ|นับถือ)|จึงเรียนมา|ขอขอบ(?:คุณ|พระคุณ)|ขอบ(?:คุณ|พระคุณ)|"
    r"ลงชื่อ|\(ลงชื่อ|"
    r"(?:kind |best |warm |with )?regards|yours|sincerely|respectfully|thank|best wishes)",
    re.I | re.M,
)
_FORMAL = re.compile(
    r"ขอแสดงความนับถือ|ด้วยความ(?:เคารพ|นับถือ)|regards|yours|sincerely|respectfully|best wishes", re.I
)
_IN_BRACKETS = re.compile(
    rf"^[ \t]*(?:ลงชื่อ[\s.…_]{{0,60}})?[(（][\s.]{{0,10}}(?P<name>{NAME})[\s.]{{0,10}}[)）]"
    r"(?P<rest>[^\n]{0,60})$"
)
_OTHERS = re.compile(r"เจ้าหน้าที่|ผู้อนุญาต|ผู้อนุมัติ|ผู้ตรวจ|พยาน|ผู้รับรอง|ผู้ประสาน|ผู้จัดทำ")
_TITLED_LINE = re.compile(rf"^[ \t]*(?P<name>{TITLED})(?P<rest>\s[^\n]{{0,80}})?$")
_PLAIN_LINE = re.compile(rf"^[ \t]*(?P<name>{WORD} {{1,2}}{WORD})[ \t]*$")
_LATIN_LINE = re.compile(
    rf"^[ \t]*(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s)?{LATIN}(?:\s{LATIN}){{1,2}})[ \t]*$"
)
_POST_LINE = re.compile(
    rf"^[ \t]*(?:ตำแหน่ง\s{{0,3}}:?)?\s{{0,3}}(?P<post>{POST}[^\n]{{0,80}})$", re.I
)
_OFFICE_LINE = re.compile(rf"^[ \t]*(?P<office>{OFFICE}[^\n]{{1,80}})$")
_ENGLISH_POST = re.compile(
    r"(?:[A-Z][A-Za-z-]+ |of |and |for ){0,4}(?:Teacher|Director|Principal|"
    r"Officer|Lecturer|Student|Researcher|Analyst|"
    r"Manager|Assistant|Professor|Coordinator|Head|Secretary|Specialist|Editor|Reporter|Engineer|Candidate)"
    r"(?: of(?: [A-Z][a-z]+){1,3})?"
)
_SIGNATURE_LINES = 6


def person(text: str, at: int) -> dict[str, Any]:
    """requester_name, position and organisation, where the writer says who he is."""
    found = introducing.introduced(text) or {}
    office = found.get("organisation") or introducing.by_office(text)
    office = office or introducing.of_ourselves(text)
    for told in (introducing.spaced(text), introducing.said(text), _signature(text, at)):
        for name, value in told.items():
            found.setdefault(name, value)
    if office:
        found["organisation"] = office
    return found


def _signature(text: str, at: int) -> dict[str, Any]:
    """The signed name with the position below it; only below the request."""
    closing = [match for match in CLOSING.finditer(text, at)]
    if not closing:
        return blocks.read(text, at)
    lines = text[closing[0].start() :].split("\n")[:40]
    formal = bool(_FORMAL.search("\n".join(lines[:12])))
    for number, line in enumerate(lines):
        match = _signed_name(line, formal and number > 0)
        if match is None or _OTHERS.search(line):
            continue
        found = {"requester_name": values.tidy(match["name"])}
        rest = (match.groupdict().get("rest") or "").strip()
        below = lines[number + 1 : number + 1 + _SIGNATURE_LINES]
        for words in below:
            if values.is_phone(words.strip()) and (telephone := values.phone(words)):
                found.setdefault("phone", telephone)
        for words in ([rest] if rest else []) + below:
            for name, value in _below(words).items():
                found.setdefault(name, value)
        return found
    return blocks.read(text, at)


def _signed_name(line: str, formal: bool) -> re.Match[str] | None:
    match = _IN_BRACKETS.match(line) or _TITLED_LINE.match(line)
    if match is None and formal:
        match = _LATIN_LINE.match(line) or _PLAIN_LINE.match(line)
        if match and re.match(rf"\s{{0,9}}(?:{POST}|{OFFICE}|จึง|ขอ|ด้วย|สำนัก)", match["name"], re.I):
            return None
    return match


def _below(words: str) -> dict[str, Any]:
    """A line below the signed name: a position, an office, or both."""
    if not words.strip() or _OTHERS.match(words.strip()):
        return {}
    if _POST_LINE.match(words):
        return post_and_office(words)
    if _ENGLISH_POST.fullmatch(words.strip()):
        return {"position": words.strip()}
    office = _OFFICE_LINE.match(words)
    return {"organisation": office_of(office["office"])} if office else {}


def closed(text: str) -> str:
    """A signature below a closing phrase; one that a program adds may be another person's."""
    return text if CLOSING.search(text, 0, 200) else ""
