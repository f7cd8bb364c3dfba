"""The officer's desk on the internal listener: one login per person, every request at hand.

`login` opens a session, `frame` is what every page has, and each other module is one page family.
"""

from __future__ import annotations

from starlette.routing import BaseRoute

from mailproc.web.common import Site
from mailproc.web.desk.acting import ActingPage
from mailproc.web.desk.case import CasePage
from mailproc.web.desk.entry import EntryPage
from mailproc.web.desk.frame import Frame
from mailproc.web.desk.handovers import HandoversPage
from mailproc.web.desk.login import LoginPage
from mailproc.web.desk.mails import MailsPage
from mailproc.web.desk.mine import MinePage
from mailproc.web.desk.months import MonthsPage
from mailproc.web.desk.offered import Offered
from mailproc.web.desk.overview import OverviewPage
from mailproc.web.desk.papers import PapersPage
from mailproc.web.desk.printing import PrintPages


def routes(site: Site, frame: Frame) -> list[BaseRoute]:
    """Every page of the desk; a family gives its own by `routes()`."""
    offered = Offered(site)
    cases = CasePage(site, frame, acts=offered.of_request)
    mails = MailsPage(site, frame, acts=offered.of_mail)
    families = (
        LoginPage(site, frame),
        OverviewPage(site, frame),
        cases,
        mails,
        ActingPage(site, frame, cases, mails),
        MinePage(site, frame),
        EntryPage(site, frame),
        HandoversPage(site, frame),
        PrintPages(site, frame),
        PapersPage(site, frame),
        MonthsPage(site, frame),
    )
    return [route for family in families for route in family.routes()]
