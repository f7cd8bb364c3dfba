"""Can every policy of `[approval]` be met by the people that there are?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailproc.cli.finding import Finding, found
from mailproc.clock import utc_now
from mailproc.config import Config
from mailproc.datasets.catalogue import Loaded, load_entries
from mailproc.model import ApprovalPolicy
from mailproc.office import DeskSource, open_database
from mailproc.store.desk import Desk
from mailproc.workflow.seating import seated


def findings(config: Config) -> Iterator[Finding]:
    """Nothing where the office has no policy of its own. Raises ConfigError, MailprocError."""
    policies = config.approval.policies()
    if not policies:
        return
    entries, database, now = load_entries(config.catalogue_folder), open_database(config), utc_now()
    desk = DeskSource(config, database, utc_now)()
    database.close()
    wrong = [
        one
        for at, policy in enumerate(policies, 1)
        for one in (*_of_datasets(at, policy, entries), *_unheld(at, policy, desk, now))
    ]
    yield from wrong
    if not any(one.level == "fault" for one in wrong):
        yield found("approval", "ok", "approval_fine", count=len(policies))


def _of_datasets(at: int, policy: ApprovalPolicy, entries: dict[str, Loaded]) -> Iterator[Finding]:
    """Datasets that a policy names and that there are not, or that need no decision."""
    for name in sorted(policy.datasets):
        if name not in entries:
            yield found("approval", "fault", "approval_unknown", at=at, dataset=name)
        elif not entries[name].entry.needs_approval:
            yield found("approval", "note", "approval_open", at=at, dataset=name)


def _unheld(at: int, policy: ApprovalPolicy, desk: Desk, now: datetime) -> Iterator[Finding]:
    """Seats that nobody could take, one by one and all together."""
    held = [desk.holders(who, now) for who in policy.seats]
    empty = [who for who, people in zip(policy.seats, held, strict=True) if not people]
    for who in empty:
        yield found("approval", "fault", "approval_nobody", at=at, who=", ".join(who))
    seats = [[(one.person.id, one.for_person is None) for one in people] for people in held]
    if not empty and not all(seated(seats)):
        yield found("approval", "fault", "approval_too_few", at=at, seats=len(seats))
    names = {one.person.id: one.person for people in held for one in people}
    for person in names.values():
        if not person.has_code:
            yield found("approval", "note", "people_no_code", name=person.name, id=person.id)
