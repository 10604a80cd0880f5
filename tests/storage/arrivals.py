"""Readings and messages for the tests of what writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices.catalogue import KINDS
from devices.model import Kind
from devices.readings import Reading, TimeSource, Value
from storage.arrivals import Arrival

RECEIVED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
ENVIRONMENT = KINDS["environment"]
IRRIGATION = KINDS["irrigation"]


def make_reading(
    kind: Kind, minute: int, seq: int | None = None, keys: tuple[str, ...] = (), **values: Value
) -> Reading:
    return Reading(
        NOON + timedelta(minutes=minute),
        TimeSource.DEVICE,
        None,
        seq,
        keys or ("",) * len(kind.keys),
        tuple(values.get(field.name) for field in kind.values),
    )


def make_arrival(device_id: int, kind: Kind, *readings: Reading, packet_id: int | None = None) -> Arrival:
    return Arrival("topic", b"payload", RECEIVED, device_id, kind, list(readings), packet_id=packet_id, size=7)
