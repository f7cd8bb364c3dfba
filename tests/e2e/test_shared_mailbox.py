"""The trial of bench/shared_mailbox.py for some seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.shared_mailbox import Pace, Trial
from tests.e2e.dovecot import Dovecot


@pytest.mark.timeout(180)
def test_no_mail_of_colleagues_is_touched_and_no_request_is_lost(
    own_dovecot: Dovecot, tmp_path: Path
) -> None:
    trial = Trial(own_dovecot, tmp_path, 7, Pace(10, (0.2, 0.4), 0.1))
    report = trial.run()
    assert report.faults == [], "\n".join(report.lines())
    assert report.answered >= 5
    assert report.copies >= report.answered
    assert sum(report.acts.values()) > 50
