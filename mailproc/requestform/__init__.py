"""The request form that is handed out, made from one definition: as text, Word, Excel and PDF.

`definition` is the form as a value; `text`, `docx`, `xlsx` and `pdf` write it down. Each is read
back by `parsers`: the tests fill them in and compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from mailproc.model import Built, Catalogue, Office
from mailproc.requestform import text
from mailproc.requestform.definition import RequestForm, request_form

__all__ = ["RequestForm", "blank_files", "request_form", "text_lines"]


def text_lines(
    office: Office, catalogue: Catalogue, language: str, folders: tuple[Path, ...]
) -> tuple[str, ...]:
    """The form as the lines of a mail."""
    return text.lines(request_form(office, catalogue, language, folders))


@lru_cache(maxsize=4)
def blank_files(
    office: Office, catalogue: Catalogue, language: str, folders: tuple[Path, ...]
) -> tuple[Built, ...]:
    """The form as files to be mailed: DOCX, XLSX, and PDF where typst is installed.

    Made once for each state of office and catalogue. `folders` hold templates, the office's own
    first. Raises ConfigError with every fault of the templates.
    """
    return tuple(_files(request_form(office, catalogue, language, folders), folders))


def _files(form: RequestForm, folders: tuple[Path, ...]) -> Iterator[Built]:
    # The libraries cost a quarter of a second to load, and most runs need none of them.
    from mailproc.requestform import docx, pdf, xlsx

    yield _built(form, "docx", docx.MEDIA_TYPE, docx.build(form))
    yield _built(form, "xlsx", xlsx.MEDIA_TYPE, xlsx.build(form))
    try:
        yield _built(form, "pdf", pdf.MEDIA_TYPE, pdf.build(form, folders))
    except pdf.NoTypst:
        return


def _built(form: RequestForm, ending: str, media_type: str, content: bytes) -> Built:
    filename = f"{form.words.filename}.{ending}"
    digest = sha256(content).hexdigest()
    return Built(filename, media_type, content, digest, result_digest="")  # there is no data in it
