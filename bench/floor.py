"""The bare floor: fetch, stdlib parse, one durable SQLite transaction, two mails over one link.

`python -m bench.floor IMAP_PORT SMTP_PORT USER PASSWORD DATABASE`; no product logic. Prints JSON.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import resource
import sqlite3
import sys
import time
from email.message import EmailMessage

import aiosmtplib
from imapclient import IMAPClient, SocketTimeout


async def run(imap_port: int, smtp_port: int, user: str, password: str, database: str) -> None:
    started = time.time()
    store = sqlite3.connect(database, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE mails (uid INTEGER PRIMARY KEY, raw BLOB, subject TEXT, text TEXT)")
    client = IMAPClient("127.0.0.1", imap_port, ssl=False, timeout=SocketTimeout(15, 60))
    client.login(user, password)
    client.select_folder("INBOX", readonly=True)
    smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=smtp_port, start_tls=False)
    await smtp.connect()
    uids = client.search()
    for start in range(0, len(uids), 100):
        for uid, row in client.fetch(uids[start : start + 100], ["BODY.PEEK[]"]).items():
            await _one(store, smtp, uid, row[b"BODY[]"])
    await smtp.quit()
    client.logout()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"started": started, "mails": len(uids), "cpu": usage[0] + usage[1]}))


async def _one(store: sqlite3.Connection, smtp: aiosmtplib.SMTP, uid: int, raw: bytes) -> None:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    sender, subject = str(mail["From"]), str(mail["Subject"])
    try:
        text = mail.get_content()
    except LookupError:  # windows-874 is unknown to Python
        payload = mail.get_payload(decode=True)
        assert isinstance(payload, bytes)
        text = payload.decode("cp874")
    store.execute("BEGIN IMMEDIATE")
    store.execute("INSERT INTO mails VALUES (?, ?, ?, ?)", (uid, raw, subject, text))
    store.execute("COMMIT")
    for recipient in (sender.split("<")[-1].rstrip(">"), "director@office.example.org"):
        await smtp.send_message(_answer(recipient, uid))


def _answer(recipient: str, uid: int) -> EmailMessage:
    answer = EmailMessage()
    answer["From"] = "data@office.example.org"
    answer["To"] = recipient
    answer["Subject"] = f"request {uid}"
    answer["Message-ID"] = f"<floor.{uid}.{recipient}>"
    answer.set_content("received\n")
    return answer


if __name__ == "__main__":
    imap, smtp_at, login, secret, file = sys.argv[1:]
    asyncio.run(run(int(imap), int(smtp_at), login, secret, file))
