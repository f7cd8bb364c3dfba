"""Fields of the JSON that a row keeps, read where the row lies and not by loading it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def said(
    connection: sa.Connection, column: sa.ColumnElement[str], *path: str
) -> sa.ColumnElement[str]:
    """A field of the column's JSON as text; null where it says nothing."""
    if connection.dialect.name == "sqlite":
        return sa.func.json_extract(column, "$." + ".".join(path), type_=sa.Text)
    body = sa.cast(column, postgresql.JSON)
    return sa.func.json_extract_path_text(body, *path, type_=sa.Text)
