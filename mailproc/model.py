"""The frozen nouns that travel between the modules.

Times are aware datetimes in UTC; academic years are Buddhist Era (CE + 543); digests are
lower-case hex SHA-256. Nothing here does I/O or knows the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

# ---------------------------------------------------------------- what a mail says


@dataclass(frozen=True, slots=True)
class Item:
    """One dataset as the requester asked for it; absent fields are None or empty."""

    dataset: str = ""  # the words used
    dataset_id: str | None = None  # the catalogue's match
    academic_years: tuple[int, ...] = ()
    latest: bool = False  # the mail says "the latest" in place of a year
    round: int | None = None
    level: str | None = None  # area | district | group | school
    filters: tuple[str, ...] = ()  # the words used
    format: str | None = None  # xlsx | csv | pdf | paper
    wait: bool = False  # the requester waits for a round that is not open yet


@dataclass(frozen=True, slots=True)
class Form:
    """The request form, holding only what was stated."""

    requester_name: str | None = None
    position: str | None = None
    organisation: str | None = None
    requester_type: str | None = None  # internal | government | private | public
    phone: str | None = None
    email: str | None = None
    line_id: str | None = None
    letter_no: str | None = None
    letter_date: str | None = None  # ISO
    purpose: str | None = None
    needed_by: str | None = None  # ISO
    delivery: str | None = None  # email | line | pickup | smart_office
    consent: bool | None = None
    items: tuple[Item, ...] = ()
    channel: str | None = None  # by which it reached an officer: phone | counter | paper | …


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    media_type: str
    size: int  # bytes after decoding


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not read; its sender is told by name.

    `reason`: too_large | bomb | doctype | encrypted | damaged | wrong_type | unsupported |
    too_slow | too_many
    """

    filename: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says, as `parse --json` prints it, and what intake needs besides."""

    kind: (
        str  # request reply command encrypted unreadable other | auto_reply bounce report list own
    )
    from_name: str = ""
    from_addr: str = ""
    subject: str = ""
    message_id: str = ""
    text: str = ""  # body without quotes and signature
    attachments: tuple[Attachment, ...] = ()
    form: Form | None = None
    sources: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    # beyond the JSON
    command: str | None = None  # cancel | status | resend | form | nudge
    references: tuple[str, ...] = ()  # Message-IDs in In-Reply-To, References and returned mails
    recipients: tuple[str, ...] = ()  # To, Cc, Delivered-To: addresses only
    digest: str = ""  # Message-ID, From, Date, Subject and decoded parts, without trace headers
    authentication_results: tuple[str, ...] = ()  # raw values, topmost first
    language: str = "th"  # th | en
    clear_sign: bool = False  # form, or request words together with a dataset
    delayed: bool = False  # a delivery report that only says «not yet» (RFC 3464 2.3.3)
    diagnosis: str = ""  # what a bounce says of the cause: status code and words of the server
    quoted: str = ""  # the quoted part of the body: answers may be filled in behind its labels
    from_addrs: tuple[str, ...] = ()  # every address in From; more than one is nobody's word
    reply_to: tuple[str, ...] = ()  # addresses in Reply-To that are not the sender's
    # several_from display_address mixed_script punycode invisible reply_to: odd about the sender
    flags: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()  # names of pictures, which only a person can read
    refused: tuple[Refused, ...] = ()
    unclear: tuple[tuple[str, str], ...] = ()  # field, and the words that were not understood


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader must know of this office to judge a mail."""

    own_addresses: frozenset[str] = frozenset()
    datasets: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (id, all names) of the catalogue
    spanning: frozenset[str] = frozenset()  # ids of datasets of which one table holds many years


# ---------------------------------------------------------------- the catalogue


