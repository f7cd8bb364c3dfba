"""`python -m mailproc`, which `run.py` starts."""

from mailproc.cli import main

main()
