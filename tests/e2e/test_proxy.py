"""The approver's page behind a reverse proxy, where every client comes from 127.0.0.1."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from tests.e2e import letters
from tests.e2e.conftest import Make
from tests.e2e.daemon import CODE, Form, decide, read_page
from tests.e2e.wires import Proxy


@pytest.mark.parametrize("cut", [True, False], ids=["prefix cut", "prefix kept"])
def test_a_director_approves_through_a_proxy_under_a_sub_path(make: Make, cut: bool) -> None:
    office = make()
    with Proxy(office.public_port, "/sub/path", cut=cut) as proxy:
        office.public_url = f"http://127.0.0.1:{proxy.port}/sub/path"
        office.write_settings()
        office.start()
        office.dovecot.append(office.user, letters.request(), letters.request(1))
        links = [office.letter("approval", count).link for count in (1, 2)]
        assert all(link.startswith(f"{office.public_url}/d/") for link in links)
        status, page = read_page(links[0])
        assert status == 200
        for sheet in Form(page).links:
            assert read_page(urljoin(links[0], sheet))[0] == 200, sheet
        # Wrong codes on one link come from the same address as the right one on the other.
        for _ in range(4):
            assert decide(links[1], "approve", code="111222")[0] in (403, 429)
        assert decide(links[0], "approve", code=CODE)[0] == 200
        assert office.letter("dataset").files
        assert decide(links[1], "approve", code=CODE)[0] == 429
        assert sorted(office.states()) == ["awaiting_decision", "delivered"]
        assert read_page(f"http://127.0.0.1:{proxy.port}/sub/path/")[0] == 404
