"""An office that works in English: pages and mails of its own people; requesters have theirs."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from mailproc.mail.compose import Composer
from mailproc.store import schema
from mailproc.store.codec import load_letter
from tests.factories import a_form
from tests.web.conftest import Room, a_config
from tests.web.desk.conftest import a_browser, log_in

_LABELS = re.compile("ผู้ขอ|คำขอ|กลุ่มนโยบาย|ชุดข้อมูล|ระดับ|วัตถุประสงค์|อนุญาต|เจ้าหน้าที่|ค้นหา|เข้าสู่ระบบ|ผิด")
_ASKED = a_form(requester_name="Somsri Jaidee", organisation="Ban Nong Phai", purpose="planning")


@pytest.fixture
def english(tmp_path: Path) -> Iterator[Room]:
    config = a_config(tmp_path)
    office = config.office.model_copy(update={"language": "en"})
    room = Room(config.model_copy(update={"office": office}))
    yield room.with_code().with_code(person=room.officer)
    room.database.close()


def _labels(page: str) -> list[str]:
    """Our own Thai words on a page or in a mail; names and figures stay as they are."""
    return _LABELS.findall(html.unescape(re.sub(r"<[^>]*>", "\n", page)))


def test_the_desk_is_in_english(english: Room) -> None:
    (request,) = english.opened(form=_ASKED)
    places = "entry mails handovers months me requests/nothing".split()
    with a_browser(english) as client:
        assert "Log in" in client.get("/desk/login").text
        wrong = log_in(client, english.officer, "000000")
        assert wrong.status_code == 403
        assert not _labels(wrong.text)
        log_in(client, english.officer)
        for path in (
            "/people",
            "/desk",
            f"/desk/requests/{request}",
            *map("/desk/{}".format, places),
        ):
            page = client.get(path).text
            assert '<html lang="en">' in page, path
            assert not _labels(page), path


def test_the_director_decides_in_english(english: Room) -> None:
    (request,) = english.opened(form=_ASKED, language="th")
    with english.browser() as client:
        for path in (english.link(request), english.queue()):
            page = client.get(path).text
            assert '<html lang="en">' in page
            assert not _labels(page)


def test_each_is_written_to_in_his_own_language(english: Room) -> None:
    english.opened(form=_ASKED, language="th")
    composer = Composer(english.office, english.config.template_folders, english.catalogue)
    told = {}
    for row in english.rows(schema.outbox):
        mail = message_from_bytes(composer.compose(load_letter(row.letter), {}), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        told[row.kind] = (mail["Content-Language"], bool(_labels(body.get_content())))
    assert told == {"receipt": ("th", True), "approval": ("en", False)}
