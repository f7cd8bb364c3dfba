"""Where a quoted mail begins: the lines that mail programs write above it.

Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, Zimbra, Samsung and LINE WORKS in Thai and English,
and the commonest of other languages. Every pattern sees one line, or a few short ones joined.
"""

from __future__ import annotations

import re

_LONGEST = 400  # characters; a longer line is no line of a mail program
_LOOK_AHEAD = 8
FORWARD_LINE = re.compile(
    r"^[\s>]{0,40}(?:-{2,}\s{0,3})?(?:forwarded message|begin forwarded message|"
    r"original message forwarded|ข้อความที่(?:ถูก)?ส่งต่อ|ข้อความ(?:ถูก)?ส่งต่อ|จดหมายส่งต่อ|"
    r"เริ่มข้อความที่ส่งต่อ|เริ่มต้นข้อความที่ส่งต่อ|อีเมลที่ส่งต่อ)\s{0,3}(?:-{2,}|:)?\s*$",
    re.I,
)
FORWARD_SUBJECT = re.compile(r"^\s{0,9}(?:fwd?|wg|tr|ส่งต่อ)\s{0,3}[:：]", re.I)
ANSWER_SUBJECT = re.compile(
    r"^\s{0,9}(?:re|aw|sv|antw|ตอบกลับ|ตอบ)\s{0,3}(?:\[[0-9]{1,3}\])?\s{0,3}[:：]", re.I
)
_ORIGINAL_LINE = re.compile(
    r"^\s{0,9}[-_*]{2,40}\s{0,3}(?:original message|reply message|original appointment|"
    r"message d'origine|original e-?mail|"
    r"ursprüngliche nachricht|mensaje original|mensagem original|messaggio originale|"
    r"oprindelig (?:meddelelse|besked)|ursprungligt meddelande|oorspronkelijk bericht|"
    r"исходное сообщение|원본 메시지|ข้อความ(?:ต้นฉบับ|เดิม|ดั้งเดิม|เดิมที่ส่ง)|จดหมาย(?:ต้นฉบับ|"
    r"เดิม)|อีเมล(?:ต้นฉบับ|เดิม))\s{0,3}[-_*]{2,40}\s*$",
    re.I,
)
_ATTRIBUTION_START = re.compile(
    r"^\s{0,9}(?:on\b|le\b|am\b|el\b|op\b|il\b|em\b|den\b|dnia\b|w dniu\b|pada\b|at\b|från\b|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b|[а-яіїєё]{1,12}[ ,.]|"
    r"เมื่อ|ใน ?วัน|วันที่|ใน |วัน(?:จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์|อาทิตย์)|[0-9๐-๙]{1,4}[-/. 年])",
    re.I,
)
_WROTE = re.compile(
    r"(?:\b(?:wrote|writes|written|schrieb|escribió|écrit|scritto|escreveu|schreef|geschreven|"
    r"skrev|napisał|napisała|kirjoitti|написала?|пишет|писал|пише|napsal|yazdı|scris)\b|"
    r"写道|เขียน(?:ไว้)?(?:ว่า)?|กล่าวว่า|ได้ส่งข้อความว่า)",
    re.I,
)
_WROTE_AT_END = re.compile(
    r"(?:wrote|writes|écrit|scritto|escribió|escreveu|写道|เขียน(?:ไว้)?(?:ว่า)?|กล่าวว่า)\s{0,3}[:：]$",
    re.I,
)
_WHEN_OR_WHO = re.compile(r"[0-9๐-๙]{1,4}|@")
_SENDER_WROTE = re.compile(
    r"^[^\n<>@]{0,100}<?[^\s<>@]{1,80}@[^\s<>@]{1,120}>?\s{0,3}(?:wrote|writes|เขียน(?:ไว้)?(?:ว่า)?)\s{0,3}[:：]\s*$",
    re.I,
)
_DATE_SENDER = re.compile(
    r"^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}"
    r"[^\n]{0,200}<?[^\s<>]{1,100}@[^\s<>]{1,100}>?:\s*$"
)
_DASHED = re.compile(
    r"^\s{0,9}-{2,9} (?:on|ใน|เมื่อ|le|am)\b[^\n]{5,300}(?:wrote|"
    r"เขียน(?:ไว้)?(?:ว่า)?|écrit)\s{0,3}-{2,9}\s*$",
    re.I,
)
_ANGLES = re.compile(r"<\s?[^<>\s@]{1,100}@[^<>\s@]{1,100}\s?>")
_CLOCK = re.compile(r"[0-9]{1,2}[:.][0-9]{2}")
_SOME_YEAR = re.compile(r"(?<![0-9])(?:19|20|25)[0-9]{2}(?![0-9])")
_HEADER = re.compile(
    r"^[\s*>|]{0,20}(from|sent|date|to|cc|bcc|subject|reply-to|importance|จาก|ผู้ส่ง|ส่งเมื่อ|ส่งแล้ว|ส่ง|วันที่ส่ง|วันที่|"
    r"เมื่อ|ถึง|ผู้รับ|สำเนาลับ|สำเนา(?:ถึง)?|ชื่อเรื่อง|เรื่อง|หัวเรื่อง|หัวข้อ|"
    r"von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para|asunto|assunto|fra|til|emne|"
    r"från|skickat|till|ämne|datum|data|da|a|oggetto|inviato|od|do|temat|wysłano|"
    r"отправлено|кому|тема|дата|от|від|кому|发件人|发送时间|收件人|主题|van|verzonden|aan|onderwerp)"
    r"\s{0,3}[*]{0,3}\s{0,3}[:：]",
    re.I,
)
_FROM = frozenset("from จาก ผู้ส่ง von de fra från od da от від 发件人 van".split())
_RULE = re.compile(r"^\s{0,9}(?:_{5,}|-{20,}|={20,})\s*$")


