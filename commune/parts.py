"""What the settings say of parts that several commands use."""

from __future__ import annotations

from broker.address import BrokerAddress
from commune.sealing import PasswordSealer
from commune.settings import PREFIX, Settings, SettingsError
from devices.accounts import BrokerEndpoint
from reports.errors import BadRules
from reports.rules import ReportRules, read_rules


def broker_address(settings: Settings) -> BrokerAddress:
    """The broker of the settings."""
    return BrokerAddress(
        settings.broker_host,
        settings.broker_port,
        settings.broker_username,
        settings.broker_password,
        settings.broker_ca_file,
    )


def broker_endpoint(settings: Settings) -> BrokerEndpoint | None:
    """Where devices reach the broker, for what is typed into them; None where the settings do not say it."""
    if not settings.broker_public_host:
        return None
    return BrokerEndpoint(
        settings.broker_public_host, settings.broker_public_port or None, settings.broker_public_tls_port or None
    )


def password_sealer(settings: Settings) -> PasswordSealer | None:
    """What closes and opens the passwords of devices; None without COMMUNE_SECRET_KEY."""
    return None if settings.secret_key is None else PasswordSealer(settings.secret_key)


def report_rules(settings: Settings) -> ReportRules:
    """The rules for reports; raises SettingsError that names the file and what is wrong in it."""
    if settings.report_rules_file is None:
        return ReportRules()
    try:
        return read_rules(settings.report_rules_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadRules) as error:
        raise SettingsError(f"{PREFIX}REPORT_RULES_FILE={settings.report_rules_file}: {error}") from error
