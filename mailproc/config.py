"""Settings from mailproc.toml, the environment (MAILPROC_SECTION__KEY) and secret files.

Read once by the command line and handed down as values. All faults are reported at once.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    ValidationError,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailproc import logins
from mailproc.errors import ConfigError, MailprocError
from mailproc.sections.approval import ApprovalSection
from mailproc.sections.mail import (
    MEMBER,
    MailboxSection,
    RosterSection,
    SendingSection,
    SmtpSection,
)
from mailproc.sections.office import (
    BackupSection,
    DatasetsSection,
    OfficeSection,
    RetentionSection,
    StoreSection,
    TemplatesSection,
    WorkflowSection,
)
from mailproc.sections.web import AlarmsSection, WebSection

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_FILE = Path("mailproc.toml")


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
        return (*self.roster.members, *(member for member in listed if MEMBER.fullmatch(member)))

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
