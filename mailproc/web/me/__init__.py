"""A person's own page, behind the code: stand-in, codes that are good once, what is approved ahead,
remembered devices and passkeys. Each room here gives its facts to the page and does its actions."""

from mailproc.web.me.page import MePage

__all__ = ["MePage"]
