"""The folder of sent mail among those of an account, as real servers list them."""

from __future__ import annotations

import pytest

from mailproc.mail.sent_names import choose

_PLAIN = (rb"\HasNoChildren",)


@pytest.mark.parametrize(
    "name",
    [
        *("Sent", "SENT", "Sent Items", "Sent Messages", "INBOX.Sent", "INBOX.Sent Items"),
        *("รายการที่ส่ง", "รายการที่ถูกส่ง", "INBOX.จดหมายที่ส่งแล้ว", "[Gmail].Sent Mail"),
    ],
)
def test_usual_names_are_known(name: str) -> None:
    folders = [(_PLAIN, b".", "INBOX"), (_PLAIN, b".", "Drafts"), (_PLAIN, b".", name)]
    assert choose(folders) == name


def test_the_mark_of_the_server_wins_over_every_name() -> None:
    marked = (rb"\HasNoChildren", rb"\Sent")
    assert choose([(_PLAIN, b"/", "Sent"), (marked, b"/", "ออกไปแล้ว")]) == "ออกไปแล้ว"


def test_the_likelier_name_wins_whatever_the_order() -> None:
    both = [(_PLAIN, b"/", "Sent Items"), (_PLAIN, b"/", "Sent")]
    assert choose(both) == choose(both[::-1]) == "Sent"


@pytest.mark.parametrize(
    "folder",
    [
        (_PLAIN, b"/", "Projects/Sent"),
        (_PLAIN, b"/", "Sent to school"),
        ((rb"\Noselect",), b"/", "Sent"),
        ((rb"\NonExistent", rb"\Sent"), b"/", "Sent"),
        (_PLAIN, None, "Outbox"),
    ],
    ids=str,
)
def test_others_are_nobodys_folder_of_sent_mail(folder: tuple[object, object, str]) -> None:
    assert choose([(_PLAIN, b"/", "INBOX"), folder]) is None
