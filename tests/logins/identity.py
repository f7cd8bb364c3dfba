"""An identity server on loopback by HTTPS, as Microsoft and Google speak, with short tokens.

It judges what it is sent as they do: who asks, with which grant, for which scope, signed by whom.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

OFFICE = "data@example.org"
TENANT, CLIENT, SECRET = "directory", "application", "client-secret-of-the-office"
GOOGLE_SCOPE = "https://mail.google.com/"
_AS_USER = {
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
}
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Answer = tuple[int, dict[str, Any]]


class Identity:
    """Use it in a `with` statement. `asked` counts the grants; `fail` answers the next calls."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], seconds: int = 60) -> None:
        self._clock, self.seconds = clock, seconds
        self.ca_file = folder / "identity-ca.pem"
        self.asked: list[str] = []
        self.fail: list[Answer] = []
        self.refresh_good: set[str] = set()
        self.consented = True  # the person has entered the device code
        self.code, self.challenge = "code-of-the-browser", ""
        self.rotates = True  # Microsoft gives a new refresh token each time, Google none
        self._tokens: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = _tls(self.ca_file).wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Identity:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # ------------------------------------------------------------ tokens

    def good_until(self, access: str) -> datetime | None:
        """For the mail servers: None where the token was never given, or is withdrawn."""
        return self._tokens.get(access)

    def withdraw(self) -> None:
        """Every access token given so far is good no longer."""
        self._tokens.clear()

    def _introspected(self, access: str) -> dict[str, Any]:
        """As a mail server asks for it (RFC 7662)."""
        until = self.good_until(access)
        active = until is not None and until > self._clock()
        return {"active": active, "username": OFFICE} if active else {"active": False}

    def _given(self, refresh: bool) -> Answer:
        with self._lock:
            number = len(self.asked)
            access = f"access-{number}"
            self._tokens[access] = self._clock() + timedelta(seconds=self.seconds)
            said = {"token_type": "Bearer", "access_token": access, "expires_in": self.seconds}
            if refresh:
                self.refresh_good.add(f"refresh-{number}")
                said |= {"refresh_token": f"refresh-{number}"}
            return 200, said

    # ------------------------------------------------------------ as each provider is asked

    def _post(self, path: str, values: dict[str, str]) -> Answer:
        self.asked.append(values.get("grant_type", path.rpartition("/")[2]))
        if self.fail:
            return self.fail.pop(0)
        if path == f"/{TENANT}/oauth2/v2.0/devicecode":
            return self._device(values)
        if path == f"/{TENANT}/oauth2/v2.0/token":
            return self._microsoft(values)
        if path == "/google/token":
            return self._google(values)
        return 404, {"error": "not_found"}

    def _device(self, values: dict[str, str]) -> Answer:
        if not set(values["scope"].split()) >= _AS_USER:
            return _no("invalid_scope")
        page = "https://login.example.org/device"
        said = {"device_code": "device-1", "user_code": "ABCD-EFGH", "verification_uri": page}
        return 200, said | {"expires_in": 900, "interval": 0, "message": "Go there."}

    def _microsoft(self, values: dict[str, str]) -> Answer:
        kind, scope = values["grant_type"], values.get("scope", "")
        if values["client_id"] != CLIENT:
            return _no("unauthorized_client")
        if kind == "client_credentials":
            if values.get("client_secret") != SECRET:
                return _no("invalid_client")
            wanted = "https://outlook.office365.com/.default"
            return self._given(refresh=False) if scope == wanted else _no("invalid_scope")
        if kind == _DEVICE:
            return self._given(refresh=True) if self.consented else _no("access_denied")
        return self._refreshed(values) if set(scope.split()) >= _AS_USER else _no("invalid_scope")

    def _google(self, values: dict[str, str]) -> Answer:
        kind = values["grant_type"]
        if kind == _JWT:
            return self._signed(values["assertion"])
        if values["client_secret"] != SECRET:
            return _no("invalid_client")
        if kind == "authorization_code":
            return self._from_browser(values)
        return self._refreshed(values)

    def _signed(self, assertion: str) -> Answer:
        """What Google checks of a service account: signature, times, audience, delegation."""
        try:
            claims = jwt.decode(assertion, certs=self._public(), verify=False)  # type: ignore[no-untyped-call]
            _verify(assertion, self._key)
        except ValueError:
            return _no("invalid_grant")
        now = self._clock().timestamp()
        if not now - 60 <= claims["iat"] <= now + 60 or claims["exp"] - claims["iat"] > 3600:
            return _no("invalid_grant")
        if claims["aud"] != f"{self.url}/google/token" or claims["scope"] != GOOGLE_SCOPE:
            return _no("invalid_scope")
        known = claims["sub"] == OFFICE
        return self._given(refresh=False) if known else _no("unauthorized_client")

    def _from_browser(self, values: dict[str, str]) -> Answer:
        digest = hashlib.sha256(values["code_verifier"].encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
        if values["code"] != self.code or not proved:
            return _no("invalid_grant")
        return self._given(refresh=True)

    def _refreshed(self, values: dict[str, str]) -> Answer:
        given = values["refresh_token"]
        if given not in self.refresh_good:
            return _no("invalid_grant", f"AADSTS50173: {given} was revoked.")
        if self.rotates:
            self.refresh_good.remove(given)
        return self._given(refresh=self.rotates)

    # ------------------------------------------------------------ keys for Google's files

    def service_account(self, folder: Path) -> Path:
        """The JSON file of a service account of this server."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        values = {
            "type": "service_account",
            "client_email": "robot@project.example.org",
            "private_key": pem.decode(),
            "private_key_id": "1",
            "token_uri": f"{self.url}/google/token",
        }
        return _kept(folder / "service-account.json", values)

    def internal_client(self, folder: Path) -> Path:
        """The JSON file of an OAuth client for desktop programs."""
        values = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "auth_uri": f"{self.url}/google/auth",
            "token_uri": f"{self.url}/google/token",
        }
        return _kept(folder / "client.json", {"installed": values})

    def _public(self) -> bytes:
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    # ------------------------------------------------------------ HTTP

    def _about(self) -> dict[str, str]:
        base = f"{self.url}/{TENANT}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1  # one packet for an answer; two wait for each other 40 ms

            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                if asked.path == "/introspect":
                    self._say(200, owner._introspected(parse_qs(asked.query)["token"][0]))
                else:
                    self._say(200, owner._about())

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(size).decode())
                values = {name: one[0] for name, one in form.items()}
                self._say(*owner._post(self.path, values))

            def _say(self, status: int, values: dict[str, Any]) -> None:
                content = json.dumps(values).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Tests read what the product logs, not this."""

        return Handler


def _no(error: str, description: str = "") -> Answer:
    return 400, {"error": error, "error_description": description}


def _kept(file: Path, values: dict[str, Any]) -> Path:
    file.write_text(json.dumps(values), encoding="utf-8")
    return file


def _tls(ca_file: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def _verify(assertion: str, key: rsa.RSAPrivateKey) -> None:
    """Raises ValueError where the key did not sign it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    signed, _, signature = assertion.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    try:
        key.public_key().verify(raw, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise ValueError("not signed by the key") from None
