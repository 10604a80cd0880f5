"""Rows of devices: register, find, list. Communes, hamlets and sites are in `storage.places`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from devices.catalogue import KINDS
from devices.lifecycle import refusal
from devices.model import Text
from devices.registry import Device, DeviceState
from devices.registry_checks import faults_of_device, joined
from storage.errors import CodeTaken, RegistryRefused, StateRefused, driver_errors
from storage.places import Places, add_commune, add_hamlet, add_site, read_places
from storage.sql import query

__all__ = [
    "DeviceRow",
    "RegisteredDevice",
    "add_commune",
    "add_device",
    "add_hamlet",
    "add_site",
    "all_devices",
    "count_devices",
    "devices_of",
    "generation",
    "get_device",
    "list_devices",
    "parameters_of",
    "resolve",
]

Pair = tuple[str, str]
"""The codes of a commune and of a device in it."""


@dataclass(frozen=True, slots=True)
class RegisteredDevice:
    """What ingest needs to know of a device."""

    device_id: int
    commune: str
    code: str
    kind: str
    state: DeviceState
    expected_interval_seconds: int


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as it is registered, with its number and the times of its registration and last change.

    `version` rises with every change.
    """

    device_id: int
    device: Device
    registered_at: datetime
    updated_at: datetime
    version: int


def generation(connection: Connection[Any]) -> int:
    """The number that rises with every change of a device: while it stays, what is remembered is true."""
    with driver_errors():
        row = connection.execute(query("registry_generation")).fetchone()
    assert row is not None, "the migration has put the only row"
    return int(row[0])


def resolve(connection: Connection[Any], pairs: Collection[Pair]) -> dict[Pair, RegisteredDevice]:
    """The devices among these pairs of codes, in one query; what is not registered is missing from the result."""
    with driver_errors():
        found = connection.execute(query("resolve_devices"), _columns(pairs)).fetchall()
    return {(d.commune, d.code): d for d in map(_registered, found)}


def all_devices(connection: Connection[Any]) -> list[RegisteredDevice]:
    """Every registered device, in no order."""
    with driver_errors():
        return [_registered(row) for row in connection.execute(query("registered_devices")).fetchall()]


def get_device(connection: Connection[Any], commune: str, code: str) -> DeviceRow | None:
    """One device, or None."""
    return devices_of(connection, [(commune, code)]).get((commune, code))


def devices_of(connection: Connection[Any], pairs: Collection[Pair]) -> dict[Pair, DeviceRow]:
    """The rows of the devices among these pairs of codes."""
    with driver_errors(), connection.cursor(row_factory=dict_row) as cursor:
        rows = map(_row, cursor.execute(query("devices_of_pairs"), _columns(pairs)).fetchall())
    return {(row.device.commune, row.device.code): row for row in rows}


def list_devices(
    connection: Connection[Any],
    *,
    commune: str | None = None,
    kind: str | None = None,
    hamlet: str | None = None,
    state: DeviceState | None = None,
    code: str | None = None,
    after: Pair | None = None,
    limit: int = 100,
) -> list[DeviceRow]:
    """One page of devices by the codes of commune and device; the next page comes `after` the last pair of this one."""
    after_commune, after_code = after or (None, None)
    values = {
        "commune": commune,
        "kind": kind,
        "hamlet": hamlet,
        "state": state,
        "code": code,
        "after_commune": after_commune,
        "after_code": after_code,
        "limit": limit,
    }
    with driver_errors(), connection.cursor(row_factory=dict_row) as cursor:
        return [_row(row) for row in cursor.execute(query("list_devices"), values).fetchall()]


def count_devices(
    connection: Connection[Any],
    *,
    commune: str | None = None,
    kind: str | None = None,
    hamlet: str | None = None,
    state: DeviceState | None = None,
) -> int:
    """How many devices there are of a commune, kind, hamlet and state; None is any."""
    values = {"commune": commune, "kind": kind, "hamlet": hamlet, "state": state}
    with driver_errors():
        row = connection.execute(query("count_devices"), values).fetchone()
    assert row is not None, "an aggregate without GROUP BY has one row"
    return int(row[0])


def add_device(connection: Connection[Any], device: Device, *, replace: bool = False) -> int:
    """Register a device and return its number; without an interval of its own it has that of its kind.

    With `replace` a device of the same code and kind is described anew; one in service stays in its state where
    `device` says no more than that it is registered. Raises RegistryRefused for an unknown commune, hamlet, site or
    kind, and values that make no sense, CodeTaken for a code that is taken, StateRefused for a step that no life takes.
    """
    with driver_errors(), connection.transaction():
        places = read_places(connection)
        faults = faults_of_device(device) + places.faults_of(device)
        if faults:
            raise RegistryRefused(joined(faults))
        values = parameters_of(device, places)
        row = connection.execute(query("add_device"), values).fetchone()
        if row is None and replace:
            values["state"] = _state_anew(connection, device)
            row = connection.execute(query("change_device"), values).fetchone()
        if row is None:
            raise CodeTaken(_taken(connection, device))
        return int(row[0])


def _state_anew(connection: Connection[Any], device: Device) -> DeviceState:
    there = get_device(connection, device.commune, device.code)
    if there is None or there.device.state is device.state:
        return device.state
    if device.state is DeviceState.REGISTERED and there.device.state in (DeviceState.ACTIVE, DeviceState.MAINTENANCE):
        return there.device.state
    refused = refusal(there.device.state, device.state)
    if refused is not None:
        raise StateRefused(refused)
    return device.state


def parameters_of(device: Device, places: Places) -> dict[str, Any]:
    """The parameters of the statements add_device and change_device."""
    interval = device.expected_interval_seconds or KINDS[device.kind].interval_seconds
    return asdict(replace(device, expected_interval_seconds=interval)) | {
        "tags": list(device.tags),
        "commune_id": places.commune(device.commune),
        "hamlet_id": places.hamlet(device.commune, device.hamlet),
        "site_id": places.site(device.commune, device.site),
    }


def _taken(connection: Connection[Any], device: Device) -> Text:
    there = get_device(connection, device.commune, device.code)
    kind = there.device.kind if there else "?"
    return Text(
        f"mã thiết bị {device.code!r} đã có trong xã {device.commune} (loại {kind})",
        f"the device code {device.code!r} is taken in commune {device.commune} (kind {kind})",
    )


def _columns(pairs: Collection[Pair]) -> dict[str, list[str]]:
    distinct = sorted(set(pairs))
    return {"communes": [commune for commune, _ in distinct], "codes": [code for _, code in distinct]}


def _registered(row: tuple[Any, ...]) -> RegisteredDevice:
    device_id, commune, code, kind, state, interval = row
    return RegisteredDevice(device_id, commune, code, kind, DeviceState(state), interval)


def _row(row: dict[str, Any]) -> DeviceRow:
    about = {name: row.pop(name) for name in ("device_id", "registered_at", "updated_at", "version")}
    known = {"state": DeviceState(row["state"]), "tags": tuple(row["tags"])}
    return DeviceRow(device=Device(**row | known), **about)
