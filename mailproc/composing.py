"""Letters as bytes: a few in this process; many in a child, while those before are being sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mailproc.errors import MailprocError
from mailproc.mail.compose import Composer
from mailproc.model import Built, Catalogue, Letter, Linked, Office
from mailproc.sandbox import Children, Failed
from mailproc.store.codec import load_letter
from mailproc.texts import Compiled

_MANY = 12  # below, starting a child is not worth it
_FIRST, _CHUNK = 3, 6  # the first few are waited for
_SECONDS = 60  # for a chunk; a letter takes a millisecond


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail is made of."""

    letter: str  # model.Letter as JSON
    links: Mapping[str, str]
    files: tuple[Built, ...] = ()
    others: tuple[str, ...] = ()  # letters of the same kind that it carries too
    linked: tuple[Linked, ...] = ()  # files that are too big for it


class Composing:
    """Composes drafts in order."""

    def __init__(self, office: Office, folders: tuple[Path, ...], catalogue: Catalogue) -> None:
        self._office, self._folders, self._catalogue = office, folders, catalogue
        self._build()

    def _build(self) -> None:
        parts = (self._office, self._folders, self._catalogue, Compiled())
        self._composer = Composer(*parts)
        self._children = Children(1, _start, *parts)

    def renew(self, catalogue: Catalogue) -> None:
        """Speaks of this catalogue from now on; to be called between two mails."""
        if catalogue is not self._catalogue:
            self._children.stop()
            self._catalogue = catalogue
            self._build()

    def rest(self) -> None:
        """Stops the child after a minute without work."""
        self._children.rest()

    def stop(self) -> None:
        """Stops the child at once."""
        self._children.stop()

    def compose(self, drafts: Sequence[Draft]) -> Iterator[bytes | Failed]:
        """The bytes of each letter, or why there are none."""
        if len(drafts) < _MANY or not self._children.is_warm():
            yield from (compose(self._composer, draft) for draft in drafts)
            return
        starts = range(_FIRST, len(drafts), _CHUNK)
        chunks = [drafts[:_FIRST], *(drafts[start : start + _CHUNK] for start in starts)]
        composed = self._children.run(_compose, [(chunk,) for chunk in chunks], _SECONDS)
        for chunk, letters in zip(chunks, composed, strict=True):
            if isinstance(letters, Failed):  # the child is gone: here, then
                letters = [compose(self._composer, draft) for draft in chunk]
            yield from letters


def compose(composer: Composer, draft: Draft) -> bytes | Failed:
    """One letter; never raises."""
    try:
        return composer.compose(_letter(draft), draft.links, draft.files, draft.linked)
    except MailprocError as error:
        return Failed(error.problem)
    except Exception as error:
        import structlog  # a child that never fails need not load it, which takes long

        structlog.get_logger().error("compose_failed", error=type(error).__name__)
        return Failed(f"could not be composed ({type(error).__name__})")


def _letter(draft: Draft) -> Letter:
    letter = load_letter(draft.letter)
    if not draft.others:
        return letter
    others = (load_letter(other).request for other in draft.others)
    return replace(letter, others=tuple(request for request in others if request is not None))


# ---------------------------------------------------------------- inside the child

_composers: list[Composer] = []


def _start(
    office: Office, folders: tuple[Path, ...], catalogue: Catalogue, compiled: Compiled
) -> None:
    _composers.append(Composer(office, folders, catalogue, compiled))


def _compose(drafts: Sequence[Draft]) -> list[bytes | Failed]:
    return [compose(_composers[0], draft) for draft in drafts]
