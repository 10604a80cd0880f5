"""The devices as they are now: what is registered, when each was last heard, and in what state that leaves it.

A device is `never` heard, or it is `off` when its last word was that it goes off the line (its own, or its last will's)
or when it has been silent for more than `OFF_AFTER_INTERVALS` of its expected intervals, `late` after more than
`LATE_AFTER_INTERVALS`, and else `on`. It is heard when a reading or a status of it is received, whatever time the
device's own clock gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from devices.registry import DeviceState
from storage.sql import query

LATE_AFTER_INTERVALS = 2
"""One reading may be lost on the way without a word; a second one missing is worth a look."""
OFF_AFTER_INTERVALS = 5


class LineState(StrEnum):
    """Whether a device is heard."""

    ON = "on"
    LATE = "late"
    OFF = "off"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class FleetDevice:
    """A device and what is known of it at the moment asked for.

    Coordinates are WGS 84 degrees, those of its site where it has none of its own; `height_m` is metres above the
    ground. `reading_time` is the newest time of any of its readings, `seen_at` when anything of it was last received.
    `version` rises with every change of what is registered. `replaces` and `replaced_by` are codes.
    """

    device_id: int
    commune: str
    code: str
    kind: str
    name: str
    model: str
    maker: str
    serial: str
    note: str
    hamlet: str | None
    hamlet_name: str | None
    site: str | None
    site_name: str | None
    latitude: float | None
    longitude: float | None
    height_m: float | None
    expected_interval_seconds: int
    lifecycle: str
    registered_at: datetime
    updated_at: datetime
    retired_at: datetime | None
    version: int
    tags: list[str]
    replaces: str | None
    replaced_by: str | None
    photo_sha256: str | None
    reading_time: datetime | None
    seen_at: datetime | None
    state: LineState

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", LineState(self.state))


@dataclass(frozen=True, slots=True)
class CommuneRow:
    """A commune, with a point inside it, and how many devices it has."""

    code: str
    name: str
    province: str
    latitude: float
    longitude: float
    is_sample: bool
    devices: int


@dataclass(frozen=True, slots=True)
class HamletRow:
    """A hamlet; `boundary` is a GeoJSON geometry."""

    commune: str
    code: str
    name: str
    type: str
    population: int | None
    latitude: float | None
    longitude: float | None
    boundary: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site and the hamlet that it stands in."""

    commune: str
    code: str
    name: str
    type: str
    latitude: float
    longitude: float
    hamlet: str | None


@dataclass(frozen=True, slots=True)
class FleetFilter:
    """Which devices to list; None leaves a property open.

    `text` is found in the code, the name, the serial number or the model, whatever the case and the accents.
    `in_use` leaves out retired devices.
    """

    kind: str | None = None
    commune: str | None = None
    hamlet: str | None = None
    state: LineState | None = None
    lifecycle: DeviceState | None = None
    device_id: int | None = None
    text: str | None = None
    in_use: bool = False
    tag: str | None = None


def list_fleet(
    connection: Connection[Any],
    wanted: FleetFilter,
    *,
    now: datetime,
    limit: int | None = None,
    after: tuple[str, str] | None = None,
) -> list[FleetDevice]:
    """Devices by (commune, code) as they are at `now`, at most `limit`, after a (commune, code) where one is given."""
    parameters = {
        "kind": wanted.kind,
        "commune": wanted.commune,
        "hamlet": wanted.hamlet,
        "state": None if wanted.state is None else wanted.state.value,
        "lifecycle": None if wanted.lifecycle is None else wanted.lifecycle.value,
        "device_id": wanted.device_id,
        "text": wanted.text,
        "in_use": wanted.in_use,
        "tag": wanted.tag,
        "after_commune": after[0] if after else None,
        "after_code": after[1] if after else None,
        "now": now,
        "late_after": LATE_AFTER_INTERVALS,
        "off_after": OFF_AFTER_INTERVALS,
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(FleetDevice)) as cursor:
        return cursor.execute(query("fleet"), parameters).fetchall()


def find_device(connection: Connection[Any], commune: str, code: str) -> tuple[int, str] | None:
    """The number and the kind of a device, or None when there is none of that code in the commune."""
    row = connection.execute(query("fleet_device"), {"commune": commune, "code": code}).fetchone()
    return None if row is None else (row[0], row[1])


def device_codes(connection: Connection[Any], commune: str) -> list[str]:
    """The codes of all devices of a commune."""
    return [row[0] for row in connection.execute(query("fleet_codes"), {"commune": commune})]


def open_dead_letters(connection: Connection[Any], device_id: int) -> int:
    """How many dead letters of a device are open."""
    row = connection.execute(query("fleet_open_dead_letters"), {"device_id": device_id}).fetchone()
    return 0 if row is None else int(row[0])


def list_communes(connection: Connection[Any]) -> list[CommuneRow]:
    """All communes by code."""
    with connection.cursor(row_factory=class_row(CommuneRow)) as cursor:
        return cursor.execute(query("fleet_communes")).fetchall()


def list_hamlets(connection: Connection[Any], commune: str | None = None) -> list[HamletRow]:
    """The hamlets of a commune, or of all."""
    with connection.cursor(row_factory=class_row(HamletRow)) as cursor:
        return cursor.execute(query("fleet_hamlets"), {"commune": commune}).fetchall()


def list_sites(connection: Connection[Any], commune: str | None = None) -> list[SiteRow]:
    """The sites of a commune, or of all."""
    with connection.cursor(row_factory=class_row(SiteRow)) as cursor:
        return cursor.execute(query("fleet_sites"), {"commune": commune}).fetchall()
