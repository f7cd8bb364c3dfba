"""Hands a file over, whole or in part, and writes down each download that reached its end."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from urllib.parse import quote

import structlog
from anyio import CancelScope
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from mailproc.errors import Stale
from mailproc.model import Request
from mailproc.store import jobs, requests
from mailproc.store.desk import Link
from mailproc.store.downloads import Offered
from mailproc.web import ranges
from mailproc.web.common import HEADERS, Site
from mailproc.workflow import events as e
from mailproc.workflow.decide import decide

log = structlog.get_logger()
_CHUNK = 256 * 1024
_STALE_TRIES = 5


class FileGiver:
    """For those alone who may have the file; that is judged elsewhere."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def give(
        self, http: HttpRequest, link: Link, request: Request, file: Offered | None
    ) -> Response:
        """The file, or the part of it that a GET asks for."""
        if file is None:
            return self._site.message("file_gone", 410, request.language)
        etag = f'"{file.sha256}"'
        found = ranges.answer({} if http.method == "POST" else http.headers, file.size, etag)
        headers = _headers(file) | found.headers(file.size, etag)
        if http.method == "HEAD" or found.length < 1:
            return Response(b"", found.status, headers)
        content = self._content(file)
        if content is None:
            log.error("file_not_as_built", request=request.number)
            return self._site.message("error", 500, request.language)
        body = self._sending(http, content, found, link)
        return StreamingResponse(body, found.status, headers, file.media_type)

    def _content(self, file: Offered) -> bytes | None:
        """The bytes, if they are still those that were approved."""
        with self._site.database.read() as connection:
            built = jobs.file(connection, file.id)
        if built is None or hashlib.sha256(built.content).hexdigest() != file.sha256:
            return None
        return built.content

    async def _sending(
        self, http: HttpRequest, content: bytes, found: ranges.Answer, link: Link
    ) -> AsyncIterator[bytes]:
        """The bytes; a download is complete once the last byte was handed over.

        Where the reader goes away before, this is cancelled and counts nothing. The server takes
        bytes for a closed connection too, so it is asked before the last one: after it a reader
        who has all may hang up at once, and that must not undo the count.
        """
        for start in range(found.first, found.last, _CHUNK):
            yield content[start : min(start + _CHUNK, found.last)]
            await asyncio.sleep(0)  # lets the loop see that the connection was closed
        is_end = found.last == len(content) - 1 and not await http.is_disconnected()
        yield content[found.last : found.last + 1]
        if is_end:
            with CancelScope(shield=True):
                await run_in_threadpool(self._count, link)

    def _count(self, link: Link) -> None:
        for _ in range(_STALE_TRIES):
            try:
                self._write(link)
                return
            except Stale:  # the request moved on at this moment: again with what it is now
                continue
        log.warning("download_not_counted", link=link.id)

    def _write(self, link: Link) -> None:
        event = e.Downloaded(by="requester", file_id=link.file_id or 0)
        now, desk = self._site.clock(), self._site.desk()
        with self._site.database.write() as connection:
            request = requests.get(connection, link.request_id)
            if request is not None:
                decision = decide(request, event, self._site.rules(), now)
                requests.apply(connection, [decision], desk, now)


def _headers(file: Offered) -> dict[str, str]:
    return HEADERS | {
        "Content-Type": file.media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.filename)}",
        "Cache-Control": "private, no-cache",  # «no-store» would forbid to go on later
    }
