"""What the service's own user may read, above all after a restore, which closes it to others."""

from __future__ import annotations

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailproc.config import Config, build
from mailproc.machine import access, contents


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """As a restore leaves it: nobody else may read what the office wrote."""
    old = os.umask(0o077)
    for name in ("own/catalogue", "own/texts/mail", "state/secret"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("own/catalogue/a.toml", "own/texts/mail/b.txt", "ca.pem", "roster.txt"):
        (tmp_path / name).touch()
    os.umask(old)
    return tmp_path


def _config(folder: Path, **changes: object) -> Config:
    server = {"host": "127.0.0.1", "port": 9, "tls": "none"}
    settings = {
        "office": {"name_th": "สำนักงาน", "address": "data@example.org", "phone": "0"},
        "mailbox": server | {"ca_file": "ca.pem"},
        "smtp": server,
        "datasets": {"catalogue": "own/catalogue"},
        "templates": {"folder": "own/texts"},
        "roster": {"file": "roster.txt"},
    }
    return build(settings | changes, folder)


def test_what_a_login_needs_goes_into_a_backup_wherever_it_lies(office: Path) -> None:
    """A restored office could not log in without the key of its Google account."""
    oauth = {"key_file": "google.json", "ca_file": "proxy.pem"}
    server = {"host": "127.0.0.1", "port": 9, "tls": "none"}
    own = _config(office, mailbox=server | {"auth": "google", "oauth": oauth})
    for name in ("google.json", "proxy.pem", "mailproc.toml"):
        (office / name).write_text(name)
    kept = contents.files(own, office / "mailproc.toml")
    assert {kept[name].name for name in kept} >= {"google.json", "proxy.pem"}
    for name, file in kept.items():
        if file.name in ("google.json", "proxy.pem"):
            assert contents.target(name, own) == file


def test_a_key_among_the_secrets_is_kept_once(office: Path) -> None:
    (office / "mailproc.toml").touch()
    (office / "state" / "secret" / "google.json").touch()
    oauth = {"key_file": "state/secret/google.json"}
    server = {"host": "127.0.0.1", "port": 9, "tls": "none"}
    own = _config(office, mailbox=server | {"auth": "google", "oauth": oauth})
    kept = contents.files(own, office / "mailproc.toml")
    assert [name for name in kept if kept[name].name == "google.json"] == ["secret/google.json"]


def test_all_that_the_office_wrote_is_known_and_no_secret(office: Path) -> None:
    found = access.own_files(_config(office), office / "mailproc.toml")
    names = {str(one.relative_to(office)) for one in found}
    assert names == {"own/catalogue", "own/texts", "roster.txt", "ca.pem"}


def test_what_lies_elsewhere_or_around_the_data_is_left_alone(office: Path) -> None:
    config = _config(office, templates={"folder": "."}, roster={"file": "/etc/hosts"})
    found = access.own_files(config, office / "mailproc.toml")
    assert {one.name for one in found} == {"catalogue", "ca.pem"}


def test_the_way_to_a_closed_folder_is_closed_too(office: Path) -> None:
    place = office / "own" / "catalogue"
    assert access.closed_to_others(place, office) == [office / "own", place]
    (office / "own").chmod(0o755)
    place.chmod(0o755)
    assert access.closed_to_others(place, office) == [place], "a file in it is closed"
    (place / "a.toml").chmod(0o644)
    assert access.closed_to_others(place, office) == []


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Unlike pytest's own folders open to other users."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as another user")
def test_the_system_itself_says_what_a_user_can_not_read(reachable: Path) -> None:
    (reachable / "open").mkdir(mode=0o755)
    (reachable / "open" / "__pycache__").mkdir(mode=0o700)
    (reachable / "closed").mkdir(mode=0o755)
    (reachable / "closed" / "one").touch(mode=0o600)
    (reachable / "shut").mkdir(mode=0o700)
    (reachable / "shut" / "python").touch(mode=0o755)
    user = pwd.getpwuid(65534).pw_name
    looked = [reachable / "open", reachable / "closed", reachable / "shut" / "python"]
    closed = [str(reachable / "closed" / "one"), str(reachable / "shut" / "python")]
    assert access.refused(user, looked) == closed
