"""What the office sent lies in its folder of sent mail on a real Dovecot, once."""

from __future__ import annotations

from imapclient import IMAPClient

from mailproc.filing import SETTLED
from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Daemon, decide

_FOLDER = "รายการที่ส่ง"  # as a mail program in Thai names it


def _copies(office: Daemon) -> dict[bytes, tuple[bytes, ...]]:
    """Flags of each mail in the folder, by its bytes."""
    with office.dovecot.open(office.user, _FOLDER) as client:
        found = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
    return {row[b"BODY[]"]: row[b"FLAGS"] for row in found.values()}


def _make_folder(office: Daemon) -> None:
    with office.dovecot.open(office.user) as client:
        client.create_folder(_FOLDER)


def _append(client: IMAPClient, raw: bytes) -> None:
    client.append(_FOLDER, raw, [rb"\Seen"])


def test_requesters_mails_lie_there_once_byte_for_byte_and_no_approval_does(make: Make) -> None:
    office = make()
    _make_folder(office)
    office.start()
    office.dovecot.append(office.user, letters.request(1))
    approval = office.letter("approval")
    receipt = office.letter("receipt")
    with office.dovecot.open(office.user) as client:  # this server is quicker than we are
        _append(client, receipt.raw)
    office.kill()  # after sending, before the copy is put there
    office.start()
    decide(approval.link, "approve", code=CODE)
    dataset = office.letter("dataset")
    seconds = SETTLED.total_seconds() + 20
    office.until(lambda: len(_copies(office)) == 2, "a copy of the dataset", seconds)
    found = _copies(office)
    assert found.keys() == {receipt.raw, dataset.raw}
    assert all(rb"\Seen" in flags for flags in found.values())
    assert approval.raw not in found
    assert office.verdicts() == {"opened": 1}
    assert len(office.dovecot.kept(office.user)) == 1
    assert office.stop() == 0
