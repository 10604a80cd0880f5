"""A strict OpenID Connect provider: it checks PKCE, the client and the redirect address, and can be told to lie.

The provider of a package (tests use it as a process of its own) does not check PKCE, and signs no wrong tokens.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "xa-gia-loc", "a secret of the test"
FIRST_KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
Claims = dict[str, Any]


@dataclass
class OidcProvider:
    """What it says of who signs in, and how it lies."""

    issuer: str = ""
    claims: Claims = field(default_factory=lambda: {"sub": "s-1", "preferred_username": "lan", "name": "Lan"})
    userinfo: Claims = field(default_factory=dict)
    lie: Callable[[Claims], Claims] = lambda claims: claims
    """What becomes of the claims of an ID token before it is signed."""
    discovery: Claims = field(default_factory=dict)
    """What its document says otherwise."""
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: FIRST_KEY)
    signing_key: RSAKey | OctKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def document(self) -> Claims:
        """The discovery document."""
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        known = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **known, **self.discovery}

    def authorize(self, asked: dict[str, str]) -> str:
        """Let whoever asks in at once; where the browser goes then."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """Exchange a code, once, for the client that it was made for and that knows the verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        given = base64.b64decode(authorization.removeprefix("Basic ") + "==").decode(errors="replace")
        digest = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or given.partition(":")[0] != CLIENT_ID
            or not given.partition(":")[2]
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != digest.decode()
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self.signed({**claims, **self.claims})}

    def signed(self, claims: Claims) -> str:
        """An ID token, after the lie."""
        header = {"alg": self.algorithm, "kid": self.key.kid or ""}
        return jwt.encode(header, self.lie(claims), self.signing_key or self.key, algorithms=[self.algorithm])


@contextmanager
def provider_over_http() -> Iterator[OidcProvider]:
    """The provider, on a free port of loopback."""
    provider = OidcProvider()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            known: dict[str, Callable[[], object]] = {
                "/.well-known/openid-configuration": provider.document,
                "/jwks": lambda: KeySet([provider.key]).as_dict(private=False),
                "/userinfo": lambda: provider.userinfo,
            }
            self.answer(200, known[path]()) if path in known else self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers.get("Authorization", "")))

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()
