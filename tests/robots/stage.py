"""One request in every state that a mailed link can lead to."""

from __future__ import annotations

from mailproc.clock import utc_now
from mailproc.store import schema
from tests.e2e import letters
from tests.e2e.daemon import CODE, decide
from tests.robots.office import Office

_LONG = 3600  # seconds of a hold that does not end while a machine is at work
_PURPOSES = ("เพื่อจัดทำแผน{}", "เพื่อวิเคราะห์อัตรากำลัง{}", "เพื่อจัดสรรงบประมาณ{}")


def a_request(number: int, **changes: str) -> bytes:
    """A complete request; each is for something else, so that none is linked to another."""
    purpose = _PURPOSES[number % len(_PURPOSES)].format(number)
    school = ("เมืองตัวอย่าง", "ป.1", "ป.2", "ป.3", "ป.4", "ป.5", "ป.6")[number % 7]
    text = letters.body(number, **({"purpose": purpose, "filters": school} | changes))
    return letters.mail(text, subject=f"ขอข้อมูลจำนวนนักเรียน ครั้งที่ {number}")


def play(office: Office) -> None:
    """Mails of every kind lie in the mailboxes afterwards, and nothing is due."""
    _delivered_and_refused(office)
    office.again(_LONG)
    _in_hold(office)
    _asked_and_unconfirmed(office)
    _waiting(office)
    _stood_in_for(office)
    office.until(office.is_at_rest, "all is done")


def _asks(office: Office, number: int, account: str = "director") -> str:
    """The director's link for a new request."""
    office.write(a_request(number))
    purpose = _PURPOSES[number % len(_PURPOSES)].format(number)
    return link_of(office.waits_for(account, "approval", saying=purpose).text)


def link_of(text: str) -> str:
    """The decision link of a mail."""
    return next(word for word in text.split() if "/d/" in word)


def _delivered_and_refused(office: Office) -> None:
    assert decide(_asks(office, 1), "approve", code=CODE)[0] == 200
    office.waits_for("requester", "dataset")
    why = {"ground": "s15_3", "reason": "ไม่อยู่ในอำนาจ"}
    assert decide(_asks(office, 2), "refuse", **why, code=CODE)[0] == 200
    office.waits_for("requester", "refused")


def _in_hold(office: Office) -> None:
    assert decide(_asks(office, 3), "approve", code=CODE)[0] == 200


def _asked_and_unconfirmed(office: Office) -> None:
    office.write(letters.mail(letters.body(4, purpose=""), subject="ขอข้อมูลจำนวนนักเรียน 4"))
    office.waits_for("requester", "ask")
    office.write(a_request(5), sender="bounce@elsewhere.example.org")
    office.waits_for("requester", "confirm")


def _waiting(office: Office) -> None:
    _asks(office, 6)
    office.write(a_request(8))
    receipt = office.waits_for("requester", "receipt", 5)
    office.write(letters.reply("ยกเลิก", receipt.message_id, quoted=receipt.text))
    office.waits_for("requester", "cancelled")


def _stood_in_for(office: Office) -> None:
    """The director is away, and a deputy is asked."""
    away = {"person_id": office.ids["group_director"], "deputy_id": office.ids["deputy"]}
    now = utc_now()
    with office.database.write() as connection:
        connection.execute(
            schema.absences.insert().values(**away, since=now, source="command", entered_at=now)
        )
    office.again(_LONG)  # who is away is looked up at the start, and every ten seconds
    _asks(office, 9, "deputy")
