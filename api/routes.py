"""Every route of the API and its pages, from the rooms that own them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.routing import BaseRoute

from api import (
    account,
    alert_rules,
    alerts,
    audit,
    bulk,
    bulk_files,
    clocks,
    coverage,
    dead_letters,
    declared,
    device_accounts,
    device_log,
    device_photos,
    devices,
    documents,
    kinds,
    labels,
    ledger,
    live,
    me,
    metrics,
    open_data,
    operation,
    operations,
    pages,
    pages_coverage,
    pages_devices,
    pages_import,
    pages_reports,
    people,
    places,
    registry_devices,
    registry_places,
    repair,
    reports,
    series,
    series_groups,
    signing_in,
    signing_in_provider,
    targets,
    tokens,
)

ROUTERS: tuple[APIRouter, ...] = (
    *(room.router for room in (kinds, places, clocks, devices, series, reports, documents, repair, dead_letters)),
    *(room.router for room in (ledger, operation, operations, metrics, series_groups)),
    *(page.router for page in (device_log, labels, live, pages, pages_coverage, pages_devices)),
    *(page.router for page in (pages_import, pages_reports)),
    *(
        router
        for room in (registry_devices, device_accounts, registry_places, device_photos, people, tokens, me)
        for router in (room.router, room.reads)
    ),
    operations.pages,
    *(router for desk in (alerts, alert_rules) for router in (desk.router, desk.reads)),
    *(room.router for room in (audit, bulk, bulk_files, coverage, open_data, targets)),
    declared.router,
    declared.reads,
    *(entrance.router for entrance in (signing_in, signing_in_provider, account)),
)

# Taken over as they are: including a router would build each of its routes again for every application, a quarter of
# a second at each start.
ROUTES: tuple[BaseRoute, ...] = tuple(route for router in ROUTERS for route in router.routes)
