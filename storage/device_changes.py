"""Changes of one device that a person asks for: register, describe anew, lead through its life, replace.

Each runs within the caller's transaction, holds the registry's lock to its end, and judges what is there then: of two
who change the same version of a device one is refused as `Outdated`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import class_row

from devices.geometry import Areas
from devices.lifecycle import TRANSITIONS, refusal, replacement_refusal, swap_refusal
from devices.model import Text
from devices.people import Role
from devices.placing import settle
from devices.registry import Device, DeviceState
from devices.registry_checks import faults_of_device, joined
from storage.errors import Outdated, RegistryRefused, RoleRefused, StateRefused, driver_errors
from storage.places import list_hamlets, read_places
from storage.registry import DeviceRow, Pair, add_device, get_device, parameters_of
from storage.sql import query

PLACE = ("latitude", "longitude")
HARDWARE = ("serial", "model", "maker")
"""What a swap of hardware may change; the code, the place and the history stay."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: the device's number and version, and what is odd about it though it was done."""

    device_id: int
    version: int
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One of the devices that served one after the other at a place; `retired_at` is None for one in service."""

    device_id: int
    commune: str
    code: str
    kind: str
    model: str
    maker: str
    serial: str
    state: DeviceState
    registered_at: datetime
    retired_at: datetime | None


def register(connection: Connection[Any], device: Device) -> Changed:
    """Register a device; without a hamlet it is given the one that its place lies in.

    Raises RegistryRefused, and CodeTaken for a code that is taken.
    """
    with driver_errors():
        _lock(connection)
        device, warnings = settle(device, areas_of(connection, device.commune), hamlet_given=device.hamlet is not None)
        return Changed(add_device(connection, device), 1, tuple(warnings))


def describe(
    connection: Connection[Any], pair: Pair, members: Mapping[str, Any], *, expected: Collection[int] | None
) -> Changed:
    """Change these members of a device, whose version must be one of `expected` (None: any).

    With another place and without a hamlet it is given the hamlet that the place lies in. Raises Outdated, and
    RegistryRefused for values that make no sense.
    """
    with driver_errors():
        row = _held(connection, pair, expected)
        device = replace(row.device, **members)
        warnings: list[Text] = []
        if "hamlet" in members or any(getattr(device, name) != getattr(row.device, name) for name in PLACE):
            areas = areas_of(connection, device.commune)
            device, warnings = settle(device, areas, hamlet_given="hamlet" in members)
        return _write(connection, row, device, warnings)


def change_state(
    connection: Connection[Any],
    pair: Pair,
    state: DeviceState,
    *,
    role: Role | None,
    note: str = "",
    expected: Collection[int] | None,
) -> Changed:
    """Lead a device to another state. Raises StateRefused for a step that no life takes, RoleRefused, Outdated."""
    with driver_errors():
        row = _held(connection, pair, expected)
        _refuse_step(row.device.state, state, role)
        _name_deed(connection, "", note)
        return _changed(connection, "set_device_state", {"device_id": row.device_id, "state": state})


def swap(
    connection: Connection[Any],
    pair: Pair,
    hardware: Mapping[str, Any],
    *,
    note: str = "",
    expected: Collection[int] | None,
) -> Changed:
    """Put new hardware in a device's place under its code, which keeps history, place and state; see `HARDWARE`.

    Raises StateRefused, Outdated, and RegistryRefused where the serial number says that the hardware is the same.
    """
    with driver_errors():
        row = _held(connection, pair, expected)
        _refuse_state(swap_refusal(row.device.state))
        if not hardware.get("serial") or hardware["serial"] == row.device.serial:
            raise RegistryRefused(
                Text(
                    f"hãy ghi số máy của thiết bị mới, khác với số máy cũ ({row.device.serial or 'chưa ghi'})",
                    f"give the serial number of the new hardware, other than the old one's "
                    f"({row.device.serial or 'not noted'})",
                )
            )
        _name_deed(connection, "swapped", note)
        return _write(connection, row, replace(row.device, **hardware), [])


def succeed(
    connection: Connection[Any],
    pair: Pair,
    members: Mapping[str, Any],
    *,
    role: Role | None,
    note: str = "",
    expected: Collection[int] | None,
) -> Changed:
    """Let a new device, under a code of its own (`members["code"]`), take the place of this one, which is retired.

    The new one has the place, name, site, interval and tags of the old one where `members` says nothing else, and none
    of its history: each keeps its own, and `chain_of` leads from one to the other. Raises CodeTaken, RegistryRefused,
    StateRefused, RoleRefused, Outdated.
    """
    with driver_errors():
        row = _held(connection, pair, expected)
        _refuse_state(replacement_refusal(row.device.state))
        successor = connection.execute(query("successor_of"), {"device_id": row.device_id}).fetchone()
        if successor is not None:
            raise StateRefused(
                Text(f"thiết bị đã được thay bằng {successor[0]}", f"the device has been replaced by {successor[0]}")
            )
        if row.device.state is not DeviceState.RETIRED:
            _refuse_step(row.device.state, DeviceState.RETIRED, role)
            _name_deed(connection, "replaced", note)
            _changed(connection, "set_device_state", {"device_id": row.device_id, "state": DeviceState.RETIRED})
        fresh = dict.fromkeys((*HARDWARE, "note"), "") | {"state": DeviceState.REGISTERED, **members}
        device = replace(row.device, **fresh)
        warnings: list[Text] = []
        if any(name in members for name in (*PLACE, "hamlet")):
            device, warnings = settle(
                device, areas_of(connection, device.commune), hamlet_given=members.get("hamlet") is not None
            )
        number = add_device(connection, device)
        values = {"device_id": number, "replaces": row.device_id}
        return replace(_changed(connection, "name_predecessor", values), warnings=tuple(warnings))


def chain_of(connection: Connection[Any], device_id: int) -> list[ChainLink]:
    """The devices that served one after the other where this one serves or served, the oldest first."""
    with driver_errors(), connection.cursor(row_factory=class_row(ChainLink)) as cursor:
        return cursor.execute(query("chain_of_device"), {"device_id": device_id}).fetchall()


def areas_of(connection: Connection[Any], commune: str) -> Areas:
    """The hamlets of a commune that have a boundary, to ask for the one that a place lies in."""
    return Areas(
        (hamlet.code, orjson.loads(hamlet.boundary))
        for hamlet in list_hamlets(connection, commune)
        if hamlet.boundary is not None
    )


def _lock(connection: Connection[Any]) -> None:
    connection.execute(query("take_registry_lock"))


def _held(connection: Connection[Any], pair: Pair, expected: Collection[int] | None) -> DeviceRow:
    """The device as it is, which nobody else changes until the transaction ends."""
    _lock(connection)
    connection.execute(query("hold_device"), {"commune": pair[0], "code": pair[1]})
    row = get_device(connection, *pair)
    if row is None:
        raise RegistryRefused(
            Text(f"xã {pair[0]} không có thiết bị {pair[1]!r}", f"commune {pair[0]} has no device {pair[1]!r}")
        )
    if expected is not None and row.version not in expected:
        raise Outdated(row.version)
    return row


def _write(connection: Connection[Any], row: DeviceRow, device: Device, warnings: list[Text]) -> Changed:
    places = read_places(connection)
    faults = faults_of_device(device) + places.faults_of(device)
    if faults:
        raise RegistryRefused(joined(faults))
    if device == row.device:
        return Changed(row.device_id, row.version, tuple(warnings))
    return replace(_changed(connection, "change_device", parameters_of(device, places)), warnings=tuple(warnings))


def _changed(connection: Connection[Any], statement: str, values: Mapping[str, Any]) -> Changed:
    done = connection.execute(query(statement), values).fetchone()
    assert done is not None, "the device is held by this transaction"
    return Changed(*done)


def _name_deed(connection: Connection[Any], deed: str, note: str) -> None:
    connection.execute(query("name_deed"), {"deed": deed, "note": note})


def _refuse_step(present: DeviceState, wanted: DeviceState, role: Role | None) -> None:
    _refuse_state(refusal(present, wanted))
    refused = refusal(present, wanted, role)
    if refused is not None:
        raise RoleRefused(refused, TRANSITIONS[present, wanted])


def _refuse_state(refused: Text | None) -> None:
    if refused is not None:
        raise StateRefused(refused)
