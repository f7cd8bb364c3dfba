"""What is kept of a mail that the officer is to place."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mailproc.model import Waiting
from mailproc.placing import Guess, Placing
from mailproc.settling.nouns import Read

_NAME, _LINES, _TEXT = 200, 6, 600  # what is shown of a mail: characters, lines, characters


def as_shown(mail: Read, placing: Placing) -> Waiting:
    """What the officer needs to see of a mail that she is to place."""
    best = placing.guesses[0] if placing.guesses else None
    lines = [line.strip() for line in mail.reading.text[:4_000].split("\n") if line.strip()]
    return Waiting(
        id=mail.row.id,
        from_name=mail.reading.from_name[:_NAME],
        from_addr=mail.reading.from_addr[:_NAME],
        subject=mail.reading.subject[:_NAME],
        text="\n".join(lines[:_LINES])[:_TEXT],
        number=best.number if best else "",
        new=best is not None and not best.number,
    )


def as_json(guesses: Iterable[Guess]) -> str:
    return json.dumps(
        [
            {"request": guess.number or None, "score": guess.score, "because": guess.because}
            for guess in guesses
        ]
    )
