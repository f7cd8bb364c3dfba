"""`serve` on a machine whose clock is wrong: `python -m tests.e2e.wrong_clock serve …`.

CLOCK_OFF: by so many seconds. Its seconds pass as they should, as on a real machine.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from mailproc import clock

_right = clock.utc_now


def _wrong() -> datetime:
    return _right() + timedelta(seconds=float(os.environ["CLOCK_OFF"]))


clock.utc_now = _wrong  # before anybody imports it

if __name__ == "__main__":
    from mailproc.cli import main

    main()
