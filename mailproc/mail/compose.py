"""Writes a letter as the bytes that go on the wire, from templates: plain text, HTML and files.

Composes only; what is sent when, and what a link is, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import format_datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from mailproc import thai
from mailproc.defang import defang, defang_line
from mailproc.digest import about
from mailproc.mail import headers, replies
from mailproc.model import Built, Catalogue, Letter, Linked, Office, Question
from mailproc.parsers.kind import reply_address
from mailproc.texts import LANGUAGES, Compiled, Sandbox, environment, load_texts, template_faults
from mailproc.wording import request_words, shown
from mailproc.workflow import numbering
from mailproc.workflow.urgency import hurry

# Letters that answer a mail; all others are written by themselves (RFC 3834, section 5).
ANSWERS = frozenset(
    "receipt ask confirm noted too_big too_late cancelled decided how_to_decide explain scan "
    "linked status which form too_many encrypted unreadable passed_on personal "
    "reply_decided reply_elsewhere approver_noted list_decided".split()
)
_MUCH = 4  # questions, from which on the whole form is the easier way to answer
_NO_REPLIES = dict.fromkeys((*replies.CHOICES, replies.ALL), "")
_NO_LINKS = {"decide": "", "status": "", "code": "", "codes": "", "queue": ""}
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


class Composer:
    """All letters of an office; `folders` hold templates, the office's own first."""

    def __init__(
        self,
        office: Office,
        folders: tuple[Path, ...],
        catalogue: Catalogue | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        known = catalogue or Catalogue()
        self._voices = {x: _Voice(office, folders, known, x, compiled) for x in LANGUAGES}
        self._blank_files = partial(_blank_files, office, known, folders)
        self._timezone = ZoneInfo(office.timezone)
        self._address = headers.strict_address(office.address)
        self._plus = office.plus_addressing

    def compose(
        self,
        letter: Letter,
        links: Mapping[str, str],
        files: tuple[Built, ...] = (),
        linked: tuple[Linked, ...] = (),
    ) -> bytes:
        """The whole mail. Raises NeedsPerson where the recipient is not one plain address."""
        voice = self._voices.get(letter.language) or self._voices[LANGUAGES[0]]
        if not files and _offers_form(letter):
            files = self._blank_files(voice.language)
        begun = self._replies(letter, voice) if links.get("codes") else {}
        subject, text, html = voice.render(letter, links, files, linked, _NO_REPLIES | begun)
        mark = sha256(letter.message_id.encode("utf-8")).hexdigest()[:24]
        body = headers.multipart(
            "alternative",
            f"=_a{mark}",
            (headers.text_part("plain", text), headers.text_part("html", html)),
        )
        if files:
            parts = (headers.file_part(f.filename, f.media_type, f.content) for f in files)
            body = headers.multipart("mixed", f"=_m{mark}", (body, *parts))
        return self._head(letter, subject, voice) + body

    def faults(self) -> list[str]:
        """What is wrong with the templates, one line each; empty when every one can be read."""
        return list(dict.fromkeys(x for voice in self._voices.values() for x in voice.faults()))

    def _replies(self, letter: Letter, voice: _Voice) -> dict[str, str]:
        """Links that begin the reply by which an approver decides."""
        if letter.listed:
            return replies.of_list(
                self._address, letter.message_id, voice.reply_words, plus=self._plus
            )
        if letter.request is None:
            return {}
        number, words = letter.request.number, voice.reply_words
        return replies.decisions(self._address, letter.message_id, number, words, plus=self._plus)

    def _reply_to(self, letter: Letter, voice: _Voice) -> bytes:
        """Where the server allows it, an address that ties the answer to this mail though a program
        drops its references and the quote: «office+0f3a…@», as secret as the Message-ID."""
        address = reply_address(self._address, letter.message_id) if self._plus else ""
        return headers.mailbox("Reply-To", voice.office_name, address) if address else b""

    def _head(self, letter: Letter, subject: str, voice: _Voice) -> bytes:
        automatic = letter.kind in ANSWERS and letter.in_reply_to
        date = format_datetime(letter.created_at.astimezone(self._timezone))
        rest = (
            f"Date: {date}\r\n"
            f"Auto-Submitted: {'auto-replied' if automatic else 'auto-generated'}\r\n"
            "X-Auto-Response-Suppress: All\r\n"
            "X-Mailproc: 1\r\n"
            f"{_about(letter)}"
            f"Content-Language: {voice.language}\r\n"
            "MIME-Version: 1.0\r\n"
        )
        return b"".join(
            (
                headers.mailbox("From", voice.office_name, self._address),
                headers.mailbox("To", letter.to_name, letter.to_addr),
                headers.unstructured("Subject", subject),
                headers.message_id("Message-ID", letter.message_id),
                headers.threading(letter.in_reply_to, letter.references),
                self._reply_to(letter, voice),
                rest.encode("ascii"),
            )
        )


def _about(letter: Letter) -> str:
    """By which a restored daemon finds in the folder of sent mail what this one told whom."""
    told = [x.thread for x in (letter.request, *letter.others) if x is not None]
    marks = dict.fromkeys(mark for thread in told if (mark := about(thread)))
    return "".join(f"X-Mailproc-About: {mark}\r\n" for mark in marks)


def _offers_form(letter: Letter) -> bool:
    """Whether the blank form goes with it: asked for, or nearly everything is missing."""
    asked = [letter.questions, *(request.questions for request in letter.others)]
    fields = {question.field for questions in asked for question in questions}
    return letter.kind == "form" or (letter.kind == "ask" and len(fields) >= _MUCH)


def _blank_files(
    office: Office, catalogue: Catalogue, folders: tuple[Path, ...], language: str
) -> tuple[Built, ...]:
    from mailproc.requestform import blank_files  # few letters need it, and it takes long to load

    return blank_files(office, catalogue, language, folders)


def _form_lines(
    office: Office, catalogue: Catalogue, language: str, folders: tuple[Path, ...]
) -> tuple[str, ...]:
    from mailproc.requestform import text_lines

    return text_lines(office, catalogue, language, folders)


class _Voice:
    """The templates of one language, each compiled once for text and once for HTML."""

    def __init__(
        self,
        office: Office,
        folders: tuple[Path, ...],
        catalogue: Catalogue,
        language: str,
        compiled: Compiled | None,
    ) -> None:
        self.language, self._timezone = language, office.timezone
        self.office_name = office.name_th if language == "th" else office.name_en
        texts = load_texts(folders, language)
        words = request_words(texts, catalogue)
        self.reply_words: Mapping[str, str] = texts.sections["reply"]
        form_lines = cache(partial(_form_lines, office, catalogue, language, folders))
        self._text, self._html = (
            environment(folders, "mail", texts, office, html=html, compiled=compiled)
            for html in (False, True)
        )
        for env, form in ((self._text, "text"), (self._html, "html")):
            env.globals.update(words)
            env.filters["offer_text"] = words["offer_text"]
            env.filters["one_line"], env.filters["file_name"] = (
                words["one_line"],
                words["file_name"],
            )
            env.globals["form_lines"] = form_lines
            env.filters["columns"] = thai.columns
            _add_macros(env, f"kit.{form}.j2")
            _add_macros(env, f"parts.{language}.j2")
            _add_macros(env, f"several.{language}.j2")
        self._text_layout = self._text.get_template("layout.text.j2")
        self._html_layout = self._html.get_template("layout.html.j2")

    def render(
        self,
        letter: Letter,
        links: Mapping[str, str],
        files: tuple[Built, ...],
        linked: tuple[Linked, ...],
        begun: Mapping[str, str],
    ) -> tuple[str, str, str]:
        """Subject, plain text and HTML of a letter."""
        names = [file.filename for file in files] + [file.filename for file in linked]
        with_csv = any(name.endswith(".csv") for name in names)
        values = _values(letter, links, files)
        values |= {"files_linked": linked, "with_csv": with_csv, "replies": begun}
        at, zone = letter.created_at, self._timezone
        values["hurry"] = hurry(letter.request, at, zone)
        values["hurries"] = [hurry(other, at, zone) for other in letter.others]
        several = "several." if letter.others else ""
        name = f"{letter.kind}.{several}{self.language}.j2"
        text_blocks = self._blocks(self._text, name, values)
        text = self._text_layout.render(text_blocks)
        # What is marked safe was escaped while it was written.
        html_blocks = {
            block: Markup(words)  # noqa: S704
            for block, words in self._blocks(self._html, name, values).items()
        }
        subject = headers.clean(" ".join(text_blocks["subject"].split()))
        html = self._html_layout.render(html_blocks | {"subject": subject})
        return subject, _BLANK_LINES.sub("\n\n", text).strip() + "\n", html

    def _blocks(self, env: Sandbox, name: str, values: dict[str, Any]) -> dict[str, str]:
        """Subject, body and footer, and the lines that some letters have before all others; a
        context is dear, so the blocks share one."""
        template = env.get_template(name)
        footer = env.get_template(f"footer.{self.language}.j2")
        context = template.new_context(values)
        blocks = {
            block: "".join(template.blocks[block](context)) if block in template.blocks else ""
            for block in ("subject", "lead", "body")
        }
        if values["last"]:
            last: Any = env.globals["last_answer"]
            blocks["body"] += str(last())
        return blocks | {"footer": "".join(footer.root_render_func(context)).strip()}

    def faults(self) -> list[str]:
        envs = (self._text, self._html)
        return [x for env in envs for x in template_faults(env, f".{self.language}.j2")]


def _add_macros(env: Sandbox, name: str) -> None:
    module = env.get_template(name).module
    env.globals.update({n: m for n, m in vars(module).items() if not n.startswith("_")})


def _values(letter: Letter, links: Mapping[str, str], files: tuple[Built, ...]) -> dict[str, Any]:
    """What a template may use; every word that came from outside is harmless by now."""
    questions = letter.questions
    return {
        "request": shown(letter.request),
        "to_name": defang_line(letter.to_name),
        "for_name": defang_line(letter.for_name),
        "to_post": defang_line(letter.to_post),
        "needed": letter.needed,
        "subject": defang_line(letter.subject),
        "questions": [shown(q) for q in questions],
        "asked_fields": [q.field for q in questions],
        "not_held": _not_held(letter, questions),
        "reason": defang(letter.reason),
        "understood_reply": letter,  # its conditions name columns, which are our own words
        "note_text": defang(letter.note),
        "written_at": letter.created_at,
        "last": letter.last,
        "outlooks": {one.request_id: shown(one) for one in letter.outlooks},
        "absence": letter.absence,
        "standing": letter.standing,
        "absent": defang_line(letter.absent),
        "deputies": [defang_line(name) for name in letter.deputies],
        "outcomes": letter.outcomes,
        "waiting": [shown(mail) for mail in letter.waiting],
        "sections": [shown(section) for section in letter.sections],
        "files_sent": [(file.filename, len(file.content)) for file in files],
        "links": _NO_LINKS | dict(links),
    } | (_several(letter, links) if letter.others else {})


def _not_held(letter: Letter, questions: tuple[Question, ...]) -> str:
    """The title of the dataset that was asked for and is not there, where that is all."""
    held = [q.said for q in questions if q.field == "dataset" and q.problem == "unavailable"]
    return defang_line(held[0]) if held and not letter.others else ""


def _several(letter: Letter, links: Mapping[str, str]) -> dict[str, Any]:
    """What a mail about several requests needs besides: each with its own questions and link."""
    requests = [r for r in (letter.request, *letter.others) if r is not None]
    lead = 1 if letter.request is not None else 0
    asked = numbering.numbered([r.questions for r in requests])
    alike = numbering.common(asked)
    own = [[q for q in questions if q not in alike] for questions in asked]
    urls = [
        links.get("status" if at < lead else f"status {r.id}", "") for at, r in enumerate(requests)
    ]
    return {
        "requests": [shown(r) for r in requests],
        "refused": [shown(x) for x in dict.fromkeys(x for r in requests for x in r.doubts.refused)],
        "alike": [shown(q) for q in alike],
        "each": [
            (shown(request), [shown(q) for q in questions], url)
            for request, questions, url in zip(requests, own, urls, strict=True)
        ],
        "asked_fields": list(dict.fromkeys(q.field for questions in asked for q in questions)),
    }
