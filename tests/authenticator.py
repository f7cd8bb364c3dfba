"""A passkey in software, for tests: makes keys and signs challenges as a phone does."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

_PRESENT, _VERIFIED, _ATTESTED = 1, 4, 64  # flags (WebAuthn, 6.1)


@dataclass
class Authenticator:
    """One key of one phone. The fields are what an attacker may bend."""

    host: str = "data.example.org"
    origin: str = "https://data.example.org"
    counter: int = 0  # many phones always say 0
    verified: bool = True  # the finger, the face or the PIN was right
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, challenge: bytes) -> str:
        """The answer to navigator.credentials.create()."""
        key = ES256.from_cryptography_key(self._key.public_key())  # type: ignore[no-untyped-call]
        public = cbor.encode(key)
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(_ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", challenge)
        return self._answer({"clientDataJSON": client, "attestationObject": made})

    def sign(self, challenge: bytes, kind: str = "webauthn.get") -> str:
        """The answer to navigator.credentials.get()."""
        client, data = self._client(kind, challenge), self._data(0)
        signed = data + hashlib.sha256(client).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        told = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(told)

    def _client(self, kind: str, challenge: bytes) -> bytes:
        told: dict[str, Any] = {"type": kind, "challenge": websafe_encode(challenge)}
        return json.dumps(told | {"origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        host = hashlib.sha256(self.host.encode()).digest()
        return host + struct.pack(">BI", flags, self.counter)

    def _answer(self, response: dict[str, bytes]) -> str:
        name = websafe_encode(self.id)
        told = {key: websafe_encode(value) for key, value in response.items()}
        whole = {"id": name, "rawId": name, "type": "public-key", "response": told}
        return json.dumps(whole | {"clientExtensionResults": {}})
