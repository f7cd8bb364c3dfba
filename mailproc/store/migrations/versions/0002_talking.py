"""What talking by mail needs: who wrote, what belongs together, which addresses are proved."""

import sqlalchemy as sa
from alembic import op

from mailproc.store.schema import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _columns()
    _indexes()
    op.create_table(
        "addresses",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(timezone=True), nullable=True),
        sa.Column("confirmed_at", Instant(timezone=True), nullable=True),
        sa.Column("purge_class", sa.Text(), server_default="address", nullable=False),
        sa.Column("purge_after", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_addresses")),
    )


def _columns() -> None:
    human: sa.Column[bool] = sa.Column(
        "human", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    added = {
        "messages": (_text("kind"), _text("from_addr"), human, _text("guess"), _text("placed")),
        "requests": (_text("fingerprint"),),
        "outbox": (
            _text("bundle"),
            sa.Column("bundled_into", sa.BigInteger(), nullable=True),
            _text("correspondent"),
            _text("standing"),
        ),
    }
    for table, columns in added.items():
        for column in columns:
            op.add_column(table, column)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=True)


def _indexes() -> None:
    op.create_index("ix_messages_from_addr", "messages", ["from_addr", "verdict_at"])
    op.create_index("ix_messages_verdict_at", "messages", ["verdict_at"])
    op.create_index("ix_requests_fingerprint", "requests", ["fingerprint"])
    op.create_index("ix_outbox_correspondent", "outbox", ["correspondent", "recorded_at"])
    op.create_index("ix_outbox_recorded_at", "outbox", ["recorded_at"])
    for column in ("bundle", "bundled_into"):
        filled = sa.text(f"{column} IS NOT NULL")
        name = f"ix_outbox_{column}"
        op.create_index(name, "outbox", [column], sqlite_where=filled, postgresql_where=filled)
