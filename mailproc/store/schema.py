"""The tables. `migrations/` builds them; a test holds both equal.

Personal data has a class and a `purge_after` from the first migration, so that erasing it leaves
counts and a chain that verifies. Rows that are work carry `due_at`: null means nothing to do.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

REVISION = "0006"  # the newest migration
metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on either database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> sa.Column[int]:
    integer = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts INTEGER keys only
    return sa.Column("id", integer, primary_key=True)


def _lease() -> tuple[sa.Column[Any], ...]:
    """What makes a row claimable work (see claims.py)."""
    return (
        sa.Column("due_at", Instant),  # next try, or the end of a lease
        sa.Column("owner", sa.Text),  # the process that holds the lease
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),  # grows per claim
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )


def _filled_index(name: str, column: str) -> sa.Index:
    """An index of the rows that have a value there."""
    filled = sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, column, sqlite_where=filled, postgresql_where=filled)


_GUESSED = sa.text("guess IS NOT NULL")
_ASIDE = sa.text("verdict = 'quarantined'")
_COPY_DUE = sa.text("sent_copy = 'due'")
_GOOD = sa.text("person_id IS NOT NULL AND voided_at IS NULL")
# Facts of this instance: first_start, instance, seal state.
facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
# Counters that must not skip with a rollback: requests, and request numbers per year.
counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)
# How far each folder is read (RFC 3501 2.3.1.1).
folders = sa.Table(
    "folders",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("folder", sa.Text, primary_key=True),
    sa.Column("uid_validity", sa.BigInteger, nullable=False),
    sa.Column("last_uid", sa.BigInteger, nullable=False),
    sa.Column("polled_at", Instant),
)
messages = sa.Table(
    "messages",
    metadata,
    _id(),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("uid_validity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.Column("internal_date", Instant, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary),  # null once purged, or never fetched (too_big, before_start)
    sa.Column("stored_at", Instant, nullable=False),
    sa.Column("digest", sa.Text),  # of the content, for duplicates
    sa.Column("message_id", sa.Text),
    sa.Column("verdict", sa.Text),
    sa.Column("verdict_at", Instant),
    sa.Column("problem", sa.Text),  # why it was put aside; no words of the mail
    sa.Column("request_id", sa.BigInteger),
    sa.Column("mark", sa.Text),  # flag still to be set on the server: seen
    sa.Column("kind", sa.Text),  # what the reader took it for
    sa.Column("from_addr", sa.Text),  # personal
    sa.Column("human", sa.Boolean, nullable=False, server_default=sa.false()),  # see docs/adr/0011
    sa.Column("words", sa.Text),  # digest of what it asks; new words come from a person
    sa.Column("guess", sa.Text),  # of an unplaced mail that waits: where it may belong, as JSON
    sa.Column("placed", sa.Text),  # a person's word: new, a request's number, not for us
    sa.Column("purge_class", sa.Text, nullable=False, server_default="raw_mail"),
    sa.Column("purge_after", Instant),
    *_lease(),
    sa.UniqueConstraint("account", "folder", "uid_validity", "uid"),
    sa.Index("ix_messages_due", "due_at", "id"),
    sa.Index("ix_messages_digest", "digest"),
    sa.Index("ix_messages_from_addr", "from_addr", "verdict_at"),
    sa.Index("ix_messages_verdict_at", "verdict_at"),
    _filled_index("ix_messages_mark", "mark"),
    _filled_index("ix_messages_request_id", "request_id"),
    # What waits for a person: few among all mails, whose rows are long.
    sa.Index("ix_messages_guess", "id", sqlite_where=_GUESSED, postgresql_where=_GUESSED),
    sa.Index("ix_messages_aside", "id", sqlite_where=_ASIDE, postgresql_where=_ASIDE),
)
requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),  # guards every update
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due_at", Instant),  # the deadline that acts by itself
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("dataset_id", sa.Text),
    sa.Column("requester_addr", sa.Text),  # personal
    sa.Column("fingerprint", sa.Text),  # of requester and normalised form: the same asked twice
    sa.Column("body", sa.Text, nullable=False),  # model.Request as JSON; personal
    sa.Column("chain_head", sa.Text, nullable=False),
    sa.Column("purge_class", sa.Text, nullable=False, server_default="request"),
    sa.Column("purge_after", Instant),
    sa.Column("erased_at", Instant),
    sa.Index("ix_requests_due", "due_at"),
    sa.Index("ix_requests_state", "state"),
    sa.Index("ix_requests_requester_addr", "requester_addr"),
    sa.Index("ix_requests_fingerprint", "fingerprint"),
)
# What a request is found by at the desk; personal, and gone with the request's own words.
request_words = sa.Table(
    "request_words",
    metadata,
    sa.Column(
        "request_id",
        sa.BigInteger,
        sa.ForeignKey("requests.id"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("words", sa.Text, nullable=False),
)
history = sa.Table(
    "history",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # canonical JSON without personal data
    sa.Column("personal", sa.Text),  # who, words, and the request as it then was; erasable
    sa.Column("salt", sa.Text),  # erased together with `personal`
    sa.Column("personal_digest", sa.Text, nullable=False),  # SHA-256(salt || personal)
    sa.Column("erased_at", Instant),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.UniqueConstraint("request_id", "version"),
    sa.Index("ix_history_at", "at"),
)
# One row a day over the heads of all chains: finds a missing request or tail.
seals = sa.Table(
    "seals",
    metadata,
    _id(),
    sa.Column("upto", Instant, nullable=False, unique=True),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Column("heads", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id")),
    sa.Column("request_version", sa.Integer),
    sa.Column("kind", sa.Text, nullable=False),  # the template
    sa.Column("audience", sa.Text, nullable=False),  # requester | director | officer
    sa.Column("person_id", sa.BigInteger),
    sa.Column("to_addr", sa.Text),  # personal
    sa.Column("letter", sa.Text),  # model.Letter as JSON, without any token; personal
    sa.Column("message_id", sa.Text, nullable=False, unique=True),  # one for all tries
    sa.Column("link_id", sa.Text),
    sa.Column("file_id", sa.BigInteger),
    sa.Column("bundle", sa.Text),  # letters of one bundle that are due together go as one mail
    sa.Column("bundled_into", sa.BigInteger),  # the row whose mail carries this letter
    sa.Column("correspondent", sa.Text),  # to_addr casefolded, where no office role reads it
    sa.Column("standing", sa.Text),  # decision | hand | stranger: see workflow/manners.py
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("tried_at", Instant),  # when the last try ended, however
    sa.Column("code", sa.Integer),  # the server's last answer
    sa.Column("problem", sa.Text),
    sa.Column("sent_copy", sa.Text),  # due | filed | missing: in the mailbox; None: none is owed
    sa.Column("purge_class", sa.Text, nullable=False, server_default="letter"),
    sa.Column("purge_after", Instant),
    *_lease(),
    sa.Index("ix_outbox_due", "due_at", "id"),
    sa.Index("ix_outbox_request_id", "request_id"),
    sa.Index("ix_outbox_state", "state"),
    sa.Index("ix_outbox_correspondent", "correspondent", "recorded_at"),
    sa.Index("ix_outbox_recorded_at", "recorded_at"),
    sa.Index("ix_outbox_tried_at", "tried_at"),
    # Of the few that have one: an index of all would be taken for «IS NULL», and read whole.
    _filled_index("ix_outbox_bundle", "bundle"),
    _filled_index("ix_outbox_bundled_into", "bundled_into"),
    sa.Index("ix_outbox_copy_due", "id", sqlite_where=_COPY_DUE, postgresql_where=_COPY_DUE),
)
# Addresses whose owner has answered a confirmation, or was asked to.
addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),  # casefolded; personal
    sa.Column("asked_at", Instant),
    sa.Column("confirmed_at", Instant),
    sa.Column("purge_class", sa.Text, nullable=False, server_default="address"),
    sa.Column("purge_after", Instant),
)
jobs = sa.Table(
    "jobs",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("request_version", sa.Integer, nullable=False),  # stale once the request moved on
    sa.Column("kind", sa.Text, nullable=False),  # prepare | build | booklet
    sa.Column("covers", sa.Text),  # of a booklet: which files it holds
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    sa.Column("problem", sa.Text),
    *_lease(),
    sa.Index("ix_jobs_due", "due_at", "id"),
    sa.Index("ix_jobs_covers", "covers"),
)
files = sa.Table(
    "files",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("result_digest", sa.Text, nullable=False),
    sa.Column("built_at", Instant, nullable=False),
    sa.Column("covers", sa.Text),  # of a booklet: as in its job
    sa.Column("purge_class", sa.Text, nullable=False, server_default="file"),
    sa.Column("purge_after", Instant),
    sa.Index("ix_files_request_id", "request_id"),
    sa.Index("ix_files_covers", "covers"),
)
links = sa.Table(
    "links",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random
    sa.Column("token_digest", sa.Text, nullable=False, unique=True),
    sa.Column("purpose", sa.Text, nullable=False),  # decide | status | download
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("request_version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False, server_default=""),
    sa.Column("person_id", sa.BigInteger),
    sa.Column("file_id", sa.BigInteger),  # of a download
    sa.Column("seat", sa.Integer, nullable=False, server_default="0"),  # of the approval policy
    sa.Column("for_person_id", sa.BigInteger),  # whom its person stands in for
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("voided_at", Instant),
    sa.Index("ix_links_request_id", "request_id"),
    # What a person may decide by: few among all links that ever were.
    sa.Index("ix_links_person_id", "person_id", sqlite_where=_GOOD, postgresql_where=_GOOD),
)
# Who opened a link and when; at most some rows per link, so that a scanner can't fill the disk.
link_opens = sa.Table(
    "link_opens",
    metadata,
    _id(),
    sa.Column("link_id", sa.Text, sa.ForeignKey("links.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("client", sa.Text),
    sa.Column("agent", sa.Text),  # what the browser calls itself, shortened
    sa.Column("visitor", sa.Text),  # robot | person; null: not known
    sa.Index("ix_link_opens_link_id", "link_id"),
)
# Links of a person that lead to no single request: all that waits for the person's decision.
person_links = sa.Table(
    "person_links",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random
    sa.Column("token_digest", sa.Text, nullable=False, unique=True),
    sa.Column("purpose", sa.Text, nullable=False),  # queue
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("voided_at", Instant),
    sa.Index("ix_person_links_person_id", "person_id"),
)
people = sa.Table(
    "people",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("position", sa.Text, nullable=False, server_default=""),
    sa.Column("phone", sa.Text, nullable=False, server_default=""),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("code_hash", sa.Text),  # scrypt, peppered from a secret file
    sa.Column("code_salt", sa.Text),
    sa.Column("code_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("slip_digest", sa.Text),  # one-time slip for the first code
    sa.Column("slip_expires_at", Instant),
)
roles = sa.Table(
    "roles",
    metadata,
    _id(),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("role", sa.Text, nullable=False),  # group_director | officer | deputy | admin
    sa.Column("valid_from", Instant, nullable=False),
    sa.Column("valid_to", Instant),
    sa.Column("acts_for", sa.BigInteger),  # the person whom a deputy stands in for
    sa.Index("ix_roles_person_id", "person_id"),
)
# When somebody is away, and who stands in.
absences = sa.Table(
    "absences",
    metadata,
    _id(),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("deputy_id", sa.BigInteger),  # null: whoever holds the role of a deputy
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant),  # null: until it is ended
    sa.Column("source", sa.Text, nullable=False),  # page | command | out_of_office
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("told_at", Instant),  # since then whoever stands in has what waits
    sa.Column("announced_at", Instant),  # since then both know of it as it stands
    sa.Index("ix_absences_person_id", "person_id"),
)
# Browsers that a person's code was typed in; they stand for the code until they end.
devices = sa.Table(
    "devices",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random
    sa.Column("token_digest", sa.Text, nullable=False, unique=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("code_version", sa.Integer, nullable=False),  # a new code ends it
    sa.Column("label", sa.Text, nullable=False),  # as its owner knows it: «Chrome, Android»
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("used_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Index("ix_devices_person_id", "person_id"),
)
# Public keys that a person's phone or computer signs with (Web Authentication Level 2).
passkeys = sa.Table(
    "passkeys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the credential's own, base64url
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("signatures", sa.BigInteger, nullable=False),  # the counter of the authenticator
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Index("ix_passkeys_person_id", "person_id"),
)
# Sources of one-time codes; the secret is derived from the nonce with the pepper, never kept.
onetime = sa.Table(
    "onetime",
    metadata,
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),  # app (RFC 6238) | list (RFC 4226)
    sa.Column("nonce", sa.Text, nullable=False),
    # app: the newest step that was used; list: a bit for every number that was
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("proved_at", Instant),  # null: no code of it was ever right
)
# What happened to people: codes, devices, absences, roles. Never a secret.
people_log = sa.Table(
    "people_log",
    metadata,
    _id(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # canonical JSON
    sa.Column("due_at", Instant),  # since then a letter about it is owed; null: none
    sa.Index("ix_people_log_person_id", "person_id"),
    _filled_index("ix_people_log_due_at", "due_at"),
)
# A yes given ahead: this dataset to requesters of this class until a day.
standing_approvals = sa.Table(
    "standing_approvals",
    metadata,
    _id(),
    sa.Column("dataset_id", sa.Text, nullable=False),
    sa.Column("requester_class", sa.Text, nullable=False),  # roster | a requester_type
    sa.Column("level", sa.Text),  # no finer than this; null: any
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("for_person_id", sa.BigInteger),
    sa.Column("granted_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("via", sa.Text, nullable=False),  # page | command
    sa.Index("ix_standing_approvals_dataset_id", "dataset_id"),
)
# Wrong codes per person (0: the requester) and link, never per address: a proxy makes all one.
code_tries = sa.Table(
    "code_tries",
    metadata,
    sa.Column("person_id", sa.BigInteger, primary_key=True),
    sa.Column("link_id", sa.Text, primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
)
decisions = sa.Table(
    "decisions",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("request_version", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("person_id", sa.BigInteger),
    sa.Column("for_person_id", sa.BigInteger),
    sa.Column("verdict", sa.Text, nullable=False),  # approved refused returned undone revoked
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("via", sa.Text, nullable=False),  # page | reply | paper | rule
    sa.Column("reason", sa.Text),  # the requester reads it
    sa.Column("private_note", sa.Text),
    sa.Column("conditions", sa.Text),
    sa.Column("ground", sa.Text),
    sa.Column("device", sa.Text),  # by which proof: code | device ID | app | list | passkey
    sa.Column("seat", sa.Integer, nullable=False, server_default="0"),
    sa.Column("standing_id", sa.BigInteger),  # the yes given ahead that let it through
    sa.Column("entered_by", sa.BigInteger),  # who wrote it down from paper; null: the approver
    sa.Column("paper_id", sa.BigInteger),  # the picture of what was signed
    sa.UniqueConstraint("request_id", "request_version"),
)
# Logins at the desk, each of one person in one browser.
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random
    sa.Column("token_digest", sa.Text, nullable=False, unique=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("people.id"), nullable=False),
    sa.Column("code_version", sa.Integer, nullable=False),  # a new code ends it
    sa.Column("proof", sa.Text, nullable=False),  # code | app | list | passkey
    sa.Column("label", sa.Text, nullable=False),  # as its owner knows it: «Chrome, Windows»
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("used_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Index("ix_sessions_person_id", "person_id"),
)
# Paper that belongs to a request: scanned, photographed, or attached by an officer.
papers = sa.Table(
    "papers",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # signed_form | decision | attached
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary),  # personal
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("person_id", sa.BigInteger, nullable=False),  # who added it
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("purge_class", sa.Text, nullable=False, server_default="paper"),
    sa.Column("purge_after", Instant),
    sa.Index("ix_papers_request_id", "request_id"),
)
# What was handed over by hand, by LINE, or in the office's own system, and who took it.
handovers = sa.Table(
    "handovers",
    metadata,
    _id(),
    sa.Column("request_id", sa.BigInteger, sa.ForeignKey("requests.id"), nullable=False),
    sa.Column("file_id", sa.BigInteger),
    sa.Column("way", sa.Text, nullable=False),  # pickup | paper | smart_office | line | other
    sa.Column("at", Instant, nullable=False),
    sa.Column("person_id", sa.BigInteger, nullable=False),  # who handed it over
    sa.Column("taken_by", sa.Text),  # personal
    sa.Column("note", sa.Text),  # personal
    sa.Column("purge_class", sa.Text, nullable=False, server_default="handover"),
    sa.Column("purge_after", Instant),
    sa.Index("ix_handovers_request_id", "request_id"),
)
# What is wrong with the daemon or its surroundings, from when to when, and who was told.
alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("raised_at", Instant, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),  # canonical JSON; no addresses, no secrets
    sa.Column("mended_at", Instant),
    sa.Column("told", sa.Text),  # what people heard last by mail: raised | mended
    sa.Column("told_at", Instant),  # when they last heard that it was raised
    sa.Column("pushed", sa.Text),  # the same of the webhook
    sa.Column("pushed_at", Instant),
    sa.Column("push_due_at", Instant),  # not before, since the last try
    sa.Column("push_tries", sa.Integer, nullable=False, server_default="0"),
)
