from __future__ import annotations

import pytest

from mailproc.store.database import Database
from tests.walk import Walk


@pytest.fixture
def walk(database: Database) -> Walk:
    """Requests on either database."""
    return Walk(database)
