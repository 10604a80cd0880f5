"""What the settings say of the OpenID Connect provider. Light, because every command reads the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from devices.people import Role


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What the settings say of the provider."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    name: str = "OpenID Connect"
    """On the button of the sign-in page."""
    scope: str = "openid profile email"
    username_claim: str = "preferred_username"
    role_claim: str | None = None
    """Where the provider says what somebody may do; dots lead into objects: realm_access.roles."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """What each value of that claim means here."""
    default_role: Role | None = None
    """The role of those of whom the claim says nothing; None: they may not enter."""
    public_url: str | None = None
    """By which people reach us; None: as their request says."""


def is_trustworthy(url: str) -> bool:
    """Whether what goes there cannot be read on the way: HTTPS, or this machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
