"""The demo's inbox in the browser: what each person received, links to click, mails to send."""

from __future__ import annotations

import re
import smtplib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mailproc.demo import letters
from mailproc.demo.boxes import Boxes
from mailproc.demo.letters import Shown
from mailproc.demo.server import EmbeddedMail
from mailproc.errors import NeedsPerson
from mailproc.thai import date_time

COLUMNS = ("requester", "director", "officer")
OFFICE = "office"
WRITERS = COLUMNS  # who may answer a mail; the office answers by itself
_ANEW = "ขอใหม่"  # as people write it; without it the office links the mail to the first
TEMPLATES = Path(__file__).parents[2] / "templates" / "demo"
LONGEST_REPLY = 10_000

# Our own pages; a mail gets a policy of its own, under which nothing is fetched or run.
POLICY = (
    "default-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class DemoPages:
    """What the inbox tells of the rest of the demo."""

    director_code: str
    internal_url: str = ""  # the officer's desk is below it
    officer_code: str = ""
    timezone: str = "Asia/Bangkok"
    templates: Path = field(default=TEMPLATES)
    codes: tuple[str, ...] = ()  # the director's printed list


@dataclass(frozen=True, slots=True)
class Sample:
    """A ready-made request; `{address}` in the body is the requester's own."""

    id: str
    title_th: str
    title_en: str
    from_name: str
    subject: str
    body: str


def load_samples(folder: Path) -> tuple[Sample, ...]:
    with (folder / "samples.toml").open("rb") as file:
        return tuple(Sample(**sample) for sample in tomllib.load(file)["sample"])


def stage(boxes: Mapping[str, Sequence[Shown]]) -> int:
    """How far the newest request is: 1 nothing sent, 2 in work or asked back, 3 at the director,
    4 the file arrived."""
    requests = [mail.received for mail in boxes[OFFICE] if not mail.references]
    if not requests:
        return 1
    since = max(requests)
    if any(mail.files for mail in boxes["requester"] if mail.received >= since):
        return 4
    return 3 if any(mail.received >= since for mail in boxes["director"]) else 2


def inbox_app(mail: EmbeddedMail, pages: DemoPages) -> Starlette:
    """The application; `mail` must be started before the first request."""
    viewer = Viewer(Boxes(mail), pages)
    return Starlette(
        routes=[
            Route("/", viewer.lists),
            Route("/send", viewer.send, methods=["POST"]),
            Route("/reply", viewer.reply, methods=["POST"]),
            Route("/mail/{account}/{uid:int}", viewer.read),
            Route("/mail/{account}/{uid:int}/html", viewer.html),
            Route("/mail/{account}/{uid:int}/file/{number:int}", viewer.file),
            Route("/{name}", viewer.static),
        ],
        exception_handlers={HTTPException: viewer.sorry},
        # Under a name of its own another site could read these pages (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


class Viewer:
    """The pages. Plain functions run in threads, so that IMAP and SMTP may block."""

    def __init__(self, boxes: Boxes, pages: DemoPages) -> None:
        self._boxes = boxes
        self._pages = pages
        self._samples = load_samples(pages.templates)
        self._sent: set[str] = set()  # samples that were sent: the same again is meant anew
        self._templates = _environment(pages)

    def lists(self, request: Request) -> Response:
        boxes = {name: self._boxes.mails(name) for name in (*COLUMNS, OFFICE)}
        return self._page(
            "inbox.html.j2",
            boxes=boxes,
            stage=stage(boxes),
            samples=self._samples,
            sent=request.query_params.get("sent", ""),
        )

    def read(self, request: Request) -> Response:
        account, shown = self._wanted(request)
        as_text, chosen = "text" in request.query_params, request.query_params.get("reply", "")
        replies = letters.begun(shown.html)
        begun = int(chosen) if chosen.isdecimal() and int(chosen) < len(replies) else -1
        text = replies[begun].text if begun >= 0 else ""
        return self._mail_page(account, shown, as_text=as_text, text=text)

    def html(self, request: Request) -> Response:
        _, shown = self._wanted(request)
        if not shown.html:
            raise HTTPException(404)
        headers = {"Content-Security-Policy": MAIL_POLICY, **_CAREFUL}
        page = f"/mail/{request.path_params['account']}/{shown.uid}"
        html = letters.begun_here(open_links_outside(shown.html), page)
        return HTMLResponse(html, headers=headers)

    def file(self, request: Request) -> Response:
        _, shown = self._wanted(request)
        number = request.path_params["number"]
        if not 0 <= number < len(shown.files):
            raise HTTPException(404)
        file = shown.files[number]
        disposition = f"attachment; filename*=utf-8''{quote(file.filename, safe='')}"
        headers = {"Content-Disposition": disposition, **_CAREFUL}
        return Response(file.content, media_type=file.media_type, headers=headers)

    async def send(self, request: Request) -> Response:
        _same_origin(request)
        form = await request.form()
        sample = next((s for s in self._samples if s.id == form.get("sample")), None)
        if sample is None:
            raise HTTPException(400)
        sender = self._boxes.sender("requester", sample.from_name)
        office = self._boxes.address(OFFICE)
        body = sample.body.replace("{address}", sender.address)
        subject = f"{sample.subject} ({_ANEW})" if sample.id in self._sent else sample.subject
        self._sent.add(sample.id)
        raw = letters.request(sender, office, subject, body)
        await run_in_threadpool(self._boxes.send, "requester", office, raw)
        return RedirectResponse(f"/?sent={sample.id}", status_code=303)

    async def reply(self, request: Request) -> Response:
        _same_origin(request)
        form = await request.form()
        account, uid = str(form.get("account", "")), str(form.get("uid", ""))
        text = str(form.get("text", "")).strip()[:LONGEST_REPLY]
        shown = await run_in_threadpool(self._find, account, uid)
        if account not in WRITERS:
            raise HTTPException(403)
        if not text:
            return self._mail_page(account, shown, fault="empty", status=400)
        name = await run_in_threadpool(self._name_of, account)
        try:
            raw = letters.reply(self._boxes.sender(account, name), shown, text)
            await run_in_threadpool(self._boxes.send, account, shown.reply_to, raw)
        except (NeedsPerson, smtplib.SMTPException):
            return self._mail_page(account, shown, fault="refused", text=text, status=400)
        return RedirectResponse("/?sent=reply", status_code=303)

    def static(self, request: Request) -> Response:
        media_type = {"style.css": "text/css", "refresh.js": "text/javascript"}
        name = request.path_params["name"]
        if name not in media_type:
            raise HTTPException(404)
        return FileResponse(self._pages.templates / name, media_type=media_type[name])

    def sorry(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._page("sorry.html.j2", status=status, code=status)

    def _wanted(self, request: Request) -> tuple[str, Shown]:
        account = request.path_params["account"]
        return account, self._find(account, str(request.path_params["uid"]))

    def _find(self, account: str, uid: str) -> Shown:
        try:
            return self._boxes.mail(account, int(uid))
        except (KeyError, ValueError):
            raise HTTPException(404) from None

    def _name_of(self, account: str) -> str:
        """The name under which the requester wrote to the office."""
        address = self._boxes.address(account)
        sent = (mail for mail in self._boxes.mails(OFFICE) if mail.from_addr == address)
        return next((mail.from_name for mail in sent), "")

    def _mail_page(
        self,
        account: str,
        shown: Shown,
        *,
        as_text: bool = False,
        fault: str = "",
        text: str = "",
        status: int = 200,
    ) -> Response:
        return self._page(
            "mail.html.j2",
            status=status,
            account=account,
            mail=shown,
            as_text=as_text or not shown.html,
            replies=letters.begun(shown.html),
            may_reply=account in WRITERS and bool(shown.reply_to),
            fault=fault,
            text=text,
        )

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        body = self._templates.get_template(template).render(**values)
        headers = {"Content-Security-Policy": POLICY, **_CAREFUL}
        return HTMLResponse(body, status_code=status, headers=headers)


_CAREFUL = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer, forms are posted with «Origin: null»
    "X-Content-Type-Options": "nosniff",
}
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"'()«»]+")


def open_links_outside(html: str) -> str:
    """The mail with every link opening a page of its own, outside the frame."""
    base = '<base target="_blank">'
    head = _HEAD.search(html)
    return base + html if head is None else html[: head.end()] + base + html[head.end() :]


def linked(text: str) -> Markup:
    """Plain text with its addresses as links."""
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        url = found[0].rstrip(".,;:!?")
        pieces.append(escape(text[end : found.start()]))
        pieces.append(Markup('<a href="{0}" target="_blank" rel="noreferrer">{0}</a>').format(url))
        end = found.start() + len(url)
    return Markup("").join([*pieces, escape(text[end:])])


def _environment(pages: DemoPages) -> Environment:
    zone = ZoneInfo(pages.timezone)
    environment = Environment(
        loader=FileSystemLoader(pages.templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(pages=pages, columns=COLUMNS, office=OFFICE, sandbox=SANDBOX)
    environment.filters["clock"] = lambda when: f"{when.astimezone(zone):%H:%M:%S}"
    environment.filters["moment"] = lambda when: date_time(when, pages.timezone)
    environment.filters["linked"] = linked
    return environment


def _same_origin(request: Request) -> None:
    """A page from elsewhere can't send mails here."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)
