"""Reports about mails: delivery reports, bounces without a form, receipts, calendar answers.

After RFC 3462, 3464 and 3798, ARF (RFC 5965), iTIP (RFC 5546), and what systems really send.
"""

from __future__ import annotations

import re

from mailproc import robots
from mailproc.parsers import charset, headers
from mailproc.parsers.mime import Part

_ARRIVED = frozenset({b"delivered", b"relayed", b"expanded"})
_DSN_ACTION = re.compile(rb"^action\s*:\s*([a-z]{3,12})", re.I | re.M)
_DSN_STATUS = re.compile(rb"^status[ \t]*:[ \t]*([45]\.[0-9]{1,3}\.[0-9]{1,3})", re.I | re.M)
_DSN_WORDS = re.compile(
    rb"^diagnostic-code[ \t]*:[ \t]*(?:[^\s;]{1,40};)?[ \t]*"
    rb"([^\r\n]{1,500}(?:\r?\n[ \t][^\r\n]{1,500}){0,5})",
    re.I | re.M,
)
_MOST_WORDS = 300  # letters of a diagnosis
_FAILURE = re.compile(
    r"undeliver|non[- ]?deliver|not (?:be )?deliver|delivery (?:\w{1,20} ){0,3}(?:fail|error|"
    r"problem|status|delay|notif|incomplete|report)|"
    r"returned (?:mail|to sender|message|e-?mail)|return to sender|failure notice|"
    r"failed? (?:mail|delivery|to deliver)|(?:mail|message|delivery|"
    r"e-?mail)[ -](?:\w{1,20} ){0,3}(?:fail|error|bounce|reject|delay|return|undeliver)|"
    r"could ?n[o']t be (?:sent|delivered)|(?:couldn't|could not|cannot|"
    r"unable to) (?:be )?(?:deliver|send)|undeliverable|"
    r"bounced?\b|user unknown|unknown user|mailbox (?:full|unavailable|not found|quota)|"
    r"quota exceeded|warning: (?:message|could not)|"
    r"delivery failure|message blocked|rejected|no such user|mail system error|"
    r"permanent (?:failure|error)|"
    r"ไม่สามารถส่ง|ส่งไม่สำเร็จ|ส่งข้อความไม่|ส่งอีเมลไม่|ตีกลับ|unzustellbar|échec|non remis|no se pudo|配信|"
    r"不達|送信できません|returned",
    re.I,
)
_READ = re.compile(
    r"^(?:read|not read|อ่านแล้ว|ได้อ่าน|ยังไม่ได้อ่าน|ลบโดยไม่ได้อ่าน|return receipt|gelesen|lu)\s{0,3}[:：]|"
    r"read receipt|ใบตอบรับการอ่าน|ใบตอบรับว่าอ่าน|การตอบรับการอ่าน",
    re.I,
)
_WAS_READ = re.compile(
    r"was (?:read|displayed|opened|deleted without being read)|has been read|return receipt|"
    r"(?:ถูกอ่าน|อ่าน(?:แล้ว)?|แสดง|เปิดอ่าน)(?:บนเครื่อง|เมื่อ|ในวันที่| เมื่อ)|ใบตอบรับ",
    re.I,
)
_SCHEDULING = frozenset("request reply cancel counter declinecounter refresh".split())
_METHOD = re.compile(rb"^METHOD:([A-Z]{3,20})", re.I | re.M)
_ACCEPTED = re.compile(
    r"^(?:accepted|declined|tentative|tentatively accepted|canceled|"
    r"cancelled|updated invitation|invitation|new time proposed|"
    r"ตอบรับแล้ว|ยอมรับแล้ว|ยอมรับ|ปฏิเสธแล้ว|ปฏิเสธ|ไม่แน่นอน|ยกเลิกแล้ว|คำเชิญ|คำเชิญที่อัปเดต|เสนอเวลาใหม่)\s{0,3}[:：]",
    re.I,
)
_WHERE_OR_WHEN = re.compile(r"calendar|meeting|teams|zoom|ปฏิทิน|การประชุม|เข้าร่วม", re.I)
_MESSAGE_ID_LINE = re.compile(
    rb"^[ \t>]{0,8}message-id[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,250}>)", re.I | re.M
)
_ORIGINAL_ID_LINE = re.compile(
    rb"^(?:x-)?original-message-id[ \t]*:[ \t]*(<[^<>\s]{1,250}>)", re.I | re.M
)


