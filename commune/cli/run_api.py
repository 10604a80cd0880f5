"""`commune api`: the HTTP API and its pages."""

from __future__ import annotations

import gc

import uvicorn

from api.app import create_app
from api.provider import Provider
from commune import logs
from commune.cli.common import database_url
from commune.parts import broker_endpoint, password_sealer, report_rules
from commune.settings import read_settings
from ingest.again import interpreter
from storage.registrar import Registrar
from storage.repairs import Repairs

STOP_SECONDS = 3
"""So long the API finishes what it answers when it is stopped."""


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
        # A screen that follows the stream of operations never hangs up by itself.
        timeout_graceful_shutdown=STOP_SECONDS,
    )
