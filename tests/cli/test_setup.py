"""`run.py init` knows the mail services of offices, and its settings are whole."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailproc.cli import cli, setup_text
from mailproc.config import Config, load
from mailproc.logins import providers
from mailproc.logins.providers import PROVIDERS, Kind


def _init(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["init", "--config", str(folder / "mailproc.toml"), *words])


def _written(folder: Path, *words: str) -> Config:
    result = _init(folder, *words)
    assert result.exit_code == 0, result.output
    file = folder / "mailproc.toml"
    # What only the office can say stands in «…», and a telephone number with it.
    file.write_text(file.read_text("utf-8").replace("«0 0000 0000»", "0 2000 1234"), "utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("somebody@gmail.com", "gmail"),
        ("Somebody@GMAIL.com", "gmail"),
        ("somebody@hotmail.com", "outlook"),
        ("somebody@outlook.com", "outlook"),
        ("data@office.go.th", None),
        ("data@school.ac.th", None),
        ("data@notgmail.com", None),
    ],
)
def test_the_address_tells_the_service_or_the_office_is_asked(
    address: str, expected: Kind | None
) -> None:
    assert providers.guess(address) == expected
    assert providers.choices(address) == (expected,) or len(providers.choices(address)) == 5


@pytest.mark.parametrize("kind", PROVIDERS)
def test_the_settings_of_each_service_can_be_read(tmp_path: Path, kind: Kind) -> None:
    config = _written(tmp_path, "--address", "data@office.example.org", "--provider", kind)
    found = PROVIDERS[kind]
    assert config.office.address == "data@office.example.org"
    assert config.mailbox.auth == found.auth
    assert (config.mailbox.port, config.mailbox.tls) == (found.imap.port, found.imap.tls)
    assert (config.smtp.port, config.smtp.tls) == (found.smtp.port, found.smtp.tls)
    assert config.mailbox.authserv_id == found.authserv_id
    expected = found.imap.host.format(domain="office.example.org")
    assert config.mailbox.host == (expected or "«imap.example.go.th»")
    assert config.smtp.auth == "", "sending uses the mailbox's login"


def test_gmail_is_written_without_a_question_and_with_its_steps(tmp_path: Path) -> None:
    result = _init(tmp_path, "--address", "somebody@gmail.com")
    assert "apppasswords" in result.output
    assert "รหัสผ่านสำหรับแอป" in result.output
    values = tomllib.loads((tmp_path / "mailproc.toml").read_text("utf-8"))
    assert values["smtp"]["host"] == "smtp.gmail.com"
    assert values["mailbox"]["auth"] == "app_password"


def test_without_an_address_all_is_left_to_fill_in(tmp_path: Path) -> None:
    assert _init(tmp_path).exit_code == 0
    assert "«imap.example.go.th»" in (tmp_path / "mailproc.toml").read_text("utf-8")


def test_what_is_no_address_writes_nothing(tmp_path: Path) -> None:
    assert _init(tmp_path, "--address", 'a"@example.org').exit_code != 0
    assert not (tmp_path / "mailproc.toml").exists()


def test_the_application_that_nobody_named_is_found_by_check(tmp_path: Path) -> None:
    _written(tmp_path, "--address", "data@office.example.org", "--provider", "microsoft365")
    file = tmp_path / "mailproc.toml"
    result = CliRunner().invoke(cli, ["check", "--config", str(file)])
    assert "mailbox.oauth.client_id" in result.output


@pytest.mark.parametrize("kind", PROVIDERS)
def test_every_service_has_its_steps_in_both_languages(kind: Kind) -> None:
    assert " · " in setup_text.name(kind)
    th, en = setup_text.steps(kind, "data@office.example.org")
    for text in (th, en):
        assert "run.py login" in text
        assert "{" not in text