def report(root: Part, subject: str, text: str) -> str | None:
    """bounce or report for what comes in a form of its own; None for other mails."""
    subject = subject[:300]
    report_type = root.params.get("report-type", "").lower()
    types = {part.media_type for part in root.walk()}
    if "message/delivery-status" in types and (report_type or root.media_type != "message/rfc822"):
        return _delivery_status(root)
    if report_type == "delivery-status":
        return "bounce"
    if report_type in ("disposition-notification", "feedback-report"):
        return "report"
    if "message/disposition-notification" in types or "message/feedback-report" in types:
        return "report"
    if root.media_type == "multipart/report":
        return "bounce" if _FAILURE.search(subject) else "report"
    return "report" if _is_scheduling(root, subject, text) or _is_receipt(subject, text) else None


def _is_scheduling(root: Part, subject: str, text: str) -> bool:
    """Whether a calendar sent it: an invitation, an answer to one, a cancelled meeting."""
    for part in root.walk():
        if part.media_type == "text/calendar" and part.disposition != "attachment":
            method = part.params.get("method", "").lower()
            found = _METHOD.search(part.content[:2_000])
            if method in _SCHEDULING or (found and found[1].decode().lower() in _SCHEDULING):
                return True
    return bool(_ACCEPTED.match(subject[:200]) and _WHERE_OR_WHEN.search(subject + text[:2_000]))


def _is_receipt(subject: str, text: str) -> bool:
    """A receipt that lost its form on the way: «Read:» above nothing, or above what says so."""
    return bool(_READ.search(subject)) and (
        not text.strip() or bool(_WAS_READ.search(text[:1_000]))
    )


def _delivery_status(root: Part) -> str:
    """A bounce where any recipient failed or waits; a report where all was delivered."""
    actions = _actions(root)
    return "report" if actions and actions <= _ARRIVED else "bounce"


def is_delayed(root: Part) -> bool:
    """True for a delivery report in which nobody failed and somebody still waits."""
    actions = _actions(root)
    return b"delayed" in actions and actions <= _ARRIVED | {b"delayed"}


def _actions(root: Part) -> set[bytes]:
    """What a delivery report says of its recipients (RFC 3464 2.3.3)."""
    reports = [part for part in root.walk() if part.media_type == "message/delivery-status"]
    found = (_DSN_ACTION.findall(part.content[:102_400]) for part in reports)
    return {action.lower() for actions in found for action in actions}


def diagnosis(root: Part, text: str) -> str:
    """Why a mail came back: status code (RFC 3463) and words of the server, else the first words
    of the report."""
    for part in root.walk():
        if part.media_type == "message/delivery-status":
            found = (_DSN_STATUS.search(part.content[:102_400]), _words(part))
            told = [one for one in (found[0] and found[0][1].decode(), found[1]) if one]
            if told:
                return " ".join(told)[:_MOST_WORDS]
    return " ".join(text[:_MOST_WORDS].split())


def _words(part: Part) -> str:
    said = _DSN_WORDS.search(part.content[:102_400])
    return " ".join(charset.decode(said[1]).split()) if said else ""


def bounce(root: Part, from_addr: str, subject: str, text: str) -> str | None:
    """Bounces without a form: from a robot, a null sender, or marked by header fields."""
    if root.all("x-failed-recipients"):
        return "bounce"
    fails = bool(_FAILURE.search(subject[:300]))
    robot = robots.is_daemon(from_addr) or is_null(root) or _is_daemon(root, from_addr)
    if robot:
        return "bounce" if fails or _FAILURE.search(text[:4_000]) else "auto_reply"
    return None


def _is_daemon(root: Part, from_addr: str) -> bool:
    """A sender without an address that calls itself a mailer, as sendmail and others write."""
    value = charset.decode(root.first("from"))[:300].strip()
    return not from_addr and (value == "<>" or "mailer-daemon" in value.lower())


def is_null(root: Part) -> bool:
    """Whether the envelope sender is empty, as of all that must not be answered."""
    paths = [charset.decode(value).strip() for value in root.all("return-path")]
    return any(path.replace(" ", "") == "<>" for path in paths)


def returned_ids(root: Part) -> tuple[str, ...]:
    """Message-IDs of the mails that a report or bounce gives back."""
    found: list[bytes] = []
    for part in list(root.walk())[1:]:
        if part.media_type == "text/rfc822-headers":
            found += _MESSAGE_ID_LINE.findall(part.content[:102_400])
        elif part.media_type == "message/delivery-status":
            found += _ORIGINAL_ID_LINE.findall(part.content[:102_400])
        else:
            found += part.all("message-id")
    if not found:
        for part in root.walk():
            found += _MESSAGE_ID_LINE.findall(part.content[:200_000])
    return headers.message_ids(found)
