from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from mailproc.health.metrics import Metrics
from mailproc.health.pulse import Beat
from mailproc.store.alarms import Alarm
from mailproc.store.database import Database
from mailproc.web.internal import Health, internal_app
from tests.factories import NOW
from tests.walk import Walk


def _figures(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Each figure by its name and the value of its label."""
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.text(NOW).decode())
        for sample in family.samples
    }


def _metrics(database: Database) -> Metrics:
    alarms = (Alarm("disk_low", NOW, {}),)
    beats = {"intake": Beat(busy=3.0)}
    copies = {"filed": 2, "missing": 1}
    later = NOW + timedelta(minutes=1)
    return Metrics(database, lambda: beats, lambda: alarms, lambda: later, lambda: copies)


def test_a_monitor_reads_work_alarms_and_loops(database: Database) -> None:
    Walk(database).prepared()
    found = _figures(_metrics(database))
    assert found[("mailproc_requests", "awaiting_decision")] == 1
    assert found[("mailproc_requests", "delivered")] == 0
    assert found[("mailproc_alarm", "disk_low")] == 1
    assert found[("mailproc_loop_busy_seconds", "intake")] == 3
    assert found[("mailproc_queue", "letters_due")] >= 1
    assert found[("mailproc_last_poll_timestamp_seconds", "")] == NOW.timestamp()
    assert found[("mailproc_database_up", "")] == 1
    assert found[("mailproc_sent_copies", "missing")] == 1


def test_figures_tell_nothing_of_persons(sqlite_database: Database) -> None:
    Walk(sqlite_database).prepared()
    text = _metrics(sqlite_database).text(NOW).decode()
    assert "@" not in text
    assert "2569/" not in text


def test_without_a_database_there_are_still_figures(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    found = _figures(_metrics(empty))
    empty.close()
    assert found[("mailproc_database_up", "")] == 0
    assert found[("mailproc_alarm", "disk_low")] == 1


def test_a_probe_learns_whether_it_lives_and_whether_mail_is_taken_in() -> None:
    health = Health(NOW, alive=True, alarms=("disk_low",), ready=False)
    with TestClient(internal_app(lambda: health, None, lambda: b"x 1\n")) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["alarms"] == ["disk_low"]
        assert client.get("/metrics").text == "x 1\n"
