"""Who decides what; docs/approval.md has examples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mailproc.model import APPROVERS, ApprovalPolicy, Escalation
from mailproc.sections.base import ADDRESS, Section, Workdays

_ROLES = (*APPROVERS, "officer", "admin")


Sensitivity = Literal["open", "internal", "personal", "special"]


class PolicySection(Section):
    """Who has to approve some datasets; the first policy that fits a dataset counts."""

    kind: Literal["one", "in_order", "any", "all"] = "one"
    who: Annotated[tuple[str, ...], Field(min_length=1)]  # roles, or addresses of people
    sensitivity: tuple[Sensitivity, ...] = ()  # none: of any
    datasets: tuple[str, ...] = ()  # ids; none: every one

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if faults := [*self._of_who(), *self._of_count()]:
            raise ValueError("; ".join(faults))
        return self

    def _of_who(self) -> Iterator[str]:
        for name in self.who:
            if name not in APPROVERS and not ADDRESS.fullmatch(name):
                roles = ", ".join(APPROVERS)
                yield f"who: {name!r} is neither an address nor one of the roles {roles}"
        folded = [name.casefold() for name in self.who]
        for name in sorted({name for name in folded if folded.count(name) > 1}):
            yield f"who: {name!r} stands there twice"

    def _of_count(self) -> Iterator[str]:
        if self.kind == "one" and len(self.who) != 1:
            yield 'who: kind = "one" names exactly one; for a group use "any"'
        if self.kind in ("in_order", "all") and len(self.who) < 2:
            yield f'who: kind = "{self.kind}" names two or more'

    def policy(self) -> ApprovalPolicy:
        together = self.kind in ("one", "any")
        return ApprovalPolicy(
            seats=(self.who,) if together else tuple((name,) for name in self.who),
            in_order=self.kind == "in_order",
            sensitivities=frozenset(self.sensitivity),
            datasets=frozenset(self.datasets),
        )


class _Escalating(Section):
    """Who learns that nobody decides, and when."""

    escalate_days: Workdays = 3  # 0: nobody
    escalate_to: tuple[str, ...] = ("officer",)  # roles or addresses
    escalate: Literal["tell", "may_decide"] = "tell"

    @field_validator("escalate_to")
    @classmethod
    def _roles_or_addresses(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in _ROLES and not ADDRESS.fullmatch(name):
                raise ValueError(f"{name!r} is neither a role ({', '.join(_ROLES)}) nor an address")
        return names

    def escalation(self) -> Escalation:
        may_decide = self.escalate == "may_decide"
        return Escalation(self.escalate_days, self.escalate_to, may_decide)


class ApprovalSection(_Escalating):
    """Who decides, beyond the one yes of the group's director; docs/approval.md has examples."""

    policy: tuple[PolicySection, ...] = ()
    standing: tuple[Sensitivity, ...] = ("open", "internal")  # may be approved ahead
    out_of_office: Literal["deputy", "ignore"] = "ignore"  # an automatic answer of an approver
    out_of_office_hours: Annotated[int, Field(ge=1)] = 24  # how long one such answer counts
    digest_above: Annotated[int, Field(ge=1)] = 5  # more at once come as one list
    fold_new: bool = False  # new requests too, which then wait some hours for it
    batch_sensitive: bool = False  # data about persons may be ticked on the page of all that waits

    @field_validator("policy")
    @classmethod
    def _each_counts(cls, policies: tuple[PolicySection, ...]) -> tuple[PolicySection, ...]:
        for at, one in enumerate(policies[:-1], 1):
            if not one.sensitivity and not one.datasets:
                raise ValueError(f"policy {at} fits every dataset, so those after it never count")
        return policies

    def policies(self) -> tuple[ApprovalPolicy, ...]:
        return tuple(one.policy() for one in self.policy)

    @property
    def away(self) -> timedelta | None:
        """How long an out-of-office answer counts; None where it does not."""
        hours = timedelta(hours=self.out_of_office_hours)
        return hours if self.out_of_office == "deputy" else None
