"""Settings from mailproc.toml, the environment (MAILPROC_SECTION__KEY) and secret files.

Read once by the command line and handed down as values. All faults are reported at once.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailproc import logins
from mailproc.errors import ConfigError, MailprocError
from mailproc.logins.chosen import Auth, Flow
from mailproc.mail.login import Server, Tls, is_loopback
from mailproc.model import APPROVERS, ApprovalPolicy, Calendar, Escalation

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_FILE = Path("mailproc.toml")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+")
_MEMBER = re.compile(r"(?:[^\s@]+@)?\.?[^\s@.]+(?:\.[^\s@.]+)+")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
Port = Annotated[int, Field(ge=0, le=65535)]
_ROLES = (*APPROVERS, "officer", "admin")
_SPAN = TypeAdapter(timedelta)


def _whole(unit: timedelta, name: str) -> BeforeValidator:
    """A plain number of the unit that the setting's name says, or ISO 8601 text with its own, as
    «P3D» or «PT36H»; so nobody's minutes are taken for days."""

    def read(value: object) -> object:
        if not isinstance(value, str) or not value.startswith("P"):
            return value
        try:
            span = _SPAN.validate_python(value)
        except ValidationError:
            raise ValueError(f"{value!r} is no span of time; write for example P3D") from None
        if span % unit:
            raise ValueError(f"{value!r} is not a whole number of {name}")
        return span // unit

    return BeforeValidator(read)


