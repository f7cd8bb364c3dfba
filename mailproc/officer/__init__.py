"""What an officer does with requests and mails, for the desk and for the command line alike.

Each act is one transaction of its caller and gives a `Done`: what became of it, and where the
request moved on after the officer saw it, what happened meanwhile.
"""

from mailproc.officer.nouns import Done, Here, Who
from mailproc.officer.turns import in_turn

__all__ = ["Done", "Here", "Who", "in_turn"]
