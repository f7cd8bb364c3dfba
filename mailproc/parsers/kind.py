"""Who or what wrote a mail, by its header fields and structure.

After RFC 3834 (automatic answers), RFC 3462/3464 (reports) and what systems really send. Reports
come first: a bounce must never be taken for a request.
"""

from __future__ import annotations

import re

from mailproc.model import Known
from mailproc.parsers import charset, headers
from mailproc.parsers.mime import Part

OUR_MESSAGE_ID = re.compile(r"<[0-9a-f]{32}\.mailproc@[^<>\s]{1,250}>")
OUR_HEADER = "x-mailproc"
_ARRIVED = frozenset({b"delivered", b"relayed", b"expanded"})
AUTOMATIC = frozenset({"auto_reply", "bounce", "report", "list", "own"})
_ROBOTS = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|post-?_?master|mail ?deliver|mailerdaemon|double-?bounce|"
    r"mmdf|mail-?admin|"
    r"microsoftexchange[0-9a-f]{20,})",
    re.I,
)
_NO_REPLY = re.compile(
    r"^(?:.{0,40}[._-])?(?:no-?_?\.?reply|do-?not-?reply|donotreply|not-?reply|auto-?reply|autoresponder|"
    r"bounces?|mailer|notifications?|alerts?)(?:[._+-].{0,40})?@",
    re.I,
)
_AUTO_SUBJECT = re.compile(
    r"^\s*\[?(?:automatic reply|automatic response|auto(?:matic|mated)?[- ]?(?:reply|response|"
    r"responder|respuesta|acknowledg)|"
    r"autoreply|autoresponse|autorespond|out[- ]of[- ](?:the[- ])?office|ooo:|away from (?:the |"
    r"my )?(?:office|mail)|vacation|on leave:|"
    r"i am (?:away|out)|i'm (?:away|out)|automatische antwort|réponse automatique|"
    r"respuesta automática|"
    r"ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|ตอบรับอัตโนมัติ|ข้อความตอบกลับอัตโนมัติ|ข้อความอัตโนมัติ|ไม่อยู่สำนักงาน|ไม่อยู่ที่สำนักงาน|ไม่อยู่ที่ทำงาน|แจ้งลาพัก)",
    re.I,
)
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
    r"^(?:read|not read|อ่านแล้ว|ได้อ่าน|return receipt|gelesen|lu)\s*[:：]|read receipt|ใบตอบรับการอ่าน",
    re.I,
)
_DSN_ACTION = re.compile(rb"^action\s*:\s*([a-z]{3,12})", re.I | re.M)
_CANCEL = re.compile(
    r"(?:(?:ขอ|กรุณา|โปรด|รบกวน|ช่วย)\s{0,3})?ยกเลิก\s{0,3}(?:คำขอ|คำร้อง|การขอข้อมูล|การขอ)?\s{0,3}"
    r"(?:ข้อมูล)?\s{0,3}(?:นี้|ดังกล่าว|ข้างต้น)?\s{0,3}(?:ด้วย|หน่อย|ก่อน)?\s{0,3}(?:นะ)?(?:ครับ|ค่ะ|คะ)?"
    r"\s{0,3}(?:[.!]|(?:เนื่องจาก|เพราะ).{0,200})?"
    r"|(?:please )?(?:cancel|withdraw)(?: (?:my|this|the))?(?: data)?(?: request)?"
    r"\s{0,3}(?:[.!]|(?:because|since|as) .{0,200})?",
    re.I,
)
_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.M)
_BULK = frozenset({"auto_reply", "auto-reply", "bulk", "junk"})


def judge(root: Part, from_addr: str, subject: str, text: str, known: Known) -> str | None:
    """The automatic kind of a mail; None where a person wrote it."""
    ours = from_addr.lower() in _lowered(known) or bool(tokens((from_addr,), known))
    if ours or root.all(OUR_HEADER):
        return "own"
    return (
        _report(root, subject, text)
        or _bounce(root, from_addr, subject, text)
        or _auto_reply(root, subject)
        or _list(root)
        or _weak_automatic(root, from_addr)
    )


