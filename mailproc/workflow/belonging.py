"""Who may ask for what is kept for the office's area, and where such data may go."""

from __future__ import annotations

from dataclasses import replace

from mailproc.model import Question, Request, Rules, Trust
from mailproc.workflow import policy
from mailproc.workflow.assess import assess, of_person


def is_inside(request: Request, rules: Rules) -> bool:
    """Whether the requester belongs to the area: staff of the office, or an address on its roster.

    An officer who enters the request says so of somebody who is given the data by hand.
    An address whose mail our server stamped as forged belongs nowhere, whoever answered from it.
    """
    if request.trust is Trust.FAILED:
        return False
    if request.vouched == "officer" and policy.is_handed_over(request):
        return request.form.requester_type == "internal"
    return request.vouched == "person" or rules.roster.holds(request.requester_addr)


def may_go_to(address: str, request: Request, rules: Rules) -> bool:
    """Whether the result may go to another address that proved itself."""
    dataset = rules.catalogue.get(request.item.dataset_id)
    kept_in = dataset is not None and dataset.who_may_ask == "roster"
    return not kept_in or rules.roster.holds(address)


def kept_inside(request: Request, rules: Rules) -> Request:
    """The request without an address to deliver to that its data may not go to."""
    if not request.deliver_to or may_go_to(request.deliver_to, request, rules):
        return request
    return replace(request, deliver_to="")


def open_questions(request: Request, rules: Rules) -> tuple[Question, ...]:
    """Everything that this requester has still to be asked; empty: the data can be prepared."""
    if request.attached is not None:  # then only who asks, and what for
        return of_person(request.form)
    inside = is_inside(request, rules)
    return assess(request.form, rules.catalogue, request.doubts, inside=inside)
