"""Who decides: seats and stand-ins, absences, proofs of a person, and what is approved ahead."""

import sqlalchemy as sa
from alembic import op

from mailproc.store.schema import Instant

revision = "0005"
down_revision = "0004"
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ADDED = (
    ("links", "seat", sa.Integer, "0"),
    ("links", "for_person_id", sa.BigInteger, None),
    ("link_opens", "agent", sa.Text, None),
    ("link_opens", "visitor", sa.Text, None),
    ("decisions", "ground", sa.Text, None),
    ("decisions", "device", sa.Text, None),
    ("decisions", "seat", sa.Integer, "0"),
    ("decisions", "standing_id", sa.BigInteger, None),
)


def upgrade() -> None:
    for table, name, kind, default in _ADDED:
        required = default is not None
        column = sa.Column(name, kind(), nullable=not required, server_default=default)
        op.add_column(table, column)
    good = sa.text("person_id IS NOT NULL AND voided_at IS NULL")
    op.create_index(
        "ix_links_person_id", "links", ["person_id"], sqlite_where=good, postgresql_where=good
    )
    _links_and_absences()
    _proofs()
    _register()


def _person() -> sa.Column[int]:
    return sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("people.id"), nullable=False)


def _links_and_absences() -> None:
    op.create_table(
        "person_links",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        _person(),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("voided_at", Instant()),
        sa.UniqueConstraint("token_digest", name="uq_person_links_token_digest"),
    )
    op.create_index("ix_person_links_person_id", "person_links", ["person_id"])
    op.create_table(
        "absences",
        sa.Column("id", _BIG, primary_key=True),
        _person(),
        sa.Column("deputy_id", sa.BigInteger()),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("told_at", Instant()),
        sa.Column("announced_at", Instant()),
    )
    op.create_index("ix_absences_person_id", "absences", ["person_id"])


def _proofs() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("token_digest", sa.Text(), nullable=False),
        _person(),
        sa.Column("code_version", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.UniqueConstraint("token_digest", name="uq_devices_token_digest"),
    )
    op.create_index("ix_devices_person_id", "devices", ["person_id"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Text(), primary_key=True),
        _person(),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signatures", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant()),
        sa.Column("revoked_at", Instant()),
    )
    op.create_index("ix_passkeys_person_id", "passkeys", ["person_id"])
    op.create_table(
        "onetime",
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("proved_at", Instant()),
    )


def _register() -> None:
    op.create_table(
        "people_log",
        sa.Column("id", _BIG, primary_key=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("due_at", Instant()),
    )
    op.create_index("ix_people_log_person_id", "people_log", ["person_id"])
    owed = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_people_log_due_at",
        "people_log",
        ["due_at"],
        sqlite_where=owed,
        postgresql_where=owed,
    )
    op.create_table(
        "standing_approvals",
        sa.Column("id", _BIG, primary_key=True),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("requester_class", sa.Text(), nullable=False),
        sa.Column("level", sa.Text()),
        _person(),
        sa.Column("for_person_id", sa.BigInteger()),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("via", sa.Text(), nullable=False),
    )
    op.create_index("ix_standing_approvals_dataset_id", "standing_approvals", ["dataset_id"])
