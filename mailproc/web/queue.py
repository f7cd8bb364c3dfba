"""All that waits for one person, on one page: ticks, one choice, one code.

GET shows and changes nothing. Each ticked decision is taken by its own link, so that what changed
meanwhile is told, not decided. An undo for all of them needs no second code while the hold lasts:
its key stands on the page that only the code gives.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mailproc import deciding
from mailproc.deciding import Given, Mandate, Taken
from mailproc.deciding.proving import Proved, prove_person
from mailproc.model import Person
from mailproc.store import devices, links, people, person_links
from mailproc.store.devices import Device
from mailproc.web.arriving import Arriving, preview
from mailproc.web.common import Site, read_fields, whole
from mailproc.web.passkeys import PasskeyRoom
from mailproc.web.proof import STATUS
from mailproc.web.queue_sent import CHOICES, MOST_FIELDS, PER_PAGE, Sent, read
from mailproc.web.remembering import DEVICE, keep, remember
from mailproc.wording import shown
from mailproc.workflow.approval import needed
from mailproc.workflow.urgency import hurry

_COUNTS = frozenset({"done", "waits", "narrowed"})
_SECONDS = 11  # digits of a time since 1970


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose page it is, and by which link."""

    link: person_links.PersonLink
    person: Person
    handle: str
    may_look: bool
    device: Device | None = None  # the remembered browser that asks


