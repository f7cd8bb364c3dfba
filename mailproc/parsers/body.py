"""Which text of a mail is the writer's: plain text before HTML, without quotes and signature."""

from __future__ import annotations

from dataclasses import dataclass

from mailproc.parsers import html, quoting
from mailproc.parsers.mime import Part

MAX_TEXT = 200_000  # characters


@dataclass(frozen=True, slots=True)
class Body:
    """The text as written and as quoted; `twin` is HTML that stands beside a plain text."""

    text: str = ""
    quoted: str = ""
    source: str = "body"  # body | html
    twin: str = ""
    cut: bool = False
    signature: str = ""  # what stands below the text: who sends, and not always who asks


@dataclass(slots=True)
class _Chunk:
    plain: str = ""
    html: str = ""


def read(root: Part, subject: str) -> Body:
    """The body of a mail, enclosed mails and files left aside."""
    chunks = [chunk for chunk in _chunks(root) if chunk.plain.strip() or chunk.html.strip()]
    forwarded = quoting.is_forward(subject, "\n".join(c.plain[:MAX_TEXT] for c in chunks))
    texts, quoted = [], []
    for chunk in chunks:
        if chunk.plain.strip():
            texts.append(chunk.plain[:MAX_TEXT])
        else:
            own, old = html.to_text(chunk.html, forwarded)
            texts.append(own)
            quoted.append(old)
    whole = "\n".join(texts)
    written = quoting.split(whole[:MAX_TEXT], subject)
    plain = any(chunk.plain.strip() for chunk in chunks)
    return Body(
        text=written.text,
        quoted="\n".join(part for part in [written.quoted, *quoted] if part)[:MAX_TEXT],
        source="body" if plain or not chunks else "html",
        twin="\n".join(chunk.html for chunk in chunks) if plain else "",
        cut=len(whole) > MAX_TEXT or any(html.is_too_long(c.html) for c in chunks),
        signature=written.signature,
    )


def of_twin(body: Body, subject: str) -> str:
    """What the HTML beside a plain text says."""
    own, _ = html.to_text(body.twin, quoting.is_forward(subject, ""))
    return quoting.split(own[:MAX_TEXT], subject).text


def _chunks(part: Part) -> list[_Chunk]:
    if part.media_type.startswith("multipart/"):
        below = [chunk for child in part.children for chunk in _chunks(child)]
        if part.media_type != "multipart/alternative":
            return below
        return [_Chunk("\n".join(c.plain for c in below), "\n".join(c.html for c in below))]
    if part.is_attachment or part.children:
        return []
    if part.media_type == "text/html":
        return [_Chunk(html=part.text())]
    if part.media_type in ("text/plain", "text/enriched", "text/richtext"):
        return [_Chunk(plain=_unflowed(part))]
    return []


def _unflowed(part: Part) -> str:
    """The text with format=flowed lines joined again (RFC 3676)."""
    text = part.text().replace("\r\n", "\n")
    if part.params.get("format", "").lower() != "flowed":
        return text
    drop = part.params.get("delsp", "").lower() == "yes"
    out: list[str] = []
    joining = False
    for line in text.split("\n"):
        line = line[1:] if line.startswith(" ") else line
        if joining and not line.startswith(">"):
            out[-1] += line
        else:
            out.append(line)
        joining = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if joining and drop:
            out[-1] = out[-1][:-1]
    return "\n".join(out)
