"""One loaded warehouse per test process, and the nouns that the tests vary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailproc.datasets.catalogue import load_catalogue
from mailproc.datasets.importer import load_sample
from mailproc.datasets.query import prepare
from mailproc.model import Catalogue, Item, Prepared, Provenance, Question

NOW = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)
PROVENANCE = Provenance(
    office="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง",
    request_number="2569/00012",
    requester="นางสาวตัวอย่าง ใจดี",
    organisation="โรงเรียนบ้านตัวอย่าง",
    purpose="เพื่อจัดทำแผนปฏิบัติการประจำปี",
    approver="นายผู้อนุญาต ตัวอย่าง",
    approved_at=NOW,
    generated_at=NOW,
    timezone="Asia/Bangkok",
)


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A warehouse with the sample."""
    address = f"sqlite:///{tmp_path_factory.mktemp('warehouse') / 'deep' / 'figures.db'}"
    load_sample(address, NOW)
    return address


@pytest.fixture(scope="session")
def catalogue(url: str) -> Catalogue:
    return load_catalogue(None, url)


class Asking:
    """Asks for the sample dataset."""

    def __init__(self, catalogue: Catalogue, url: str) -> None:
        self.catalogue, self.url = catalogue, url

    def any(self, *filters: str, **fields: Any) -> Prepared | tuple[Question, ...]:
        item = Item("จำนวนนักเรียน", "student_count", (2568,), filters=filters)
        return prepare(replace(item, **fields), self.catalogue, self.url)

    def prepared(self, *filters: str, **fields: Any) -> Prepared:
        answer = self.any(*filters, **fields)
        assert isinstance(answer, Prepared), answer
        return answer

    def questions(self, *filters: str, **fields: Any) -> tuple[Question, ...]:
        answer = self.any(*filters, **fields)
        assert not isinstance(answer, Prepared), answer.filters
        return answer


@pytest.fixture
def ask(catalogue: Catalogue, url: str) -> Asking:
    return Asking(catalogue, url)


@pytest.fixture(scope="session")
def shared_file() -> Path:
    """The figures as they came; not part of the project."""
    path = Path(__file__).parents[3] / "shared" / "data" / "schools-cra3-2568.csv"
    if not path.exists():
        pytest.skip("the original figures are not beside this repository")
    return path
