"""Pages set by typst, from a template and values in JSON of which nothing is run."""

from __future__ import annotations

import json
from pathlib import Path

from mailproc.errors import ConfigError, MailprocError

MEDIA_TYPE = "application/pdf"


class NoTypst(MailprocError):
    """The program that sets the page is not installed."""


def typeset(
    name: str, values: object, folders: tuple[Path, ...], query: str = ""
) -> tuple[bytes, list[dict[str, object]]]:
    """The pages of print/NAME, and the values of what the template labels <QUERY>.

    The same arguments give the same bytes. Raises NoTypst, and ConfigError where the template or
    its fonts are at fault.
    """
    try:
        import typst
    except ImportError as error:
        raise NoTypst(key="form_no_typst") from error
    path = Path("print") / name
    template = next((f / path for f in folders if (f / path).is_file()), None)
    if template is None:
        raise ConfigError([f"no {path} in {', '.join(map(str, folders))}"])
    fonts = [folder / "print" / "fonts" for folder in folders]
    compiler = typst.Compiler(
        template,
        root=template.parent,
        font_paths=[folder for folder in fonts if folder.is_dir()],
        ignore_system_fonts=True,
        sys_inputs={"form": json.dumps(values, ensure_ascii=False)},
    )
    try:
        page, warnings = compiler.compile_with_warnings(format="pdf", timestamp=0)
        told = json.loads(compiler.query(f"<{query}>", field="value")) if query else []
    except typst.TypstError as error:
        raise ConfigError([f"{template}: {error.message}"]) from error
    if warnings:  # an unknown font is one of these, and would show as other letters
        raise ConfigError([f"{template}: {warning.message}" for warning in warnings])
    assert isinstance(page, bytes)
    return page, told