Hours = Annotated[int, Field(ge=1), _whole(timedelta(hours=1), "hours")]
Days = Annotated[int, Field(ge=1), _whole(timedelta(days=1), "days")]
Workdays = Annotated[int, Field(ge=0, le=250), _whole(timedelta(days=1), "days")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfficeSection(_Section):
    """Who the office is, as its mails say it."""

    name_th: str
    name_en: str = ""
    group_th: str = "กลุ่มนโยบายและแผน"
    group_en: str = "Policy and Planning Group"
    address: str
    phone: str
    timezone: str = "Asia/Bangkok"
    number_year: Literal["calendar", "fiscal"] = "calendar"
    promise_minutes: Annotated[int, Field(ge=1)] = 10
    holidays: tuple[date, ...] = ()  # besides the public ones, which are known
    workdays: tuple[date, ...] = ()  # public holidays on which this office works
    privacy_th: str = ""
    privacy_en: str = ""
    language: Literal["th", "en"] = "th"  # of its own people: their mails and pages
    morning: str = "08:00"  # when officers get the list of what waits; empty: never

    @property
    def morning_at(self) -> time | None:
        return time.fromisoformat(self.morning) if self.morning else None

    @field_validator("morning")
    @classmethod
    def _an_hour(cls, text: str) -> str:
        if text and not _CLOCK.fullmatch(text):
            raise ValueError(
                f'{text!r} is no time of day; write for example "08:00", or "" for none'
            )
        return text

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except Exception:
            raise ValueError(f"{name!r} is no time zone; for Thailand use Asia/Bangkok") from None
        return name

    @field_validator("address")
    @classmethod
    def _one_address(cls, address: str) -> str:
        if address.count("@") != 1 or " " in address:
            raise ValueError("write exactly one e-mail address")
        return address


class OAuthSection(_Section):
    """What tokens are got with, where `auth` is microsoft or google; see docs/providers.md."""

    flow: Flow = "device"  # microsoft: device | client_credentials
    tenant: str = "organizations"  # microsoft: the directory's id
    client_id: str = ""  # microsoft: the application's id
    key_file: str = ""  # google: the JSON file of a service account or an Internal client
    authority: str = "https://login.microsoftonline.com"
    ca_file: str = ""  # an authority of the office's own, between us and the identity server

    @field_validator("authority")
    @classmethod
    def _https(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.query or "@" in parts.netloc:
            raise ValueError("must be https://…")
        return url.rstrip("/")


class _ServerSection(_Section):
    host: str
    port: Port
    tls: Tls = "ssl"
    username: str = ""
    ca_file: str = ""
    auth: Auth | Literal[""] = ""
    oauth: OAuthSection = OAuthSection()

    @model_validator(mode="after")
    def _auth_is_whole(self) -> Self:
        if self.auth == "microsoft" and not self.oauth.client_id:
            raise ValueError('auth = "microsoft" needs oauth.client_id; see docs/providers.md')
        if self.auth == "google" and not self.oauth.key_file:
            raise ValueError('auth = "google" needs oauth.key_file; see docs/providers.md')
        return self

    @model_validator(mode="after")
    def _tls_or_loopback(self) -> Self:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError('tls = "none" is for loopback only; use "ssl" or "starttls"')
        return self

    def server(self) -> Server:
        return Server(self.host, self.port, self.tls, self.ca_file)


class MailboxSection(_ServerSection):
    """The IMAP side."""

    port: Port = 993
    auth: Auth = "password"
    folder: str = "INBOX"
    mode: Literal["shared", "dedicated"] = "shared"
    mark: Literal["seen", "none"] = "seen"
    poll_seconds: Annotated[int, Field(ge=1)] = 60
    max_bytes: Annotated[int, Field(ge=10_000)] = 25_000_000
    authserv_id: str = ""
    plus_addressing: bool = False  # the server delivers name+detail@ to name@
    sent_copies: Literal["auto", "always", "never"] = "auto"  # auto: unless the service does it
    sent_folder: str = ""  # where they go; empty: as the server marks or usually names it
    sent_max_bytes: Annotated[int, Field(ge=0)] = 5_000_000  # larger mails leave no copy


class RosterSection(_Section):
    """Who belongs to the office's area: schools and staff, by address or by whole domain."""

    members: tuple[str, ...] = ()  # a@example.org, example.org, .example.org (all below it)
    file: str = ""  # more of them, one a line

    @field_validator("members")
    @classmethod
    def _addresses_or_domains(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        for member in members:
            if not _MEMBER.fullmatch(member):
                raise ValueError(f"{member!r} is neither an address nor a domain")
        return members


class SmtpSection(_ServerSection):
    """The SMTP side; the login is the mailbox's unless `auth` or `username` says another."""

    port: Port = 465
    sender: str = ""
    max_bytes: Annotated[int, Field(ge=110_000)] = 10_000_000  # of a mail; larger files are linked


class SendingSection(_Section):
    """How much mail we send before a person has to look; docs/adr/0011 says why so much."""

    per_correspondent: Annotated[int, Field(ge=1)] = 3  # in 24 h without a human mail between
    per_day: Annotated[int, Field(ge=1)] = 100  # in 24 h in all
    breaker_ratio: Annotated[int, Field(ge=2)] = 5  # our mails per human mail in an hour …
    breaker_mails: Annotated[int, Field(ge=1)] = 50  # … and more than so many
    strangers_per_hour: Annotated[int, Field(ge=0)] = 30  # to addresses that nobody has proved
    per_minute: Annotated[int, Field(ge=0)] | None = None  # 0: no limit; None: the provider's
    in_24_hours: Annotated[int, Field(ge=0)] | None = None  # the same; to all together


class StoreSection(_Section):
    state: str = "state"
    database_url: str = ""
    min_free_mb: Annotated[int, Field(ge=20)] = 200  # with less, no new mail is taken in


def _is_private(host: str) -> bool:
    """True for an address that no network but one's own leads to; a name may lead anywhere."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    whole = parts.scheme in ("https", "http") and bool(parts.hostname)
    return whole and not (parts.query or parts.fragment or "@" in parts.netloc)


class WebSection(_Section):
    public_url: str = ""
    public_listen: str = "127.0.0.1:8025"
    internal_listen: str = "127.0.0.1:8026"
    trusted_proxies: tuple[str, ...] = ()
    ca_file: str = ""  # an authority of the office's own, by which `check` trusts public_url
    plain_http: bool = False  # public_url may be http on a private address; see docs/reach.md
    download_days: Annotated[int, Field(ge=1)] = 14  # how long a link to a file is good
    desk_url: str = ""  # where officers open the internal pages; for links in mails to them

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        if url and not _is_address(url):
            raise ValueError("must be https://…, http only on loopback, or empty")
        return url.rstrip("/")

    @field_validator("desk_url")
    @classmethod
    def _a_desk(cls, url: str) -> str:
        if url and not _is_address(url):
            raise ValueError("must be http://… or https://…, as officers open it, or empty")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _https_unless_asked(self) -> Self:
        parts = urlsplit(self.public_url)
        host = parts.hostname or ""
        if parts.scheme != "http" or is_loopback(host):
            return self
        if not _is_private(host):
            raise ValueError("public_url must be https://…, http only on loopback, or empty")
        if not self.plain_http:
            raise ValueError(
                "public_url must be https://…; for http inside the office's network read "
                "docs/reach.md, then set plain_http = true"
            )
        return self

    @field_validator("public_listen", "internal_listen")
    @classmethod
    def _host_and_port(cls, text: str) -> str:
        host, _, port = text.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("write host:port, for example 127.0.0.1:8025")
        return text


class AlarmsSection(_Section):
    """The second way out of an alarm; the first is a mail to officers and admins."""

    webhook: str = ""  # it gets a POST with JSON that names no person

    @field_validator("webhook")
    @classmethod
    def _https_or_loopback(cls, url: str) -> str:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and is_loopback(parts.hostname or "")
        )
        if url and not (safe and parts.hostname):
            raise ValueError("must be https://…, http only on loopback, or empty")
        return url


class RetentionSection(_Section):
    """After how many days what is erased; see docs/retention.md. Counts and the chain stay."""

    raw_mail: Days = 365  # mails as they came, from their verdict
    files: Days = 180  # what was generated
    letters: Days = 365  # what we wrote
    requests: Days = 3650  # who asked, in what words, from the end of the request
    papers: Days = 3650  # signed forms and decisions on paper
    handovers: Days = 3650  # who took it
    opens: Days = 365  # from where a link was opened
    sessions: Days = 90  # at the desk, from their end
    people_log: Days = 3650  # what happened to roles, codes and devices

    def days(self) -> dict[str, int]:
        """Days by class."""
        return dict(self)


class WorkflowSection(_Section):
    hold_seconds: Annotated[int, Field(ge=0)] = 60
    ask_limit: Annotated[int, Field(ge=1)] = 3
    silent_days: Days = 30
    same_days: Annotated[int, Field(ge=0)] = 7
    remind_hours: Hours = 24  # in office hours, and at most once a day
    officer_checks: Literal["exceptions", "all"] = "exceptions"


Sensitivity = Literal["open", "internal", "personal", "special"]


class PolicySection(_Section):
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
            if name not in APPROVERS and not _ADDRESS.fullmatch(name):
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


class _Escalating(_Section):
    """Who learns that nobody decides, and when."""

    escalate_days: Workdays = 3  # 0: nobody
    escalate_to: tuple[str, ...] = ("officer",)  # roles or addresses
    escalate: Literal["tell", "may_decide"] = "tell"

    @field_validator("escalate_to")
    @classmethod
    def _roles_or_addresses(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in _ROLES and not _ADDRESS.fullmatch(name):
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


# 29 February is no day that every year has.
MonthDay = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])$|"
        r"^(?:0[469]|11)-(?:0[1-9]|[12]\d|30)$|^02-(?:0[1-9]|1\d|2[0-8])$"
    ),
]
YearRound = Annotated[str, StringConstraints(pattern=r"^25\d\d/[123]$")]


class DatasetsSection(_Section):
    catalogue: str = ""
    warehouse_url: str = ""
    load_sample: bool = True
    drop: str = ""  # a folder whose files are imported
    drop_opens: bool = False  # rounds from it are open at once where there is nothing to look at
    count_also: tuple[str, ...] = ()  # sources to be counted from lists of pupils besides
    round_dates: dict[Literal["1", "2", "3"], MonthDay] = {"1": "06-10", "2": "11-10", "3": "03-31"}
    moved_rounds: dict[YearRound, date] = {}

    def calendar(self) -> Calendar:
        """When the figures of each round are collected."""
        days = sorted(self.round_dates.items())
        moved = sorted(self.moved_rounds.items())
        return Calendar(
            rounds=tuple((int(n), int(day[:2]), int(day[3:])) for n, day in days),
            moved=tuple((int(key[:4]), int(key[5:]), day.isoformat()) for key, day in moved),
        )


class TemplatesSection(_Section):
    folder: str = ""


class BackupSection(_Section):
    """Where backups go, how many stay, and how old the newest may be."""

    to: str = ""  # a folder, best on another disk; empty: state/backup
    daily: Annotated[int, Field(ge=1)] = 7
    weekly: Annotated[int, Field(ge=0)] = 5
    monthly: Annotated[int, Field(ge=0)] = 12
    alarm_hours: Annotated[int, Field(ge=1)] = 36


class Config(BaseSettings):
    """Everything an office sets. Build it with `load`."""

    model_config = SettingsConfigDict(
        env_prefix="MAILPROC_", env_nested_delimiter="__", extra="forbid", frozen=True
    )
    office: OfficeSection
    mailbox: MailboxSection
    smtp: SmtpSection
    sending: SendingSection = SendingSection()
    store: StoreSection = StoreSection()
    web: WebSection = WebSection()
    alarms: AlarmsSection = AlarmsSection()
    retention: RetentionSection = RetentionSection()
    workflow: WorkflowSection = WorkflowSection()
    approval: ApprovalSection = ApprovalSection()
    datasets: DatasetsSection = DatasetsSection()
    roster: RosterSection = RosterSection()
    templates: TemplatesSection = TemplatesSection()
    backup: BackupSection = BackupSection()
    base: Path = Path()  # the folder that relative paths start from

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the environment wins over the file

    # ------------------------------------------------------------ places

    def path(self, text: str) -> Path:
        """A path of the settings, taken from the folder of mailproc.toml."""
        return (self.base / Path(text).expanduser()).resolve()

    @property
    def state(self) -> Path:
        return self.path(self.store.state)

    @property
    def password_file(self) -> Path:
        return self.state / "secret" / "password"

    @property
    def backup_folder(self) -> Path:
        return self.path(self.backup.to) if self.backup.to else self.state / "backup"

    @property
    def database_url(self) -> str:
        return self.store.database_url or f"sqlite:///{self.state / 'mailproc.sqlite'}"

    @property
    def warehouse_url(self) -> str:
        return self.datasets.warehouse_url or f"sqlite:///{self.state / 'warehouse.sqlite'}"

    @property
    def catalogue_folder(self) -> Path | None:
        return self.path(self.datasets.catalogue) if self.datasets.catalogue else None

    @property
    def drop_folder(self) -> Path | None:
        return self.path(self.datasets.drop) if self.datasets.drop else None

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """The office's own templates win over ours."""
        own = (self.path(self.templates.folder),) if self.templates.folder else ()
        return (*own, ROOT / "templates")

    # ------------------------------------------------------------ values

    def mailbox_login(self) -> logins.Account:
        """Raises MailprocError where its secret is missing."""
        return logins.account(self.account("mailbox"), "imap")

    def smtp_login(self) -> logins.Account:
        """Raises MailprocError where its secret is missing."""
        return logins.account(self.account("smtp"), "smtp")

    def account(self, name: Literal["mailbox", "smtp"]) -> logins.Chosen:
        """How an account logs in; sending uses the mailbox's login unless it has its own."""
        if name == "smtp" and not self.smtp.auth:
            shared = self.account("mailbox")
            if self.smtp.username in ("", shared.username):
                return shared
            return replace(shared, username=self.smtp.username, guard="smtp")
        section = self.mailbox if name == "mailbox" else self.smtp
        oauth, secrets_folder = section.oauth, self.state / "secret"
        return logins.Chosen(
            name=name,
            username=section.username or self.mailbox.username or self.office.address,
            auth=section.auth or "password",
            secrets=secrets_folder,
            password_file=self._password_file(name),
            key=self.secret("pepper"),
            flow=oauth.flow,
            tenant=oauth.tenant,
            client_id=oauth.client_id,
            authority=oauth.authority,
            ca_file=str(self.path(oauth.ca_file)) if oauth.ca_file else "",
            key_file=self.path(oauth.key_file),
        )

    def _password_file(self, name: str) -> Path:
        """One password feeds both servers, unless sending has a file of its own."""
        own = self.state / "secret" / "smtp-password"
        return own if name == "smtp" and own.is_file() else self.password_file

    def roster_members(self) -> tuple[str, ...]:
        """All members, those of the file too. Raises MailprocError where that can't be read."""
        if not self.roster.file:
            return self.roster.members
        file = self.path(self.roster.file)
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise MailprocError(key="settings_unreadable", file=file, problem=error) from None
        listed = (line.split("#")[0].strip() for line in lines)
        return (*self.roster.members, *(member for member in listed if _MEMBER.fullmatch(member)))

    def secret(self, name: str) -> bytes:
        """A random key of 32 bytes from state/secret, made at first use, readable by us alone."""
        file = self.state / "secret" / f"{name}.key"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _create_private(file, secrets.token_hex(32))
        return bytes.fromhex(file.read_text(encoding="ascii").strip())


def _create_private(file: Path, text: str) -> None:
    """Writes a file that only we can read; if another process was first, its file stays."""
    draft = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def load(file: Path = DEFAULT_FILE) -> Config:
    """The settings of a file. Raises ConfigError with every fault in it, or MailprocError."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MailprocError(key="settings_missing", file=file) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MailprocError(key="settings_unreadable", file=file, problem=error) from None
    return build(values, file.resolve().parent, str(file))


def build(values: dict[str, Any], base: Path, name: str = "settings") -> Config:
    """The settings of a mapping. Raises ConfigError with every fault in it."""
    try:
        return Config(**values, base=base)
    except ValidationError as error:
        raise ConfigError([_fault(name, dict(fault)) for fault in error.errors()]) from None


def _fault(name: str, fault: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    what = {
        "extra_forbidden": "there is no such setting",
        "missing": "this setting is missing",
    }.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{name}: {key}: {what}"
