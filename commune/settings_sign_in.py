"""The settings of signing in: how long sessions hold, when tries are refused, and the province's provider."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from api.provider_config import ProviderConfig, is_trustworthy
from devices.people import Role, SignInRules

UnlessEmpty = BeforeValidator(lambda value: value or None)
"""Compose hands on what is unset as nothing between quotes."""


class SignInSettings(BaseSettings):
    """The settings by which the API lets people in."""

    public_url: Annotated[
        Annotated[str, Field(pattern="^https?://[^/?#]+/?$")] | None,
        UnlessEmpty,
        Field(
            description="Address by which people reach the API, such as https://iot.example.vn. With https, cookies go "
            "over HTTPS only. Unset: as each request says.",
        ),
    ] = None
    trusted_proxies: Annotated[
        str,
        Field(
            description="Addresses of the proxies in front of the API, separated by commas: only they are believed "
            "about whose request it is and whether it came over HTTPS."
        ),
    ] = "127.0.0.1"
    session_idle_minutes: Annotated[
        int,
        Field(ge=5, le=43_200, description="A session that nobody uses for so long has ended, and one signs in again."),
    ] = 480
    session_days: Annotated[int, Field(ge=1, le=90, description="A session ends after so many days, used or not.")] = 7
    sign_in_failures: Annotated[
        int,
        Field(
            ge=4,
            le=100,
            description="So many wrong passwords lock an account. From the fourth on each makes the next wait longer.",
        ),
    ] = 10
    sign_in_failures_of_address: Annotated[
        int,
        Field(
            ge=4,
            le=10_000,
            description="So many wrong passwords from one network address lock the address: more than those of an "
            "account, because a whole office may have one.",
        ),
    ] = 50
    sign_in_lock_minutes: Annotated[
        int,
        Field(
            ge=1,
            le=1_440,
            description="So long such a lock holds; it ends by itself, and failures are forgotten after as long.",
        ),
    ] = 15
    oidc_issuer: Annotated[
        str | None,
        UnlessEmpty,
        Field(
            description="Issuer of the OpenID Connect provider through which people may sign in besides, exactly as "
            "its discovery document has it. Its redirect address is that of the API with /sign-in/provider/callback. "
            "Unset: none."
        ),
    ] = None
    oidc_client_id: Annotated[
        str | None, UnlessEmpty, Field(description="The name under which the provider knows this system.")
    ] = None
    oidc_client_secret: Annotated[
        str | None,
        UnlessEmpty,
        Field(description="The secret that goes with it. Unset: a public client, by PKCE alone."),
    ] = None
    oidc_name: Annotated[str, Field(max_length=60, description="The provider's name on the sign-in page.")] = "OpenID"
    oidc_scope: Annotated[str, Field(description="What is asked of the provider.")] = "openid profile email"
    oidc_username_claim: Annotated[str, Field(min_length=1, description="The claim that has a person's user name.")] = (
        "preferred_username"
    )
    oidc_role_claim: Annotated[
        str | None,
        UnlessEmpty,
        Field(
            description="The claim that says what a person may do; dots lead into objects, as in realm_access.roles. "
            "It is followed with every sign-in. Unset: roles are given here."
        ),
    ] = None
    oidc_roles: Annotated[
        str,
        Field(
            description="What the values of that claim mean: value, equals sign, role, and a comma before the next. Of "
            "several roles the highest counts."
        ),
    ] = ""
    oidc_default_role: Annotated[
        Role | None,
        UnlessEmpty,
        Field(
            description="The role of those of whom the provider says none. Unset: they may enter only if they were "
            "added with `commune users add --provider`, and with COMMUNE_OIDC_ROLE_CLAIM not at all."
        ),
    ] = None

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe(cls, issuer: str | None) -> str | None:
        if issuer is not None and not is_trustworthy(issuer):
            raise ValueError("must be an https address")
        return issuer

    @field_validator("oidc_roles")
    @classmethod
    def _are_roles(cls, text: str) -> str:
        roles_of(text)
        return text

    @model_validator(mode="after")
    def _has_client(self) -> SignInSettings:
        if self.oidc_issuer is not None and self.oidc_client_id is None:
            raise ValueError("COMMUNE_OIDC_ISSUER needs COMMUNE_OIDC_CLIENT_ID")
        return self

    def sign_in_rules(self) -> SignInRules:
        """How long sessions hold, and when tries are refused."""
        return SignInRules(
            idle_seconds=60 * self.session_idle_minutes,
            absolute_seconds=86_400 * self.session_days,
            failures=self.sign_in_failures,
            failures_of_address=self.sign_in_failures_of_address,
            lock_seconds=60 * self.sign_in_lock_minutes,
            secure_cookies=(self.public_url or "").startswith("https:"),
        )

    def provider_config(self) -> ProviderConfig | None:
        """The provider, if there is one."""
        if self.oidc_issuer is None or self.oidc_client_id is None:
            return None
        return ProviderConfig(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            client_secret=self.oidc_client_secret,
            name=self.oidc_name,
            scope=self.oidc_scope,
            username_claim=self.oidc_username_claim,
            role_claim=self.oidc_role_claim,
            roles=roles_of(self.oidc_roles),
            default_role=self.oidc_default_role,
            public_url=self.public_url,
        )


def roles_of(text: str) -> dict[str, Role]:
    """The roles by the values of a claim; raises ValueError that says what is expected."""
    roles = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        value, _, role = part.rpartition("=")
        if not value or role not in list(Role):
            raise ValueError(f"{part!r}: write value=role, where role is one of {', '.join(Role)}")
        roles[value] = Role(role)
    return roles
