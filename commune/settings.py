"""Settings: environment variables with the prefix COMMUNE_, checked at start.

Every setting is named in `.env.example` and in docs/reference/settings.md. The unit is part of the name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import SettingsConfigDict

from commune.settings_alerts import AlertSettings
from commune.settings_keeping import KeepingSettings
from commune.settings_sign_in import SignInSettings

PREFIX = "COMMUNE_"


class SettingsError(Exception):
    """A setting is missing or unusable; the message names it, the value, and what is expected."""


class Settings(AlertSettings, KeepingSettings, SignInSettings):
    """All settings of the system. Each process reads those that it needs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: Annotated[
        str | None, Field(description="Connection to PostgreSQL. Unset: a private server on this machine.")
    ] = None
    database_pool_connections: Annotated[
        int, Field(ge=1, le=200, description="Connections that the API keeps to the database at most.")
    ] = 8
    database_admin_password: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Password that `commune db migrate` gives the role commune_admin. Unset: as it is.",
        ),
    ] = None
    database_ingest_password: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Password that `commune db migrate` gives the role commune_ingest. Unset: as it is.",
        ),
    ] = None
    database_read_password: Annotated[
        str | None,
        Field(
            min_length=1, description="Password that `commune db migrate` gives the role commune_read. Unset: as it is."
        ),
    ] = None
    database_repair_password: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Password that `commune db migrate` gives the role commune_repair, and with which the API "
            "signs in as that role to replay and discard dead letters. Unset: as it is, and the API does so only where "
            "the account of COMMUNE_DATABASE_URL may take on the role.",
        ),
    ] = None
    database_registry_password: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Password that `commune db migrate` gives the role commune_registry, and with which the API "
            "signs in as that role to write people and the registry. Unset: as it is, and the API does so only where "
            "the account of COMMUNE_DATABASE_URL may take on the role.",
        ),
    ] = None
    database_grafana_password: Annotated[
        str | None,
        Field(
            min_length=1,
            description="Password that `commune db migrate` gives the role commune_grafana. Unset: as it is.",
        ),
    ] = None
    secret_key: Annotated[
        str | None,
        Field(
            min_length=32,
            description="Closes the passwords of devices while they wait in the database for the broker: the API "
            "closes, `commune maintain` and `commune devices rotate` open. 32 characters or more, the same for all. "
            "Unset: devices can be given no passwords.",
        ),
    ] = None
    broker_host: Annotated[str, Field(description="Host name or address of the MQTT broker.")] = "127.0.0.1"
    broker_port: Annotated[int, Field(ge=1, le=65535, description="Port of the MQTT broker.")] = 1883
    broker_public_host: Annotated[
        str | None,
        Field(
            description="Host name or address under which devices reach the broker, for what is typed into them. "
            "Unset: it is not said."
        ),
    ] = None
    broker_public_port: Annotated[
        int, Field(ge=0, le=65535, description="Port of the broker for devices without TLS. 0: there is none.")
    ] = 1883
    broker_public_tls_port: Annotated[
        int, Field(ge=0, le=65535, description="Port of the broker for devices with TLS. 0: there is none.")
    ] = 0
    broker_username: Annotated[str | None, Field(description="Account at the MQTT broker.")] = None
    broker_password: Annotated[str | None, Field(description="Password of the account at the MQTT broker.")] = None
    broker_ca_file: Annotated[
        Path | None, Field(description="Certificate authority of the broker's TLS listener. Unset: no TLS.")
    ] = None
    broker_certificate_file: Annotated[
        Path | None,
        Field(
            description="Certificate of the broker's TLS listener, where this machine can read it: `commune doctor` "
            "warns before it expires. Unset: only what the broker itself shows is looked at."
        ),
    ] = None
    broker_configuration_file: Annotated[
        Path | None,
        Field(
            description="The broker's mosquitto.conf, where this machine can read it. `commune doctor` judges by it "
            "what a power cut costs and how full the queues are. Unset: it cannot, and says so."
        ),
    ] = None
    ingest_client_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="Client id of the ingest session. The broker keeps undelivered messages under this name, so it "
            "must stay the same over restarts and be used by one process only.",
        ),
    ] = "commune-ingest"
    ingest_batch_messages: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            description="A batch is written when this many messages are in hand. Larger batches raise the throughput "
            "under load and the time until a message is visible.",
        ),
    ] = 5_000
    ingest_batch_age_milliseconds: Annotated[
        int,
        Field(
            ge=1,
            le=60_000,
            description="A batch is written when its oldest message is this old, however small it is. This bounds how "
            "late a value is visible when traffic is light.",
        ),
    ] = 100
    ingest_window_messages: Annotated[
        int,
        Field(
            ge=2,
            le=65_535,
            description="At most this many messages are in hand (received and not yet committed). It is also the "
            "Receive Maximum told to the broker. At least twice the batch; memory while the database is away grows "
            "with it and stops there.",
        ),
    ] = 20_000
    ingest_window_mebibytes: Annotated[
        int,
        Field(
            ge=1,
            le=65_536,
            description="At most this many MiB of payload are in hand. It bounds memory where messages are large: "
            "gateways that send stored batches of up to 256 KiB.",
        ),
    ] = 64
    ingest_share: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_-]*$",
            description="Name of a shared subscription: processes with the same name, each with a client id of its "
            "own, divide the messages among themselves. Needs Mosquitto 2.0.19 or later, or another broker that keeps "
            "shared sessions. A member that is away for long keeps its part waiting. Empty: one process takes all.",
        ),
    ] = ""
    ingest_writers: Annotated[
        int,
        Field(
            ge=1,
            le=16,
            description="Connections over which batches are written side by side. Two keep the processor busy while "
            "one waits for a commit; more help when a commit takes long, as over a network or on slow disks.",
        ),
    ] = 2
    ingest_metrics_port: Annotated[
        int,
        Field(ge=0, le=65535, description="Port on loopback for the metrics of ingest (Prometheus). 0: none."),
    ] = 0
    api_host: Annotated[
        str,
        Field(
            description="Address on which the API listens. To reach it from elsewhere put a proxy that does HTTPS "
            "before it."
        ),
    ] = "127.0.0.1"
    api_port: Annotated[int, Field(ge=0, le=65535, description="Port of the API. 0: any free port.")] = 8000
    ready_lag_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=86_400,
            description="/readyz of the API says no when the oldest message that ingest holds is older than this, or "
            "ingest has been silent for so long. A restart of ingest takes up to 20 s. 0: never.",
        ),
    ] = 120
    replay_unknown_devices: Annotated[
        bool,
        Field(
            description="`commune maintain` replays what a device sent before it was registered as soon as it is. "
            "False: only a person does, with `commune dead-letters replay`."
        ),
    ] = True
    report_rules_file: Annotated[
        Path | None,
        BeforeValidator(lambda given: given or None),
        Field(
            description="TOML file with the commune's rules for reports: completeness, crops, power of old lamps and "
            "the like. Unset: the defaults, which deploy/reports/rules.toml shows."
        ),
    ] = None
    log_format: Annotated[Literal["text", "json"], Field(description="Form of the logs of long-running processes.")] = (
        "text"
    )
    local_directory: Annotated[
        Path, Field(description="Where the private servers of this machine keep their files.")
    ] = Path(".local")


def read_settings() -> Settings:
    """Read the environment; raise SettingsError that names every bad variable and its value."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'_'.join(str(part) for part in fault['loc']).upper()}={fault['input']!r}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None
    if settings.ingest_window_messages < 2 * settings.ingest_batch_messages:
        raise SettingsError(
            f"{PREFIX}INGEST_WINDOW_MESSAGES={settings.ingest_window_messages}: must be at least twice "
            f"{PREFIX}INGEST_BATCH_MESSAGES={settings.ingest_batch_messages}, so that one batch gathers while another "
            "is written"
        )
    fault = settings.alert_fault()
    if fault:
        raise SettingsError(fault)
    return settings
