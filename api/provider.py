"""Sign-in through an OpenID Connect provider: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0).

What the provider is comes from its discovery document; an ID token is believed only when it is signed by a key of the
provider with an algorithm of public keys, is of this issuer, for this client, of now, and carries our nonce.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.provider_config import ProviderConfig, is_trustworthy
from devices.people import Role

logger = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Only signatures that the provider alone can make: never `none`, never a shared secret."""
PATIENCE_SECONDS = 10
KEEP_SECONDS = 3600.0
LEEWAY_SECONDS = 60
LARGEST_ANSWER = 1024 * 1024


class ProviderError(Exception):
    """The provider does not answer, or not as it must; the message is for the log and holds no secret."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says of somebody."""

    subject: str
    username: str
    display_name: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: where the browser goes, and what must come back."""

    url: str
    state: str
    nonce: str
    code_verifier: str


class Provider:
    """One provider. What it says of itself is kept for an hour; its keys are asked for again when a new one is used."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.name = config.name
        self._lock = Lock()
        self._kept: tuple[float, dict[str, Any], KeySet] | None = None

    def begin(self, redirect_uri: str) -> Begun:
        """Begin a sign-in. Raises ProviderError."""
        about, _ = self._about()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                _endpoint(about, "authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        return Begun(url, state, nonce, verifier)

    def finish(self, redirect_uri: str, code: str, nonce: str, code_verifier: str) -> Claims:
        """What the provider says of the person whom a code stands for. Raises ProviderError."""
        about, _ = self._about()
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    _endpoint(about, "token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=code_verifier,
                    timeout=PATIENCE_SECONDS,
                    allow_redirects=False,
                )
                claims = self._id_claims(str(token.get("id_token", "")), nonce)
                endpoint = about.get("userinfo_endpoint")
                if endpoint and self._lacks(claims):
                    more = client.get(str(endpoint), timeout=PATIENCE_SECONDS, allow_redirects=False).json()
                    if isinstance(more, dict) and more.get("sub") == claims["sub"]:
                        claims = {**more, **claims}
        except (AuthlibBaseError, requests.RequestException, ValueError) as error:
            raise ProviderError(f"the code was not exchanged: {type(error).__name__}") from error
        return self._claims(claims)

    def _client(self, redirect_uri: str) -> OAuth2Session:
        return OAuth2Session(
            self.config.client_id,
            self.config.client_secret,
            token_endpoint_auth_method="client_secret_basic" if self.config.client_secret else "none",
            scope=self.config.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _id_claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        try:
            try:
                decoded = jwt.decode(id_token, self._about()[1], algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # The provider may have changed its keys since we asked.
                decoded = jwt.decode(id_token, self._about(anew=True)[1], algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.config.issuer},
                aud={"essential": True, "value": self.config.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise ProviderError(f"the ID token is not to be believed: {type(error).__name__}") from error
        claims = dict(decoded.claims)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise ProviderError("the ID token is not to be believed: another nonce")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.config.client_id:
            raise ProviderError("the ID token is not to be believed: for several clients, and not made for us")
        return claims

    def _lacks(self, claims: Mapping[str, Any]) -> bool:
        wanted = [self.config.username_claim, *([self.config.role_claim] if self.config.role_claim else [])]
        return any(_inside(claims, name) is None for name in wanted)

    def _claims(self, claims: Mapping[str, Any]) -> Claims:
        said = _inside(claims, self.config.role_claim) if self.config.role_claim else None
        values = said if isinstance(said, list) else [said]
        roles = [self.config.roles[value] for value in values if isinstance(value, str) and value in self.config.roles]
        best = max(roles, key=list(Role).index, default=None)
        return Claims(
            subject=str(claims["sub"]),
            username=str(_inside(claims, self.config.username_claim) or claims.get("email") or claims["sub"]),
            display_name=str(claims.get("name") or ""),
            role=best or self.config.default_role,
        )

    def _about(self, *, anew: bool = False) -> tuple[dict[str, Any], KeySet]:
        """The discovery document and the keys. Raises ProviderError."""
        with self._lock:
            if self._kept is None or anew or monotonic() - self._kept[0] > KEEP_SECONDS:
                document = _fetch(f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration")
                if document.get("issuer") != self.config.issuer:
                    raise ProviderError("the discovery document is of another issuer")
                keys = _fetch(_endpoint(document, "jwks_uri"))
                try:
                    self._kept = monotonic(), document, KeySet.import_key_set(keys)  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError) as error:
                    raise ProviderError("the keys of the provider cannot be read") from error
            return self._kept[1], self._kept[2]


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not is_trustworthy(url):
        raise ProviderError(f"the discovery document has no {name} over HTTPS")
    return url


def _fetch(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=PATIENCE_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json() if len(answer.content) <= LARGEST_ANSWER else None
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(f"{url}: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise ProviderError(f"{url}: not a JSON object")
    return found


def _inside(claims: Mapping[str, Any], path: str) -> Any:
    """The value of a claim; dots lead into objects where no claim has the whole name."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
