"""What is sent other than as one attachment: links to files, and booklets of several requests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("links", sa.Column("file_id", sa.BigInteger(), nullable=True))
    for table in ("jobs", "files"):
        op.add_column(table, sa.Column("covers", sa.Text(), nullable=True))
        op.create_index(f"ix_{table}_covers", table, ["covers"])
