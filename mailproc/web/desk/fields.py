"""What a page of the desk posts: fields, and files where the form holds some."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest

from mailproc.web.common import read_fields

MOST_BYTES = 25_000_000  # of all that one form posts
_FIELDS, _FILES = 200, 10
_PART = 64 * 1024  # bytes of a field beside files


@dataclass(frozen=True, slots=True)
class Upload:
    """A posted file; its name and type are what the browser says of it, no more."""

    filename: str
    media_type: str
    content: bytes


async def read_all(
    http: HttpRequest,
) -> tuple[tuple[tuple[str, str], ...], dict[str, Upload]]:
    """Fields in their order, and files by field. Raises HTTPException 400, 411, 413 or 415."""
    media_type = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        return tuple(await read_fields(http, _FIELDS)), {}
    size = http.headers.get("content-length", "")
    if not size.isascii() or not size.isdigit():
        raise HTTPException(411)  # the server holds a body to the length it was told
    if int(size[:20]) > MOST_BYTES:
        raise HTTPException(413)
    try:
        form = await http.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_PART)
    except (ClientDisconnect, MultiPartException, ValueError):
        raise HTTPException(400) from None
    fields: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            # PostgreSQL keeps no NUL in a text.
            fields.append((name, value.replace("\0", "").replace("\r\n", "\n")))
        elif content := await value.read():
            named = (value.filename or "").replace("\0", "")
            files[name] = Upload(named, value.content_type or "", content)
    await form.close()
    return tuple(fields), files