def begins_quote(lines: list[str], at: int) -> bool:
    """Whether the line is the first of a quoted mail's heading."""
    line = lines[at]
    if len(line) > _LONGEST or not line.strip():
        return False
    if _ORIGINAL_LINE.match(line) or is_attribution(lines, at):
        return True
    if "@" in line and _DATE_SENDER.match(line):
        return True
    if _RULE.match(line):
        near = range(at + 1, min(at + 4, len(lines)))
        following = next((i for i in near if lines[i].strip()), at)
        return following > at and _header_block(lines, following)
    return _header_block(lines, at)


def is_attribution(lines: list[str], at: int) -> bool:
    """«เมื่อ … เขียนว่า:», which programs wrap over up to four lines."""
    return length(lines, at) > 0


def length(lines: list[str], at: int) -> int:
    """How many lines the attribution that begins here has; 0 where none does."""
    first = lines[at]
    if len(first) > _LONGEST or not first.strip():
        return 0
    if ("@" in first and _SENDER_WROTE.match(first)) or _DASHED.match(first):
        return 1
    if not _ATTRIBUTION_START.match(first):
        return _dated(lines, at) if _CLOCK.search(first) else 0
    joined = ""
    for number, line in enumerate(lines[at : at + 4], 1):
        if not line.strip() or len(line) > _LONGEST:
            break
        joined += " " + line.strip()
        if joined.endswith((":", "：")) and _says_who_wrote(joined):
            return number
    return _dated(lines, at) if _CLOCK.search(first) else 0


def _dated(lines: list[str], at: int) -> int:
    """An address in angles, a time and a year, and a colon at the end, in whatever language."""
    joined = ""
    for number, line in enumerate(lines[at : at + 3], 1):
        if not line.strip() or len(line) > 200:
            return 0
        joined += " " + line.strip()
        if joined.endswith(":"):
            marks = (_ANGLES, _CLOCK, _SOME_YEAR)
            return number if all(mark.search(joined) for mark in marks) else 0
    return 0


def _says_who_wrote(joined: str) -> bool:
    """A sentence that ends in «wrote:», or has the verb before a name and an address."""
    if _WROTE_AT_END.search(joined[-40:]):
        return bool(_WHEN_OR_WHO.search(joined))
    return "@" in joined and bool(_WROTE.search(joined))


def is_forward_line(line: str) -> bool:
    """«---------- Forwarded message ---------» in its variants."""
    return len(line) < 200 and bool(FORWARD_LINE.match(line))


def _header_block(lines: list[str], at: int) -> bool:
    """A block of header lines: From with an address or name, then two more of them."""
    first = _HEADER.match(lines[at][:200])
    if not first or first[1].lower() not in _FROM:
        return False
    seen = {first[1].lower()}
    for line in lines[at + 1 : at + _LOOK_AHEAD]:
        match = _HEADER.match(line[:200])
        if match:
            seen.add(match[1].lower())
    block = " ".join(line[:200] for line in lines[at : at + 3])
    return len(seen) >= (3 if "@" in block else 4)
