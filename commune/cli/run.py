"""The long-running processes: ingest, api, maintain."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable

import typer
import uvicorn

from alerts.topic import Topic
from api.app import create_app
from api.provider import Provider
from broker.address import BrokerAddress
from commune import logs
from commune.cli.common import database_url
from commune.maintenance import Maintenance, MaintenanceConfig
from commune.rollup_upkeep import horizons_of
from commune.sealing import PasswordSealer
from commune.settings import PREFIX, Settings, SettingsError, read_settings
from devices.accounts import BrokerEndpoint
from ingest.again import interpreter
from ingest.service import Ingest, IngestConfig
from ingest.window import Limits
from reports.errors import BadRules
from reports.rules import ReportRules, read_rules
from storage.errors import SessionTaken
from storage.registrar import Registrar
from storage.repairs import Repairs


def register(app: typer.Typer) -> None:
    """Add the long-running commands to the command line."""
    app.command()(ingest)
    app.command()(api)
    app.command()(maintain)


def broker_address(settings: Settings) -> BrokerAddress:
    """The broker of the settings."""
    return BrokerAddress(
        settings.broker_host,
        settings.broker_port,
        settings.broker_username,
        settings.broker_password,
        settings.broker_ca_file,
    )


def ingest_config(settings: Settings) -> IngestConfig:
    """What the settings say of ingest."""
    return IngestConfig(
        database_url=database_url(settings),
        broker=broker_address(settings),
        client_id=settings.ingest_client_id,
        limits=Limits(
            window_messages=settings.ingest_window_messages,
            window_bytes=settings.ingest_window_mebibytes * 1024 * 1024,
            batch_messages=settings.ingest_batch_messages,
            batch_age_seconds=settings.ingest_batch_age_milliseconds / 1000,
        ),
        writers=settings.ingest_writers,
        share=settings.ingest_share or None,
        metrics_port=settings.ingest_metrics_port,
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


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM and SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


def ingest() -> None:
    """Take in what devices publish and store it; acknowledge after the commit. Runs until stopped."""
    settings = read_settings()
    logs.set_up(settings.log_format)
    service = Ingest(ingest_config(settings))
    stop_on_signals(service.stop)
    try:
        service.run()
    except SessionTaken as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


def api() -> None:
    """Serve the HTTP API and the pages. Runs until stopped."""
    settings = read_settings()
    logs.set_up(settings.log_format)
    url = database_url(settings)
    provider = settings.provider_config()
    application = create_app(
        url,
        pool_connections=settings.database_pool_connections,
        repairs=Repairs(url, interpreter, password=settings.database_repair_password),
        registrar=Registrar(url, password=settings.database_registry_password),
        sign_in=settings.sign_in_rules(),
        provider=Provider(provider) if provider is not None else None,
        sealer=password_sealer(settings),
        broker=broker_endpoint(settings),
        report_rules=report_rules(settings),
        ready_lag_seconds=settings.ready_lag_seconds,
    )
    # What is there by now stays: to look through it for garbage again and again makes every other large answer late.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        application,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        forwarded_allow_ips=settings.trusted_proxies,
    )


def maintain() -> None:
    """Keep house: accounts of devices, watch over the broker, replay, old dead letters. Runs until stopped.

    Brings the broker to what the registry says of the account of each device, within a second, and writes down whom the
    broker turns away. Replays what former strangers sent, and deletes old dead letters.
    Rolls up hours and days to which something was written, and deletes readings that are older than the settings keep.
    A registered device becomes active with its first message. What the broker drops is counted in the ledger and raises
    an alert. Judges readings and silence by the rules of alerts, and tells of them on MQTT, by webhook and by mail.
    Uses the account `maintain` of the broker, and the role commune_admin of the database.
    """
    settings = read_settings()
    logs.set_up(settings.log_format)
    service = Maintenance(
        MaintenanceConfig(
            database_url=database_url(settings),
            broker=broker_address(settings),
            dead_letter_retention_days=settings.dead_letter_retention_days,
            replay_unknown_devices=settings.replay_unknown_devices,
            horizons=horizons_of(settings),
            sealer=password_sealer(settings),
            channels=(Topic(broker_address(settings)), *settings.alert_channels()),
        )
    )
    stop_on_signals(service.stop)
    service.run()