class QueuePage:
    """GET of /q/{token}; GET and POST of /q/open/{handle}; GET of a case below it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._keys = PasskeyRoom(site)
        self._arriving, self._cases = Arriving(site, "/q"), Arriving(site, "/d")

    # ------------------------------------------------------------ arriving

    async def arrive(self, http: HttpRequest) -> Response:
        """Out of the address bar with the token, at once."""
        return await run_in_threadpool(self._arrive, http)

    def _arrive(self, http: HttpRequest) -> Response:
        now = self._site.clock()
        with self._site.database.read() as connection:
            link = person_links.find(connection, http.path_params["token"])
        if link is None:
            return self._site.message("not_found", 404)
        return preview(self._site, http) or self._arriving.leads_on(link.id, now)

    def visit(self, http: HttpRequest, now: datetime) -> Visit | Response:
        """Whose queue the address leads to, or a page that says why to none."""
        opened = self._arriving.opened(http, now)
        if opened is None:
            return self._site.message("not_found", 404)
        with self._site.database.read() as connection:
            link = person_links.get(connection, opened.link_id)
            person = people.get(connection, link.person_id, now) if link else None
        if link is None or person is None or not link.is_open(now):
            return self._site.message("queue_gone", 410)
        device = self._device(http, person, now)
        return Visit(link, person, http.path_params["handle"], opened.may_look, device)

    def _device(self, http: HttpRequest, person: Person, now: datetime) -> Device | None:
        """The remembered browser, where it is this person's own; of a POST that is surely ours."""
        token = http.cookies.get(DEVICE, "")
        if not token or (http.method == "POST" and not self._site.is_surely_ours(http)):
            return None
        with self._site.database.read() as connection:
            return devices.find(connection, token, person.id, now)

    def here(self, visit: Visit) -> str:
        """The path of the page."""
        return f"{self._site.base}/q/open/{visit.handle}"

    # ------------------------------------------------------------ GET

    async def page(self, http: HttpRequest) -> Response:
        """GET shows what waits; POST decides what is ticked."""
        if http.method != "POST":
            return await run_in_threadpool(self._show, http)
        fields = await read_fields(http, MOST_FIELDS)
        return await run_in_threadpool(self._post, http, read(fields))

    def _show(self, http: HttpRequest) -> Response:
        if (robot := preview(self._site, http)) is not None:
            return robot
        now = self._site.clock()
        visit = self.visit(http, now)
        if isinstance(visit, Response):
            return visit
        if not visit.may_look:
            return self._site.message("open_again", 403)
        asked = http.query_params
        return self._list(
            visit, now, number=whole(asked.get("page", "")), all_ticked="all" in asked
        )

    def _list(
        self,
        visit: Visit,
        now: datetime,
        *,
        number: int = 1,
        all_ticked: bool = False,
        error: str | None = None,
        status: int = 200,
        sent: Sent | None = None,
    ) -> Response:
        with self._site.database.read() as connection:
            waiting = deciding.waiting(connection, visit.person.id, now)
            pages = max(1, -(-len(waiting) // PER_PAGE))
            number = min(max(number, 1), pages)
            part = waiting[(number - 1) * PER_PAGE : number * PER_PAGE]
            here = deciding.mandates(connection, visit.person.id, part, now)
        ticked = {one.link.id for one in here} if all_ticked else set(sent.ticked if sent else ())
        return self._site.page(
            "queue",
            status,
            person=visit.person,
            csrf=self._site.csrf(visit.link.id),
            first_use=not visit.person.may_prove,
            device=visit.device,
            may_remember=self._site.is_private,
            passkey="" if visit.device else self._offer(visit, here, now),
            error=error,
            cases=[self._case(one, now, ticked) for one in here],
            several=any(needed(one.request, self._site.rules()) > 1 for one in here),
            count=len(waiting),
            number=number,
            pages=pages,
            all_ticked=all_ticked,
            here=self.here(visit),
            typed=sent.typed if sent else {},
        )

    def _offer(self, visit: Visit, here: Sequence[Mandate], now: datetime) -> str:
        seen = {one.link.id: one.request.version for one in here if not self._is_alone(one)}
        return self._keys.to_decide_many(visit.person, visit.link.id, CHOICES, seen, now)

    def _case(self, mandate: Mandate, now: datetime, ticked: set[str]) -> dict[str, Any]:
        """A row of the list; every word of the request comes out harmless."""
        return {
            "id": mandate.link.id,
            "request": shown(mandate.request),
            "for_name": mandate.for_person.name if mandate.for_person else "",
            "hurry": hurry(mandate.request, now, self._site.office.timezone).level,
            "alone": self._is_alone(mandate),
            "ticked": mandate.link.id in ticked,
        }

    def _is_alone(self, mandate: Mandate) -> bool:
        """Whether it has to be opened to be decided."""
        may = self._site.rules().batch_sensitive
        return not may and deciding.is_sensitive(mandate.request)

    async def see(self, http: HttpRequest) -> Response:
        """On to the page of one case, which shows all of it."""
        return await run_in_threadpool(self._see, http)

    def _see(self, http: HttpRequest) -> Response:
        visit = self.visit(http, self._site.clock())
        if isinstance(visit, Response):
            return visit
        with self._site.database.read() as connection:
            link = links.get(connection, http.path_params["link"])
        if link is None or link.purpose != "decide" or link.person_id != visit.person.id:
            return self._site.message("not_found", 404)
        return self._cases.leads_on(link.id, self._site.clock())

    # ------------------------------------------------------------ POST

    def _post(self, http: HttpRequest, sent: Sent) -> Response:
        now = self._site.clock()
        visit = self.visit(http, now)
        if isinstance(visit, Response):
            return visit
        if not self._site.is_ours(http, sent.csrf, visit.link.id):
            return self._site.message("forbidden", 403)
        if sent.choice == "undo":
            return self._undo(visit, sent, now)
        known = visit.device is not None
        if error := sent.fault(visit.person, self._grounds(), known=known):
            return self._again(visit, sent, error, 422, now)
        proved, signed = self._prove(http, visit, sent, now)
        if proved.error:
            return self._again(visit, sent, proved.error, STATUS.get(proved.error, 403), now)
        token = self._remembered(http, visit, proved, now) if sent.remember else ""
        return keep(self._site, self._decide(visit, sent, proved.device, signed), token)

    def _remembered(self, http: HttpRequest, visit: Visit, proved: Proved, now: datetime) -> str:
        with self._site.database.write() as connection:
            return remember(self._site, connection, http, visit.person, proved, now)

    def _prove(
        self, http: HttpRequest, visit: Visit, sent: Sent, now: datetime
    ) -> tuple[Proved, Mapping[str, int] | None]:
        """That it is the person; of a signature also the versions of the requests it is over."""
        site, person, place = self._site, visit.person, visit.link.id
        if sent.passkey and not visit.device:
            return self._keys.prove_many(person, place, sent.choice, sent.ticked, sent.passkey, now)
        token = http.cookies.get(DEVICE, "") if visit.device else ""
        proof = replace(sent.proof.proof, device=token)
        return prove_person(site.database, person, place, proof, site.pepper, now), None

    def _grounds(self) -> Sequence[str]:
        return self._site.pages.keys("grounds", self._site.office.language)

    def _again(self, visit: Visit, sent: Sent, error: str, status: int, now: datetime) -> Response:
        if not visit.may_look:
            return self._site.message("open_again", 403)
        return self._list(visit, now, error=error, status=status, sent=sent)

    def _decide(
        self, visit: Visit, sent: Sent, device: str, signed: Mapping[str, int] | None
    ) -> Response:
        given = Given(
            sent.choice,
            "queue",
            device,
            reason=sent.reason if sent.choice == "refuse" else "",
            ground=sent.ground if sent.choice == "refuse" else "",
        )
        results = [self._take(visit, link_id, given, signed) for link_id in sent.ticked]
        self._site.committed()
        return self._results(visit, results, sent.choice, device)

    def _take(
        self, visit: Visit, link_id: str, given: Given, signed: Mapping[str, int] | None
    ) -> tuple[str, Taken]:
        """One of the ticked; nothing by a link of somebody else, nor what is to be opened, nor
        what is not as it was signed."""
        now = self._site.clock()
        with self._site.database.read() as connection:
            link = links.get(connection, link_id)
            mine = link is not None and link.person_id == visit.person.id
            found = deciding.mandate(connection, link, now) if mine else None
        if found is None:
            return "gone", Taken("gone", None)
        if given.choice == "approve" and found.is_open(now) and self._is_alone(found):
            return "alone", Taken("gone", found)
        if signed is not None and found.is_open(now) and signed[link_id] != found.request.version:
            return "moved", Taken("gone", found)
        taken = self._taken(link_id, given)
        return taken.outcome, taken

    def _taken(self, link_id: str, given: Given) -> Taken:
        now = self._site.clock()
        return deciding.take(
            self._site.database, link_id, given, self._site.rules(), self._site.desk, now
        )

    # ------------------------------------------------------------ what became of it

    def _results(
        self, visit: Visit, results: Sequence[tuple[str, Taken]], choice: str, device: str
    ) -> Response:
        now = self._site.clock()
        undoable = [
            taken.mandate.link.id
            for _, taken in results
            if taken.mandate is not None and taken.mandate.has_hold(now) and choice == "approve"
        ]
        until = int((now + self._site.rules().hold).timestamp())
        return self._site.page(
            "queue_done",
            200,
            person=visit.person,
            csrf=self._site.csrf(visit.link.id),
            choice=choice,
            results=[_result(outcome, taken) for outcome, taken in results],
            counted=sum(outcome in _COUNTS for outcome, _ in results),
            undoable=undoable,
            key=self._key(visit, undoable, device, until),
            left=self._left(visit, now),
            here=self.here(visit),
        )

    def _left(self, visit: Visit, now: datetime) -> int:
        with self._site.database.read() as connection:
            return len(deciding.waiting(connection, visit.person.id, now))

    def _key(self, visit: Visit, ids: Sequence[str], device: str, until: int) -> str:
        """What lets exactly these be taken back until then."""
        text = "|".join(("undo", visit.link.id, device, str(until), *ids)).encode()
        signed = hmac.digest(self._site.desk().link_key, text, "sha256").hex()
        return f"{until}.{device}.{signed}"

    def _undo(self, visit: Visit, sent: Sent, now: datetime) -> Response:
        until, _, rest = sent.key.partition(".")
        device = rest.rpartition(".")[0]
        number = whole(until, _SECONDS)
        right = self._key(visit, sent.ticked, device, number)
        if not sent.ticked or not hmac.compare_digest(right.encode(), sent.key.encode()):
            return self._site.message("forbidden", 403)
        if now.timestamp() > number:
            return self._site.message("undo_late", 409)
        given = Given("undo", "queue", device)
        taken = [self._taken(link_id, given) for link_id in sent.ticked]
        self._site.committed()
        results = [(one.outcome, one) for one in taken]
        return self._results(visit, results, "undo", device)


def _result(outcome: str, taken: Taken) -> dict[str, Any]:
    request = taken.mandate.request if taken.mandate else None
    return {"outcome": outcome, "request": shown(request), "counts": outcome in _COUNTS}