@dataclass(frozen=True, slots=True)
class Round:
    """One immutable import of a dataset."""

    academic_year: int
    round: int  # 1 = 10 June, 2 = 10 November, 3 = end of the academic year
    as_of: str  # ISO date
    source: str
    digest: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A catalogue entry; the whole TOML file is read by `datasets.catalogue`."""

    id: str
    title_th: str
    title_en: str
    names: tuple[str, ...]  # every name that people use for it, titles included
    description_th: str
    description_en: str
    levels: tuple[str, ...]
    formats: tuple[str, ...]
    sensitivity: str  # open | internal | personal | special
    needs_approval: bool
    filters_th: tuple[str, ...]  # what can be asked for, in words with an example
    filters_en: tuple[str, ...]
    digest: str  # of the TOML file
    rounds: tuple[Round, ...] = ()  # loaded, newest first
    suppression: str = "none"  # how small cells are treated
    suppression_reason_th: str = ""
    kind: str = "query"  # query | file
    source_id: str = ""  # whose rounds these are; several datasets may be views of one source
    who_may_ask: str = "anyone"  # anyone | roster
    public_version: str = ""  # id of the dataset that those outside the roster are offered
    update_days: int = 0  # the newest round is overdue when it is older; 0: no rhythm
    years: int = 1  # how many academic years one table spans
    closed: tuple[Round, ...] = ()  # loaded but not open yet
    example: bool = False  # the rounds hold made-up figures, for trying alone
    spec: str = ""  # the checked TOML file as JSON, for `datasets.query`
    folder: str = ""  # where its ready-made files lie

    def title(self, language: str) -> str:
        """As people of the language call it."""
        return self.title_th if language == "th" else self.title_en


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the figures of each round are collected."""

    rounds: tuple[tuple[int, int, int], ...] = ((1, 6, 10), (2, 11, 10), (3, 3, 31))  # month, day
    moved: tuple[tuple[int, int, str], ...] = ()  # academic year, round, ISO date

    def collected_on(self, academic_year: int, round_number: int) -> str:
        """The day whose figures the round holds, ISO; empty where there is no such round.

        An academic year begins in May: what is collected before is of the year that ends.
        """
        for year, number, day in self.moved:
            if (year, number) == (academic_year, round_number):
                return day
        for number, month, day_of_month in self.rounds:
            if number == round_number:
                year = academic_year - 543 + int(month < 5)
                return date(year, month, day_of_month).isoformat()
        return ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    datasets: tuple[Dataset, ...] = ()
    calendar: Calendar = Calendar()

    def get(self, dataset_id: str | None) -> Dataset | None:
        return next((d for d in self.datasets if d.id == dataset_id), None)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask the requester.

    `problem`: missing (nothing said) | unknown (no such dataset, or unclear which) |
    unavailable (known, but not this year, round, level or format) | unclear (filter not understood)
    roster_only (kept for the area) | small_figures (most of it would be hidden)
    whole_file (can't be narrowed) | one_year (several in one table)
    """

    field: str  # a Form or Item field name
    problem: str
    said: str = ""
    offers: tuple[str, ...] = ()  # what there is, ready to be shown and to be picked by number
    hints: tuple[str, ...] = ()  # how it can be said, in examples
    first: int = 0  # number of the first offer in a mail about several requests; 0: it is alone
    near: int = 0  # so many of the offers, the first ones, resemble what was said


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A ready-made file, as the director is shown it."""

    name: str
    size: int  # bytes
    unit: str  # pages | sheets | rows
    count: int  # 0: not known


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that was run: what the director is asked to release."""

    dataset_id: str
    title_th: str
    title_en: str
    academic_year: int
    round: int
    level: str
    filters: tuple[str, ...]  # as understood, in words
    format: str
    query: str  # canonical JSON, enough to run it again
    rows: int
    columns: tuple[str, ...]
    hidden_cells: int
    suppression: str  # the policy in force, "none" for plain counts
    sensitivity: str
    sample: tuple[tuple[str, ...], ...]  # first rows as text
    as_of: str
    source: str
    round_digest: str
    dataset_digest: str
    result_digest: str
    file: FileFacts | None = None  # a ready-made one, which has neither rows nor sample


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an approver narrows before the data leaves; empty fields change nothing."""

    without: tuple[str, ...] = ()  # columns that are left out, by their titles
    level: str = ""  # coarser than asked for: area | district | group
    until: str = ""  # ISO day, the last on which the requester may use the data


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the second sheet of a workbook says."""

    office: str
    request_number: str
    requester: str
    organisation: str
    purpose: str
    approver: str
    approved_at: datetime
    generated_at: datetime
    timezone: str
    printed: bool = False  # for the paper service: with a cover and contents
    conditions: Conditions = Conditions()  # under which it was approved
    ahead: bool = False  # by a yes that was given before it was asked for


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a booklet: what was approved, and its own request."""

    prepared: Prepared
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A request of the same mail that a booklet does not hold; `why`: refused | later."""

    number: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Built:
    """A file ready for the gate."""

    filename: str
    media_type: str
    content: bytes
    sha256: str
    result_digest: str  # of the data inside, computed anew


@dataclass(frozen=True, slots=True)
class Linked:
    """A file that a mail carries as a link, being too big for it."""

    filename: str
    size: int  # bytes
    url: str
    until: datetime


# ---------------------------------------------------------------- what an officer adds


@dataclass(frozen=True, slots=True)
class Corrected:
    """A field that an officer put right, with what the requester wrote beside it."""

    field: str  # a Form or Item field name
    said: str  # the requester's words, or the value before
    put: str  # the value that the officer put in its place, as text
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of an officer's own that answers a request; its bytes are a paper of the store."""

    paper_id: int
    sha256: str
    filename: str
    size: int  # bytes
    kind: str  # xlsx | csv | pdf | docx
    title: str  # of the data, as requester and approver read it
    sensitivity: str  # open | internal | personal | special
    academic_year: int  # B.E.
    as_of: str  # ISO date of the figures
    source: str
    by: str
    round: int = 0  # 0: not of a round
    level: str = "area"


# ---------------------------------------------------------------- the request


class State(StrEnum):
    NEW = "new"  # a draft that is not stored yet
    UNCONFIRMED = "unconfirmed"
    INCOMPLETE = "incomplete"
    RETURNED = "returned"
    WAITING = "waiting"
    PREPARING = "preparing"
    CHECKING = "checking"
    AWAITING_DECISION = "awaiting_decision"
    APPROVED = "approved"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NEEDS_PERSON = "needs_person"


class Trust(StrEnum):
    """How sure we are that the mail comes from its From address."""

    VERIFIED = "verified"  # the server stamped a DMARC pass
    UNSTAMPED = "unstamped"  # the server stamps nothing, or is not known to
    FAILED = "failed"  # the server stamped a failure


@dataclass(frozen=True, slots=True)
class Doubts:
    """What of the requester's newest mail did not become part of the form."""

    unclear: tuple[tuple[str, str], ...] = ()  # field, and the words that were not understood
    nearest: tuple[str, ...] = ()  # datasets that the words may mean, best first
    refused: tuple[Refused, ...] = ()
    scans: tuple[str, ...] = ()  # names of pictures, which only a person can read


BY_RULE = "open dataset"  # `Request.decided_by` where the catalogue asks for no approval


@dataclass(frozen=True, slots=True)
class Approval:
    """The yes of one seat, where a policy asks several."""

    seat: int
    person_id: int
    name: str
    for_name: str  # whom the person stood in for; empty: nobody
    at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
class Past:
    """What became of earlier mails' requests of the same address, as an approver is told it."""

    times: int = 0  # so many requests before
    delivered: int = 0
    refused: int = 0
    ended: int = 0  # expired or cancelled
    more: bool = False  # there are older ones, which were not counted

    @property
    def open(self) -> int:
        return self.times - self.delivered - self.refused - self.ended


# Channels of requests that somebody writes down for the requester.
ENTERED = ("phone", "counter", "paper", "line", "smart_office")


@dataclass(frozen=True, slots=True)
class Request:
    """One dataset asked for by one person; `version` counts its transitions from 1."""

    id: int
    number: str  # Buddhist year / sequence
    version: int
    state: State
    language: str
    # The From address; the result goes nowhere else unless vouched for. Empty where somebody
    # entered it for a requester without one: then nothing is mailed to the requester.
    requester_addr: str
    trust: Trust
    form: Form  # exactly one item
    received_at: datetime  # INTERNALDATE of the mail
    promised_at: datetime
    subject: str
    thread: str  # Message-ID of the first mail, root of References
    channel: str = "email"  # email, or one of ENTERED
    asks: int = 0  # how often the requester was asked back
    confirmed: bool = False  # by a reply from this address to a mail that only it got
    # How the sender is known without a stamp: roster | person | confirmed | officer
    vouched: str = ""
    questions: tuple[Question, ...] = ()
    due_at: datetime | None = None  # the next date on which something happens by itself
    reason: str = ""  # of a refusal, a return, or why a person is needed
    resume: State | None = None  # where needs_person came from
    prepared: Prepared | None = None
    content_hash: str = ""  # of what was shown for decision
    decided_by: str = ""
    decided_at: datetime | None = None
    decided_at_hash: str = ""  # the content hash that was decided upon
    failures: int = 0  # in a row, of the step at hand
    file_id: int | None = None  # what was built for it
    deliver_to: str = ""  # an address of the form that proved itself; empty: requester_addr
    flags: tuple[str, ...] = ()  # what looks odd about the sender, see Reading.flags
    reply_to: tuple[str, ...] = ()  # where the sender wants answers; shown, never used
    receipt_due: bool = False  # sent as soon as the data was tried, so that no ask contradicts it
    doubts: Doubts = Doubts()
    asked_at: datetime | None = None  # since then the requester is asked and the promise pauses
    revoked_at: datetime | None = None  # since then the delivered file is given out no more
    amended: bool = False  # after it was shown for decision; what was mailed for that is void
    renewed: str = ""  # why it was prepared anew after it was shown: round | entry
    together: int = 1  # how many requests the same mail opened
    approvals: tuple[Approval, ...] = ()  # so far, where the policy asks several
    conditions: Conditions = Conditions()
    shown: Form | None = None  # as it was last shown for decision; what differs now is marked
    sent_back: str = ""  # what an approver asked when he returned it; shown when it is laid again
    ground: str = ""  # of a refusal, as a key of [grounds]
    laid_at: datetime | None = None  # since when it waits for a decision, whatever was amended
    inside: bool | None = None  # its requester belongs to the area; None: not looked up yet
    past: Past | None = None  # None: not looked up yet
    remark: str = ""  # of the officer, for whoever decides
    standing_id: int = 0  # the yes given ahead that let it through
    remind_at: datetime | None = None  # when whoever it waits for is told again
    nudged_at: datetime | None = None  # when the requester last asked for it to be hurried
    escalated_at: datetime | None = None  # since then others know that nobody decides
    legal_from: datetime | None = None  # the legal days count from here; None: from received_at
    legal_told: tuple[str, ...] = ()  # soon | end: who was told that they run out
    decided_for: str = ""  # whom the person of `decided_by` stood in for
    entered_by: str = ""  # who wrote it down for the requester; empty: the requester wrote
    entered_by_id: int = 0  # of that person; 0: nobody of the office
    corrected: tuple[Corrected, ...] = ()  # by officers; the form holds the values
    attached: Attached | None = None  # in place of what the catalogue gives

    @property
    def item(self) -> Item:
        return self.form.items[0] if self.form.items else Item()


@dataclass(frozen=True, slots=True)
class Roster:
    """Who belongs to the office's area: addresses and whole domains, casefolded."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()  # «.example.org» holds every domain below it

    def holds(self, address: str) -> bool:
        address = address.casefold()
        domain = address.rpartition("@")[2]
        above = domain.split(".")
        parents = {"." + ".".join(above[i:]) for i in range(1, len(above))}
        return address in self.addresses or bool({domain, *parents} & self.domains)


# Roles that a seat of a policy may name.
APPROVERS = ("group_director", "deputy", "area_director", "area_deputy")


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """Who has to approve: every seat, by one of those who may take it.

    A seat names roles or addresses. The first policy that fits a dataset counts; empty
    `sensitivities` and `datasets` fit all.
    """

    seats: tuple[tuple[str, ...], ...] = (("group_director",),)
    in_order: bool = False  # the next seat is asked when the one before approved
    sensitivities: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """A yes given ahead: this dataset to requesters of this class, until a day.

    `requester_class`: roster, or a requester type of the form.
    """

    id: int
    dataset_id: str
    requester_class: str
    level: str  # no finer than this; empty: any
    person_id: int
    for_person_id: int | None
    granted_at: datetime
    until: datetime
    ended_at: datetime | None = None
    by: str = ""  # the name of who gave it


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who learns, after so many working days without a decision, that nobody decides."""

    workdays: int = 3  # 0: nobody ever
    to: tuple[str, ...] = ("officer",)  # roles or addresses
    may_decide: bool = False  # they get a link of the same seat


@dataclass(frozen=True, slots=True)
class LegalDays:
    """Calendar days within which a requester has the answer, or word of why not yet.

    Cabinet resolution of 28 December 2547 on the Official Information Act 2540, section 11.
    """

    warn: int = 12  # then the officer is told that they run out
    end: int = 15  # then the requester is told how things are


@dataclass(frozen=True, slots=True)
class Rules:
    """What an office chose, for `workflow.decide`."""

    hold: timedelta = timedelta(seconds=60)
    ask_limit: int = 3  # the next ask-back goes to a person
    silent: timedelta = timedelta(days=30)  # requester silent: expired
    remind: timedelta = timedelta(days=1)  # director not decided: one reminder
    officer_checks_all: bool = False
    failure_limit: int = 3
    catalogue: Catalogue = Catalogue()
    same: timedelta = timedelta(days=7)  # the same asked again within it is not run twice
    timezone: str = "Asia/Bangkok"
    holidays: frozenset[date] = frozenset()
    roster: Roster = Roster()
    approval: tuple[ApprovalPolicy, ...] = ()  # none fits: one yes of the group's director
    batch_sensitive: bool = False  # data about persons may be approved by a tick in a list
    standing: frozenset[str] = frozenset({"open", "internal"})  # sensitivities of standing yeses
    escalation: Escalation = Escalation()
    legal: LegalDays = LegalDays()


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    address: str
    role: str  # officer | admin, or one of APPROVERS
    phone: str = ""
    position: str = ""
    has_code: bool = False  # of her own
    has_once: bool = False  # codes of an app, or of a printed list with some left

    @property
    def post(self) -> str:
        """How a letter addresses who decides: the position, or the role where none is told; empty
        for the group's director, whose letters name the group."""
        if self.role == "group_director":
            return ""
        return self.position or (self.role if self.role in APPROVERS[2:] else self.name)

    @property
    def may_prove(self) -> bool:
        """Whether a code typed into a page can be right."""
        return self.has_code or self.has_once


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away; `deputy_id` stands in (ผู้รักษาราชการแทน), or whoever holds the role."""

    person_id: int
    deputy_id: int | None
    since: datetime
    until: datetime | None  # None: until it is ended


@dataclass(frozen=True, slots=True)
class Office:
    """Whom the mails and pages speak for."""

    name_th: str
    name_en: str
    group_th: str  # the Policy and Planning Group
    group_en: str
    address: str  # the mailbox
    phone: str
    timezone: str
    officer_name: str
    officer_phone: str
    public_url: str  # without trailing slash; empty where no phone can reach us
    privacy_th: str = ""
    privacy_en: str = ""
    plus_addressing: bool = False  # the mail server delivers name+detail@ to name@ (RFC 5233)
    desk_url: str = ""  # where officers open the desk, without trailing slash; empty: nowhere else
    language: str = "th"  # th | en, of its own people; a requester is answered in his own


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that nobody could place, as the officer is shown it."""

    id: int
    from_name: str
    from_addr: str
    subject: str
    text: str  # its first lines
    number: str = ""  # of the request that it is likely about; empty: of its own, or no guess
    new: bool = False  # it is likely a new request


@dataclass(frozen=True, slots=True)
class Task:
    """One line of an officer's morning list: a request, a mail, a letter or a round."""

    section: str  # see promise.agenda.SECTIONS
    id: int
    since: datetime | None = None
    request: Request | None = None
    mail: Waiting | None = None  # that nobody could place, or read
    to_addr: str = ""  # of a letter that did not arrive
    problem: str = ""  # why, as a code or in the words of a server
    dataset: str = ""  # of a round: the id, and the titles
    titles: tuple[str, str] = ("", "")  # Thai, English
    round: Round | None = None
    until: datetime | None = None  # the end of its legal days, where that is near


@dataclass(frozen=True, slots=True)
class Section:
    """A part of that list; it may hold more than what is shown."""

    name: str
    count: int
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedNow:
    """Who is asked for a decision now, as the requester is told it."""

    name: str
    position: str
    role: str
    for_name: str = ""  # whom the person stands in for
    for_position: str = ""
    for_role: str = ""
    back_at: datetime | None = None  # when that one is there again


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whom a request waits for, and until when an answer can be expected."""

    request_id: int
    asked: tuple[AskedNow, ...] = ()
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One outgoing mail before it is composed; links are ids until then."""

    kind: str  # the template
    language: str
    to_name: str
    to_addr: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    subject: str  # of the thread, for «Re:»
    created_at: datetime
    request: Request | None = None
    questions: tuple[Question, ...] = ()
    reason: str = ""
    note: str = ""  # words of a person, shown quoted
    others: tuple[Request, ...] = ()  # further requests that the same mail speaks of
    waiting: tuple[Waiting, ...] = ()  # mails that an officer is to place
    last: bool = False  # the last answer today: from now on a person answers
    for_name: str = ""  # whom its reader stands in for
    to_post: str = ""  # of a reader who decides, see Person.post
    needed: int = 1  # so many seats have to approve its request in all
    outlooks: tuple[Outlook, ...] = ()  # of the requests that it tells the requester of
    absence: Absence | None = None  # of which it tells
    standing: Standing | None = None  # a yes given ahead, of which it tells
    absent: str = ""  # whose absence that is
    deputies: tuple[str, ...] = ()  # who stands in
    listed: tuple[str, ...] = ()  # links of the requests that it numbers, in their order
    outcomes: tuple[tuple[int, str], ...] = ()  # of those numbers, as keys of [list_outcomes]
    conditions: Conditions = Conditions()  # of an approver's reply, as far as understood
    sections: tuple[Section, ...] = ()  # of a morning list, as it is when it is sent
