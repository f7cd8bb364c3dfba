"""Bodies: plain text and HTML that is long, nested, or nearly what a pattern looks for."""

from __future__ import annotations

from tests.hostile.wrap import FORM, PLAIN, Make, mail, many

_HTML = b"Content-Type: text/html; charset=utf-8\r\n"


def _plain(piece: str, size: int = 5_000_000, before: str = "") -> Make:
    """`size` bytes of one piece as text."""

    def make(scale: float) -> bytes:
        data = piece.encode()
        return mail(PLAIN, before.encode() + data * (many(size, scale) // len(data) + 1))

    return make


def _page(piece: str, count: int, before: str = "<table>", after: str = "") -> Make:
    """So many times one piece as HTML, and a request below it."""

    def make(scale: float) -> bytes:
        form = FORM.replace("\n", "<br>")
        page = before + piece * many(count, scale) + after + f"<div>{form}</div>"
        return mail(_HTML, page.encode())

    return make


def _pair(left: str, right: str, count: int) -> Make:
    def make(scale: float) -> bytes:
        n = many(count, scale)
        return mail(_HTML, (left * n + "a" + right * n).encode())

    return make


# Each is nearly what one of the patterns wants; 100 KB of it come in a row at full size.
NEAR_MISSES = (
    *("a", " ", ".", ":", "-", "_", "1", "1-", "1/", "( ", "[", "☐☑", "@", "a@", "แก", "เเ"),
    *("\u0e4d\u0e48\u0e32", ">", "> a\n", "a\n> a\n", "\n", "-- \n", "on \n", "On x: \n"),
    *("เมื่อ \n", "จาก: a@b\n", "From: a@b\nSent: x\n", "---------- Forwarded message ---------\n"),
    *("2026-06-08 9:12 ", "ชื่อ:", "ชื่อ\t", "ชื่อ...\n", "ชื่อ: a\n", "ชื่อ…………", "ชื่อ______", "ชื่อ - สกุล "),
    *("ปีการศึกษา ", "ปีการศึกษา 2568 ", "ปี 2568,", "๒๕๖๘/", "2568-2567-", "รอบที่ ", "รอบ 10 มิ.ย. "),
    *("ชั้น: ป.1,", "ป.1-", "ระดับ ", "(เช่น ", "ขอข้อมูล", "ขอข้อมูล x\n", "ด้วย ", "มีความประสงค์ขอ"),
    *(
        "เพื่อ",
        "เพื่อ ",
        "อ้างถึง หนังสือ",
        "ที่ ศธ ",
        "ศธ 04",
        "ที่ ศธ ๐๔๑๑๔/",
        "ลงวันที่ ",
        "1 ก.พ ",
        "๑ มกราคม ",
    ),
    *(
        "โทร. ",
        "โทร 08-",
        "08 1",
        "0-",
        "+66 ",
        "Line ID ",
        "line:",
        "a.b@",
        "www.a.",
        "https://a/",
    ),
    *(
        "request ",
        "delivery ",
        "mail ",
        "Name: ",
        "name . ",
        "Dataset ",
        "academic year ",
        "purpose: a\n",
    ),
    *(
        "☑ ",
        "☐ ",
        "[x] ",
        "[ ] ",
        "( ) ",
        "(/) ",
        "(√",
        "√ ",
        "□",
        "๑) ",
        "1. ",
        "1) a\n",
        "- a\n",
        "• ",
    ),
    *(
        "\t",
        "a\tb\t",
        "|a",
        "| a | b |\n",
        "a=?b?q?",
        "=?",
        "นาย",
        "นางสาว ",
        "ครู",
        "โรงเรียน",
        "โรงเรียน\n",
    ),
    *(
        "ขอแสดงความนับถือ\n",
        "Sent from my ",
        "ส่งจาก ",
        "ยกเลิก ",
        "สถานะ",
        "ตอบกลับ: ",
        "Re: ",
        "Fwd: ",
    ),
    *(
        "\u200b",
        "\u00a0",
        "\u3000",
        "\ufeff",
        "é",
        "😀",
        "\u0e33",
        "\u0e4d\u0e32",
        "\u0e31\u0e31",
        "ฯลฯ",
        "ๆ ",
    ),
    *(
        "-----Original Message-----\n",
        "________________________________\n",
        "*From:* a\n",
        "ในวันที่ ",
        "wrote:\n",
    ),
)


def _near(piece: str) -> dict[str, Make]:
    """In the body alone, and behind a label and in the subject."""
    name = piece.strip() or repr(piece)

    def behind_a_label(scale: float) -> bytes:
        line = b"Subject: " + _repeated(piece.replace("\n", " "), scale) + b"\r\n"
        body = "วัตถุประสงค์: ".encode() + _repeated(piece, scale)
        return line + mail(PLAIN, body)

    return {
        f"near {name[:30]}": lambda scale: mail(PLAIN, _repeated(piece, scale)),
        f"near {name[:30]} behind a label": behind_a_label,
    }


def _repeated(piece: str, scale: float) -> bytes:
    data = piece.encode()
    return data * max(1, many(100_000, scale) // len(data))


CASES: dict[str, Make] = {
    "one line of 5 MB": _plain("a"),
    "one Thai line of 5 MB": _plain("ก"),
    "24 MB of text": _plain("ขอข้อมูล จำนวนนักเรียน ปีการศึกษา 2568\r\n", 24_000_000),
    "24 MB of forms": _plain(FORM, 24_000_000),
    "24 MB of quotes": _plain("> ชื่อ: a\r\n", 24_000_000),
    "quotes 100,000 deep": lambda scale: mail(PLAIN, b">" * many(100_000, scale) + b" a\r\n"),
    "quotes deeper by each line": lambda scale: mail(
        PLAIN, b"".join(b">" * n + b" a\r\n" for n in range(many(5_000, scale)))
    ),
    "1 million lines": _plain("\r\n", 2_000_000),
    "flowed text of 5 MB": lambda scale: mail(
        b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n",
        b"> word \r\n" * many(500_000, scale),
    ),
    "lone surrogates as UTF-8": lambda scale: mail(PLAIN, b"\xed\xa0\x80\xed\xbf\xbf" * 1000),
    "200,000 nested tags": _page("<div>", 200_000, ""),
    "200,000 nested fonts": _page("<font size=1><b><i>", 70_000, ""),
    "200,000 nested quotes": _pair("<blockquote>", "</blockquote>", 200_000),
    "20,000 nested tables": _pair("<table><tr><td>", "</td></tr></table>", 20_000),
    "100,000 rows": _page("<tr><td>ชื่อ<td>a<td>ปี<td>2568", 100_000),
    "100,000 cells in a row": _page("<td>ชื่อ</td>", 100_000, "<table><tr>"),
    "a cell that spans a million": _page(
        "<tr><td colspan=1000000 rowspan=1000000>a</td></tr>", 1_000
    ),
    "attributes of 100 KB": _page(f'<p class="{"a " * 50_000}">', 20, ""),
    "100,000 attributes": _page("<p " + " ".join(f"a{n}=1" for n in range(10_000)) + ">", 10, ""),
    "1 million entities": _page("&#3585;&amp;&notanentity;&#x110000;&#xD800;", 250_000, ""),
    "a style sheet of 5 MB": _page(
        "a>b~c{color:red;}@import url(x);", 150_000, "<style>", "</style>"
    ),
    "an open style": _page("a{", 100_000, "<style>"),
    "an open comment": _page("<!-- -- ", 100_000, ""),
    "conditional comments": _page("<!--[if mso]>a<![endif]-->", 100_000, ""),
    "scripts": _page("<script>var a='</scr'</script>", 100_000, ""),
    "open tags without end": _page("<a href='", 200_000, ""),
    "angles": _page("<", 2_000_000, ""),
    "misnested tags": _page("<b><p><i></b></p>", 30_000, ""),
    "inline pictures": _page('<img src="data:image/png;base64,AAAA">', 100_000, ""),
    "hidden text": _page('<span style="display:none">ชื่อ: x</span>', 50_000, ""),
    **{name: make for piece in NEAR_MISSES for name, make in _near(piece).items()},
}
