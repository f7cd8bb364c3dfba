"""Codes whose digest takes no time; and with them `python -m tests.quick_codes serve …`.

For machines that type thousands of words; tests/store/test_people.py holds what a digest costs.
"""

from __future__ import annotations

COST = 2

if __name__ == "__main__":
    from mailproc.cli import main
    from mailproc.store import people

    people.CODE_COST = COST
    main()
