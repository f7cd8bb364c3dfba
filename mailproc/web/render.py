"""Pages as text, from templates; handlers decide what is shown, this only shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mailproc.defang import defang
from mailproc.model import Catalogue, Office
from mailproc.promise import words as promised
from mailproc.texts import LANGUAGES, Sandbox, Texts, environment, load_texts, template_faults
from mailproc.web.looks import told
from mailproc.wording import request_words, shown

_USUAL: dict[str, Any] = {
    "request": None,
    "hold_left": 0,  # seconds until what was approved goes out
    "person": None,
    "error": None,  # a key of [errors] in the text files, or words
    "csrf": "",
    "first_use": False,
    "may_undo": False,
    "is_mine": True,  # the yes that could be taken back is the reader's own
    "may_revoke": False,
    "for_person": None,  # whom the person stands in for
    "device": None,  # the remembered browser that asks: store.devices.Device
    "may_remember": False,
    "columns": (),  # that can be left out one by one
    "wide": False,  # the table is told in part, and its columns are left out by number
    "shown_columns": 0,
    "columns_path": "",  # where all columns are shown
    "levels": (),  # coarser than what was prepared
    "made": (),  # decisions so far, see DecidedPage
    "handed": None,  # how the file went out: store.fetched.HandedOver
    "looks": (),  # who opened the link: store.opens.Open
    "needed": 1,  # so many have to approve in all
    "still_needed": 1,
    "waiting": 0,  # so many others have to approve
    "hurry": None,  # workflow.urgency.Hurry
    "typed": {},  # what the person had typed, see choices.Sent.typed; never a code
    "message": "error",  # a key of [messages]
    "base": "",  # path before /static
    "file": None,  # of a download: store.downloads.Offered
    "until": None,  # when the link to it ends
    "expired": False,
    "outlook": None,  # of a request: model.Outlook
    "more": None,  # what else waits for who has just decided: DecidedPage
    "done": "",  # what was just done: a key of [pages] behind «did_»; undone
    "may_cancel": False,
    "may_nudge": False,
    "tries_left": 0,
    "passkey": "",  # what a page offers to static/passkey.js, as JSON
    "passkeys": (),
    "file_path": "",  # where it is fetched, once the code was typed
}
# Sections of faults that are found below the pages: where each is told, and where the others are.
_FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "condition_faults": ({"until_past": "until", "not_coarser": "level"}, "conditions"),
    "standing_faults": (dict.fromkeys(("ahead_past", "too_long"), "ahead_until"), "dataset"),
}
_TYPED: dict[str, Any] = {
    **dict.fromkeys(
        "choice reason question ground private_note without level until slip".split(), ""
    ),
    "columns": None,
    "remember": False,
}


class Pages:
    """All pages of an office; `folders` hold templates, the office's own first."""

    def __init__(
        self, office: Office, folders: tuple[Path, ...], catalogue: Catalogue | None = None
    ) -> None:
        self._office, self._folders = office, folders
        self.renew(catalogue or Catalogue())

    def renew(self, catalogue: Catalogue) -> None:
        """Speaks of this catalogue from now on."""
        self._catalogue = catalogue
        parts = (self._office, self._folders, catalogue)
        self._envs = {language: _env(*parts, language) for language in LANGUAGES}

    @property
    def made_of(self) -> tuple[Office, Catalogue, tuple[Path, ...]]:
        """What papers to print are made of."""
        return self._office, self._catalogue, self._folders

    def texts(self, language: str) -> Texts:
        """The words of a language."""
        env = self._envs.get(language) or self._envs[LANGUAGES[0]]
        sections: Any = env.globals["texts"]
        return Texts(language, sections)

    def keys(self, section: str, language: str) -> tuple[str, ...]:
        """The keys of a section of the texts, in their order."""
        return tuple(self.texts(language).sections.get(section, {}))

    def render(self, name: str, language: str, **context: Any) -> str:
        """The page «name.html». Every word of the request comes out harmless."""
        env = self._envs.get(language) or self._envs[LANGUAGES[0]]
        values = _USUAL | context
        for noun in ("request", "person", "for_person", "outlook"):
            values[noun] = shown(values[noun])
        values["typed"] = _TYPED | dict(values["typed"])
        return env.get_template(f"{name.removesuffix('.html')}.html").render(values)

    def faults(self) -> list[str]:
        """What is wrong with the templates, one line each."""
        envs = self._envs.values()
        return list(dict.fromkeys(x for env in envs for x in template_faults(env, ".html")))


def _env(office: Office, folders: tuple[Path, ...], catalogue: Catalogue, language: str) -> Sandbox:
    texts = load_texts(folders, language)
    env = environment(folders, "web", texts, office, html=True)
    env.globals.update(request_words(texts, catalogue))
    env.globals["t"] = texts.sections["pages"]
    env.globals["looks_told"] = lambda looks: told(looks, texts, office.timezone)
    env.globals["stage_rows"] = lambda clock: promised.rows(clock, texts)
    env.globals["fault_of"] = lambda error: _fault(texts, error)
    return env


def _fault(texts: Texts, error: str | None) -> dict[str, str]:
    """Field and words of an error; words that are no key belong to no field."""
    key = error or ""
    if entry := texts.sections.get("errors", {}).get(key):
        return dict(entry)
    for section, (fields, usual) in _FAULTS.items():
        if words := texts.sections.get(section, {}).get(key):
            return {"field": fields.get(key, usual), "text": words}
    return {"field": "", "text": defang(key)}
