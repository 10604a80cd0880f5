"""The settings of signing in: what they come to, and what is refused at start."""

from __future__ import annotations

import pytest

from commune.settings import SettingsError, read_settings
from devices.people import Role, SignInRules

OIDC = {"OIDC_ISSUER": "https://id.example.vn/realms/tinh", "OIDC_CLIENT_ID": "xa-gia-loc"}


def set_all(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"COMMUNE_{name}", value)


def test_the_defaults_are_those_of_the_rules_and_there_is_no_provider() -> None:
    settings = read_settings()
    assert settings.sign_in_rules() == SignInRules()
    assert settings.provider_config() is None


def test_rules_are_set_in_the_units_of_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SESSION_IDLE_MINUTES="30", SESSION_DAYS="1", SIGN_IN_LOCK_MINUTES="5")
    rules = read_settings().sign_in_rules()
    assert (rules.idle_seconds, rules.absolute_seconds, rules.lock_seconds) == (1800, 86_400, 300)


@pytest.mark.parametrize(("url", "secure"), [("https://iot.example.vn", True), ("http://10.0.0.1:8000/", False)])
def test_where_people_come_over_https_cookies_do_too(monkeypatch: pytest.MonkeyPatch, url: str, secure: bool) -> None:
    set_all(monkeypatch, PUBLIC_URL=url)
    assert read_settings().sign_in_rules().secure_cookies is secure


def test_a_provider_is_described_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    roles = "xa-qt=administrator, cn=kt,ou=x=technician"
    set_all(monkeypatch, **OIDC, OIDC_ROLE_CLAIM="realm_access.roles", OIDC_DEFAULT_ROLE="viewer")
    set_all(monkeypatch, OIDC_ROLES="xa-qt=administrator,ou=kt=technician")
    config = read_settings().provider_config()
    assert config is not None
    assert (config.issuer, config.client_id, config.client_secret) == (*OIDC.values(), None)
    assert config.roles == {"xa-qt": Role.ADMINISTRATOR, "ou=kt": Role.TECHNICIAN}
    assert (config.role_claim, config.default_role) == ("realm_access.roles", Role.VIEWER)
    set_all(monkeypatch, OIDC_ROLES=roles)
    with pytest.raises(SettingsError, match="COMMUNE_OIDC_ROLES"):
        read_settings()


def test_what_compose_hands_on_as_nothing_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, PUBLIC_URL="", OIDC_ISSUER="", OIDC_CLIENT_ID="", OIDC_DEFAULT_ROLE="", OIDC_ROLE_CLAIM="")
    assert read_settings().provider_config() is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"PUBLIC_URL": "iot.example.vn"}, "COMMUNE_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://iot.example.vn/path"}, "COMMUNE_PUBLIC_URL"),
        ({**OIDC, "OIDC_ISSUER": "http://id.example.vn"}, "https"),
        ({"OIDC_ISSUER": "https://id.example.vn"}, "COMMUNE_OIDC_CLIENT_ID"),
        ({**OIDC, "OIDC_ROLES": "xa-qt=boss"}, "value=role"),
        ({**OIDC, "OIDC_DEFAULT_ROLE": "boss"}, "COMMUNE_OIDC_DEFAULT_ROLE"),
        ({"SIGN_IN_FAILURES": "1"}, "COMMUNE_SIGN_IN_FAILURES"),
        ({"SESSION_DAYS": "0"}, "COMMUNE_SESSION_DAYS"),
    ],
)
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str) -> None:
    set_all(monkeypatch, **values)
    with pytest.raises(SettingsError, match=words):
        read_settings()
