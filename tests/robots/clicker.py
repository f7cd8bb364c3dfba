"""A browser without sense: follows every link, types into every field, presses every button.

It knows the words of the mail, of the page, of the address, and what machines try. Everything is
bounded, in pages, in presses and in time, so that a page that leads on for ever ends the walk.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Download, Error, Page, Response

from tests.robots import mails

_PATIENCE = 5_000  # milliseconds for one step of the browser
# Scripts of the page itself are run by the browser; this is what a scanner's script does besides:
# it shows what is hidden, ticks and fills, and sends each form past its button.
_FILL = """([word, choice]) => {
  for (const part of document.querySelectorAll('[hidden], details')) {
    part.hidden = false; part.open = true;
  }
  for (const field of document.querySelectorAll('input, textarea, select')) {
    const kind = field.type;
    if (kind === 'hidden' || kind === 'submit' || kind === 'button' || kind === 'file') continue;
    if (kind === 'checkbox') field.checked = true;
    else if (kind === 'radio') {
      const same = [...document.getElementsByName(field.name)];
      field.checked = same[choice % same.length] === field;
    } else if (field.tagName === 'SELECT') {
      field.selectedIndex = (choice + 1) % Math.max(field.options.length, 1);
    } else { field.value = word; }
    field.dispatchEvent(new Event('input', {bubbles: true}));
    field.dispatchEvent(new Event('change', {bubbles: true}));
  }
}"""
_BUTTONS = "button, input[type=submit], input[type=image], input[type=button], [role=button]"


@dataclass
class Walk:
    """What was done; a walk that did little proves little."""

    visited: list[str] = field(default_factory=list)
    presses: int = 0
    posts: int = 0
    downloads: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    until: float = 0.0

    def answered(self, response: Response) -> None:
        """Counts an answer, and what was sent for it."""
        self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
        self.posts += response.request.method == "POST"

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until


class Clicker:
    """`between` is called before each press: time passes for a patient one."""

    def __init__(
        self,
        browser: Browser,
        *,
        keeps_cookies: bool,
        seconds: float,
        between: Callable[[], None] = lambda: None,
        typed: Sequence[str] | None = None,
        most_pages: int = 12,
    ) -> None:
        self._browser, self._keeps, self._between = browser, keeps_cookies, between
        self._typed, self._most_pages = typed, most_pages
        self.walk = Walk(until=time.monotonic() + seconds)
        self._context = self._new_context()
        self._page = self._new_page()
        self._turns = itertools.count()

    def _new_context(self) -> BrowserContext:
        context = self._browser.new_context(accept_downloads=True)
        context.set_default_timeout(_PATIENCE)
        if not self._keeps:
            context.add_init_script("Object.defineProperty(document, 'cookie', {value: ''})")
        context.on("response", self.walk.answered)
        return context

    def close(self) -> None:
        """Ends the browser's window."""
        self._context.close()

    # ------------------------------------------------------------ from a mail

    def open(self, found: mails.Found) -> None:
        """Follows one link of a mail, and all that it leads to on the same host."""
        waiting, seen = [found.url], set[str]()
        while waiting and len(seen) < self._most_pages and not self.walk.is_over:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            waiting += [one for one in self._press_all(self._page, url, found) if one not in seen]

    def _new_page(self) -> Page:
        page = self._context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("download", self._downloaded)
        return page

    def _downloaded(self, download: Download) -> None:
        self.walk.downloads += 1

    # ------------------------------------------------------------ on a page

    def _press_all(self, page: Page, url: str, found: mails.Found) -> list[str]:
        """Every word, each with another button; gives the addresses met on the way."""
        self._visit(page, url)
        met = self._links(page)
        tries, buttons = self._tries(page, found), self._buttons(page)
        start = next(self._turns)
        for number in range(len(tries) if buttons else 0):
            if self.walk.is_over:
                break
            word, choice = tries[(number + start * 7) % len(tries)]
            met += self._press(page, url, word, choice, (number + start) % buttons)
        return [one for one in dict.fromkeys(met) if _same_host(one, found.url)]

    def _visit(self, page: Page, url: str) -> None:
        if not self._keeps:
            self._context.clear_cookies()
        self.walk.visited.append(url)
        with contextlib.suppress(Error):  # a file in place of a page
            page.goto(url, wait_until="load")

    def _links(self, page: Page) -> list[str]:
        with contextlib.suppress(Error):
            found: list[str] = page.evaluate(
                "() => [...document.querySelectorAll('[href], [src], [action]')]"
                ".map(e => e.href || e.src || e.action)"
            )
            return [one for one in found if isinstance(one, str) and "/static/" not in one]
        return []

    def _buttons(self, page: Page) -> int:
        with contextlib.suppress(Error):
            forms = page.locator("form").count()
            return page.locator(_BUTTONS).count() + 2 * forms
        return 0

    def _tries(self, page: Page, found: mails.Found) -> list[tuple[str, int]]:
        """Each word with one of the choices, so that each choice meets many words."""
        choices = self._choices(page)
        if self._typed is not None:
            return list(itertools.product(self._typed, range(choices)))
        shown = mails.words(self._text(page))
        known = dict.fromkeys(
            [*mails.usual(), *mails.in_address(page.url), *_likely(shown), *_likely(found.words)]
        )
        return [(word, number % choices) for number, word in enumerate(known)]

    def _choices(self, page: Page) -> int:
        with contextlib.suppress(Error):
            return max(page.locator("input[type=radio]").count(), 1)
        return 1

    def _text(self, page: Page) -> str:
        with contextlib.suppress(Error):
            return str(page.content())
        return ""

    # ------------------------------------------------------------ one press

    def _press(self, page: Page, url: str, word: str, choice: int, number: int) -> list[str]:
        """Fills all in, presses one thing, and says where that led."""
        self._between()
        self._visit(page, url)
        with contextlib.suppress(Error):
            page.evaluate(_FILL, [word, choice])
            buttons = page.locator(_BUTTONS)
            count = buttons.count()
            self.walk.presses += 1
            if number < count:
                self._click(page, buttons.nth(number).evaluate_handle("b => b"))
            else:
                self._send(page, number - count)
            page.wait_for_load_state("load")
        return [page.url, *self._links(page)]

    def _click(self, page: Page, button: object) -> None:
        page.evaluate("button => button.click()", button)

    def _send(self, page: Page, number: int) -> None:
        """Sends a form as a script does: by its own rules, or past them."""
        how = "requestSubmit" if number % 2 else "submit"
        page.evaluate(f"n => HTMLFormElement.prototype.{how}.call(document.forms[n])", number // 2)


_MOST_WORDS = 14


def _likely(words: Sequence[str]) -> list[str]:
    """The words that a machine would try first: figures, then what stands alone in a sentence."""
    figures = [word for word in words if any(c.isdigit() for c in word)]
    plain = [word for word in words if word not in figures and len(word) <= 12]
    return [*figures[:_MOST_WORDS], *plain[:_MOST_WORDS]]


def _same_host(one: str, other: str) -> bool:
    return urlsplit(one).netloc == urlsplit(other).netloc and urlsplit(one).scheme == "http"
