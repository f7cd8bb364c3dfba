"""A browser for the module, and an office with a mail of every kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.robots import stage
from tests.robots.office import Office, running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ours instead of the plugin's, which lasts for the whole run."""
    if not CHROMIUM and os.environ.get("CI") != "true":
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM or "chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """After `stage.play`; who changes it makes a request of its own."""
    with running(tmp_path_factory.mktemp("office") / "o") as office:
        stage.play(office)
        yield office
