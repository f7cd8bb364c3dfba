"""The picture of the package holds: imports point one way, and outside libraries stay in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_PACKAGE = _ROOT / "mailproc"
# A module may import from its own row and from every row below. `errors` and `model` are nouns.
LAYERS = (
    ("__main__", "cli"),
    ("demo",),
    ("machine",),
    ("service",),
    ("office", "loops", "claiming", "watch", "config"),
    ("sections",),
    (
        "collect",
        "intake",
        "outbox",
        "drafting",
        "fates",
        "fulfil",
        "deadlines",
        "roundups",
        "retention",
        "drops",
        "web",
        "accounts",
        "morning",
    ),
    ("health",),
    ("alarms",),
    ("officer",),
    (
        "binding",
        "composing",
        "filing",
        "outgoing",
        "settling",
        "standing_in",
        "tell",
        "people_letters",
        "enrolment",
    ),
    ("booklets", "parcels", "deciding", "months"),
    ("sandbox", "publicdays", "logins"),
    ("placing", "mail", "store", "datasets", "requestform"),
    ("parsers", "workflow", "texts", "wording", "changes", "defang", "promise"),
    ("thai", "model", "digest", "clock", "robots", "english"),
    ("errors",),
)
_ROW = {name: row for row, names in enumerate(LAYERS) for name in names}
# Arrows within one row, so that a row has no circle either.
_SIDEWAYS = {
    ("__main__", "cli"),
    ("office", "config"),
    ("outbox", "drafting"),
    ("outbox", "fates"),
    ("texts", "defang"),
    ("wording", "texts"),
    ("wording", "defang"),
    ("wording", "changes"),
    ("wording", "workflow"),
    ("changes", "texts"),
    ("mail", "requestform"),
    ("promise", "workflow"),
    ("promise", "texts"),
}
# The machine has rows of its own: what is decided by whom, above what all flows share.
MACHINE = (
    ("decide",),
    ("steps.officer",),
    ("steps.people",),
    ("steps.intake", "steps.preparing", "steps.ending"),
    ("steps.asking", "steps.deciding", "steps.delivering", "steps.waiting"),
    ("steps.common", "states"),
    ("standing",),
    ("approval",),
    ("effects", "pause", "assess", "standin", "dates"),
    ("policy", "collection", "retry", "events", "calendar", "formtext", "attachment"),
)
_CONFIG_READERS = {"cli", "demo", "machine", "service", "office"}
# What the pure half may never reach: the outside world, the clock, chance.
_PURE = (
    "workflow",
    "parsers",
    "placing",
    "promise",
    "thai",
    "model",
    "errors",
    "defang",
    "digest",
    "robots",
    "english",
)
_IMPURE = set(
    "os socket ssl time random secrets uuid subprocess threading multiprocessing asyncio select "
    "tempfile shutil glob sqlite3 urllib.request http requests httpx sqlalchemy imapclient imaplib "
    "aiosmtplib smtplib pandas structlog logging getpass platform resource fcntl signal".split()
)
_IMPURE_CALLS = {"open", "print", "input", "io.open", "io.FileIO"}  # io.BytesIO is memory
_IMPURE_METHODS = {"now", "today", "utcnow", "fromtimestamp", "getenv", "read_text", "read_bytes"}
_ONLY_IN = {
    "imapclient": ("mailproc.mail.mailbox", "mailproc.mail.sent_folder"),
    "aiosmtplib": ("mailproc.mail.delivery",),
    "msal": ("mailproc.logins.microsoft",),
    "google": ("mailproc.logins.google",),
    "pandas": ("mailproc.datasets",),
    "xlsxwriter": ("mailproc.datasets", "mailproc.requestform.xlsx"),
    "typst": ("mailproc.requestform.typesetting", "mailproc.datasets.output.pdf"),
    "pebble": ("mailproc.sandbox",),
    "segno": ("mailproc.web.qr", "mailproc.cli.people_codes"),
    "holidays": ("mailproc.publicdays",),
    "alembic": ("mailproc.store",),
    "requests": ("mailproc.alarms.webhook", "mailproc.logins"),
    "pyrage": ("mailproc.machine.sealed",),
    "fido2": ("mailproc.deciding.passkeys",),
    "starlette": ("mailproc.web", "mailproc.demo"),
    "uvicorn": ("mailproc.web",),
    "click": ("mailproc.cli",),
    "pymap": ("mailproc.demo",),
    "aiosmtpd": ("mailproc.demo",),
    "jinja2": (
        "mailproc.texts",
        "mailproc.demo.inbox",
    ),
}


def _modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(_PACKAGE.rglob("*.py")):
        parts = path.relative_to(_ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def _imports(name: str) -> Iterator[str]:
    """Whatever a module imports, also inside functions; names from a package as modules."""
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def _part(name: str) -> str:
    """The part of the package that a module belongs to."""
    return name.split(".")[1] if "." in name else ""


def _is_below(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def test_every_part_of_the_package_has_its_place_in_the_picture() -> None:
    assert {_part(name) for name in MODULES} - {""} == set(_ROW)


@pytest.mark.parametrize("name", [name for name in MODULES if _part(name)])
def test_imports_point_one_way(name: str) -> None:
    here = _part(name)
    for target in _imports(name):
        there = _part(target) if target.split(".")[0] == "mailproc" else ""
        if there in ("", here):
            continue
        level = _ROW[there] - _ROW[here]
        assert level > 0 or (here, there) in _SIDEWAYS, f"{name} imports {target}"


def test_the_rooms_of_the_machine_know_only_those_below() -> None:
    row = {f"mailproc.workflow.{name}": n for n, names in enumerate(MACHINE) for name in names}
    rooms = {name for name in MODULES if name.startswith("mailproc.workflow.steps.")}
    assert rooms <= set(row)
    for name in row:
        for target in set(_imports(name)) & set(row):
            assert row[target] > row[name], f"{name} imports {target}"


def test_every_arrow_within_a_row_is_used() -> None:
    used = {(_part(name), _part(target)) for name in MODULES for target in _imports(name)}
    assert used >= _SIDEWAYS


def test_settings_are_read_at_the_top_alone() -> None:
    readers = {_part(name) for name in MODULES if "mailproc.config" in set(_imports(name))}
    assert readers <= _CONFIG_READERS


@pytest.mark.parametrize("library", _ONLY_IN)
def test_an_outside_library_stays_in_its_place(library: str) -> None:
    users = {name for name in MODULES if any(_is_below(x, (library,)) for x in _imports(name))}
    assert users, f"nobody needs {library} any more"
    assert [name for name in users if not _is_below(name, _ONLY_IN[library])] == []


@pytest.mark.parametrize("name", [name for name in MODULES if _part(name) in _PURE])
def test_the_pure_half_knows_no_world_clock_or_chance(name: str) -> None:
    tree = _tree(name)
    main = [n for n in tree.body if isinstance(n, ast.If) and "__name__" in ast.dump(n.test)]
    skipped = {id(inner) for node in main for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:  # what runs when the file is a program
            continue
        assert not isinstance(node, ast.AsyncFunctionDef), name
        if isinstance(node, ast.Call):
            said, called = ast.unparse(node.func), node.func
            impure = isinstance(called, ast.Attribute) and called.attr in _IMPURE_METHODS
            assert not impure, f"{name} calls {said}() in line {node.lineno}"
            assert said not in _IMPURE_CALLS, f"{name} calls {said}() in line {node.lineno}"
    assert not [x for x in _imports(name) if _is_below(x, tuple(_IMPURE))], name


def test_templates_and_settings_are_not_read_at_import() -> None:
    """Nothing is opened or computed from the environment while a module is loaded."""
    for name in MODULES:
        for node in _tree(name).body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                called = ast.unparse(node.value.func)
                assert "open" not in called, f"{name}: {called}"
                assert "environ" not in called, f"{name}: {called}"
