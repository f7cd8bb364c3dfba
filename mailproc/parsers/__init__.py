"""Bytes of a mail in, values out: no I/O, no clock, no chance.

`read` takes a mail apart (`mime`, `charset`, `headers`), finds what its writer wrote (`body`,
`html`, `quoting`), judges who or what wrote it (`kind`), and reads the form (`fields`, `values`,
`form`, `dataset`); `read_answer` and `merge` bring a reply into a request.
"""

from mailproc.parsers.answer import read_answer
from mailproc.parsers.form import merge, missing
from mailproc.parsers.kind import OUR_MESSAGE_ID
from mailproc.parsers.reader import form_to_json, read, to_json

__all__ = [
    "OUR_MESSAGE_ID",
    "form_to_json",
    "merge",
    "missing",
    "read",
    "read_answer",
    "to_json",
]
