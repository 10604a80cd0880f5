"""`commune ingest`: from the broker into the database."""

from __future__ import annotations

import sys

import typer

from commune import logs
from commune.cli.common import database_url, stop_on_signals
from commune.parts import broker_address
from commune.settings import Settings, read_settings
from ingest.service import Ingest, IngestConfig
from ingest.window import Limits
from storage.errors import SessionTaken


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
