"""The request form as the lines of a mail, to be filled in behind the colons."""

from __future__ import annotations

from collections.abc import Iterator

from mailproc.requestform.definition import Block, Field, RequestForm


def lines(form: RequestForm) -> tuple[str, ...]:
    """The form, an empty line between its blocks.

    It has no headings: a line that follows a label left empty would be taken for its value. What
    is no field begins with the words for «note», which our reader and others know as an end.
    """
    words = form.words
    out = [words.title, *words.text_guide]
    for block in form.blocks:
        out += ["", *_block(block, form)]
    notes = (*words.undertaking, f"{words.privacy_title}: {words.privacy}")
    return (*out, "", *(f"{words.text_note} {note}" for note in notes))


def _block(block: Block, form: RequestForm) -> Iterator[str]:
    for field in block.fields:
        mark = "*" if field.required else ""
        yield f"{field.short}{mark}{_bracketed(field, form)}:"
        if field.kind == "several":
            yield from (f"[ ] {option.words}" for option in field.options)


def _bracketed(field: Field, form: RequestForm) -> str:
    """What stands behind a label in brackets: how to fill in, the options, or the hint."""
    said = field.hint
    if field.kind == "several":
        said = form.words.text_ticks
    elif field.kind == "one":
        said = "/".join(option.words.partition(" (")[0] for option in field.options)
    return f" ({said})" if said else ""
