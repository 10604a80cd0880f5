"""A commune with a day behind it, seen as Grafana sees it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from commune.sample import backfill, register
from devices.model import Text
from devices.profiles import texts
from simulators.calendar import unix
from simulators.communes import load
from simulators.messages import simulators_of
from storage.alerts import About, open_alert
from storage.connect import Session, connect
from storage.profiles import put_profile
from storage.roles import Role
from storage.rollups import compute_noted

DEVICES = 9
HISTORY = timedelta(hours=26)
WATCHED = (
    "INSERT INTO ledger (device_id, day, received, stored, duplicate, dead_lettered, readings_stored,"
    " readings_dead_lettered) SELECT device_id, current_date - n, 100, 90, 7, 3, 1400, 3"
    " FROM device, generate_series(0, 3) AS n ON CONFLICT (device_id, day) DO UPDATE"
    " SET duplicate = 7, dead_lettered = 3, readings_dead_lettered = 3",
    "INSERT INTO device_status SELECT device_id, now() - n * interval '1 hour', now() - n * interval '1 hour', 0,"
    " n % 2 = 1, '{}' FROM device, generate_series(1, 4) AS n",
    "INSERT INTO dead_letter (received_at, level, reason, detail, topic, payload, device_id)"
    " SELECT now() - n * interval '10 minutes', 'message', 'unknown_device', '', 'a/b', 'secret', NULL"
    " FROM generate_series(1, 9) AS n",
    "INSERT INTO ingest_worker (client_id, started_at, seen_at, received, in_hand, oldest_at)"
    " VALUES ('commune-ingest', now() - interval '1 day', now(), 1000, 3, now() - interval '1 second')",
    "INSERT INTO broker_watch VALUES ('127.0.0.1:1883', now(), now() - interval '1 day', 4, 1, 100, 1000, 0)",
    "INSERT INTO coverage_verdict (commune_id, operator, technology, surroundings, cell, latitude, longitude, state,"
    " samples, passed, mean_rsrp, first_day, last_day)"
    " SELECT commune_id, operator, '5G', 'outdoor', 'cell-' || n, 20.87 + n * 0.001, 106.3, "
    " (ARRAY['covered', 'not_covered', 'insufficient', 'unmeasured'])[1 + n % 4], n, n / 2, -90 - n, current_date - 7,"
    " current_date FROM commune, unnest(ARRAY['any', '452-04']) AS operator, generate_series(1, 20) AS n",
    "INSERT INTO target_day (scope, profile, target, day, value, low, high, outcome)"
    " SELECT 'gia-loc', 'gia-loc', one.target, current_date - n, 50 - n, 40, 60, one.outcome"
    " FROM (VALUES ('5g-2025', 'chua_dat'), ('5g-2030', 'chua_du_can_cu'), ('iot', 'dat')) AS one (target, outcome),"
    " generate_series(0, 9) AS n",
    "INSERT INTO broker_drop (broker, day, observed_at, dropped) VALUES ('127.0.0.1:1883', current_date, now(), 4)",
)


@dataclass(frozen=True)
class Wall:
    """A session of Grafana's role on a database with a day of history, and when that ends."""

    session: Session
    url: str
    end: datetime
    devices: dict[str, list[str]]
    """Codes of the devices that have a history, by kind."""


@pytest.fixture(scope="module")
def wall(module_database_url: str) -> Iterator[Wall]:
    url = module_database_url
    end = datetime.now(UTC).replace(microsecond=0)
    with closing(connect(url, autocommit=True)) as session:
        devices = _fill(session, end)
    with closing(connect(url, role=Role.GRAFANA, autocommit=True)) as session:
        yield Wall(session, url, end, devices)


def _fill(session: Session, end: datetime) -> dict[str, list[str]]:
    sample = load("gia-loc")
    simulators = simulators_of(sample, 1, DEVICES)
    numbers = register(session, sample)
    put_profile(session, tomllib.loads(texts("gia-loc")[0]))
    written = backfill(session, simulators, numbers, int(unix(end - HISTORY)), int(unix(end)))
    assert written.stored
    assert sum(1 for _ in compute_noted(session, end, wait=True))
    for statement in WATCHED:
        session.execute(statement.encode())
    devices: dict[str, list[str]] = {}
    for simulator in simulators:
        device = simulator.device
        devices.setdefault(device.kind, []).append(device.code)
        about = About("critical", "gia-loc", numbers[device.code])
        open_alert(session, "offline", f"gia-loc/{device.code}", end, Text("Im lặng", "Silent"), about)
    return devices