def is_reply(references: tuple[str, ...], recipients: tuple[str, ...], known: Known) -> bool:
    """Whether the mail answers one of ours: by a Message-ID of ours or by a reply address."""
    return any(OUR_MESSAGE_ID.fullmatch(i) for i in references) or bool(tokens(recipients, known))


def tokens(recipients: tuple[str, ...], known: Known) -> tuple[str, ...]:
    """What stands behind the plus in addresses of ours: `local+{token}@`."""
    own = _lowered(known)
    found = []
    for address in recipients:
        local, _, domain = address.rpartition("@")
        name, plus, token = local.partition("+")
        if plus and token and f"{name}@{domain}".lower() in own:
            found.append(token)
    return tuple(found)


def command(text: str) -> str | None:
    """«cancel» where the first line that says something asks for that and for nothing else."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    return "cancel" if len(line) < 250 and _CANCEL.fullmatch(line.strip(" \t*\"'«»“”")) else None


def is_encrypted(root: Part, text: str) -> bool:
    """S/MIME that cannot be looked into, or PGP."""
    for part in root.walk():
        if part.media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return True
        if part.media_type == "multipart/encrypted":
            return True
    return bool(_PGP.search(text[:20_000]))


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


_MESSAGE_ID_LINE = re.compile(
    rb"^[ \t>]{0,8}message-id[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,250}>)", re.I | re.M
)
_ORIGINAL_ID_LINE = re.compile(
    rb"^(?:x-)?original-message-id[ \t]*:[ \t]*(<[^<>\s]{1,250}>)", re.I | re.M
)


def _lowered(known: Known) -> frozenset[str]:
    return frozenset(address.lower() for address in known.own_addresses)


def _word(root: Part, name: str) -> str:
    value = charset.decode(root.first(name)).strip().lower()
    return value.split(";")[0].split("(")[0].strip()


def _report(root: Part, subject: str, text: str) -> str | None:
    """Reports in a form of their own: delivery status, read receipt, feedback, calendar."""
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
    for part in root.walk():
        if part.media_type == "text/calendar":
            method = part.params.get("method", "").lower()
            if method == "reply" or b"METHOD:REPLY" in part.content[:2_000].upper():
                return "report"
    if _READ.search(subject) and not text.strip():
        return "report"
    return None


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


def _bounce(root: Part, from_addr: str, subject: str, text: str) -> str | None:
    """Bounces without a form: from a robot, a null sender, or marked by header fields."""
    if root.all("x-failed-recipients"):
        return "bounce"
    fails = bool(_FAILURE.search(subject[:300]))
    robot = bool(_ROBOTS.match(from_addr)) or _is_null(root) or _is_daemon(root, from_addr)
    if robot:
        return "bounce" if fails or _FAILURE.search(text[:4_000]) else "auto_reply"
    return None


def _is_daemon(root: Part, from_addr: str) -> bool:
    """A sender without an address that calls itself a mailer, as sendmail and others write."""
    value = charset.decode(root.first("from"))[:300].strip()
    return not from_addr and (value == "<>" or "mailer-daemon" in value.lower())


def _is_null(root: Part) -> bool:
    paths = [charset.decode(value).strip() for value in root.all("return-path")]
    return any(path.replace(" ", "") == "<>" for path in paths)


def _auto_reply(root: Part, subject: str) -> str | None:
    submitted = _word(root, "auto-submitted")
    if submitted and submitted != "no":
        return "auto_reply"
    if any(
        root.all(name)
        for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-auto-reply-from")
    ):
        return "auto_reply"
    if _word(root, "precedence") in ("auto_reply", "auto-reply"):
        return "auto_reply"
    if _word(root, "x-precedence") in _BULK or _word(root, "x-auto-response") == "yes":
        return "auto_reply"
    return "auto_reply" if _AUTO_SUBJECT.match(subject[:300]) else None


def _list(root: Part) -> str | None:
    names = ("mailing-list", "x-mailing-list", "x-mlserver", "x-ml-name", "x-list")
    if (
        any(name.startswith("list-") or name in names for name in root.fields)
        or _word(root, "precedence") == "list"
    ):
        return "list"
    return None


def _weak_automatic(root: Part, from_addr: str) -> str | None:
    if _word(root, "precedence") in _BULK:
        return "auto_reply"
    return "auto_reply" if _NO_REPLY.match(from_addr) else None
