"""Where the parts of a page are, so that two pages can be laid beside each other."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# Heights follow the length of a text; what must not move is the kind, the order, the left edge
# and the width of every part, and nothing may reach over the edge of the window.
_PARTS = """() => {
  const parts = [...document.body.querySelectorAll('*')]
    .filter(e => !['BR', 'WBR', 'OPTION'].includes(e.tagName) && !e.closest('table'))
    .filter(e => getComputedStyle(e).display !== 'inline');
  return parts.map(e => {
    const box = e.getBoundingClientRect();
    return [e.tagName, e.className, Math.round(box.left), Math.round(box.width)];
  });
}"""
_FACTS = """() => ({
  links: [...document.querySelectorAll('[href], [src], [action], [formaction], [srcset]')]
    .map(e => e.getAttribute('href') || e.getAttribute('src') || e.getAttribute('action')),
  tags: [...document.querySelectorAll('*')].map(e => e.tagName).filter(t => t !== 'BR'),
  fields: [...document.querySelectorAll('input, textarea, select, button')]
    .map(e => [e.name, e.type]),
  handlers: [...document.querySelectorAll('*')].filter(
    e => [...e.attributes].some(a => a.name.startsWith('on'))).length,
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  cut: [...document.body.querySelectorAll('p, dd, dt, h1, h2, li, blockquote, div, td')]
    .filter(e => !e.closest('.scroll') && e.scrollWidth > e.clientWidth + 2
      && getComputedStyle(e).display !== 'inline')
    .map(e => [e.tagName, e.scrollWidth, e.clientWidth]),
})"""


def layout(page: Page) -> list[Any]:
    """Kind, class, left edge and width of every part that is not inline."""
    found: list[Any] = page.evaluate(_PARTS)
    return found


def facts(page: Page) -> dict[str, Any]:
    """Links, tags, fields and handlers; `wide` is 0, `cut` empty where all fits in the window."""
    found: dict[str, Any] = page.evaluate(_FACTS)
    return found
