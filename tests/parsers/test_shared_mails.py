"""The reader over the shared test mails: shares that are really reached, and no exception."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mailproc.parsers import read, to_json
from mailproc.parsers.kind import AUTOMATIC
from tests.parsers.known import KNOWN

MAILS = Path(__file__).parents[2].parent / "shared" / "mails"
pytestmark = pytest.mark.skipif(not MAILS.is_dir(), reason="the shared test mails are not here")
TRUTHS = sorted((MAILS / "requests").glob("*.json"))
WHOLE = "lines english bold forwarded rfc822 outlook table dotted several".split()


def _agrees(truth: dict[str, Any], said: dict[str, Any]) -> bool:
    if any(said[key] != truth[key] for key in ("kind", "from_name", "from_addr", "subject")):
        return False
    form = said["form"]
    items = [{k: v for k, v in i.items() if k != "dataset_id"} for i in form["items"]]
    return bool(form | {"items": items} == truth["form"])


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for path in TRUTHS:
        truth = json.loads(path.read_text(encoding="utf-8"))
        said = to_json(read(path.with_suffix(".eml").read_bytes(), KNOWN))
        shape = truth["shape"]
        if shape == "ticks" and truth["charset"] != "utf-8":
            shape = "ticks without a tick"  # cp874 has no ☑: the mail holds «?»
        seen[shape] += 1
        right[shape] += _agrees(truth, said)
    return {shape: right[shape] / seen[shape] for shape in seen}


@pytest.mark.parametrize("shape", [*WHOLE, "ticks"])
def test_every_request_of_a_shape_is_read_as_written(shape: str, shares: dict[str, float]) -> None:
    assert shares[shape] == 1.0


@pytest.mark.parametrize("folder", ["requests", "public", "automatic", "bodies"])
def test_no_mail_stops_the_reader(folder: str) -> None:
    paths = [p for p in (MAILS / folder).rglob("*") if p.is_file() and p.suffix != ".json"]
    assert paths
    for path in paths:
        reading = read(path.read_bytes(), KNOWN)
        assert not [problem for problem in reading.problems if "could not be read" in problem]
        json.dumps(to_json(reading), ensure_ascii=False).encode("utf-8")


def test_no_automatic_mail_is_taken_for_a_persons() -> None:
    paths = [path for path in (MAILS / "automatic").rglob("*") if path.is_file()]
    persons = [path.name for path in paths if read(path.read_bytes(), KNOWN).kind not in AUTOMATIC]
    assert persons == []


def test_no_plain_body_is_a_request_for_data() -> None:
    paths = [path for path in (MAILS / "bodies").rglob("*") if path.is_file()]
    assert {read(path.read_bytes(), KNOWN).kind for path in paths} == {"other"}
