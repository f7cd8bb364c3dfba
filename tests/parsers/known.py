"""The office that the test mails are written to."""

from mailproc.model import Known

KNOWN = Known(
    own_addresses=frozenset({"data@area.example.org"}),
    datasets=(
        ("student_count", ("จำนวนนักเรียนจำแนกตามชั้นและเพศ", "Students by grade and sex")),
        ("school_directory", ("ทำเนียบโรงเรียน", "School directory")),
        ("staff_count", ("จำนวนครูและบุคลากรจำแนกตามวิทยฐานะ",)),
        ("small_schools", ("โรงเรียนขนาดเล็ก",)),
        ("classrooms", ("จำนวนห้องเรียน",)),
    ),
)
OUR_ID = "<0123456789abcdef0123456789abcdef.mailproc@area.example.org>"


def mail(
    body: str | bytes = "",
    *,
    head: str = "",
    sender: str = "Mali <mali@school.example.org>",
    subject: str = "x",
    content_type: str = "text/plain; charset=utf-8",
) -> bytes:
    """A small mail; `head` holds whole header lines that come first."""
    content = body.encode() if isinstance(body, str) else body
    lines = f"{head}From: {sender}\nTo: data@area.example.org\nSubject: {subject}\n"
    lines += f"Message-ID: <1@school.example.org>\nContent-Type: {content_type}\n\n"
    return lines.encode().replace(b"\n", b"\r\n") + content
