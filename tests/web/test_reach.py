"""The page that proves to `check` that it is this very instance which answers."""

from __future__ import annotations

from mailproc.web.reach import ASKING, PATH, proof, question
from tests.web.conftest import Room

_NONCE = "aNonceOfTheCheck"


def test_only_who_has_the_secret_file_is_answered(room: Room) -> None:
    before = room.everything()
    with room.browser() as client:
        ours = client.get(f"{PATH}/{_NONCE}", headers={ASKING: question(room.key, _NONCE)})
        assert ours.json()["proof"] == proof(room.key, _NONCE)
        assert ours.headers["cache-control"] == "no-store"
        others: tuple[dict[str, str], ...] = (
            {},
            {ASKING: ""},
            {ASKING: question(b"another key", _NONCE)},
            {ASKING: question(room.key, "another nonce")},
            {ASKING: proof(room.key, _NONCE)},
        )
        for headers in others:
            answer = client.get(f"{PATH}/{_NONCE}", headers=headers)
            assert answer.status_code == 404
            assert "ไม่พบหน้านี้" in answer.text
    assert room.everything() == before


def test_the_proof_of_an_instance_is_no_token_of_a_link(room: Room) -> None:
    (one,) = room.opened()
    token = room.link(one).removeprefix("/d/")
    assert proof(room.key, token) != question(room.key, token)
    with room.browser() as client:
        asked = {ASKING: question(room.key, "x|decide|1")}
        said = client.get(f"{PATH}/x%7Cdecide%7C1", headers=asked).json()["proof"]
        assert client.get(f"/d/{said}").status_code == 404
