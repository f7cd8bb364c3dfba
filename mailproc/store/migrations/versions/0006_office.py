"""An office at work: logins at the desk, paper, what was handed over, alarms."""

import sqlalchemy as sa
from alembic import op

from mailproc.store.codec import load_request
from mailproc.store.schema import Instant
from mailproc.store.searched import words_of

revision = "0006"
down_revision = "0005"
_AT_ONCE = 500  # requests in memory
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _sessions()
    _papers()
    _handovers()
    op.add_column("decisions", sa.Column("entered_by", sa.BigInteger()))
    op.add_column("decisions", sa.Column("paper_id", sa.BigInteger()))
    _waiting_mails()
    _pace()
    _words()
    _copies()
    op.create_table(
        "alarms",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("mended_at", Instant()),
        sa.Column("told", sa.Text()),
        sa.Column("told_at", Instant()),
        sa.Column("pushed", sa.Text()),
        sa.Column("pushed_at", Instant()),
        sa.Column("push_due_at", Instant()),
        sa.Column("push_tries", sa.Integer(), nullable=False, server_default="0"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("code_version", sa.Integer(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.UniqueConstraint("token_digest", name="uq_sessions_token_digest"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])


def _request() -> sa.Column[int]:
    return sa.Column("request_id", sa.BigInteger(), sa.ForeignKey("requests.id"), nullable=False)


def _purge(kind: str) -> tuple[sa.Column[str], sa.Column[object]]:
    return (
        sa.Column("purge_class", sa.Text(), nullable=False, server_default=kind),
        sa.Column("purge_after", Instant()),
    )


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("id", _BIG, primary_key=True),
        _request(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        *_purge("paper"),
    )
    op.create_index("ix_papers_request_id", "papers", ["request_id"])


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", _BIG, primary_key=True),
        _request(),
        sa.Column("file_id", sa.BigInteger()),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.Text()),
        sa.Column("note", sa.Text()),
        *_purge("handover"),
    )
    op.create_index("ix_handovers_request_id", "handovers", ["request_id"])


def _waiting_mails() -> None:
    """Few of many long rows, which the desk shows again and again."""
    wheres = (
        ("ix_messages_request_id", "request_id", "request_id IS NOT NULL"),
        ("ix_messages_guess", "id", "guess IS NOT NULL"),
        ("ix_messages_aside", "id", "verdict = 'quarantined'"),
    )
    for name, column, where in wheres:
        only = sa.text(where)
        op.create_index(name, "messages", [column], sqlite_where=only, postgresql_where=only)


def _words() -> None:
    """What requests are found by, also those that were there before."""
    table = op.create_table(
        "request_words",
        sa.Column(
            "request_id",
            sa.BigInteger(),
            sa.ForeignKey("requests.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
    )
    connection, requests = op.get_bind(), sa.table("requests", *map(sa.column, ("id", "body")))
    ids = list(connection.scalars(sa.select(requests.c.id)))
    for start in range(0, len(ids), _AT_ONCE):
        some = requests.c.id.in_(ids[start : start + _AT_ONCE])
        bodies = connection.scalars(sa.select(requests.c.body).where(some))
        found = [load_request(body) for body in bodies]
        connection.execute(
            table.insert(), [{"request_id": one.id, "words": words_of(one)} for one in found]
        )


def _pace() -> None:
    """When the last try of a letter ended, by which sending keeps to a rate."""
    op.add_column("outbox", sa.Column("tried_at", Instant()))
    op.create_index("ix_outbox_tried_at", "outbox", ["tried_at"])


def _copies() -> None:
    """Whether a copy of a letter lies in the folder of sent mail."""
    op.add_column("outbox", sa.Column("sent_copy", sa.Text()))
    due = sa.text("sent_copy = 'due'")
    op.create_index("ix_outbox_copy_due", "outbox", ["id"], sqlite_where=due, postgresql_where=due)
