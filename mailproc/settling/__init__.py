"""What stored mails mean, as the rows of one transaction.

`Facts` looks up what the store knows of a batch of mails, `Batch` gathers their verdicts and
writes them, `outcome` says what becomes of one of them, `drafts` makes new requests, `answers` the
letters that answer a mail directly.
"""

from mailproc.settling.batch import Batch
from mailproc.settling.nouns import Habits, Read

__all__ = ["Batch", "Habits", "Read"]
