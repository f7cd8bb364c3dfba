"""`run.py form`: writes the request form that the office hands out, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mailproc.cli.output import common, show
from mailproc.cli.words import words
from mailproc.clock import utc_now
from mailproc.config import load
from mailproc.errors import MailprocError
from mailproc.office import make_office, read_catalogue
from mailproc.requestform import blank_files, text_lines
from mailproc.requestform.definition import request_form
from mailproc.texts import LANGUAGES


@click.command()
@common
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where the files go; this folder by default.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="th", show_default=True)
def form(config_file: Path, as_json: bool, folder: Path, language: str) -> None:
    """Writes the request form to hand out: DOCX, XLSX, fillable PDF, and text for a mail."""
    config = load(config_file)
    office, catalogue = make_office(config, ()), read_catalogue(config, utc_now())
    given = (office, catalogue, language, config.template_folders)
    files = {file.filename: file.content for file in blank_files(*given)}
    lines = "\n".join(text_lines(*given))
    files[f"{request_form(*given).words.filename}.txt"] = f"{lines}\n".encode()
    for name, content in files.items():
        path = _write(folder, name, content)
        about: dict[str, Any] = {"file": str(path), "bytes": len(content)}
        show(about, f"{path}  {len(content):,}", as_json=as_json)
    if not any(name.endswith(".pdf") for name in files):
        for line in words("form_no_typst"):
            click.echo(line, err=True)


def _write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise MailprocError(key="form_unwritable", file=path, problem=error.strerror) from error
    path.chmod(0o644)  # it is there to be given away
    return path
